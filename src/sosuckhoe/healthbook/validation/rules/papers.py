"""Papers issued from the visit (giấy ra viện, tóm tắt, chuyển cơ sở, hẹn khám lại)."""

import re
from datetime import date, datetime

from ..rule import rule
from .cited import CHECKERS, GATEWAY, table
from .dates import TO_THE_LAST_MINUTE

_SECONDED = re.compile(r".+\.HD\.[0-9A-Z]{5}")


@rule(
    "FMT-069",
    table=("XML7", "XML11"),
    reads=("TUOI_THAI",),
    owner="clinician",
    source=f"QĐ 4750/QĐ-BYT, Bảng 7 và 11; {CHECKERS}",
    sentence="Tuổi thai đang ghi {TUOI_THAI} tuần, cần từ 1 đến 42.",
)
def gestation_is_plausible(weeks: int) -> bool:
    """Gestational age is 1 to 42 weeks."""
    return 1 <= weeks <= 42


@rule(
    "FMT-080",
    table=("XML13", "XML14"),
    reads=("MA_BAC_SI",),
    since=date(2025, 1, 1),
    confidence="low",
    owner="records",
    source=CHECKERS,
    sentence=(
        "Mã bác sĩ {MA_BAC_SI} sai dạng: làm theo hợp đồng thì ghi số giấy phép, .HD. và mã cơ sở, như "
        "0000001.HD.79001."
    ),
)
def contracted_practitioner_names_the_facility(code: str) -> bool:
    """A seconded practitioner is written licence.HD.facility."""
    return ".HD." not in f"{code}." or _SECONDED.fullmatch(code) is not None


@rule(
    "FMT-082",
    table="XML13",
    reads=("MA_LOAI_RV",),
    owner="records",
    source=table(13, CHECKERS),
    sentence="Phiếu chuyển cơ sở ghi loại ra viện {MA_LOAI_RV}; người bệnh chuyển cơ sở thì ghi 2 hoặc 5.",
)
def referral_is_of_a_transfer(discharge_type: str) -> bool:
    """MA_LOAI_RV in a transfer paper is 2 or 5."""
    return discharge_type in ("2", "5")


def termination_is_described(termination: str, value: str | None) -> bool:
    """Termination code 1 demands cause, gestational age and (XML7) time."""
    return termination != "1" or value is not None


for _table, _name, _label in (
    ("XML7", "NGUYENNHAN_DINHCHI", "nguyên nhân đình chỉ"),
    ("XML7", "THOIGIAN_DINHCHI", "thời gian đình chỉ"),
    ("XML7", "TUOI_THAI", "tuổi thai"),
    ("XML11", "NGUYENNHAN_DINHCHI", "nguyên nhân đình chỉ"),
    ("XML11", "TUOI_THAI", "tuổi thai"),
):
    rule(
        "XFD-074",
        table=_table,
        reads=("MA_DINH_CHI_THAI", _name),
        owner="clinician",
        source=f"QĐ 4750/QĐ-BYT, Bảng 7 và 11; {GATEWAY}",
        sentence=f"Có đình chỉ thai nghén nhưng chưa có {_label} ({_name}).",
    )(termination_is_described)


