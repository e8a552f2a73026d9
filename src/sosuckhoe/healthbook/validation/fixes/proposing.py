"""Proposing fixes: every candidate is tried on a copy of the record before anybody sees it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from ...record import Record
from ...standard import Edition
from ..checking import check_record
from ..fault import Fault
from ..policy import Policy
from .fix import Case, Change, Fix, Kind, applied
from .register import FIXES

MOST = 300
"""Faults of one record for which a fix is looked for: each costs a check of the whole record."""


def fixes_of(
    record: Record,
    edition: Edition,
    faults: Sequence[Fault] | None = None,
    *,
    day: date,
    policy: Policy | None = None,
    only: Iterable[tuple[str, str]] | None = None,
    most: int = MOST,
) -> list[Fix]:
    """Safe fixes for the faults of a record, at most one a fault, in the order of the faults.

    ``faults``: what was found, when that is known. ``only``: look for fixes of these (rule, path) alone. ``most``:
    faults that are looked at.
    """
    judge = _Judge(record, edition, day, policy)
    known = list(judge.before if faults is None else faults)
    wanted = None if only is None else set(only)
    chosen = [
        fault
        for fault in known
        if fault.rule in FIXES and (wanted is None or (fault.rule, fault.path) in wanted)
    ][:most]
    found = (_fix(Case(record, edition, fault, known), judge) for fault in chosen)
    return [fix for fix in found if fix is not None]


def together(
    record: Record, edition: Edition, fixes: Sequence[Fix], *, day: date, policy: Policy | None = None
) -> tuple[Fix, ...]:
    """Those of the fixes that may be made in one go: all, when that brings no new error, else as many as may follow
    one another."""
    judge = _Judge(record, edition, day, policy)
    if judge.allows(merged(fixes), fixes):
        return tuple(fixes)
    kept: list[Fix] = []
    for fix in fixes:
        if judge.allows(merged([*kept, fix]), [*kept, fix]):
            kept.append(fix)
    return tuple(kept)


def merged(fixes: Iterable[Fix]) -> list[Change]:
    """The changes of several fixes, each once."""
    return list(dict.fromkeys(change for fix in fixes for change in fix.changes))


def _fix(case: Case, judge: "_Judge") -> Fix | None:
    fault = case.fault
    for kind in FIXES[fault.rule]:
        changes = tuple(_named(change, case.edition) for change in kind.propose(case))
        if changes:
            fix = _said(fault, kind, changes)
            if judge.allows(changes, [fix]):
                return fix
    return None


def _named(change: Change, edition: Edition) -> Change:
    """The change under the name that its field has today."""
    table = edition.tables.get(change.table)
    field = table.meant(change.field) if table is not None else None
    return change if field is None else replace(change, field=field.official)


def _said(fault: Fault, kind: Kind, changes: tuple[Change, ...]) -> Fix:
    return Fix(fault.rule, fault.path, fault.row, kind.id, kind.title, kind.why_safe, fault.owner, changes)


class _Judge:
    """Knows what was wrong before, and whether changes mend it without breaking anything."""

    def __init__(self, record: Record, edition: Edition, day: date, policy: Policy | None) -> None:
        self.record, self.edition, self.day, self.policy = record, edition, day, policy
        self.before = check_record(record, edition, day=day, policy=policy, consequences=True)
        self._errors, self._all = _errors(self.before), _places(self.before)

    def allows(self, changes: Iterable[Change], fixes: Sequence[Fix]) -> bool:
        """Whether every fix's fault is gone afterwards and no new error has come."""
        changes = list(changes)
        if len({(change.path, change.row) for change in changes}) < len(changes):
            return False
        record = applied(self.record, changes, self.edition)
        if (record.discharge_day(), record.visit_code) != (
            self.record.discharge_day(),
            self.record.visit_code,
        ):
            return False
        after = check_record(record, self.edition, day=self.day, policy=self.policy, consequences=True)
        left = _places(after)
        gone = all(
            left[place] < self._all[place] or place not in self._all
            for place in {(fix.rule, fix.path, fix.row) for fix in fixes}
        )
        return gone and not _errors(after) - self._errors


Place = tuple[str, str, int | None]


def _places(faults: Iterable[Fault]) -> Counter[Place]:
    return Counter((fault.rule, fault.path, fault.row) for fault in faults)


def _errors(faults: Iterable[Fault]) -> Counter[Place]:
    return _places(fault for fault in faults if fault.severity == "error")
