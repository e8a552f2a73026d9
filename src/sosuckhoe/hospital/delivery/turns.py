"""Writing by turns: the threads of one process queue for the ledger instead of disturbing each other.

SQLite lets one writer in at a time, and whoever finds the door shut sleeps and looks again, longer each time. Threads
of one process can wait for each other better than that. On PostgreSQL rows are locked, not the database.
"""

import threading
from contextlib import suppress
from types import TracebackType

from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import Atomic

from .statements import database, execute

TURN = threading.RLock()
_ATOMIC = Atomic(DEFAULT_DB_ALIAS, savepoint=True, durable=False)


class writing:
    """One transaction, inside which everything is as inside Django's ``atomic``.

    That one is left to begin inside another transaction and to end where there is trouble. What it does around a
    transaction that begins and ends well costs as much as the statements in it. ``settings``: of PostgreSQL, for this
    transaction.
    """

    def __init__(self, settings: str = "") -> None:
        self._settings = settings

    def __enter__(self) -> None:
        self._db = db = database()
        self._by_turns = db.vendor == "sqlite"
        if self._by_turns:
            TURN.acquire()
        try:
            self._inside = db.in_atomic_block or not db.get_autocommit()
            if self._inside:
                _ATOMIC.__enter__()
                if self._settings and not self._by_turns:
                    execute(db, self._settings)
                return
            db.commit_on_exit, db.needs_rollback = True, False
            _begin(db, "BEGIN IMMEDIATE" if self._by_turns else f"BEGIN; {self._settings}".rstrip("; "))
            db.autocommit, db.in_atomic_block = False, True
            db.atomic_blocks.append(_ATOMIC)
        except BaseException:
            self._next()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        db = self._db
        try:
            if self._inside or kind is not None or db.needs_rollback or db.closed_in_transaction:
                _ATOMIC.__exit__(kind, problem, trace)
                return
            try:
                db._commit()  # type: ignore[attr-defined]
            except BaseException as trouble:
                _ATOMIC.__exit__(type(trouble), trouble, trouble.__traceback__)
                raise
            db.atomic_blocks.pop()
            db.in_atomic_block, db.autocommit, db.errors_occurred = False, True, False
            if db.run_on_commit:
                db.run_and_clear_commit_hooks()
        finally:
            self._next()

    def _next(self) -> None:
        if self._by_turns:
            TURN.release()


def _begin(db: BaseDatabaseWrapper, how: str) -> None:
    try:
        execute(db, how)
    except BaseException:
        # Whatever of it was done.
        with suppress(DatabaseError):
            db._rollback()  # type: ignore[attr-defined]
        raise
