"""A hospital's database as its first migrations made it, with the rows of one that has worked; and its way to today.

The rows are real ones: a hospital of today takes files in and sends them, and what it keeps is laid into tables of the
first form as far as these had a place for it.
"""

import json
import os
import signal
from collections.abc import Iterator
from typing import Any

FIRST = [
    ("contenttypes", "0002_remove_content_type_name"),
    ("sessions", "0001_initial"),
    ("journal", "0002_append_only"),
    ("staff", "0001_initial"),
    ("patients", "0001_initial"),
    ("visits", "0002_append_only"),
    ("delivery", "0002_append_only"),
]
"""The least that could take visits in and send them."""
OURS = ("journal_", "staff_", "patients_", "visits_", "delivery_")


def lay_out() -> None:
    """Make the empty tables of the first form."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    MigrationExecutor(connection).migrate(FIRST)


def put_down() -> None:
    """Print the columns of each of our tables, in a form that ``take_up`` of another database reads."""
    from django.db import connection

    with connection.cursor() as cursor:
        print(json.dumps({table: _columns(cursor, table) for table in _tables()}))


def take_up(source: str, columns: str) -> None:
    """Lay the rows of another database into this one, in one transaction; ``columns``: as ``put_down`` gave them of it."""
    from django.db import connection, transaction

    theirs = json.loads(columns)
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _tables():
            both = [name for name in _columns(cursor, table) if name in theirs[table]]
            if table == "delivery_submission":
                # A receipt points at its submission, and the guard wants the receipt first.
                later, both = "state", [name for name in both if name != "state"]
                _copy(cursor, source, table, both, {later: "WAITING"})
            else:
                _copy(cursor, source, table, both, {})
        _states(cursor, source)


def _tables() -> list[str]:
    from django.db import connection

    return sorted(name for name in connection.introspection.table_names() if name.startswith(OURS))


def _columns(cursor: Any, table: str) -> list[str]:
    from django.db import connection

    return [one.name for one in connection.introspection.get_table_description(cursor, table)]


def _copy(cursor: Any, source: str, table: str, columns: list[str], fixed: dict[str, str]) -> None:
    into = ", ".join(f'"{name}"' for name in [*columns, *fixed])
    for row in _rows(source, table, columns):
        values = [*row, *fixed.values()]
        cursor.execute(f'INSERT INTO "{table}" ({into}) VALUES ({", ".join(["%s"] * len(values))})', values)
    _number_on(cursor, table, columns)


def _states(cursor: Any, source: str) -> None:
    for key, state in _rows(source, "delivery_submission", ["id", "state"]):
        cursor.execute("UPDATE delivery_submission SET state = %s WHERE id = %s", [state, key])


def _rows(source: str, table: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    """Straight from the other database, as its own driver gives and takes them."""
    asked = f'SELECT {", ".join(chr(34) + name + chr(34) for name in columns)} FROM "{table}" ORDER BY id'
    if source.startswith("postgres"):
        import psycopg
        from psycopg.types.json import Jsonb

        with psycopg.connect(source) as other:
            for row in other.execute(asked.encode()).fetchall():
                yield tuple(Jsonb(value) if isinstance(value, dict | list) else value for value in row)
    else:
        import sqlite3

        with sqlite3.connect(source) as other:
            yield from other.execute(asked)


def _number_on(cursor: Any, table: str, columns: list[str]) -> None:
    from django.db import connection

    if connection.vendor == "postgresql" and "id" in columns:
        cursor.execute(
            f"SELECT setval(sequence, (SELECT max(id) FROM {table})) "
            f"FROM pg_get_serial_sequence('{table}', 'id') AS sequence WHERE sequence IS NOT NULL "
            f"AND EXISTS (SELECT 1 FROM {table})"
        )


def upgrade(strike_at: str = "0", how: str = "SIGKILL") -> None:
    """Start the program of today; struck right before its n-th statement. Prints how many statements there were."""
    from django.db import connection

    from sosuckhoe.hospital.config.start import prepare

    said = 0

    def strike(execute: Any, *arguments: Any) -> Any:
        nonlocal said
        said += 1
        if said == int(strike_at):
            os.kill(os.getpid(), signal.Signals[how])
        return execute(*arguments)

    with connection.execute_wrapper(strike):
        prepare()
    print(said)


def contents(columns: str) -> None:
    """Print what stands in these columns of these tables, and how many rows."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for table, names in json.loads(columns).items():
            listed = ", ".join(f'"{name}"' for name in sorted(names))
            cursor.execute(f'SELECT {listed} FROM "{table}" ORDER BY id')
            found[table] = [[_plain(value) for value in row] for row in cursor.fetchall()]
    print(json.dumps(found))


def _plain(value: Any) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)


def form() -> None:
    """Print columns, constraints, indexes and triggers of every table of ours."""
    from django.db import connection

    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for table in [
            *_tables(),
            *(name for name in connection.introspection.table_names() if "cards_" in name),
        ]:
            described = connection.introspection.get_table_description(cursor, table)
            constraints = connection.introspection.get_constraints(cursor, table)
            found[table] = {
                "columns": sorted([one.name, str(one.type_code), bool(one.null_ok)] for one in described),
                "constraints": sorted(
                    [*(str(one[key]) for key in ("unique", "primary_key", "check", "index", "foreign_key"))]
                    + sorted(one["columns"] or [])
                    + ([name] if one["check"] or one["unique"] else [])
                    for name, one in constraints.items()
                    if not name.startswith("__")
                ),
            }
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
            if connection.vendor == "sqlite"
            else "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
        )
        found["triggers"] = cursor.fetchall()
    print(json.dumps(found))


def say(statement: str) -> None:
    """One statement, as it stands."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


DEEDS = {
    "say": say,
    "first-form": lay_out,
    "columns": put_down,
    "take-up": take_up,
    "upgrade": upgrade,
    "contents": contents,
    "form": form,
}
