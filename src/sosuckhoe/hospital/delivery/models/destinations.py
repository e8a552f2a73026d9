"""Destinations: where things are sent, under which limits, and how sending to each fares."""

from django.db import models
from django.db.models import Q

from ...staff.models import Facility


class DestinationKind(models.TextChoices):
    """What stands at the other end, and so what may be sent there: visits never go to the hub, for the insurer shares
    them with it; health checks never go to the portal (moh-hub.md)."""

    PORTAL = "portal", "Cổng giám định BHYT"
    HUB = "hub", "Trục dữ liệu Bộ Y tế"


class Destination(models.Model):
    """Somewhere records are sent. There is no default: an address is always somebody's decision."""

    name = models.CharField(max_length=100, unique=True)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="destinations")
    kind = models.CharField(max_length=10, choices=DestinationKind.choices, default=DestinationKind.PORTAL)
    base_url = models.CharField(max_length=255)
    account = models.CharField(max_length=50)
    secret_reference = models.CharField(max_length=255)
    """Where the password is: ``file:NAME`` in the home's secrets, or ``env:NAME``. Never the password itself."""
    path_edition = models.CharField(max_length=10, default="3176")
    """Which of the portal's paths: 3176, 4750 or 130."""
    hub = models.JSONField(default=dict, blank=True)
    """Of a hub only: what is open in its description and therefore set here; see ``hub.settings``."""
    enabled = models.BooleanField(default=True)
    """A disabled destination gets no new submissions."""
    replaces_by_visit_code = models.BooleanField(default=False)
    """The same bytes again replace the earlier ones. Only with evidence, for it opens the second door."""
    repeats_check_ins = models.BooleanField(default=False)
    """The same for check-ins; said apart, since what is known of records need not hold for them."""
    replaces_evidence = models.TextField(blank=True)
    receipt_look_up = models.CharField(max_length=255, blank=True)
    """Path of a service that says whether something is there, which opens the first door. Empty: there is none."""
    calls_at_once = models.PositiveIntegerField(null=True, blank=True)
    """At most so many submissions at a time, whoever sends. Empty: as many as there are workers."""
    calls_per_minute = models.PositiveIntegerField(null=True, blank=True)
    """At most so many in a minute, evenly spaced; whatever is called counts, see ``limits``. Empty: no limit."""
    next_call_at = models.DateTimeField(null=True, blank=True)
    """Where a limit holds: no call begins earlier."""
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.CharField(max_length=150, blank=True)
    paused_why = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)
    """Calls in a row without an answer of the portal's own."""
    quiet_until = models.DateTimeField(null=True, blank=True)
    """After several failures one probe at a time goes out, not the whole queue; after fewer, how long it has asked to be
    left alone. See ``quiet``."""
    answered_at = models.DateTimeField(null=True, blank=True)
    """When the portal last gave an answer of its own."""

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(base_url=""), name="a_destination_has_an_address"),
            models.CheckConstraint(
                condition=Q(replaces_by_visit_code=False) | ~Q(replaces_evidence=""),
                name="replacing_needs_evidence",
            ),
            models.CheckConstraint(
                condition=Q(repeats_check_ins=False) | ~Q(replaces_evidence=""),
                name="repeating_check_ins_needs_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(calls_at_once=0) & ~Q(calls_per_minute=0), name="a_limit_lets_something_through"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DestinationKind.values), name="a_destination_has_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | ~Q(paused_why=""), name="a_pause_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def paused(self) -> bool:
        return self.paused_at is not None
