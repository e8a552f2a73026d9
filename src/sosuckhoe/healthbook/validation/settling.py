"""A rule in one edition (quy tắc theo lần ban hành): what it reads, under the names that are official there.

A rule names fields as printed when it was written. A later decision may rename a field, move it, make something else
of it or take it away, and bring tables nobody had thought of. So a rule is settled before it is used: it follows each
field by its English name, points at the new official names and speaks of them; it falls silent where a field is gone
or has become of another kind; and where it ``joins``, it is tried on added tables that have all its fields as well.
"""

import re
import types
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ..standard import Edition, Field, Table, decisions, edition_on
from ..standard.editions import of_decisions
from .rule import RULES, Rule, Wanted

WRITTEN_FOR = frozenset(
    {"2023-130", "2023-824", "2024-4750", "2025-3176", "2025-3276", "2026-1804", "2026-1931", "2026-tt06"}
)
"""Decisions the rules were written with. What a later one makes of a field, a rule that reads its text does not know."""

_PLACE = re.compile(r"\{(@count\.)?([A-Z0-9_.]+)\}")
_NAME = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b")
_GONE = "(không còn trong bảng)"
_KINDS_OF: dict[object, frozenset[str]] = {
    datetime: frozenset({"datetime12", "date8_or_datetime12"}),
    date: frozenset({"date8", "datetime12", "date8_or_datetime12"}),
    Decimal: frozenset({"decimal", "integer"}),
    int: frozenset({"integer"}),
    list[str]: frozenset({"codes"}),
    list[date]: frozenset({"date8_list"}),
    list[datetime]: frozenset({"datetime12_list"}),
    list[int]: frozenset({"integer_list"}),
}
"""Which kinds of field give a rule the type it wants. Text it may have of any."""


def settled(edition: Edition, rule: Rule) -> Rule | None:
    """The rule as it stands in an edition; None where it has no meaning there."""
    key = (rule, edition.key)
    if key not in _SETTLED:
        if len(_SETTLED) >= REMEMBERED:
            _SETTLED.clear()
        _SETTLED[key] = _settle(edition, rule)
    return _SETTLED[key]


_SETTLED: dict[tuple[Rule, object], Rule | None] = {}
REMEMBERED = 16 * 1024
"""Rules in editions kept at hand."""


def _settle(edition: Edition, rule: Rule) -> Rule | None:
    if rule.table not in edition.tables:
        return None
    now: dict[str, str] = {}
    for read, want in zip(rule.reads, rule.wants, strict=True):
        if read.startswith("@"):
            continue
        name, official = _place(read, rule.table)
        found = edition.tables.get(name)
        field = found.meant(official) if found is not None and official else None
        if found is None or (official and (field is None or not _is_readable(read, found, field, want))):
            return None
        if field is not None:
            now[read] = f"{name}.{field.official}" if "." in read else field.official
    at = where_now(edition, rule.at)
    if at is None:
        return None
    reads = tuple(now.get(read, read) for read in rule.reads)
    sentence = _sentence(edition, rule)
    if (reads, at, sentence) == (rule.reads, rule.at, rule.sentence):
        return rule
    return replace(rule, reads=reads, at=at, sentence=sentence)


def rules_of(edition: Edition, table: str) -> tuple[Rule, ...]:
    """All rules of a table (official name) that have a meaning in an edition, whatever the day."""
    found: dict[tuple[object, ...], Rule] = {}
    for rule in (*(rule for rule in RULES if rule.table == table), *_joining(edition, table)):
        one = settled(edition, rule)
        if one is not None:
            # A rule entered under an old and a new name of one field is one rule once it has been renamed.
            key = (one.id, one.check, one.reads, one.at, one.since, one.until)
            found.setdefault(key, one)
    return tuple(found.values())


