"""The staff's pages as a process of their own, served as in a hospital."""

import contextlib
import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .stage import ROOT, STOPS_WITHIN, environment, until


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in small letters."""
    text: str


@dataclass(frozen=True)
class Pages:
    port: int

    def get(self, path: str, headers: Mapping[str, str] = {}) -> Answer:
        return self.ask("GET", path, headers=headers)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] = {},
        seconds: float = 60,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, body, dict(headers))
            reply = connection.getresponse()
            told = {name.lower(): value for name, value in reply.getheaders()}
            return Answer(reply.status, told, reply.read().decode(errors="replace"))
        finally:
            connection.close()


@contextlib.contextmanager
def served(home: Path, database: str = "", *, before: Callable[[], None] | None = None) -> Iterator[Pages]:
    """``sosuckhoe serve`` for this hospital, from when it answers. ``before``: done in its process before it begins."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        pages = Pages(free.getsockname()[1])
    with home.with_name(f"{home.name}-serve.log").open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "sosuckhoe", "serve", "--port", str(pages.port)],
            env=environment(SOSUCKHOE_HOME=str(home), SOSUCKHOE_DATABASE=database),
            stdout=told,
            stderr=told,
            cwd=ROOT,
            preexec_fn=before,
        )

    def answers() -> bool:
        assert process.poll() is None, "the pages were not served"
        with contextlib.suppress(OSError):
            return pages.get("/healthz").status == 200
        return False

    try:
        until(answers)
        yield pages
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=2 * STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
