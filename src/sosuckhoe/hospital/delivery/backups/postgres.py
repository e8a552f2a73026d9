"""PostgreSQL: copied by its own ``pg_dump``, read whole by ``pg_restore`` for the check, put back by the same."""

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from .form import Inside, flush
from .inside import Line, check_end, judge_journal
from .problems import FULL, BackupProblem, Unusable

FILE = "database.dump"
TOOL_MISSING = (
    "Máy này chưa có {tool}, công cụ sao lưu của PostgreSQL. Cài gói postgresql-client cùng phiên bản với máy chủ "
    "(hoặc mới hơn) rồi chạy lại."
)
_COPY = re.compile(rb"^COPY (?:\S+\.)?(\S+) \((.*)\) FROM stdin;\n$")
_ESCAPED = re.compile(r"\\(.)")
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def tool(name: str) -> str:
    """Where a program of PostgreSQL is; Debian keeps some out of the path. Raises Unusable."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(places[-1]) if places else "")
    if not found:
        raise Unusable(TOOL_MISSING.format(tool=name))
    return found


def _environment(settings: dict[str, Any]) -> dict[str, str]:
    """How the tools reach the database. The password is in no command line, which everybody on the machine can read."""
    said = {f"PG{word}": str(settings.get(key) or "") for word, key in _PLACES.items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, **{name: value for name, value in said.items() if value}, "LC_MESSAGES": "C"}


_PLACES = {"DATABASE": "NAME", "USER": "USER", "PASSWORD": "PASSWORD", "HOST": "HOST", "PORT": "PORT"}


def _run(settings: dict[str, Any], name: str, *words: str) -> None:
    done = subprocess.run(
        [tool(name), "--no-password", *words], env=_environment(settings), capture_output=True, text=True
    )
    if done.returncode:
        raise _problem(name, done.stderr)


def _problem(name: str, said: str) -> BackupProblem:
    if "No space left on device" in said:
        return BackupProblem(FULL)
    lines = [line for line in said.splitlines() if line.strip()]
    return BackupProblem(f"{name} không làm được: {' '.join(lines[-3:])[:500] or 'không nói vì sao'}")


def dump(settings: dict[str, Any], target: Path) -> None:
    """One snapshot of the database. ``settings``: Django's of it. Raises BackupProblem."""
    _run(settings, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    target.chmod(0o600)
    flush(target)


def put_back(settings: dict[str, Any], copy: Path) -> None:
    """Into an empty database, all or nothing. Raises BackupProblem."""
    words = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    _run(settings, "pg_restore", *words, f"--dbname={settings['NAME']}", str(copy))


def look_inside(copy: Path) -> Inside:
    """Read every row out of the archive and judge the journal. Needs no server. Raises BackupProblem."""
    counts: Counter[str] = Counter()
    migrations: list[tuple[int, str]] = []
    ends: list[tuple[int, str]] = []
    with _rows(copy) as rows:

        def lines() -> Iterator[Line]:
            for table, read in rows:
                counts[table] += 0 if read is None else 1
                if read is None:
                    continue
                if table == "django_migrations":
                    row = read()
                    migrations.append((int(row["id"]), f"{row['app']} {row['name']}"))
                elif table == "journal_end":
                    row = read()
                    ends.append((int(row["seq"]), row["hash"]))
                elif table == "journal_entry":
                    yield line_of(read())

        begins, last = judge_journal(lines())
    check_end(last, ends[0] if ends else None)
    return Inside(dict(sorted(counts.items())), begins, last, tuple(name for _, name in sorted(migrations)))


Read = Callable[[], dict[str, str]]


@contextmanager
def _rows(copy: Path) -> Iterator[Iterator[tuple[str, Read | None]]]:
    """By table: once with None where its rows begin, then each row, read only by whom it concerns."""
    process = subprocess.Popen(
        [tool("pg_restore"), "--data-only", "--file=-", str(copy)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "LC_MESSAGES": "C"},
    )
    assert process.stdout is not None and process.stderr is not None
    try:
        yield parsed(process.stdout)
        said = process.stderr.read().decode(errors="replace")
        if process.wait():
            raise _problem("pg_restore", said)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def parsed(stream: IO[bytes]) -> Iterator[tuple[str, Read | None]]:
    """The tables and rows in what ``pg_restore`` writes."""
    table, columns = "", list[str]()
    for text in stream:
        if not table:
            if found := _COPY.match(text):
                table = found[1].decode().strip('"')
                columns = [name.strip(' "') for name in found[2].decode().split(",")]
                yield table, None
        elif text == b"\\.\n":
            table = ""
        else:
            yield table, lambda text=text, columns=columns: _read(text, columns)


def _read(text: bytes, columns: list[str]) -> dict[str, str]:
    values = text.decode().removesuffix("\n").split("\t")
    return {
        name: _ESCAPED.sub(lambda found: _LETTERS.get(found[1], found[1]), value)
        for name, value in zip(columns, values, strict=True)
    }


def line_of(row: dict[str, str]) -> Line:
    return (
        int(row["seq"]),
        datetime.fromisoformat(row["at"]),
        row["actor"],
        row["action"],
        row["kind"],
        row["object_id"],
        json.loads(row["detail"]),
        row["previous"],
        row["hash"],
    )
