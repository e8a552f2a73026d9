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
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from sosuckhoe.healthbook.signing import PracticeAuthority, to_pkcs12

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 60
DRAINS_WITHIN = 60
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

    process: subprocess.Popen[str]
    address: str

    @classmethod
    def start(cls, home: Path, paper: Paper) -> "Portal":
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
        command = [sys.executable, "-m", "sosuckhoe.simulator.run", "--home", str(home), "--port", "0"]
        process = subprocess.Popen(
            [*command, "--setup", str(home / "setup.json")],
            stdout=subprocess.PIPE,
            env=environment(),
            text=True,
        )
        assert process.stdout is not None
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline:
            readable, _, _ = select.select([process.stdout], [], [], deadline - time.monotonic())
            line = process.stdout.readline() if readable else ""
            if "http://" in line:
                return cls(process, line[line.index("http://") :].split()[0].rstrip("/"))
            if not line:
                break
        process.kill()
        raise AssertionError(f"the simulator did not start (exit {process.wait()})")

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

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=STARTS_WITHIN)


def environment(**more: str) -> dict[str, str]:
    """Ours without what other tests or the developer left in it."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SOSUCKHOE_", "DJANGO"))
    }
    return {**kept, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **more}


@dataclass
class Hospital:
    """A hospital of its own: home, database, and processes that may be killed."""

    home: Path
    database: str
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, *deed: str, crash: str = "", **more: str) -> subprocess.Popen[str]:
        """Start one deed; ``crash`` is the point at which the process kills itself."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.crash.hospital_process", *deed],
            env=environment(
                SOSUCKHOE_HOME=str(self.home),
                SOSUCKHOE_DATABASE=self.database,
                SOSUCKHOE_LEASE_SECONDS="2",
                SOSUCKHOE_CRASH=crash,
                **{**self.environment, **more},
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def do(self, *deed: str, **more: str) -> str:
        """Do one deed to its end."""
        process = self.start(*deed, **more)
        out, err = process.communicate(timeout=STARTS_WITHIN + DRAINS_WITHIN)
        assert process.returncode == 0, err[-4000:]
        return out

    def is_killed_at(self, point: str, *deed: str) -> str:
        """Do one deed until it kills itself at the point; returns what it had said by then."""
        process = self.start(*deed, crash=point)
        out, err = process.communicate(timeout=STARTS_WITHIN + DRAINS_WITHIN)
        assert process.returncode == -signal.SIGKILL, f"{point} was not reached: {err[-4000:]}"
        return out

    @contextlib.contextmanager
    def frozen_at(self, point: str, *deed: str) -> Iterator[None]:
        """The deed stands still at the point while the block runs, and then goes on to its end."""
        process = self.start(*deed, crash=f"{point}:1:SIGSTOP")
        try:
            _, status = os.waitpid(process.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(status), f"{point} was not reached: {status}"
            yield
            process.send_signal(signal.SIGCONT)
            _, err = process.communicate(timeout=STARTS_WITHIN + DRAINS_WITHIN)
            assert process.returncode == 0, err[-4000:]
        finally:
            process.kill()
            process.wait()

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.do("state"))
        return found

    def states(self) -> Counter[str]:
        return Counter(row["state"] for row in self.state()["submissions"])
