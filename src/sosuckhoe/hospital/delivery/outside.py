"""Reading the journal outside the database (``receipts`` writes it): what left, what was received, where the inner
journal was anchored.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from .receipts import AnchorLine, ErasureLine, ReceiptLine, SentLine, WithheldLine

Line = ReceiptLine | SentLine | AnchorLine | ErasureLine | WithheldLine
BLOCK = 1 << 16
"""How much is read at a time from the end."""
TAIL = 1 << 16
"""How far back is looked for what the database does not know: a copy lacks the newest lines first."""


def line_of(text: bytes | str) -> Line | None:
    """One line; None for a torn one and for what is no line of ours."""
    try:
        found = json.loads(text)
        if not isinstance(found, dict):
            return None
        if "seq" in found:
            return AnchorLine(**found)
        if "erased_at" in found:
            return ErasureLine(**found)
        if "withheld_at" in found:
            return WithheldLine(**found)
        return SentLine(**found) if "sent_at" in found else ReceiptLine(**found)
    except (ValueError, TypeError):
        return None


def moment_of(line: Line) -> datetime:
    if isinstance(line, AnchorLine):
        return datetime.fromisoformat(line.anchored_at)
    if isinstance(line, ErasureLine):
        return datetime.fromisoformat(line.erased_at)
    if isinstance(line, WithheldLine):
        return datetime.fromisoformat(line.withheld_at)
    return datetime.fromisoformat(line.sent_at if isinstance(line, SentLine) else line.received_at)


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
            line = line_of(text)
            if line is not None:
                yield line


def newest(begin: int = 0) -> list[Line]:
    """The last lines after ``begin``, oldest first."""
    return list(lines(max(begin, size() - TAIL)))


def receipts_since(begin: datetime) -> Iterator[ReceiptLine]:
    """The receipts from ``begin`` on, newest first, read from the file's end and only as far back as asked."""
    path: Path = settings.HOME.receipts
    if not path.exists():
        return
    margin = begin - timedelta(days=1)
    for text in _lines_backwards(path):
        line = line_of(text)
        if not isinstance(line, ReceiptLine):
            continue
        try:
            moment = moment_of(line)
        except ValueError:
            continue
        if moment < margin:
            return
        if moment >= begin:
            yield line


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


def everything_that_left(begin: int, end: int) -> list[Left]:
    """Attempts and their receipts, joined by their numbers, in the order they left."""
    sent: dict[tuple[int, int, int, str], SentLine] = {}
    received: dict[tuple[int, int, int, str], ReceiptLine] = {}
    order: dict[tuple[int, int, int, str], None] = {}
    for line in lines(begin, end):
        if isinstance(line, AnchorLine | ErasureLine | WithheldLine):
            continue
        key = (line.submission, line.attempt, line.fence, line.document_sha256)
        order.setdefault(key)
        if isinstance(line, SentLine):
            sent[key] = line
        else:
            received[key] = line
    return [Left(sent.get(key), received.get(key)) for key in order]
