"""Places where tests strike: ``SOSUCKHOE_CRASH=K15`` kills at the first passing, ``K15:3`` at the third, and
``K16:1:SIGSTOP`` freezes instead. The names are those of faults.md §5; without the variable nothing happens.
"""

import os
import signal
import threading

_POINT, _COUNT, _SIGNAL, *_ = [*os.environ.get("SOSUCKHOE_CRASH", "").split(":"), "", ""]
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
            os.kill(os.getpid(), signal.Signals[_SIGNAL or "SIGKILL"])
