"""The journal outside the database: a line for every file that leaves and every receipt, to reconcile a restored copy.

A receipt's line is written before the database commits. If the process dies in between, the line is the proof that
the answer had come, and recovery reads it instead of guessing. What leaves is noted right before its first byte, under
the numbers it was given; where the journal ends the database's own journal is anchored beside it. What was erased
or withheld has a line, too, so that no copy brings it back or sends it.
"""

import errno
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings

from .together import Queue


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What binds a receipt to its visit, version, attempt and bytes."""

    facility_code: str
    visit_code: str
    version: int
    destination: int
    submission: int
    attempt: int
    fence: int
    document_sha256: str
    transaction_number: str
    received_at: str
    stated_at: str
    message: str
    simulated: bool = False
    """Whether a simulator has given it. Written where it is so alone: an older program knows no such word."""


@dataclass(frozen=True, slots=True)
class SentLine:
    """A file about to leave: which one, under which numbers, and how to build the same bytes again."""

    facility_code: str
    visit_code: str
    version: int
    destination: int
    submission: int
    attempt: int
    fence: int
    document_sha256: str
    record_sha256: str
    unsigned_sha256: str
    certificate: str
    signature_id: str
    signed_at: str
    sent_at: str
    transaction_number: str = ""
    """None yet: the receipt has a line of its own."""


@dataclass(frozen=True, slots=True)
class AnchorLine:
    """Where the journal inside the database ended, and in which epoch."""

    anchored_at: str
    epoch: int
    seq: int
    hash: str
    transaction_number: str = ""


@dataclass(frozen=True, slots=True)
class ErasureLine:
    """Something that was erased on purpose: a restored copy must not bring it back."""

    erased_at: str
    what: str
    """``file``: a file that was not taken in."""
    sha256: str
    by: str
    transaction_number: str = ""


@dataclass(frozen=True, slots=True)
class WithheldLine:
    """A code that was marked, or whose mark was lifted: a restored copy must not send what was marked."""

    withheld_at: str
    facility_code: str
    code: str
    by: str
    lifted: bool
    transaction_number: str = ""


def append(line: ReceiptLine) -> None:
    """One line, on the disk before this returns; one flush may serve several threads."""
    _FLUSHED.take(line)


def append_sent(*lines: SentLine) -> None:
    """A line each, safe from the end of this process; on the disk with the receipt or anchor that follows them."""
    if lines:
        _write(lines, flush=False)


def append_fact(line: AnchorLine | ErasureLine | WithheldLine) -> None:
    """One line that is no receipt, on the disk before this returns."""
    _write([line], flush=True)


AnyLine = ReceiptLine | SentLine | AnchorLine | ErasureLine | WithheldLine


def _write(lines: Sequence[AnyLine], *, flush: bool) -> None:
    data = b"".join(_written(line) for line in lines)
    descriptor = os.open(settings.HOME.receipts, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            data = b"\n" + data  # the line before was torn: it must not take this one with it
        if os.write(descriptor, data) != len(data):
            raise OSError(errno.ENOSPC, "a receipt was written in part only")
        if flush:
            os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def _written(line: AnyLine) -> bytes:
    return (json.dumps(as_kept(line), ensure_ascii=False) + "\n").encode()


def as_kept(line: AnyLine) -> dict[str, object]:
    """What is kept of a line."""
    fields = {name: getattr(line, name) for name in line.__dataclass_fields__}
    if not fields.get("simulated", True):
        del fields["simulated"]
    return fields


def _write_flushed(lines: list[ReceiptLine]) -> None:
    _write(lines, flush=True)


_FLUSHED = Queue(_write_flushed, threading.Lock())


def find(*, submission: int, attempt: int, fence: int, document_sha256: str) -> ReceiptLine | None:
    """The receipt of exactly this attempt. A torn last line is no line."""
    return _first(ReceiptLine, (submission, attempt, fence, document_sha256))


def find_sent(*, submission: int, attempt: int, fence: int, document_sha256: str) -> SentLine | None:
    """What was noted when exactly this attempt was about to send its first byte."""
    return _first(SentLine, (submission, attempt, fence, document_sha256))


Line = TypeVar("Line", ReceiptLine, SentLine)


def _first(kind: type[Line], wanted: tuple[int, int, int, str]) -> Line | None:
    if not settings.HOME.receipts.exists():
        return None
    with open(settings.HOME.receipts, encoding="utf-8", errors="replace") as stream:
        for text in stream:
            try:
                line = kind(**json.loads(text))
            except (ValueError, TypeError):
                continue
            if (line.submission, line.attempt, line.fence, line.document_sha256) == wanted:
                return line
    return None
