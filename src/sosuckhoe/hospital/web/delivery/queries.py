"""The numbers of the board beside its funnel. Every number is the length of a list that this module can also give."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from ...delivery.hub.message import message_of
from ...delivery.models import Destination, Submission
from ...delivery.signers.certificates import Due, in_use
from ...delivery.states import TRANSMITTED, State
from ..shell import words
from ..shell.funnel import STEPS, latest_submissions
from ..shell.sending import sending_key

S = State


def behind_step(step: str, period: str, destination: Destination | None) -> QuerySet[Submission]:
    """The list of those that came as far as a step."""
    states = STEPS[step][1]
    rows = latest_submissions(period, destination)
    return rows if states is None else rows.filter(state__in=states)


@dataclass(frozen=True, slots=True)
class Tile:
    look: words.Look
    state: str
    count: int
    oldest: datetime | None


def tiles(destination: Destination | None) -> list[Tile]:
    """Every state that is not yet an end, with how many and how old. Always all of them, also the empty ones."""
    rows = Submission.objects.filter(destination=destination) if destination else Submission.objects.all()
    found = {
        row["state"]: row
        for row in rows.exclude(state__in=[S.ACCEPTED, S.SUPERSEDED])
        .values("state")
        .annotate(count=Count("id"), oldest=Min("since"))
        .order_by()
    }
    order = [S.HELD, S.REFUSED, S.UNKNOWN, S.FINDINGS, S.WAITING, S.SIGNED, S.SENDING]
    return [
        Tile(
            words.state(state),
            state,
            found[state]["count"] if state in found else 0,
            found[state]["oldest"] if state in found else None,
        )
        for state in order
    ]


@dataclass(frozen=True, slots=True)
class Health:
    """How a destination fares, and how many records or health checks wait for it. Check-ins are told apart."""

    destination: Destination
    look: words.Look
    waiting: int
    oldest: datetime | None


def health(destinations: Sequence[Destination]) -> list[Health]:
    waits = {
        destination: (count, oldest)
        for destination, count, oldest in Submission.ledger.filter(
            state__in=[S.SIGNED, S.WAITING], check_in__isnull=True
        )
        .values_list("destination")
        .annotate(Count("id"), Min("since"))
        .order_by()
    }
    return [
        Health(
            each,
            words.SENDING[sending_key(each)],
            *waits.get(each.pk, (0, None)),
        )
        for each in destinations
    ]


def check_ins(destination: Destination | None) -> list[tuple[words.Look, str, int]]:
    """How many check-ins are in each state, apart from the records."""
    rows = Submission.ledger.filter(check_in__isnull=False)
    if destination:
        rows = rows.filter(destination=destination)
    found = dict(rows.values_list("state").annotate(count=Count("id")).order_by())
    return [(words.state(state), state, found[state]) for state in words.SUBMISSION if state in found]


def with_visits(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """What a list shows, without the contents of records."""
    return rows.select_related("version__visit__patient", "destination").defer("version__record_json")


def message_id(row: Submission) -> str:
    """What the hub knows a health check by; nothing where it was not signed, or its bytes are unknown since a restore."""
    stored = bool(row.health_check_id and row.document and row.document.size)
    return message_of(row.stored_bytes).msg_id if stored else ""


def waiting_longest(destination: Destination | None) -> list[Submission]:
    """What was closed longest ago and has no receipt."""
    rows = latest_submissions("tat-ca", destination).exclude(state__in=[*TRANSMITTED, S.SUPERSEDED])
    return list(with_visits(rows).order_by("version__visit__closed_at", "id")[:8])


def in_state(state: str, destination: Destination | None) -> QuerySet[Submission]:
    rows = Submission.objects.filter(state=state)
    return rows.filter(destination=destination) if destination else rows


def keys() -> list[Due]:
    return in_use(timezone.now())
