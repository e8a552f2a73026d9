"""The same habit of an exporter in many rows of a table, told once for people; the faults themselves stay one a cell."""

from collections.abc import Iterable
from dataclasses import replace

from .fault import Fault

HABITS = frozenset({"FMT-005", "FMT-006", "FMT-007", "SHP-002", "SHP-004"})
"""Rules on how a program writes a value: zeros that say nothing, blanks in lists, words for no value."""
FEW = 5
"""So many rows are named."""


def gathered(faults: Iterable[Fault]) -> list[Fault]:
    """The faults in their order; warnings of one habit at one field of a table stand as one, at the first of them."""
    alike: dict[tuple[str, str, str], list[Fault]] = {}
    told: list[list[Fault]] = []
    for fault in faults:
        key = (fault.rule, fault.path, fault.severity)
        if (
            fault.rule not in HABITS
            or fault.row is None
            or (fault.severity == "error" and fault.rule != "SHP-004")
        ):
            told.append([fault])
        elif key in alike:
            alike[key].append(fault)
        else:
            told.append(alike.setdefault(key, [fault]))
    return [_as_one(found) for found in told]


def _as_one(found: list[Fault]) -> Fault:
    if len(found) == 1:
        return found[0]
    rows = ", ".join(str(fault.row) for fault in found[:FEW]) + (", …" if len(found) > FEW else "")
    return replace(found[0], row=None, message=f"{found[0].message} Gặp ở {len(found)} dòng: {rows}.")
