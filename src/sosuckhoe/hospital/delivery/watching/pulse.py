"""The pulse of the sending process: whoever watches the hospital learns within minutes that it has stopped."""

import socket
from datetime import datetime, timedelta

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from ..models import Pulse
from ..restoring.anchoring import anchor

EVERY = timedelta(seconds=30)
APART = timedelta(minutes=2)
"""So far the clocks of the database and of who looks may differ."""
_last: dict[str, datetime] = {}


def beat(now: datetime) -> bool:
    """Say that this process is alive, and anchor the journal outside; at most every half minute.

    By the database's clock: that of one of several hosts may be wrong.
    """
    place = f"{connection.settings_dict['NAME']}"
    if place in _last and timedelta(0) <= now - _last[place] < EVERY:
        return False
    _last[place] = now
    Pulse.objects.update_or_create(name=socket.gethostname()[:100], defaults={"at": Now()})
    anchor(now)
    return True


def last_beat() -> datetime | None:
    """When any sending process was last alive. What was said while the clock was ahead says nothing of now."""
    said = Pulse.objects.filter(at__lte=timezone.now() + APART)
    return said.order_by("-at").values_list("at", flat=True).first()
