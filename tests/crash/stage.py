"""A hospital and a simulated portal, each as processes of their own, and the books of both for the checker."""

import contextlib
import http.client
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from sosuckhoe.healthbook.signing import PracticeAuthority, to_pkcs12

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 180
DRAINS_WITHIN = 180
STOPS_WITHIN = 10
LEASE_SECONDS = 2
ACCOUNT, PASSWORD, KEY_PASSWORD = "99999_BV", "mat-khau-mau", "mat-khau-khoa"


@dataclass(frozen=True)
class Paper:
    """The facility's key and its authority, made once."""

    authority_pem: str
    certificate_pem: str
    pkcs12: bytes

    @classmethod
    def new(cls) -> "Paper":
        now = datetime.now(UTC)
        authority = PracticeAuthority.new(at=now)
        signer = authority.issue("BỆNH VIỆN MẪU", at=now)
        return cls(
            authority.pem().decode(),
            signer.certificate.public_bytes(Encoding.PEM).decode(),
            to_pkcs12(signer, KEY_PASSWORD.encode()),
        )


@dataclass
class Portal:
    """The simulator's process."""

    stop: Callable[[], None]
    address: str
    pid: int

    @classmethod
    def start(cls, home: Path, paper: Paper, **variables: str) -> "Portal":
        """``variables``: what its environment has besides."""
        _lay_out(home, paper)
        command = [sys.executable, "-m", "sosuckhoe.simulator.run", "--home", str(home), "--port", "0"]
        process = subprocess.Popen(
            [*command, "--setup", str(home / "setup.json")],
            stdout=subprocess.PIPE,
            env=environment(**variables),
            text=True,
        )
        assert process.stdout is not None
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline:
            readable, _, _ = select.select([process.stdout], [], [], deadline - time.monotonic())
            line = process.stdout.readline() if readable else ""
            if "http://" in line:
                return cls(lambda: _end(process), _address_in(line), process.pid)
            if not line:
                break
        process.kill()
        raise AssertionError(f"the simulator did not start (exit {process.wait()})")

    @classmethod
    def forked(cls, maker: "Maker", home: Path, paper: Paper) -> "Portal":
        """From a process that has loaded its program (``portal_process``)."""
        _lay_out(home, paper)
        out = home / "out"
        out.touch()
        maker.order(home=str(home), out=str(out))
        deed = Deed(maker, int(maker.read(STARTS_WITHIN)), out, out)

        def stop() -> None:
            deed.signal(signal.SIGTERM)
            deed.wait(STARTS_WITHIN)

        until(lambda: "http://" in out.read_text() or not deed.is_alive())
        assert "http://" in out.read_text(), f"the simulator did not start: {deed.errors()}"
        return cls(stop, _address_in(out.read_text()), deed.pid)

    def desk(self, path: str, fields: Any = None, method: str = "") -> Any:
        host = self.address.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=30)
        try:
            body = None if fields is None else json.dumps(fields)
            headers = {"Content-Type": "application/json"} if body else {}
            connection.request(method or ("POST" if body else "GET"), f"/_simulator/{path}", body, headers)
            reply = connection.getresponse()
            text = reply.read()
            assert reply.status < 300, text
            return json.loads(text)
        finally:
            connection.close()


def _lay_out(home: Path, paper: Paper) -> None:
    """A home with its set-up."""
    home.mkdir(parents=True)
    setup = {
        "facilities": [
            {
                "code": "99999",
                "name": "Bệnh viện Mẫu",
                "account": ACCOUNT,
                "password": PASSWORD,
                "certificates": [paper.certificate_pem],
            }
        ],
        "trusted_ca": [paper.authority_pem],
    }
    (home / "setup.json").write_text(json.dumps(setup), encoding="utf-8")


