"""Misfortune at a chosen place: a crash, a freeze or a storage error at a point, a statement, a commit or a flush.

One strike is armed at a time. A crash is an exception that no ``except Exception`` of the program catches, so only
what is durable survives; whatever was open in the database is rolled back as the engine would after a power cut.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection


class Crash(BaseException):
    """The process is gone."""


KINDS = (
    "crash", "crash", "crash", "freeze", "freeze", "nap", "crash-statement", "error-statement", "error-commit", "lost-commit",
    "crash-commit", "crash-committed", "flush", "torn",
)  # fmt: skip
POINTS = (
    "K01", "K02", "K03", "K04", "K07", "K08", "K09", "K10", "K11", "K12", "K13", "K14", "K15-LENT", "K15", "K16", "K17",
    "K18", "K19", "K19-NOTED", "K20", "K21", "K22", "K25",
)  # fmt: skip
FREEZES = ("K07", "K08", "K11", "K13", "K15", "K16", "K16", "K17", "K17", "K18", "K20", "K21", "K21", "K19")
"""Outside transactions: a frozen process holds no lock of the database here."""


@dataclass
class Strike:
    kind: str
    """crash, freeze, nap, crash-statement, error-statement, error-commit, lost-commit, crash-commit, crash-committed,
    flush, torn."""
    place: str = ""
    left: int = 1

    def __str__(self) -> str:
        return f"{self.kind} {self.place or self.left}"


class Strikes:
    """What is armed, and the hooks through which it strikes."""

    def __init__(self) -> None:
        self.armed: Strike | None = None
        self.struck: list[str] = []
        self.on_freeze: Callable[[str], None] = lambda point: None
        self.on_nap: Callable[[str], None] = lambda point: None
        self.note: Callable[[str], None] = lambda text: None
        self.points: dict[str, int] = {}

    @contextmanager
    def spared(self) -> Iterator[None]:
        """What is asked in here belongs to nobody in the story."""
        armed, self.armed = self.armed, None
        try:
            yield
        finally:
            self.armed = armed

    def _now(self, *kinds: str) -> Strike | None:
        """The armed strike, if it is one of these and its count is up."""
        strike = self.armed
        if strike is None or strike.kind not in kinds:
            return None
        strike.left -= 1
        if strike.left > 0:
            return None
        self.armed = None
        self.struck.append(str(strike))
        self.note(f"struck: {strike}")
        return strike

    def here(self, point: str) -> None:
        """Stands in for ``crashpoints.here``."""
        self.points[point] = self.points.get(point, 0) + 1
        if self.armed is None or self.armed.place != point:
            return
        if self.armed.kind in ("freeze", "nap") and connection.in_atomic_block:
            return
        strike = self._now("crash", "freeze", "nap")
        if strike is None:
            return
        if strike.kind == "crash":
            raise Crash(point)
        (self.on_freeze if strike.kind == "freeze" else self.on_nap)(point)

    def statement(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        """A Django execute wrapper."""
        strike = self._now("crash-statement", "error-statement")
        if strike is not None:
            if strike.kind == "crash-statement":
                raise Crash("statement")
            raise OperationalError("disk I/O error (struck)")
        return execute(*arguments)

    def commit(self, really: Callable[[], Any]) -> Any:
        strike = self._now("error-commit", "lost-commit", "crash-commit", "crash-committed")
        if strike is None:
            return really()
        if strike.kind == "crash-commit":
            # On its way out Django would set autocommit, by which SQLite's driver commits; a dead process does not.
            connection.connection.rollback()
            raise Crash("before commit")
        if strike.kind == "error-commit":
            raise OperationalError("disk I/O error at commit (struck)")
        really()
        if strike.kind == "lost-commit":
            raise OperationalError("the answer to the commit was lost (struck)")
        raise Crash("after commit")


class JournalDisk:
    """``os`` for the receipt journal: flushes and writes can fail, and what was not flushed can be lost."""

    def __init__(self, strikes: Strikes) -> None:
        self.strikes = strikes
        self.durable: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def write(self, descriptor: int, data: bytes) -> int:
        if self.strikes._now("torn") is not None:
            os.write(descriptor, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "no space left (struck)")
        return os.write(descriptor, data)

    def fdatasync(self, descriptor: int) -> None:
        if self.strikes._now("flush") is not None:
            raise OSError(errno.EIO, "flush failed (struck)")
        self.durable[os.readlink(f"/proc/self/fd/{descriptor}")] = os.fstat(descriptor).st_size

    fsync = fdatasync

    def all_is_flushed(self, file: Path) -> None:
        """As the system does by itself within seconds."""
        if file.exists():
            self.durable[str(file)] = file.stat().st_size

    def is_flushed(self, file: Path) -> bool:
        """Whether a power cut now would take nothing from it."""
        return not file.exists() or self.durable.get(str(file), 0) >= file.stat().st_size

    def power_cut(self, file: Path) -> None:
        """Only what was flushed is still there."""
        if file.exists():
            os.truncate(file, min(self.durable.get(str(file), 0), file.stat().st_size))
