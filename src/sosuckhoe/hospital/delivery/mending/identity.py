"""Whose number it is (đối chiếu số định danh): reception looked at the papers and writes down what it found."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from ...patients.actions import settle_contested
from ...patients.models import Identifier, Patient
from ...visits.actions import overrule
from ...visits.desks import check_may_mend
from ...visits.models import Finding, RecordVersion, Visit
from ..actions import NotInThisState, release
from ..closing import FAULTS_HOLD, IDENTITY_HOLDS, IDENTITY_RULE
from ..models import Submission
from ..states import State

THEIRS = "Đã đối chiếu giấy tờ: số định danh là của người bệnh này."


@transaction.atomic
def settle_number(*, by: Any, identifier: Identifier, is_theirs: bool, at: datetime) -> int:
    """Settle a contested number. Where it is the patient's, what it alone held back goes on: returns how many.

    Where it is another's, their visits stay held until the record names the right number.
    """
    check_may_mend(by, "reception")
    settle_contested(by=by, identifier=identifier, is_theirs=is_theirs, on=timezone.localdate(at))
    if not is_theirs:
        return 0
    return sum(_let_go(by, version, at) for version in _held_by(identifier.patient, identifier.value))


def _held_by(patient: Patient, number: str) -> list[RecordVersion]:
    latest = [visit.latest for visit in Visit.objects.filter(patient=patient)]
    named = Finding.objects.filter(version__in=latest, rule=IDENTITY_RULE, value=number, overruled_by="")
    return list(RecordVersion.objects.filter(pk__in=named.values("version")))


def _let_go(by: Any, version: RecordVersion, at: datetime) -> int:
    overrule(by=by, findings=version.findings.filter(rule=IDENTITY_RULE), reason=THEIRS, at=at)
    held = Submission.objects.filter(version=version, state=State.HELD, problem_code=IDENTITY_HOLDS[0])
    if version.findings.filter(severity="error", overruled_by="").exists():
        held.update(problem_code=FAULTS_HOLD[0], problem=FAULTS_HOLD[1])
        return 0
    released = 0
    for submission in held.select_related("version"):
        try:
            release(by=by, submission=submission, reason=THEIRS)
        except NotInThisState:
            continue  # something else keeps it, and says so
        released += 1
    return released
