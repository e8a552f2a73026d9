"""Statements as the database's driver takes them: what Django wraps around each costs more than the database does.

What those wrappers promise holds here, too: a connection is opened where there is none and looked at where it is old,
a broken transaction refuses, whoever watches statements sees each one, and the errors are Django's.
"""

import re
from collections.abc import Sequence
from functools import cache, partial
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def database() -> BaseDatabaseWrapper:
    """This thread's connection, to be asked for once a statement: looking it up is not for nothing."""
    return connections[DEFAULT_DB_ALIAS]


def rows(db: BaseDatabaseWrapper, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What a statement finds."""
    cursor = execute(db, sql, values)
    try:
        return cast("list[tuple[Any, ...]]", cursor.fetchall())
    except db.Database.Error:  # type: ignore[attr-defined]
        with db.wrap_database_errors:
            raise


def count(db: BaseDatabaseWrapper, sql: str, values: Sequence[Any] = ()) -> int:
    """How many rows a statement changed."""
    return int(execute(db, sql, values).rowcount)


def execute(db: BaseDatabaseWrapper, sql: str, values: Sequence[Any] | None = None) -> Any:
    """The cursor after a statement, which is written as Django writes it."""
    db.close_if_health_check_failed()
    if db.connection is None:
        db.ensure_connection()
    if db.queries_logged:
        cursor = db.cursor()
        cursor.execute(sql, values)
        return cursor
    if not db.execute_wrappers:
        return _by_driver(sql, values, False, {"connection": db})
    executor: Any = _by_driver
    for wrapper in reversed(db.execute_wrappers):
        executor = partial(wrapper, executor)
    return executor(sql, values, False, {"connection": db, "cursor": None})


def _by_driver(sql: str, values: Sequence[Any] | None, many: bool, context: dict[str, Any]) -> Any:
    db = context["connection"]
    if db.needs_rollback:
        db.validate_no_broken_transaction()
    try:
        if db.vendor == "sqlite":
            return db.connection.execute(_marked(sql), values or ())
        return _preparing()(db.connection).execute(sql, values)
    except db.Database.Error:
        with db.wrap_database_errors:
            raise


@cache
def _marked(sql: str) -> str:
    """With SQLite's marks where values belong."""
    return re.sub("%%|%s", lambda found: "%" if found[0] == "%%" else "?", sql)


@cache
def _preparing() -> Any:
    """Django's own cursor puts the values into the text on PostgreSQL, so that each time another statement is planned."""
    from psycopg import Cursor

    class Preparing(Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **_: Any) -> Any:
            return super().execute(query, params, prepare=params is not None)

    return Preparing
