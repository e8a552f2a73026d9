"""Reconciling on demand and every night: outages are noted first, then the count is taken and one line is kept."""

import threading
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from ...journal.chain import note
from ...journal.models import Entry
from ..models import Destination
from .incidents import outages_of, record_incidents
from .reconciling import Reconciliation, reconcile
from .stories import bounds
from .working_calendar import local_day, stored_calendar

NIGHTLY_DAYS = 31
NIGHT = "night"


def last_days(count: int, today: date | None = None) -> tuple[date, date]:
    last = today or local_day(timezone.now())
    return last - timedelta(days=count - 1), last


def look(first: date, last: date, *, destination: Destination | None = None) -> Reconciliation:
    """The count as it is now. Changes nothing."""
    outages = {pk: outages_of(pk) for pk in Destination.objects.values_list("pk", flat=True)}
    return reconcile(
        first, last, at=timezone.now(), calendar=stored_calendar(), destination=destination, outages=outages
    )


def reconcile_now(first: date, last: date, *, by: Any) -> Reconciliation:
    """Note outages, count, and leave a line in the journal that says what was found."""
    forget_counts()
    record_incidents(since=bounds(first, last)[0])
    result = look(first, last)
    causes = {code: len(gaps) for code, gaps in result.by_cause.items()}
    note(by, "reconciled", "period", f"{first}..{last}", count=len(result.gaps), causes=causes)
    return result


def reconcile_tonight(today: date) -> Reconciliation | None:
    """Once a day, whoever asks first: for the loop that delivers, or a timer of the machine."""
    first, last = last_days(NIGHTLY_DAYS, today)
    done = Entry.objects.filter(action="reconciled", actor=NIGHT, object_id=f"{first}..{last}")
    return None if done.exists() else reconcile_now(first, last, by=NIGHT)


KEPT_FOR = timedelta(minutes=5)
_counts: dict[tuple[str, date, date, int | None], Reconciliation] = {}
_counting = threading.Lock()


def kept(days: int, *, destination: Destination | None = None, anew: bool = False) -> Reconciliation:
    """The count of the last so many days, at most five minutes old: whoever opens a page does not pay for it again.

    ``anew``: count now, whatever is kept. One process counts one thing at a time.
    """
    first, last = last_days(days)
    key = (str(connection.settings_dict["NAME"]), first, last, destination.pk if destination else None)
    with _counting:
        found = _counts.get(key)
        age = timezone.now() - found.at if found else None
        if found is None or anew or age is None or not timedelta(0) <= age < KEPT_FOR:
            if len(_counts) > MOST_KEPT:
                _counts.clear()
            found = _counts[key] = look(first, last, destination=destination)
    return found


MOST_KEPT = 12


def forget_counts() -> None:
    """After something was done that a count would show."""
    with _counting:
        _counts.clear()
