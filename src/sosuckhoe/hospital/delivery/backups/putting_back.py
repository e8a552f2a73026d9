"""Putting a copy back: the list first, then every byte, then an empty place, and only then anything is written.

Afterwards sending is on hold until somebody has reconciled with the journal outside (``restoring``): the mark of it is
laid before the database is there.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from ..crashpoints import here
from ..models import Destination, KeyKind, SigningKey
from ..restoring import put_back
from ..signers.keys import CannotSignNow, open_signer
from . import postgres, sqlite
from .form import (
    HOME,
    Manifest,
    Newer,
    NotWhole,
    copies_in,
    copy_file,
    faults_of,
    flush,
    read_list,
    sha256_of,
)
from .problems import BackupProblem, Unusable, of_the_disk
from .taking import only_one

STAGE = ".dang-khoi-phuc"
FULL = "Thư mục nhà hết chỗ nên chưa khôi phục được; phần làm dở đã được bỏ. Dọn bớt hoặc dùng ổ lớn hơn rồi chạy lại."
SHOWN = 10


@dataclass(frozen=True)
class PutBack:
    """A copy that is the hospital's database again."""

    manifest: Manifest
    journal: str
    """``kept``: the journal outside that was there already; ``given``: one named by a person; ``copy``: the copy's own,
    which knows nothing of what left afterwards; ``none``."""


def check_copy(folder: Path) -> Manifest:
    """Everything about a copy that can be known without a hospital: whole, unchanged, opens, holds what its list says.

    Raises NotWhole with the older good copy that lies beside it, Newer, or Unusable.
    """
    if not folder.is_dir():
        raise Unusable(
            f"Không thấy thư mục {folder}. Kiểm tra đường dẫn, hoặc gắn ổ chứa bản sao rồi chạy lại."
        )
    try:
        return _checked(folder)
    except Newer:
        raise
    except BackupProblem as problem:
        raise NotWhole(f"{problem} {_instead(folder)}") from None


def _checked(folder: Path) -> Manifest:
    manifest = read_list(folder)
    faults = list(faults_of(folder, manifest))
    if faults:
        more = f" và {len(faults) - SHOWN} tệp nữa" if len(faults) > SHOWN else ""
        raise NotWhole(f"Bản sao {folder.name} không còn nguyên vẹn: {'; '.join(faults[:SHOWN])}{more}.")
    unknown = sorted(set(manifest.inside.migrations) - _known_migrations())
    if unknown:
        raise Newer(
            f"{folder.name} do bản phần mềm mới hơn ({manifest.program or 'không rõ số'}) tạo; bước nâng cấp chưa biết: "
            f"{', '.join(unknown[:SHOWN])}. Hãy cài bản đó rồi khôi phục. Chưa có gì bị đổi."
        )
    look = postgres.look_inside if manifest.kind == "postgresql" else sqlite.look_inside
    if look(folder / manifest.database) != manifest.inside:
        raise NotWhole(f"Cơ sở dữ liệu của {folder.name} không có đúng những gì danh sách ghi.")
    return manifest


def _instead(folder: Path) -> str:
    """The newest good copy beside a bad one, or those that lie in a folder that is none itself."""
    for place in (folder.absolute().parent, folder):
        for other, _ in copies_in(place):
            if other.absolute() == folder.absolute():
                continue
            try:
                manifest = _checked(other)
            except BackupProblem:
                continue
            when = timezone.localtime(manifest.taken_at)
            return f"Bản sao còn tốt gần nhất: {other} (lúc {when:%H:%M %d/%m/%Y})."
    return "Bên cạnh không có bản sao nào còn tốt."


def _known_migrations() -> set[str]:
    known = MigrationLoader(None).disk_migrations
    replaced = {each for migration in known.values() for each in migration.replaces}
    return {f"{app} {name}" for app, name in {*known, *replaced}}


