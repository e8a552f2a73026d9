"""Taking a copy while pages, senders and drop folder are at work.

What is in it: the database at one moment, the journal outside it, files that were not taken in, and what the hospital
has set in files of its home. What is not: keys, passwords and the key of sessions, for whoever holds all of it could
sign in the hospital's name (retention-and-access.md K18); what waits in the drop folder and what was exported, for both
are made again where they came from.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from ..crashpoints import here
from . import postgres, schedule, sqlite
from .form import HOME, NAME, PARTIAL, Inside, Manifest, copies_in, copy_file, flush, listed, write_list
from .problems import FULL, BackupProblem, Busy, Unusable, of_the_disk

KEEP = 7


@dataclass(frozen=True)
class Taken:
    """A copy that is good."""

    folder: Path
    manifest: Manifest
    seconds: float
    removed: tuple[Path, ...]
    """Older ones that went."""
    same_disk: bool


def take(target: Path, *, keep: int = KEEP, at: datetime | None = None) -> Taken:
    """Make a copy in a folder, check it, and only then let go of older ones, the last ``keep`` good ones excepted.

    Raises Unusable where nothing was tried, BackupProblem where it did not work; then what was begun is gone, and the
    failure is kept for the alarm.
    """
    began, at = time.monotonic(), at or timezone.now()
    try:
        with only_one():
            _check_target(target)
            folder, manifest = _make(target, at)
            removed = _let_go(target, manifest, keep)
    except Busy:
        raise  # the other one says how it went
    except BackupProblem as problem:
        schedule.note_failure(timezone.now(), str(problem))
        raise
    taken = Taken(folder, manifest, time.monotonic() - began, removed, _is_same_disk(target))
    schedule.note_good(manifest.taken_at, folder, manifest.size, taken.seconds)
    return taken


@contextmanager
def only_one() -> Iterator[None]:
    """One at a time for one home; a process that dies lets go by itself."""
    with open(settings.HOME.path / "backup.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy(Busy.__doc__) from None
        yield


def program() -> str:
    try:
        return version("sosuckhoe")
    except PackageNotFoundError:
        return ""


def _check_target(target: Path) -> None:
    if not target.is_dir():
        # Made by us it would be on the machine's own disk, where a drive or share was meant to be.
        raise Unusable(
            f"Không thấy thư mục {target}. Nếu đó là ổ rời hay ổ mạng, hãy gắn ổ rồi chạy lại; nếu là thư mục mới, hãy "
            "tạo trước. Phần mềm không tự tạo, để không chép nhầm vào ổ của máy."
        )
    if target.resolve().is_relative_to(settings.HOME.path):
        raise Unusable(
            f"{target} nằm trong thư mục nhà: hỏng ổ là mất cả hai. Chọn nơi khác, tốt nhất là ổ khác."
        )


def _is_same_disk(target: Path) -> bool:
    return target.stat().st_dev == settings.HOME.path.stat().st_dev


def _make(target: Path, at: datetime) -> tuple[Path, Manifest]:
    database = settings.DATABASES["default"]
    mine = f"{PARTIAL}{_mark()}-"
    try:
        for left in target.glob(f"{mine}*"):
            shutil.rmtree(left)  # of a process that died: nobody else holds the lock
        partial = target / f"{mine}{os.getpid()}"
        partial.mkdir(mode=0o700)
    except OSError as problem:
        raise of_the_disk(problem) from None
    try:
        kind, inside, place = _dump(database, partial)
        here("B01")
        _copy_home(partial)
        manifest = Manifest(program(), at, kind, inside, listed(partial), database=place)
        write_list(partial, manifest)
        here("B02")
        folder = _final(target, at)
        partial.rename(folder)
        flush(target)
        return folder, manifest
    except OSError as problem:
        shutil.rmtree(partial, ignore_errors=True)
        raise of_the_disk(problem) from None
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _mark() -> str:
    """What tells this home's unfinished copies from another's in the same place."""
    return f"{settings.HOME.path.stat().st_dev:x}{settings.HOME.path.stat().st_ino:x}"


def _dump(database: dict[str, Any], partial: Path) -> tuple[str, Inside, str]:
    if database["ENGINE"].endswith("postgresql"):
        place = partial / postgres.FILE
        postgres.dump(database, place)
        return "postgresql", postgres.look_inside(place), place.name
    live, place = Path(database["NAME"]), partial / sqlite.FILE
    if shutil.disk_usage(partial).free < sqlite.size_of(live):
        raise BackupProblem(FULL)
    sqlite.dump(live, place)
    return "sqlite", sqlite.look_inside(place), place.name


def _copy_home(partial: Path) -> None:
    """Files first, the journal outside last: it then knows all that the copied database knows, and what came after."""
    home = settings.HOME
    for file in (home.gateway_hosts, home.status_hosts, home.pkcs11_modules, home.mark, home.backup_hours):
        if file.exists():
            copy_file(file, partial / HOME / file.name)
    if home.quarantine.is_dir():
        for file in sorted(home.quarantine.glob("*.bin")):
            place = partial / HOME / home.quarantine.name / file.name
            try:
                copy_file(file, place)
            except FileNotFoundError:
                continue  # erased since, as it should be
    if home.receipts.exists():
        copy_file(home.receipts, partial / HOME / home.receipts.name, most=_whole_lines(home.receipts))


def _whole_lines(path: Path) -> int:
    """So many bytes end with a line: the next one may be half written."""
    with open(path, "rb") as stream:
        place = stream.seek(0, os.SEEK_END)
        while place:
            begin = max(0, place - (1 << 16))
            stream.seek(begin)
            found = stream.read(place - begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            place = begin
    return 0


def _final(target: Path, at: datetime) -> Path:
    """By the hospital's clock; a second one of the same second has its number."""
    name = f"{NAME}{timezone.localtime(at):%Y-%m-%d-%H%M%S}"
    tries = (target / (f"{name}-{number}" if number > 1 else name) for number in range(1, 1000))
    return next(each for each in tries if not each.exists())


def _let_go(target: Path, manifest: Manifest, keep: int) -> tuple[Path, ...]:
    """Of this hospital's copies there, those before the last ``keep``; what is damaged counts for none and stays.

    So does what is dated later than the one just made, as after a clock that ran ahead: or each new one would be the
    oldest, and go at once.
    """
    begins = manifest.inside.journal_begins
    ours = [
        folder
        for folder, each in copies_in(target)
        if each.inside.journal_begins == begins and each.taken_at <= manifest.taken_at
    ]
    removed = []
    for folder in ours[max(keep, 1) :]:
        try:
            (folder / "manifest.json").unlink()  # from here on it is no copy, however far the rest gets
            shutil.rmtree(folder)
        except OSError:
            continue
        removed.append(folder)
    return tuple(removed)
