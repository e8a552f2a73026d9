"""What a hospital decides and loads itself: its choices and its lists, each with its day and person."""

from django.db import models

from ...staff.models import Facility


class HospitalPolicy(models.Model):
    """A choice the texts leave to the hospital: its value since a day, with reason and person."""

    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, null=True, blank=True, related_name="policies"
    )
    """Empty: for every facility."""
    name = models.CharField(max_length=60)
    value = models.JSONField()
    reason = models.TextField()
    by = models.CharField(max_length=150)
    since = models.DateField()
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "-since", "-id"]
        indexes = [models.Index(fields=["name", "-since"])]

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"


class CatalogueImport(models.Model):
    """A list that was loaded: from which file, by whom, since when, and what it changed."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="catalogue_imports")
    kind = models.CharField(max_length=40)
    """A key of ``catalogue_kinds.KINDS``."""
    since = models.DateField()
    """The first day on which changed and removed rows are no longer valid."""
    source = models.CharField(max_length=255)
    """The text and annex, or form, it comes from."""
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    added = models.PositiveIntegerField()
    closed = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["facility", "kind", "-id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.since}"


class CatalogueRow(models.Model):
    """One dated row of a list. What it says never changes: a change closes it and opens another."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="catalogue_rows")
    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=255)
    values = models.JSONField()
    """The row as in the file, under official names."""
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    """The last day. Before ``since``: it never held, because it was replaced on its own first day."""
    opened_in = models.ForeignKey(CatalogueImport, on_delete=models.PROTECT, related_name="opened_rows")
    gone_in = models.ForeignKey(
        CatalogueImport, on_delete=models.PROTECT, null=True, blank=True, related_name="gone_rows"
    )
    """The load whose file no longer had this row as it was."""

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["facility", "kind", "code"]),
            models.Index(fields=["facility", "kind", "gone_in"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
