"""The watched folder: read when settled, once, never deleted, and only plain files."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from sosuckhoe.cli import main
from sosuckhoe.hospital.delivery import drop_folder
from sosuckhoe.hospital.delivery.drop_folder import (
    AGAIN_SECONDS,
    SETTLED_SECONDS,
    Passed,
    Watcher,
    take_folder,
)
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


@pytest.mark.parametrize("when", ["before it is opened", "while it is read"])
def test_a_file_that_somebody_still_writes_to_is_left_for_the_next_look(
    watcher: Watcher, clean: list[bytes], monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Its time says that it has settled, as that of a copy may; half of a record must not enter."""
    file = watcher.folder / "a.xml"
    file.write_bytes(clean[0][:1000])
    call = "open" if when == "before it is opened" else "fstat"
    real = getattr(os, call)

    def writes_meanwhile(*arguments: Any) -> Any:
        patch.undo()
        if call == "fstat":
            status = real(*arguments)
            file.write_bytes(clean[0])
            return status
        file.write_bytes(clean[0])
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(drop_folder.os, call, writes_meanwhile)
        assert look(watcher) == []
    assert [passed.taken.outcome for passed in look(watcher) if passed.taken] == ["taken"]


@pytest.mark.parametrize(
    ("step", "problem"), [("read_plain", PermissionError()), ("take_file", OperationalError("away"))]
)
def test_a_file_that_was_not_taken_in_is_tried_again_without_being_touched(
    watcher: Watcher, clean: list[bytes], monkeypatch: pytest.MonkeyPatch, step: str, problem: Exception
) -> None:
    """The database was away, or the folder's rights were wrong: nobody exports a file twice. The others go on."""
    for name, data in zip("ab", clean, strict=False):
        (watcher.folder / f"{name}.xml").write_bytes(data)
    real = getattr(drop_folder, step)

    def breaks(file: str | Path, *arguments: Any, **how: Any) -> Any:
        if Path(file).name == "a.xml":
            raise problem
        return real(file, *arguments, **how)

    began = time.time() + LATER
    with monkeypatch.context() as patch:
        patch.setattr(drop_folder, step, breaks)
        patch.setattr(drop_folder, "close_old_connections", lambda: None)  # the test's own transaction
        first = watcher.look(now=began)
    assert [(passed.path.name, bool(passed.taken)) for passed in first] == [("a.xml", False), ("b.xml", True)]
    assert watcher.look(now=began + 1) == [], "not at once, and not the other"
    (again,) = watcher.look(now=began + AGAIN_SECONDS)
    assert again.taken is not None and again.taken.outcome == "taken"
    assert watcher.look(now=began + 10 * AGAIN_SECONDS) == []


def test_a_file_from_a_clock_that_is_ahead_is_taken(watcher: Watcher, clean: list[bytes]) -> None:
    file = watcher.folder / "a.xml"
    file.write_bytes(clean[0])
    ahead = time.time() + 24 * 3600
    os.utime(file, (ahead, ahead))
    assert len(watcher.look(now=time.time())) == 1


def test_of_a_flood_the_oldest_come_first(
    watcher: Watcher, clean: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop_folder, "AT_ONCE", 2)
    for age, (name, data) in zip((1, 3, 2), zip("abc", clean, strict=False), strict=True):
        file = watcher.folder / f"{name}.xml"
        file.write_bytes(data)
        os.utime(file, (time.time() - age, time.time() - age))
    assert [[passed.path.stem for passed in look(watcher)] for _ in range(3)] == [["b", "c"], ["a"], []]


@pytest.mark.parametrize("kind", ["symlink", "hard link", "linked folder", "pipe", "directory"])
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
    elif kind == "linked folder":
        (watcher.folder / "folder").symlink_to(tmp_path)
    elif kind == "pipe":
        os.mkfifo(place)  # opening it would wait for ever
    else:
        place.mkdir()
    refused = [passed.taken.code for passed in look(watcher) if passed.taken]
    assert refused == ([] if kind in ("directory", "linked folder") else ["FILE-NOT-PLAIN"])
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


CP1258 = b"/b\xd0nh \xe1n.xml"
"""A name as a system writes it that knows no UTF-8."""


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("plain", "TAKEN"),
        ("symlink", "FILE-NOT-PLAIN"),
        ("hard link", "FILE-NOT-PLAIN"),
        ("huge", "FILE-TOO-LARGE"),
    ],
)
def test_a_file_whose_name_is_no_utf_8_has_its_row_and_keeps_nobody_waiting(
    watcher: Watcher, clean: list[bytes], tmp_path: Path, kind: str, code: str
) -> None:
    place = os.fsencode(watcher.folder) + CP1258
    outside = tmp_path / "outside.xml"
    outside.write_bytes(clean[0])
    if kind == "symlink":
        os.symlink(os.fsencode(outside), place)
    elif kind == "hard link":
        os.link(os.fsencode(outside), place)
    else:
        with open(place, "wb") as stream:
            stream.write(clean[0])
            if kind == "huge":
                stream.truncate(10**12)
    (watcher.folder / "z.xml").write_bytes(clean[1])
    assert {passed.taken.code for passed in look(watcher) if passed.taken} == {code, "TAKEN"}
    assert SourceFile.objects.get(name="b\ufffdnh \ufffdn.xml").code == code
    assert SourceFile.objects.get(name="z.xml").outcome == "taken"
    assert look(watcher) == []


def test_the_command_that_takes_in_a_folder_tells_of_such_a_name_and_goes_on(
    house: House,
    tmp_path: Path,
    clean: list[bytes],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    os.symlink("/etc/passwd", os.fsencode(tmp_path) + CP1258)
    (tmp_path / "z.xml").write_bytes(clean[0])
    monkeypatch.setattr("sosuckhoe.cli.hospital.start", lambda: None)
    assert main(["import", str(tmp_path)]) == 2
    said = capsys.readouterr().out
    assert "b\ufffdnh \ufffdn.xml" in said and "không nhận: 1; đã nhận: 1" in said


def test_a_refusal_that_cannot_be_written_down_is_tried_again_and_the_others_go_on(
    watcher: Watcher, clean: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    (watcher.folder / "a.xml").symlink_to("/etc/passwd")
    (watcher.folder / "b.xml").write_bytes(clean[0])

    def breaks(*arguments: Any, **how: Any) -> Any:
        raise OperationalError("away")

    began = time.time() + LATER
    with monkeypatch.context() as patch:
        patch.setattr(drop_folder, "refuse_unopened", breaks)
        patch.setattr(drop_folder, "close_old_connections", lambda: None)  # the test's own transaction
        first = watcher.look(now=began)
    assert {passed.path.name: bool(passed.taken) for passed in first} == {"a.xml": False, "b.xml": True}
    (again,) = watcher.look(now=began + AGAIN_SECONDS)
    assert again.taken is not None and again.taken.code == "FILE-NOT-PLAIN"
