"""Places where tests strike: ``SOSUCKHOE_CRASH=K15`` kills at the first passing, ``K15:3`` at the third, and
``K16:1:SIGSTOP`` freezes instead. The names are those of faults.md §5; without the variable nothing happens.

Three places of our own are in the declaring of keys (F71): LAID-BEGUN, LAID-WRITTEN and LAID around a file that is
written, KEY-NOTED before a key's declaration or retirement is committed.

Three of its names are no places of their own here. K00, a request arrives: nothing of ours has been done, as at K01,
where nothing is committed. K23, the state RECEIVED: one transaction with the receipt, K22. K24, the book's view is
refreshed: none is stored, the citizen's book is projected from the record whenever it is looked at.
"""

import os
import signal
import threading
from typing import Any

_lock = threading.Lock()
_armed: dict[str, Any] = {}


def arm(text: str) -> None:
    """Strike at this place; an empty text strikes nowhere."""
    point, count, name, *_ = [*text.split(":"), "", ""]
    _armed.update(point=point, left=int(count or "1"), signal=name or "SIGKILL")


def here(point: str) -> None:
    """Die without a word, as in a power cut, when this is the place and the time."""
    if point != _armed["point"]:
        return
    with _lock:
        _armed["left"] -= 1
        if _armed["left"] == 0:
            os.kill(os.getpid(), signal.Signals[_armed["signal"]])


arm(os.environ.get("SOSUCKHOE_CRASH", ""))
