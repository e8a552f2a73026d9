"""Visit code (mã liên kết, MA_LK): what ties the tables of one course of care together, for life.

Chosen by the hospital: 1 to 100 characters (QĐ 130/QĐ-BYT 2023 and later editions), no blanks around it. Nothing
else is prescribed, so nothing else is refused except characters that nobody can see: a line break or a
zero-width space would make two codes out of what people take for one.

>>> validate("MAU-2026-000001")
'MAU-2026-000001'
>>> validate(" MAU-1")
Traceback (most recent call last):
    ...
sosuckhoe.healthbook.identifiers.not_valid.WrongShape: Mã liên kết có khoảng trắng ở đầu hoặc cuối. Hãy bỏ khoảng trắng đó.
>>> is_valid("A" * 100), is_valid("A" * 101), is_valid("")
(True, False, False)
"""

import unicodedata

from .not_valid import WrongCharacters, WrongLength, WrongShape, accepted_by

MAX_LENGTH = 100


def compact(number: str) -> str:
    """Without blanks around; everything inside is the hospital's choice."""
    return number.strip()


def validate(number: str) -> str:
    """The code itself, unchanged; raises NotValid. A repaired code would be another visit."""
    if not number.strip():
        raise WrongLength("Mã liên kết đang trống. Mỗi đợt khám cần một mã liên kết.")
    if len(number) > MAX_LENGTH:
        raise WrongLength(
            f"Mã liên kết dài tối đa {MAX_LENGTH} ký tự; mã này có {len(number)}. Hãy dùng mã ngắn hơn."
        )
    if number != number.strip():
        raise WrongShape("Mã liên kết có khoảng trắng ở đầu hoặc cuối. Hãy bỏ khoảng trắng đó.")
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in number):
        raise WrongCharacters("Mã liên kết có ký tự không nhìn thấy được. Hãy nhập lại mã.")
    return number


is_valid = accepted_by(validate)


def format(number: str) -> str:
    """As it is."""
    return number
