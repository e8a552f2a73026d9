"""Outages as evidence: read from our own calls, tied to the visits they delayed. What people tell: ``told_incidents``.

An outage is a run of calls in a row that the destination gave no answer of its own to: it begins with the first and
ends with the next answer. Why it was silent a probe cannot see; a person says so, and only a stated failure of the
gateway moves deadlines.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ...journal.chain import account_of, note
from ..answers import NO_ANSWER, UNREADABLE
from ..models import Attempt, Destination, DestinationKind, Incident, OutageCause, Submission
from ..quiet import QUIET_AFTER
from .deadlines import Outage

OUR_OWN = frozenset(
    {
        "NOT-SENT",
        "NOT-WAITED-FOR",
        "GIVEN-BACK",
        "INTERRUPTED",
        "LEASE-ENDED",
        "HOST-NOT-ALLOWED",
        "SIMULATED",
        "SECRET-MISSING",
        "SECRET-UNREADABLE",
        "DOCUMENT-DAMAGED",
    }
)
"""Calls that ended through us, a pause, a crash, a set-up or a change of turns: they say nothing about the other side."""
ANSWERED = frozenset(
    {
        *("401", "EARLY-ANSWER", "LOGIN-401", "LOGIN-402", "LOGIN-403"),
        *("CM_AUTH_PERMISSION", "CM_AUTH_EXPIRED", "LOGIN-CM_AUTH_ACCOUNT_FAIL"),
    }
)
"""Refusals by which the portal, or the hub, showed that it is there."""
CARRIES = {DestinationKind.PORTAL: "version", DestinationKind.HUB: "health_check"}
"""Whose calls tell of an outage. Not check-ins: their service may be silent by itself while the portal is there."""


@dataclass(frozen=True, slots=True)
class Call:
    """What one attempt says about the destination."""

    id: int
    started_at: datetime
    ended_at: datetime
    outcome: str
    code: str
    written: bool = True
    """Whether our side of the exchange is stored; not where a crash of ours broke it off."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A run of calls without an answer."""

    first: Call
    calls: int
    ending: Call | None


def is_silent(call: Call) -> bool | None:
    """Whether the other side was silent; None where the call says nothing about it."""
    if call.code in OUR_OWN or (call.code == NO_ANSWER.code and not call.written):
        return None
    if call.code in ANSWERED:
        return False
    # A page instead of an answer is somebody else's, as a rule of whatever stands in front.
    no_own = call.code == NO_ANSWER.code or call.code.endswith(UNREADABLE)
    return call.outcome in ("TryLater", "NotSent") or no_own


def silences(calls: Iterable[Call]) -> Iterator[Silence]:
    """The outages in calls ordered by their end: at least ``QUIET_AFTER`` silent ones in a row."""
    first: Call | None = None
    count = 0
    for call in calls:
        silent = is_silent(call)
        if silent is None:
            continue
        if silent:
            first, count = first or call, count + 1
            continue
        if first is not None and count >= QUIET_AFTER:
            yield Silence(first, count, call)
        first, count = None, 0
    if first is not None and count >= QUIET_AFTER:
        yield Silence(first, count, None)


def record_incidents(*, since: datetime | None = None) -> int:
    """Note every outage that the stored attempts show and is not noted yet, and close those that have ended.

    What people told of is tied to what it has delayed by now. Safe to run at any time, twice, and beside workers.
    ``since``: look no further back, except for what is still open. Returns how many were noted or closed.
    """
    for incident in Incident.objects.filter(first_attempt__isnull=True, withdrawn_at__isnull=True):
        if since is None or incident.ended_at is None or incident.ended_at >= since:
            tie(incident)
    return sum(_record(destination, since) for destination in Destination.objects.order_by("pk"))


