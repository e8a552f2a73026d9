"""Another version of the program on a hospital's database: older rows are kept, a newer form is refused, and a change of
form that is killed half-way goes on at the next start."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from tests.postgres import Server

from .checker import effects
from .conftest import set_up, without_rows
from .serving import served
from .stage import STOPS_WITHIN, Hospital, Maker, Paper, Portal, environment, until

KILLS = 4
LATER = "INSERT INTO django_migrations (app, name, applied) VALUES ('delivery', '9999_of_a_later_program', '2027-01-01')"
_numbers = count(1)


@dataclass
class Old:
    """A hospital of today, and what it kept, in tables of the first form."""

    now: Hospital
    house: Hospital
    columns: str
    """Those of the first form, as JSON."""
    portal: Portal
    upgraded: Hospital
    """A copy of the house, in today's form."""
    statements: int
    """That made it so."""


@pytest.fixture(scope="module")
def copy(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Hospital], Hospital]:
    """The same house on a copy of its database as it is now."""
    folder = tmp_path_factory.mktemp("copies")

    def make(house: Hospital) -> Hospital:
        home = folder / f"home-{next(_numbers)}"
        shutil.copytree(house.home, home)
        if not house.database:
            return Hospital(house.maker, home, "")
        server: Server = request.getfixturevalue("postgres")
        name = house.database.partition("///")[2].partition("?")[0]
        return Hospital(house.maker, home, server.copy(name, f"upgrade_{next(_numbers)}"))

    return make


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def old(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    maker: Maker,
    portal_maker: Maker,
    paper: Paper,
    sqlite_tables: Path,
    clean_files: list[bytes],
    copy: Callable[[Hospital], Hospital],
) -> Iterator[Old]:
    """Three received, one unknown, two that wait to be signed. Tests work on copies of its house."""
    folder = tmp_path_factory.mktemp("old")
    portal = Portal.forked(portal_maker, folder / "portal", paper)
    now = Hospital(maker, folder / "hospital", without_rows(request, request.param))
    set_up(now, portal.address, paper, sqlite_tables)

    def take(some: list[bytes]) -> None:
        part = folder / f"part-{next(_numbers)}"
        part.mkdir()
        for number, data in enumerate(some):
            (part / f"{number}.xml").write_bytes(data)
        now.do("take", str(part))

    take(clean_files[:3])
    now.do("deliver")
    portal.desk("faults", {"scenario": "store-then-drop", "path": "record", "next_calls": 1})
    take(clean_files[3:4])
    now.do("deliver")
    take(clean_files[4:6])
    home = folder / "first"
    shutil.copytree(now.home, home, ignore=shutil.ignore_patterns("hospital.sqlite3*"))
    if now.database:
        server: Server = request.getfixturevalue("postgres")
        house = Hospital(now.maker, home, server.create(f"first_{next(_numbers)}"))
    else:
        house = Hospital(now.maker, home, "")
    house.do("first-form")
    house.do("take-up", now.database or str(now.home / "hospital.sqlite3"), now.do("columns"))
    upgraded = copy(house)
    statements = int(upgraded.do("upgrade"))
    yield Old(now, house, house.do("columns"), portal, upgraded, statements)
    portal.stop()


def states(house: Hospital) -> list[str]:
    return sorted(one["state"] for one in house.state()["submissions"])


def test_what_an_old_database_holds_is_kept_to_the_letter_and_goes_its_way(
    old: Old, copy: Callable[[Hospital], Hospital]
) -> None:
    house, before = old.upgraded, old.house.do("contents", old.columns)
    assert json.loads(before)["delivery_submission"] and json.loads(before)["delivery_receipt"]
    assert old.statements > 0
    assert house.do("contents", old.columns) == before
    assert house.do("form") == old.now.do("form")
    assert house.state() == old.now.state()
    assert states(house) == ["RECEIVED"] * 3 + ["UNKNOWN"] + ["WAITING"] * 2

    house = copy(house)
    house.do("deliver")
    books = house.state()
    assert states(house) == ["RECEIVED"] * 5 + ["UNKNOWN"]
    assert books["chain_is_whole"] and books["receipts"] == 5
    arrived = effects(old.portal)
    assert len(arrived) == 6 and set(arrived.values()) == {1}


