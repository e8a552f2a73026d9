"""A PostgreSQL server of our own: in a temporary folder, on a Unix socket, without a port, for one test run.

PostgreSQL refuses to run as root, so root lends it the account ``postgres`` (or ``nobody``).
"""

import contextlib
import os
import pwd
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

STARTS_WITHIN = 60


class PostgresMissing(RuntimeError):
    """PostgreSQL is not installed: `make test` installs it (apt-get install postgresql)."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    folder: Path
    control: tuple[str, ...]
    """``pg_ctl`` for this server, as the account it runs under."""

    def kill(self) -> None:
        """As when the machine's memory ran out: the server itself dies without a word, and its children follow."""
        place = self.folder / "data" / "postmaster.pid"
        os.kill(int(place.read_text().split()[0]), signal.SIGKILL)

    def start_again(self) -> None:
        """A server refuses to start while a child of the one before it lives; they leave when they notice."""
        for _ in range(STARTS_WITHIN):
            with contextlib.suppress(subprocess.CalledProcessError):
                _run(self.control, "start")
                return
            select.select([], [], [], 1.0)
        raise AssertionError("the server did not start again")

    def address(self, database: str) -> str:
        """What SOSUCKHOE_DATABASE says to reach a database of this server."""
        return f"postgres:///{database}?host={self.folder}&user=app"

    def create(self, database: str) -> str:
        """Make an empty database; returns its address."""
        subprocess.run(
            [binary("createdb"), "--host", str(self.folder), "--username", "app", database],
            check=True,
            capture_output=True,
        )
        return self.address(database)

    def copy(self, database: str, name: str) -> str:
        """A database as another one is now; nobody may be connected to that. Returns its address."""
        subprocess.run(
            [binary("createdb"), "--host", str(self.folder), "--username", "app", "-T", database, name],
            check=True,
            capture_output=True,
        )
        return self.address(name)


def binary(name: str) -> str:
    """Debian keeps the server's programs out of the path."""
    found = shutil.which(name)
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not found and not places:
        raise PostgresMissing(PostgresMissing.__doc__)
    return found or str(places[-1])


@contextlib.contextmanager
def private_postgres(*, flushes: bool = False) -> Iterator[Server]:
    """Start a server, hand it out, stop it and leave nothing behind. ``flushes``: as on a real machine."""
    # Short, because a socket's path may have 107 bytes; open for the other account to pass through.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    run = _as_another(folder)
    data = folder / "data"
    try:
        _run(
            [*run, binary("initdb"), "-D", data, "-U", "app", "--auth=trust", "--encoding=UTF8"],
            "--locale=C.UTF-8",
            "--no-sync",
        )
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(f"listen_addresses = ''\nunix_socket_directories = '{folder}'\n")
            settings.write(f"fsync = {'on' if flushes else 'off'}\n")
        control = tuple(map(str, [*run, binary("pg_ctl"), "-D", data, "-l", folder / "log", "-w"]))
        _run(control, "start")
        try:
            yield Server(folder, control)
        finally:
            _run(control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_another(folder: Path) -> list[str | Path]:
    folder.chmod(0o755)
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            shutil.chown(folder, pwd.getpwnam(name).pw_uid)
            return ["runuser", "-u", name, "--"]
    raise PostgresMissing("there is no account to run PostgreSQL under")


def _run(command: Sequence[str | Path], *more: str) -> None:
    # The server keeps what it inherits: no pipe, or we would wait for it to end.
    subprocess.run(
        [*map(str, command), *more], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )
