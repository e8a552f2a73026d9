"""Tables that are only added to: the database itself refuses to change or delete a row of them."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import migrations

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'append-only: % on %', TG_OP, TG_TABLE_NAME; END $$
"""


def statements(vendor: str, table: str) -> list[str]:
    """The SQL that closes a table to change, for one kind of database."""
    if vendor == "postgresql":
        return [
            _POSTGRES_FUNCTION,
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION append_only()",
        ]
    return [
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'append-only: {event} on {table}'); END"
        for event in ("UPDATE", "DELETE")
    ]


def close_tables(tables: Iterable[str]) -> migrations.RunPython:
    """A migration step that closes these tables to change."""
    names = tuple(tables)

    def forwards(apps: Any, schema_editor: Any) -> None:
        for table in names:
            for statement in statements(schema_editor.connection.vendor, table):
                schema_editor.execute(statement, params=None)

    def backwards(apps: Any, schema_editor: Any) -> None:
        for table in names:
            if schema_editor.connection.vendor == "postgresql":
                schema_editor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            else:
                for event in ("update", "delete"):
                    schema_editor.execute(f"DROP TRIGGER {table}_no_{event}")

    step: Callable[..., migrations.RunPython] = migrations.RunPython
    return step(forwards, backwards)
