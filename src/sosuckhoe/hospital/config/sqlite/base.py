"""Django's SQLite, except that a database which nobody can write now is opened for reading alone.

SQLite lays two files beside a database in WAL mode, also to read it. Where the folder is read-only and the last program
ended well, they are not there and cannot be made. Then the file itself is whole, nobody can change it, and it may be
read as it lies. Asked anew for each connection: the folder may be writable again by the next one.
"""

import os
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        name = str(conn_params["database"])
        if _is_whole_and_cannot_change(name):
            conn_params = conn_params | {"database": f"file:{_quoted(name)}?immutable=1"}
        return super().get_new_connection(conn_params)


def _is_whole_and_cannot_change(name: str) -> bool:
    """Whether a database lies on a read-only disk with nothing beside it that belongs to it."""
    return (
        not os.access(os.path.dirname(name), os.W_OK)
        and os.path.isfile(name)
        and not os.path.exists(f"{name}-wal")
        and not os.access(name, os.W_OK)
    )


def _quoted(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
