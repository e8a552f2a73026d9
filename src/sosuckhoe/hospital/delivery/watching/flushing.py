"""How long the disk takes to keep what is written (F19): everything that leaves or is answered waits for it several times."""

import os
import threading
import time

from django.conf import settings

EVERY = 60.0
"""Seconds: it is measured at most so often in each process, for it costs what it measures."""
_measuring = threading.Lock()
_last: dict[str, tuple[float, float | None]] = {}
"""By folder: when it was measured, and how long it took."""


def flush_seconds() -> float | None:
    """Of one flush where the program writes. None where nothing can be written there."""
    place = f"{settings.HOME.path}"
    with _measuring:
        measured, took = _last.get(place, (-EVERY, None))
        if time.monotonic() - measured >= EVERY:
            took = _flush(place)
            _last[place] = (time.monotonic(), took)
        return took


def _flush(place: str) -> float | None:
    try:
        descriptor = os.open(place, os.O_TMPFILE | os.O_WRONLY, 0o600)
    except OSError:
        return None
    try:
        began = time.monotonic()
        os.write(descriptor, b"\n")
        os.fdatasync(descriptor)
        return time.monotonic() - began
    except OSError:
        return None
    finally:
        os.close(descriptor)
