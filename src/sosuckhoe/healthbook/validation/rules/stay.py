"""Kind and length of the visit (loại hình, số ngày điều trị, chuyển viện)."""

from datetime import date, datetime, timedelta

from ..policy import Policy
from ..rule import rule
from .cited import CHECKERS, GATEWAY, table

INPATIENT = "03"
NOT_INSURED = "9"
"""MA_DOITUONG_KCB of a visit without insurance: at least tables 1 and 8 are sent (công văn 4395/BYT-KCB)."""
SUMMARISED = frozenset({"03", "04", "06"})
"""Visit types for which QĐ 4750 asks a summary (table 8)."""
ADMITTED = frozenset({"03", "04", "06", "09"})
WITHOUT_DAYS = frozenset({"01", "07", "09"})
BY_CALENDAR = frozenset({"02", "03", "04", "06"})
BY_APPOINTMENT = ("1.5", "7", "10")
"""MA_DOITUONG_KCB of those who come back by appointment, and of medicines fetched or brought."""
TRANSFERRED = frozenset({"2", "5"})
"""MA_LOAI_RV of a patient sent to another facility."""
SHORT_STAY = timedelta(hours=4)


@rule(
    "BUS-001",
    table="XML1",
    reads=("NGAY_VAO", "NGAY_RA", "MA_LOAI_KCB"),
    owner="clinician",
    source="QĐ 824/QĐ-BYT, phụ lục 1; QĐ 1804/QĐ-BYT, phụ lục 1; các bộ kiểm tra công khai",
    sentence="Đợt nội trú dưới 4 giờ (từ {NGAY_VAO} đến {NGAY_RA}) cần ghi loại hình 09, đang ghi {MA_LOAI_KCB}.",
)
def short_stay_is_not_inpatient(arrived: datetime, discharged: datetime, visit_type: str) -> bool:
    """An inpatient stay shorter than 4 hours is coded 09, not 03."""
    return visit_type != INPATIENT or discharged < arrived or discharged - arrived >= SHORT_STAY


@rule(
    "BUS-004",
    table="XML1",
    reads=("MA_LOAI_KCB", "SO_NGAY_DTRI"),
    owner="clinician",
    source=table(1, GATEWAY, CHECKERS),
    sentence="Loại hình {MA_LOAI_KCB} không tính ngày điều trị, nên số ngày điều trị là 0; đang ghi {SO_NGAY_DTRI}.",
)
def some_visits_have_no_days(visit_type: str, days: int) -> bool:
    """SO_NGAY_DTRI is 0 for types 01, 07 and 09."""
    return days == 0 or visit_type not in WITHOUT_DAYS


@rule(
    "BUS-005",
    table="XML1",
    reads=("MA_LOAI_KCB", "NGAY_VAO", "NGAY_RA", "SO_NGAY_DTRI"),
    owner="clinician",
    source=table(1, GATEWAY),
    sentence=(
        "Số ngày điều trị ghi {SO_NGAY_DTRI}, không bằng ngày ra trừ ngày vào cộng 1 (từ {NGAY_VAO} đến "
        "{NGAY_RA})."
    ),
)
def days_are_counted_by_calendar(visit_type: str, first: date, last: date, days: int) -> bool:
    """SO_NGAY_DTRI is day of NGAY_RA minus day of NGAY_VAO plus 1 for types 02, 03, 04 and 06."""
    return visit_type not in BY_CALENDAR or last < first or days == (last - first).days + 1


@rule(
    "XFD-096",
    table="XML1",
    reads=("MA_LOAI_KCB", "NGAY_VAO_NOI_TRU"),
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Loại hình {MA_LOAI_KCB} cần có giờ vào nội trú (NGAY_VAO_NOI_TRU).",
)
@rule(
    "XFD-096",
    table="XML1",
    reads=("MA_LOAI_KCB", "LY_DO_VNT"),
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Loại hình {MA_LOAI_KCB} cần có lý do vào nội trú (LY_DO_VNT).",
)
@rule(
    "XFD-096",
    table="XML1",
    reads=("MA_LOAI_KCB", "PP_DIEU_TRI"),
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Loại hình {MA_LOAI_KCB} cần có phương pháp điều trị (PP_DIEU_TRI).",
)
def admission_is_described(visit_type: str, value: str | None) -> bool:
    """Types 03, 04, 06 and 09 carry admission time, admission reason and treatment method."""
    return value is not None or visit_type not in ADMITTED


@rule(
    "XFD-097",
    table="XML1",
    reads=("MA_LOAI_RV", "MA_NOI_DEN"),
    owner="clinician",
    source=table(1, CHECKERS),
    sentence="Loại ra viện ghi {MA_LOAI_RV} nhưng chưa có mã nơi chuyển đến (MA_NOI_DEN).",
)
def transfer_names_its_destination(discharge_type: str, destination: str | None) -> bool:
    """MA_NOI_DEN is filled when MA_LOAI_RV is 2 or 5."""
    return destination is not None or discharge_type not in TRANSFERRED


@rule(
    "XFD-098",
    table="XML1",
    reads=("MA_DOITUONG_KCB", "MA_NOI_DI", "GIAY_CHUYEN_TUYEN"),
    severity="warning",
    confidence="medium",
    owner="reception",
    source=CHECKERS,
    sentence=(
        "Nơi chuyển đi và số giấy chuyển phải có cùng nhau; đang ghi nơi chuyển {MA_NOI_DI}, số giấy "
        "{GIAY_CHUYEN_TUYEN}."
    ),
)
def referral_has_facility_and_paper(category: str | None, facility: str | None, paper: str | None) -> bool:
    """Referring facility and referral paper number come together.

    Not asked of who comes back by appointment or fetches medicines: an appointment may stand on a prescription or a
    discharge paper, without a number, and is mostly this very facility's (TT 01/2025/TT-BYT, Điều 11).
    """
    return (facility is None) == (paper is None) or (category or "").startswith(BY_APPOINTMENT)


@rule(
    "FMT-083",
    table="XML8",
    reads=("MA_LOAI_KCB", "@policy"),
    owner="records",
    source=table(8, GATEWAY),
    sentence="Có tóm tắt hồ sơ bệnh án cho loại hình {MA_LOAI_KCB}; QĐ 4750 chỉ yêu cầu cho loại hình 03, 04 và 06.",
)
def summary_is_for_stays(visit_type: str, policy: Policy) -> bool:
    """MA_LOAI_KCB in a record summary is 03, 04 or 06, unless the hospital summarises every visit for the book."""
    return policy.summary_for_every_visit is not False or visit_type in SUMMARISED


@rule(
    "BOOK-001",
    table="XML1",
    reads=("XML8", "MA_LOAI_KCB", "@policy", "MA_DOITUONG_KCB"),
    at="XML8",
    severity="warning",
    owner="clinician",
    source="Quyết định của bệnh viện: mọi đợt khám có tóm tắt để hiện trong Sổ sức khỏe điện tử",
    sentence="Chưa có tóm tắt hồ sơ bệnh án (XML8), nên Sổ sức khỏe điện tử của người bệnh thiếu phần này.",
)
def every_visit_has_its_summary(
    summaries: int, visit_type: str, policy: Policy, category: str | None
) -> bool:
    """A visit has the summary that the citizen's book shows; XTB-025 asks it of stays.

    Where the hospital has not decided, only a visit without insurance is asked for it.
    """
    if summaries > 0 or visit_type in SUMMARISED:
        return True
    asked = policy.summary_for_every_visit
    return category != NOT_INSURED if asked is None else not asked
