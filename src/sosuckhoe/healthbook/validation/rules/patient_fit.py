"""Services, cards and categories fit the patient's sex and age (giới tính, tuổi)."""

import re
from datetime import date, timedelta
from functools import lru_cache
from unicodedata import normalize

from ..rule import rule
from .cited import CHECKERS
from .linked_lines import NEWBORN

_OF_WOMEN = re.compile(
    r"\b(?:tử cung|buồng trứng|âm đạo|âm hộ|phần phụ|thai nhi|nước ối|đỡ đẻ|(?:nạo|phá|hút|lấy|khám|siêu âm) thai)\b"
)
_OF_ANYBODY = re.compile(r"\b(?:mắt|nhãn cầu|sơ sinh)\b")
"""The eye has adnexa (phần phụ), too, and a newborn of either sex may have swallowed the waters."""
_OF_MEN = re.compile(r"\b(?:tiền liệt tuyến|tuyến tiền liệt|tinh hoàn|dương vật|bao quy đầu|thừng tinh)\b")
SMALL_CHILD, PUPIL_FROM, PUPIL_TO = 7, 5, 25
"""Years of age. Cards TE are for children under 6 but run on until the school year, so 6 is let through; the age of
pupils is not written down, so the bounds are wide."""


@lru_cache(maxsize=4096)
def only_for(name: str) -> str | None:
    """GIOI_TINH that a service is for by its name; None where it names organs of neither or both."""
    text = normalize("NFC", name).casefold()
    if _OF_ANYBODY.search(text):
        return None
    women, men = _OF_WOMEN.search(text), _OF_MEN.search(text)
    if (women is None) == (men is None):
        return None
    return "2" if women else "1"


def years(born: date, day: date) -> int:
    """Completed years of age."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@rule(
    "BUS-021",
    table="XML3",
    reads=("XML1.GIOI_TINH", "TEN_DICH_VU"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Tên dịch vụ {TEN_DICH_VU} không hợp với giới tính đang ghi {XML1.GIOI_TINH}; xin kiểm tra.",
)
def service_fits_the_sex(sex: str, service: str) -> bool:
    """Sex-specific services fit the patient's sex."""
    return sex == "3" or only_for(service) in (None, sex)


@rule(
    "BUS-022",
    table="XML1",
    reads=("NGAY_SINH", "NGAY_VAO", "MA_THE_BHYT"),
    severity="warning",
    confidence="medium",
    owner="reception",
    source=CHECKERS,
    sentence=(
        "Thẻ {@wrong} không hợp với ngày sinh {NGAY_SINH}: thẻ TE là của trẻ dưới 6 tuổi, thẻ HS là của học "
        "sinh."
    ),
)
def card_group_fits_the_age(born: date, arrived: date, cards: list[str]) -> list[str]:
    """Card prefix TE fits children under 6 and HS a student's age."""
    age = years(born, arrived)
    return [
        card
        for card in cards
        if (card.startswith("TE") and age >= SMALL_CHILD)
        or (card.startswith("HS") and not PUPIL_FROM <= age <= PUPIL_TO)
    ]


@rule(
    "BUS-017",
    table="XML1",
    reads=("NGAY_SINH", "NGAY_VAO", "MA_DOITUONG_KCB"),
    since=date(2026, 1, 1),
    confidence="low",
    owner="reception",
    source=CHECKERS,
    sentence="Đối tượng {MA_DOITUONG_KCB} dành cho trẻ sơ sinh, nhưng người bệnh sinh ngày {NGAY_SINH}.",
)
def newborn_category_is_for_newborns(born: date, arrived: date, category: str) -> bool:
    """Category 1.7 (newborn) fits patients a few days old."""
    return category != "1.7" or timedelta() <= arrived - born <= NEWBORN
