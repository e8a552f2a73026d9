"""Somebody looks at the database for too long: it is told, nothing fails, and it is over when the reader leaves (F22)."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching import watched as board
from sosuckhoe.hospital.delivery.watching.held_back import log_size, oldest_transaction

from .test_worker import _fresh_sessions, closed, work

__all__ = ["_fresh_sessions", "closed"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader() -> Iterator[Any]:
    """Another program that has begun to read."""
    if connection.vendor == "sqlite":
        other: Any = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN")
    else:
        import psycopg

        other = psycopg.connect(**connection.get_connection_params())
    other.execute("SELECT count(*) FROM delivery_submission").fetchone()
    yield other
    other.close()


def codes() -> set[str]:
    return {alarm.code for alarm in board.alarms(board.watched(timezone.now()))}


def write_much() -> None:
    """More than the log should ever have, beside what the visits write."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE filler (content BLOB)")
        cursor.execute("INSERT INTO filler VALUES (zeroblob(%s))", [board.LOG_LARGE])
        cursor.execute("DROP TABLE filler")


def test_behind_a_long_reader_visits_are_closed_and_sent_and_the_board_tells_of_it(
    closed: Callable[..., Submission], reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = "log-large" if connection.vendor == "sqlite" else "transaction-old"
    assert alarm not in codes()
    if connection.vendor == "sqlite":
        write_much()
    else:
        began = oldest_transaction()
        assert began
        monkeypatch.setattr(board, "TRANSACTION_OLD", began)
    assert work(closed()).state == State.RECEIVED
    assert alarm in codes()

    reader.close()
    assert work(closed()).state == State.RECEIVED
    assert alarm not in codes()
    if connection.vendor == "sqlite":
        assert log_size() == 16 * 2**20 and oldest_transaction() is None
    else:
        assert log_size() is None
