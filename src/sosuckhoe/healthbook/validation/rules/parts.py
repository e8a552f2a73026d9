"""Which tables go with which visit (bảng nào đi kèm đợt khám nào)."""

from datetime import date, datetime

from ..catalogues import base_of, compact
from ..policy import Policy
from ..rule import rule
from .cited import CHECKERS, GATEWAY, table
from .stay import INPATIENT, NOT_INSURED, SUMMARISED, TRANSFERRED

WITH_DISCHARGE_PAPER = frozenset({"03", "04", "09"})
ABSCONDED = "3"
DIED = frozenset({"5", "8"})
"""KET_QUA_DTRI of the dead. Whether they get a discharge paper the texts do not say, so nothing is asked."""
WITH_NOTES = frozenset({"02", "04", "05", "06", "08", "09"})
"""Visit types with progress notes, beside the inpatients of XTB-026."""
SUMMARISED_ON_PAPER = SUMMARISED | {"02"}
"""The annex of table 8 lists 02, 03 and 04, its instructions 03, 04 and 06."""
IMAGING = "2"
ABANDONED = "_TB"
"""The end of MA_DICH_VU of a service that was begun and not finished."""
LABORATORY = "1"
TESTS = frozenset({"1", "2", "3"})
"""MA_NHOM of tests, imaging and functional tests, whose results stand in table 4."""
TUBERCULOSIS = ("A15", "A16", "A17", "A18", "A19")
HIV = ("B20", "B21", "B22", "B23", "B24", "Z21")


@rule(
    "XTB-021",
    table="XML3",
    reads=(
        "XML1.MA_DOITUONG_KCB", "XML4.MA_DICH_VU", "XML4.KET_LUAN", "XML3.NGAY_KQ", "XML3.MA_NHOM", "XML3.MA_DICH_VU",
    ),
    confidence="medium",
    owner="laboratory",
    source=CHECKERS,
    sentence=(
        "Dịch vụ chẩn đoán hình ảnh {XML3.MA_DICH_VU} đã có giờ kết quả nhưng bảng kết quả (XML4) chưa có kết "
        "luận."
    ),
)  # fmt: skip
def imaging_has_a_conclusion(
    category: str | None,
    answered: list[str | None],
    conclusions: list[str | None],
    results: list[datetime | None],
    groups: list[str],
    services: list[str | None],
) -> list[int]:
    """An imaging line (group 2) that has its result has an XML4 record with KET_LUAN, unless it was abandoned midway.

    The conclusion may stand under the base of the code (see XTB-019). One that stands under the code of no line is told
    there, not at the line that lacks it.
    """
    if category == NOT_INSURED and not answered:
        return []
    concluded = {service for service, text in zip(answered, conclusions, strict=True) if text}
    missing = [
        number
        for number, (group, service, result) in enumerate(zip(groups, services, results, strict=True), 1)
        if group == IMAGING
        and service
        and result
        and service not in concluded
        and base_of(service) not in concluded
        and not service.endswith(ABANDONED)
    ]
    if missing:
        billed = {*services, *(base_of(service) for service in services if service)}
        if sum(service is None or service not in billed for service in concluded) >= len(missing):
            return []
    return missing


@rule(
    "XTB-022",
    table="XML1",
    reads=("XML3.MA_NHOM", "XML3.NGAY_KQ", "XML4"),
    at="XML4",
    severity="warning",
    confidence="medium",
    owner="laboratory",
    source=CHECKERS,
    sentence="Có dòng xét nghiệm (XML3) nhưng chưa có kết quả nào (XML4); người bệnh sẽ không thấy kết quả trong Sổ sức khỏe.",
)
def tests_have_results(groups: list[str], ready: list[datetime | None], results: int) -> bool:
    """A record with tests in XML3 has XML4, unless all of them are still awaited at discharge."""
    return results > 0 or not any(
        group == LABORATORY and moment for group, moment in zip(groups, ready, strict=True)
    )


@rule(
    "BUS-036",
    table="XML1",
    reads=("MA_DOITUONG_KCB", "XML3.MA_NHOM", "XML4"),
    at="XML4",
    severity="warning",
    owner="laboratory",
    source=table(4),
    sentence=(
        "Có kết quả (XML4) nhưng bảng chi phí (XML3) không có xét nghiệm, chẩn đoán hình ảnh hay thăm dò chức "
        "năng nào."
    ),
)
def results_come_from_tests(category: str | None, groups: set[str], results: int) -> bool:
    """XML4 is attached only when tests, imaging or functional tests were done."""
    return results == 0 or not TESTS.isdisjoint(groups) or (category == NOT_INSURED and not groups)


