"""How much one destination is asked at a time, where the hospital has set a limit (gateway.md §9: quotas are not public).

Both limits hold across every process that sends: they stand in the destination's row, which a claim locks.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from .models import Destination, Submission
from .states import State

LOOKS_AGAIN = timedelta(seconds=1)
"""After so long, where all lines to a destination are taken."""


def within_limits(destination: Destination, now: datetime) -> bool:
    """Whether one more call may begin now; takes the place in the minute. Call inside the claim's transaction."""
    if destination.calls_at_once is None and destination.calls_per_minute is None:
        return True
    row = Destination.objects.select_for_update().get(pk=destination.pk)
    if row.next_call_at is not None and row.next_call_at > now:
        return False
    if row.calls_at_once is not None:
        under_way = Submission.ledger.filter(destination=row, state=State.SENDING).count()
        if under_way >= row.calls_at_once:
            _wait(row, now + LOOKS_AGAIN)
            return False
    if row.calls_per_minute is not None:
        _wait(row, now + timedelta(minutes=1) / row.calls_per_minute)
    return True


def _wait(destination: Destination, until: datetime) -> None:
    rows = Destination.objects.filter(pk=destination.pk)
    rows.filter(Q(next_call_at__isnull=True) | Q(next_call_at__lt=until)).update(next_call_at=until)
