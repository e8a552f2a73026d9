"""The receipt journal outside the database: one line per receipt, so that a restored copy can be reconciled.

A line is written before the database commits. If the process dies in between, the line is the proof that the answer
had come, and recovery reads it instead of guessing.
"""

import errno
import json
import os
from dataclasses import asdict, dataclass

from django.conf import settings


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


def append(line: ReceiptLine) -> None:
    """One line, on the disk before this returns."""
    data = (json.dumps(asdict(line), ensure_ascii=False) + "\n").encode()
    descriptor = os.open(settings.HOME.receipts, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            data = b"\n" + data  # the line before was torn: it must not take this one with it
        if os.write(descriptor, data) != len(data):
            raise OSError(errno.ENOSPC, "a receipt was written in part only")
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def find(*, submission: int, attempt: int, fence: int, document_sha256: str) -> ReceiptLine | None:
    """The line of exactly this attempt. A torn last line is no line."""
    if not settings.HOME.receipts.exists():
        return None
    wanted = (submission, attempt, fence, document_sha256)
    with open(settings.HOME.receipts, encoding="utf-8", errors="replace") as stream:
        for text in stream:
            try:
                line = ReceiptLine(**json.loads(text))
            except (ValueError, TypeError):
                continue
            if (line.submission, line.attempt, line.fence, line.document_sha256) == wanted:
                return line
    return None
