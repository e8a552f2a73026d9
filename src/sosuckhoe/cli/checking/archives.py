"""Zip archives, judged by their directory before a byte is unpacked (B82), then read one entry at a time into memory.

Nothing is written to disk, so no name inside can reach anywhere; hostile names are refused all the same, because
who writes them means harm to the next program.
"""

import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO

from sosuckhoe.healthbook.document import Limits

from .refusals import Refused

MOST_ENTRIES = 50_000
"""A month of a large hospital is about 20,000 files."""
MOST_DIRECTORY = MOST_ENTRIES * 256
"""Bytes of the list of entries."""
MOST_RATIO = 100
"""bad-input.md B82. Exports in base64 shrink four times, inline ones up to thirty."""
_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".tgz", ".jar", ".docx", ".xlsx")
_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")


def is_archive(path: Path) -> bool:
    """Whether a plain file is, or claims to be, a zip archive."""
    if not path.is_file():
        return False
    if path.suffix.lower() == ".zip":
        return True
    with path.open("rb") as stream:
        return stream.read(4) in _STARTS


def entries(path: Path) -> Iterator[tuple[int, str]]:
    """The XML files inside by name, with their places in the directory. Raises Refused where it is not sound."""
    archive = _opened(str(path), path.stat().st_mtime_ns, os.getpid())
    wanted = [(info.filename, number) for number, info in enumerate(archive.infolist()) if is_wanted(info)]
    for name, number in sorted(wanted):
        yield number, name


def is_wanted(info: zipfile.ZipInfo) -> bool:
    hidden = info.filename.startswith("__MACOSX/") or "/._" in f"/{info.filename}"
    return not hidden and not info.is_dir() and info.filename.lower().endswith(".xml")


def read_entry(path: Path, number: int) -> bytes:
    """One file's bytes, at most one more than the reader takes. Raises Refused."""
    archive = _opened(str(path), path.stat().st_mtime_ns, os.getpid())
    info = archive.infolist()[number]
    try:
        with archive.open(info) as stream:
            data = stream.read(Limits().file_bytes + 1)
            whole = len(data) > Limits().file_bytes or not stream.read(1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise Refused("ARCHIVE-SIZE") from None
    if not whole or len(data) != min(info.file_size, Limits().file_bytes + 1):
        raise Refused("ARCHIVE-SIZE")
    return data


@lru_cache(maxsize=2)
def _opened(path: str, changed: int, process: int) -> zipfile.ZipFile:
    """A sound archive, opened once in each process (a forked one would share the place where it reads).

    ``changed``: a file written anew is judged anew.
    """
    try:
        with open(path, "rb") as stream:
            begin = _directory(stream)
            archive = zipfile.ZipFile(path)
            _judge(archive, stream, begin)
    except (zipfile.BadZipFile, struct.error, OSError, EOFError, ValueError, NotImplementedError):
        raise Refused("ARCHIVE-DAMAGED") from None
    return archive


def _directory(stream: IO[bytes]) -> int:
    """Where the list of entries begins; refused before it is read where it is too long."""
    if stream.read(4) not in _STARTS:
        raise Refused("ARCHIVE-DAMAGED")
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise Refused("ARCHIVE-DAMAGED")
    _, _, _, _, count, length, begin, _ = _END.unpack_from(tail, at)
    if at >= 20 and tail[at - 20 : at - 16] == b"PK\x06\x07":
        _, _, place, _ = _LOCATOR.unpack_from(tail, at - 20)
        stream.seek(place)
        _, _, _, _, _, _, _, count, length, begin = _END64.unpack(stream.read(_END64.size))
    if count > MOST_ENTRIES or length > MOST_DIRECTORY:
        raise Refused("ARCHIVE-TOO-MANY")
    return int(begin)


def _judge(archive: zipfile.ZipFile, stream: IO[bytes], begin: int) -> None:
    infos = archive.infolist()
    if len(infos) > MOST_ENTRIES:
        raise Refused("ARCHIVE-TOO-MANY")
    for info in infos:
        _judge_entry(info)
    names = [unicodedata.normalize("NFC", info.filename).casefold() for info in infos]
    if len(set(names)) != len(names):
        raise Refused("ARCHIVE-DUPLICATE")
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise Refused("ARCHIVE-OVERLAP")
        end = _end_of(info, stream)
    if end > begin:
        raise Refused("ARCHIVE-OVERLAP")
    if not any(map(is_wanted, infos)):
        raise Refused("ARCHIVE-EMPTY")


def _judge_entry(info: zipfile.ZipInfo) -> None:
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in name or not all(map(str.isprintable, name)):
        raise Refused("ARCHIVE-NAME")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refused("ARCHIVE-LINK")
    if info.flag_bits & 0x41:
        raise Refused("ARCHIVE-ENCRYPTED")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("ARCHIVE-METHOD")
    if name.lower().endswith(_ARCHIVES):
        raise Refused("ARCHIVE-NESTED")
    if info.file_size > MOST_RATIO * max(info.compress_size, 1):
        raise Refused("ARCHIVE-RATIO")
    if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
        raise Refused("ARCHIVE-SIZE")


def _end_of(info: zipfile.ZipInfo, stream: IO[bytes]) -> int:
    """Where an entry ends, after its own header was compared with the directory."""
    stream.seek(info.header_offset)
    mark, _, flags, method, _, _, _, packed, size, name, extra = _LOCAL.unpack(stream.read(_LOCAL.size))
    if mark != b"PK\x03\x04":
        raise Refused("ARCHIVE-DAMAGED")
    told_later = flags & 0x08 or 0xFFFFFFFF in (packed, size)
    if method != info.compress_type or not (
        told_later or (packed, size) == (info.compress_size, info.file_size)
    ):
        raise Refused("ARCHIVE-SIZE")
    return info.header_offset + _LOCAL.size + int(name) + int(extra) + info.compress_size
