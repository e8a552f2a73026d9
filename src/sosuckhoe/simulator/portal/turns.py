"""Working by turns: while one call is judged and stored, the others wait for it at one place.

A process computes one thing at a time and its database takes one writer at a time. Threads that are let loose together
hand the interpreter to each other hundreds of times a call, and sleep in the database's busy handler. Whoever waits
for bytes, for a reply to leave or because the fault desk says so holds no turn.
"""

import threading
import time

working = threading.RLock()
_knocked_at = 0.0


def knock() -> float:
    """A service is being called; when that was (``time.monotonic``)."""
    global _knocked_at
    _knocked_at = time.monotonic()
    return _knocked_at


def quiet_for() -> float:
    """Seconds since a service was last called."""
    return time.monotonic() - _knocked_at
