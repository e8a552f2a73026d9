"""The same habit of an exporter in many rows of a table, told once for people; the faults themselves stay one a cell."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from .fault import Fault

HABITS = frozenset({"FMT-005", "FMT-006", "FMT-007", "FMT-009", "SHP-002", "SHP-004"})
"""Rules on how a program writes a value: zeros that say nothing, blanks in lists, words for no value, numbers of rows."""
ALSO_ERRORS = frozenset({"FMT-009", "SHP-004"})
"""Of these an error, too, says only how a program writes: no hand types them."""
FEW = 5
"""So many rows are named."""

Told = TypeVar("Told", bound=Any)
"""A fault, or a finding that was kept of one: what has ``rule``, ``path``, ``row`` and ``severity``."""


def alike(found: Iterable[Told], apart: Callable[[Told], Hashable] = lambda one: None) -> list[list[Told]]:
    """What is told as one, in its order: warnings of one habit at one field of a table, at the first of them.

    ``apart``: what else must be the same.
    """
    known: dict[Hashable, list[Told]] = {}
    told: list[list[Told]] = []
    for one in found:
        key = (one.rule, one.path, one.severity, apart(one))
        if not is_habit(one):
            told.append([one])
        elif key in known:
            known[key].append(one)
        else:
            told.append(known.setdefault(key, [one]))
    return told


def is_habit(one: Any) -> bool:
    """Whether it says how a program writes a row; an error says so of ``ALSO_ERRORS`` alone."""
    return one.rule in HABITS and one.row is not None and (one.severity != "error" or one.rule in ALSO_ERRORS)


def rows_said(found: Sequence[Any]) -> str:
    """In which rows, after the sentence; empty for what stands alone."""
    if len(found) == 1:
        return ""
    rows = ", ".join(str(one.row) for one in found[:FEW]) + (", …" if len(found) > FEW else "")
    return f" Gặp ở {len(found)} dòng: {rows}."


def gathered(faults: Iterable[Fault]) -> list[Fault]:
    """The faults in their order; warnings of one habit at one field of a table stand as one, at the first of them."""
    return [
        found[0]
        if len(found) == 1
        else replace(found[0], row=None, message=f"{found[0].message}{rows_said(found)}")
        for found in alike(faults)
    ]
