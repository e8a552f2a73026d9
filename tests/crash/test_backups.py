"""The program's own backup: taken while all work goes on, refused where it is damaged, put back on hold."""

import dataclasses
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import Server

from sosuckhoe.hospital.delivery.backups import form, postgres, sqlite
from sosuckhoe.hospital.delivery.backups.inside import judge_journal
from sosuckhoe.hospital.delivery.backups.problems import BackupProblem, Unusable
from sosuckhoe.hospital.delivery.backups.putting_back import check_copy

from .checker import effects, history
from .conftest import set_up, without_rows
from .stage import DRAINS_WITHIN, Hospital, Maker, Paper, Portal, environment

COPIES = 10
_numbers = count(1)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(
    request: pytest.FixtureRequest,
    maker: Maker,
    paper: Paper,
    sqlite_tables: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Hospital:
    """A hospital whose portal does not answer: what a copy is does not depend on it."""
    home = tmp_path_factory.mktemp("house") / "home"
    built = Hospital(maker, home, without_rows(request, request.param))
    return set_up(built, "http://127.0.0.1:9", paper, sqlite_tables)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "o-roi"
    folder.mkdir()
    return folder


@pytest.fixture
def batch(tmp_path: Path, clean_files: list[bytes]) -> Callable[[int, int], Path]:
    """Some of the visits, in a folder."""

    def write(begin: int, end: int) -> Path:
        folder = tmp_path / f"batch-{next(_numbers)}"
        folder.mkdir()
        for index, data in enumerate(clean_files[begin:end]):
            (folder / f"{index:03}.xml").write_bytes(data)
        return folder

    return write


@pytest.fixture
def anew(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Hospital], Hospital]:
    """The same hospital on a fresh machine: an empty home and an empty database of the same kind."""

    def make(house: Hospital) -> Hospital:
        number, address = next(_numbers), ""
        if house.database:
            server: Server = request.getfixturevalue("postgres")
            address = server.create(f"anew_{number}")
        return Hospital(house.maker, tmp_path / f"anew-{number}", address)

    return make


@dataclasses.dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


def say(house: Hospital, *words: str | Path) -> Said:
    started = house.start("command", *map(str, words))
    status = started.wait(DRAINS_WITHIN)
    assert os.WIFEXITED(status), started.errors()
    found = Said(os.WEXITSTATUS(status), started.out.read_text(), started.err.read_text())
    assert "Traceback" not in found.err, found.err
    return found


def back_up(house: Hospital, target: Path, *more: str) -> Path:
    said = say(house, "backup", target, "--format", "json", *more)
    assert said.code == 0, said.err
    return Path(json.loads(said.out)["copy"])


def names_in(target: Path) -> list[str]:
    return sorted(each.name for each in target.iterdir())


def states(house: Hospital) -> dict[str, str]:
    return {row["visit_code"]: row["state"] for row in house.state()["submissions"]}


def restored(house: Hospital) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(house.do("restored"))
    return found


def give_keys(house: Hospital, other: Hospital) -> None:
    """What no copy holds is put back from where it was kept apart."""
    for folder in ("keys", "secrets"):
        shutil.copytree(house.home / folder, other.home / folder, dirs_exist_ok=True)


def test_copies_taken_while_files_enter_and_are_signed_all_open_and_show_one_moment(
    house: Hospital, batch: Callable[[int, int], Path], target: Path
) -> None:
    taking, signing = house.start("take", str(batch(0, 40))), house.start("deliver", "2")
    copying = house.start("back-up-often", str(target), str(COPIES))
    copies = [Path(line) for line in copying.ends_well().splitlines()]
    taking.ends_well()
    signing.signal(signal.SIGTERM)
    signing.ends_well()
    seen = []
    for copy in copies:
        rows = check_copy(copy).inside.counts
        # Closing a visit is one transaction: visit, version, its way to the portal and its line are there together.
        assert rows["visits_visit"] == rows["visits_recordversion"] == rows["delivery_submission"]
        assert rows["visits_visit"] <= rows["journal_entry"]
        seen.append((rows["visits_visit"], rows["delivery_signeddocument"], rows["journal_entry"]))
    assert len(copies) == COPIES and len(set(seen)) > 1, "nobody wrote while the copies were made"
    assert all(sorted(column) == list(column) for column in zip(*seen, strict=True))
    assert house.state()["chain_is_whole"]


