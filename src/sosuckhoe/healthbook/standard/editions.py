"""Editions: what all decisions in force on a day add up to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from .changes import tables_after
from .codes import COLUMNS, Code, CodeList, codes_from, merged
from .decision import EXPECTED, WITHDRAWN, Decision, decisions_of, further_folders, our_folders
from .mistakes import Mistakes, lines_of
from .tables import Table


class NoEdition(LookupError):
    """The standard did not exist on that day."""


@dataclass(frozen=True)
class Edition:
    """The standard as in force on a day: every decision up to then, merged."""

    decisions: tuple[Decision, ...]
    tables: Mapping[str, Table]
    """By official name, ``XML0`` to ``XML15``."""
    codes: Mapping[str, CodeList]

    @cached_property
    def key(self) -> tuple[tuple[str, str], ...]:
        """What it is made of: two editions of the same folders are the same."""
        return tuple((decision.id, str(decision.folder)) for decision in self.decisions)

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


def decisions(root: Traversable | None = None) -> tuple[Decision, ...]:
    """Every decision known, in the order in which they come into force.

    ``root``: another folder of decisions instead of ours and those laid beside them. Raises BadDecision.
    """
    return _known() if root is None else _of(root)


@lru_cache(maxsize=1)
def _known() -> tuple[Decision, ...]:
    mistakes = Mistakes()
    further = further_folders(mistakes)
    found = decisions_of([*our_folders(), *further], mistakes)
    mistakes.refuse()
    if further:
        prove(found)
    return found


def _of(root: Traversable) -> tuple[Decision, ...]:
    mistakes = Mistakes()
    found = decisions_of(
        [folder for folder in root.iterdir() if folder.joinpath("edition.toml").is_file()], mistakes
    )
    mistakes.refuse()
    return found


def prove(known: tuple[Decision, ...]) -> None:
    """Merge every edition these decisions ever make, so that a mistake shows today and not on its first day.

    Raises BadDecision with the mistakes of the first edition that has any.
    """
    for day in sorted({decision.in_force for decision in known}):
        for expected in (False, True):
            if any(decision.changes_tables for decision in _counted(known, day, expected)):
                _choose(known, day, expected)


def edition_on(day: date, *, expected: bool = False, root: Traversable | None = None) -> Edition:
    """The edition in force on ``day``: for a visit, the day of discharge (NGAY_RA; QĐ 4750, Điều 2).

    ``expected``: also count decisions that are announced only. Raises NoEdition before the first decision, and
    BadDecision where a folder cannot be used.
    """
    return _our_edition(day, expected) if root is None else _choose(decisions(root), day, expected)


@lru_cache(maxsize=4096)
def _our_edition(day: date, expected: bool) -> Edition:
    return _choose(decisions(), day, expected)


_CACHES: list[Callable[[], None]] = [_known.cache_clear, _our_edition.cache_clear]
Cached = TypeVar("Cached", bound=Callable[..., Any])


def of_decisions(cached: Cached) -> Cached:
    """Marks a function whose cache hangs on the decisions known: ``read_anew`` empties it."""
    _CACHES.append(cached.cache_clear)  # type: ignore[attr-defined]
    return cached


def when_read_anew(clear: Callable[[], None]) -> None:
    """Also empty what else was kept of the decisions known."""
    _CACHES.append(clear)


def read_anew() -> None:
    """Forget the decisions that were read, after folders were laid beside ours or taken away."""
    for clear in _CACHES:
        clear()
    ours = {str(folder) for folder in our_folders()}
    for kept in (_MERGED, _SUMS):
        for key in [key for key in kept if not all(folder in ours for _, folder in key)]:
            del kept[key]


def _counted(known: tuple[Decision, ...], day: date, expected: bool) -> tuple[Decision, ...]:
    """The decisions that are counted on a day: begun, not withdrawn, not repealed by one that is counted."""
    begun = [
        decision
        for decision in known
        if decision.in_force <= day
        and decision.status != WITHDRAWN
        and (expected or decision.status != EXPECTED)
    ]
    repealed = {id for decision in begun for id in decision.repeals}
    return tuple(decision for decision in begun if decision.id not in repealed)


def _choose(known: tuple[Decision, ...], day: date, expected: bool) -> Edition:
    chosen = _counted(known, day, expected)
    if not any(decision.changes_tables for decision in chosen):
        raise NoEdition(f"no edition of the standard is in force on {day}")
    key = _key(chosen)
    if key not in _MERGED:
        if len(_MERGED) >= MOST_EDITIONS:
            _MERGED.clear()
        _MERGED[key] = _merged(chosen)
    return _MERGED[key]


_Key = tuple[tuple[Decision, str], ...]
_MERGED: dict[_Key, Edition] = {}
MOST_EDITIONS = 64
"""Editions kept at hand, by the folders they are made of."""


def _key(chosen: tuple[Decision, ...]) -> _Key:
    return tuple((decision, str(decision.folder)) for decision in chosen)


_Sum = tuple[Mapping[str, Table], Mapping[str, list[Code]], Mapping[str, Mapping[str, Any]]]
"""Tables by official name, rows of code lists, and facts about code lists."""
_SUMS: dict[_Key, _Sum] = {}
"""What decisions add up to: nearly every edition begins as another one does."""


def _added_up(chosen: tuple[Decision, ...], mistakes: Mistakes) -> _Sum:
    """What decisions add up to, one on top of the other; what is wrong is added to ``mistakes``."""
    if not chosen:
        return {}, {}, {}
    key = _key(chosen)
    if key not in _SUMS:
        added = _added(chosen[-1], _added_up(chosen[:-1], mistakes), mistakes)
        if mistakes.found:
            return added
        if len(_SUMS) >= MOST_EDITIONS:
            _SUMS.clear()
        _SUMS[key] = added
    return _SUMS[key]


def _added(decision: Decision, before: _Sum, mistakes: Mistakes) -> _Sum:
    """What one more decision makes of it."""
    tables = tables_after(decision.folder, decision.id, decision.number, before[0], mistakes)
    rows, lists = dict(before[1]), dict(before[2])
    for name, facts in decision.codes.items():
        lists[name] = {**lists.get(name, {}), **facts}
    # A code row carries its own days, so a list is read from every decision that holds rows of it.
    folder = decision.folder.joinpath("codes")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name) if folder.is_dir() else ():
        if not file.name.endswith(".csv"):
            continue
        name, place = file.name.removesuffix(".csv"), f"{decision.id}/codes/{file.name}"
        new = list(lines_of(file, place, COLUMNS, mistakes, more=True))
        numbers = {(line["code"], line["since"]): line.number for line in new}

        def tell(code: Code, sentence: str, place: str = place, numbers: Mapping[Any, int] = numbers) -> None:
            since = code.since.isoformat() if code.since else ""
            mistakes.add(place, numbers.get((code.code, since)), sentence)

        rows[name] = merged(rows.get(name, ()), codes_from(new), tell)
    return tables, rows, lists


def _merged(chosen: tuple[Decision, ...]) -> Edition:
    mistakes = Mistakes()
    tables, rows, lists = _added_up(chosen, mistakes)
    for table in tables.values():
        for field in table.fields:
            if field.codes and field.codes not in rows and not _comes_later(field.codes):
                mistakes.add(
                    f"{chosen[-1].id}/tables/{table.official}.csv",
                    None,
                    f"{field.official} dùng danh mục mã {field.codes} chưa có. Thêm tệp codes/{field.codes}.csv.",
                )
    mistakes.refuse()
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


@lru_cache(maxsize=1)
def _lists_of_ours() -> frozenset[str]:
    """Code lists that come with the program, some with a decision later than the field that points at them."""
    return frozenset(
        file.name.removesuffix(".csv")
        for folder in our_folders()
        if folder.joinpath("codes").is_dir()
        for file in folder.joinpath("codes").iterdir()
    )


def _comes_later(codes: str) -> bool:
    return codes in _lists_of_ours()
