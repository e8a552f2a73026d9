"""The simulator as a process of its own on a free port, for the whole session; each test has its own visit."""

import contextlib
import itertools
import json
import os
import random
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sosuckhoe.healthbook.signing import FileSigner, PracticeAuthority, sign

from . import papers
from .portal import Login, Portal

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 180


@pytest.fixture(scope="session")
def authority() -> PracticeAuthority:
    return PracticeAuthority.new(at=datetime.now(UTC))


@pytest.fixture(scope="session")
def signer(authority: PracticeAuthority) -> FileSigner:
    return authority.issue("BỆNH VIỆN MẪU", at=datetime.now(UTC))


@pytest.fixture(scope="session")
def setup(authority: PracticeAuthority, signer: FileSigner) -> dict:
    return {
        "facilities": [
            {
                "code": code,
                "name": name,
                "account": f"{code}_BV",
                "password": "mat-khau-mau",
                "officers": [{"name": "Trần Thị Em", "personal_id": "099190000002"}],
                "certificates": [pem(signer)],
            }
            for code, name in (("99999", "Bệnh viện Mẫu"), ("99998", "Trạm Y tế Mẫu"))
        ],
        "trusted_ca": [authority.pem().decode()],
        "issuer": [{"certificate": authority.pem().decode(), "key_pem": authority.key_pem().decode()}],
        "cards": cards(),
        "citizens": [
            {
                "personal_id": "099190000001",
                "full_name": "Nguyễn Thị Bình",
                "birth": "01/02/1990",
                "password": "binh-xem-so",
                "cards": ["XX4990000000001"],
                "dependants": [{"person": "TE1990000000009", "relation": "con"}],
            },
            {
                "personal_id": None,
                "full_name": "Nguyễn Văn An",
                "birth": "01/11/2026",
                "password": "",
                "cards": ["TE1990000000009"],
            },
        ],
    }


def pem(signer: FileSigner) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return signer.certificate.public_bytes(Encoding.PEM).decode()


def cards() -> list[dict[str, str]]:
    person = {
        "full_name": "Nguyễn Thị Bình",
        "birth": "01/02/1990",
        "sex": "Nữ",
        "address": "Số 1, Phố Mẫu",
        "facility_code": "99999",
        "facility_name": "Bệnh viện Mẫu",
        "valid_from": "01/01/2026",
        "valid_to": "31/12/2099",
    }
    plain = {**person, "number": "XX4990000000001", "personal_id": "099190000001"}
    plain["history"] = [
        {"maHoSo": "1", "maCSKCB": "99999", "ngayVao": "202601020800", "ngayRa": "202601021000"}
    ]
    plain["copayments"] = [{"maCskcb": "99999", "ngayRa": "202601021000", "tBNCCTLuyKe": "12600"}]
    new = {"new_number": "XX4990000000102", "new_valid_from": "01/01/2026", "new_valid_to": "31/12/2099"}
    forced = ("001", "002", "050", "100", "101", "110", "120", "121", "122", "123", "124", "130")
    return [
        plain,
        {**person, "number": "XX4990000000003", **new, "valid_to": "31/12/2025"},
        {**person, "number": "XX4990000000004", **new},
        {**person, "number": "XX4990000000010", "valid_to": "31/12/2025"},
        {
            **person,
            "number": "TE1990000000009",
            "full_name": "Nguyễn Văn An",
            "birth": "01/11/2026",
            "result": "050",
        },
        *({**person, "number": f"XX4990001{code:0>6}", "result": code} for code in forced),
    ]


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory, setup: dict) -> Iterator[Portal]:
    home = tmp_path_factory.mktemp("simulator")
    file = home / "setup.json"
    file.write_text(json.dumps(setup), encoding="utf-8")
    started = start(home, "--setup", str(file))
    yield started
    started.process.terminate()
    assert started.process.wait(timeout=STARTS_WITHIN) == 0


def free_port() -> int:
    """A free port below the ephemeral range, where a knocking client cannot meet itself."""
    for port in random.sample(range(20_000, 32_000), 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


BY_MODULE = ("-m", "sosuckhoe.simulator.run")


def start(home: Path, *more: str, by: Sequence[str] = BY_MODULE) -> Portal:
    """Start the process and wait, within a bound, for the line that says it accepts calls."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SOSUCKHOE_", "DJANGO_SETTINGS_MODULE"))
    }
    environment["PYTHONPATH"] = str(ROOT / "src")
    process = subprocess.Popen(
        [
            sys.executable,
            *by,
            "--home",
            str(home),
            "--port",
            str(free_port()),
            *more,
        ],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert process.stdout is not None
    deadline, line = time.monotonic() + STARTS_WITHIN, ""
    while time.monotonic() < deadline:
        # What follows a line may have come with it, and lies where select does not look.
        readable, _, _ = (
            ([process], [], [])
            if line
            else select.select([process.stdout], [], [], deadline - time.monotonic())
        )
        line = process.stdout.readline() if readable else ""
        if "://" in line:
            return Portal(process, int(line.rsplit(":", 1)[1].strip().rstrip("/")))
        if not line:
            break
    process.kill()
    raise AssertionError(f"the simulator did not start (exit {process.wait()})")


@pytest.fixture(autouse=True)
def calm(portal: Portal) -> Iterator[None]:
    """No fault and no changed option survives its test."""
    before = portal.desk("options")
    yield
    portal.desk("faults", method="DELETE")
    portal.desk("options", before)
    for account in ("99999_BV", "99998_BV"):
        portal.desk(f"accounts/{account}", {"locked": False})


@pytest.fixture
def login(portal: Portal) -> Login:
    return Login.take(portal)


_numbers = itertools.count(1)


@pytest.fixture
def visit_code() -> str:
    return f"99999.26.T{next(_numbers):05}"


@pytest.fixture
def signed(signer: FileSigner) -> Callable[[bytes], bytes]:
    """Sign a document of this session's facility."""
    return lambda document: sign(document, signer, signature_id="Signature-contract")


@pytest.fixture
def record(signed: Callable[[bytes], bytes], visit_code: str) -> bytes:
    """A signed record of a visit that nobody else has."""
    return signed(papers.record(MA_LK=visit_code))
