"""One program at a time changes the form of a database; whoever comes meanwhile waits, and finds it done."""

import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator

from django.conf import settings
from django.db import connection, transaction

LOCK = 0x5050_C4E0
"""The number of the lock in PostgreSQL, which holds for one database. Fixed for ever: older programs must know it."""
WAITS = "Một chương trình khác đang nâng cấp cơ sở dữ liệu này. Chương trình này chờ nó xong rồi chạy tiếp."

log = logging.getLogger("sosuckhoe.hospital")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """The lock ends with the process that holds it, however it ends."""
    with _in_postgres() if connection.vendor == "postgresql" else _beside_sqlite():
        yield


@contextlib.contextmanager
def wholly() -> Iterator[None]:
    """All steps in one transaction: whoever is killed half-way leaves the form of before, which the older program still knows.

    Django takes each step by itself, and notes some of them after they are done: killed between the two, the next start
    would do one again and fail.
    """
    # SQLite refuses a change of form while they are on, and to switch them inside a transaction. Each step checks them.
    connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    # A table whose checks are still to come cannot change its form.
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            yield
    finally:
        connection.enable_constraint_checking()


@contextlib.contextmanager
def _in_postgres() -> Iterator[None]:
    # A connection of its own: what is done on the other one may end that.
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if cursor.fetchone() != (True,):
                log.warning(WAITS)
                cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield
    finally:
        own.close()


@contextlib.contextmanager
def _beside_sqlite() -> Iterator[None]:
    descriptor = os.open(settings.HOME.path / "upgrade.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.warning(WAITS)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
