"""Numbers given after the copy was made are never given again (I18): every counter of the program jumps ahead."""

from django.apps import apps
from django.db import connection
from django.db.models import AutoField

LEFT_FREE = 1_000_000
"""More than any hospital gives between two copies; keys have room for nine million million such jumps."""
ROOMS = ("staff", "patients", "visits", "delivery")


def leave_free() -> int:
    """Move every counter. Returns how many. Doing it twice only leaves more free."""
    tables = [
        (model._meta.db_table, model._meta.pk.column)
        for room in ROOMS
        for model in apps.get_app_config(room).get_models(include_auto_created=True)
        if isinstance(model._meta.pk, AutoField) and model._meta.db_table != "delivery_restore"
    ]
    with connection.cursor() as cursor:
        for table, column in tables:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), nextval(pg_get_serial_sequence(%s, %s)) + %s)",
                    [f'"{table}"', column, f'"{table}"', column, LEFT_FREE],
                )
            else:
                cursor.execute(
                    "INSERT INTO sqlite_sequence (name, seq) SELECT %s, 0 "
                    "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = %s)",
                    [table, table],
                )
                cursor.execute(
                    "UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [LEFT_FREE, table]
                )
    return len(tables)
