"""What an incident delayed, and what it did to the deadlines of each: when they would be due without it, and are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from ..health_checks import due_at
from ..hub.settings import HubSettings
from ..models import Incident, Submission
from .deadlines import CLOCKS, dues
from .hub_clock import clock_of
from .incidents import outages_of
from .stories import moments_of, stories_of
from .working_calendar import stored_calendar

OURS = tuple(clock for clock in CLOCKS if clock.binds == "hospital" and not clock.drafted)


@dataclass(frozen=True, slots=True)
class Moved:
    """One deadline beside an incident."""

    clock: str
    before: datetime
    """When it would be due without this incident."""
    after: datetime


@dataclass(frozen=True, slots=True)
class Delay:
    """One submission that an incident delayed."""

    submission: Submission
    deadlines: tuple[Moved, ...]
    """Those that ran while it lasted."""


def delayed_rows(incident: Incident) -> QuerySet[Submission]:
    """All it delayed; in the order of their keys, which is that of their tasks."""
    return incident.delayed.select_related(
        "version__visit__patient", "health_check", "destination", "document"
    ).defer("version__record_json", "health_check__document", "document__content")


def delays(incident: Incident, rows: Sequence[Submission]) -> list[Delay]:
    """These rows of ``delayed_rows`` with their deadlines."""
    moved = _of_visits(incident, {row.version.visit_id for row in rows if row.version})
    return [
        Delay(row, moved.get(row.version.visit_id, ()) if row.version else _of_health_check(row))
        for row in rows
    ]


def _of_visits(incident: Incident, visits: Iterable[int]) -> dict[int, tuple[Moved, ...]]:
    now, calendar = timezone.now(), stored_calendar()
    outages = outages_of(incident.destination_id)
    others = [each for each in outages if each.id != incident.pk]
    found = {}
    for story in stories_of(visits, incident.destination):
        moments = moments_of(story)
        pairs = zip(
            dues(moments, calendar, now=now, outages=others, clocks=OURS),
            dues(moments, calendar, now=now, outages=outages, clocks=OURS),
            strict=True,
        )
        found[story.visit] = tuple(
            Moved(after.clock.name, before.due_at, after.due_at)
            for before, after in pairs
            if incident.pk in after.incidents
        )
    return found


def _of_health_check(row: Submission) -> tuple[Moved, ...]:
    """Nothing read so far says that an outage moves the hub's clock, so it stays."""
    due = due_at(row.health_check, HubSettings.of(row.destination.hub)) if row.health_check else None
    return (Moved(clock_of(row.destination).name, due, due),) if due else ()
