"""Closed = signed = sent = received = without findings, and for every gap its cause, owner, age and next step.

A pure function of what is stored: it changes nothing, asks nobody, and a recount gives the same numbers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from ..models import Destination, Receipt
from ..outside import moment_of, receipts_since
from ..quiet import QUIET_AFTER, is_quiet
from ..receipts import ReceiptLine
from .deadlines import CLOCKS, Due, Outage, dues
from .gap_causes import CAUSES, STAGES, Cause, Doors, cause_of, contradictions, stage_of
from .stories import Story, bounds, moments_of, stories
from .working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Gap:
    """One visit that is not where it should be, or one contradiction."""

    cause: str
    visit: int | None
    visit_code: str
    destination: int | None
    submission: int | None
    since: datetime
    detail: str = ""

    @property
    def owner(self) -> str:
        return CAUSES[self.cause].owner

    @property
    def next_step(self) -> str:
        return CAUSES[self.cause].next_step

    def as_json(self, at: datetime, causes: Mapping[str, Cause] = CAUSES) -> dict[str, object]:
        return {
            "cause": self.cause,
            "visit": self.visit_code,
            "destination": self.destination,
            "submission": self.submission,
            "owner": causes[self.cause].owner,
            "since": self.since.isoformat(),
            "age_seconds": max(0, int((at - self.since).total_seconds())),
            "next_step": causes[self.cause].next_step,
            "detail": self.detail,
        }


@dataclass(frozen=True)
class Names:
    """How stages and causes are called of whatever is counted."""

    stages: Mapping[str, str]
    """The first ones, in order."""
    causes: Mapping[str, Cause]


OF_VISITS = Names(STAGES, CAUSES)


@dataclass(frozen=True)
class Line:
    """One equality: ``157 đã kết thúc = 145 đã ký + 12 …``."""

    before: str
    after: str
    whole: int
    passed: int
    gaps: tuple[tuple[str, int], ...]
    names: Names = OF_VISITS

    @property
    def sentence(self) -> str:
        rest = "".join(f" + {count} {self.names.causes[cause].name}" for cause, count in self.gaps)
        return f"{self.whole} {self.whole_word} = {self.passed} {self.passed_word}{rest}"

    @property
    def whole_word(self) -> str:
        return self.names.stages[self.before]

    @property
    def passed_word(self) -> str:
        return self.names.stages[self.after]

    @property
    def holds(self) -> bool:
        return self.whole == self.passed + sum(count for _, count in self.gaps)


@dataclass(frozen=True)
class Reconciliation:
    """What a period comes to."""

    first: date
    last: date
    at: datetime
    stories: Sequence[Story]
    gaps: Sequence[Gap]
    dues: Sequence[tuple[Story, Due]]
    names: Names = OF_VISITS
    health_checks: "Reconciliation | None" = None
    """The same of health checks on their way to a hub; None where there are none."""
    check_ins: "Reconciliation | None" = None
    """The same of check-ins, which are information only: no gap of theirs makes this incomplete."""
    older: "Reconciliation | None" = None
    """Visits closed before ``first`` that still have work, where they were asked for: no equality counts them, what is
    late does."""

    @property
    def by_cause(self) -> dict[str, list[Gap]]:
        found: dict[str, list[Gap]] = {}
        for code in CAUSES:
            of_cause = [gap for gap in self.gaps if gap.cause == code]
            if of_cause:
                found[code] = sorted(of_cause, key=lambda gap: gap.since)
        return found

    @property
    def lines(self) -> list[Line]:
        """The equalities from stage to stage. Every visit that is missing in one has its cause in it."""
        counts = Counter(gap.cause for gap in self.gaps)
        whole, found, order = len(self.stories), [], list(STAGES)
        for before, after in pairwise(self.names.stages):
            gaps = tuple(
                (code, counts[code])
                for code, cause in CAUSES.items()
                if cause.stage == before and counts[code]
            )
            passed = sum(order.index(stage_of(story)) >= order.index(after) for story in self.stories)
            found.append(Line(before, after, whole, passed, gaps, self.names))
            whole = passed
        return found

    @property
    def complete(self) -> bool:
        beside = (self.health_checks, self.older)
        return not self.gaps and all(each.complete for each in beside if each)

    def as_json(self) -> dict[str, object]:
        """Plain facts for other programs; the codes are stable. Of health checks ``visit`` is the check-up's code."""
        lines, beside = self.lines, {"health_checks": self.health_checks, "check_ins": self.check_ins}
        return (
            {
                "from": self.first.isoformat(),
                "to": self.last.isoformat(),
                "at": self.at.isoformat(),
                "stages": {line.before: line.whole for line in lines} | {lines[-1].after: lines[-1].passed},
                "equalities": [line.sentence for line in lines],
                "causes": {code: len(gaps) for code, gaps in self.by_cause.items()},
                "gaps": [
                    gap.as_json(self.at, self.names.causes) for gaps in self.by_cause.values() for gap in gaps
                ],
                "late": [_due_json(story, due, self.at) for story, due in self.late()],
                "due_today": [_due_json(story, due, self.at) for story, due in self.late_today()],
            }
            | {name: each.as_json() for name, each in beside.items() if each}
            | self._older_json()
        )

    def _older_json(self) -> dict[str, object]:
        if self.older is None:
            return {}
        told = self.older.as_json()
        kept = {name: told[name] for name in ("causes", "gaps")}
        return {"older": {"before": self.first.isoformat(), "visits": len(self.older.stories), **kept}}

    @property
    def clocks(self) -> list[tuple[Story, Due]]:
        """Those of the period and of what is older and open."""
        return [*self.dues, *(self.older.dues if self.older else ())]

    def late(self) -> list[tuple[Story, Due]]:
        """Missed and still open, the longest first."""
        open_ones = [(s, due) for s, due in self.clocks if due.is_late(self.at) and due.done_at is None]
        return sorted(open_ones, key=lambda pair: pair[1].due_at)

    def late_today(self) -> list[tuple[Story, Due]]:
        found = [(s, due) for s, due in self.clocks if due.will_be_late_today(self.at)]
        return sorted(found, key=lambda pair: pair[1].due_at)


