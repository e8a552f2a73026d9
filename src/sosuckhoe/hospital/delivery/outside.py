"""Reading the journal outside the database (``receipts`` writes it): what left, what was received, where the inner
journal was anchored.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from .receipts import AnchorLine, ErasureLine, ReceiptLine, SentLine, WithheldLine, left_by, read

Line = ReceiptLine | SentLine | AnchorLine | ErasureLine | WithheldLine
BLOCK = 1 << 16
"""How much is read at a time from the end."""
TAIL = 1 << 16
"""How far back is looked for what the database does not know: a copy lacks the newest lines first."""


MOMENTS: dict[type[Line], tuple[str, ...]] = {
    AnchorLine: ("anchored_at",),
    ErasureLine: ("erased_at",),
    WithheldLine: ("withheld_at",),
    SentLine: ("sent_at", "signed_at"),
    ReceiptLine: ("received_at",),
}
"""Which fields are moments; the first is the line's own."""


def moment_of(line: Line) -> datetime:
    return moment(getattr(line, MOMENTS[type(line)][0]))


def moment(text: str) -> datetime:
    """Raises ValueError where it is none, or could be that of any time zone."""
    try:
        found = datetime.fromisoformat(text)
    except TypeError as problem:
        raise ValueError(text) from problem
    if found.tzinfo is None:
        raise ValueError(text)
    return found


def unreadable_moment(line: Line) -> str:
    """The field whose moment cannot be read; empty where all can."""
    for name in MOMENTS[type(line)]:
        try:
            moment(getattr(line, name))
        except ValueError:
            return name
    return ""


@dataclass(frozen=True)
class Damaged:
    """A line that says when it was in a way nobody can read: all else it says is read as ever. Or nothing of it can be
    read, or it is not as it was written: then ``field`` is empty, and its silence vouches for nothing."""

    number: int
    field: str
    value: str
    changed: bool = False
    """Whether it can be read and is not as it was written."""

    @property
    def sentence(self) -> str:
        if self.changed:
            return (
                f"{settings.HOME.receipts}, dòng {self.number}: nội dung không còn như lúc ghi (sai mã kiểm “check” ở cuối dòng). "
                "Giữ một bản sao của tệp rồi lấy lại dòng này từ một bản khác của sổ; không có thì đối chiếu với sổ không đủ."
            )
        if not self.field:
            return (
                f"{settings.HOME.receipts}, dòng {self.number}: không đọc được cả dòng. Giữ một bản sao của tệp rồi lấy lại "
                "dòng này từ một bản khác của sổ; không có thì đối chiếu với sổ không đủ."
            )
        return (
            f"{settings.HOME.receipts}, dòng {self.number}: thời điểm {self.field} ghi “{self.value}”, không đọc được. "
            "Giữ một bản sao của tệp, rồi sửa riêng thời điểm này theo dòng liền trước và bỏ phần “check” ở cuối dòng, nếu có; "
            "đừng xóa dòng."
        )


def damaged() -> tuple[Damaged, ...]:
    """Every line of the file that cannot be read, or whose moment cannot."""
    path: Path = settings.HOME.receipts
    if not path.exists():
        return ()
    now = path.stat()
    return _damaged(path, now.st_size, now.st_mtime_ns)


@lru_cache(maxsize=1)
def _damaged(path: Path, size: int, changed: int) -> tuple[Damaged, ...]:
    """Kept while the file stays as it is: a page that is looked at often reads it once."""
    found = []
    with open(path, "rb") as stream:
        for number, text in enumerate(stream, 1):
            one = read(text)
            name = unreadable_moment(one.says) if one.says is not None else ""
            if name:
                found.append(Damaged(number, name, str(getattr(one.says, name))[:40]))
            elif one.changed or (one.says is None and not _is_torn(text)):
                found.append(Damaged(number, "", "", one.changed))
    return tuple(found)


def _is_torn(text: bytes) -> bool:
    """Whether it broke off while it was written: whoever wrote it was told so, or died, and nothing followed from it."""
    text = text.rstrip(b"\n")
    return not text or (text.startswith(b"{") and not text.endswith(b"}") and b"\0" not in text)


def size() -> int:
    path: Path = settings.HOME.receipts
    return path.stat().st_size if path.exists() else 0


