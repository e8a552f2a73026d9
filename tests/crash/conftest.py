"""Stages on both databases: a hospital and a portal each, with files to take in."""

import json
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.postgres import Server, private_postgres

from sosuckhoe.demo.his_export import export

from .hospital_process import TODAY
from .stage import ACCOUNT, KEY_PASSWORD, PASSWORD, Hospital, Maker, Paper, Portal

_numbers = count(1)


@pytest.fixture(scope="session")
def paper() -> Paper:
    return Paper.new()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with private_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_tables(maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as the migrations leave it: they take seconds, a copy takes none."""
    made = Hospital(maker, tmp_path_factory.mktemp("tables") / "home", "")
    made.do("make-tables")
    return made.home / "hospital.sqlite3"


@pytest.fixture(scope="session")
def postgres_tables(maker: Maker, postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same on PostgreSQL: its name there."""
    made = Hospital(maker, tmp_path_factory.mktemp("tables") / "home", postgres.create("tables"))
    made.do("make-tables")
    return "tables"


def without_rows(request: pytest.FixtureRequest, kind: str) -> str:
    """The address of a database that has its tables, on SQLite once a hospital is ``set_up`` there."""
    if kind == "sqlite":
        return ""
    server: Server = request.getfixturevalue("postgres")
    return server.copy(request.getfixturevalue("postgres_tables"), f"crash_{next(_numbers)}")


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    return without_rows(request, request.param)


@pytest.fixture(scope="session")
def portal_maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    made = Maker(tmp_path_factory.mktemp("portals") / "home", "portal_process")
    yield made
    made.stop()


@pytest.fixture
def portal(tmp_path: Path, paper: Paper, portal_maker: Maker) -> Iterator[Portal]:
    started = Portal.forked(portal_maker, tmp_path / "portal", paper)
    yield started
    started.stop()


@pytest.fixture(scope="session")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    made = Maker(tmp_path_factory.mktemp("maker") / "home")
    yield made
    made.stop()


def set_up(
    built: Hospital, portal: str, paper: Paper, sqlite_tables: Path, *, replaces: bool = False
) -> Hospital:
    """Its tables, its facility, key and destination. ``replaces``: the destination is declared to replace by visit code."""
    built.home.mkdir(mode=0o700)
    if not built.database:
        shutil.copyfile(sqlite_tables, built.home / sqlite_tables.name)
    folder = built.home.with_name(f"{built.home.name}-stage")
    folder.mkdir()
    (folder / "key.p12").write_bytes(paper.pkcs12)
    facts = {
        "portal": portal,
        "account": ACCOUNT,
        "password": PASSWORD,
        "key_password": KEY_PASSWORD,
        "replaces": replaces,
    }
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    built.do("set-up", str(folder))
    return built


@pytest.fixture
def hospital(
    tmp_path: Path, paper: Paper, portal: Portal, database: str, maker: Maker, sqlite_tables: Path
) -> Callable[[bool], Hospital]:
    """Set up a hospital; the argument says whether its destination is declared to replace by visit code."""
    built = Hospital(maker, tmp_path / "hospital", database)
    return lambda replaces: set_up(built, portal.address, paper, sqlite_tables, replaces=replaces)


@pytest.fixture(scope="session")
def clean_files() -> list[bytes]:
    """Visits without faults, as another system exports them."""
    return [file.data for file in export(TODAY) if file.expected == "clean"]


@pytest.fixture
def files(tmp_path: Path, clean_files: list[bytes]) -> Callable[[int], Path]:
    """A folder with so many visits."""

    def write(number: int) -> Path:
        folder = tmp_path / "files"
        folder.mkdir()
        for index, data in enumerate(clean_files[:number]):
            (folder / f"{index:03}.xml").write_bytes(data)
        return folder

    return write
