"""QR code of the citizen's card (thẻ CCCD gắn chip, since 2021; thẻ căn cước, since 01/07/2024).

UTF-8 text, seven fields separated by ``|`` (field use, confirmed by several implementations)::

    number | old number | full name | birth | sex | address | day of issue

Dates are ``ddMMyyyy``; ``MMyyyy`` and ``yyyy`` occur for birth. The old number may be empty. The layout of the 2024
card is not public and may add cancelled numbers and family members: the first seven fields are read when they
fit, what follows is counted and dropped, because data of relatives must not be kept. When they do not fit,
only the number is taken and the rest is typed by hand.

What a card says is *declared*, not verified: a good grammar proves nothing.

>>> card = parse("099090000001|000000001|NGUYỄN VĂN MẪU|01021990|Nam|Số 1, Phố Mẫu, Tỉnh Mẫu|15042022")
>>> card.personal_id, card.full_name, card.born, card.sex, card.issued_on
('099090000001', 'NGUYỄN VĂN MẪU', '19900201', '1', '20220415')
>>> card.hints
()
>>> parse("NGUYỄN VĂN MẪU|099090000001")
Traceback (most recent call last):
    ...
sosuckhoe.healthbook.identifiers.not_valid.WrongShape: Mã quét không phải mã QR trên thẻ căn cước. Hãy quét lại hoặc nhập tay.
"""

import re
from dataclasses import dataclass
from datetime import date

from . import old_identity_card, personal_id
from .not_valid import Hint, NotValid, WrongShape, accepted_by
from .scanned import clean, in_future, paper_date, spaced

_SEX = {"nam": "1", "nữ": "2"}


@dataclass(frozen=True, slots=True)
class CitizenCard:
    """What was read from the card; empty where the card says nothing that can be read."""

    personal_id: str
    old_number: str = ""
    full_name: str = ""
    born: str = ""
    """``yyyyMMdd``, ``yyyyMM`` or ``yyyy``."""
    sex: str = ""
    """As in GIOI_TINH: 1 male, 2 female."""
    address: str = ""
    issued_on: str = ""
    more_fields: int = 0
    """Fields beyond the seven known ones, which were dropped."""
    hints: tuple[Hint, ...] = ()


def compact(text: str) -> str:
    """The scan without what the scanner added around it."""
    return clean(text)


def parse(text: str, *, day: date | None = None) -> CitizenCard:
    """The card of a scan; raises NotValid. With ``day``, dates after it are pointed out."""
    fields = [field.strip() for field in clean(text).split("|")]
    if len(fields) < 2 or not personal_id.is_valid(fields[0]):
        raise WrongShape("Mã quét không phải mã QR trên thẻ căn cước. Hãy quét lại hoặc nhập tay.")
    # Twelve digits in a row stand only in the first field: here another scan began before this one ended.
    if any(re.search(r"[0-9]{12}", field) for field in fields[1:7]):
        raise WrongShape("Hai lần quét bị lẫn vào nhau. Hãy xóa ô này rồi quét lại từng thẻ.")
    number = personal_id.validate(fields[0])
    if len(fields) < 7:
        return CitizenCard(
            number,
            hints=(
                Hint(
                    "LAYOUT-UNKNOWN", "Chỉ đọc được số định danh trên thẻ này. Hãy nhập tay các mục còn lại."
                ),
            ),
        )
    hints: list[Hint] = []
    old_number = ""
    if fields[1]:
        try:
            old_number = old_identity_card.validate(fields[1].split(",")[0].split(";")[0])
        except NotValid:
            hints.append(
                Hint("OLD-NUMBER-UNREADABLE", "Không đọc được số CMND cũ trên thẻ. Hãy nhập tay nếu cần.")
            )
    name = spaced(fields[2])
    if not name or any(character.isdigit() for character in name):
        hints.append(Hint("NAME-UNUSUAL", "Họ tên đọc từ thẻ trống hoặc có chữ số. Hãy đối chiếu với thẻ."))
    born, issued_on = _date(fields[3], "BIRTH", day, hints), _date(fields[6], "ISSUE", day, hints)
    sex = _SEX.get(fields[4].casefold(), "")
    if not sex:
        hints.append(Hint("SEX-UNREADABLE", "Không đọc được giới tính trên thẻ. Hãy nhập tay."))
    if not fields[5]:
        hints.append(Hint("ADDRESS-MISSING", "Thẻ không ghi địa chỉ. Hãy hỏi và nhập tay."))
    hints += personal_id.hints(number, sex=sex, born=born)
    return CitizenCard(
        number, old_number, name, born, sex, spaced(fields[5]), issued_on, len(fields) - 7, tuple(hints)
    )


def _date(text: str, what: str, day: date | None, hints: list[Hint]) -> str:
    """The date, or empty with a hint: a card whose day cannot be read is still this person's card."""
    label = {"BIRTH": "Ngày sinh", "ISSUE": "Ngày cấp"}[what]
    read = paper_date(text)
    if read is None or (not read and what == "BIRTH"):
        hints.append(Hint(f"{what}-UNREADABLE", f"{label} trên thẻ không đọc được. Hãy nhập tay theo thẻ."))
        return ""
    if read and day and in_future(read, day):
        hints.append(Hint(f"{what}-IN-FUTURE", f"{label} trên thẻ ở sau hôm nay. Hãy đối chiếu với thẻ."))
        return ""
    return read


def validate(text: str) -> str:
    """The clean scan when it is a citizen's card; raises NotValid."""
    parse(text)
    return clean(text)


is_valid = accepted_by(validate)


def format(text: str) -> str:
    """The number on the card, grouped; the rest of a scan is never shown in one line."""
    return personal_id.format(parse(text).personal_id)