def test_a_process_that_dies_while_copying_leaves_no_copy_and_the_next_one_clears_up(
    house: Hospital, target: Path
) -> None:
    for point in ("B01", "B02"):
        house.is_killed_at(point, "command", "backup", str(target))
        (left,) = names_in(target)
        assert left.startswith(form.PARTIAL) and not form.copies_in(target)
    good = back_up(house, target)
    assert names_in(target) == [good.name]


def test_a_target_that_is_gone_or_part_of_the_home_is_told_and_kept_for_the_alarm(
    house: Hospital, target: Path
) -> None:
    good = back_up(house, target)
    gone = say(house, "backup", target / "khong-gan")
    assert gone.code == 2 and "gắn ổ" in gone.err and not (target / "khong-gan").exists()
    facts = json.loads((house.home / "backups.json").read_text())
    assert facts["good"]["folder"] == str(good) and facts["failed"]["why"] in gone.err
    assert say(house, "backup", house.home / "quarantine").code == 2


def test_a_disk_that_is_full_is_told_and_nothing_is_left_there(house: Hospital, target: Path) -> None:
    program = f"{sys.executable} -m sosuckhoe backup {target}; code=$?; ls -A {target}; exit $code"
    mounted = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    mount = f"mount -t tmpfs -o size=64k none {target}"
    if subprocess.run([*mounted, mount], capture_output=True, check=False).returncode:
        mounted, mount = ["sh", "-c"], "ulimit -f 64"  # where nobody may mount: files that may not grow
    variables = environment(SOSUCKHOE_HOME=str(house.home), SOSUCKHOE_DATABASE=house.database)
    said = subprocess.run(
        [*mounted, f"{mount} && {program}"], env=variables, capture_output=True, text=True, check=False
    )
    assert said.returncode and "Traceback" not in said.stderr
    assert "hết chỗ" in said.stderr or "ulimit" in mount
    assert not said.stdout.strip() and not names_in(target)


def test_the_last_ones_are_kept_and_another_hospitals_stay(house: Hospital, target: Path) -> None:
    first, second = back_up(house, target, "--keep", "2"), back_up(house, target, "--keep", "2")
    theirs = target / "sosuckhoe-2020-01-01-000000"
    shutil.copytree(first, theirs)
    sealed_anew(theirs, lambda one: of_another(one))
    third = back_up(house, target, "--keep", "2")
    assert names_in(target) == sorted([theirs.name, second.name, third.name])
    (third / form.LIST).write_text("{}")  # the newest is damaged: it counts for none
    last = back_up(house, target, "--keep", "1")
    assert {each for each, _ in form.copies_in(target)} == {last, theirs}


def sealed_anew(copy: Path, change: Callable[[form.Manifest], form.Manifest]) -> None:
    """A list that says something else and is whole."""
    manifest = form.read_list(copy)
    (copy / form.LIST).unlink()
    form.write_list(copy, change(manifest))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x01
    path.write_bytes(data)


def later(manifest: form.Manifest) -> form.Manifest:
    unknown = (*manifest.inside.migrations, "delivery 9999_tomorrow")
    return dataclasses.replace(manifest, inside=dataclasses.replace(manifest.inside, migrations=unknown))


def with_other_journal(manifest: form.Manifest) -> form.Manifest:
    inside = dataclasses.replace(manifest.inside, journal_ends=(1, "0" * 64))
    return dataclasses.replace(manifest, inside=inside)


def of_another(manifest: form.Manifest) -> form.Manifest:
    return dataclasses.replace(manifest, inside=dataclasses.replace(manifest.inside, journal_begins="f" * 64))


