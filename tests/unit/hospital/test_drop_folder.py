"""The watched folder: read when settled, once, never deleted, and only plain files."""

import os
import time
from pathlib import Path

import pytest

from sosuckhoe.hospital.delivery.drop_folder import SETTLED_SECONDS, Passed, Watcher, take_folder
from sosuckhoe.hospital.visits.models import SourceFile, Visit

from .conftest import House

pytestmark = pytest.mark.django_db
LATER = 10 * SETTLED_SECONDS


@pytest.fixture
def watcher(house: House, home: Path) -> Watcher:
    return Watcher(home / "drop")


def look(watcher: Watcher) -> list[Passed]:
    return watcher.look(now=time.time() + LATER)


def test_a_settled_file_is_taken_once_and_stays_where_it_is(watcher: Watcher, clean: list[bytes]) -> None:
    file = watcher.folder / "a.xml"
    file.write_bytes(clean[0])
    assert [passed.taken.outcome for passed in look(watcher) if passed.taken] == ["taken"]
    assert look(watcher) == []
    assert file.read_bytes() == clean[0]
    assert SourceFile.objects.get().door == "drop"


def test_a_file_just_written_is_waited_for(watcher: Watcher, clean: list[bytes]) -> None:
    (watcher.folder / "a.xml").write_bytes(clean[0])
    assert watcher.look(now=time.time()) == []
    assert len(look(watcher)) == 1


def test_a_marker_beside_it_says_that_a_file_is_whole(watcher: Watcher, clean: list[bytes]) -> None:
    (watcher.folder / "a.xml").write_bytes(clean[0])
    (watcher.folder / "a.xml.done").touch()
    assert len(watcher.look(now=time.time())) == 1


def test_a_file_that_changes_is_looked_at_anew(watcher: Watcher, clean: list[bytes]) -> None:
    file = watcher.folder / "a.xml"
    file.write_bytes(clean[0][:100])
    assert [passed.taken.outcome for passed in look(watcher) if passed.taken] == ["refused"]
    file.write_bytes(clean[0])
    assert [passed.taken.outcome for passed in look(watcher) if passed.taken] == ["taken"]


def test_a_restarted_watcher_makes_no_second_visit(watcher: Watcher, clean: list[bytes]) -> None:
    (watcher.folder / "a.xml").write_bytes(clean[0])
    look(watcher)
    assert [passed.taken.outcome for passed in look(Watcher(watcher.folder)) if passed.taken] == ["repeat"]
    assert Visit.objects.count() == 1


@pytest.mark.parametrize("kind", ["symlink", "hard link", "pipe", "directory"])
def test_what_is_not_a_plain_file_is_refused_without_being_opened(
    watcher: Watcher, clean: list[bytes], tmp_path: Path, kind: str
) -> None:
    outside = tmp_path / "outside.xml"
    outside.write_bytes(clean[0])
    place = watcher.folder / "a.xml"
    if kind == "symlink":
        place.symlink_to(outside)
    elif kind == "hard link":
        os.link(outside, place)
    elif kind == "pipe":
        os.mkfifo(place)  # opening it would wait for ever
    else:
        place.mkdir()
    refused = [passed.taken.code for passed in look(watcher) if passed.taken]
    assert refused == ([] if kind == "directory" else ["FILE-NOT-PLAIN"])
    assert Visit.objects.count() == 0


def test_a_file_larger_than_any_visit_is_refused_without_being_read(watcher: Watcher, home: Path) -> None:
    with (watcher.folder / "a.xml").open("wb") as stream:
        stream.truncate(10**12)  # sparse: a terabyte that takes no room
    (passed,) = look(watcher)
    assert passed.taken is not None and passed.taken.code == "FILE-TOO-LARGE"
    assert SourceFile.objects.get().size == 10**12
    assert list((home / "quarantine").iterdir()) == []


def test_a_bad_file_in_a_folder_does_not_stop_the_others(
    house: House, tmp_path: Path, clean: list[bytes]
) -> None:
    (tmp_path / "1.xml").write_bytes(b"%PDF-1.7")
    (tmp_path / "2.xml").symlink_to("/etc/passwd")
    (tmp_path / "3.XML").write_bytes(clean[0])
    (tmp_path / "notes.txt").write_text("not looked at")
    done = take_folder(tmp_path, by="giang")
    assert [passed.taken.outcome for passed in done if passed.taken] == [
        "refused",
        "refused",
        "taken",
    ]
