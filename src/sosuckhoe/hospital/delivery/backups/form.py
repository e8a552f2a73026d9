"""The form of a copy: a folder with the database, files of the home, and the list of both, which is written last.

Without its list a folder is no copy. The list names every file with its size in bytes and its SHA-256 and carries the
hash of itself, so that a copy that was cut, lacks a file or has one changed byte is known before anything is put back.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from .problems import BackupProblem

FORMAT = 1
LIST = "manifest.json"
HOME = "home"
"""Where in a copy the files of the home are."""
NAME = "sosuckhoe-"
PARTIAL = ".sosuckhoe-dang-sao-"
"""What is being made carries this name; the final one comes when all of it is on the disk and has been checked."""
BLOCK = 1 << 20


class NotWhole(BackupProblem):
    """This is no copy, or no longer the whole one."""


class Newer(BackupProblem):
    """A later program made it."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a copy: path with ``/`` below its folder, size in bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Inside:
    """What a copied database holds, as read from the copy itself."""

    counts: dict[str, int]
    """Rows by table."""
    journal_begins: str
    """The hash of the journal's first line, which no two hospitals share; empty where there is none yet."""
    journal_ends: tuple[int, str]
    """Number and hash of the last line."""
    migrations: tuple[str, ...]
    """``app name`` of each that was applied."""


@dataclass(frozen=True)
class Manifest:
    """The list of a copy."""

    program: str
    taken_at: datetime
    kind: str
    """``sqlite`` or ``postgresql``."""
    inside: Inside
    files: tuple[File, ...]
    format: int = FORMAT
    database: str = field(default="")
    """The path of the database in the copy."""

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def sha256_of(path: Path) -> tuple[int, str]:
    """Size and hash of a file as it stands on the disk."""
    found, size = hashlib.sha256(), 0
    with open(path, "rb") as stream:
        while block := stream.read(BLOCK):
            found.update(block)
            size += len(block)
    return size, found.hexdigest()


def copy_file(source: Path, target: Path, *, most: int | None = None) -> str:
    """Copy the bytes, at most so many, on the disk before this returns; readable by the program only. Their hash."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    found, left = hashlib.sha256(), most
    with (
        open(source, "rb") as old,
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new,
    ):
        while block := old.read(BLOCK if left is None else min(BLOCK, left)):
            found.update(block)
            new.write(block)
            left = None if left is None else left - len(block)
        new.flush()
        os.fsync(new.fileno())
    return found.hexdigest()


def flush(path: Path) -> None:
    """A file or the names in a folder, on the disk before this returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def listed(folder: Path) -> tuple[File, ...]:
    """Every file of a copy that is being made, as it stands on the disk."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return tuple(File(path.relative_to(folder).as_posix(), *sha256_of(path)) for path in paths)


def _seal(fields: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def write_list(folder: Path, manifest: Manifest) -> None:
    """The last file of a copy."""
    fields = json.loads(json.dumps(asdict(manifest) | {"taken_at": manifest.taken_at.isoformat()}))
    text = json.dumps(fields | {"sealed": _seal(fields)}, ensure_ascii=False, indent=1)
    with os.fdopen(os.open(folder / LIST, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    for each in sorted({path.parent for path in folder.rglob("*")} | {folder}):
        flush(each)


def read_list(folder: Path) -> Manifest:
    """Raises NotWhole and Newer."""
    try:
        fields = json.loads((folder / LIST).read_bytes())
        sealed = fields.pop("sealed")
    except FileNotFoundError:
        raise NotWhole(
            f"{folder} không có danh sách tệp ({LIST}): đây không phải bản sao, hoặc là bản chép dở."
        ) from None
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise NotWhole(f"Danh sách tệp của {folder} bị cụt hoặc hỏng.") from None
    if isinstance(fields.get("format"), int) and fields["format"] > FORMAT:
        raise Newer(
            f"{folder.name} do bản phần mềm mới hơn ({fields.get('program')}) tạo. Hãy cài bản đó rồi khôi phục."
        )
    if sealed != _seal(fields):
        raise NotWhole(f"Danh sách tệp của {folder} đã bị sửa hoặc hỏng.")
    if any(".." in each["path"].split("/") or each["path"].startswith("/") for each in fields["files"]):
        raise NotWhole(f"Danh sách tệp của {folder} chỉ ra ngoài bản sao: không dùng.")
    inside = fields.pop("inside")
    return Manifest(
        **fields
        | {
            "taken_at": datetime.fromisoformat(fields["taken_at"]),
            "files": tuple(File(**each) for each in fields["files"]),
            "inside": Inside(
                **inside
                | {"journal_ends": tuple(inside["journal_ends"]), "migrations": tuple(inside["migrations"])}
            ),
        }
    )


def faults_of(folder: Path, manifest: Manifest, *, hashes: bool = True) -> Iterator[str]:
    """What is missing, cut or changed, a sentence each. Without ``hashes`` only what the sizes show."""
    for file in manifest.files:
        path = folder / file.path
        try:
            size = path.stat().st_size
            if size != file.size:
                yield f"{file.path}: {'cụt' if size < file.size else 'dài ra'}, {size} byte thay vì {file.size}"
            elif hashes and sha256_of(path)[1] != file.sha256:
                yield f"{file.path}: nội dung đã bị đổi, không khớp mã băm"
        except FileNotFoundError:
            yield f"{file.path}: thiếu"
        except OSError as problem:
            yield f"{file.path}: không đọc được ({problem.strerror})"


def copies_in(folder: Path) -> list[tuple[Path, Manifest]]:
    """The copies that lie in a folder and have all their files at full length, newest first."""
    found = []
    for each in folder.glob(f"{NAME}*"):
        try:
            manifest = read_list(each)
        except BackupProblem:
            continue
        if not any(faults_of(each, manifest, hashes=False)):
            found.append((each, manifest))
    return sorted(found, key=lambda pair: (pair[1].taken_at, pair[0].name), reverse=True)
