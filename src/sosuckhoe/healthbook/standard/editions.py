"""Decisions (a folder each) and the editions they add up to."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from .codes import Code, CodeList, codes_from
from .tables import Table, read_csv, tables_of

EXPECTED = "expected"
"""Status of a decision that is announced but not in force."""


class NoEdition(LookupError):
    """The standard did not exist on that day."""


@dataclass(frozen=True)
class Decision:
    """One published text: a folder of data."""

    id: str
    """The folder's name, ``<year in force>-<number>``."""
    number: str
    """As cited, such as ``QĐ 3176/QĐ-BYT``."""
    title: str
    signed: date | None
    in_force: date
    status: str
    confidence: str
    folder: Traversable = field(repr=False, compare=False)
    codes: Mapping[str, Mapping[str, Any]] = field(repr=False, compare=False)

    @property
    def changes_tables(self) -> bool:
        return self.folder.joinpath("tables").is_dir()


@dataclass(frozen=True)
class Edition:
    """The standard as in force on a day: every decision up to then, merged."""

    decisions: tuple[Decision, ...]
    tables: Mapping[str, Table]
    """By official name, ``XML0`` to ``XML15``."""
    codes: Mapping[str, CodeList]

    @property
    def id(self) -> str:
        """The newest decision that changed the tables, such as ``2026-1931``."""
        return [decision.id for decision in self.decisions if decision.changes_tables][-1]

    def table(self, name: str) -> Table:
        """The table with this official or English name. Raises KeyError."""
        found = self.tables.get(name) or self._by_english.get(name)
        if found is None:
            raise KeyError(f"edition {self.id} has no table {name}")
        return found

    @property
    def _by_english(self) -> Mapping[str, Table]:
        return {table.english: table for table in self.tables.values()}


def _read(folder: Traversable) -> Decision:
    facts = tomllib.loads(folder.joinpath("edition.toml").read_text(encoding="utf-8"))
    return Decision(
        id=folder.name,
        number=facts["decision"],
        title=facts["title"],
        signed=facts.get("signed"),
        in_force=facts["in_force"],
        status=facts["status"],
        confidence=facts["confidence"],
        folder=folder,
        codes=facts.get("codes", {}),
    )


def decisions(root: Traversable | None = None) -> tuple[Decision, ...]:
    """Every decision known, in the order in which they came into force.

    ``root``: another folder of decisions, for trying an announced text; ours when absent.
    """
    return _ours() if root is None else _in_order(root)


@lru_cache(maxsize=1)
def _ours() -> tuple[Decision, ...]:
    return _in_order(files(__package__).joinpath("editions"))


def _in_order(root: Traversable) -> tuple[Decision, ...]:
    found = [_read(folder) for folder in root.iterdir() if folder.joinpath("edition.toml").is_file()]
    return tuple(sorted(found, key=lambda decision: (decision.in_force, decision.id)))


def edition_on(day: date, *, expected: bool = False, root: Traversable | None = None) -> Edition:
    """The edition in force on ``day``: for a visit, the day of discharge (NGAY_RA; QĐ 4750, Điều 2).

    ``expected``: also count decisions that are announced only. Raises NoEdition before the first decision.
    """
    return _our_edition(day, expected) if root is None else _choose(decisions(root), day, expected)


@lru_cache(maxsize=4096)
def _our_edition(day: date, expected: bool) -> Edition:
    return _choose(decisions(), day, expected)


def _choose(known: tuple[Decision, ...], day: date, expected: bool) -> Edition:
    chosen = tuple(
        decision
        for decision in known
        if decision.in_force <= day and (expected or decision.status != EXPECTED)
    )
    if not any(decision.changes_tables for decision in chosen):
        raise NoEdition(f"no edition of the standard is in force on {day}")
    return _merged(chosen)


@lru_cache(maxsize=32)
def _merged(chosen: tuple[Decision, ...]) -> Edition:
    tables: dict[str, Table] = {}
    rows: dict[str, list[Code]] = {}
    lists: dict[str, Mapping[str, Any]] = {}
    for decision in chosen:
        tables = tables_of(decision.folder, tables)
        for name, facts in decision.codes.items():
            lists[name] = facts
    # A code row carries its own days, so a list is read from every decision that holds rows of it. A row told anew,
    # with the same first day, takes the place of the earlier one: so a decision ends a code.
    for decision in chosen:
        folder = decision.folder.joinpath("codes")
        if folder.is_dir():
            for file in folder.iterdir():
                name = file.name.removesuffix(".csv")
                new = codes_from(read_csv(file))
                told_anew = {(row.code, row.since) for row in new}
                kept = [row for row in rows.get(name, ()) if (row.code, row.since) not in told_anew]
                rows[name] = kept + new
    codes = {
        name: CodeList(
            name,
            found,
            closed=bool(lists.get(name, {}).get("closed", False)),
            chosen_by=str(lists.get(name, {}).get("chosen_by", "discharge")),
        )
        for name, found in rows.items()
    }
    return Edition(decisions=chosen, tables=tables, codes=codes)
