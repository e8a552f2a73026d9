"""Every night every stored file is hashed again: what was damaged on the disk is found before anybody needs it (F16)."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from ...journal.chain import note, verify_chain
from ...journal.models import Entry
from ...visits.models import RecordVersion
from ..ledger import step
from ..models import SignedDocument, Submission
from ..states import State

DAMAGED = (
    "DOCUMENT-DAMAGED",
    "Tệp đã ký lưu trong máy không còn khớp mã băm nên không gửi. Báo công nghệ thông tin.",
)
NIGHT = "night"
DONE = "stored-files-checked"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a pass over everything stored found."""

    documents: int
    damaged_documents: tuple[int, ...]
    versions: int
    damaged_versions: tuple[int, ...]
    chain_is_whole: bool


def check_stored(*, by: Any) -> Checked:
    """Hash all signed files and frozen records, and the journal's chain; hold back what is damaged and not sent yet."""
    files = SignedDocument.objects.exclude(size=0).order_by("pk").values_list("pk", "content", "sha256")
    documents, bad_documents = _compared(files)
    records = RecordVersion.objects.order_by("pk").values_list("pk", "record_json", "sha256")
    versions, bad_versions = _compared(records)
    waiting = Submission.ledger.filter(document__in=bad_documents, state=State.SIGNED)
    for submission in waiting:
        step(submission, State.HELD, at=timezone.now(), problem_code=DAMAGED[0], problem=DAMAGED[1])
    found = Checked(documents, bad_documents, versions, bad_versions, verify_chain().whole)
    note(
        by,
        DONE,
        "day",
        timezone.localdate().isoformat(),
        documents=documents,
        damaged=[*(f"document {pk}" for pk in bad_documents), *(f"version {pk}" for pk in bad_versions)],
        chain_is_whole=found.chain_is_whole,
    )
    return found


def _compared(rows: Any) -> tuple[int, tuple[int, ...]]:
    count, damaged = 0, []
    for pk, content, sha256 in rows.iterator(chunk_size=200):
        count += 1
        if hashlib.sha256(content).hexdigest() != sha256:
            damaged.append(pk)
    return count, tuple(damaged)


def check_stored_tonight(today: date) -> Checked | None:
    """Once a day, whoever asks first."""
    done = Entry.objects.filter(action=DONE, actor=NIGHT, object_id=today.isoformat())
    return None if done.exists() else check_stored(by=NIGHT)


def last_check() -> Entry | None:
    return Entry.objects.filter(action=DONE).order_by("-seq").first()
