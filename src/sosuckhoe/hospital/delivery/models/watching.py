"""What is watched: findings of the portal, the working calendar, outages, and whether anybody sends at all."""

from django.db import models
from django.db.models import F, Q

from .destinations import Destination
from .ledger import Attempt, Submission


class PortalFinding(models.Model):
    """A fault the portal reported about the content after receiving it (báo lỗi nội dung)."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="portal_findings")
    code = models.CharField(max_length=40)
    path = models.CharField(max_length=80, blank=True)
    message = models.TextField(blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=150)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["submission", "noted_at"]

    def __str__(self) -> str:
        return f"{self.code} of {self.submission_id}"


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a public holiday, or a weekend day that is worked instead."""

    day = models.DateField(unique=True)
    working = models.BooleanField()
    name = models.CharField(max_length=120, blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {'working' if self.working else 'off'}"


class OutageCause(models.TextChoices):
    """What failed, as a person found out. Our own probes see only silence."""

    UNKNOWN = "unknown", "Chưa rõ nguyên nhân"
    PLANNED = "planned", "Cổng bảo trì, có báo trước"
    GATEWAY = "gateway", "Cổng tiếp nhận ngừng"
    NETWORK = "network", "Mạng của bệnh viện"
    POWER = "power", "Mất điện"


class Incident(models.Model):
    """An outage: seen by our own calls, from the first without an answer to the next answer; or told by a person, as
    an announced maintenance, or what could not be seen while nothing was sent."""

    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="incidents")
    started_at = models.DateTimeField()
    """Of an announced maintenance it may lie ahead."""
    ended_at = models.DateTimeField(null=True, blank=True)
    """When the destination next answered, or a person says that it was over; empty while it is not."""
    first_attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    """Empty where a person told of it."""
    ending_attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    silent_calls = models.PositiveIntegerField(default=0)
    cause = models.CharField(max_length=10, choices=OutageCause.choices, default=OutageCause.UNKNOWN)
    announced_by = models.CharField(max_length=200, blank=True)
    """Who told the hospital of it, where it was told and not seen."""
    announced_at = models.DateTimeField(null=True, blank=True)
    told = models.TextField(blank=True)
    """Who was told, when and how; and what shows the cause."""
    stated_by = models.CharField(max_length=150, blank=True)
    stated_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    """Told by mistake: it stays on the list and counts for nothing."""
    delayed = models.ManyToManyField(Submission, related_name="incidents")
    """What was signed before it ended and had no receipt when it began."""

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(fields=["first_attempt"], name="an_outage_is_noted_once"),
            models.CheckConstraint(
                condition=Q(cause=OutageCause.UNKNOWN) | ~Q(told=""), name="a_stated_cause_is_shown"
            ),
            models.CheckConstraint(
                condition=Q(first_attempt__isnull=False)
                | (~Q(told="") & (Q(ended_at__isnull=True) | Q(ended_at__gt=F("started_at")))),
                name="what_is_told_is_shown_and_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(first_attempt__isnull=True),
                name="only_what_is_told_is_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.destination_id} silent from {self.started_at}"


class Pulse(models.Model):
    """When a sending process was last seen to be alive."""

    name = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
