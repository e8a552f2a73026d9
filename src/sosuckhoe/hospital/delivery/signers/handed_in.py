"""What somebody hands in: one file, or a ZIP of them. Each stands for itself; one that is damaged stops no other."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from ..source_files import readable

MOST_FILES = 1000
"""Files in one package."""
MAX_PACKAGE = 512 * 1024 * 1024
MAX_FILE = 64 * 1024 * 1024

NOT_OPENED = "Không mở được gói này nên chưa nhận tệp nào trong gói. Hãy nén lại rồi nộp lại."
TOO_MUCH = (
    f"Gói có hơn {MOST_FILES} tệp hoặc quá lớn nên chưa nhận tệp nào. Hãy chia thành nhiều gói rồi nộp lại."
)
NO_XML = "Gói này không có tệp XML nào. Kiểm tra lại gói rồi nộp lại."
DAMAGED = (
    "Tệp này trong gói bị hỏng nên không đọc được. Các tệp khác trong gói vẫn được xét riêng; "
    "hãy nén lại và nộp lại riêng tệp này."
)
LOCKED = "Tệp này trong gói được đặt mật khẩu nên không đọc được. Hãy nén lại không đặt mật khẩu rồi nộp lại."
TOO_LARGE = f"Tệp này lớn hơn {MAX_FILE // 1024**2} MB nên không đọc. Kiểm tra lại tệp."


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One file as it came."""

    name: str
    content: bytes = b""
    problem: str = ""
    """Why it could not be read, when it could not."""


def files_in(name: str, data: bytes) -> Iterator[HandedIn]:
    """The XML files in what was handed in."""
    name = readable(name)
    if not data.startswith(b"PK\3\4"):
        yield HandedIn(name, data)
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        yield HandedIn(name, problem=NOT_OPENED)
        return
    with archive:
        members = [one for one in archive.infolist() if one.filename.lower().endswith(".xml")]
        if len(members) > MOST_FILES or sum(one.file_size for one in members) > MAX_PACKAGE:
            yield HandedIn(name, problem=TOO_MUCH)
            return
        for member in members:
            yield _member(archive, member)
        if not members:
            yield HandedIn(name, problem=NO_XML)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> HandedIn:
    name = member.filename
    if member.flag_bits & 1:
        return HandedIn(name, problem=LOCKED)
    if member.file_size > MAX_FILE:
        return HandedIn(name, problem=TOO_LARGE)
    try:
        with archive.open(member) as stream:
            content = stream.read(MAX_FILE + 1)
    except Exception:
        # Each way of compressing has errors of its own (zlib.error, LZMAError, OSError, EOFError, MemoryError for a
        # dictionary as large as damaged bytes ask for); no list of them is promised, and all mean the same.
        return HandedIn(name, problem=DAMAGED)
    return HandedIn(name, content) if len(content) <= MAX_FILE else HandedIn(name, problem=TOO_LARGE)
