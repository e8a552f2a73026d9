"""The embedded database: copied by SQLite's own online backup while others write, opened for the check, put back."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from .form import Inside, flush
from .inside import Line, check_end, judge_journal
from .problems import FULL, BackupProblem

FILE = "database.sqlite3"
UNREADABLE = "Chưa sao được cơ sở dữ liệu: {}. Phần chép dở đã được bỏ."
WAITS = 20.0
"""Seconds for a lock."""


def size_of(live: Path) -> int:
    """Bytes a copy will have. Raises BackupProblem."""
    try:
        with closing(_opened(live, "rw")) as source:
            words = ("page_count", "page_size")
            (pages,), (each,) = (source.execute(f"PRAGMA {word}").fetchone() for word in words)
            return int(pages) * int(each)
    except sqlite3.Error as problem:
        raise BackupProblem(UNREADABLE.format(problem)) from None


def dump(live: Path, target: Path) -> None:
    """What was committed at one moment: one read of the whole, which in WAL mode holds no writer up.

    Raises BackupProblem.
    """
    try:
        with closing(_opened(live, "rw")) as source, closing(sqlite3.connect(target)) as copy:
            # Nobody else sees this file before it has been flushed and checked.
            copy.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
            source.backup(copy, pages=-1)
    except sqlite3.Error as problem:
        if problem.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise BackupProblem(FULL) from None
        raise BackupProblem(UNREADABLE.format(problem)) from None
    target.chmod(0o600)
    flush(target)


def look_inside(copy: Path) -> Inside:
    """Open a copy, have SQLite check every page and every reference, and read what it holds. Changes nothing.

    Raises BackupProblem.
    """
    try:
        with closing(_opened(copy, "ro&immutable=1")) as opened:
            said = [row[0] for row in opened.execute("PRAGMA integrity_check(5)")]
            if said != ["ok"]:
                raise BackupProblem(f"Cơ sở dữ liệu trong bản sao bị hỏng: {'; '.join(said)[:300]}.")
            lost = opened.execute("PRAGMA foreign_key_check").fetchone()
            if lost:
                raise BackupProblem(
                    f"Cơ sở dữ liệu trong bản sao bị hỏng: bảng {lost[0]} trỏ tới dòng không có."
                )
            tables = [
                name
                for (name,) in opened.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
                )
                if not name.startswith("sqlite_")
            ]
            counts = {name: opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
            end = opened.execute("SELECT seq, hash FROM journal_end WHERE id = 1").fetchone()
            begins, ends = judge_journal(lines_of(opened))
            check_end(ends, end)
            applied = opened.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
            return Inside(counts, begins, ends, tuple(f"{app} {name}" for app, name in applied))
    except sqlite3.Error as problem:
        raise BackupProblem(f"Không mở được cơ sở dữ liệu trong bản sao: {problem}.") from None


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=WAITS)


def lines_of(opened: sqlite3.Connection) -> Iterator[Line]:
    """The journal's lines in an opened copy."""
    columns = "seq, at, actor, action, kind, object_id, detail, previous, hash"
    for seq, at, actor, action, kind, object_id, detail, previous, found in opened.execute(
        f"SELECT {columns} FROM journal_entry ORDER BY seq"
    ):
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        yield seq, moment, actor, action, kind, object_id, json.loads(detail), previous, found
