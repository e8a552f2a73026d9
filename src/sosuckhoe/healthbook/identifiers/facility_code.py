"""Facility code (mã cơ sở khám bệnh, chữa bệnh, MA_CSKCB): five characters, given by the insurer.

Two digits of the province and three characters within it (QĐ 384/QĐ-BYT 2019 and the Ministry's lists). Field
files also carry ``NN000`` for temporary cards of newborns. The Ministry's hub uses another code of 13 digits
(``hub_facility_code``); the two are never mixed.

>>> validate(" 99999 ")
'99999'
>>> validate("9900000099999")
Traceback (most recent call last):
    ...
sosuckhoe.healthbook.identifiers.not_valid.WrongLength: Mã cơ sở có 5 ký tự; mã này có 13. Mã 13 chữ số là mã của trục Bộ Y tế, dùng ở chỗ khác.
"""

from .not_valid import WrongCharacters, WrongLength, accepted_by


def compact(number: str) -> str:
    """Upper case, without blanks around."""
    return number.strip().upper()


def validate(number: str) -> str:
    """The clean code; raises NotValid. No closed list: facilities come and go by decision."""
    number = compact(number)
    if len(number) == 13 and number.isdigit():
        raise WrongLength(
            "Mã cơ sở có 5 ký tự; mã này có 13. Mã 13 chữ số là mã của trục Bộ Y tế, dùng ở chỗ khác."
        )
    if not (number.isascii() and number.isalnum()):
        raise WrongCharacters("Mã cơ sở chỉ gồm chữ số và chữ cái không dấu. Hãy nhập lại mã 5 ký tự.")
    if len(number) != 5:
        raise WrongLength(f"Mã cơ sở có 5 ký tự; mã này có {len(number)}. Hãy nhập lại mã 5 ký tự.")
    return number


is_valid = accepted_by(validate)


def format(number: str) -> str:
    """As printed, in one piece."""
    return compact(number)
