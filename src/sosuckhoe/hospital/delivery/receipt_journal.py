"""Reading the receipt journal outside the database, from its end and only as far back as asked."""

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from .receipts import ReceiptLine

BLOCK = 1 << 16


def moment_of(line: ReceiptLine) -> datetime:
    return datetime.fromisoformat(line.received_at)


def journal_since(begin: datetime) -> Iterator[ReceiptLine]:
    """The lines of the receipt journal from ``begin`` on, newest first. A torn line is no line."""
    path: Path = settings.HOME.receipts
    if not path.exists():
        return
    margin = begin - timedelta(days=1)
    for text in _lines_backwards(path):
        try:
            line = ReceiptLine(**json.loads(text))
            moment = moment_of(line)
        except (ValueError, TypeError):
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
