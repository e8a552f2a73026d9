"""The journal outside the database: a line for every file that leaves and every receipt, to reconcile a restored copy.

A receipt's line is written before the database commits. If the process dies in between, the line is the proof that
the answer had come, and recovery reads it instead of guessing. What leaves is noted right before its first byte, under
the numbers it was given; where the journal ends the database's own journal is anchored beside it. What was erased
or withheld has a line, too, so that no copy brings it back or sends it.

A line is a JSON object, and ends with a check of its own text: one whose value was changed by a failing disk is still
JSON, and would be believed. Lines of older programs have none.
"""

import errno
import hashlib
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

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
    """Whether a simulator has given it."""
    stated_by: str = ""
    """Who read the number on the portal, as in ``Receipt``; empty when it came as an answer."""


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


CHECK = b', "check": "'
"""What is before it in a line is what it is of."""


def _written(line: AnyLine) -> bytes:
    text = json.dumps(as_kept(line), ensure_ascii=False).encode()[:-1]
    return text + CHECK + _check_of(text) + b'"}\n'


def _check_of(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest()[:16].encode()


def as_kept(line: AnyLine) -> dict[str, object]:
    """What is kept of a line. What is so of few receipts is written with those alone: an older program does not know it."""
    fields = {name: getattr(line, name) for name in line.__dataclass_fields__}
    return {name: value for name, value in fields.items() if value or name not in ("simulated", "stated_by")}


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading a line."""

    says: AnyLine | None
    """None for a torn one and for what is no line of ours."""
    changed: bool
    """Whether it is not as it was written."""

    @property
    def line(self) -> AnyLine | None:
        """What is believed of it: of one that was changed only that by which nothing leaves, that a file has left, though not
        what became of it, and that a code was marked."""
        said = self.says
        if not self.changed or isinstance(said, SentLine):
            return said
        if isinstance(said, ReceiptLine):
            return left_by(said)
        return said if isinstance(said, WithheldLine) and not said.lifted else None


def read(text: bytes) -> Read:
    """One line of the file."""
    written = text.decode(errors="replace")
    try:
        found = json.loads(written)
        check = found.pop("check", None)
        says = _made(found)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Read(None, False)
    return Read(says, "\ufffd" in written if check is None else not _is_whole(text))


def _is_whole(text: bytes) -> bool:
    text, _, check = text.rstrip(b"\r\n").rpartition(CHECK)
    return check == _check_of(text) + b'"}'


def _made(found: dict[str, Any]) -> AnyLine:
    if "seq" in found:
        return AnchorLine(**found)
    if "erased_at" in found:
        return ErasureLine(**found)
    if "withheld_at" in found:
        return WithheldLine(**found)
    return SentLine(**found) if "sent_at" in found else ReceiptLine(**found)


def left_by(line: ReceiptLine) -> SentLine:
    """What a receipt's line says of what left, where nothing else is noted of it."""
    same = {name: getattr(line, name) for name in SentLine.__dataclass_fields__ if hasattr(line, name)}
    unknown = dict.fromkeys(
        ("record_sha256", "unsigned_sha256", "certificate", "signature_id", "signed_at"), ""
    )
    return SentLine(**same | unknown | {"sent_at": line.received_at, "transaction_number": ""})


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
    digest = wanted[-1].encode()
    with open(settings.HOME.receipts, "rb") as stream:
        for text in stream:
            line = read(text).line if digest in text else None
            if isinstance(line, kind) and _numbers(line) == wanted:
                return line
    return None


def _numbers(line: ReceiptLine | SentLine) -> tuple[int, int, int, str]:
    return line.submission, line.attempt, line.fence, line.document_sha256