def test_a_damaged_copy_is_refused_says_what_is_wrong_and_names_the_good_one_beside_it(
    house: Hospital, anew: Callable[[Hospital], Hospital], target: Path, tmp_path: Path
) -> None:
    (tmp_path / "la.xml").write_text("đây không phải hồ sơ")
    say(house, "import", tmp_path / "la.xml")
    house.do("declare", "thử")  # writes into the journal outside
    older, whole = back_up(house, target), back_up(house, target)
    place = form.read_list(whole).database
    (quarantined,) = (whole / "home" / "quarantine").iterdir()
    strikes: dict[str, Callable[[Path], object]] = {
        f"{place}: cụt": lambda copy: cut(copy / place),
        f"{place}: nội dung đã bị đổi": lambda copy: flip(copy / place),
        f"{place}: thiếu": lambda copy: (copy / place).unlink(),
        f"{quarantined.name}: thiếu": lambda copy: (copy / "home/quarantine" / quarantined.name).unlink(),
        "receipts.jsonl: nội dung đã bị đổi": lambda copy: flip(copy / "home/receipts.jsonl"),
        "không có danh sách": lambda copy: (copy / form.LIST).unlink(),
        "bị cụt hoặc hỏng": lambda copy: cut(copy / form.LIST),
        "đã bị sửa": lambda copy: (copy / form.LIST).write_text(
            (copy / form.LIST).read_text().replace('"format": 1', '"format": 0')
        ),
        "chỉ ra ngoài": lambda copy: sealed_anew(
            copy,
            lambda one: dataclasses.replace(one, files=(*one.files, form.File("home/../../x", 0, ""))),
        ),
        "không có đúng những gì danh sách ghi": lambda copy: sealed_anew(copy, with_other_journal),
    }
    for told, strike in strikes.items():
        shutil.rmtree(whole)
        shutil.copytree(older, whole)
        strike(whole)
        with pytest.raises(form.NotWhole) as refused:
            check_copy(whole)
        assert told in str(refused.value) and str(older) in str(refused.value)
    for change in (later, lambda one: dataclasses.replace(one, format=2)):
        shutil.rmtree(whole)
        shutil.copytree(older, whole)
        sealed_anew(whole, change)
        with pytest.raises(form.Newer):
            check_copy(whole)
    shutil.rmtree(whole)
    shutil.copytree(older, whole)
    cut(whole / place)
    fresh = anew(house)
    said = say(fresh, "restore", whole)
    assert said.code == 1 and str(older) in said.err
    assert not fresh.home.exists() or not {"hospital.sqlite3", "restored.json"} & set(names_in(fresh.home))
    shutil.rmtree(older)
    assert "không có bản sao nào còn tốt" in say(fresh, "restore", "--check", whole).err


def test_a_line_of_the_journal_that_was_changed_in_the_copied_database_is_found(
    house: Hospital, target: Path
) -> None:
    """The list fits and the database opens: only the chain tells."""
    if house.database:
        copy = back_up(house, target)
        script = subprocess.run(
            [postgres.tool("pg_restore"), "--data-only", "--file=-", copy / "database.dump"],
            capture_output=True,
            check=True,
        ).stdout
        rows = [
            read() for table, read in postgres.parsed(io.BytesIO(script)) if table == "journal_entry" and read
        ]
        lines = [postgres.line_of(row) for row in rows]
    else:
        with sqlite3.connect(back_up(house, target) / "database.sqlite3") as opened:
            lines = list(sqlite.lines_of(opened))
    judge_journal(reversed(lines))
    for changed in (lines[:1] + lines[2:], [(*lines[0][:2], "ai do", *lines[0][3:]), *lines[1:]]):
        with pytest.raises(BackupProblem):
            judge_journal(changed)


def test_a_tool_that_is_not_installed_is_named_with_what_to_install() -> None:
    with pytest.raises(Unusable, match="postgresql-client"):
        postgres.tool("pg_dump_khong_co")


def test_nothing_is_put_over_what_is_there(
    house: Hospital, anew: Callable[[Hospital], Hospital], target: Path
) -> None:
    house.do("declare", "thử")
    copy, before = back_up(house, target), house.state()
    said = say(house, "restore", copy)
    assert said.code == 2 and "đã có dữ liệu" in said.err and house.state() == before
    other = anew(house)
    (other.home).mkdir()
    (other.home / "receipts.jsonl").write_text('{"cua": "noi khac"}\n')
    said = say(other, "restore", copy)
    assert said.code == 2 and "không nối tiếp" in said.err
    assert (other.home / "receipts.jsonl").read_text() == '{"cua": "noi khac"}\n'
    assert "restored.json" not in names_in(other.home)


