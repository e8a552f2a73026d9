"""The process: where it refuses to start, what survives a kill, and the receipt look-up that is off by default."""

import contextlib
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sosuckhoe.healthbook.signing import FileSigner

from .conftest import BY_MODULE, ROOT, free_port, pem, start
from .portal import RECORD, Login, Portal, md5


def try_to_start(home: Path, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "sosuckhoe.simulator.run",
            "--home",
            str(home),
            "--port",
            str(free_port()),
            *more,
        ],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_refuses_to_start_beside_a_hospital_at_work(tmp_path: Path) -> None:
    (tmp_path / "hospital").mkdir()
    (tmp_path / "hospital" / "PRODUCTION").touch()
    for environment in (
        {"SOSUCKHOE_ENVIRONMENT": "production"},
        {"SOSUCKHOE_HOME": str(tmp_path / "hospital")},
        {"SOSUCKHOE_HOME": str(tmp_path / "own")},
    ):
        refused = try_to_start(tmp_path / "own", **environment)
        assert refused.returncode == 2 and "mô phỏng" in refused.stderr
    assert not (tmp_path / "own").exists()


def test_what_was_acknowledged_survives_a_kill(
    tmp_path: Path, setup: dict, record: bytes, visit_code: str
) -> None:
    first = start(tmp_path)
    first.desk("setup", setup)
    login = Login.take(first)
    number = login.send(record).json["maGiaoDich"]
    first.strike("store-then-drop")
    with pytest.raises(ConnectionResetError):
        login.send(record)
    for pid in workers_of(first.process.pid):
        os.kill(pid, signal.SIGKILL)
    first.process.kill()
    first.process.wait(timeout=30)
    second = start(tmp_path)
    try:
        rows = [row for row in second.desk("received.json?all=1") if row["visit_code"] == visit_code]
        assert [row["version"] for row in rows] == [1, 2] and rows[0]["transaction"] == number
        calls = [call for call in second.desk("history.json") if call["stored"]]
        assert [call["transaction"] for call in calls] == [row["transaction"] for row in rows]
        assert [call["reply"] for call in calls] == ["sent", "dropped"]
        assert Login(second, *list(vars(login).values())[1:]).send(record).code == "200"
    finally:
        second.process.terminate()
        second.process.wait(timeout=30)


def test_a_worker_that_is_killed_is_replaced_by_one_that_knows_clock_and_options(
    tmp_path: Path, setup: dict
) -> None:
    (tmp_path / "setup.json").write_text(
        json.dumps({**setup, "options": {"lock_after": 3}, "clock": {"factor": 1}})
    )
    portal = start(tmp_path, "--setup", str(tmp_path / "setup.json"))
    try:
        portal.desk("options", {"lock_after": 8})
        far = portal.desk("clock", {"advance_hours": 1000})["now"]
        (worker,) = workers_of(portal.process.pid)
        os.kill(worker, signal.SIGKILL)
        line = portal.process.stdout.readline()
        assert "sẵn sàng" in line and workers_of(portal.process.pid) != [worker]
        assert portal.desk("options")["lock_after"] == 8
        assert portal.desk("clock")["now"] > far
    finally:
        portal.process.terminate()
        portal.process.wait(timeout=30)


def test_more_callers_than_there_are_threads_are_answered_on_connections_they_keep(portal: Portal) -> None:
    with contextlib.ExitStack() as held:
        callers = [http.client.HTTPConnection("127.0.0.1", portal.port, timeout=30) for _ in range(70)]
        for _ in range(2):
            for caller in callers:
                held.callback(caller.close)
                caller.request("GET", "/_simulator/ready")
                assert json.loads(caller.getresponse().read())["ready"]
                caller.auto_open = 0


def workers_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


BY_COMMAND = ("-m", "sosuckhoe", "simulate")


@contextlib.contextmanager
def shown_over_tls(home: Path, *files: Path, by: Sequence[str] = BY_COMMAND) -> Iterator[Portal]:
    shown = start(home, "--tls", *(str(file) for file in files), by=by)
    try:
        yield shown
    finally:
        shown.process.terminate()
        shown.process.wait(timeout=30)


def status_of(portal: Portal, context: ssl.SSLContext, host: str = "127.0.0.1") -> int:
    connection = http.client.HTTPSConnection(host, portal.port, timeout=30, context=context)
    connection.request("GET", "/_simulator/ready")
    with connection.getresponse() as answer:
        return answer.status


