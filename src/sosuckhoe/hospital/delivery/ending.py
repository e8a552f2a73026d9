"""How a sender ends when it is told to: what is open may go on for so long, then it is cut and settled like any reply that
was lost; what has not left is given back. Nothing is decided here that the ledger does not know.
"""

import math
import threading
import time
from collections.abc import Sequence

from django.conf import settings

from .connections import CUTS

SETTLING_SECONDS = 2.0
"""Of the time to stop in, so much is for keeping what became of the calls that were cut."""
LOOKS_EVERY = 0.1


class Ending:
    """The last seconds of a process, from the first wait on; one for all that it has to wait for."""

    def __init__(self) -> None:
        self.told_again = threading.Event()
        """Set by whoever does not want to wait: what is open is cut at once, and the same is done."""
        self._until = math.inf

    def wait_for(self, lines: Sequence[threading.Thread]) -> bool:
        """Wait until these have ended, and cut their calls in time. False: the time is over and one of them goes on."""
        self._until = min(self._until, time.monotonic() + settings.STOP_SECONDS)
        numbers = [line.ident for line in lines if line.ident is not None]
        CUTS.stop(numbers, self._until - SETTLING_SECONDS)
        hurried = False
        try:
            while any(line.is_alive() for line in lines) and time.monotonic() < self._until:
                if self.told_again.is_set() and not hurried:
                    hurried = True
                    self._until = min(self._until, time.monotonic() + SETTLING_SECONDS)
                    CUTS.stop(numbers, time.monotonic())
                for line in lines:
                    line.join(LOOKS_EVERY / len(lines))
        finally:
            CUTS.forget([line.ident for line in lines if line.ident is not None and not line.is_alive()])
        return not any(line.is_alive() for line in lines)
