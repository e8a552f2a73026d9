"""Look-ups: what was asked of the portal, by whom, and what it said, side by side."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import models
from django.utils import timezone

from ..delivery.answers import fields_of
from ..delivery.models import Destination
from ..patients.models import Patient
from ..staff.models import Facility
from ..visits.compressed import CompressedBytes
from .answers import Standing

ENDS_WITHIN = timedelta(seconds=240)
"""Longer than two calls and a login can last: a look-up still open then was broken off."""


class LookUp(models.Model):
    """One question to the portal. On errors the answer names nobody, so what was sent stands beside it."""

    class Kind(models.TextChoices):
        CARD = "card", "Thẻ BHYT"
        HISTORY = "history", "Lịch sử khám chữa bệnh"
        COPAYMENT = "copayment", "Tiền cùng chi trả trong năm"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    about = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="more")
    """The card look-up this one was asked from."""
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="look_ups")
    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="look_ups")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="look_ups"
    )
    """Who has this number here, where somebody does."""
    card_number = models.CharField(max_length=15, db_index=True)
    """As sent: 10, 12 or 15 characters."""
    full_name = models.CharField(max_length=255)
    born = models.CharField(max_length=10)
    """As sent: dd/MM/yyyy, MM/yyyy or yyyy."""
    officer_name = models.CharField(max_length=255, blank=True)
    officer_id = models.CharField(max_length=12, blank=True)
    by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    """When it was over: with an answer, or with none."""
    stopped_at = models.DateTimeField(null=True, blank=True)
    """When somebody would wait no longer."""
    code = models.CharField(max_length=40, blank=True)
    """The result code as it came; a word of ours in capitals where none came."""
    standing = models.CharField(max_length=10, choices=Standing.choices, blank=True)
    sentence = models.TextField(blank=True)
    """What kept us from asking, where that is why there is no answer."""
    request_head = models.TextField(blank=True)
    """Without the query, which carries secrets, and without the body."""
    http_status = models.PositiveIntegerField(null=True, blank=True)
    answer = CompressedBytes(null=True)
    """The body as it came."""
    checked_by = models.CharField(max_length=150, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    """Who looked at the paper card and the identity paper, where the portal leaves that to us."""

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["facility", "kind", "card_number", "-asked_at"])]

    def __str__(self) -> str:
        return f"look-up {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether an answer may still come that somebody waits for."""
        return self.answered_at is None and self.stopped_at is None and not self.is_broken

    @property
    def is_broken(self) -> bool:
        return self.answered_at is None and timezone.now() - self.asked_at > ENDS_WITHIN

    @property
    def settled_at(self) -> datetime:
        return self.answered_at or self.asked_at

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """The members of the answer, by their official names in lower case."""
        return fields_of(self.answer) if self.answer else {}
