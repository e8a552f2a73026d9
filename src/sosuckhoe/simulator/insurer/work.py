"""The insurer at work: whatever is due by the simulated clock."""

import logging
import threading

from django.db import close_old_connections

from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.portal.turns import quiet_for

from .publication import publish_due
from .review import review_due

log = logging.getLogger(__name__)
_working = threading.Lock()

QUIET = 1.0
"""Seconds without a call: then the later checks begin, as the real ones do hours after."""


def work() -> dict[str, int]:
    """Do what is due now and count it. Calls do not overlap within the process."""
    with _working:
        now = clock.now()
        return {"reviewed": review_due(now), "published": publish_due(now)}


def keep_working() -> threading.Event:
    """Work in the background until the returned event is set; what nobody can see yet is left for a quiet moment."""
    stop = threading.Event()

    def loop() -> None:
        while not stop.wait(QUIET):
            try:
                with _working:
                    now = clock.now()
                    review_due(now, may_wait=lambda: quiet_for() < QUIET)
                    publish_due(now)
            except Exception:
                log.exception("the insurer's work failed and will be tried again")
                close_old_connections()

    threading.Thread(target=loop, name="insurer", daemon=True).start()
    return stop
