"""The logins in use, shared by all senders of one account."""

import math
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

EXPIRY_MARGIN = timedelta(seconds=60)


class Ends(Protocol):
    """A session knows when it ends."""

    @property
    def expires_at(self) -> datetime: ...


S = TypeVar("S", bound=Ends)


class Sessions:
    """The tokens in use, one per (address, account, facility); one login at a time for each."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], Any] = {}
        self._locks: dict[tuple[str, str, str], threading.Lock] = {}
        self._guard = threading.Lock()
        self._refused: dict[tuple[str, str, str], tuple[float, Exception]] = {}

    def take(self, key: tuple[str, str, str], log_in: Callable[[], S]) -> S:
        """A session that is valid now. Who waited while another's login failed has failed with it: a wrong password
        is tried once, not once by each sender (F44)."""
        came = time.monotonic()
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            kept: S | None = self._kept.get(key)
            if kept is not None and datetime.now(UTC) < kept.expires_at - EXPIRY_MARGIN:
                return kept
            failed_at, problem = self._refused.get(key, (-math.inf, None))
            if problem is not None and failed_at >= came:
                raise problem
            try:
                fresh = log_in()
            except Exception as problem:
                self._refused[key] = time.monotonic(), problem
                raise
            self._kept[key] = fresh
            return fresh

    def drop(self, key: tuple[str, str, str], used: Ends) -> None:
        """Forget a session, unless somebody has renewed it meanwhile."""
        with self._guard:
            if self._kept.get(key) is used:
                del self._kept[key]


SESSIONS = Sessions()
