"""The hold above every destination: while a restore is not released, nothing is signed and nothing is sent."""

from django.db.models import Exists, Q

from ..models import Restore


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
