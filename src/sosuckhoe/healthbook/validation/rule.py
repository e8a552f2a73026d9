"""A rule (quy tắc): a small pure function with a permanent id that says what must hold.

    @rule("XFD-029", table="XML1", reads=("NGAY_VAO", "NGAY_RA"), since=date(2024, 7, 1), owner="reception",
          source="QĐ 4750/QĐ-BYT, Bảng 1", sentence="Thời điểm ra viện {NGAY_RA} sớm hơn thời điểm đến khám {NGAY_VAO}.")
    def discharge_follows_arrival(arrived: datetime, discharged: datetime) -> bool:
        \"\"\"A patient leaves after arriving.\"\"\"
        return discharged >= arrived

The function gets its values in the order of ``reads`` and returns True when all is well. What it may read:

``NGAY_RA``        a field of the rule's own table; the rule runs once for each row.
``XML1.NGAY_RA``   a field of a table that occurs once in a visit.
``XML3.SO_LUONG``  a field of a table that repeats: the whole column, as ``list[Decimal]``, or as
                   ``list[Decimal | None]`` when rows without the value matter (columns read so stay aligned), or as
                   ``set[str]``. Its own table may be read so as well. A table the visit has not is an empty column.
``XML8``           how many rows that table has, as ``int``.
``@day``           the day of checking, as ``date``; ``@policy``  the hospital's ``Policy``.

The annotation chooses the type: ``datetime``, ``date`` (of a time: its day), ``Decimal``, ``int``, ``str`` (the code,
or the text of any other field as on paper) or a list of those for a field that holds a list (``list[str]``). ``X | None``
accepts absence; otherwise an absent value keeps the rule silent. A malformed value always does: the shape check
has reported it. Lists are shared, so a rule never changes them.

A rule that reads no row of its own (only columns) runs once; annotated ``-> list[int]`` it returns the
1-based numbers of the wrong rows of the table its fault points at. Annotated ``-> list[str]`` it returns the wrong
members of what it read, one fault each, and ``{@wrong}`` in the sentence is the member.

Annotated ``-> Decimal`` it returns by how much an amount is off: less than ``ROUNDING`` is fine, less than
``ONE_DONG`` a warning (other systems round to whole đồng), more the rule's own severity.

Official names are those of the day on which a rule was written; a later decision may rename a field, and the rule
follows it (``settling``).

One id may be given to several functions, or to one function for several tables and fields.
"""

import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin, get_type_hints

from .fault import Owner, Severity

Confidence = Literal["high", "medium", "low"]
Check = Callable[..., Any]

ROUNDING = Decimal("0.015")
"""Half-up rounding to 2 decimals and a tolerance of 0,01 đồng. The portal's own tolerance is not published; open
checkers compare rounded values."""
ONE_DONG = Decimal(1)

COUNT = "@count."
"""Before a field in a sentence: how many members its list has, instead of the members."""

UNCERTAIN = "Có thể không phải lỗi: xem lại, đúng thì giữ nguyên."
"""Said after every finding of a rule whose source is weak."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a rule wants one value, from the annotation of its parameter."""

    shape: Literal["value", "list", "set"]
    inner: Any
    """The type of the value, or of a member."""
    optional: bool
    """A value that may be absent; for a column, members that may be."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One check under a permanent id."""

    id: str
    table: str
    reads: tuple[str, ...]
    wants: tuple[Wanted, ...]
    at: str
    """The official path its fault points at."""
    severity: Severity
    since: date | None
    until: date | None
    """The last discharge day it applies to, or None while in force."""
    source: str
    confidence: Confidence
    owner: Owner
    sentence: str
    """Vietnamese, with ``{FIELD}`` where a value is to stand; a column of amounts stands as its sum, and
    ``{@count.FIELD}`` as the number of members of a list."""
    names_rows: bool
    """Whether the function returns the numbers of wrong rows."""
    names_members: bool
    """Whether the function returns the members that are wrong."""
    measures: bool
    """Whether the function returns by how much an amount is off."""
    check: Check
    joins: bool = False
    """Whether tables that a later decision adds are checked as well, when they have all fields it reads of its own."""

    @property
    def statement(self) -> str:
        """What must hold, in English."""
        return (self.check.__doc__ or "").strip().split("\n\n")[0]

    @property
    def subject(self) -> str:
        """The module it stands in, such as ``money``."""
        return self.check.__module__.rsplit(".", 1)[-1]

    def applies_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


RULES: list[Rule] = []
"""Every rule on records, in the order of their ids once all subjects are loaded (``rules/__init__.py``)."""


def rule(
    id: str,
    *,
    table: str | Iterable[str],
    reads: Iterable[str],
    source: str,
    owner: Owner,
    sentence: str,
    severity: Severity = "error",
    since: date | None = date(2024, 7, 1),
    until: date | None = None,
    confidence: Confidence = "high",
    at: str | None = None,
    joins: bool = False,
) -> Callable[[Check], Check]:
    """Enter a function as a rule. ``at``: the field its fault points at; the last one read when absent. ``joins``: it is
    also tried on tables that a later decision adds, where they have its fields."""
    tables = (table,) if isinstance(table, str) else tuple(table)
    reads = tuple(reads)

    def enter(check: Check) -> Check:
        hints = get_type_hints(check)
        returned = hints.pop("return")
        wants = tuple(_wanted(hint) for hint in hints.values())
        if len(wants) != len(reads):
            raise TypeError(f"{id}: {check.__name__} takes {len(wants)} values but reads {len(reads)}")
        for name in tables:
            fields = [read for read in reads if not read.startswith("@")]
            place = at or next((read for read in reversed(fields) if "." not in read), fields[-1])
            RULES.append(
                Rule(
                    id=id,
                    table=name,
                    reads=reads,
                    wants=wants,
                    at=place if "." in place or place.startswith("XML") else f"{name}.{place}",
                    severity="warning" if confidence == "low" else severity,
                    since=since,
                    until=until,
                    source=source,
                    confidence=confidence,
                    owner=owner,
                    sentence=f"{sentence} {UNCERTAIN}" if confidence == "low" else sentence,
                    names_rows=returned == list[int],
                    names_members=returned == list[str],
                    measures=returned is Decimal,
                    check=check,
                    joins=joins,
                )
            )
        return check

    return enter


def _wanted(hint: Any) -> Wanted:
    hint, optional = _without_none(hint)
    shape = get_origin(hint)
    if shape in (list, set):
        inner, absent = _without_none(get_args(hint)[0])
        return Wanted("list" if shape is list else "set", inner, optional or absent)
    return Wanted("value", hint, optional)


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in (types.UnionType, typing.Union):
        rest = [part for part in get_args(hint) if part is not type(None)]
        return rest[0], len(rest) < len(get_args(hint))
    return hint, False
