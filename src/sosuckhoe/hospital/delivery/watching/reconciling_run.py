"""Reconciling on demand and every night: outages are noted first, then the count is taken and one line is kept."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from ...journal.chain import note
from ...journal.models import Entry
from ..models import Destination
from .check_in_reconciling import reconcile_check_ins
from .hub_reconciling import reconcile_health_checks
from .incidents import outages_of, record_incidents
from .older import reconcile_older
from .reconciling import Reconciliation, reconcile
from .stories import bounds
from .working_calendar import local_day, stored_calendar

NIGHTLY_DAYS = 31
NIGHT = "night"


def last_days(count: int, today: date | None = None) -> tuple[date, date]:
    last = today or local_day(timezone.now())
    return last - timedelta(days=count - 1), last


def look(
    first: date,
    last: date,
    *,
    destination: Destination | None = None,
    each: Callable[[int], None] = lambda done: None,
    older: bool = True,
) -> Reconciliation:
    """The count as it is now. Changes nothing. ``each``: told now and then how many visits are behind. ``older``:
    also what is before ``first`` and still has work."""
    outages = {pk: outages_of(pk) for pk in Destination.objects.values_list("pk", flat=True)}
    at, calendar = timezone.now(), stored_calendar()
    found = reconcile(
        first, last, at=at, calendar=calendar, destination=destination, outages=outages, each=each
    )
    beside = reconcile_health_checks(
        first,
        last,
        at=at,
        calendar=calendar,
        destination=destination,
        outages=outages,
        older=older,
    )
    told = reconcile_check_ins(first, last, at=at, destination=destination)
    before = (
        reconcile_older(first, at=at, calendar=calendar, destination=destination, outages=outages)
        if older
        else None
    )
    return replace(found, health_checks=beside, check_ins=told, older=before)


def reconcile_now(
    first: date,
    last: date,
    *,
    by: Any,
    each: Callable[[int], None] = lambda done: None,
    older: bool = True,
) -> Reconciliation:
    """Note outages, count, and leave a line in the journal that says what was found."""
    record_incidents(since=bounds(first, last)[0])
    result = look(first, last, each=each, older=older)
    beside = {
        "health_checks": result.health_checks,
        "check_ins": result.check_ins,
        "older": result.older,
        "older_health_checks": result.health_checks and result.health_checks.older,
    }
    more = {name: _causes(each) for name, each in beside.items() if each}
    period = f"{first}..{last}"
    note(by, "reconciled", "period", period, count=len(result.gaps), causes=_causes(result), **more)
    return result


def _causes(result: Reconciliation) -> dict[str, int]:
    return {code: len(gaps) for code, gaps in result.by_cause.items()}


def reconcile_tonight(today: date) -> Reconciliation | None:
    """Once a day, whoever asks first: for the loop that delivers, or a timer of the machine."""
    first, last = last_days(NIGHTLY_DAYS, today)
    done = Entry.objects.filter(action="reconciled", actor=NIGHT, object_id=f"{first}..{last}")
    return None if done.exists() else reconcile_now(first, last, by=NIGHT)


_changes = itertools.count(1)
_last_change = 0


def forget_counts() -> None:
    """After something was done that a count would show: an older count is shown until there is a newer one."""
    global _last_change
    _last_change = next(_changes)


def last_change() -> int:
    """Grows with every deed after which a count is no longer true."""
    return _last_change
