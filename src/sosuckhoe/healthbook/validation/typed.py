"""From text on paper to a typed value: dates, exact decimals, whole numbers, lists. Malformed text gives None.

A reader is a mapping from text to value which remembers what it parsed, because the same dates, codes and
amounts come back all day. ``None`` (absent) reads as None too; whoever cares asks for the text as well.
"""

import re
import sys
from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ..standard import Field

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Times on paper are Vietnamese wall time; there has been no other offset since the standard exists."""

REMEMBERED = 1024
"""Values a reader keeps before it starts anew: full after so many visits, and from then on a worker does not grow."""
LONGEST = 160
"""Longer texts are not remembered: names of diseases and products come back all day, stories do not."""

NOTHING_IN_TEXT = frozenset({"NULL", "Null", "null", "(null)", "undefined"})
NOTHING = NOTHING_IN_TEXT | {"N/A", "n/a", "None"}
"""Words that programs write for a value that is not there. In free text some of them may be meant."""

_INTEGER = re.compile(r"[0-9]+")
ParseAll = Callable[[Collection[str]], list[Any] | None]


class Reader(dict[str | None, Any]):
    """``reader[text]`` is the typed value, or None where the text is absent or malformed."""

    def __init__(
        self,
        parse: Callable[[str], Any],
        most: int = REMEMBERED,
        parse_all: ParseAll | None = None,
        meant: Callable[[str], Any] | None = None,
    ) -> None:
        """``parse``: a well-formed text. ``parse_all``: many texts at one look; None unless all are well-formed.
        ``meant``: a text that is not, where what it means is beyond doubt: shape tells of it, rules reckon with it."""
        super().__init__({None: None})
        self.parse, self.most, self.parse_all, self.meant = parse, most, parse_all, meant

    def __missing__(self, text: str | None) -> Any:
        if text is None:  # another thread has just emptied this reader
            return None
        value = self.parse(text)
        if value is None and self.meant is not None:
            value = self.meant(text)
        if len(text) <= LONGEST:
            if len(self) >= self.most:
                self._forget()
            self[text] = value
        return value

    def _forget(self) -> None:
        self.clear()
        self[None] = None


def _digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()


_CLOCK = {f"{at // 60:02}{at % 60:02}": time(at // 60, at % 60, tzinfo=VIETNAM) for at in range(24 * 60)}


def parse_datetime(text: str) -> datetime | None:
    """yyyymmddHHMM, a real date and time from 00:00 to 23:59."""
    day, clock = _DAYS[text[:8]], _CLOCK.get(text[8:])
    return None if day is None or clock is None else datetime.combine(day, clock)


def _parse_datetimes(texts: Collection[str]) -> list[datetime] | None:
    combine = datetime.combine
    try:
        return [combine(_DAYS[text[:8]], _CLOCK[text[8:]]) for text in texts]
    except (KeyError, TypeError):
        return None


def parse_date(text: str) -> date | None:
    """yyyymmdd, a real date."""
    if not _digits(text, 8):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


_DAYS = Reader(parse_date)


def parse_either(text: str) -> datetime | None:
    """yyyymmdd or yyyymmddHHMM; a day alone is its midnight."""
    return parse_datetime(text + "0000" if len(text) == 8 else text)


def parse_birth(text: str) -> datetime | None:
    """A birth (NGAY_SINH): 12 digits where unknown month and day, hour and minute are ``0000``.

    Gives the earliest moment it can mean: 1 January, or midnight. A day without a month is not a date.
    """
    if not _digits(text, 12):
        return None
    if text[4:8] == "0000":
        return parse_datetime(text[:4] + "0101" + "0000") if text[8:] == "0000" else None
    if text[6:8] == "00":
        return parse_datetime(text[:6] + "01" + text[8:]) if text[8:] == "0000" else None
    return parse_datetime(text)


def parse_decimal(text: str, places: int | None = None) -> Decimal | None:
    """Digits with at most one dot: no thousands separator, comma, exponent or blank."""
    return Decimal(text) if _decimal_form(places).fullmatch(text) else None


@lru_cache(maxsize=8)
def _decimal_form(places: int | None) -> re.Pattern[str]:
    return re.compile(_decimal(places))


def _decimal(places: int | None) -> str:
    return rf"-?[0-9]++(?:\.[0-9]{{1,{'' if places is None else places}}}+)?+"


def parse_integer(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text) and len(text) <= 18 else None


def without_empty_decimals(text: str, places: int) -> str:
    """A number without the zeros after its point that are more than ``places``: database columns of money write
    45000.0000, which is 45000.00."""
    whole, point, rest = text.partition(".")
    if not point or len(rest) <= places or rest[places:].strip("0"):
        return text
    return f"{whole}.{rest[:places]}" if places else whole


def parse_members(text: str) -> list[str] | None:
    """Members between semicolons, without blanks around; None where one is empty or all is a word for nothing."""
    members = [member.strip() for member in text.split(";")]
    return members if all(members) and text not in NOTHING else None


def _list_of(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    def parse_list(text: str) -> list[Any] | None:
        values = [parse(member.strip()) for member in text.split(";")]
        return None if None in values else values

    return parse_list


def is_clean(code: str) -> bool:
    """Whether a code has no blank at either end and no hidden character, and is no word for nothing."""
    return code.isprintable() and code == code.strip() and code not in NOTHING


def is_birth(field: Field) -> bool:
    return field.english == "born_at" and field.kind == "datetime12"


def decimal_places(field: Field) -> int | None:
    """Decimals allowed: 2 in amounts of money, 3 in quantities and unit prices (QĐ 4750, quy định chung)."""
    if field.kind != "decimal":
        return None
    names = (field.official, *field.former)
    if any(name.startswith(("T_", "THANH_TIEN")) for name in names):
        return 2
    return 3 if any(name.startswith(("SO_LUONG", "DON_GIA")) for name in names) else None


@lru_cache(maxsize=256)
def _reader(kind: str, limit: int | None, places: int | None) -> Reader:
    """One reader for all fields that read alike."""

    well_formed, longest = _decimal_form(places).fullmatch, limit or sys.maxsize

    def decimal(text: str) -> Decimal | None:
        return Decimal(text) if len(text) <= longest and well_formed(text) else None

    lines = re.compile(rf"(?:{_decimal(places)}\n)*+")

    def decimals(texts: Collection[str]) -> list[Decimal] | None:
        text = "\n".join([*texts, ""])
        if text.count("\n") != len(texts) or max(map(len, texts)) > longest or not lines.fullmatch(text):
            return None
        return [*map(Decimal, texts)]

    def integer(text: str) -> int | None:
        return None if limit and len(text) > limit else parse_integer(text)

    def meant(text: str) -> Decimal | int | None:
        if kind == "integer":
            return integer(without_empty_decimals(text, 0))
        if places is None:
            return decimal(text.rstrip("0").rstrip(".")) if "." in text else None
        return decimal(without_empty_decimals(text, places))

    def code(text: str) -> str | None:
        return text if text and is_clean(text) and not (limit and len(text) > limit) else None

    def day_of(text: str) -> date | None:
        moment = parse_either(text)
        return moment.date() if moment else None

    parsers: dict[str, Callable[[str], Any]] = {
        "datetime12": parse_datetime,
        "date8": parse_date,
        "date8_or_datetime12": parse_either,
        "birth": parse_birth,
        "day": day_of,
        "day of birth": lambda text: birth.date() if (birth := parse_birth(text)) else None,
        "decimal": decimal,
        "integer": integer,
        "code": code,
        "codes": parse_members,
        "date8_list": _list_of(parse_date),
        "datetime12_list": _list_of(parse_datetime),
        "integer_list": _list_of(parse_integer),
    }
    at_one_look: dict[str, ParseAll] = {"datetime12": _parse_datetimes, "decimal": decimals}
    lenient = meant if kind in ("decimal", "integer") else None
    return Reader(parsers[kind], REMEMBERED, at_one_look.get(kind), lenient)


def reader_of(field: Field) -> Reader | None:
    """How the values of a field are read; None for plain text, which is its own value."""
    if field.kind == "string":
        return None
    kind = "birth" if is_birth(field) else field.kind
    limit = field.max_length if kind in ("decimal", "integer", "code") else None
    return _reader(kind, limit, decimal_places(field))


def day_reader(field: Field) -> Reader:
    """Reads the day of a time."""
    return _reader("day of birth" if is_birth(field) else "day", None, None)
