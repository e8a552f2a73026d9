"""What a long look at the database costs it (F22): while somebody reads, SQLite cannot empty its log of what was written
since, and PostgreSQL cannot clear away old rows. Nothing fails by it, until the disk is full.
"""

import os
from datetime import timedelta

from django.db import connection


def log_size() -> int | None:
    """Bytes of SQLite's write-ahead log; None with another database. It shrinks again after the reader has gone
    (``journal_size_limit`` in config/database.py), so a large one says that somebody still reads."""
    if connection.vendor != "sqlite":
        return None
    try:
        return os.stat(f"{connection.settings_dict['NAME']}-wal").st_size
    except FileNotFoundError:
        return 0
    except OSError:
        return None


def oldest_transaction() -> timedelta | None:
    """How long the oldest other transaction of this database is open, at work or idle; None with SQLite.

    PostgreSQL tells an account that is no superuser of its own sessions only. Those are all of ours.
    """
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(clock_timestamp() - xact_start) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        age: timedelta | None = cursor.fetchone()[0]
    return age or timedelta(0)
