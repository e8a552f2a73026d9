"""A sender that is still running when a later program changes the database (F27)."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from sosuckhoe.hospital.config.start import Upgraded
from sosuckhoe.hospital.delivery import deliver

from .conftest import House

LATER = ("delivery", "9999_of_a_later_program")


@pytest.fixture
def later(transactional_db: None) -> Iterator[MigrationRecorder]:
    recorder = MigrationRecorder(connection)
    yield recorder
    recorder.record_unapplied(*LATER)


def test_it_goes_on_while_it_knows_the_database_and_then_stops_by_itself_and_says_why(
    connected: House,
    later: MigrationRecorder,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked, upgraded = threading.Event(), Upgraded()

    def ask() -> str:
        why = upgraded.why_stop()
        asked.set()
        return why

    running = threading.Thread(
        target=deliver.deliver, kwargs={"watch_drop": False, "parallel": 1, "why_stop": ask}, daemon=True
    )
    running.start()
    assert asked.wait(60) and running.is_alive()
    later.record_applied(*LATER)
    running.join(60)
    assert not running.is_alive()
    (said,) = [record.getMessage() for record in caplog.records if record.levelname == "CRITICAL"]
    assert "delivery 9999_of_a_later_program" in said and "cài lại bản phần mềm mới" in said
