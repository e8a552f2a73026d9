"""How much one destination is asked at a time, where the hospital has set a limit (gateway.md §9: quotas are not public).

Both limits hold across every process that sends: they stand in the destination's row, which a claim locks. The limit of a
minute is one of calls, so each takes its place: what is sent and asked by machine waits for it; a login, which is made
by who has a place, and a question of reception, where a patient waits, go ahead, and what is sent later makes up for them.
"""

from datetime import datetime, timedelta

from .models import Destination, Submission
from .states import State
from .turns import writing

LOOKS_AGAIN = timedelta(seconds=1)
"""After so long, where all lines to a destination are taken."""
FURTHEST = timedelta(minutes=2)
"""No next call is set further ahead. One that is was set by a clock that has been put back since; ``prepared.over``."""


def within_limits(destination: Destination, now: datetime) -> bool:
    """Whether one more call may begin now; takes the place in the minute. Call inside the claim's transaction."""
    if destination.calls_at_once is None and destination.calls_per_minute is None:
        return True
    row = Destination.objects.select_for_update().get(pk=destination.pk)
    if row.next_call_at is not None and now < row.next_call_at <= now + FURTHEST:
        return False
    if row.calls_at_once is not None:
        under_way = Submission.ledger.filter(destination=row, state=State.SENDING).count()
        if under_way >= row.calls_at_once:
            _wait(row, now + LOOKS_AGAIN)
            return False
    if row.calls_per_minute is not None:
        _wait(row, now + timedelta(minutes=1) / row.calls_per_minute)
    return True


def take_a_place(destination: Destination, now: datetime) -> None:
    """Of a call that waits for nothing: what may wait begins so much later, never more than ``FURTHEST`` from now."""
    if destination.calls_per_minute is None:
        return
    with writing():
        row = Destination.objects.select_for_update().get(pk=destination.pk)
        if row.calls_per_minute is None:
            return
        taken = row.next_call_at
        begins = taken if taken is not None and now < taken <= now + FURTHEST else now
        _wait(row, min(begins + timedelta(minutes=1) / row.calls_per_minute, now + FURTHEST))


def _wait(destination: Destination, until: datetime) -> None:
    Destination.objects.filter(pk=destination.pk).update(next_call_at=until)
