"""Faults for people at a terminal: grouped by who mends them; what, where, why."""

from collections.abc import Iterable

from .fault import OWNERS, SEVERITIES, Fault
from .wording import quoted


def faults_as_text(faults: Iterable[Fault]) -> str:
    """Lines a fault: what is wrong; where, with the value; why, with its source; how to mend it. Empty without faults."""
    groups: dict[str, list[Fault]] = {owner: [] for owner in OWNERS}
    for fault in faults:
        groups[fault.owner].append(fault)
    lines: list[str] = []
    for owner, found in groups.items():
        if found:
            lines.append(f"{OWNERS[owner]} ({len(found)})")
            for fault in found:
                lines += _lines(fault)
    return "\n".join(lines)


def _lines(fault: Fault) -> list[str]:
    place = fault.path if fault.row is None else f"{fault.path}, dòng {fault.row}"
    value = f": {quoted(fault.value)}" if fault.value else ""
    lines = [
        f"  {SEVERITIES[fault.severity]}: {fault.message}",
        f"    Ở {place}{value}",
        f"    Theo {fault.rule}, {fault.source}",
    ]
    return [*lines, f"    Cách sửa: {fault.mend}"] if fault.mend else lines
