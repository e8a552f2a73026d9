"""Erasing (xóa) what need not be kept: the copies of files that were not taken in (retention-and-access.md §1).

Only those: a record, its signed bytes and its receipts stay for their years, and no log loses a line. The row of the
file stays without its name, with who erased it and why. A line outside the database says so first, so that an older
copy that is put back cannot bring the file back with it.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..journal.chain import account_of, note
from ..visits.choices import chosen
from ..visits.models import SourceFile
from . import receipts
from .crashpoints import here
from .restoring.anchoring import anchor_after_commit

NOT_TAKEN = (SourceFile.Outcome.REFUSED, SourceFile.Outcome.NEEDS_REASON)
ERASED_NAME = "(đã xóa)"
ERASED = "Bản sao của tệp đã được xóa. Nếu còn cần, hãy xuất lại từ phần mềm nguồn."
AGE = "Hết thời gian giữ tệp chưa nhận được."
NIGHT = "night"
MOST = 500
"""Files of one pass; the next pass takes the next ones."""


class NotErasable(ValueError):
    """Tệp này đã được nhận vào hồ sơ nên không xóa ở đây: hồ sơ có thời hạn lưu riêng."""


class NeedsReason(ValueError):
    """Hãy ghi vì sao xóa tệp này trước hạn."""


def erase_file(*, by: Any, file: SourceFile, why: str, at: datetime) -> None:
    """Erase one file that was not taken in: its bytes, its name, what was said of it. Done once."""
    if not why.strip():
        raise NeedsReason(NeedsReason.__doc__)
    actor = account_of(by)
    with transaction.atomic():
        row = SourceFile.objects.select_for_update().defer("stored").get(pk=file.pk)
        if row.outcome not in NOT_TAKEN:
            raise NotErasable(NotErasable.__doc__)
        if row.erased_at is not None:
            return
        clear(row, at=at, by=actor, why=why.strip())
        receipts.append_fact(receipts.ErasureLine(at.isoformat(), "file", row.sha256, actor))
        anchor_after_commit()
        here("E01")
        note(by, "file-erased", "file", row.pk, sha256=row.sha256, reason=why.strip())
    remove_copies([row])


def clear(row: SourceFile, *, at: datetime, by: str, why: str) -> None:
    """What the database knows of it; the copy on the disk goes after the commit."""
    SourceFile.objects.filter(pk=row.pk).update(
        name=ERASED_NAME, stored=None, sentence=ERASED, erased_at=at, erased_by=by, erased_why=why[:1000]
    )


def remove_copies(rows: list[SourceFile]) -> None:
    """The copies on the disk of rows that are erased or taken in. A process that died in between is made up for at night."""
    for row in rows:
        copy_of(row.sha256).unlink(missing_ok=True)
        SourceFile.objects.filter(_needs_no_copy(), pk=row.pk).update(quarantine_path="")


def _needs_no_copy() -> Q:
    """Erased, or taken in after all, so that its bytes are kept with the record."""
    return Q(erased_at__isnull=False) | ~Q(outcome__in=NOT_TAKEN)


def copy_of(sha256: str) -> Path:
    place: Path = settings.HOME.quarantine / f"{sha256}.bin"
    return place


def keeps_for(at: datetime) -> timedelta:
    """How long a file that was not taken in is kept: the hospital's decision."""
    return timedelta(days=int(chosen("quarantine_days", facility=None, day=timezone.localdate(at))))


def erase_what_is_over(*, at: datetime) -> int:
    """Every file whose time is over, whoever asks first. Returns how many."""
    half = SourceFile.objects.filter(_needs_no_copy()).exclude(quarantine_path="")
    remove_copies(list(half.defer("stored")[:MOST]))
    over = SourceFile.objects.filter(
        outcome__in=NOT_TAKEN, erased_at__isnull=True, came_at__lt=at - keeps_for(at)
    )
    rows = list(over.defer("stored").order_by("came_at")[:MOST])
    for row in rows:
        erase_file(by=NIGHT, file=row, why=AGE, at=at)
    return len(rows)
