"""Trying a rule (thử quy tắc) on the visits of the last month: what it would find, and what it costs, before it counts.

trial = try_rule("XFD-089", facility=None, since=…, until=…, day=…)
print(trial.hits, "of", trial.visits, trial.cost_ms)
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import F, Max, QuerySet

from ...healthbook.record import Record
from ...healthbook.standard import Edition, NoEdition
from ...healthbook.validation import Fault, Policy, check_record, listed_rule
from ...healthbook.validation.checking import active_rules, deciding_day, is_insured, under
from ...healthbook.validation.columns import Columns
from ...healthbook.validation.fault import Severity
from ...healthbook.validation.generating import CheckTable, generate
from ...healthbook.validation.shape_ids import OF_SHAPE
from ..staff.models import Facility
from .choices import checking_policy
from .models import Finding, RecordVersion, Visit

EXAMPLES = 20
CheckIns = Callable[[Record], Mapping[str, tuple[datetime, ...]] | None]
"""What the ledger knows of a record's visit, for ``Policy.check_ins``."""
PATIENCE = 8.0
"""Seconds after which a trial on a page stops and says how far it came."""


@dataclass
class Example:
    """A visit in which the rule finds something."""

    visit_id: int
    faults: list[Fault]
    other_errors: int
    """Open errors of other rules that its latest version has."""


@dataclass
class Trial:
    """What a rule does to real visits."""

    rule: str
    level: str
    """``error`` or ``warning``; empty for the rule's own severity."""
    visits: int = 0
    """Visits looked at."""
    total: int = 0
    """Visits of the period."""
    hits: int = 0
    """Visits with at least one finding."""
    faults: int = 0
    errors: int = 0
    """Visits with at least one finding that holds them back."""
    held_for_it_alone: int = 0
    """Visits that this rule alone would hold back."""
    of_stored: int = 0
    """Visits in whose latest version the rule had found something when it was frozen."""
    cost_ms: float = 0.0
    """Milliseconds for all visits looked at that this rule costs alone."""
    examples: list[Example] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.hits / self.visits if self.visits else 0.0

    @property
    def complete(self) -> bool:
        return self.visits == self.total


def visits_of(*, facility: Facility | None, since: datetime, until: datetime) -> QuerySet[Visit]:
    """Visits closed in a period, newest first; none cancelled."""
    rows = Visit.objects.filter(closed_at__gte=since, closed_at__lt=until, cancelled=False)
    return (rows.filter(facility=facility) if facility else rows).order_by("-closed_at", "-pk")


def try_rule(
    rule: str,
    *,
    facility: Facility | None,
    since: datetime,
    until: datetime,
    day: date,
    level: str = "",
    patience: float | None = None,
    progress: Callable[[Trial], None] | None = None,
    check_ins: CheckIns | None = None,
) -> Trial:
    """Check visits of a period with one rule. Nothing is stored. ``patience``: seconds after which to stop;
    ``check_ins``: asked for each record, for a rule that reads them."""
    rows = visits_of(facility=facility, since=since, until=until)
    trial = Trial(rule, level, total=rows.count())
    policy = _with_level(checking_policy(facility=facility, day=day), rule, level)
    ends = time.monotonic() + patience if patience is not None else None
    for version in _latest_versions(rows):
        known = check_ins(version.record) if check_ins else None
        _try_one(trial, version, replace(policy, check_ins=known) if known is not None else policy, day)
        if progress is not None:
            progress(trial)
        if ends is not None and time.monotonic() > ends:
            break
    trial.cost_ms = max(trial.cost_ms, 0.0)
    return trial


def _with_level(policy: Policy, rule: str, level: str) -> Policy:
    severities: dict[str, Severity] = {name: each for name, each in policy.severities.items() if name != rule}
    if level == "error" or level == "warning":
        severities[rule] = level
    return replace(policy, severities=severities, off=policy.off - {rule})


def _latest_versions(visits: QuerySet[Visit]) -> Iterator[RecordVersion]:
    return (
        RecordVersion.objects.filter(visit__in=visits.order_by())
        .annotate(last=Max("visit__versions__number"))
        .filter(number=F("last"))
        .order_by("-visit__closed_at", "-visit_id")
        .iterator(chunk_size=200)
    )


def _try_one(trial: Trial, version: RecordVersion, policy: Policy, day: date) -> None:
    try:
        edition = version.edition
    except NoEdition:
        trial.visits += 1
        return
    record = version.record
    started = time.perf_counter()
    found = findings_of_one(record, edition, trial.rule, day=day, policy=policy)
    trial.cost_ms += 1000 * (time.perf_counter() - started) - _shape_alone(
        record, edition, trial.rule, day, policy
    )
    trial.visits += 1
    stored = Finding.objects.filter(version=version)
    trial.of_stored += stored.filter(rule=trial.rule).exists()
    if not found:
        return
    trial.hits += 1
    trial.faults += len(found)
    others = stored.filter(severity="error", overruled_by="").exclude(rule=trial.rule).count()
    if any(fault.severity == "error" for fault in found):
        trial.errors += 1
        trial.held_for_it_alone += not others
    if len(trial.examples) < EXAMPLES:
        trial.examples.append(Example(version.visit_id, found, others))


def findings_of_one(record: Record, edition: Edition, rule: str, *, day: date, policy: Policy) -> list[Fault]:
    """What one rule finds. A rule on records runs alone; what follows from the tables' shape is one with the shape."""
    if not _on_records(rule):
        return [
            fault for fault in check_record(record, edition, day=day, policy=policy) if fault.rule == rule
        ]
    found: list[Fault] = []
    _run(
        _checkers(_Key(edition), rule, deciding_day(record, edition)),
        record,
        edition,
        day,
        policy,
        found.append,
    )
    return [under(policy, fault) for fault in found if fault.rule == rule]


def _shape_alone(record: Record, edition: Edition, rule: str, day: date, policy: Policy) -> float:
    """Milliseconds that the same tables cost without the rule."""
    if not _on_records(rule):
        return 0.0
    started = time.perf_counter()
    key, when = _Key(edition), deciding_day(record, edition)
    _run(_checkers(key, rule, when, empty=True), record, edition, day, policy, lambda fault: None)
    return 1000 * (time.perf_counter() - started)


def _run(
    checkers: tuple[CheckTable, ...],
    record: Record,
    edition: Edition,
    day: date,
    policy: Policy,
    add: Callable[[Fault], Any],
) -> None:
    columns = Columns(record, True)
    for check in checkers:
        check(record, columns, is_insured(record), deciding_day(record, edition), day, policy, add)


def _on_records(rule: str) -> bool:
    """Whether functions on values are all there is of the rule."""
    listed = listed_rule(rule)
    return rule not in OF_SHAPE and listed is not None and listed.kind == "record"


class _Key:
    """An edition as a key of what was compiled for it."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.ids = edition.key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.ids == other.ids

    def __hash__(self) -> int:
        return hash(self.ids)


@lru_cache(maxsize=128)
def _checkers(key: _Key, rule: str, day: date, empty: bool = False) -> tuple[CheckTable, ...]:
    """The checkers of the tables a rule stands in, with that rule only or with none."""
    found = []
    for table in key.edition.tables.values():
        active = tuple(each for each in active_rules(key.edition, table.official, day) if each.id == rule)
        if active:
            found.append(generate(key.edition, table, () if empty else active).check)
    return tuple(found)
