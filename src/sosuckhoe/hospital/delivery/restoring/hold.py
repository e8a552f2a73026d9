"""The hold above every destination: while a restore is not released, nothing is signed and nothing is sent."""

from django.db.models import Exists, Q

from ...journal.models import Entry
from ..models import Restore

NOTICED = "restore-noticed"
"""The journal's word for the beginning of a hold."""


def current() -> Restore | None:
    """The restore that holds everything now; None when nothing does."""
    return Restore.objects.filter(released_at__isnull=True).order_by("-id").first()


def on_hold() -> bool:
    return Restore.objects.filter(released_at__isnull=True).exists()


def not_restored() -> Q:
    """For claims: true while no restore waits for its release."""
    return ~Q(Exists(Restore.objects.filter(released_at__isnull=True)))


def epoch() -> int:
    """How many times this database was an older copy so far."""
    return Restore.objects.order_by("-id").values_list("id", flat=True).first() or 0


def was_in_the_copy(restore: Restore) -> Q:
    """Of submissions: whether the copy had it, by its number. What older programs noted leaves only the clock to go by,
    which may have been ahead when it was closed."""
    lines = Entry.objects.filter(action=NOTICED, kind="restore", object_id=str(restore.pk))
    line = lines.order_by("-seq").first()
    last = line.detail.get("last_submission") if line else None
    return Q(created_at__lte=restore.noticed_at) if last is None else Q(pk__lte=last)
