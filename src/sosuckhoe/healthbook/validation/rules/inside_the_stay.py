"""Times of lines, notes and papers lie inside the visit (thời điểm thực hiện, kết quả, diễn biến, nghỉ việc)."""

from datetime import date, datetime, timedelta

from ..rule import rule
from .cited import CHECKERS, table
from .parts import TESTS

LATE_RESULTS = timedelta(days=60)
"""After the visit, results awaited at discharge may be added for so long (QĐ 4750, Bảng 3 và 4, NGAY_KQ)."""
ONE_DAY = timedelta(days=1)


def backwards(arrived: datetime | None, discharged: datetime | None) -> bool:
    """NGAY_RA stands before NGAY_VAO: XFD-029 has said so, and no line of the visit is to blame."""
    return arrived is not None and discharged is not None and discharged < arrived


@rule(
    "XTB-015",
    table="XML3",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_RA", "NGAY_TH_YL"),
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Giờ thực hiện ({NGAY_TH_YL}) sớm hơn giờ đến khám ({XML1.NGAY_VAO}).",
)
def service_is_done_after_arrival(
    arrived: datetime, discharged: datetime | None, performed: datetime
) -> bool:
    """Service execution does not come before NGAY_VAO."""
    return performed >= arrived or backwards(arrived, discharged)


@rule(
    "XTB-015",
    table="XML3",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_RA", "MA_NHOM", "NGAY_TH_YL"),
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Giờ thực hiện ({NGAY_TH_YL}) muộn hơn giờ ra viện ({XML1.NGAY_RA}).",
)
def service_is_done_before_discharge(
    arrived: datetime | None, discharged: datetime, group: str, performed: datetime
) -> bool:
    """Service execution does not come after NGAY_RA."""
    return performed <= discharged or group in TESTS or backwards(arrived, discharged)


@rule(
    "XTB-015",
    table="XML3",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_RA", "MA_NHOM", "NGAY_TH_YL"),
    severity="warning",
    confidence="medium",
    owner="laboratory",
    source=CHECKERS,
    sentence=(
        "Giờ thực hiện ({NGAY_TH_YL}) muộn hơn giờ ra viện ({XML1.NGAY_RA}); chỉ đúng khi mẫu đã lấy trước "
        "lúc ra viện."
    ),
)
def test_is_done_before_discharge(
    arrived: datetime | None, discharged: datetime, group: str, performed: datetime
) -> bool:
    """A test done after NGAY_RA is looked at: its sample may have waited."""
    return performed <= discharged or group not in TESTS or backwards(arrived, discharged)


@rule(
    "XTB-016",
    table="XML3",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_RA", "NGAY_KQ"),
    severity="warning",
    confidence="medium",
    owner="laboratory",
    source=CHECKERS,
    sentence=(
        "Giờ có kết quả ({NGAY_KQ}) muộn hơn giờ ra viện ({XML1.NGAY_RA}); chỉ đúng khi lúc ra viện còn chờ "
        "kết quả."
    ),
)
@rule(
    "XTB-018",
    table="XML4",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_RA", "NGAY_KQ"),
    severity="warning",
    confidence="medium",
    owner="laboratory",
    source=CHECKERS,
    sentence=(
        "Giờ có kết quả ({NGAY_KQ}) muộn hơn giờ ra viện ({XML1.NGAY_RA}); chỉ đúng khi lúc ra viện còn chờ "
        "kết quả."
    ),
)
def result_comes_before_discharge(arrived: datetime | None, discharged: datetime, result: datetime) -> bool:
    """A result after NGAY_RA is flagged, because only results awaited at discharge may come late."""
    return result <= discharged or backwards(arrived, discharged)


@rule(
    "BUS-027",
    table="XML3",
    reads=("XML1.NGAY_RA", "NGAY_KQ"),
    severity="warning",
    owner="laboratory",
    source=table(3),
    sentence="Kết quả ghi {NGAY_KQ}, hơn 60 ngày sau khi ra viện ({XML1.NGAY_RA}); đã quá hạn bổ sung trên cổng giám định.",
)
def late_result_is_in_time(discharged: date, result: date) -> bool:
    """Pending results at discharge are completed within 60 days after the encounter."""
    return result - discharged <= LATE_RESULTS


@rule(
    "XTB-017",
    table="XML5",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_RA", "THOI_DIEM_DBLS"),
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Giờ ghi diễn biến ({THOI_DIEM_DBLS}) nằm ngoài đợt khám, từ {XML1.NGAY_VAO} đến {XML1.NGAY_RA}.",
)
def note_is_written_during_the_visit(arrived: datetime, discharged: datetime, written: datetime) -> bool:
    """Progress notes lie between NGAY_VAO and NGAY_RA."""
    return arrived <= written <= discharged or discharged < arrived


@rule(
    "XTB-036",
    table="XML11",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_RA", "TU_NGAY", "DEN_NGAY"),
    at="TU_NGAY",
    confidence="medium",
    owner="records",
    source=CHECKERS,
    sentence="Giấy nghỉ từ {TU_NGAY} đến {DEN_NGAY} không trùng ngày nào của đợt khám, từ {XML1.NGAY_VAO} đến {XML1.NGAY_RA}.",
)
def sick_leave_touches_the_visit(arrived: date, discharged: date, first: date, last: date) -> bool:
    """Sick leave starts no later than NGAY_RA and ends no earlier than NGAY_VAO."""
    return (first <= discharged and last >= arrived) or discharged < arrived


@rule(
    "BUS-007",
    table="XML1",
    reads=("MA_LOAI_KCB", "NGAY_VAO", "NGAY_RA"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Đợt có loại hình {MA_LOAI_KCB} kéo dài hơn một ngày, từ {NGAY_VAO} đến {NGAY_RA}; xin kiểm tra.",
)
def examination_ends_within_a_day(visit_type: str, arrived: datetime, discharged: datetime) -> bool:
    """An exam (01) lasting more than one day is suspicious."""
    return visit_type != "01" or discharged - arrived <= ONE_DAY
