"""Whether this machine's clock is held to a source of time (F54), as the kernel says.

Whoever synchronises the clock (timesyncd, chrony, ntpd) tells the kernel how far it may be off at most; without them the
kernel lets that bound grow by half a second in a thousand, and at 16 seconds it counts as lost: some nine hours after
the source was. That is how ``timedatectl`` judges on Debian, too. The flag STA_UNSYNC says less: some set it on purpose.

Where the kernel may not be asked, nothing is known, and that is said; it is never taken for well. A host that sets the
clock past the kernel, as some virtual machines have it, looks unsynchronised.
"""

import ctypes
import socket
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from ...journal.chain import MACHINE, note
from ...journal.models import Entry

LOST = 16.0
"""Seconds: the bound of a clock that nobody holds (the kernel's NTP_PHASE_LIMIT)."""


class Timex(ctypes.Structure):
    """The head of the kernel's ``struct timex``; the rest is its own affair."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("largest_error", ctypes.c_long),
        ("estimated_error", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    ]


@dataclass(frozen=True)
class TimeSource:
    """What the kernel says of its clock."""

    largest_error: float
    """Seconds by which the clock may be off at most; it ends at 16."""
    status: int
    """The kernel's flags, as they are."""

    @property
    def is_held(self) -> bool:
        return self.largest_error < LOST


def ask_kernel(told: Timex) -> int:
    """Reads without changing anything, which needs no right. Negative: it may not be read here.

    Raises AttributeError where the system has no such call.
    """
    return int(ctypes.CDLL(None).adjtimex(ctypes.byref(told)))


def time_source(ask: Callable[[Timex], int] = ask_kernel) -> TimeSource | None:
    """None where it cannot be known."""
    told = Timex(modes=0)
    try:
        if ask(told) < 0:
            return None
    except (AttributeError, OSError):
        return None
    return TimeSource(told.largest_error / 1_000_000, told.status)


WORDS = {True: "clock-held", False: "clock-lost", None: "clock-unknown"}
"""The journal's words: what it says of moments may be trusted as far as this says."""
_noted: dict[str, str] = {}
"""By machine: the word noted last, as far as this process knows."""


def is_minded(now_held: bool) -> bool:
    """Whether a clock that nobody holds is an alarm: it was held here once, or real patients are served. A machine for
    practice may never have had a source of time; the board says so, and that is enough."""
    if now_held or settings.HOME.is_production:
        return True
    here = socket.gethostname()[:100]
    return Entry.objects.filter(action=WORDS[True], kind="machine", object_id=here).exists()


def note_time_source(found: TimeSource | None) -> bool:
    """Write it into the journal where it is no longer what was last written there of this machine."""
    here, word = socket.gethostname()[:100], WORDS[None if found is None else found.is_held]
    if here not in _noted:
        rows = Entry.objects.filter(action__in=WORDS.values(), kind="machine", object_id=here)
        _noted[here] = rows.order_by("-seq").values_list("action", flat=True).first() or ""
    if _noted[here] == word:
        return False
    told = {} if found is None else {"largest_error": found.largest_error, "status": found.status}
    note(MACHINE, word, "machine", here, **told)
    _noted[here] = word
    return True
