"""Judging one field by itself: its shape, and the rules that read nothing else of the visit.

Almost every value is plainly right, and the same values come back all day. So what is plainly right is remembered with
its typed value, and the generated checker passes whole columns through that memory. Whatever is not there is looked
at slowly, one value after the other, by the same functions that judged it the first time.
"""

import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Literal, cast

from ..record import Column, Record, Row
from ..standard import Edition, Field, Table
from .fault import Fault
from .inlining import inlined
from .rule import Check, Rule
from .shape import Shape, shape_of
from .site import Site
from .typed import LONGEST, NOTHING_IN_TEXT, REMEMBERED, ParseAll, parse_date, parse_members, reader_of

Form = Literal["value", "text", "day"]
"""How a rule wants the value of a field: typed, as on paper, or the day of a time."""
Alone = tuple[Check, Form, bool]
"""A check, the form it wants, and whether it names wrong members."""
CHOSEN_AT = {"order": "ordered_at", "arrival": "arrived_at"}
"""The field (English name) that tells the day by which a list's codes are chosen, where it is not the discharge."""
DAYS = 64
"""Days whose code lists a judge keeps at hand."""


class Doubtful(Exception):
    """A value that is not plainly right."""


@dataclass(frozen=True)
class Trial:
    """A rule that reads one value and nothing else."""

    rule: Rule
    form: Form

    def wrong(self, text: str | None, value: Any) -> list[str | None]:
        """The wrong members, ``[None]`` where the value as a whole is wrong, nothing where all is well or unknown."""
        wanted: Any = text if self.form == "text" else value
        if wanted is None:
            return []
        said = self.rule.check(wanted.date() if self.form == "day" else wanted)
        if self.rule.names_members:
            return list(said)
        return [] if said else [None]


class Plain(dict[str | None, Any]):
    """From a text that is plainly right to its value; raises Doubtful for any other.

    Values that can be read at one look are not remembered by column: amounts hardly repeat, and to keep the minutes of
    a month costs more than to read them again.
    """

    def __init__(
        self, value_of: Callable[[str], Any], values_of: ParseAll | None, optional: bool, most: int
    ) -> None:
        """``value_of`` gives the value, or None where the text is not plainly right; ``values_of`` the values of many
        texts at one look, or None where one is not."""
        super().__init__({None: None} if optional else {})
        self.value_of, self.values_of, self.optional, self.most = value_of, values_of, optional, most

    def column(self, texts: Column) -> list[Any]:
        """The values of a column."""
        first = texts[0]
        if first == texts[-1] and texts.count(first) == len(texts):
            return [self[first]] * len(texts)
        if self.values_of is None:
            return [*map(self.__getitem__, texts)]
        kinds: set[Any] = {*texts}
        absent = None in kinds
        if absent and not self.optional:
            raise Doubtful
        if 2 * len(kinds) > len(texts) and not absent:
            return self._at_one_look(cast(Sequence[str], texts))
        kinds.discard(None)
        known = dict(zip(kinds, self._at_one_look(kinds), strict=True))
        known[None] = None
        return [*map(known.__getitem__, texts)]

    def _at_one_look(self, texts: Collection[str]) -> list[Any]:
        assert self.values_of is not None
        values = self.values_of(texts)
        if values is None:
            raise Doubtful
        return values

    def __missing__(self, text: str | None) -> Any:
        if text is None:
            if self.optional:  # another thread has just emptied this memory
                return None
            raise Doubtful
        value = self.value_of(text)
        if value is None:
            raise Doubtful
        if len(text) <= LONGEST:
            if len(self) >= self.most:
                self.clear()
                if self.optional:
                    self[None] = None
            self[text] = value
        return value


class Judge:
    """The judge of one field in one edition, with the rules that read nothing but its value."""

    def __init__(self, edition: Edition, table: Table, field: Field, trials: Sequence[Trial]) -> None:
        self.field, self.trials, self.table = field, trials, table
        self.shape: Shape = shape_of(edition, table, field)
        self.reader = reader_of(field)
        self.reports = [Site(edition, trial.rule).fault for trial in trials]

    @property
    def is_closed(self) -> bool:
        """Whether a code list, which changes by the day, decides."""
        return self.shape.list is not None

    @property
    def is_text(self) -> bool:
        """Whether the text is its own value and only its length is asked."""
        return self.field.kind == "string" and not self.trials

    def plain_on(self, day: date) -> Plain:
        """What is plainly right in a closed list. Days on which the same codes are valid share it; where another day than
        the discharge chooses, each code is looked at."""
        codes = frozenset(() if self._chosen_at else self.shape.codes_on(day))
        return _shared_plain(_member_of(codes), None, self._alone, not self.shape.always, len(codes) + 1)

    def plain(self) -> Plain:
        """What is plainly right whatever the day."""
        field = self.field
        value_of: Callable[[str], Any]
        if self.reader is None:
            value_of = _up_to(field.max_length, 1 if self.shape.always else 0)
        elif field.kind == "codes":
            value_of = _tidy_members(field.max_length)
        elif field.kind.endswith("_list"):
            value_of = _short(self.reader.parse, field.max_length)
        else:
            value_of = self.reader.parse
        all_of = None if self.reader is None else self.reader.parse_all
        return _shared_plain(value_of, all_of, self._alone, not self.shape.always, REMEMBERED)

    @cached_property
    def _chosen_at(self) -> str:
        """The field whose day chooses the codes of a closed list, where that is not the day of discharge."""
        return CHOSEN_AT.get(self.shape.list.chosen_by, "") if self.shape.list else ""

    def _choosing_day(self, row: Row, record: Record) -> date | None:
        """The day of the row's order, or of the visit's arrival; None where it is not known."""
        for one in (row, record.visit):
            if (text := one.get(self._chosen_at)) is not None:
                return parse_date(text[:8])
        return None

    @property
    def _alone(self) -> tuple[Alone, ...]:
        return tuple((trial.rule.check, trial.form, trial.rule.names_members) for trial in self.trials)

    def looked_at(
        self,
        text: str | None,
        number: int | None,
        row: Row,
        record: Record,
        insured: bool,
        code_day: date,
        day: date,
        add: Callable[[Fault], None],
    ) -> Any:
        """The typed value, None where it is malformed; adds every fault of shape, and of the rules on it alone."""
        if self._chosen_at:
            code_day = self._choosing_day(row, record) or code_day
        found = self.shape.flaw(text, number, code_day, insured)
        if found is not None:
            add(found)
        if self.is_closed:
            value = None if found is not None else text
        else:
            value = text if self.reader is None else self.reader[text]
        for trial, report in zip(self.trials, self.reports, strict=True):
            for wrong in trial.wrong(text, value):
                add(report(record, number, row, day, wrong))
        return value

    def column(self, rows: Sequence[Row], *facts: Any) -> list[Any]:
        """A column looked at value by value."""
        return [
            self.looked_at(row.get(self.field.english), number, row, *facts)
            for number, row in enumerate(rows, 1)
        ]


