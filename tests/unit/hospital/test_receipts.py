"""The receipt journal outside the database: a torn line is lost alone."""

from dataclasses import replace
from pathlib import Path

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
