"""Old identity card number (số chứng minh nhân dân, CMND): nine digits, not issued any more.

It finds old records and is never padded to twelve digits: it is another number, not a short personal one.

>>> validate("000 000 001")
'000000001'
>>> is_valid("099090000001")
False
"""

from .not_valid import WrongCharacters, WrongLength, accepted_by, ascii_digits, without_separators


def compact(number: str) -> str:
    """The number without blanks, dots and hyphens."""
    return without_separators(number)


def validate(number: str) -> str:
    """The clean number; raises NotValid."""
    number = compact(number)
    if not ascii_digits(number):
        raise WrongCharacters("Số CMND chỉ gồm chữ số từ 0 đến 9. Hãy nhập lại theo thẻ.")
    if len(number) != 9:
        raise WrongLength(f"Số CMND có 9 chữ số; số này có {len(number)}. Hãy nhập lại theo thẻ.")
    return number


is_valid = accepted_by(validate)


def format(number: str) -> str:
    """In groups of three.

    >>> format("000000001")
    '000 000 001'
    """
    number = compact(number)
    return " ".join(number[start : start + 3] for start in range(0, len(number), 3))