@pytest.mark.parametrize("by", [BY_MODULE, BY_COMMAND])
def test_it_can_show_a_certificate_that_nobody_trusts(
    tmp_path: Path, signer: FileSigner, by: Sequence[str]
) -> None:
    certificate, key = tmp_path / "tls.pem", tmp_path / "tls.key"
    certificate.write_text(pem(signer))
    key.write_bytes(signer.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with shown_over_tls(tmp_path / "portal", certificate, key, by=by) as shown:
        with pytest.raises(ssl.SSLCertVerificationError):
            status_of(shown, ssl.create_default_context())
        assert status_of(shown, ssl._create_unverified_context()) == 200


def test_without_files_it_shows_its_own_certificate_and_is_trusted_once_somebody_says_so(
    tmp_path: Path,
) -> None:
    def seen() -> bytes:
        with shown_over_tls(tmp_path) as shown:
            with pytest.raises(ssl.SSLCertVerificationError):
                status_of(shown, ssl.create_default_context())
            told = ssl.create_default_context(cafile=str(tmp_path / "tls.pem"))
            assert [status_of(shown, told, host) for host in ("127.0.0.1", "localhost")] == [200, 200]
        return (tmp_path / "tls.pem").read_bytes()

    assert seen() == seen(), "whoever trusts it need not do so anew at each start"
    assert (tmp_path / "tls.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("files", [["one.pem"], ["no.pem", "no.key"], ["words.pem", "words.pem"]])
def test_files_that_are_no_certificate_are_refused_in_words(tmp_path: Path, files: list[str]) -> None:
    (tmp_path / "words.pem").write_text("không phải chứng thư")
    refused = try_to_start(tmp_path / "portal", "--tls", *(str(tmp_path / name) for name in files))
    assert refused.returncode == 2 and "hai tệp PEM" in refused.stderr
    assert not (tmp_path / "portal").exists()


def look_up(login: Login, visit_code: str, sha256: str):
    asked = {"username": login.username, "visit_code": visit_code, "sha256": sha256}
    form = {**login.headers, "Content-Type": "application/x-www-form-urlencoded"}
    return login.portal.request("POST", "/_simulator/receipts", urlencode(asked).encode(), form)


def test_receipts_cannot_be_looked_up_unless_a_lesson_wants_it(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    import hashlib

    sha256 = hashlib.sha256(record).hexdigest()
    number = login.send(record).json["maGiaoDich"]
    assert look_up(login, visit_code, sha256).status == 404
    portal.desk("options", {"receipt_look_up": "truthful"})
    assert look_up(login, visit_code, sha256).json["transaction"] == number
    assert look_up(login, visit_code, "0" * 64).json == {"found": False}
    portal.desk("options", {"receipt_look_up": "wrong"})
    assert look_up(login, visit_code, sha256).json == {"found": False}
    portal.desk("options", {"receipt_look_up": "unavailable"})
    assert look_up(login, visit_code, sha256).status == 503
    portal.desk("options", {"receipt_look_up": "late"})
    assert look_up(login, visit_code, sha256).json == {"found": False}
    portal.desk("clock", {"advance_hours": 1})
    assert look_up(login, visit_code, sha256).json["found"] is True


def test_a_finding_can_be_added_to_a_receipt_for_a_lesson(
    portal: Portal, login: Login, record: bytes
) -> None:
    number = login.send(record).json["maGiaoDich"]
    told = {"transaction": number, "sentence": "Báo muộn", "after_hours": 5}
    assert number not in {one["transaction"] for one in portal.desk("findings.json", told)}
    portal.desk("clock", {"advance_hours": 5})
    found = [one for one in portal.desk("findings.json") if one["sentence"] == "Báo muộn"]
    assert [one["transaction"] for one in found] == [number]


def test_the_set_up_can_be_loaded_again_without_doubling_anything(portal: Portal, setup: dict) -> None:
    counts = portal.desk("setup", setup)["loaded"]
    assert counts == portal.desk("setup", setup)["loaded"] and counts["facilities"] == 2
    assert (
        portal.form("/api/token/take", {"username": "99999_BV", "password": md5("mat-khau-mau")}).code
        == "200"
    )
    assert portal.form(RECORD, {}).code == "401"