def _joining(edition: Edition, table: str) -> Iterator[Rule]:
    """The rules that are tried on a table for which none was written."""
    if table not in edition.tables or any(rule.table == table for rule in RULES):
        return  # written with the table in sight
    new, seen = edition.tables[table], set()
    for rule in RULES:
        home = edition.tables.get(rule.table)
        key = (rule.id, rule.check, rule.reads)
        if not rule.joins or home is None or key in seen:
            continue
        own = [read for read in rule.reads if not read.startswith("@") and "." not in read]
        if all(_is_same(home, new, name) for name in own):
            seen.add(key)
            yield _joined(rule, table)


@lru_cache(maxsize=256)
def _joined(rule: Rule, table: str) -> Rule:
    return replace(rule, table=table, at=f"{table}.{rule.at.partition('.')[2]}")


def _is_same(home: Table, new: Table, name: str) -> bool:
    """Whether a table has a field of the same official and English name."""
    there, here = home.meant(name), new.by_official.get(name)
    return there is not None and here is not None and there.english == here.english


def _place(read: str, table: str) -> tuple[str, str]:
    """(table, official name) of what a rule reads; the name is empty where the table as a whole is meant."""
    name, dot, official = read.partition(".")
    if dot:
        return name, official
    return (read, "") if read.startswith("XML") else (table, read)


def where_now(edition: Edition, path: str) -> str | None:
    """Where a path points today; None where that is gone."""
    name, _, official = path.partition(".")
    table = edition.tables.get(name)
    field = table.meant(official) if table is not None and official else None
    if table is None or (official and field is None):
        return None
    return f"{name}.{field.official}" if field is not None else name


def _is_readable(read: str, table: Table, field: Field, want: Wanted) -> bool:
    """Whether a field still gives what a rule wants of it."""
    wanted: Any
    is_column = "." in read and table.repeats
    if is_column:
        if want.shape == "value":
            return False  # it occurred once when the rule was written
        wanted = want.inner
    elif want.shape == "value":
        wanted = want.inner
    elif want.shape == "list":
        wanted = types.GenericAlias(list, want.inner)
    else:
        return False
    if wanted is not str:
        return field.kind in _KINDS_OF.get(wanted, frozenset())
    known = _kinds_known().get((table.official, field.english))
    return known is None or _form(field.kind) in known


def _form(kind: str) -> str:
    return "text" if kind in ("string", "code") else kind


@of_decisions
@lru_cache(maxsize=1)
def _kinds_known() -> dict[tuple[str, str], frozenset[str]]:
    """How the fields were written in the editions the rules were written for."""
    found: dict[tuple[str, str], set[str]] = {}
    first: list[Edition] = [
        edition_on(one.in_force) for one in decisions() if one.id in WRITTEN_FOR and one.status == "in force"
    ]
    for edition in first:
        if {decision.id for decision in edition.decisions} <= WRITTEN_FOR:
            for table in edition.tables.values():
                for field in table.fields:
                    found.setdefault((table.official, field.english), set()).add(_form(field.kind))
    return {key: frozenset(kinds) for key, kinds in found.items()}


def _sentence(edition: Edition, rule: Rule) -> str:
    """What the rule says, with the names of today."""

    def place(found: re.Match[str]) -> str:
        own = "." not in found[2]
        path = where_now(edition, f"{rule.table}.{found[2]}" if own else found[2])
        return f"{{{found[1] or ''}{path.partition('.')[2] if own else path}}}" if path else _GONE

    def name(found: re.Match[str]) -> str:
        for table in _tables_of(rule):
            known = edition.tables.get(table)
            field = known.meant(found[0]) if known is not None else None
            if field is not None:
                return field.official
        return found[0]

    parts = re.split(r"(\{[^{}]*\})", rule.sentence)
    return "".join(
        _PLACE.sub(place, part) if part.startswith("{") else _NAME.sub(name, part) for part in parts
    )


def _tables_of(rule: Rule) -> Iterable[str]:
    return dict.fromkeys(
        [rule.table, *(_place(read, rule.table)[0] for read in rule.reads if read[0] != "@")]
    )
