"""Dates of a visit and of its lines follow each other (đến khám, vào nội trú, y lệnh, thực hiện, kết quả, ra viện)."""

from datetime import date, datetime
from decimal import Decimal

from ..rule import rule
from .cited import CHECKERS, DERIVED, GATEWAY, table

TO_THE_LAST_MINUTE = frozenset({"02", "05", "07"})
"""Visit types whose NGAY_RA is the end of the last day of treatment or of medicine: it may lie ahead of the day of
payment, of the papers and of today."""
TIMED_GROUPS = frozenset({"1", "2", "3", "8", "18"})
"""MA_NHOM of tests, imaging, functional tests, surgery and procedures."""
TEST_GROUPS = frozenset({"1", "2", "3"})


@rule(
    "XFD-029",
    table="XML1",
    reads=("NGAY_VAO", "NGAY_RA"),
    owner="clinician",
    source=table(1, GATEWAY),
    sentence="Giờ ra viện ({NGAY_RA}) sớm hơn giờ đến khám ({NGAY_VAO}).",
)
def discharge_follows_arrival(arrived: datetime, discharged: datetime) -> bool:
    """NGAY_RA is not earlier than NGAY_VAO."""
    return discharged >= arrived


@rule(
    "XFD-030",
    table="XML1",
    reads=("NGAY_VAO", "NGAY_VAO_NOI_TRU"),
    owner="clinician",
    source=table(1, GATEWAY),
    sentence="Giờ vào nội trú ({NGAY_VAO_NOI_TRU}) sớm hơn giờ đến khám ({NGAY_VAO}).",
)
@rule(
    "XFD-032",
    table="XML0",
    reads=("NGAY_VAO", "NGAY_VAO_NOI_TRU"),
    owner="reception",
    source=GATEWAY,
    sentence="Giờ vào nội trú ({NGAY_VAO_NOI_TRU}) sớm hơn giờ đến khám ({NGAY_VAO}).",
)
def admission_follows_arrival(arrived: datetime, admitted: datetime) -> bool:
    """NGAY_VAO_NOI_TRU is not earlier than NGAY_VAO."""
    return admitted >= arrived


@rule(
    "XFD-031",
    table="XML1",
    reads=("NGAY_RA", "NGAY_VAO_NOI_TRU"),
    confidence="medium",
    owner="clinician",
    source=DERIVED,
    sentence="Giờ vào nội trú ({NGAY_VAO_NOI_TRU}) muộn hơn giờ ra viện ({NGAY_RA}).",
)
def admission_precedes_discharge(discharged: datetime, admitted: datetime) -> bool:
    """NGAY_VAO_NOI_TRU is not later than NGAY_RA."""
    return admitted <= discharged


@rule(
    "XFD-033",
    table="XML1",
    reads=("MA_LOAI_KCB", "NGAY_RA", "NGAY_TTOAN"),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=CHECKERS,
    sentence="Giờ thanh toán ({NGAY_TTOAN}) sớm hơn giờ ra viện ({NGAY_RA}).",
)
def payment_follows_discharge(visit_type: str, discharged: datetime, paid: datetime) -> bool:
    """NGAY_TTOAN is not earlier than NGAY_RA."""
    return paid >= discharged or visit_type in TO_THE_LAST_MINUTE


