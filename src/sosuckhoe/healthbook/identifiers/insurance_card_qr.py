"""QR code of the paper insurance card (thẻ BHYT giấy).

Fields separated by ``|``, names and addresses as hexadecimal UTF-8 (order of one hospital system's reader;
field names ours)::

    0 card number (15 or 10) | 1 name | 2 birth | 3 sex 1/2 | 4 address | 5 registered facility "99 - 999"
    6 valid from | 7 valid to | 8 issued | 9 managing office | 10 guardian | 11 living area
    12 five continuous years | 13… control fields, ``$``

Newer layouts have fewer fields, so nothing after the eighth is required. Whatever the card says is a proposal: the
look-up's answer wins.

>>> card = parse("XX4990000000000|4e475559e1bb844e2056c4824e204de1baaa55|01/02/1990|1|5068e1bb91204de1baab75|99 - 999|01/01/2026|-|$")
>>> card.number, card.full_name, card.born, card.sex, card.facility_code, card.valid_from, card.valid_to
('XX4990000000000', 'NGUYỄN VĂN MẪU', '19900201', '1', '99999', '20260101', '')
>>> parse("XX4990000000000|x")
Traceback (most recent call last):
    ...
sosuckhoe.healthbook.identifiers.not_valid.WrongShape: Mã QR của thẻ BHYT thiếu mục. Hãy quét lại hoặc nhập tay.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from . import facility_code, insurance_card, social_insurance_number
from .not_valid import Hint, WrongShape, accepted_by
from .scanned import clean, in_future, paper_date, spaced


@dataclass(frozen=True, slots=True)
class InsuranceCard:
    """What was read from the card; empty where the card says nothing that can be read."""

    number: str
    """15 characters, or the 10 of the social-insurance number."""
    full_name: str = ""
    born: str = ""
    sex: str = ""
    address: str = ""
    facility_code: str = ""
    """MA_DKBD, where the person is registered."""
    valid_from: str = ""
    valid_to: str = ""
    issued_on: str = ""
    office_code: str = ""
    guardian_name: str = ""
    living_area: str = ""
    five_years_on: str = ""
    hints: tuple[Hint, ...] = ()


def compact(text: str) -> str:
    """The scan without what the scanner added around it."""
    return clean(text)


def parse(text: str, *, day: date | None = None) -> InsuranceCard:
    """The card of a scan; raises NotValid. With ``day``, a birth date after it is pointed out."""
    fields = [field.strip() for field in clean(text).rstrip("$").split("|")]
    if not is_card_number(fields[0]):
        raise WrongShape("Mã quét không phải mã QR trên thẻ BHYT. Hãy quét lại hoặc nhập tay.")
    if len(fields) < 8:
        raise WrongShape("Mã QR của thẻ BHYT thiếu mục. Hãy quét lại hoặc nhập tay.")
    if any(is_card_number(field) and len(field) == 15 for field in fields[1:]):
        raise WrongShape("Hai lần quét bị lẫn vào nhau. Hãy xóa ô này rồi quét lại từng thẻ.")
    hints: list[Hint] = []

    def field(index: int) -> str:
        return fields[index] if index < len(fields) and fields[index] not in ("-", "–") else ""

    born = _date(field(2), "Ngày sinh", hints)
    if born and day and in_future(born, day):
        hints.append(Hint("BIRTH-IN-FUTURE", "Ngày sinh trên thẻ ở sau hôm nay. Hãy đối chiếu với thẻ."))
        born = ""
    sex = field(3) if field(3) in ("1", "2") else ""
    if not sex:
        hints.append(Hint("SEX-UNREADABLE", "Không đọc được giới tính trên thẻ. Hãy nhập tay."))
    valid_from, valid_to = _date(field(6), "Ngày hiệu lực", hints), _date(field(7), "Ngày hết hạn", hints)
    if valid_from and valid_to and valid_from > valid_to:
        hints.append(
            Hint("VALIDITY-REVERSED", "Thẻ ghi ngày hết hạn trước ngày hiệu lực. Hãy tra cứu thẻ trên cổng.")
        )
    return InsuranceCard(
        number=_number(fields[0]),
        full_name=_text(field(1), "Họ tên", hints),
        born=born,
        sex=sex,
        address=_text(field(4), "Địa chỉ", hints),
        facility_code=_facility(field(5), hints),
        valid_from=valid_from,
        valid_to=valid_to,
        issued_on=_date(field(8), "Ngày cấp", hints),
        office_code=field(9),
        guardian_name=_text(field(10), "Họ tên người giám hộ", hints),
        living_area=field(11).upper(),
        five_years_on=_date(field(12), "Ngày đủ 5 năm liên tục", hints),
        hints=tuple(hints),
    )


def is_card_number(text: str) -> bool:
    """15 characters of a card or 10 digits."""
    return insurance_card.is_valid(text) or social_insurance_number.is_valid(text)


def _number(text: str) -> str:
    return insurance_card.compact(text)


def _text(text: str, label: str, hints: list[Hint]) -> str:
    """Plain text, or hexadecimal UTF-8 (in one system's cards UTF-16)."""
    if not text or " " in text or len(text) % 2 or not re.fullmatch(r"[0-9A-Fa-f]+", text):
        return spaced(text)
    raw = bytes.fromhex(text)
    for encoding in ("utf-8", "utf-16-le"):
        try:
            decoded = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(unicodedata.category(one) not in ("Cc", "Cn", "Co", "Cs") for one in decoded):
            return spaced(unicodedata.normalize("NFC", decoded))
    hints.append(Hint("TEXT-UNREADABLE", f"{label} trên thẻ không giải mã được. Hãy nhập tay theo thẻ."))
    return text


def _facility(text: str, hints: list[Hint]) -> str:
    if not text:
        return ""
    joined = re.sub(r"[\s–-]+", "", text)
    if facility_code.is_valid(joined):
        return facility_code.validate(joined)
    hints.append(
        Hint("FACILITY-UNREADABLE", "Không đọc được nơi đăng ký ban đầu trên thẻ. Hãy tra cứu thẻ trên cổng.")
    )
    return ""


def _date(text: str, label: str, hints: list[Hint]) -> str:
    read = paper_date(text)
    if read is None:
        hints.append(Hint("DATE-UNREADABLE", f"{label} trên thẻ không đọc được. Hãy nhập tay theo thẻ."))
        return ""
    return read


def validate(text: str) -> str:
    """The clean scan when it is an insurance card; raises NotValid."""
    parse(text)
    return clean(text)


is_valid = accepted_by(validate)


def format(text: str) -> str:
    """The number on the card, grouped; the rest of a scan is never shown in one line."""
    number = parse(text).number
    return insurance_card.format(number) if len(number) == 15 else number