def _address_in(line: str) -> str:
    return line[line.index("http://") :].split()[0].rstrip("/")


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.wait(timeout=STARTS_WITHIN)
    assert process.stdout is not None
    process.stdout.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait, within a bound, for something the other process does."""
    began = time.monotonic()
    deadline = began + STARTS_WITHIN
    while not condition():
        # Looking may take a process of its own: half of the time belongs to what is waited for.
        looked = time.monotonic()
        assert looked < deadline, "it did not happen"
        select.select([], [], [], max(0.05, looked - began))
        began = time.monotonic()


def environment(**more: str) -> dict[str, str]:
    """Ours without what other tests or the developer left in it."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SOSUCKHOE_", "DJANGO"))
    }
    return {**kept, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **more}


class Maker:
    """The process that has loaded the hospital's program, or the simulator's, and makes processes of it (``making``)."""

    def __init__(self, home: Path, program: str = "hospital_process") -> None:
        homes = {"SOSUCKHOE_HOME" if program == "hospital_process" else "SOSUCKHOE_SIMULATOR_HOME": str(home)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"tests.crash.{program}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(**homes, SOSUCKHOE_LEASE_SECONDS=str(LEASE_SECONDS)),
            text=True,
            cwd=ROOT,
        )
        assert self.read(STARTS_WITHIN) == "ready"

    def order(self, **order: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def read(self, seconds: float) -> str:
        """The next line of its answer, or nothing within the time."""
        assert self.process.stdout is not None
        readable, _, _ = select.select([self.process.stdout], [], [], seconds)
        return self.process.stdout.readline().strip() if readable else ""

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=STOPS_WITHIN)


@dataclass
class Deed:
    """One process of the hospital."""

    maker: Maker
    pid: int
    out: Path
    err: Path

    def wait(self, seconds: float) -> int:
        """The status with which it ended or stopped, as ``os.waitpid`` gives it."""
        self.maker.order(wait=self.pid)
        status = self.maker.read(seconds)
        if not status:
            os.kill(self.pid, signal.SIGKILL)
            self.maker.read(STOPS_WITHIN)
            raise AssertionError(f"it did not end within {seconds} s: {self.errors()}")
        return int(status)

    def ends_well(self, seconds: float = DRAINS_WITHIN) -> str:
        """Wait for its end; returns what it said."""
        status = self.wait(seconds)
        assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0, self.errors()
        return self.out.read_text()

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def is_alive(self) -> bool:
        state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"

    def errors(self) -> str:
        return self.err.read_text()[-4000:] if self.err.exists() else ""


@dataclass
class Hospital:
    """A hospital of its own: home, database, and processes that may be killed."""

    maker: Maker
    home: Path
    database: str
    obeys_permissions: bool = False
    """Also when the tests are root's."""
    _started: int = 0

    def start(self, *deed: str, crash: str = "") -> Deed:
        """Start one deed; ``crash`` is the point at which the process strikes itself."""
        self._started += 1
        out, err = (
            self.home.with_name(f"{self.home.name}-{self._started}.{name}") for name in ("out", "err")
        )
        self.maker.order(
            deed=deed,
            home=str(self.home),
            database=self.database,
            crash=crash,
            out=str(out),
            err=str(err),
            obeys=self.obeys_permissions,
        )
        return Deed(self.maker, int(self.maker.read(STARTS_WITHIN)), out, err)

    def do(self, *deed: str) -> str:
        """Do one deed to its end; returns what it said."""
        return self.start(*deed).ends_well()

    def is_killed_at(self, point: str, *deed: str) -> str:
        """Do one deed until it kills itself at the point; returns what it had said by then."""
        started = self.start(*deed, crash=point)
        status = started.wait(DRAINS_WITHIN)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert killed, f"{point} was not reached: {started.errors()}"
        return started.out.read_text()

    @contextlib.contextmanager
    def frozen_at(self, point: str, *deed: str) -> Iterator[None]:
        """The deed stands still at the point while the block runs, and then goes on to its end."""
        started = self.start(*deed, crash=f"{point}:1:SIGSTOP")
        try:
            assert os.WIFSTOPPED(started.wait(DRAINS_WITHIN)), f"{point} was not reached: {started.errors()}"
            yield
        finally:
            started.signal(signal.SIGCONT)
        started.ends_well()

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.do("state"))
        return found
