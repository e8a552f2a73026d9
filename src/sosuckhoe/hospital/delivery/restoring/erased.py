"""What was erased does not come back with an older copy: the erasures noted outside are done again, at once.

Nobody has to ask for it and nothing waits for it: a file that was erased is erased in the copy, too, before anybody
reconciles. A file that came anew after its erasure is another matter and stays.
"""

from datetime import datetime

from django.db import transaction

from ...journal.chain import note
from ...journal.models import Entry
from ...visits.models import SourceFile
from .. import outside
from ..erasing import NOT_TAKEN, clear, copy_of, remove_copies
from ..models import Restore
from ..receipts import ErasureLine

AGAIN = "file-erased-again"
WHY = "Đã xóa trước khi khôi phục, theo sổ ngoài."
AT_ONCE = 500


def erase_again(restore: Restore, *, by: str) -> int:
    """Every erasure noted outside that this copy does not know. Safe to begin again; returns how many were done.

    One whose moment cannot be read waits: the file may have come anew since. Reconciling waits for it, too.
    """
    noted = {
        line.sha256: line
        for line in outside.lines()
        if isinstance(line, ErasureLine) and not outside.unreadable_moment(line)
    }
    hashes, count = sorted(noted), 0
    for start in range(0, len(hashes), AT_ONCE):
        part = hashes[start : start + AT_ONCE]
        rows = SourceFile.objects.filter(sha256__in=part).defer("stored")
        kept = {row.sha256: row for row in rows}
        for digest in part:
            row = kept.get(digest)
            if row is None:
                copy_of(digest).unlink(missing_ok=True)
            else:
                count += _again(row, noted[digest], restore, by)
    return count


def _again(row: SourceFile, line: ErasureLine, restore: Restore, by: str) -> bool:
    erased_at = datetime.fromisoformat(line.erased_at)
    if row.outcome not in NOT_TAKEN or row.came_at > erased_at:
        return False
    came_back = row.erased_at is None
    if came_back:
        with transaction.atomic():
            clear(row, at=erased_at, by=line.by, why=WHY)
            note(by, AGAIN, "file", row.pk, sha256=row.sha256, restore=restore.pk)
    remove_copies([row])
    return came_back


def erased_again(restore: Restore) -> list[SourceFile]:
    """The files that this restore would have brought back, newest erasure first."""
    noted = Entry.objects.filter(action=AGAIN, seq__gt=_begin(restore)).values_list("object_id", flat=True)
    rows = SourceFile.objects.filter(pk__in=[int(each) for each in noted], erased_at__isnull=False)
    return list(rows.defer("stored").order_by("-erased_at"))


def _begin(restore: Restore) -> int:
    first = Entry.objects.filter(action="restore-noticed", kind="restore", object_id=str(restore.pk)).first()
    return first.seq if first else 0
