"""Where tests of the hospital run: a home of their own, on SQLite, or with SOSUCKHOE_TEST_DATABASE=postgres on a
private PostgreSQL. Tests of the library need none of this.

With ``pytest -n`` each worker has a home and a database of its own; the PostgreSQL server is one for all of them.
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
from hypothesis import settings

# `make test` judges the change at hand, so it draws the same examples each time; to look for new ones:
# pytest tests/property --hypothesis-profile=chance
settings.register_profile("same", derandomize=True)
settings.register_profile("chance", print_blob=True)
settings.load_profile("same")

_HOME = Path(tempfile.mkdtemp(prefix="sosuckhoe-test-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
_DATABASE = os.environ.get("SOSUCKHOE_TEST_DATABASE", "")
_POSTGRES = _DATABASE.startswith("postgres")
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
    if _DATABASE == "postgres":
        from .postgres import private_postgres

        _DATABASE = _resources.enter_context(private_postgres()).create("sosuckhoe")
        os.environ["SOSUCKHOE_TEST_DATABASE"] = _DATABASE  # what our workers find, which start after us
    os.environ["SOSUCKHOE_DATABASE"] = _DATABASE
django.setup()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """A worker must come to the lines above by itself: told of the settings, it would read them with our home."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


_WITHOUT_A_DATABASE = {
    *("book", "document", "health_check", "identifiers", "record", "signing", "standard", "validation"),
    *("cli", "demo", "evidence"),
}
"""Folders of ``tests/unit`` that are not even read for PostgreSQL: that takes as long as some hundred tests."""


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    return True if _POSTGRES and _is_without_a_database(collection_path) else None


def _is_without_a_database(path: Path) -> bool:
    return path.name in _WITHOUT_A_DATABASE and path.parent.name == "unit"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what reads or writes the database can come out differently, and pytest knows which tests do:
    without asking for the database a test cannot touch it."""
    for item in items:
        if _uses_the_database(item) and any(map(_is_without_a_database, item.path.parents)):
            raise pytest.UsageError(f"{item.nodeid} would not be tried on PostgreSQL: see {__file__}")
    if _POSTGRES:
        others = [item for item in items if not _uses_the_database(item)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if _uses_the_database(item)]


def _uses_the_database(item: pytest.Item) -> bool:
    asked = getattr(item, "fixturenames", ())
    return "db" in asked or "transactional_db" in asked or item.get_closest_marker("django_db") is not None


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file as in real life: threads then see what other threads committed, under real locks."""
    from django.conf import settings

    if not _POSTGRES:
        settings.DATABASES["default"]["TEST"]["NAME"] = _HOME / "test.sqlite3"
        # Nobody pulls the plug in these tests; where it is pulled (tests/crash), the hospital's own settings hold.
        options = settings.DATABASES["default"]["OPTIONS"]
        unhurried = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
        settings.DATABASES["default"]["OPTIONS"] = {**options, "init_command": unhurried}


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


@pytest.fixture
def django_assert_max_num_queries(django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """As it is, where what pages look at once in some seconds is looked at once: a slow machine counts the same."""
    from sosuckhoe.hospital.config import still_fits
    from sosuckhoe.hospital.delivery import saving

    for module in (still_fits, saving):
        monkeypatch.setattr(module, "LOOKS_EVERY", 3600.0)
    return django_assert_max_num_queries
