"""Visits closed before a period that still have work: not received, not settled, or a finding of the portal not corrected.

They are found from what is open, by the ledger's index of states, and then read by key: years of finished visits cost
nothing. A visit that never had a task (its facility had nowhere to send to) leaves nothing to find it by: it is a gap
of the period it was closed in, and of no later one.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice

from django.db.models import Exists, OuterRef, QuerySet

from ...visits.models import Visit
from ..models import Destination, PortalFinding, Receipt, Submission
from ..states import TRANSMITTED, State
from ..withheld import WITHHELD
from .deadlines import Due, Outage, dues
from .gap_causes import Doors, cause_of
from .reconciling import OURS, Gap, Reconciliation, doors_now, gap_of
from .stories import Story, bounds, moments_of, stories_of
from .working_calendar import WorkingCalendar, local_day

OPEN = sorted(set(State) - TRANSMITTED - {State.SUPERSEDED} | {State.FINDINGS})
CHUNK = 500


def reconcile_older(
    first: date,
    *,
    at: datetime,
    calendar: WorkingCalendar,
    destination: Destination | None = None,
    outages: Mapping[int, Sequence[Outage]] | None = None,
) -> Reconciliation | None:
    """What was closed before ``first`` and still has work, the longest closed first; None where there is nothing.

    One gap a visit and destination. What must not be sent is no work.
    """
    doors = doors_now(at)
    found: list[Story] = []
    gaps: list[Gap] = []
    running: list[tuple[Story, Due]] = []
    for some in _chunks(older_open(first)):
        for story in stories_of(some, destination):
            cause = _cause(story, doors)
            if cause is None:
                continue
            found.append(story)
            gaps.append(gap_of(cause, story))
            met = (outages or {}).get(story.destination or 0, ())
            its = dues(moments_of(story), calendar, now=at, outages=met, clocks=OURS)
            running += [(story, due) for due in its]
    if not found:
        return None
    found.sort(key=lambda story: (story.closed_at, story.visit))
    days = [local_day(story.closed_at) for story in found]
    return Reconciliation(days[0], days[-1], at, found, gaps, running)


def older_open(first: date) -> list[int]:
    """The visits closed before ``first`` that something is open of. Each step reads what the one before gave, by key,
    so that no planner begins with all visits of all years."""
    before, _ = bounds(first, first)
    visits: set[int] = set()
    for state in OPEN:  # one by one: for several at once SQLite, once it was analysed, reads the whole ledger
        rows = Submission.objects.filter(state=state).exclude(problem_code=WITHHELD[0])
        visits.update(rows.order_by().values_list("version__visit", flat=True).iterator())
    visits.update(_uncorrected().order_by().values_list("submission__version__visit", flat=True).iterator())
    found: list[int] = []
    for some in _chunks(sorted(visits)):
        old = Visit.objects.filter(pk__in=some, closed_at__lt=before, cancelled=False)
        found += old.order_by("pk").values_list("pk", flat=True)
    return found


def _uncorrected() -> QuerySet[PortalFinding]:
    """Findings that are neither settled nor followed by a receipt of a later version: of one that is told late of an
    older version no submission is in an open state. This reads all findings ever told, which are few."""
    received = Receipt.objects.filter(
        submission=OuterRef("pk"), practice=None, received_at__gte=OuterRef(OuterRef("noted_at"))
    )
    later = Submission.objects.filter(
        Exists(received),
        version__visit=OuterRef("submission__version__visit"),
        version__number__gt=OuterRef("submission__version__number"),
        destination=OuterRef("submission__destination"),
    )
    return PortalFinding.objects.filter(~Exists(later), settled_at=None)


def _cause(story: Story, doors: Doors) -> str | None:
    """Why there is still work; None where there is none at this destination."""
    cause = cause_of(story, doors)
    if cause is None and any(ended_at is None for _, ended_at in moments_of(story).findings):
        return "FINDINGS"
    return None if cause == WITHHELD[0] else cause


def _chunks(visits: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(visits)
    while some := list(islice(rest, CHUNK)):
        yield some
