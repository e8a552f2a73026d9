"""The crowd: everybody else who comes to the demo hospital, composed so that all ages and kinds of card occur."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from .cast import HOUSE, Citizen, leading, people_data


def _names(part: str) -> list[str]:
    return [row["name"] for row in people_data("names.csv") if row["part"] == part]


_FAMILY, _WOMEN, _MEN = _names("family"), _names("woman"), _names("man")
_VILLAGES = ("Thôn Đông", "Thôn Đoài", "Ấp Giữa", "Khu phố 3", "Tổ 5", "Bản Hạ")


def crowd(today: date, *, seed: int = 2026) -> tuple[Citizen, ...]:
    """The other people, composed: all ages, insured and not, children with a mother among them."""
    people = list(_composed(today, 56, seed))
    mothers = [person for person in people if person.sex == "2" and 24 <= person.age(today) <= 45]
    for number, child in enumerate(people):
        if child.age(today) < 16:
            mother = mothers[number % len(mothers)]
            people[number] = replace(child, mother=mother.name, representative=mother.name, relation="Mẹ")
    return tuple(people)


def _composed(today: date, count: int, seed: int) -> Iterator[Citizen]:
    draw = Random(seed)
    for number in range(15, 15 + count):
        sex = "1" if number % 2 else "2"
        age = (4, 9, 15, 22, 28, 34, 41, 47, 52, 58, 64, 69, 74, 81)[number % 14] + draw.randrange(-1, 3)
        born = today - timedelta(days=age * 365 + draw.randrange(20, 340))
        serial = number
        child = age < 16
        weight = f"{10 + age * 2 + draw.randrange(4)}.50" if child else f"{46 + draw.randrange(28)}.00"
        names = _MEN if sex == "1" else _WOMEN
        family = _FAMILY[(number * 7 + number // len(_FAMILY)) % len(_FAMILY)]
        yield Citizen(
            key=f"n{number}",
            name=f"{family} Mẫu {names[(number * 5) % len(names)]}",
            born_at=f"{born:%Y%m%d}0000" if number % 9 else f"{born:%Y}00000000",
            sex=sex,
            patient_code=f"BN{number:06d}",
            personal_id=personal_id(born, sex, serial),
            card="" if number % 5 == 0 else _card_of(age, serial, draw),
            registered=HOUSE.code if number % 4 else "99001",
            phone=f"0990{number:06d}",
            ethnic_group={20: "05", 21: "03", 22: "08"}.get((number * 7) % len(_FAMILY), "01"),
            address=f"{_VILLAGES[number % len(_VILLAGES)]}, xã Mẫu, Thành phố Hồ Chí Minh",
            blood_group=draw.choice(("", "", "A+", "B+", "O+", "AB+", "O-")),
            weight=weight,
            father=f"{family} Mẫu {_MEN[(number * 3) % len(_MEN)]}" if child else "",
        )


def _card_of(age: int, serial: int, draw: Random) -> str:
    if age < 6:
        return card("TE", 1, serial)
    if age < 18:
        return card("HS", 4, serial)
    if age >= 62:
        return card("HT", 3, serial)
    group, level = draw.choice((("DN", 4), ("DN", 4), ("GD", 4), ("HC", 4), ("HN", 2), ("CN", 2)))
    return card(group, level, serial)


def personal_id(born: date, sex: str, serial: int) -> str:
    """A number in the official form under province 099, which does not exist.

    >>> personal_id(date(1990, 3, 15), "2", 2)
    '099190000002'
    """
    century = {19: 0, 20: 2}[born.year // 100] + (sex == "2")
    return f"099{century}{born.year % 100:02d}{serial:06d}"


def card(group: str, level: int, serial: int) -> str:
    """An insurance card of province 99.

    >>> card("DN", 4, 2)
    'DN4999900000002'
    """
    return f"{group}{level}99{9900000000 + serial:010d}"


def citizens(today: date, *, seed: int = 2026) -> tuple[Citizen, ...]:
    """Everybody, the leading people first."""
    return (*leading(today), *crowd(today, seed=seed))