@rule(
    "XFD-035",
    table="XML1",
    reads=("MA_LOAI_KCB", "NGAY_RA", "@day"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Giờ ra viện ({NGAY_RA}) ở sau ngày kiểm tra ({@day}).",
)
def discharge_is_not_in_the_future(visit_type: str | None, discharged: date, today: date) -> bool:
    """NGAY_RA does not lie in the future when the record is exported, except where it is the last day of medicine."""
    return discharged <= today or visit_type in TO_THE_LAST_MINUTE


@rule(
    "XFD-036",
    table="XML1",
    reads=("MA_LOAI_KCB", "NGAY_RA"),
    severity="warning",
    owner="clinician",
    source=table(1),
    sentence=(
        "Loại hình {MA_LOAI_KCB} kết thúc lúc 23:59 của ngày điều trị hoặc ngày dùng thuốc cuối; ngày ra "
        "(NGAY_RA) đang ghi {NGAY_RA}."
    ),
)
def some_visits_last_to_the_last_minute(visit_type: str, discharged: str) -> bool:
    """For types 02, 05 and 07 NGAY_RA ends at 2359 of the last day of treatment or medicine."""
    return visit_type not in TO_THE_LAST_MINUTE or len(discharged) != 12 or discharged[8:] == "2359"


@rule(
    "XFD-043",
    table="XML1",
    reads=("MA_LOAI_KCB", "NGAY_RA", "NGAY_TAI_KHAM"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Ngày hẹn tái khám ({NGAY_TAI_KHAM}) phải sau ngày ra viện ({NGAY_RA}).",
)
def follow_up_comes_after_discharge(visit_type: str | None, discharged: date, follow_up: list[date]) -> bool:
    """A follow-up date is later than the day of NGAY_RA; medicines may last to the very day of the follow-up."""
    return all(
        day > discharged or (day == discharged and visit_type in TO_THE_LAST_MINUTE) for day in follow_up
    )


@rule(
    "XFD-044",
    table="XML1",
    reads=("NGAY_TTOAN", "NAM_QT", "THANG_QT"),
    confidence="low",
    owner="cashier",
    source=DERIVED,
    sentence="Kỳ quyết toán là tháng {THANG_QT} năm {NAM_QT}, trước tháng người bệnh thanh toán ({NGAY_TTOAN}).",
)
def settlement_follows_payment(paid: date, year: int, month: int) -> bool:
    """The settlement month is not earlier than the month of payment."""
    return (year, month) >= (paid.year, paid.month)


@rule(
    "XFD-045",
    table="XML2",
    reads=("NGAY_YL", "NGAY_TH_YL"),
    owner="pharmacy",
    source=GATEWAY,
    sentence="Giờ dùng thuốc ({NGAY_TH_YL}) sớm hơn giờ y lệnh ({NGAY_YL}).",
)
@rule(
    "XFD-046",
    table="XML3",
    reads=("NGAY_YL", "NGAY_TH_YL"),
    owner="clinician",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence="Giờ thực hiện dịch vụ ({NGAY_TH_YL}) sớm hơn giờ y lệnh ({NGAY_YL}).",
)
def execution_follows_order(ordered: datetime, performed: datetime) -> bool:
    """Execution is not earlier than its order."""
    return performed >= ordered


@rule(
    "XFD-047",
    table="XML3",
    reads=("NGAY_YL", "NGAY_KQ"),
    owner="laboratory",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence="Giờ có kết quả ({NGAY_KQ}) sớm hơn giờ y lệnh ({NGAY_YL}).",
)
def result_follows_order(ordered: datetime, result: datetime) -> bool:
    """Result time is not earlier than its order."""
    return result >= ordered


@rule(
    "XFD-048",
    table="XML3",
    reads=("MA_NHOM", "NGAY_TH_YL", "NGAY_KQ"),
    confidence="medium",
    owner="laboratory",
    source=CHECKERS,
    sentence="Giờ có kết quả ({NGAY_KQ}) sớm hơn giờ thực hiện ({NGAY_TH_YL}).",
)
def result_follows_execution(group: str, performed: datetime, result: datetime) -> bool:
    """For groups 1, 2, 3, 8 and 18 the result is not before the execution."""
    return result >= performed or group not in TIMED_GROUPS


@rule(
    "XFD-048",
    table="XML3",
    reads=("MA_NHOM", "NGAY_TH_YL", "NGAY_KQ"),
    severity="warning",
    confidence="medium",
    owner="laboratory",
    source=CHECKERS,
    sentence="Giờ có kết quả trùng giờ thực hiện ({NGAY_TH_YL}); xin kiểm tra giờ có kết quả.",
)
def result_takes_time(group: str, performed: datetime, result: datetime) -> bool:
    """For groups 1, 2, 3, 8 and 18 the result is later than the execution; the same minute is worth a look."""
    return result != performed or group not in TIMED_GROUPS


@rule(
    "XFD-049",
    table="XML3",
    reads=("MA_NHOM", "NGAY_YL", "NGAY_TH_YL"),
    confidence="low",
    owner="laboratory",
    source=CHECKERS,
    sentence="Giờ thực hiện xét nghiệm, chẩn đoán hình ảnh trùng giờ y lệnh ({NGAY_YL}).",
)
def tests_take_time(group: str, ordered: datetime, performed: datetime) -> bool:
    """For tests and imaging order and execution do not share the same minute."""
    return ordered != performed or group not in TEST_GROUPS


@rule(
    "XFD-059",
    table="XML3",
    reads=("MA_NHOM", "NGAY_YL", "NGAY_KQ", "SO_LUONG"),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=table(3, CHECKERS),
    sentence="Dòng này tính {SO_LUONG} ngày giường, nhiều hơn số ngày từ {NGAY_YL} đến {NGAY_KQ}.",
)
def bed_days_fit_their_dates(group: str, first: date, last: date, quantity: Decimal) -> bool:
    """A bed-day line has a quantity of at most 1 for each day it covers."""
    return group not in ("14", "15", "16") or last < first or quantity <= (last - first).days + 1


@rule(
    "XFD-059",
    table="XML3",
    reads=("XML1.NGAY_RA", "MA_NHOM", "NGAY_YL", "NGAY_KQ", "SO_LUONG"),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=table(3, CHECKERS),
    sentence="Dòng này tính {SO_LUONG} ngày giường, nhiều hơn số ngày từ {NGAY_YL} đến lúc ra viện {XML1.NGAY_RA}.",
)
def bed_days_fit_the_rest_of_the_stay(
    discharged: date, group: str, first: date, last: date | None, quantity: Decimal
) -> bool:
    """A bed-day line without a last day has at most 1 for each day up to the discharge."""
    return (
        last is not None
        or group not in ("14", "15", "16")
        or discharged < first
        or quantity <= (discharged - first).days + 1
    )


@rule(
    "XFD-068",
    table="XML5",
    reads=("THOI_DIEM_DBLS", "@day"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Giờ ghi diễn biến ({THOI_DIEM_DBLS}) ở sau ngày kiểm tra ({@day}).",
)
def note_is_not_in_the_future(noted: date, today: date) -> bool:
    """A progress note is not in the future."""
    return noted <= today


@rule(
    "XFD-085",
    table="XML9",
    reads=("NGAYCAP_CCCD_NND", "@day"),
    severity="warning",
    confidence="medium",
    owner="records",
    source=CHECKERS,
    sentence="Ngày cấp CCCD của người nuôi dưỡng ({NGAYCAP_CCCD_NND}) ở sau ngày kiểm tra ({@day}).",
)
def paper_was_issued_in_the_past(issued: date, today: date) -> bool:
    """The ID issue date is not in the future."""
    return issued <= today
