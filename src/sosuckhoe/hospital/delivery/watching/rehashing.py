"""Every night everything that is kept under a hash is hashed again: what was damaged on the disk is found before anybody
needs it (F16).

Without a hash of their own, and so not judged here: what the portal and the hub answered, and what was asked of cards.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ...journal.chain import note, verify_chain
from ...journal.models import Entry
from ...visits.models import CheckIn, HealthCheck, RecordVersion, SourceFile
from ..erasing import copy_of
from ..ledger import step
from ..models import PreparedDocument, SignedDocument, StatusAnswer, Submission
from ..states import State

DAMAGED = (
    "DOCUMENT-DAMAGED",
    "Tệp đã ký lưu trong máy không còn khớp mã băm nên không gửi. Báo công nghệ thông tin.",
)
NIGHT = "night"
DONE = "stored-files-checked"
AT_A_TIME = 20
"""Rows in the memory at once: a file that came in may have some tens of megabytes."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a pass over everything stored found, by kind: how many, and the keys of the damaged ones."""

    counts: Mapping[str, int]
    damaged: Mapping[str, tuple[int, ...]]
    chain_is_whole: bool


def check_stored(*, by: Any) -> Checked:
    """Hash all that is kept under a hash, and the journal's chain; hold back what is damaged and not sent yet.

    What waits to be signed is held by nobody here: signing compares what was frozen with its hash itself.
    """
    counts, damaged = {}, {}
    for kind, rows in _kept().items():
        counts[kind], damaged[kind] = _compared(rows)
    for submission in Submission.ledger.filter(document__in=damaged["document"], state=State.SIGNED):
        step(submission, State.HELD, at=timezone.now(), problem_code=DAMAGED[0], problem=DAMAGED[1])
    found = Checked(counts, damaged, verify_chain().whole)
    note(
        by,
        DONE,
        "day",
        timezone.localdate().isoformat(),
        **{f"{kind}s": count for kind, count in counts.items()},
        damaged=[f"{kind} {pk}" for kind, keys in damaged.items() for pk in keys],
        chain_is_whole=found.chain_is_whole,
    )
    return found


Row = tuple[int, bytes | None, str]
"""Key, content (None: gone), and the hash it was kept under."""


def _kept() -> dict[str, Iterable[Row]]:
    return {
        "document": _rows(SignedDocument.objects.exclude(size=0), "content", "sha256"),
        "prepared": _rows(PreparedDocument.objects.all(), "content", "unsigned_sha256"),
        "version": _rows(RecordVersion.objects.all(), "record_json", "sha256"),
        "check-in": _rows(CheckIn.objects.all(), "row_json", "sha256"),
        "health-check": _rows(HealthCheck.objects.all(), "document", "sha256"),
        "file": _rows(SourceFile.objects.filter(stored__isnull=False), "stored", "sha256"),
        "copy": _copies(),
        "status-answer": _rows(StatusAnswer.objects.all(), "content", "sha256"),
    }


def _rows(rows: QuerySet[Any], content: str, sha256: str) -> Iterator[Row]:
    found: Iterator[Row] = rows.order_by("pk").values_list("pk", content, sha256).iterator(AT_A_TIME)
    return found


def _copies() -> Iterator[Row]:
    """Files that were not taken in and stand beside the database until their time is over."""
    beside = SourceFile.objects.filter(stored__isnull=True, erased_at__isnull=True).exclude(
        quarantine_path=""
    )
    for pk, sha256 in beside.order_by("pk").values_list("pk", "sha256"):
        try:
            yield pk, copy_of(sha256).read_bytes(), sha256
        except OSError:
            # Erased or taken in since we asked; what is still to be there is missing.
            if beside.filter(pk=pk).exists():
                yield pk, None, sha256


def _compared(rows: Iterable[Row]) -> tuple[int, tuple[int, ...]]:
    count, damaged = 0, []
    for pk, content, sha256 in rows:
        count += 1
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            damaged.append(pk)
    return count, tuple(damaged)


def check_stored_tonight(today: date) -> Checked | None:
    """Once a day, whoever asks first."""
    done = Entry.objects.filter(action=DONE, actor=NIGHT, object_id=today.isoformat())
    return None if done.exists() else check_stored(by=NIGHT)


def last_check() -> Entry | None:
    return Entry.objects.filter(action=DONE).order_by("-seq").first()
