"""Stages on both databases: a hospital and a portal each, with files to take in."""

import json
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


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return ""
    server: Server = request.getfixturevalue("postgres")
    return server.create(f"crash_{next(_numbers)}")


@pytest.fixture
def portal(tmp_path: Path, paper: Paper) -> Iterator[Portal]:
    started = Portal.start(tmp_path / "portal", paper)
    yield started
    started.stop()


@pytest.fixture(scope="session")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    made = Maker(tmp_path_factory.mktemp("maker") / "home")
    yield made
    made.stop()


@pytest.fixture
def hospital(
    tmp_path: Path, paper: Paper, portal: Portal, database: str, maker: Maker
) -> Callable[[bool], Hospital]:
    """Set up a hospital; the argument says whether its destination is declared to replace by visit code."""

    def set_up(replaces: bool) -> Hospital:
        folder = tmp_path / "stage"
        folder.mkdir()
        (folder / "key.p12").write_bytes(paper.pkcs12)
        facts = {
            "portal": portal.address,
            "account": ACCOUNT,
            "password": PASSWORD,
            "key_password": KEY_PASSWORD,
            "replaces": replaces,
        }
        (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
        built = Hospital(maker, tmp_path / "hospital", database)
        built.do("set-up", str(folder))
        return built

    return set_up


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
