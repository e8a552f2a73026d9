"""The tail of SQLite's write-ahead log is torn, as when the power went during a write: the database opens, is sound, and lacks
only what nobody had been told of. Where more was torn off than that, the journal outside tells (F15)."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from .checker import check, history
from .stage import Hospital, Portal

BEFORE, AFTER = 5, 3
"""Visits taken in before the sending, and after it."""
OFFSETS = 50


@pytest.fixture
def database() -> str:
    """SQLite: PostgreSQL's log is PostgreSQL's."""
    return ""


def torn(live: Path, place: Path, offset: int, *, zeroed: bool) -> Path:
    """A copy of the database whose log ends at the offset, or is zeros from there on."""
    place.mkdir()
    shutil.copyfile(live, place / live.name)
    log = Path(f"{live}-wal").read_bytes()
    tail = bytes(len(log) - offset) if zeroed else b""
    (place / f"{live.name}-wal").write_bytes(log[:offset] + tail)
    return place / live.name


def number(database: sqlite3.Connection, sql: str) -> int:
    return int(database.execute(sql).fetchone()[0])


def test_a_torn_log_loses_only_what_was_not_acknowledged_and_nothing_is_sent_twice_after(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path], tmp_path: Path
) -> None:
    house, folder = hospital(False), files(BEFORE + AFTER)
    live = house.home / "hospital.sqlite3"
    taken: list[int] = []
    """How long the log was when each visit was acknowledged."""

    def take(name: str) -> None:
        place = tmp_path / f"one-{name}"
        place.mkdir()
        shutil.copy(folder / name, place)
        house.do("take", str(place))
        taken.append(length())

    def length() -> int:
        return Path(f"{live}-wal").stat().st_size

    with closing(sqlite3.connect(live, isolation_level=None)) as reader:
        # Behind a reader everything stays in the log.
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM delivery_submission").fetchone()
        names = sorted(file.name for file in folder.iterdir())
        for name in names[:BEFORE]:
            take(name)
        unsent = length()
        house.do("deliver", "2")
        sent = length()
        for name in names[BEFORE:]:
            take(name)

        step = (length() - taken[0]) // (OFFSETS - 1)
        lost = 0
        for n in range(OFFSETS):
            offset = taken[0] + n * step
            found = torn(live, tmp_path / f"torn-{n}", offset, zeroed=n % 2 == 1)
            with closing(sqlite3.connect(found)) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert not database.execute("PRAGMA foreign_key_check").fetchall()
                visits = number(database, "SELECT count(*) FROM visits_recordversion")
                assert visits == number(database, "SELECT count(*) FROM delivery_submission")
                assert visits >= sum(acknowledged <= offset for acknowledged in taken)
                received = number(
                    database, "SELECT count(*) FROM delivery_submission WHERE state = 'RECEIVED'"
                )
                assert received == number(database, "SELECT count(*) FROM delivery_receipt")
                assert received == BEFORE or offset < sent
                lines = number(database, "SELECT count(*) FROM journal_entry")
                assert lines == number(database, "SELECT max(seq) FROM journal_entry")
            lost += BEFORE + AFTER - visits
        assert lost, "some of them were torn through a visit"
        before_any_left = torn(live, tmp_path / "put-back", unsent, zeroed=True)

    for left in house.home.glob("hospital.sqlite3*"):
        left.unlink()
    for file in before_any_left.parent.iterdir():
        shutil.copy(file, house.home)
    calls = len(history(portal))
    house.do("deliver", "2")
    found_out = json.loads(house.do("restored"))
    assert found_out["hold"] and found_out["noticed_by"] == "machine"
    counts = json.loads(house.do("reconcile", "whole"))
    assert counts == {"booked": BEFORE, "unknown": 0, "held": 0, "lost": 0}
    house.do("release")
    assert len(history(portal)) == calls
    house.do("take", str(folder))
    house.do("deliver", "2")
    assert check(house, portal, visits=BEFORE + AFTER, repeats=False) == {"RECEIVED": BEFORE + AFTER}
