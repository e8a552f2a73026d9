"""One line of the journal, and the end of the chain."""

from django.db import models


class Entry(models.Model):
    """One line: who did what to which thing. Holds ids and plain facts, never clinical text."""

    seq = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=150)
    """A username, or the name of a door of the machine such as ``drop-folder``. Plain text: people come and go."""
    action = models.CharField(max_length=60, db_index=True)
    kind = models.CharField(max_length=40, blank=True)
    """What kind of thing it was done to, such as ``visit``."""
    object_id = models.CharField(max_length=100, blank=True)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["seq"]
        indexes = [models.Index(fields=["kind", "object_id"])]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class End(models.Model):
    """The one row that says where the chain ends; locking it puts writers in a line."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    seq = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