def test_whoever_dies_while_restoring_is_on_hold_or_may_begin_again(
    house: Hospital, anew: Callable[[Hospital], Hospital], target: Path
) -> None:
    house.do("declare", "thử")  # a line in the journal outside, so that the copy has one
    copy = back_up(house, target)
    for point in () if house.database else ("B11", "B12"):
        other = anew(house)
        other.is_killed_at(point, "command", "restore", str(copy))
        said = say(other, "restore", copy)
        assert said.code == 0, said.err
        # What the first try had laid is the copy's own journal, not one that goes on from it.
        assert "--journal-lost" in said.out and restored(other)["hold"]
    # Once the database is there it is not put back a second time, and whatever starts is on hold all the same.
    other = anew(house)
    other.is_killed_at("B13", "command", "restore", str(copy))
    assert say(other, "restore", copy).code == 2
    assert say(other, "restored").code == 1 and "sosuckhoe restore" in restored(other)["why"]
    assert "restored.json" not in names_in(other.home)


def test_keys_that_are_missing_or_anothers_are_named(
    house: Hospital, anew: Callable[[Hospital], Hospital], target: Path
) -> None:
    copy, other = back_up(house, target), anew(house)
    give_keys(house, other)
    (key,) = (other.home / "keys").glob("*.p12")
    key.write_bytes(Paper.new().pkcs12)
    (other.home / "secrets" / "portal").unlink()
    said = say(other, "restore", copy)
    assert said.code == 0, said.err
    told = [line for line in said.out.splitlines() if line.startswith("Khóa và mật khẩu")]
    assert len(told) == 2 and "secrets/portal: còn thiếu" in told[0] and "không còn khớp" in told[1]


def test_a_copy_made_during_a_hold_is_a_restore_of_its_own(
    house: Hospital, anew: Callable[[Hospital], Hospital], target: Path
) -> None:
    """Otherwise what had been reconciled then would count for what happened since."""
    house.do("declare", "thử")
    house.do("reconcile", "whole")
    before = restored(house)["epoch"]
    copy = back_up(house, target)
    house.do("release")
    other = anew(house)
    assert say(other, "restore", copy).code == 0
    found = restored(other)
    assert found["epoch"] == before + 1 and found["hold"] and not found["reconciled_at"]


def test_a_restored_copy_is_on_hold_until_reconciled_and_nothing_goes_twice(
    hospital: Callable[[bool], Hospital],
    anew: Callable[[Hospital], Hospital],
    portal: Portal,
    batch: Callable[[int, int], Path],
    target: Path,
    tmp_path: Path,
) -> None:
    house = hospital(False)
    house.do("take", str(batch(0, 4)))
    copy = back_up(house, target)
    house.do("deliver", "2")
    sent, calls, before = house.state(), len(history(portal)), states(house)
    # The machine and every copy within its reach are lost; what remains was carried away, keys apart.
    offline, kept = tmp_path / "ket-sat", tmp_path / "rieng"
    shutil.copytree(copy, offline / copy.name)
    shutil.copytree(house.home, kept)
    shutil.rmtree(target)
    shutil.rmtree(house.home)
    lost = Hospital(house.maker, kept, house.database)

    other = anew(house)
    said = say(other, "restore", offline / copy.name, "--journal", kept / "receipts.jsonl")
    assert said.code == 0, said.err
    assert "keys/" in said.out and "secrets/" in said.out and "ĐANG GIỮ" in said.out
    give_keys(lost, other)
    assert say(other, "deliver", "--once").code == 1
    assert len(history(portal)) == calls and sorted(states(other).values()) != sorted(before.values())
    assert say(other, "restored", "release", "--by", "Giang", "--reason", "vội").code == 2
    assert say(other, "restored", "reconcile").code == 0
    assert say(other, "restored", "release", "--by", "Giang", "--reason", "đã đối chiếu").code == 0
    say(other, "deliver", "--once")
    assert states(other) == before and len(history(portal)) == calls
    assert other.state()["receipts"] == sent["receipts"] and other.state()["chain_is_whole"]
    assert set(effects(portal).values()) == {1}
