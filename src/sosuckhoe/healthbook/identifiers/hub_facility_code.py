"""Facility code of the Ministry's hub: 13 digits (QĐ 1551/QĐ-BYT 2026), another system than MA_CSKCB.

No check digit is assumed although the form is a GLN's: the rule was not found in a primary text.

>>> validate("9900000099999")
'9900000099999'
>>> is_valid("99999")
False
"""

from .not_valid import WrongCharacters, WrongLength, accepted_by, ascii_digits, without_separators


def compact(number: str) -> str:
    """The number without blanks, dots and hyphens."""
    return without_separators(number)


def validate(number: str) -> str:
    """The clean code; raises NotValid."""
    number = compact(number)
    if not ascii_digits(number):
        raise WrongCharacters("Mã cơ sở trên trục Bộ Y tế chỉ gồm chữ số từ 0 đến 9. Hãy nhập lại.")
    if len(number) != 13:
        raise WrongLength(f"Mã cơ sở trên trục Bộ Y tế có 13 chữ số; mã này có {len(number)}. Hãy nhập lại.")
    return number


is_valid = accepted_by(validate)


def format(number: str) -> str:
    """As printed, in one piece."""
    return compact(number)
