"""Social-insurance number (mã số BHXH): ten digits, the last part of the insurance card's code.

Cards of the 2020 layout (QĐ 1666/QĐ-BHXH, in use since 04/2021) print only this number; the card look-up takes it and
returns the full code. No check digit. Ten digits alone may as well be a telephone number: see ``recognition``.

>>> validate("0000000000")
'0000000000'
>>> validate("123")
Traceback (most recent call last):
    ...
sosuckhoe.healthbook.identifiers.not_valid.WrongLength: Mã số BHXH có 10 chữ số; số này có 3. Hãy nhập lại theo thẻ.
"""

from .not_valid import WrongCharacters, WrongLength, accepted_by, ascii_digits, without_separators


def compact(number: str) -> str:
    """The number without blanks, dots and hyphens."""
    return without_separators(number)


def validate(number: str) -> str:
    """The clean number; raises NotValid."""
    number = compact(number)
    if not ascii_digits(number):
        raise WrongCharacters("Mã số BHXH chỉ gồm chữ số từ 0 đến 9. Hãy nhập lại theo thẻ.")
    if len(number) != 10:
        raise WrongLength(f"Mã số BHXH có 10 chữ số; số này có {len(number)}. Hãy nhập lại theo thẻ.")
    return number


is_valid = accepted_by(validate)


def format(number: str) -> str:
    """As printed, in one piece."""
    return compact(number)
