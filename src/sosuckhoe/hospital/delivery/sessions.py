"""The logins in use, shared by all senders of one account."""

import threading
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

    def take(self, key: tuple[str, str, str], log_in: Callable[[], S]) -> S:
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            kept: S | None = self._kept.get(key)
            if kept is not None and datetime.now(UTC) < kept.expires_at - EXPIRY_MARGIN:
                return kept
            fresh = log_in()
            self._kept[key] = fresh
            return fresh

    def drop(self, key: tuple[str, str, str], used: Ends) -> None:
        """Forget a session, unless somebody has renewed it meanwhile."""
        with self._guard:
            if self._kept.get(key) is used:
                del self._kept[key]


SESSIONS = Sessions()
