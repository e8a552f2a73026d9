"""What waits or is signed and was never tried is checked again after a rule became stricter (siết quy tắc).

What was closed under the older word of a rule goes out by itself; a person may look how many of those the rule would
hold back today, and then hold them. One transaction a visit: the new findings, the step, the journal line. What was
tried may have arrived, so it is left alone, and what nothing blocks stays as it is.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from ....healthbook.validation import Fault
from ...journal.chain import note
from ...visits.choices import NeedsReason, checking_policy
from ...visits.models import RecordVersion
from ..closing import FAULTS_HOLD, check
from ..ledger import may_have_left, step
from ..models import Attempt, Submission
from ..states import State
from .rechecking import write_anew

log = logging.getLogger("sosuckhoe.delivery")

EXAMPLES = 20


def never_tried() -> QuerySet[Submission]:
    """Records that wait for the key or for their turn, of which no byte can have left."""
    tried = Attempt.objects.filter(may_have_left(), submission=OuterRef("pk"))
    return Submission.objects.filter(~Exists(tried), state__in=[State.WAITING, State.SIGNED])


def not_left(*, facility: Any = None) -> QuerySet[RecordVersion]:
    """Their versions, oldest visit first."""
    rows = RecordVersion.objects.filter(pk__in=never_tried().values("version"))
    if facility is not None:
        rows = rows.filter(visit__facility=facility)
    return rows.order_by("visit__closed_at", "pk")


@dataclass
class Preview:
    """What checking again would do. Nothing is stored."""

    total: int
    looked: int = 0
    held: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    """How many visits each rule would hold back."""
    examples: list[tuple[RecordVersion, Fault]] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return self.looked == self.total


def preview(*, facility: Any, at: datetime, patience: float) -> Preview:
    """Count what today's rules would hold back; stops after ``patience`` seconds and says how far it came."""
    rows = not_left(facility=facility)
    found, ends = Preview(rows.count()), time.monotonic() + patience
    for version in rows.select_related("visit__facility", "visit__patient").iterator(chunk_size=100):
        blocking = _blocking(version, at)
        found.looked += 1
        if blocking:
            found.held += 1
            found.rules.update({fault.rule for fault in blocking})
            if len(found.examples) < EXAMPLES:
                found.examples.append((version, blocking[0]))
        if time.monotonic() > ends:
            break
    return found


def _blocking(version: RecordVersion, at: datetime) -> tuple[Fault, ...]:
    """What holds it back by the rules of today."""
    return _open_errors(version, check(version.record, facility=version.visit.facility, at=at).faults)


def _open_errors(version: RecordVersion, faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Errors that nobody stood by."""
    stood_by = set(version.findings.exclude(overruled_by="").values_list("rule", "path", "row"))
    return tuple(
        fault
        for fault in faults
        if fault.severity == "error" and (fault.rule, fault.path, fault.row) not in stood_by
    )


@dataclass
class HeldBack:
    """What became of some visits; each number is a version's key."""

    held: list[int] = field(default_factory=list)
    stays: list[int] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    """They left, or somebody dealt with them, meanwhile."""
    broken: list[int] = field(default_factory=list)


def hold_back_all(*, by: Any, versions: Iterable[int], at: datetime, reason: str) -> HeldBack:
    """Each on its own: what fails for one leaves the others done. Raises NeedsReason."""
    if not reason.strip():
        raise NeedsReason(NeedsReason.__doc__)
    done = HeldBack()
    for key in versions:
        try:
            outcome = hold_back(by=by, version_id=key, at=at, reason=reason.strip())
        except Exception:
            log.exception("holding version %s back", key)
            done.broken.append(key)
            continue
        {"held": done.held, "stays": done.stays, "moved": done.moved}[outcome].append(key)
    return done


def hold_back(*, by: Any, version_id: int, at: datetime, reason: str) -> str:
    """``held``, ``stays`` where nothing new blocks it, or ``moved`` where it is no longer here to be held."""
    with transaction.atomic():
        rows = never_tried().filter(version=version_id).select_for_update(of=("self",))
        submissions = list(rows)
        version = RecordVersion.objects.select_related("visit__facility").get(pk=version_id)
        if not submissions:
            return "moved"
        facility = version.visit.facility
        faults = check(version.record, facility=facility, at=at).faults
        errors = _open_errors(version, faults)
        if not errors:
            return "stays"
        code, sentence = FAULTS_HOLD
        for each in submissions:
            if not step(each, State.HELD, at=at, problem_code=code, problem=sentence, not_before=None):
                transaction.set_rollback(True)  # a worker was faster with one of them
                return "moved"
        write_anew(version, faults, checking_policy(facility=facility, day=timezone.localdate(at)))
        note(
            by,
            "visit-held-back",
            "visit",
            version.visit_id,
            version=version.number,
            errors=len(errors),
            reason=reason,
        )
    return "held"
