"""After a restore: what was noticed, reconciled and released, and what this copy does not know."""

from django.db import models
from django.db.models import Q


class Restore(models.Model):
    """This database is an older copy of what happened: nothing is signed or sent until somebody releases it.

    Its key is the number of the epoch that begins with it.
    """

    noticed_at = models.DateTimeField()
    noticed_by = models.CharField(max_length=150)
    """A person who declared it, or ``machine``."""
    why = models.TextField()
    """What showed it, as a Vietnamese sentence."""
    copy_until = models.DateTimeField(null=True, blank=True)
    """The last moment this copy knows of."""
    journal_until = models.DateTimeField(null=True, blank=True)
    """The last moment the journal outside knows of; empty when it is lost."""
    journal_size = models.PositiveBigIntegerField(default=0)
    """How long that journal was: what follows belongs to this epoch."""
    anchor = models.JSONField(default=dict)
    """The last place where the journal inside was anchored outside."""
    journal_whole = models.BooleanField(null=True)
    """Whether the journal outside reaches to the end of what happened, as the person who reconciled stated."""
    reconciled_at = models.DateTimeField(null=True, blank=True)
    reconciled_by = models.CharField(max_length=150, blank=True)
    counts = models.JSONField(default=dict)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=150, blank=True)
    released_why = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at__isnull=True)
                | (Q(reconciled_at__isnull=False) & ~Q(released_by="") & ~Q(released_why="")),
                name="a_restore_is_reconciled_before_its_release",
            ),
        ]

    def __str__(self) -> str:
        return f"epoch {self.pk}"


class LostSubmission(models.Model):
    """What the journal outside knows to have left and this database does not: its visit has to be imported again."""

    restore = models.ForeignKey(Restore, on_delete=models.PROTECT, related_name="lost")
    facility_code = models.CharField(max_length=13)
    visit_code = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    destination = models.PositiveBigIntegerField()
    """The destination's key as it was; this copy may not know it."""
    document_sha256 = models.CharField(max_length=64)
    transaction_number = models.CharField(max_length=100, blank=True)
    """Empty: it left, and no receipt was noted."""
    left_at = models.DateTimeField()
    sent = models.JSONField(default=dict)
    receipt = models.JSONField(default=dict)
    """The journal's lines."""
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=150, blank=True)
    settled_how = models.TextField(blank=True)

    class Meta:
        ordering = ["facility_code", "visit_code", "version", "left_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "visit_code", "version", "document_sha256", "transaction_number"],
                name="what_was_lost_is_listed_once",
            )
        ]
        indexes = [models.Index(fields=["visit_code", "destination"], name="lost_by_visit")]

    def __str__(self) -> str:
        return f"{self.visit_code} version {self.version}"
