"""Reading many rows as of one moment, while the senders go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """What is read inside belongs together, and nobody waits for it. For reading alone: PostgreSQL refuses to write.

    Inside somebody's transaction that one's view of the database stays as it is.
    """
    here: Any = connections[DEFAULT_DB_ALIAS]
    if here.in_atomic_block:
        yield
        return
    here.ensure_connection()
    ours = getattr(here, "transaction_mode", None)
    if here.vendor == "sqlite":
        here.transaction_mode = "DEFERRED"  # a reader need not wait for its turn at writing
    try:
        with transaction.atomic():
            if here.vendor == "postgresql":
                with here.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        if here.vendor == "sqlite":
            here.transaction_mode = ours