def restore(folder: Path, *, by: str, journal: Path | None = None, at: datetime | None = None) -> PutBack:
    """Check a copy and make it the hospital's, all or nothing. ``journal``: a newer journal outside, saved elsewhere.

    What follows, and is the caller's: bringing the database to the newest form, which also begins the hold.
    Raises BackupProblem.
    """
    manifest = check_copy(folder)
    at = at or timezone.now()
    settings.HOME.create()
    with only_one():
        database = settings.DATABASES["default"]
        kind = "postgresql" if database["ENGINE"].endswith("postgresql") else "sqlite"
        if kind != manifest.kind:
            raise Unusable(
                f"Bản sao này là của {_NAMES[manifest.kind]}, máy này đang đặt {_NAMES[kind]}. Đặt lại SOSUCKHOE_DATABASE "
                "cho khớp rồi chạy lại."
            )
        _check_empty(kind, folder, manifest)
        laid: list[Path] = []
        stage = settings.HOME.path / STAGE
        try:
            shutil.rmtree(stage, ignore_errors=True)
            staged = stage / manifest.database
            if kind == "sqlite":
                _copy_checked(folder / manifest.database, staged, _hash(manifest, manifest.database))
            which = _lay_home(folder, manifest, journal, laid)
            here("B11")
            laid.append(put_back.leave_mark(by=by, why=_why(folder, manifest, at, which)))
            here("B12")
            if kind == "sqlite":
                # A link, unlike a renaming, never takes the place of a database that was begun meanwhile.
                os.link(staged, database["NAME"])
                flush(settings.HOME.path)
            else:
                postgres.put_back(database, folder / manifest.database)
            here("B13")
            return PutBack(manifest, which)
        except FileExistsError:
            _take_away(laid)
            raise Unusable(_NOT_EMPTY.format(what=settings.HOME.path)) from None
        except OSError as problem:
            _take_away(laid)
            raise of_the_disk(problem, FULL) from None
        except BaseException:
            _take_away(laid)
            raise
        finally:
            shutil.rmtree(stage, ignore_errors=True)


_NAMES = {"sqlite": "cơ sở dữ liệu kèm sẵn (SQLite)", "postgresql": "PostgreSQL"}
_NOT_EMPTY = (
    "{what} đã có dữ liệu, nên không khôi phục để không đè lên. Dừng mọi lệnh sosuckhoe, chuyển dữ liệu cũ sang chỗ khác "
    "(đừng xóa; giữ lại receipts.jsonl), rồi chạy lại."
)


def _why(folder: Path, manifest: Manifest, at: datetime, journal: str) -> str:
    taken, now = timezone.localtime(manifest.taken_at), timezone.localtime(at)
    return (
        f"Khôi phục từ bản sao {folder.absolute().name} (dữ liệu đến {taken:%H:%M:%S %d/%m/%Y}) bằng sosuckhoe restore lúc "
        f"{now:%H:%M:%S %d/%m/%Y}." + (put_back.OLD_JOURNAL if journal in ("copy", "none") else "")
    )


def _check_empty(kind: str, folder: Path, manifest: Manifest) -> None:
    """No database, and of the files no other than the copy's own. A journal outside that goes on from it is kept."""
    if kind == "sqlite":
        live = Path(settings.DATABASES["default"]["NAME"])
        there = sorted(
            live.parent.glob(f"{live.name}*")
        )  # an old -wal beside a new database would destroy it
        if there:
            raise Unusable(_NOT_EMPTY.format(what=there[0]))
    elif connection.introspection.table_names():
        raise Unusable(_NOT_EMPTY.format(what=f"Cơ sở dữ liệu {settings.DATABASES['default']['NAME']}"))
    for path, place in _home_files(manifest):
        if (
            place.exists()
            and place != settings.HOME.receipts
            and sha256_of(place)[1] != _hash(manifest, path)
        ):
            raise Unusable(_NOT_EMPTY.format(what=place))


