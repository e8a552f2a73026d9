"""The receipt journal outside the database: a torn line is lost alone, and what must not be lost is on the disk."""

import errno
import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from sosuckhoe.hospital.delivery import outside, receipts

AT = "2026-11-30T09:00:00+07:00"
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


SENT = receipts.SentLine("99999", "V1", 1, 1, 1, 1, 1, "0" * 64, "1" * 64, "2" * 64, "3" * 64, "s1", AT, AT)


def flip(old: bytes, new: bytes) -> None:
    """As a failing disk does: what stands there is another value, and still JSON."""
    data = settings.HOME.receipts.read_bytes()
    assert old in data
    settings.HOME.receipts.write_bytes(data.replace(old, new))


def test_a_receipt_whose_value_was_changed_on_the_disk_is_no_receipt_and_still_says_that_a_file_left(
    home: Path,
) -> None:
    receipts.append(replace(LINE, received_at=AT))
    flip(b'"MP1"', b'"MP3"')
    assert found(LINE) is None
    assert receipts.find_sent(submission=1, attempt=1, fence=1, document_sha256="0" * 64) is not None
    (left,) = outside.everything_that_left(0, outside.size())
    assert (left.receipt, left.line.visit_code) == (None, "V1")
    (damaged,) = outside.damaged()
    assert (damaged.number, damaged.field) == (1, "")
    assert f"{settings.HOME.receipts}, dòng 1: nội dung không còn như lúc ghi" in damaged.sentence


def test_what_left_is_known_whole_where_its_receipt_alone_was_changed(home: Path) -> None:
    receipts.append_sent(SENT)
    receipts.append(replace(LINE, received_at=AT))
    flip(b'"MP1"', b'"MP3"')
    (left,) = outside.everything_that_left(0, outside.size())
    assert (left.sent, left.receipt) == (SENT, None)


@pytest.mark.parametrize(
    ("old", "new"), [(b'"s1"', b'"s3"'), (b'"s1"', b'"s\xf1"')], ids=["value", "no-text"]
)
def test_what_left_has_left_though_its_line_was_changed(home: Path, old: bytes, new: bytes) -> None:
    receipts.append_sent(SENT)
    flip(old, new)
    assert receipts.find_sent(submission=1, attempt=1, fence=1, document_sha256="0" * 64) is not None
    assert [each.number for each in outside.damaged()] == [1]


@pytest.mark.parametrize(
    ("line", "old", "new", "believed"),
    [
        (receipts.AnchorLine(AT, 0, 4, "0"), b'"seq": 4', b'"seq": 5', False),
        (receipts.ErasureLine(AT, "file", "0", "an"), b'"an"', b'"em"', False),
        (receipts.WithheldLine(AT, "99999", "V1", "an", False), b'"an"', b'"em"', True),
        (receipts.WithheldLine(AT, "99999", "V1", "an", True), b'"an"', b'"em"', False),
    ],
    ids=["anchor", "erasure", "mark", "mark-lifted"],
)
def test_of_a_changed_line_that_is_believed_by_which_nothing_leaves(
    home: Path, line: Any, old: bytes, new: bytes, believed: bool
) -> None:
    receipts.append_fact(line)
    assert list(outside.lines()) == [line] and not outside.damaged()
    flip(old, new)
    assert bool(list(outside.lines())) is believed
    assert [each.number for each in outside.damaged()] == [1]


def test_lines_without_a_check_are_read_as_ever(home: Path) -> None:
    older = asdict(replace(LINE, received_at=AT))
    del older["simulated"], older["stated_by"]
    settings.HOME.receipts.write_text(json.dumps(older) + "\n")
    assert found(LINE) == replace(LINE, received_at=AT) and not outside.damaged()


def test_a_line_says_who_read_its_number_on_the_portal(home: Path) -> None:
    stated = replace(LINE, stated_by="giang")
    receipts.append(LINE)
    assert b"stated_by" not in settings.HOME.receipts.read_bytes()
    receipts.append(replace(stated, submission=2))
    assert found(replace(LINE, submission=2)) == replace(stated, submission=2)
