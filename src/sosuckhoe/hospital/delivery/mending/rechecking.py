"""Checking held visits again (kiểm tra lại) after the hospital changed a rule, a list or a choice.

The record stays as it was frozen; only what is found in it is written anew. One transaction a visit: findings, the step
that lets it go, the journal line. What somebody stood by stays so, and what only the hospital or the writer knows is kept.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ....healthbook.validation import Fault, Policy
from ...journal.chain import note
from ...visits.actions import add_findings
from ...visits.choices import checking_policy
from ...visits.models import Finding, RecordVersion
from ..closing import FAULTS_HOLD, IDENTITY_RULE, check
from ..ledger import step
from ..models import Submission
from ..states import State

log = logging.getLogger("sosuckhoe.delivery")

KEPT = ("WRITE-", IDENTITY_RULE, "STR-", "SIG-", "EDT-", "XTB-002", "XTB-003")
"""Rules whose findings a record alone cannot give again: of the file it came in, of the writer, of the register."""
BROKEN = (
    "Chương trình dừng giữa chừng khi kiểm tra lại hồ sơ này; lỗi đã được ghi lại cho công nghệ thông tin."
)


def held(rule: str = "", *, facility: Any = None) -> QuerySet[RecordVersion]:
    """Versions that faults hold back, oldest visit first; with ``rule``, those in which it found something."""
    submissions = Submission.objects.filter(state=State.HELD, problem_code=FAULTS_HOLD[0])
    rows = RecordVersion.objects.filter(pk__in=submissions.values("version"))
    if facility is not None:
        rows = rows.filter(visit__facility=facility)
    if rule:
        rows = rows.filter(pk__in=Finding.objects.filter(rule=rule).values("version"))
    return rows.order_by("visit__closed_at", "pk")


@dataclass
class Rechecked:
    """What became of some visits; each number is a version's key."""

    released: list[int] = field(default_factory=list)
    """Nothing holds them any more: they wait for the key."""
    still_held: list[int] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    """Somebody else dealt with them meanwhile."""
    broken: list[int] = field(default_factory=list)
    """Checking stopped at them; nothing of them was changed."""


def recheck_all(*, by: Any, versions: Iterable[int], at: datetime, reason: str) -> Rechecked:
    """Each on its own: what fails for one leaves the others done."""
    done = Rechecked()
    for key in versions:
        try:
            outcome = recheck(by=by, version_id=key, at=at, reason=reason)
        except Exception:
            log.exception("checking version %s again", key)
            done.broken.append(key)
            continue
        {"released": done.released, "held": done.still_held, "moved": done.moved}[outcome].append(key)
    return done


def recheck(*, by: Any, version_id: int, at: datetime, reason: str) -> str:
    """``released``, ``held`` as before, or ``moved`` where it is not held for faults any more."""
    with transaction.atomic():
        submissions = list(
            Submission.objects.select_for_update(of=("self",)).filter(
                version=version_id, state=State.HELD, problem_code=FAULTS_HOLD[0]
            )
        )
        version = RecordVersion.objects.select_related("visit__facility").get(pk=version_id)
        if not submissions or version.visit.latest.pk != version_id:
            return "moved"
        checked = check(version.record, facility=version.visit.facility, at=at)
        policy = checking_policy(facility=version.visit.facility, day=timezone.localdate(at))
        write_anew(version, checked.faults, policy)
        errors = version.findings.filter(severity="error", overruled_by="").count()
        if not errors:
            for submission in submissions:
                after = State.SIGNED if submission.document_id is not None else State.WAITING
                step(submission, after, at=at, problem_code="", problem="", not_before=None, delays=0)
        note(
            by,
            "visit-rechecked",
            "visit",
            version.visit_id,
            version=version.number,
            errors=errors,
            released=not errors,
            reason=reason,
        )
    return "held" if errors else "released"


def write_anew(version: RecordVersion, faults: Iterable[Fault], policy: Policy) -> None:
    """Findings as the rules speak today. One that was overruled keeps its row, and who stood by it."""
    kept = {}
    for row in version.findings.all():
        if row.rule.startswith(KEPT):
            _under(policy, row)
        elif row.overruled_by:
            kept[row.rule, row.path, row.row, row.value] = row
        else:
            row.delete()
    new: list[Fault] = []
    for fault in faults:
        known = kept.get((fault.rule, fault.path, fault.row, fault.value))
        if known is None:
            new.append(fault)
        elif known.severity != fault.severity:
            Finding.objects.filter(pk=known.pk).update(severity=fault.severity)
    add_findings(version, new)


def _under(policy: Policy, row: Finding) -> None:
    """What cannot be found again still gets the severity the hospital gave its rule."""
    if row.rule in policy.off:
        row.delete()
    elif policy.severities.get(row.rule, row.severity) != row.severity:
        Finding.objects.filter(pk=row.pk).update(severity=policy.severities[row.rule])
