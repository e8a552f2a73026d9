"""The receipt journal outside the database: a torn line is lost alone, and what must not be lost is on the disk."""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from sosuckhoe.hospital.delivery import receipts

LINE = receipts.ReceiptLine(
    facility_code="99999",
    visit_code="V1",
    version=1,
    destination=1,
    submission=1,
    attempt=1,
    fence=1,
    document_sha256="0" * 64,
    transaction_number="MP1",
    received_at="",
    stated_at="",
    message="",
)


def found(line: receipts.ReceiptLine) -> receipts.ReceiptLine | None:
    return receipts.find(
        submission=line.submission,
        attempt=line.attempt,
        fence=line.fence,
        document_sha256=line.document_sha256,
    )


def test_a_line_after_a_torn_one_is_whole(home: Path) -> None:
    receipts.append(LINE)
    torn, after = replace(LINE, submission=2), replace(LINE, submission=3, transaction_number="MP3")
    receipts.append(torn)
    data = settings.HOME.receipts.read_bytes()
    settings.HOME.receipts.write_bytes(data[:-20])
    receipts.append(after)
    assert [found(line) for line in (LINE, torn, after)] == [LINE, None, after]


@pytest.mark.parametrize(
    ("append", "line"),
    [
        (receipts.append, LINE),
        (receipts.append_fact, receipts.AnchorLine("", 0, 1, "")),
        (receipts.append_fact, receipts.ErasureLine("", "file", "", "")),
        (receipts.append_fact, receipts.WithheldLine("", "99999", "V1", "", False)),
    ],
    ids=["receipt", "anchor", "erasure", "mark"],
)
def test_a_line_is_on_the_disk_before_anybody_relies_on_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, append: Callable[[Any], None], line: Any
) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: flushed.append(os.fstat(descriptor).st_size))
    append(line)
    assert flushed == [settings.HOME.receipts.stat().st_size]


def test_a_line_that_was_written_in_part_only_is_said_not_to_be_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: really(descriptor, data[:10]))
    with pytest.raises(OSError) as refused:
        receipts.append(LINE)
    assert refused.value.errno == errno.ENOSPC


def test_nobody_else_reads_what_left(home: Path) -> None:
    receipts.append(LINE)
    assert settings.HOME.receipts.stat().st_mode & 0o077 == 0
