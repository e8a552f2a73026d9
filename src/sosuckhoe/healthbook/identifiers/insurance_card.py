"""Insurance card code (mã thẻ BHYT): 15 characters, QĐ 1351/QĐ-BHXH 2015 and its amendments.

=====  ==================================================================================
1-2    beneficiary group, letters (TE children, HN poor households, DN enterprises, …)
3      benefit level 1-5
4-5    province of issue; the armed forces have values of their own
6-15   social-insurance number
=====  ==================================================================================

No check digit. Groups, provinces and the level's meaning change by decision, and the printed level may be out of date:
the look-up's answer wins, so nothing is compared with a list here.

>>> validate("xx 4 99 0000000000")
'XX4990000000000'
>>> validate("XX9990000000000")
Traceback (most recent call last):
    ...
sosuckhoe.healthbook.identifiers.not_valid.WrongShape: Mã thẻ BHYT gồm 2 chữ cái, 1 chữ số quyền lợi từ 1 đến 5, rồi 12 chữ số. Hãy nhập lại theo thẻ.
>>> format("XX4990000000000")
'XX 4 99 0000000000'
"""

import re

from .not_valid import WrongCharacters, WrongLength, WrongShape, accepted_by, without_separators

_SHAPE = re.compile(r"[A-Z]{2}[1-5][0-9]{12}")


def compact(number: str) -> str:
    """Upper case, without blanks, dots and hyphens."""
    return without_separators(number).upper()


def validate(number: str) -> str:
    """The clean code; raises NotValid."""
    number = compact(number)
    if not (number.isascii() and number.isalnum()):
        raise WrongCharacters("Mã thẻ BHYT chỉ gồm chữ cái không dấu và chữ số. Hãy nhập lại theo thẻ.")
    if len(number) != 15:
        raise WrongLength(
            f"Mã thẻ BHYT có 15 ký tự; mã này có {len(number)}. "
            "Nếu thẻ chỉ in 10 chữ số, hãy nhập vào ô mã số BHXH."
        )
    if not _SHAPE.fullmatch(number):
        raise WrongShape(
            "Mã thẻ BHYT gồm 2 chữ cái, 1 chữ số quyền lợi từ 1 đến 5, rồi 12 chữ số. Hãy nhập lại theo thẻ."
        )
    return number


is_valid = accepted_by(validate)


def format(number: str) -> str:
    """In the groups of the printed card."""
    number = compact(number)
    return " ".join(part for part in (number[:2], number[2:3], number[3:5], number[5:]) if part)


def group(number: str) -> str:
    """The beneficiary group.

    >>> group("XX4990000000000")
    'XX'
    """
    return validate(number)[:2]


def benefit_level(number: str) -> str:
    """The benefit level printed on the card, which the look-up may correct.

    >>> benefit_level("XX4990000000000")
    '4'
    """
    return validate(number)[2]


def social_insurance_number(number: str) -> str:
    """The ten digits of the person.

    >>> social_insurance_number("XX4990000000000")
    '0000000000'
    """
    return validate(number)[5:]
