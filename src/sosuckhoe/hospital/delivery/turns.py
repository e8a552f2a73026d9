"""Writing by turns: the threads of one process queue for the ledger instead of disturbing each other.

SQLite lets one writer in at a time, and whoever finds the door shut sleeps and looks again, longer each time. Threads
of one process can wait for each other better than that. On PostgreSQL rows are locked, not the database.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_turn = threading.RLock()


@contextmanager
def writing() -> Iterator[None]:
    """One transaction."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            yield
    else:
        with _turn, transaction.atomic():
            yield