def _home_files(manifest: Manifest) -> Iterator[tuple[str, Path]]:
    """Path in the copy, and its place in the home."""
    for file in manifest.files:
        if file.path.startswith(f"{HOME}/"):
            yield file.path, settings.HOME.path / file.path.removeprefix(f"{HOME}/")


def _hash(manifest: Manifest, path: str) -> str:
    return next(file.sha256 for file in manifest.files if file.path == path)


def _copy_checked(source: Path, place: Path, sha256: str) -> None:
    if copy_file(source, place) != sha256 and sha256:
        raise NotWhole(f"{source} đổi trong lúc đang chép. Kiểm tra ổ chứa bản sao rồi chạy lại.")


def _lay_home(folder: Path, manifest: Manifest, journal: Path | None, laid: list[Path]) -> str:
    """The files of the home; returns which journal outside is there now."""
    receipts: Path = settings.HOME.receipts
    path = f"{HOME}/{receipts.name}"
    own = folder / path if any(file.path == path for file in manifest.files) else None
    which = "given"
    if receipts.exists():
        _check_goes_on(receipts, own)
        which = "kept"
    elif journal is not None:
        _check_goes_on(journal, own)
        _lay(journal, receipts, laid)
    for path, place in _home_files(manifest):
        if not place.exists():
            _lay(folder / path, place, laid, _hash(manifest, path))
    if not receipts.exists():
        return "none"
    # One that ends where the copy's does knows nothing of what left afterwards, wherever it came from.
    return "copy" if own is not None and receipts.stat().st_size == own.stat().st_size else which


def _lay(source: Path, place: Path, laid: list[Path], sha256: str = "") -> None:
    """Under its name once it is whole: a half one would be taken for somebody's own at the next try."""
    fresh = place.with_name(f"{place.name}{STAGE}")
    fresh.unlink(missing_ok=True)
    laid += [fresh, place]
    _copy_checked(source, fresh, sha256)
    fresh.rename(place)
    flush(place.parent)


def _check_goes_on(journal: Path, own: Path | None) -> None:
    """A journal outside belongs to a copy when it begins with all the copy's journal knows. Raises Unusable."""
    if not journal.is_file():
        raise Unusable(f"Không thấy sổ ngoài {journal}.")
    if own is None:
        return
    with open(journal, "rb") as newer, open(own, "rb") as older:
        while block := older.read(1 << 20):
            if newer.read(len(block)) != block:
                raise Unusable(
                    f"Sổ ngoài {journal} không nối tiếp sổ trong bản sao: nó cũ hơn, hoặc là của nơi khác. Chuyển nó sang "
                    "chỗ khác rồi chạy lại để dùng sổ của bản sao."
                )


def _take_away(laid: list[Path]) -> None:
    for place in reversed(laid):
        place.unlink(missing_ok=True)


def trouble_with_keys() -> list[str]:
    """What the restored database expects in the home and no copy holds, a sentence each: keys and passwords that are
    missing, and key files that do not open or are another's. Tokens and services are not asked: a wrong PIN counts."""
    keys = list(SigningKey.objects.filter(retired_at=None))
    files = [f"keys/{key.path}" for key in keys if key.kind == KeyKind.FILE]
    references: list[Any] = [key.password_reference for key in keys]
    for there in Destination.objects.filter(enabled=True):
        references += [there.secret_reference, *there.hub.values()]
    files += [
        f"secrets/{each.removeprefix('file:')}"
        for each in references
        if isinstance(each, str) and each.startswith("file:")
    ]
    missing = [each for each in dict.fromkeys(files) if not (settings.HOME.path / each).exists()]
    found = [f"{each}: còn thiếu, đặt lại từ nơi cất riêng." for each in missing]
    for key in keys:
        if key.kind == KeyKind.FILE and f"keys/{key.path}" not in missing:
            try:
                open_signer(key)
            except CannotSignNow as problem:
                found.append(f"keys/{key.path}: {problem.sentence}")
    return found
