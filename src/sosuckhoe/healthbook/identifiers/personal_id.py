"""Personal number (số định danh cá nhân), the number on the citizen's card and of the health book.

Twelve digits. By the identification law in force (Luật Căn cước 2023, NĐ 70/2024/NĐ-CP; structure from the line of
NĐ 137/2015/NĐ-CP, general knowledge):

=====  ==========================================================================================
1-3    province of birth registration, or country when born abroad; never today's province list
4      century and sex: 0/1 = 19xx male/female, 2/3 = 20xx, 4/5 = 21xx, 6/7 = 22xx, 8/9 = 23xx
5-6    last two digits of the year of birth
7-12   random
=====  ==========================================================================================

There is no check digit. Leading zeros are part of the number. A corrected year or sex gives a new number, so
the structure only hints (``hints``) and never refuses.

>>> validate("099 090 000 001")
'099090000001'
>>> validate("99090000001")
Traceback (most recent call last):
    ...
sosuckhoe.healthbook.identifiers.not_valid.WrongLength: Số định danh cá nhân có 12 chữ số; số này có 11. Nếu chép từ bảng tính, hãy xem lại các số 0 ở đầu.
>>> format("099090000001")
'099 090 000 001'
>>> is_valid("099090000001"), is_valid("000000000000"), is_valid("9.909E+10")
(True, False, False)
"""

from .not_valid import (
    Hint,
    WrongCharacters,
    WrongLength,
    WrongShape,
    accepted_by,
    ascii_digits,
    without_separators,
)


def compact(number: str) -> str:
    """The number without blanks, dots and hyphens."""
    return without_separators(number)


def validate(number: str, *, allow_filler: bool = False) -> str:
    """The clean number; raises NotValid. Filler such as twelve zeros is refused unless allowed."""
    number = compact(number)
    if not ascii_digits(number):
        raise WrongCharacters("Số định danh cá nhân chỉ gồm chữ số từ 0 đến 9. Hãy nhập lại theo thẻ.")
    if len(number) != 12:
        raise WrongLength(
            f"Số định danh cá nhân có 12 chữ số; số này có {len(number)}. "
            "Nếu chép từ bảng tính, hãy xem lại các số 0 ở đầu."
        )
    if len(set(number)) == 1 and not allow_filler:
        raise WrongShape(
            "Số này gồm 12 chữ số giống nhau, không phải số định danh. Nếu chưa có số, hãy để trống."
        )
    return number


is_valid = accepted_by(validate)


def format(number: str) -> str:
    """In groups of three, as it is read aloud."""
    number = compact(number)
    return " ".join(number[start : start + 3] for start in range(0, len(number), 3))


def birth_year(number: str) -> int:
    """The year of birth the structure tells; a hint only.

    >>> birth_year("099090000001"), birth_year("099326000001")
    (1990, 2026)
    """
    number = validate(number)
    return 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])


def sex_code(number: str) -> str:
    """The sex the structure tells, as in GIOI_TINH: 1 male, 2 female; a hint only.

    >>> sex_code("099090000001"), sex_code("099326000001")
    ('1', '2')
    """
    return "2" if int(validate(number)[3]) % 2 else "1"


def hints(number: str, *, sex: str = "", born: str = "") -> list[Hint]:
    """What does not fit the sex (GIOI_TINH) or the birth date (beginning with yyyy) that were entered.

    >>> hints("099090000001", sex="1", born="19900201")
    []
    >>> [hint.code for hint in hints("099090000001", sex="2", born="1991")]
    ['SEX-DIFFERS', 'BIRTH-YEAR-DIFFERS']
    """
    found = []
    if sex in ("1", "2") and sex != sex_code(number):
        found.append(
            Hint(
                "SEX-DIFFERS",
                "Giới tính khác với chữ số thứ 4 của số định danh. Hãy xem lại thẻ; nếu thẻ đúng, cứ tiếp tục.",
            )
        )
    year = born[:4]
    if ascii_digits(year) and len(year) == 4 and int(year) != birth_year(number):
        found.append(
            Hint(
                "BIRTH-YEAR-DIFFERS",
                "Năm sinh khác với số định danh. Hãy xem lại thẻ; nếu thẻ đúng, cứ tiếp tục.",
            )
        )
    return found
