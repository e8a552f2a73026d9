"""An older copy of the database is put back: nothing leaves until a person releases it, and then nothing twice."""

import dataclasses
import json
import shutil
import sqlite3
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.postgres import Server

from .checker import effects, history
from .stage import Hospital, Portal

BEFORE, WAITING, AFTER = 5, 51, 4
"""Sent before the copy; taken in before it and sent after; taken in and sent after."""
_numbers = count(1)

Batch = Callable[[int], Path]


@pytest.fixture
def batch(tmp_path: Path, clean_files: list[bytes]) -> Batch:
    """The next so many visits, in a folder."""
    left = iter(enumerate(clean_files))

    def write(number: int) -> Path:
        folder = tmp_path / f"batch-{next(_numbers)}"
        folder.mkdir()
        for _, (index, data) in zip(range(number), left, strict=False):
            (folder / f"{index:03}.xml").write_bytes(data)
        return folder

    return write


@pytest.fixture
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Hospital], Callable[[], Hospital]]:
    """Copy the database now; the answer puts the copy in its place."""

    def sqlite_copy(house: Hospital) -> Callable[[], Hospital]:
        live, kept = house.home / "hospital.sqlite3", tmp_path / f"copy-{next(_numbers)}.sqlite3"
        source, target = sqlite3.connect(live), sqlite3.connect(kept)
        source.backup(target)
        source.close()
        target.close()

        def restore() -> Hospital:
            for left in house.home.glob("hospital.sqlite3*"):
                left.unlink()
            shutil.copyfile(kept, live)
            return house

        return restore

    def postgres_copy(house: Hospital) -> Callable[[], Hospital]:
        server: Server = request.getfixturevalue("postgres")
        name = urlsplit(house.database).path.strip("/")
        kept = server.copy(name, f"{name}_copy_{next(_numbers)}")
        return lambda: dataclasses.replace(house, database=kept)

    return lambda house: postgres_copy(house) if house.database else sqlite_copy(house)


def states(house: Hospital) -> dict[str, str]:
    return {row["visit_code"]: row["state"] for row in house.state()["submissions"]}


def restored(house: Hospital) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(house.do("restored"))
    return found


def check_nothing_is_doubled(house: Hospital, portal: Portal) -> None:
    """By the portal's books: every file once, and of every visit one file, the one that is stored here."""
    stored = effects(portal)
    assert set(stored.values()) == {1}
    assert len({code for code, _ in stored}) == len(stored)
    state = house.state()
    assert state["chain_is_whole"]
    for row in state["submissions"]:
        if row["state"] == "RECEIVED":
            assert (row["visit_code"], row["sha256"]) in stored
            assert len(row["receipts"]) == 1


def test_an_older_copy_sends_nothing_until_released_and_nothing_twice_after(
    hospital: Callable[[bool], Hospital],
    portal: Portal,
    batch: Batch,
    copy: Callable[[Hospital], Callable[[], Hospital]],
) -> None:
    house = hospital(False)
    house.do("take", str(batch(BEFORE)))
    house.do("deliver", "2")
    house.do("take", str(batch(WAITING)))
    put_back = copy(house)

    house.is_killed_at("K18", "deliver")  # the bytes are out and nobody noted an answer
    house.do("deliver", "2")
    lost = batch(AFTER)
    house.do("take", str(lost))
    house.do("deliver", "2")
    given = restored(house)["numbers"]
    before = states(house)
    assert sorted(before.values()) == ["RECEIVED"] * (BEFORE + WAITING + AFTER - 1) + ["UNKNOWN"]
    calls = len(history(portal))

    house = put_back()
    house.do("deliver", "2")
    assert len(history(portal)) == calls, "something left from an older copy"
    found = restored(house)
    assert found["hold"] and found["epoch"] == 1 and found["noticed_by"] == "machine"
    assert found["anchor"]["seq"] > 0
    assert "WAITING" in states(house).values()

    # Killed in the middle of reconciling, twice, it is simply begun again.
    house.is_killed_at("R01:20", "reconcile", "whole")
    house.is_killed_at("R01:9", "reconcile", "whole")
    counts = json.loads(house.do("reconcile", "whole"))
    assert counts == {"booked": WAITING - 1, "unknown": 1, "held": 0, "lost": AFTER}
    after = states(house)
    assert all(before[code] == state for code, state in after.items())
    assert len(history(portal)) == calls
    check_nothing_is_doubled(house, portal)

    house.do("release")
    house.do("deliver", "2")
    # What was lost with the copy comes again from the other system: it is matched, not sent.
    house.do("take", str(lost))
    house.do("deliver", "2")
    assert len(history(portal)) == calls
    assert list(states(house).values()).count("HELD") == AFTER
    assert json.loads(house.do("match")) == AFTER
    house.do("deliver", "2")
    assert states(house) == before
    assert len(history(portal)) == calls
    check_nothing_is_doubled(house, portal)
    numbers = restored(house)["numbers"]
    assert not set(numbers[-AFTER:]) & set(given), "numbers of the lost time were given again"

    # Life goes on, in the new epoch.
    house.do("take", str(batch(2)))
    house.do("deliver", "2")
    assert list(states(house).values()).count("RECEIVED") == BEFORE + WAITING + AFTER - 1 + 2
    assert not restored(house)["hold"]
    check_nothing_is_doubled(house, portal)