@transaction.atomic
def _record(destination: Destination, since: datetime | None) -> int:
    Destination.objects.select_for_update().get(pk=destination.pk)
    last = destination.incidents.filter(first_attempt__isnull=False).order_by("-started_at").first()
    calls = Attempt.objects.filter(submission__in=_carried_to(destination), ended_at__isnull=False)
    if since is not None and (last is None or last.ended_at is not None):
        calls = calls.filter(ended_at__gte=since)
    if last is not None:
        known = last.ending_attempt or last.first_attempt
        assert known is not None
        calls = calls.filter(ended_at__gte=known.ended_at)
    columns = ("pk", "started_at", "ended_at", "outcome", "code", "request_head")
    rows = calls.order_by("ended_at", "pk").values_list(*columns).iterator()
    found = list(silences(Call(*row[:5], written=bool(row[5])) for row in rows))
    return sum(_keep(destination, silence) for silence in found)


def _keep(destination: Destination, silence: Silence) -> bool:
    ended_at = silence.ending.ended_at if silence.ending else None
    incident, made = Incident.objects.get_or_create(
        first_attempt_id=silence.first.id,
        defaults={
            "destination": destination,
            "started_at": silence.first.started_at,
            "silent_calls": silence.calls,
        },
    )
    if not made and (incident.ended_at is not None or incident.silent_calls > silence.calls):
        return False
    incident.silent_calls = silence.calls
    incident.ended_at = ended_at
    incident.ending_attempt_id = silence.ending.id if silence.ending else None
    incident.save(update_fields=["silent_calls", "ended_at", "ending_attempt"])
    tie(incident)
    if made or ended_at is not None:
        note(
            "worker",
            "incident-ended" if ended_at else "incident-noted",
            "destination",
            destination.pk,
            since=incident.started_at.isoformat(),
            count=incident.delayed.count(),
        )
    return made or ended_at is not None


def _carried_to(destination: Destination) -> QuerySet[Submission]:
    """What this kind of destination is there for."""
    carries = CARRIES[DestinationKind(destination.kind)]
    return Submission.ledger.filter(destination=destination, **{f"{carries}__isnull": False})


def tie(incident: Incident) -> None:
    """Note what it has delayed since it was last looked at. What is noted stays: it was delayed."""
    incident.delayed.add(*delayed_by(incident).values_list("pk", flat=True))


def delayed_by(incident: Incident) -> QuerySet[Submission]:
    """What was signed before the outage ended and had no receipt when it began; nothing before it has begun."""
    if incident.started_at > timezone.now():
        return Submission.objects.none()
    rows = _carried_to(incident.destination).filter(documents__isnull=False)
    if incident.ended_at is not None:
        rows = rows.filter(documents__signed_at__lt=incident.ended_at)
    tried = Q(attempts__started_at__gte=incident.started_at)
    came_later = Q(receipts__received_at__gt=incident.started_at)
    still_waits = Q(receipts__isnull=True, state__in=["SIGNED", "SENDING", "UNKNOWN"])
    return rows.filter(came_later | still_waits | (tried & Q(receipts__isnull=True))).distinct()


class NeedsEvidence(ValueError):
    """Hãy ghi bằng chứng và đã báo cho ai, lúc nào, bằng cách nào."""


@transaction.atomic
def state_cause(*, by: Any, incident: Incident, cause: str, told: str) -> None:
    """A person says what failed, what shows it, and who was told."""
    if cause not in OutageCause.values or not told.strip():
        raise NeedsEvidence(NeedsEvidence.__doc__)
    actor = account_of(by)
    Incident.objects.filter(pk=incident.pk).update(
        cause=cause, told=told.strip(), stated_by=actor, stated_at=timezone.now()
    )
    note(by, "incident-cause-stated", "destination", incident.destination_id, code=cause, reason=told.strip())


THE_GATEWAYS = frozenset({OutageCause.GATEWAY, OutageCause.PLANNED})
"""Only these move deadlines (BHYT-GD-R21); TT 12/2026 Đ2 speaks of the gateway's maintenance and of its incidents."""


def outages_of(destination: int | None) -> list[Outage]:
    """The outages of a destination, for the clocks."""
    rows = Incident.objects.filter(destination=destination, withdrawn_at__isnull=True)
    return [Outage(row.pk, row.started_at, row.ended_at, row.cause in THE_GATEWAYS) for row in rows]


def running(at: datetime) -> QuerySet[Incident]:
    """What has begun and is not over."""
    begun = Incident.objects.filter(started_at__lte=at, withdrawn_at__isnull=True)
    return begun.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at))
