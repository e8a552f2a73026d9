"""The home, the database's address, and logs that tell nobody's secrets."""

import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sosuckhoe.hospital.config.database import DatabaseNotUnderstood, database
from sosuckhoe.hospital.config.home import Home
from sosuckhoe.hospital.config.logs import PlaceOnly
from sosuckhoe.hospital.delivery import secrets
from sosuckhoe.hospital.delivery.gateway import HostNotAllowed, check_address


def test_the_secret_key_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    first = home.secret_key()
    assert len(first) > 50
    assert home.secret_key() == first
    assert stat.S_IMODE((home.path / "secret-key").stat().st_mode) == 0o600
    assert [file.name for file in home.path.iterdir()] == ["secret-key"]


def test_without_an_address_the_database_is_embedded_and_durable(tmp_path: Path) -> None:
    found = database("", Home(tmp_path))
    assert found["ENGINE"].endswith("sqlite")
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        assert pragma in found["OPTIONS"]["init_command"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgres://me:p%40ss@db:5433/book", ("book", "me", "p@ss", "db", "5433")),
        ("postgresql:///book?host=/run/postgresql&user=me", ("book", "me", "", "/run/postgresql", "")),
    ],
)
def test_a_postgres_address_is_taken_apart(tmp_path: Path, address: str, expected: tuple[str, ...]) -> None:
    found = database(address, Home(tmp_path))
    assert tuple(found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")) == expected


@pytest.mark.parametrize("address", ["mysql://db/book", "postgres://db", "book"])
def test_another_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(DatabaseNotUnderstood):
        database(address, Home(tmp_path))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("mysql://me:geheim@db/book", "Biến SOSUCKHOE_DATABASE phải để trống"),
        (
            "postgres://me:geheim@127.0.0.1:1/book",
            "Chưa nối được cơ sở dữ liệu PostgreSQL, nên lệnh chưa làm gì.",
        ),
    ],
)
@pytest.mark.parametrize("command", ["deliver --once", "backup copies", "serve --port 0"])
def test_a_command_whose_database_is_out_of_reach_ends_with_a_sentence(
    tmp_path: Path, address: str, sentence: str, command: str
) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "sosuckhoe", *command.split()],
        env=os.environ | {"SOSUCKHOE_HOME": str(tmp_path / "home"), "SOSUCKHOE_DATABASE": address},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith(sentence)
    assert "geheim" not in told.stderr and "Traceback" not in told.stderr


def test_a_logged_exception_tells_its_place_and_never_its_message() -> None:
    number = "099190000001"
    try:
        try:
            raise KeyError(number)
        except KeyError as inner:
            raise ValueError(f"Key (value)=({number}) already exists") from inner
    except ValueError:
        record = logging.LogRecord(
            "sosuckhoe", logging.ERROR, __file__, 1, "submission 7 failed", None, sys.exc_info()
        )
    told = PlaceOnly("%(message)s").format(record)
    assert number not in told
    assert "builtins.ValueError" in told and "builtins.KeyError" in told and "test_config.py" in told


class TestSecrets:
    def test_a_secret_is_kept_in_a_file_of_our_own(self, home: Path) -> None:
        reference = secrets.keep_secret("portal", "mat-khau")
        assert reference == "file:portal"
        assert secrets.secret_of(reference) == "mat-khau"
        assert stat.S_IMODE((home / "secrets" / "portal").stat().st_mode) == 0o600

    def test_a_secret_others_may_read_is_refused(self, home: Path) -> None:
        secrets.keep_secret("portal", "mat-khau")
        os.chmod(home / "secrets" / "portal", 0o644)
        with pytest.raises(secrets.SecretExposed):
            secrets.secret_of("file:portal")

    @pytest.mark.parametrize(
        "reference", ["", "mat-khau", "file:", "file:../secret-key", "file:absent", "env:ABSENT"]
    )
    def test_what_is_no_reference_gives_no_secret(self, home: Path, reference: str) -> None:
        with pytest.raises(secrets.SecretMissing):
            secrets.secret_of(reference)


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "",
            "cong.example",
            "https://cong.example",
            "http://cong.example",
            "ftp://127.0.0.1",
            "http://user@127.0.0.1:8001",
            "https://127.0.0.1.cong.example",
        ],
    )
    def test_nothing_is_sent_to_a_host_nobody_allowed(self, home: Path, address: str) -> None:
        with pytest.raises(HostNotAllowed):
            check_address(address)

    def test_a_host_allowed_on_this_machine_is_reached_by_https_only(self, home: Path) -> None:
        (home / "gateway-hosts.txt").write_text("# cổng đào tạo\ncong.example\n")
        assert check_address("https://cong.example") == ("https", "cong.example", 443)
        with pytest.raises(HostNotAllowed):
            check_address("http://cong.example")

    def test_this_machine_is_the_simulators_place(self, home: Path) -> None:
        assert check_address("http://127.0.0.1:8001/") == ("http", "127.0.0.1", 8001)
