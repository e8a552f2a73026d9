"""Sending goes on after a restore: by a named person, with a reason, once everything is reconciled."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from ...journal.chain import account_of, note
from ..models import Restore
from .noticing import what_shows_it


class NotReconciled(ValueError):
    """Chưa đối chiếu với sổ ngoài nên chưa cho gửi lại được."""


class NeedsReason(ValueError):
    """Hãy ghi họ tên người cho gửi lại và lý do."""


class AlreadyReleased(ValueError):
    """Đã cho gửi lại trước đó."""


@transaction.atomic
def release_restore(*, by: Any, restore: Restore, reason: str) -> None:
    """Lift the hold. What is listed for a person stays as it is and is not sent by this."""
    why, who = reason.strip(), account_of(by)
    if not why or not who:
        raise NeedsReason(NeedsReason.__doc__)
    found = Restore.objects.select_for_update().get(pk=restore.pk)
    if found.released_at is not None:
        raise AlreadyReleased(AlreadyReleased.__doc__)
    if found.reconciled_at is None or what_shows_it() or Restore.objects.filter(pk__gt=found.pk).exists():
        raise NotReconciled(NotReconciled.__doc__)
    # A copy made during an earlier hold brought that hold with it; reconciling began at the journal's first line.
    held = Restore.objects.filter(released_at__isnull=True, pk__lte=found.pk)
    held.filter(reconciled_at__isnull=True).update(
        reconciled_at=found.reconciled_at,
        reconciled_by=found.reconciled_by,
        journal_whole=found.journal_whole,
    )
    held.update(released_at=timezone.now(), released_by=who, released_why=why)
    note(by, "restore-released", "restore", found.pk, reason=why)