@rule(
    "XFD-075",
    table="XML7",
    reads=("NGAY_VAO", "NGAY_RA", "THOIGIAN_DINHCHI"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Giờ đình chỉ thai ({THOIGIAN_DINHCHI}) nằm ngoài đợt điều trị, từ {NGAY_VAO} đến {NGAY_RA}.",
)
def termination_lies_inside_the_stay(arrived: datetime, discharged: datetime, ended: datetime) -> bool:
    """Termination time lies inside the stay."""
    return arrived <= ended <= discharged


@rule(
    "XFD-079",
    table="XML7",
    reads=("NGAY_RA", "NGAY_CT"),
    owner="records",
    source=table(7, CHECKERS),
    sentence="Ngày chứng từ của giấy ra viện ({NGAY_CT}) khác ngày ra viện ({NGAY_RA}).",
)
def discharge_paper_is_of_the_discharge_day(discharged: date, issued: date) -> bool:
    """NGAY_CT equals the discharge day."""
    return issued == discharged


def parents_are_named_for_children(born: datetime, arrived: date, value: str) -> bool:
    """Parent data belong to patients under 16."""
    return (arrived.year - born.year, arrived.month, arrived.day) <= (16, born.month, born.day)


for _name in ("MA_CHA", "MA_ME", "HO_TEN_CHA", "HO_TEN_ME"):
    rule(
        "XFD-080",
        table="XML7",
        reads=("XML1.NGAY_SINH", "XML1.NGAY_VAO", _name),
        severity="warning",
        owner="records",
        source=table(7),
        sentence=f"Người bệnh sinh ngày {{XML1.NGAY_SINH}}, đã từ 16 tuổi; thông tin cha, mẹ (đang ghi {{{_name}}}) thường để trống.",
    )(parents_are_named_for_children)


@rule(
    "XFD-081",
    table="XML8",
    reads=("NGAY_SINHCON", "NGAY_CONCHET", "SO_CONCHET"),
    at="NGAY_CONCHET",
    confidence="medium",
    owner="clinician",
    source=table(8, CHECKERS),
    sentence=(
        "Thông tin con mất sau sinh chưa đủ hoặc chưa đúng: ngày sinh {NGAY_SINHCON}, ngày mất "
        "{NGAY_CONCHET}, số con mất {SO_CONCHET}. Cần đủ cả ba, ngày mất không trước ngày sinh."
    ),
)
def child_death_is_complete(born: date | None, died: date | None, count: int | None) -> bool:
    """The three child-death fields are filled together, the death not before the birth and the count at least 1."""
    if born is None and died is None and not count:
        return True
    return born is not None and died is not None and count is not None and count >= 1 and died >= born


@rule(
    "XFD-082",
    table="XML8",
    reads=("MA_LOAI_KCB", "NGAY_RA", "NGAY_CT"),
    severity="warning",
    confidence="medium",
    owner="records",
    source=CHECKERS,
    sentence="Ngày chứng từ của bản tóm tắt ({NGAY_CT}) ở trước lúc ra viện ({NGAY_RA}).",
)
def summary_is_not_before_discharge(visit_type: str, discharged: date, issued: date) -> bool:
    """NGAY_CT is not before the discharge day, which may be the last day of medicines taken home."""
    return issued >= discharged or visit_type in TO_THE_LAST_MINUTE


@rule(
    "XFD-091",
    table="XML14",
    reads=("XML1.NGAY_RA", "NGAY_HEN_KL"),
    owner="records",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence="Ngày hẹn khám lại ({NGAY_HEN_KL}) ở trước lúc ra viện ({XML1.NGAY_RA}).",
)
def appointment_comes_after_discharge(discharged: date, appointment: date) -> bool:
    """The re-visit date is not before NGAY_RA."""
    return appointment >= discharged


@rule(
    "XFD-092",
    table="XML14",
    reads=("XML1.NGAY_VAO", "NGAY_CT"),
    owner="records",
    source=GATEWAY,
    sentence="Ngày chứng từ của giấy hẹn ({NGAY_CT}) ở trước lúc đến khám ({XML1.NGAY_VAO}).",
)
def appointment_paper_is_not_before_arrival(arrived: date, issued: date) -> bool:
    """NGAY_CT is not before NGAY_VAO."""
    return issued >= arrived


@rule(
    "XFD-094",
    table="XML0",
    reads=("MA_THUOC", "MA_VAT_TU", "MA_DICH_VU"),
    owner="reception",
    source=f"{GATEWAY}; QĐ 4750/QĐ-BYT, bảng check-in",
    sentence="Báo vào khám cần ít nhất một mã: dịch vụ (MA_DICH_VU), thuốc (MA_THUOC) hoặc vật tư (MA_VAT_TU).",
)
def check_in_names_its_first_cost(medicine: str | None, supply: str | None, service: str | None) -> bool:
    """A check-in names the first service, medicine or supply: at least one of the three codes."""
    return service is not None or medicine is not None or supply is not None


def first_cost_has_a_name(code: str, name: str | None) -> bool:
    """Each code of a check-in comes with its name."""
    return name is not None


for _code, _name in (
    ("MA_DICH_VU", "TEN_DICH_VU"),
    ("MA_THUOC", "TEN_THUOC"),
    ("MA_VAT_TU", "TEN_VAT_TU"),
):
    rule(
        "XFD-094",
        table="XML0",
        reads=(_code, _name),
        owner="reception",
        source=f"{GATEWAY}; QĐ 4750/QĐ-BYT, bảng check-in",
        sentence=f"Báo vào khám có mã {{{_code}}} nhưng chưa có tên ({_name}).",
    )(first_cost_has_a_name)


@rule(
    "XFD-095",
    table="XML0",
    reads=("NGAY_VAO_NOI_TRU", "LY_DO_VNT"),
    owner="reception",
    source=GATEWAY,
    sentence="Có giờ vào nội trú ({NGAY_VAO_NOI_TRU}) nhưng chưa có lý do vào nội trú (LY_DO_VNT).",
)
def admission_has_its_reason(admitted: datetime, reason: str | None) -> bool:
    """LY_DO_VNT is filled when NGAY_VAO_NOI_TRU is filled."""
    return reason is not None