def lines(begin: int = 0, end: int | None = None) -> Iterator[Line]:
    """The lines between two places of the file, oldest first. A line that begins before ``end`` is whole."""
    path: Path = settings.HOME.receipts
    if not path.exists():
        return
    with open(path, "rb") as stream:
        if begin:
            stream.seek(begin - 1)
            stream.readline()  # the rest of the line that begin stands in; nothing when it stands at a line's start
        while (end is None or stream.tell() < end) and (text := stream.readline()):
            line = read(text).line
            if line is not None:
                yield line


def newest(begin: int = 0) -> list[Line]:
    """The last lines after ``begin``, oldest first."""
    return list(lines(max(begin, size() - TAIL)))


def receipts_since(begin: datetime) -> Iterator[ReceiptLine]:
    """The receipts from ``begin`` on, newest first, read from the file's end and only as far back as asked.

    One whose own moment cannot be read has that of the receipt before it, and is not left out.
    """
    path: Path = settings.HOME.receipts
    if not path.exists():
        return
    margin, undated = begin - timedelta(days=1), list[ReceiptLine]()
    for text in _lines_backwards(path):
        line = read(text).line
        if not isinstance(line, ReceiptLine):
            continue
        if unreadable_moment(line):
            undated.append(line)
            continue
        at = moment_of(line)
        yield from _dated(undated, max(at, begin))
        undated = []
        if at < margin:
            return
        if at >= begin:
            yield line
    yield from _dated(undated, begin)


def _dated(undated: list[ReceiptLine], at: datetime) -> Iterator[ReceiptLine]:
    return (replace(line, received_at=at.isoformat()) for line in undated)


def _lines_backwards(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as stream:
        place, rest = stream.seek(0, os.SEEK_END), b""
        while place:
            step = min(BLOCK, place)
            place -= step
            stream.seek(place)
            rest, *lines = (stream.read(step) + rest).split(b"\n")
            yield from reversed(lines)
        yield rest


@dataclass(frozen=True)
class Left:
    """One file that left: its two lines, of which either may be missing."""

    sent: SentLine | None
    receipt: ReceiptLine | None

    @property
    def line(self) -> SentLine | ReceiptLine:
        found = self.receipt or self.sent
        assert found is not None
        return found

    @property
    def at(self) -> datetime:
        return moment_of(self.sent or self.line)

    @property
    def transaction_number(self) -> str:
        return self.receipt.transaction_number if self.receipt else ""


def is_contested(line: ReceiptLine) -> bool:
    """Whether its number was said of another record, too.

    Of two answers at the same moment both have a line before the database can tell; it keeps the first and makes the
    other UNKNOWN. Where the database knows of neither, the order of the lines does not say which was the first.
    """
    others = (each for each in lines() if isinstance(each, ReceiptLine))
    there, record = (line.destination, line.transaction_number), _record_of(line)
    return any(
        (each.destination, each.transaction_number) == there and _record_of(each) != record for each in others
    )


def _record_of(line: ReceiptLine) -> tuple[object, ...]:
    """What a line is about; check-ins of one visit have no version that tells them apart."""
    number = line.version or f"check-in {line.submission}"
    return (line.facility_code, line.visit_code, number)


def everything_that_left(begin: int, end: int) -> list[Left]:
    """Attempts and their receipts, joined by their numbers, in the order they left.

    A number that was said of two records is nobody's receipt: they left, and what became of them is not known.
    """
    sent: dict[tuple[int, int, int, str], SentLine] = {}
    received: dict[tuple[int, int, int, str], ReceiptLine] = {}
    order: dict[tuple[int, int, int, str], None] = {}
    for line in lines(begin, end):
        if isinstance(line, AnchorLine | ErasureLine | WithheldLine):
            continue
        key = (line.submission, line.attempt, line.fence, line.document_sha256)
        order.setdefault(key)
        if isinstance(line, SentLine):
            if line.signed_at or key not in sent:
                sent[key] = line
        else:
            received[key] = line
    said_of: dict[tuple[int, str], set[tuple[object, ...]]] = {}
    for line in received.values():
        said_of.setdefault((line.destination, line.transaction_number), set()).add(_record_of(line))
    for key, line in list(received.items()):
        if len(said_of[line.destination, line.transaction_number]) > 1:
            sent.setdefault(key, left_by(line))
            del received[key]
    return [Left(sent.get(key), received.get(key)) for key in order]