def test_without_the_journal_outside_everything_not_final_waits_for_a_person(
    hospital: Callable[[bool], Hospital],
    portal: Portal,
    batch: Batch,
    copy: Callable[[Hospital], Callable[[], Hospital]],
) -> None:
    house = hospital(
        True
    )  # even where the portal replaces by visit code the machine repeats nothing by itself
    house.do("take", str(batch(2)))
    house.do("deliver")
    house.do("take", str(batch(6)))
    house.is_killed_at("K15", "deliver")  # one is signed and claimed, the others wait
    put_back = copy(house)
    house.do("deliver", "2")
    calls = len(history(portal))

    house = put_back()
    (house.home / "receipts.jsonl").unlink()
    house.do("deliver", "2")
    assert restored(house)["hold"]
    counts = json.loads(house.do("reconcile", "lost"))
    assert counts["booked"] == counts["lost"] == 0
    assert counts["unknown"] + counts["held"] == 6 == len(restored(house)["for_a_person"])
    house.do("release")
    house.do("deliver", "2")
    assert len(history(portal)) == calls, "something left though nobody had looked"
    assert sorted(states(house).values()) == ["HELD"] * 5 + ["RECEIVED"] * 2 + ["UNKNOWN"]


def test_a_copy_of_database_and_journal_alike_is_held_when_a_person_says_so(
    hospital: Callable[[bool], Hospital],
    portal: Portal,
    batch: Batch,
    copy: Callable[[Hospital], Callable[[], Hospital]],
) -> None:
    house = hospital(False)
    house.do("take", str(batch(1)))
    house.do("deliver")
    house.do("take", str(batch(3)))
    put_back, journal = copy(house), (house.home / "receipts.jsonl").read_bytes()
    house.do("deliver", "2")
    calls = len(history(portal))

    house = put_back()
    (house.home / "receipts.jsonl").write_bytes(journal)
    house.do("declare", "máy hỏng, khôi phục cả thư mục")
    house.do("deliver", "2")
    assert len(history(portal)) == calls
    counts = json.loads(house.do("reconcile", "lost"))
    assert counts == {"booked": 0, "unknown": 0, "held": 3, "lost": 0}


def test_a_crash_is_no_restore(hospital: Callable[[bool], Hospital], portal: Portal, batch: Batch) -> None:
    house = hospital(False)
    house.do("take", str(batch(6)))
    for point in ("K15", "K16", "K17", "K19", "K19-NOTED", "K22"):
        house.is_killed_at(point, "deliver")
        assert not restored(house)["hold"], point
    house.do("deliver")
    assert not restored(house)["hold"]


def test_what_was_erased_does_not_come_back_with_an_older_copy(
    hospital: Callable[[bool], Hospital],
    portal: Portal,
    batch: Batch,
    copy: Callable[[Hospital], Callable[[], Hospital]],
    tmp_path: Path,
) -> None:
    """The database and the folder of copies are both put back; only the journal outside is as it was."""
    house = hospital(False)
    refused = tmp_path / "refused"
    refused.mkdir()
    (refused / "nguoi-mau-mot.xml").write_bytes(b"<KHONG_PHAI_HO_SO>1</KHONG_PHAI_HO_SO>")
    (refused / "nguoi-mau-hai.xml").write_bytes(b"<KHONG_PHAI_HO_SO>2</KHONG_PHAI_HO_SO>")
    house.do("take", str(refused))
    put_back = copy(house)
    shutil.copytree(house.home / "quarantine", tmp_path / "quarantine-copy")

    house.is_killed_at("E01", "erase", "refused")  # killed after it was noted outside, before the commit
    house.do("erase", "refused")
    house.do("take", str(batch(1)))
    house.do("deliver")
    assert json.loads(house.do("not-taken")) == {"(đã xóa)": [True, False]}

    house = put_back()
    shutil.copytree(tmp_path / "quarantine-copy", house.home / "quarantine", dirs_exist_ok=True)
    house.is_killed_at("R00", "deliver")  # the copy is on hold, and nothing has been erased again yet
    assert json.loads(house.do("not-taken")).keys() == {"nguoi-mau-mot.xml", "nguoi-mau-hai.xml"}
    house.do("deliver")
    assert json.loads(house.do("not-taken")) == {"(đã xóa)": [True, False]}
    found = restored(house)
    assert found["hold"] and found["erased_again"] == 2
    assert not list((house.home / "quarantine").iterdir())
    house.do("reconcile", "whole")
    assert restored(house)["erased_again"] == 2, "what is done again is done once"

    # What comes anew after its erasure is another matter.
    house.do("take", str(refused))
    house.do("reconcile", "whole")
    came_anew = {"nguoi-mau-mot.xml": [False, True], "nguoi-mau-hai.xml": [False, True]}
    assert json.loads(house.do("not-taken")) == came_anew
    assert house.state()["chain_is_whole"]
