"""Temporary code (mã tạm): what a hospital calls a person whose numbers are not known yet.

Any scheme of the hospital's own, as long as nobody can take it for a national number: not 9, 10 or 12 digits and not
the form of an insurance card.

>>> validate("TAM-2026-0001")
'TAM-2026-0001'
>>> validate("000000000001")
Traceback (most recent call last):
    ...
sosuckhoe.healthbook.identifiers.not_valid.WrongShape: Mã tạm trông như số định danh, CMND, mã số BHXH hoặc mã thẻ BHYT. Hãy dùng mã khác hẳn.
"""

from . import insurance_card, visit_code
from .not_valid import WrongLength, WrongShape, accepted_by, ascii_digits, without_separators


def compact(number: str) -> str:
    """Without blanks around."""
    return number.strip()


def validate(number: str) -> str:
    """The clean code; raises NotValid."""
    number = compact(number)
    if not number:
        raise WrongLength("Mã tạm đang trống. Hãy nhập mã theo quy ước của bệnh viện.")
    visit_code.validate(number)
    bare = without_separators(number)
    if (ascii_digits(bare) and len(bare) in (9, 10, 12)) or insurance_card.is_valid(number):
        raise WrongShape(
            "Mã tạm trông như số định danh, CMND, mã số BHXH hoặc mã thẻ BHYT. Hãy dùng mã khác hẳn."
        )
    return number


is_valid = accepted_by(validate)


def format(number: str) -> str:
    """As it is."""
    return number
