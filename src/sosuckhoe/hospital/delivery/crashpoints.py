"""Places where tests kill the process: ``SOSUCKHOE_CRASH=K15`` at its first passing, ``K15:3`` at its third.

The names are those of faults.md §5. Without the variable nothing happens.
"""

import os
import signal
import threading

_POINT, _, _COUNT = os.environ.get("SOSUCKHOE_CRASH", "").partition(":")
_left = int(_COUNT or "1")
_lock = threading.Lock()


def here(point: str) -> None:
    """Die without a word, as in a power cut, when this is the place and the time."""
    global _left
    if point != _POINT:
        return
    with _lock:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
