"""Making the port refuse connections for a while, as a dead server does."""

import contextlib
import socket
import threading
import time
from typing import Any

LISTENERS: list[Any] = []
"""The worker's listening sockets, filled in by the server when it starts."""

_silent_until = 0.0


def stop_listening(seconds: float) -> None:
    """Close the door now and open it again by itself. Held connections are cut at their next call."""
    global _silent_until
    _silent_until = time.monotonic() + seconds
    for listener in LISTENERS:
        # On Linux a listener that is shut down refuses, and may listen again: the port stays ours.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    _later(seconds)


def silent() -> bool:
    return time.monotonic() < _silent_until


def _listen_again() -> None:
    if silent():
        return
    try:
        for listener in LISTENERS:
            listener.listen(2048)
    except OSError:  # a client that knocked from our own port number holds it for a moment
        _later(0.2)


def _later(seconds: float) -> None:
    timer = threading.Timer(seconds, _listen_again)
    timer.daemon = True
    timer.start()