@rule(
    "XTB-024",
    table="XML1",
    reads=("XML7", "MA_DOITUONG_KCB", "KET_QUA_DTRI", "MA_LOAI_RV", "MA_LOAI_KCB"),
    at="XML7",
    confidence="medium",
    owner="records",
    source=table(7, CHECKERS),
    sentence="Loại hình {MA_LOAI_KCB} cần có giấy ra viện (XML7), trừ người bệnh trốn viện.",
)
def stay_ends_with_a_discharge_paper(
    papers: int, category: str | None, result: str | None, discharge_type: str, visit_type: str
) -> bool:
    """Types 03, 04 and 09 have an XML7 unless the patient absconded."""
    return (
        papers > 0
        or visit_type not in WITH_DISCHARGE_PAPER
        or discharge_type == ABSCONDED
        or result in DIED
        or category == NOT_INSURED
    )


@rule(
    "XTB-025",
    table="XML1",
    reads=("XML8", "MA_LOAI_KCB"),
    at="XML8",
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=table(8, CHECKERS),
    sentence="Loại hình {MA_LOAI_KCB} cần có tóm tắt hồ sơ bệnh án (XML8).",
)
def stay_has_its_summary(summaries: int, visit_type: str) -> bool:
    """Types 03, 04 and 06 have an XML8; BOOK-001 asks it of the other types."""
    return summaries > 0 or visit_type not in SUMMARISED


@rule(
    "BUS-035",
    table="XML1",
    reads=("XML8", "@policy", "MA_LOAI_KCB"),
    at="XML8",
    owner="records",
    source=table(8, GATEWAY),
    sentence=(
        "Hồ sơ gửi kèm tóm tắt hồ sơ bệnh án (XML8), trong khi loại hình là {MA_LOAI_KCB}; chỉ loại hình 03, 04 và 06 "
        "cần gửi."
    ),
)
def summary_is_sent_for_stays_only(summaries: int, policy: Policy, visit_type: str) -> bool:
    """XML8 is attached only for types 03, 04 and 06, unless the hospital summarises every visit for the book."""
    return summaries == 0 or policy.summary_for_every_visit is not False or visit_type in SUMMARISED_ON_PAPER


@rule(
    "XTB-026",
    table="XML1",
    reads=("XML5", "MA_DOITUONG_KCB", "MA_LOAI_KCB"),
    at="XML5",
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=table(5, CHECKERS),
    sentence="Đợt điều trị nội trú (loại hình {MA_LOAI_KCB}) chưa có diễn biến lâm sàng (XML5).",
)
def inpatient_has_notes(notes: int, category: str | None, visit_type: str) -> bool:
    """An inpatient record has XML5 notes."""
    return notes > 0 or visit_type != INPATIENT or category == NOT_INSURED


@rule(
    "BUS-037",
    table="XML1",
    reads=("XML5", "MA_DOITUONG_KCB", "MA_LOAI_KCB"),
    at="XML5",
    severity="warning",
    owner="clinician",
    source=table(5),
    sentence="Loại hình {MA_LOAI_KCB} cần gửi kèm diễn biến lâm sàng (XML5).",
)
def treatment_has_notes(notes: int, category: str | None, visit_type: str) -> bool:
    """XML5 is attached for types 02, 04, 05, 06, 08 and 09; XTB-026 asks it of type 03."""
    return notes > 0 or visit_type not in WITH_NOTES or category == NOT_INSURED


@rule(
    "BUS-038",
    table="XML1",
    reads=("XML13", "MA_DOITUONG_KCB", "MA_THE_BHYT", "MA_LOAI_RV"),
    at="XML13",
    owner="records",
    source=table(13, CHECKERS),
    sentence="Loại ra viện ghi {MA_LOAI_RV} nhưng hồ sơ chưa có phiếu chuyển cơ sở (XML13).",
)
def insured_transfer_has_its_paper(
    papers: int, category: str | None, card: str | None, discharge_type: str
) -> bool:
    """An insured patient who is transferred (MA_LOAI_RV 2 or 5) has an XML13."""
    return papers > 0 or discharge_type not in TRANSFERRED or card is None or category == NOT_INSURED


