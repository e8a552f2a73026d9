"""Which database: embedded SQLite by default, PostgreSQL for more than one machine."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from .home import Home

SQLITE_OPTIONS = {
    # Writers queue instead of failing half-way, and nothing is acknowledged before it is on the disk.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # A log that grew behind a long reader shrinks again to so many bytes when it has gone.
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
    "PRAGMA journal_size_limit=16777216;",
}
POSTGRES_OPTIONS = {
    # None would forbid preparing altogether; so many that nothing is prepared but what asks for it (delivery.prepared).
    "prepare_threshold": 1 << 30,
}


class DatabaseNotUnderstood(ValueError):
    """Biến SOSUCKHOE_DATABASE phải để trống hoặc có dạng postgres://người_dùng:mật_khẩu@máy_chủ/tên."""


def database(address: str, home: Home) -> dict[str, Any]:
    """Django's settings for a database address; the socket folder may stand in ``?host=``."""
    if not address:
        return {
            "ENGINE": "sosuckhoe.hospital.config.sqlite",
            "NAME": home.database,
            "OPTIONS": SQLITE_OPTIONS,
        }
    parts = urlsplit(address)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise DatabaseNotUnderstood(DatabaseNotUnderstood.__doc__)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or "") or query.get("user", ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or query.get("host", ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": POSTGRES_OPTIONS,
    }
