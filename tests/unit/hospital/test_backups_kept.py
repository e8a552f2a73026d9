"""Which copies go when a new one was made: never the new one, whatever the clock had said before."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sosuckhoe.hospital.delivery.backups.form import Inside, Manifest, listed, write_list
from sosuckhoe.hospital.delivery.backups.taking import _let_go

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)


def copy(target: Path, name: str, taken_at: datetime) -> tuple[Path, Manifest]:
    folder = target / f"sosuckhoe-{name}"
    folder.mkdir()
    (folder / "database.sqlite3").write_bytes(b"as if")
    inside = Inside({}, "a" * 64, (1, "a" * 64), ())
    manifest = Manifest("0.1.0", taken_at, "sqlite", inside, listed(folder), database="database.sqlite3")
    write_list(folder, manifest)
    return folder, manifest


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=4000)])
def test_the_new_one_stays_after_a_clock_that_ran_ahead(tmp_path: Path, ahead: timedelta) -> None:
    dated_later = [copy(tmp_path, f"later-{n}", NOW + ahead + timedelta(hours=n))[0] for n in range(3)]
    older, _ = copy(tmp_path, "older", NOW - timedelta(days=1))
    new, manifest = copy(tmp_path, "new", NOW)
    assert _let_go(tmp_path, manifest, 1) == (older,)
    assert new.exists() and all(each.exists() for each in dated_later)


def test_of_those_before_it_the_oldest_go(tmp_path: Path) -> None:
    oldest, older = (copy(tmp_path, f"{n}", NOW - timedelta(days=n))[0] for n in (3, 2))
    _, manifest = copy(tmp_path, "new", NOW)
    theirs, of_another = copy(tmp_path, "theirs", NOW - timedelta(days=9))
    inside = dataclasses.replace(of_another.inside, journal_begins="b" * 64)
    (theirs / "manifest.json").unlink()
    write_list(theirs, dataclasses.replace(of_another, inside=inside))
    assert _let_go(tmp_path, manifest, 2) == (oldest,)
    assert older.exists() and theirs.exists()
