"""What no column constraint can say: a submission is not "received" unless its receipt is stored."""

from typing import Any

from django.db import migrations

_STATES = "('RECEIVED', 'ACCEPTED', 'FINDINGS')"
_MISSING = "NOT EXISTS (SELECT 1 FROM delivery_receipt WHERE submission_id = NEW.id)"


def statements(vendor: str) -> list[str]:
    """The SQL of the guard, for one kind of database."""
    if vendor == "postgresql":
        return [
            f"""
            CREATE OR REPLACE FUNCTION received_needs_a_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.state IN {_STATES} AND {_MISSING} THEN
                    RAISE EXCEPTION 'received without a receipt: submission %', NEW.id;
                END IF;
                RETURN NEW;
            END $$
            """,
            "CREATE TRIGGER delivery_submission_receipt BEFORE INSERT OR UPDATE OF state "
            "ON delivery_submission FOR EACH ROW EXECUTE FUNCTION received_needs_a_receipt()",
        ]
    return [
        f"CREATE TRIGGER delivery_submission_receipt_{event.split()[0].lower()} BEFORE {event} "
        f"ON delivery_submission WHEN NEW.state IN {_STATES} AND {_MISSING} "
        "BEGIN SELECT RAISE(ABORT, 'received without a receipt'); END"
        for event in ("INSERT", "UPDATE OF state")
    ]


def require_receipts() -> migrations.RunPython:
    """A migration step that sets the guard."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        for statement in statements(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def backwards(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute("DROP TRIGGER delivery_submission_receipt ON delivery_submission")
        else:
            for event in ("insert", "update"):
                schema_editor.execute(f"DROP TRIGGER delivery_submission_receipt_{event}")

    return migrations.RunPython(forwards, backwards)


def require_receipts_again() -> migrations.RunPython:
    """After a step that had SQLite build the table anew, by which its triggers were lost. PostgreSQL keeps them."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            for statement in statements("sqlite"):
                schema_editor.execute(statement, params=None)

    return migrations.RunPython(forwards, migrations.RunPython.noop)
