"""Where tests of the hospital run: a home of their own, on SQLite, or with SOSUCKHOE_TEST_DATABASE=postgres on a
private PostgreSQL. Tests of the library need none of this.
"""

import atexit
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest

_HOME = Path(tempfile.mkdtemp(prefix="sosuckhoe-test-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
_POSTGRES = os.environ.get("SOSUCKHOE_TEST_DATABASE", "").startswith("postgres")
_resources = contextlib.ExitStack()
atexit.register(_resources.close)

for _name in [name for name in os.environ if name.startswith("SOSUCKHOE_") and "TEST" not in name]:
    del os.environ[_name]
os.environ["SOSUCKHOE_HOME"] = str(_HOME / "home")
os.environ["DJANGO_SETTINGS_MODULE"] = "sosuckhoe.hospital.config.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
    "1"  # Playwright runs an event loop beside our synchronous database calls
)
if _POSTGRES:
    from .postgres import private_postgres

    _SERVER = _resources.enter_context(private_postgres())
    os.environ["SOSUCKHOE_DATABASE"] = _SERVER.create("sosuckhoe")
django.setup()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file as in real life: threads then see what other threads committed, under real locks."""
    from django.conf import settings

    if not _POSTGRES:
        settings.DATABASES["default"]["TEST"]["NAME"] = _HOME / "test.sqlite3"


@pytest.fixture(scope="session", autouse=True)
def _append_only_tables_can_be_emptied_between_tests() -> Iterator[None]:
    """Tests that commit are followed by a flush, which our append-only tables refuse: they stand open meanwhile."""
    from django.db import connection

    original = connection.ops.sql_flush

    def sql_flush(style: Any, tables: Any, **options: Any) -> list[str]:
        statements: list[str] = original(style, tables, **options)
        if connection.vendor != "sqlite" or not statements:
            return statements
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        return [*(f"DROP TRIGGER {name}" for name, _ in triggers), *statements, *(sql for _, sql in triggers)]

    connection.ops.sql_flush = sql_flush  # type: ignore[method-assign]
    yield
    connection.ops.sql_flush = original  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _no_count_is_kept_from_the_test_before() -> None:
    from sosuckhoe.hospital.delivery.watching.reconciling_run import forget_counts

    forget_counts()


@pytest.fixture
def home() -> Iterator[Path]:
    """The hospital's home folder, empty."""
    from django.conf import settings

    shutil.rmtree(settings.HOME.path, ignore_errors=True)
    settings.HOME.create()
    yield settings.HOME.path
    shutil.rmtree(settings.HOME.path, ignore_errors=True)
