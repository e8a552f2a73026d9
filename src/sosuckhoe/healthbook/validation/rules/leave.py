"""Papers for leave from work (nghỉ việc, nghỉ dưỡng thai): tables 10 and 11, and the leave in table 7."""

import re
from datetime import date
from unicodedata import normalize

from ..rule import rule
from .cited import CHECKERS, GATEWAY, table
from .parts import TUBERCULOSIS

LONGEST_LEAVE, AFTER_MISCARRIAGE, FOR_TUBERCULOSIS = 30, 50, 180
"""Days of one sick-leave paper: ordinarily, after a miscarriage from 13 weeks, for tuberculosis."""
_TUBERCULOSIS = re.compile(r"\blao\b", re.IGNORECASE)


@rule(
    "FMT-077",
    table="XML11",
    reads=("MAU_SO",),
    owner="records",
    source=table(11, GATEWAY),
    sentence="Mẫu số {MAU_SO}: chỉ để trống hoặc ghi CT07.",
)
def sick_leave_form_is_ct07(form: str) -> bool:
    """MAU_SO is CT07 or empty."""
    return form == "CT07"


@rule(
    "XFD-076",
    table="XML7",
    reads=("NGOAITRU_TUNGAY", "NGOAITRU_DENNGAY", "SO_NGAY_NGHI"),
    owner="records",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence=(
        "Giấy ra viện cần ghi đủ cả ba hoặc để trống cả ba: số ngày nghỉ {SO_NGAY_NGHI}, nghỉ từ "
        "{NGOAITRU_TUNGAY}, nghỉ đến {NGOAITRU_DENNGAY}."
    ),
)
def leave_is_complete(first: str | None, last: str | None, days: str | None) -> bool:
    """The three leave fields are filled together."""
    return (first is None) == (last is None) == (days is None)


@rule(
    "XFD-077",
    table="XML7",
    reads=("NGOAITRU_TUNGAY", "NGOAITRU_DENNGAY", "SO_NGAY_NGHI"),
    severity="warning",
    confidence="medium",
    owner="records",
    source=CHECKERS,
    sentence="Giấy ra viện ghi nghỉ {SO_NGAY_NGHI} ngày, khác số ngày từ {NGOAITRU_TUNGAY} đến {NGOAITRU_DENNGAY}.",
)
@rule(
    "XFD-088",
    table="XML11",
    reads=("TU_NGAY", "DEN_NGAY", "SO_NGAY_NGHI"),
    severity="warning",
    confidence="medium",
    owner="records",
    source=CHECKERS,
    sentence="Giấy nghỉ ghi {SO_NGAY_NGHI} ngày, khác số ngày từ {TU_NGAY} đến {DEN_NGAY}.",
)
@rule(
    "XFD-087",
    table="XML10",
    reads=("TU_NGAY", "DEN_NGAY", "SO_NGAY"),
    severity="warning",
    confidence="medium",
    owner="records",
    source=table(10, CHECKERS),
    sentence="Giấy nghỉ dưỡng thai ghi {SO_NGAY} ngày, khác số ngày từ {TU_NGAY} đến {DEN_NGAY}.",
)
def leave_days_are_counted_inclusively(first: date, last: date, days: int) -> bool:
    """Days of leave equal the last day minus the first plus 1."""
    return days == (last - first).days + 1


@rule(
    "XFD-078",
    table="XML7",
    reads=("NGAY_RA", "NGOAITRU_TUNGAY"),
    severity="warning",
    confidence="medium",
    owner="records",
    source=CHECKERS,
    sentence="Giấy ra viện ghi nghỉ từ ngày {NGOAITRU_TUNGAY}, trước lúc ra viện ({NGAY_RA}).",
)
def leave_starts_at_discharge(discharged: date, first: date) -> bool:
    """Leave does not start before the discharge day."""
    return first >= discharged


@rule(
    "XFD-086",
    table="XML10",
    reads=("CHAN_DOAN_RV",),
    since=date(2025, 1, 1),
    owner="clinician",
    source=table(10, CHECKERS),
    sentence="Chẩn đoán trên giấy nghỉ dưỡng thai đang ghi {CHAN_DOAN_RV}, chưa có chữ “dưỡng thai”.",
)
def pregnancy_rest_says_so(diagnosis: str) -> bool:
    """The diagnosis contains the Vietnamese phrase for pregnancy rest."""
    return "dưỡng thai" in normalize("NFC", diagnosis).casefold()


@rule(
    "XFD-089",
    table="XML11",
    reads=("XML1.MA_BENH_CHINH", "CHAN_DOAN_RV", "MA_DINH_CHI_THAI", "SO_NGAY_NGHI"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=table(11, CHECKERS),
    sentence=(
        "Giấy nghỉ ghi {SO_NGAY_NGHI} ngày; mỗi giấy nhiều nhất 30 ngày, sau sảy thai từ 13 tuần 50 ngày, "
        "bệnh lao 180 ngày."
    ),
)
def sick_leave_is_not_too_long(
    disease: str | None, diagnosis: str, termination: str | None, days: int
) -> bool:
    """Sick leave is at most 30 days per paper, 50 after a miscarriage from 13 weeks and 180 for TB."""
    if (disease or "").startswith(TUBERCULOSIS) or _TUBERCULOSIS.search(normalize("NFC", diagnosis)):
        return days <= FOR_TUBERCULOSIS
    return days <= (AFTER_MISCARRIAGE if termination == "1" else LONGEST_LEAVE)


@rule(
    "XFD-090",
    table="XML11",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_RA", "TU_NGAY"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=table(11, CHECKERS),
    sentence="Giấy nghỉ bắt đầu ngày {TU_NGAY}, không phải ngày khám (từ {XML1.NGAY_VAO} đến {XML1.NGAY_RA}).",
)
def sick_leave_starts_on_the_visit(arrived: date, discharged: date, first: date) -> bool:
    """Leave starts on the visit day."""
    return arrived <= first <= discharged


@rule(
    "XFD-090",
    table="XML11",
    reads=("TU_NGAY", "DEN_NGAY", "NGAY_CT"),
    severity="warning",
    confidence="medium",
    owner="records",
    source=table(11, CHECKERS),
    sentence="Ngày chứng từ của giấy nghỉ ({NGAY_CT}) nằm ngoài thời gian nghỉ, từ {TU_NGAY} đến {DEN_NGAY}.",
)
def sick_leave_paper_lies_inside_the_leave(first: date, last: date, issued: date) -> bool:
    """NGAY_CT lies inside the leave."""
    return first <= issued <= last
