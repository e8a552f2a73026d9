"""Who the patient is (họ tên, giấy tờ, ngày sinh)."""

import re
from datetime import date, datetime, timedelta

from ...document.letters import ETH, is_refused, odd_in
from ..rule import rule
from .cited import CHECKERS, GATEWAY, GENERAL, table

_ODD_IN_NAMES = re.compile(r"[0-9!@#$%^&*_=+<>?/\\|{}\[\]~\"]|  ")
_PAPER = re.compile(r"[0-9]{9}|[0-9]{12}|[A-Z][0-9]{7}")
_PASSPORT = re.compile(r"(?=.*[0-9])[A-Z0-9]{5,20}")
"""Of any country: how long its numbers are and whether they have letters differs, so no more is asked."""
_PAPER_OR_PASSPORT = re.compile(r"[0-9]{9}|[0-9]{12}|(?=.*[A-Z])[A-Z0-9]{5,20}")
VIETNAM = "000"
AN_HOUR = timedelta(hours=1)


@rule(
    "FMT-011",
    table=("XML0", "XML1"),
    reads=("HO_TEN",),
    severity="warning",
    confidence="medium",
    owner="reception",
    source=CHECKERS,
    sentence="Họ tên {HO_TEN} có chữ số, ký hiệu lạ hoặc hai dấu cách liền nhau.",
)
def name_has_letters_only(name: str) -> bool:
    """A personal name contains no digits or special symbols and no double blanks."""
    return _ODD_IN_NAMES.search(name) is None


@rule(
    "NAME-001",
    table=("XML0", "XML1"),
    reads=("HO_TEN",),
    owner="reception",
    source=f"{GENERAL}: chữ Việt Unicode dựng sẵn",
    sentence="Họ tên {HO_TEN} có ký tự lạ: {@odd}. Xin gõ lại.",
)
def name_has_no_eth(name: str) -> bool:
    """A name has no eth for đ, no sign that turns the direction of writing, no emoji, no heap of marks."""
    return name.isascii() or not any(letter in ETH or is_refused(letter) for letter in odd_in(name))


@rule(
    "NAME-001",
    table=("XML0", "XML1"),
    reads=("HO_TEN",),
    severity="warning",
    owner="reception",
    source=f"{GENERAL}: chữ Việt Unicode dựng sẵn",
    sentence="Họ tên {HO_TEN} có chữ trông giống chữ Việt nhưng là chữ khác, hoặc ký tự ẩn: {@odd}. Xin gõ lại.",
)
def name_is_written_with_one_alphabet(name: str) -> bool:
    """A name has no look-alike letters of another alphabet among Latin ones and no hidden characters."""
    odd = {} if name.isascii() else odd_in(name)
    return not odd or any(letter in ETH or is_refused(letter) for letter in odd)


@rule(
    "FMT-012",
    table="XML1",
    reads=("MA_QUOCTICH", "SO_CCCD"),
    severity="warning",
    confidence="medium",
    owner="reception",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence=(
        "Ô số giấy tờ (SO_CCCD) đang ghi {SO_CCCD}, không giống số CCCD (12 chữ số), CMND (9 chữ số) hay hộ "
        "chiếu Việt Nam (một chữ hoa và 7 chữ số)."
    ),
)
def paper_number_has_a_known_form(nationality: str | None, number: str) -> bool:
    """The ID number is 9 or 12 digits, or one capital letter and 7 digits; papers of foreigners vary."""
    return _PAPER.fullmatch(number) is not None or (
        nationality != VIETNAM and _PASSPORT.fullmatch(number) is not None
    )


@rule(
    "FMT-012",
    table="XML0",
    reads=("SO_CCCD",),
    severity="warning",
    confidence="medium",
    owner="reception",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence=(
        "Ô số giấy tờ (SO_CCCD) đang ghi {SO_CCCD}, không giống số CCCD (12 chữ số), CMND (9 chữ số) hay hộ "
        "chiếu (chữ hoa và chữ số)."
    ),
)
def check_in_paper_number_has_a_known_form(number: str) -> bool:
    """The ID number is 9 or 12 digits or a passport number; a check-in does not tell the nationality."""
    return _PAPER_OR_PASSPORT.fullmatch(number) is not None


@rule(
    "FMT-014",
    table="XML1",
    reads=("NGAY_SINH", "NGAY_SINH", "NGAY_VAO"),
    at="NGAY_SINH",
    severity="warning",
    owner="reception",
    source=table(1),
    sentence=(
        "Trẻ sinh ngày {NGAY_SINH}, chưa quá 28 ngày tuổi lúc đến khám ({NGAY_VAO}); cần ghi cả giờ và phút "
        "sinh."
    ),
)
def newborn_has_an_hour_of_birth(text: str, born: datetime, arrived: datetime) -> bool:
    """For a patient aged 28 days or less hour and minute of birth are filled."""
    return text[8:] != "0000" or text[4:8] == "0000" or not 0 <= (arrived.date() - born.date()).days <= 28


@rule(
    "FMT-016",
    table="XML1",
    reads=("MA_QUOCTICH",),
    confidence="medium",
    owner="reception",
    source=table(1),
    sentence="Mã quốc tịch {MA_QUOCTICH} không đúng 3 ký tự; người Việt Nam ghi 000.",
)
def nationality_has_three_characters(nationality: str) -> bool:
    """MA_QUOCTICH is a 3-character code."""
    return len(nationality) == 3


@rule(
    "FMT-010",
    table=("XML0", "XML1", "XML2", "XML3", "XML4", "XML5", "XML6", "XML7", "XML8", "XML9", "XML10", "XML11",
           "XML13", "XML14", "XML15"),
    reads=("MA_LK",),
    joins=True,
    owner="it",
    source=GENERAL,
    sentence="Mã liên kết {MA_LK} có dấu cách ở đầu hoặc cuối.",
)  # fmt: skip
def visit_code_has_no_blank_ends(visit_code: str) -> bool:
    """MA_LK is free of leading or trailing blanks."""
    return visit_code == visit_code.strip()


@rule(
    "XFD-034",
    table="XML1",
    reads=("NGAY_SINH", "NGAY_VAO"),
    at="NGAY_SINH",
    owner="reception",
    source=CHECKERS,
    sentence="Ngày sinh ({NGAY_SINH}) ở sau lúc đến khám ({NGAY_VAO}).",
)
def birth_precedes_arrival(born: date, arrived: date) -> bool:
    """NGAY_SINH is not later than NGAY_VAO, to the day."""
    return born <= arrived


@rule(
    "XFD-034",
    table="XML1",
    reads=("NGAY_SINH", "NGAY_VAO"),
    at="NGAY_SINH",
    severity="warning",
    owner="reception",
    source=CHECKERS,
    sentence="Giờ sinh ({NGAY_SINH}) muộn hơn lúc đến khám ({NGAY_VAO}) hơn một giờ.",
)
def newborn_arrives_about_when_born(born: datetime, arrived: datetime) -> bool:
    """On the day of birth NGAY_SINH is at most an hour later than NGAY_VAO: a newborn is often registered minutes ahead."""
    return born - arrived <= AN_HOUR or born.date() > arrived.date()
