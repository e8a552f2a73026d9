"""What a destination said when it was asked whether it has something: door one out of UNKNOWN."""

from django.db import models
from django.db.models import Q

from ...visits.compressed import CompressedBytes
from .ledger import Submission


class Said(models.TextChoices):
    """What came of asking."""

    THERE = "there", "Cổng đã có tệp này"
    NOT_THERE = "not-there", "Cổng không thấy tệp này"
    STRANGE = "strange", "Cổng trả lời không khớp tệp này"
    NO_ANSWER = "no-answer", "Chưa hỏi được"


class ReceiptLookUp(models.Model):
    """One question, both sides kept. Never changed."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="look_ups")
    at = models.DateTimeField()
    said = models.CharField(max_length=10, choices=Said.choices)
    sentence = models.TextField(blank=True)
    http_status = models.PositiveIntegerField(null=True, blank=True)
    request_head = models.TextField(blank=True)
    """Secrets masked."""
    answer_head = models.TextField(blank=True)
    answer = CompressedBytes(null=True)

    class Meta:
        ordering = ["submission", "at"]
        constraints = [
            models.CheckConstraint(condition=Q(said__in=Said.values), name="a_look_up_says_something_known")
        ]

    def __str__(self) -> str:
        return f"{self.said} of {self.submission_id}"