def test_a_change_of_form_that_is_killed_half_way_goes_on_at_the_next_start(
    old: Old, copy: Callable[[Hospital], Hospital]
) -> None:
    before, form = old.house.do("form"), old.upgraded.do("form")
    contents = old.upgraded.do("contents", old.columns)
    assert form != before
    for kill in range(1, KILLS + 1):
        struck = copy(old.house)
        deed = struck.start("upgrade", str(kill * old.statements // (KILLS + 1)))
        deed.wait(60)
        assert not deed.out.read_text(), "it was not killed"
        assert struck.do("form") == before, "the program of before must still know it"
        struck.do("upgrade")
        assert (struck.do("form"), struck.do("contents", old.columns)) == (form, contents), kill


def test_of_two_programs_that_upgrade_at_one_moment_one_waits_for_the_other(
    old: Old, copy: Callable[[Hospital], Hospital]
) -> None:
    house = copy(old.house)
    first = house.start("upgrade", str(old.statements // 2), "SIGSTOP")
    assert os.WIFSTOPPED(first.wait(60)), first.errors()
    second = house.start("upgrade")
    until(lambda: "đang nâng cấp" in second.errors())
    first.signal(signal.SIGCONT)
    assert int(second.ends_well(60)) < old.statements // 2, "it was done twice"
    assert house.do("form") == old.upgraded.do("form")
    assert house.do("contents", old.columns) == old.upgraded.do("contents", old.columns)
    assert house.state()["chain_is_whole"]


def test_an_older_program_that_is_running_when_the_database_is_upgraded_stops_by_itself(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path]
) -> None:
    house = hospital(False)
    with served(house.home, house.database) as pages:
        sender = house.start("deliver-on")
        assert pages.get("/dang-nhap/").status == 200
        house.do("say", LATER)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        refused = pages.ask("POST", "/dang-nhap/", b"username=giang&password=x", form)
        assert refused.status == 503 and "9999_of_a_later_program" in refused.text
        until(lambda: pages.get("/dang-nhap/").status == 503)
        sender.ends_well(STOPS_WITHIN)
        assert "9999_of_a_later_program" in sender.errors()
        house.do(
            "say", LATER.replace("INSERT INTO", "DELETE FROM").split(" (")[0] + " WHERE name LIKE '9999%'"
        )
        until(lambda: pages.get("/dang-nhap/").status == 200)


def test_an_older_program_refuses_a_newer_database_in_every_command_and_says_what_to_do(
    hospital: Callable[[bool], Hospital],
) -> None:
    house = hospital(False)
    before = house.do("state")
    house.do("say", LATER)
    variables = environment(SOSUCKHOE_HOME=str(house.home), SOSUCKHOE_DATABASE=house.database)

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command], env=variables, capture_output=True, text=True, timeout=120
        )

    # One of each module of commands, and both that run for long.
    every = (
        ["deliver", "--once"],
        ["serve", "--port", "0"],
        ["reconcile"],
        ["restored"],
        ["key", "list"],
        ["catalogue", "list"],
    )
    for command in every[:1] if house.database else every:
        refused = run("-m", "sosuckhoe", *command)
        assert refused.returncode == 2, (command, refused.stderr)
        assert (
            "delivery 9999_of_a_later_program" in refused.stderr
            and "cài lại bản phần mềm mới" in refused.stderr
        )
        assert "Traceback" not in refused.stderr
    pages = run("-c", "import sosuckhoe.hospital.config.wsgi")
    assert pages.returncode != 0 and "DatabaseIsNewer" in pages.stderr
    assert house.do("state") == before
    assert run("-m", "sosuckhoe", "--help").returncode == 0