@rule(
    "BUS-038",
    table="XML1",
    reads=("XML13", "MA_LOAI_RV"),
    owner="records",
    source=table(13, CHECKERS),
    sentence=(
        "Hồ sơ có phiếu chuyển cơ sở (XML13) nhưng loại ra viện ghi {MA_LOAI_RV}; người bệnh chuyển cơ sở thì "
        "ghi 2 hoặc 5."
    ),
)
def referral_paper_is_of_a_transfer(papers: int, discharge_type: str) -> bool:
    """XML13 is attached only when MA_LOAI_RV is 2 or 5."""
    return papers == 0 or discharge_type in TRANSFERRED


@rule(
    "BUS-039",
    table="XML1",
    reads=("XML14", "NGAY_TAI_KHAM"),
    severity="warning",
    owner="clinician",
    source=table(14),
    sentence="Có giấy hẹn khám lại (XML14) nhưng bảng tổng hợp chưa ghi ngày tái khám (NGAY_TAI_KHAM).",
)
def appointment_paper_needs_an_appointment(papers: int, dates: str | None) -> bool:
    """XML14 is attached only when a re-visit is booked."""
    return papers == 0 or dates is not None


@rule(
    "BUS-040",
    table="XML9",
    reads=("XML9", "XML9.SO_CON"),
    at="XML9.SO_CON",
    severity="warning",
    owner="records",
    source=table(9),
    sentence=(
        "Giấy chứng sinh ghi lần sinh này có {XML9.SO_CON} con, nhưng hồ sơ không có đúng từng ấy giấy; mỗi "
        "con một giấy."
    ),
)
def every_child_has_a_certificate(certificates: int, children: list[int]) -> list[int]:
    """For twins or more one XML9 record for each child is produced."""
    return [number for number, count in enumerate(children, 1) if count != certificates]


@rule(
    "BUS-041",
    table="XML1",
    reads=("XML15", "MA_BENH_CHINH"),
    at="XML15",
    severity="warning",
    owner="clinician",
    source=table(15),
    sentence="Bệnh chính {MA_BENH_CHINH} là bệnh lao; nếu đợt này điều trị lao thì cần gửi kèm bảng điều trị lao (XML15).",
)
def tuberculosis_has_its_table(rows: int, disease: str) -> bool:
    """XML15 is attached for TB treatment."""
    return rows > 0 or not compact(disease).startswith(TUBERCULOSIS)


@rule(
    "BUS-042",
    table="XML1",
    reads=("XML6", "MA_BENH_CHINH"),
    at="XML6",
    severity="warning",
    owner="clinician",
    source=table(6),
    sentence=(
        "Mã bệnh chính (MA_BENH_CHINH) thuộc nhóm bệnh có bảng riêng: nếu đợt này khám hoặc lấy thuốc của "
        "chương trình thì cần kèm bảng 6 (XML6)."
    ),
)
def hiv_care_has_its_table(rows: int, disease: str) -> bool:
    """XML6 is attached for HIV care. Neither the value nor the name of the disease stands in the sentence."""
    return rows > 0 or not compact(disease).startswith(HIV)


@rule(
    "BUS-018",
    table="XML0",
    reads=("MA_DOITUONG_KCB",),
    severity="warning",
    owner="reception",
    source="QĐ 4750/QĐ-BYT, bảng check-in",
    sentence="Đối tượng đang ghi {MA_DOITUONG_KCB}; người bệnh cấp cứu không cần gửi báo vào khám.",
)
def emergencies_need_no_check_in(category: str) -> bool:
    """No check-in is needed for emergencies (category 2)."""
    return category != "2"


@rule(
    "BUS-012",
    table="XML1",
    reads=("XML3.MA_NHOM", "MA_LOAI_KCB"),
    since=date(2026, 8, 1),
    confidence="medium",
    owner="clinician",
    source="QĐ 1804/QĐ-BYT 2026, phụ lục 1",
    sentence=(
        "Loại hình {MA_LOAI_KCB} chỉ gồm khám bệnh và lĩnh thuốc; đợt này có dịch vụ kỹ thuật, thường là 08."
    ),
)
def long_term_care_with_services_is_08(groups: set[str], visit_type: str) -> bool:
    """Type 05 (chronic, exam and medicines only) has no technical service; otherwise use 08."""
    return visit_type != "05" or groups.isdisjoint(("1", "2", "3", "8", "18"))
