"""Today's state of sending in one word, the same for the top bar, the home page and the delivery board."""

from datetime import timedelta

from django.utils import timezone

from ...delivery.models import Destination, Submission
from ...delivery.quiet import QUIET_AFTER, is_quiet
from ...delivery.restoring.hold import on_hold
from ...delivery.saving import could_not_save
from ...delivery.states import State
from ...delivery.watching.pulse import last_beat
from ...delivery.watching.watched import WORKER_SILENT
from .words import SENDING, Look

SLOW_AFTER = timedelta(minutes=30)
"""Sending takes seconds; whoever waits this long without a reason waits for something that is not moving."""


def state_of(destination: Destination) -> str:
    """The key of ``SENDING`` for one destination, without looking at its queue."""
    if destination.paused:
        return "paused"
    if destination.failures >= QUIET_AFTER:
        return "silent"
    return "asked-to-wait" if is_quiet(destination, timezone.now()) else "normal"


def sending_key(destination: Destination | None = None) -> str:
    """Of one destination, or the worst of all that are in use. Where nothing can be noted nothing is sent, a restore that nobody has released holds them all, and a
    sending program that does not run leaves all that waits where it is."""
    if could_not_save():
        return "unsaved"
    if on_hold():
        return "restored"
    used = list(Destination.objects.filter(enabled=True)) if destination is None else [destination]
    if not used:
        return "unset"
    states = {state_of(each) for each in used}
    for worst in ("silent", "paused", "asked-to-wait"):
        if worst in states:
            return worst
    now = timezone.now()
    waits = Submission.ledger.filter(state__in=(State.SIGNED, State.WAITING))
    if destination is not None:
        waits = waits.filter(destination=destination)
    beat = last_beat()
    if (beat is None or now - beat > WORKER_SILENT) and waits.exists():
        return "stopped"
    return "slow" if waits.filter(since__lt=now - SLOW_AFTER).exists() else "normal"


def sending_now() -> Look:
    return SENDING[sending_key()]
