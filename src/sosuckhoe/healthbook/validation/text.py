"""Faults for people at a terminal: grouped by who mends them; what, where, why."""

from collections.abc import Iterable

from .fault import OWNERS, SEVERITIES, Fault
from .places import WHOLE, said_place
from .reasons import why
from .rules.envelope import FILE_RULES
from .wording import quoted


def faults_as_text(
    faults: Iterable[Fault], edition: str | None = None, *, told: set[tuple[str, str]] | None = None
) -> str:
    """Lines a fault: what is wrong; where, with the value; how to mend it; why, with its source. Empty without faults.

    ``edition``: the id of the one that judged them, for the labels. ``told``: places and sentences that were told in full
    of other files, to be kept from call to call: what is wrong with whole files in the same words is then one line.
    """
    told = set() if told is None else told
    groups: dict[str, list[Fault]] = {owner: [] for owner in OWNERS}
    for fault in faults:
        groups[fault.owner].append(fault)
    lines: list[str] = []
    for owner, found in groups.items():
        if found:
            lines.append(f"{OWNERS[owner]} ({len(found)})")
            for fault in found:
                lines += _again(fault) if (fault.path, fault.message) in told else _lines(fault, edition)
                if fault.rule in FILE_RULES and not fault.value:
                    told.add((fault.path, fault.message))
    return "\n".join(lines)


def _again(fault: Fault) -> list[str]:
    return [f"  {SEVERITIES[fault.severity]}: {fault.message} Cách sửa như đã nói ở trên ({fault.rule})."]


def _lines(fault: Fault, edition: str | None) -> list[str]:
    value = f": {quoted(fault.value)}" if fault.value else ""
    lines = [
        f"  {SEVERITIES[fault.severity]}: {fault.message}",
        f"    Ở {_place(fault, edition)}{value}",
        f"    Cách sửa: {fault.mend}" if fault.mend else "",
        f"    Vì sao: {reason}" if (reason := why(fault.rule)) else "",
        f"    Theo {fault.rule}, {fault.source}",
    ]
    return [line for line in lines if line]


def _place(fault: Fault, edition: str | None) -> str:
    table, field = said_place(fault.path, edition)
    row = f"dòng {fault.row}" if fault.row is not None else ""
    if table == WHOLE:
        return ", ".join(part for part in ("cả tệp", field and f"thẻ {field}") if part)
    return ", ".join(part for part in (f"bảng {table}", row, field and f"ô {field}") if part)