class TableJudge:
    """The judges of all fields of a table."""

    def __init__(self, judges: Sequence[Judge]) -> None:
        self.judges = judges
        self._closed: dict[date, list[Plain]] = {}

    def closed_on(self, day: date) -> list[Plain]:
        """What is plainly right in the fields with closed lists, on the day that chooses the codes."""
        found = self._closed.get(day)
        if found is None:
            if len(self._closed) >= DAYS:
                self._closed.clear()
            found = [judge.plain_on(day) for judge in self.judges if judge.is_closed]
            self._closed[day] = found
        return found

    def row(self, row: Row, number: int | None, *facts: Any) -> list[Any]:
        """The values of all fields, looked at one by one."""
        return [judge.looked_at(row.get(judge.field.english), number, row, *facts) for judge in self.judges]


def broken_sequence(
    table: Table, rows: Sequence[Row], place: int | None, add: Callable[[Fault], None]
) -> None:
    """STT is a whole number of at least 1 that rises by 1 from row to row (FMT-009)."""
    field = table.by_english["row_number"]
    reader, last, report = reader_of(field), None, Site.sequence(table)
    assert reader is not None
    for number, row in enumerate(rows, 1):
        text = row.get(field.english)
        position = reader[text]
        out_of_order = position is not None and (
            position < 1 or (table.repeats and last is not None and position != last + 1)
        )
        if out_of_order and text and reader.parse(text) is not None:
            add(report(text, number if table.repeats else place, last if table.repeats else None))
        last = position or None


@lru_cache(maxsize=1024)
def _shared_plain(
    parse: Callable[[str], Any],
    parse_all: ParseAll | None,
    alone: tuple[Alone, ...],
    optional: bool,
    most: int,
) -> Plain:
    """Fields that are judged alike share what is remembered: an amount paid is often the amount due."""
    names = _written_out(parse, parse_all, alone)
    return Plain(names["value_of"], names.get("values_of"), optional, most)


def _written_out(
    parse: Callable[[str], Any], parse_all: ParseAll | None, alone: tuple[Alone, ...]
) -> dict[str, Any]:
    """Two functions that parse and ask the rules. ``value_of``: the value of a text, or None where something is
    doubtful; ``values_of``, where many can be parsed at one look: the values of all, or None where one is doubtful."""
    names: dict[str, Any] = {}

    def bind(name: str, value: Any) -> str:
        while name in ("text", "value", "texts", "values") or names.setdefault(name, value) is not value:
            name += "_"
        return name

    def said(function: Callable[..., Any], argument: str) -> str:
        return inlined(function, [argument], bind) or f"{bind(function.__name__, function)}({argument})"

    asked = []
    for check, form, names_members in alone:
        answer = said(check, {"text": "text", "day": "value.date()"}.get(form, "value"))
        asked += [f"if {answer if names_members else f'not ({answer})'}:", "    return None"]
    lines = ["def value_of(text):", f"    value = {said(parse, 'text')}"]
    lines += ["    if value is None:", "        return None"]
    lines += [*(f"    {line}" for line in asked), "    return value"]
    if parse_all is not None:
        lines += ["def values_of(texts):", f"    values = {bind('parse_all', parse_all)}(texts)"]
        if asked:
            lines += [
                "    for text, value in zip(texts, values or ()):",
                *(f"        {line}" for line in asked),
            ]
        lines += ["    return values"]
    exec("\n".join(lines), names)  # noqa: S102  written by us from our own rules
    return names


@lru_cache(maxsize=256)
def _member_of(codes: frozenset[str]) -> Callable[[str], str | None]:
    def member(text: str) -> str | None:
        return text if text in codes else None

    return member


@lru_cache(maxsize=256)
def _up_to(most: int | None, least: int) -> Callable[[str], str | None]:
    longest = most or sys.maxsize

    def short(text: str) -> str | None:
        return text if least <= len(text) <= longest and text not in NOTHING_IN_TEXT else None

    return short


@lru_cache(maxsize=256)
def _tidy_members(most: int | None) -> Callable[[str], list[str] | None]:
    longest = most or sys.maxsize

    def members(text: str) -> list[str] | None:
        return parse_members(text) if " " not in text and len(text) <= longest else None

    return members


@lru_cache(maxsize=256)
def _short(parse: Callable[[str], Any], most: int | None) -> Callable[[str], Any]:
    longest = most or sys.maxsize

    def short_list(text: str) -> Any:
        return parse(text) if len(text) <= longest else None

    return short_list