def _due_json(story: Story, due: Due, at: datetime) -> dict[str, object]:
    return {
        "visit": story.visit_code,
        "destination": story.destination,
        "clock": due.clock.id,
        "due": due.due_at.isoformat(),
        "late_seconds": int(due.over_by(at).total_seconds()),
        "incidents": list(due.incidents),
    }


def gaps_in(found: Iterable[Story], doors: Doors, journal: Sequence[ReceiptLine]) -> list[Gap]:
    """Every gap of these visits. ``journal``: the lines of the receipt journal since the first was closed."""
    noted = {(line.destination, line.transaction_number, line.document_sha256) for line in journal}
    return [gap for story in found for gap in _gaps_of(story, doors, noted)]


def gap_of(cause: str, story: Story) -> Gap:
    """That of the newest version."""
    way = story.way
    since, detail = (way.since, way.problem) if way else (story.closed_at, "")
    where = (story.visit, story.visit_code, story.destination)
    return Gap(cause, *where, way.submission if way else None, since, detail)


def _gaps_of(story: Story, doors: Doors, noted: set[tuple[int, str, str]]) -> Iterator[Gap]:
    where = (story.visit, story.visit_code, story.destination)
    cause = cause_of(story, doors)
    if cause is not None:
        yield gap_of(cause, story)
    for each in story.ways:
        for code, since, detail in contradictions(each):
            yield Gap(code, *where, each.submission, since, detail)
        for receipt in each.receipts:
            if (story.destination, receipt.number, receipt.document_sha256) not in noted:
                yield Gap("RECEIPT-NOT-IN-JOURNAL", *where, each.submission, receipt.at, receipt.number)


def only_in_journal(lines: Iterable[ReceiptLine], known: frozenset[tuple[int, str]]) -> list[Gap]:
    """Lines whose receipt the database does not have. ``known``: (destination, number) of those it has."""
    return [
        Gap(
            "RECEIPT-ONLY-IN-JOURNAL",
            None,
            line.visit_code,
            line.destination,
            None,
            moment_of(line),
            line.transaction_number,
        )
        for line in lines
        if (line.destination, line.transaction_number) not in known
    ]


def reconcile(
    first: date,
    last: date,
    *,
    at: datetime,
    calendar: WorkingCalendar,
    destination: Destination | None = None,
    outages: Mapping[int, Sequence[Outage]] | None = None,
    each: Callable[[int], None] = lambda done: None,
) -> Reconciliation:
    """Everything closed from ``first`` to ``last``, with the receipts noted for it outside the database.

    ``each``: told now and then how many visits are behind, reading being half of the way.
    """
    found = stories(first, last, destination=destination, each=lambda done: each(done // 2))
    begin, end = bounds(first, last)
    journal = list(receipts_since(begin))
    codes = {story.visit_code for story in found}
    concern = [
        line
        for line in journal
        if (destination is None or line.destination == destination.pk)
        and moment_of(line) < at - STILL_WRITING
        and (moment_of(line) < end or line.visit_code in codes)
    ]
    doors = doors_now(at)
    gaps = gaps_in(found, doors, journal) + only_in_journal(concern, _known(concern))
    clocks = []
    for number, story in enumerate(found):
        if number % CHUNK == 0:
            each((len(found) + number) // 2)
        if cause_of(story, doors) == "WITHHELD":
            continue  # what must not be sent has no deadline
        met = (outages or {}).get(story.destination or 0, ())
        running = dues(moments_of(story), calendar, now=at, outages=met, clocks=OURS)
        clocks += [(story, due) for due in running]
    return Reconciliation(first, last, at, found, gaps, clocks)


OURS = tuple(clock for clock in CLOCKS if clock.binds == "hospital")
"""What binds the insurer makes nobody here late and is left out of the count."""
STILL_WRITING = timedelta(minutes=2)
"""The journal has a receipt before the database: so young a line may still be on its way."""
CHUNK = 500


def doors_now(at: datetime) -> Doors:
    paused, silent = set(), set()
    for each in Destination.objects.all():
        if each.paused:
            paused.add(each.pk)
        if each.failures >= QUIET_AFTER or is_quiet(each, at):
            silent.add(each.pk)
    return Doors(frozenset(paused), frozenset(silent))


def _known(lines: Sequence[ReceiptLine]) -> frozenset[tuple[int, str]]:
    numbers = sorted({line.transaction_number for line in lines})
    found: set[tuple[int, str]] = set()
    for start in range(0, len(numbers), CHUNK):
        rows = Receipt.objects.filter(transaction_number__in=numbers[start : start + CHUNK])
        found.update(rows.values_list("destination_id", "transaction_number"))
    return frozenset(found)
