"""The watched folder other systems export into, and folders given on the command line.

Source files are never moved or deleted. A file is read once it has stopped changing, by one descriptor, and only if
it is a plain file with one name: links, pipes and devices are refused without being opened (B78, B79).
"""

import logging
import math
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import close_old_connections

from ...healthbook.document import Limits
from .intake import Door, Taken, refuse_unopened, take_file

SETTLED_SECONDS = 2.0
"""A file untouched for this long has been written to its end; ``NAME.done`` beside it says so at once."""
AGAIN_SECONDS = 60.0
"""What could not be read or taken in, as while the database was away, is tried again after this long."""
AT_ONCE = 500
"""Files looked at in one round, oldest first, so that a flood does not starve what came before."""

log = logging.getLogger("sosuckhoe.delivery")


class NotOpened(Exception):
    """Refused by what the folder says of it, without being opened."""

    code = ""
    sentence = ""

    def __init__(self, status: os.stat_result) -> None:
        super().__init__(self.code)
        self.status = status


class NotAPlainFile(NotOpened):
    code = "FILE-NOT-PLAIN"
    sentence = (
        "Không mở tệp này vì đây không phải tệp thường mà là liên kết, ống dẫn hoặc thiết bị. "
        "Chép tệp thật vào thư mục."
    )


class TooLarge(NotOpened):
    code = "FILE-TOO-LARGE"
    sentence = "Không mở tệp này vì quá lớn so với một đợt khám. Kiểm tra lại phần mềm xuất tệp."


class Changing(Exception):
    """Tệp đang được ghi."""


@dataclass(frozen=True)
class Passed:
    """One file of a folder and what became of it."""

    path: Path
    taken: Taken | None
    problem: str = ""
    """Why it was not read, when it was not."""


def read_plain(path: Path) -> bytes:
    """The bytes of a plain file that does not change while it is read."""
    before = os.lstat(path)
    if not stat.S_ISREG(before.st_mode) or before.st_nlink != 1:
        raise NotAPlainFile(before)
    if before.st_size > Limits().file_bytes:
        raise TooLarge(before)
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        opened = os.fstat(descriptor)
        if _signature(opened) != _signature(before) or not stat.S_ISREG(opened.st_mode):
            raise Changing(Changing.__doc__)
        data = stream.read(before.st_size + 1)
        if _signature(os.fstat(descriptor)) != _signature(before):
            raise Changing(Changing.__doc__)
    return data


def _signature(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def xml_files(folder: Path) -> Iterator[Path]:
    """The XML files under a folder, links not followed."""
    for current, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(".xml"):
                yield Path(current, name)


def take_path(path: Path, *, by: Any, door: str = Door.CLI, reason: str = "", test: bool = False) -> Passed:
    """Take in one file of a disk. Whatever becomes of it is its own affair: nothing is raised."""
    try:
        return _take_path(path, by=by, door=door, reason=reason, test=test)
    except Exception:
        # Nothing of this file has entered; the others go on.
        log.exception("a file could not be taken in")
        close_old_connections()
        return Passed(
            path,
            None,
            "Có trục trặc khi nhận tệp này nên chưa nhận. Nhập lại sau, hoặc báo công nghệ thông tin.",
        )


def _take_path(path: Path, *, by: Any, door: str, reason: str, test: bool) -> Passed:
    try:
        data = read_plain(path)
    except NotOpened as refusal:
        mark = f"{path}:{_signature(refusal.status)}"
        taken = refuse_unopened(
            path.name, mark, refusal.status.st_size, refusal.code, refusal.sentence, by=by, door=door
        )
        return Passed(path, taken)
    except Changing as problem:
        return Passed(path, None, str(problem))
    except OSError:
        return Passed(path, None, "Không đọc được tệp này. Kiểm tra quyền đọc.")
    return Passed(path, take_file(path.name, data, by=by, door=door, reason=reason, test=test))


def take_folder(
    path: Path,
    *,
    by: Any,
    reason: str = "",
    each: Callable[[Passed], None] = lambda passed: None,
) -> list[Passed]:
    """Take in a file, or every XML file under a folder. ``each`` is told of every file as it is done."""
    done = []
    for file in xml_files(path) if path.is_dir() else [path]:
        passed = take_path(file, by=by, door=Door.CLI, reason=reason)
        done.append(passed)
        each(passed)
    return done


@dataclass
class Watcher:
    """Remembers what it has seen of the drop folder."""

    folder: Path
    by: str = "drop-folder"
    _seen: dict[Path, tuple[tuple[int, int, int, int], float]] = field(default_factory=dict)
    """Files dealt with, as they were then, and when each is tried again; a file that changes is looked at anew."""

    def look(self, *, now: float | None = None) -> list[Passed]:
        """One round: everything that has settled since the last."""
        moment = time.time() if now is None else now
        waiting: list[tuple[int, Path, os.stat_result]] = []
        present: set[Path] = set()
        for path in xml_files(self.folder):
            try:
                status = os.lstat(path)
            except OSError:
                continue
            present.add(path)
            seen, again = self._seen.get(path, (None, 0.0))
            if seen != _signature(status) or again <= moment:
                waiting.append((status.st_mtime_ns, path, status))
        for path in self._seen.keys() - present:
            del self._seen[path]
        done = []
        for _, path, status in sorted(waiting, key=lambda each: each[:2])[:AT_ONCE]:
            settled = moment - status.st_mtime >= SETTLED_SECONDS or status.st_mtime > moment + 60
            if not settled and not path.with_name(path.name + ".done").exists():
                continue
            passed = take_path(path, by=self.by, door=Door.DROP)
            if passed.problem == Changing.__doc__:
                continue
            self._seen[path] = _signature(status), math.inf if passed.taken else moment + AGAIN_SECONDS
            done.append(passed)
        return done
