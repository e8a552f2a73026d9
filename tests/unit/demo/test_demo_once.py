"""The whole demo as a newcomer runs it, as a process, once."""

import json
import socket
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from sosuckhoe.demo.his_export import export
from sosuckhoe.healthbook.document import read


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one run whose simulator port was taken by somebody else."""
    home = tmp_path_factory.mktemp("demo") / "home"
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        taken = somebody.getsockname()[1]
        program = "import sys; from sosuckhoe.cli import main; sys.exit(main())"
        command = [sys.executable, "-c", program, "demo", "--once", "--home", str(home)]
        run = subprocess.run(
            [*command, "--simulator-port", str(taken)], capture_output=True, text=True, timeout=300
        )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "\x1b" not in run.stdout
    (home / "output.txt").write_text(run.stdout)
    return home


def proof_of(home: Path) -> dict:  # type: ignore[type-arg]
    return json.loads((home / "proof.json").read_text())


def test_the_proof_adds_up(finished: Path) -> None:
    proof = proof_of(finished)
    assert proof["adds_up"] and proof["disagreements"] == []
    assert proof["closed"] == proof["signed"] + len(proof["held"])
    assert proof["signed"] == proof["received"] == proof["shown"] + len(proof["no_book"])
    assert proof["files"] == proof["closed"] + proof["repeats"] + len(proof["refused"])


def test_a_morning_at_reception_counts_beside_the_records(finished: Path) -> None:
    proof = proof_of(finished)
    assert (proof["cards"], proof["check_ins"]) == (5, 4)
    assert len(list((finished / "his-bao-vao-kham").iterdir())) == 4


def test_every_signature_has_the_practice_authoritys_word(finished: Path) -> None:
    with sqlite3.connect(finished / "simulator" / "simulator.sqlite3") as books:
        codes = {code for (code,) in books.execute("SELECT code FROM portal_call WHERE service = 'ocsp'")}
    assert codes == {"good"}


def test_at_least_120_visits_of_all_16_types_are_sent(finished: Path) -> None:
    sent = sorted((finished / "sent").glob("*.xml"))
    assert len(sent) == proof_of(finished)["signed"] >= 120
    kinds = {read(path.read_bytes()).visits[0].record.visit["visit_type_code"] for path in sent}
    assert kinds == {f"{number:02d}" for number in range(1, 17)}


def test_exactly_the_planted_mistakes_are_held_back(finished: Path) -> None:
    held = proof_of(finished)["held"]
    for code, rules in held.items():
        assert rules, code
    day = date.fromisoformat(proof_of(finished)["today"])
    planted = {file.visit_code: file.rule for file in export(day) if file.expected == "held"}
    assert held.keys() == planted.keys()
    assert all(rule in held[code] for code, rule in planted.items())


def test_signed_files_verify_with_another_tool(finished: Path) -> None:
    for path in sorted((finished / "sent").glob("*.xml"))[::15]:
        verified = subprocess.run(
            ["xmlsec1", "--verify", "--trusted-pem", str(finished / "ca.pem"), str(path)],
            capture_output=True,
            text=True,
        )
        assert verified.returncode == 0, verified.stderr


def test_the_key_is_readable_by_its_owner_only(finished: Path) -> None:
    for name in ("facility.p12", "facility.password", "ca.key", "simulator-setup.json"):
        assert (finished / name).stat().st_mode & 0o077 == 0


def test_source_files_are_still_there(finished: Path) -> None:
    assert len(list((finished / "his").iterdir())) == proof_of(finished)["files"]


def test_nobody_is_left_running(finished: Path) -> None:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            assert str(finished) not in command


def test_the_table_says_what_must_be_equal(finished: Path) -> None:
    output = (finished / "output.txt").read_text()
    assert "Bảng đối chiếu" in output and "Khớp" in output and "Không khớp" not in output
