"""What is stored about visits on their way: one story a visit and destination, read in a handful of queries."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from ...visits.models import RecordVersion, Visit
from ..models import Destination, PortalFinding, Receipt, SignedDocument, Submission
from ..practised import ELSEWHERE
from ..states import TRANSMITTED
from .deadlines import Moments
from .working_calendar import VIETNAM


@dataclass(frozen=True, slots=True)
class Received:
    """A stored receipt."""

    number: str
    document_sha256: str
    at: datetime
    practice: int | None = None
    """Set where a simulator gave it: kept, and nothing was received by it."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A finding of the portal."""

    at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Way:
    """One version's way to one destination."""

    submission: int
    version: int
    version_sha256: str
    state: str
    since: datetime
    problem_code: str
    problem: str
    document_sha256: str | None
    documents: tuple[tuple[str, str], ...]
    """Of each signed document: its hash, and the hash of the record it was built from."""
    receipts: tuple[Received, ...]
    findings: tuple[Noted, ...]

    @property
    def real_receipts(self) -> tuple[Received, ...]:
        return tuple(each for each in self.receipts if each.practice is None)

    @property
    def open_findings(self) -> tuple[Noted, ...]:
        return tuple(each for each in self.findings if each.settled_at is None)


@dataclass(frozen=True, slots=True)
class Story:
    """A closed visit at one destination; ``destination`` is None where there is no task at all."""

    visit: int
    visit_code: str
    insured: bool
    closed_at: datetime
    destination: int | None
    newest_version: int
    ways: tuple[Way, ...]
    """Oldest version first."""

    @property
    def way(self) -> Way | None:
        """That of the newest version; None when it has none."""
        last = self.ways[-1] if self.ways else None
        return last if last and last.version == self.newest_version else None


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first instant of ``first`` to before the first instant after ``last``, in Vietnam."""
    return (
        datetime.combine(first, time.min, tzinfo=VIETNAM),
        datetime.combine(last + timedelta(days=1), time.min, tzinfo=VIETNAM),
    )


TOLD_EVERY = 500


def stories(
    first: date,
    last: date,
    *,
    destination: Destination | None = None,
    each: Callable[[int], None] = lambda done: None,
) -> list[Story]:
    """Everything closed from ``first`` to ``last``, oldest first; with ``destination``, only its tasks and what has
    no task anywhere. ``each``: told now and then how many tasks are read."""
    begin, end = bounds(first, last)
    period = {"cancelled": False, "closed_at__gte": begin, "closed_at__lt": end}
    return _stories(period, destination, each)


def stories_of(visits: Iterable[int], destination: Destination | None) -> list[Story]:
    """Those of these visits, by key; with ``destination``, as in ``stories``."""
    return _stories({"pk__in": list(visits)}, destination, lambda done: None)


def _stories(
    period: dict[str, Any], destination: Destination | None, each: Callable[[int], None]
) -> list[Story]:
    def of(prefix: str) -> dict[str, Any]:
        return {f"{prefix}__{name}": value for name, value in period.items()}

    newest: dict[int, int] = {}
    hashes: dict[int, tuple[int, str]] = {}
    versions = RecordVersion.objects.filter(**of("visit")).order_by("visit_id", "number")
    for pk, visit, number, sha256 in versions.values_list("pk", "visit_id", "number", "sha256").iterator():
        newest[visit], hashes[pk] = number, (number, sha256)

    documents = _grouped(
        SignedDocument.objects.filter(**of("submission__version__visit")).order_by("submission_id", "number"),
        ("pk", "sha256", "record_sha256"),
    )
    receipts = _grouped(
        Receipt.objects.filter(**of("submission__version__visit")).order_by("submission_id", "received_at"),
        ("transaction_number", "document_sha256", "received_at", "practice"),
    )
    findings = _grouped(
        PortalFinding.objects.filter(**of("submission__version__visit")).order_by(
            "submission_id", "noted_at"
        ),
        ("noted_at", "settled_at"),
    )
    ways: dict[tuple[int, int], list[Way]] = defaultdict(list)
    tasks = set()
    rows = Submission.objects.filter(**of("version__visit")).order_by("version__number", "pk")
    rows = rows.exclude(problem_code=ELSEWHERE[0])
    columns = (
        "pk", "version_id", "version__visit_id", "destination_id", "state", "since",
        "problem_code", "problem", "document_id",
    )  # fmt: skip
    for pk, version, visit, where, state, since, code, problem, document in rows.values_list(
        *columns
    ).iterator():
        tasks.add(visit)
        if len(tasks) % TOLD_EVERY == 0:
            each(len(tasks))
        if destination is not None and where != destination.pk:
            continue
        signed = documents.get(pk, [])
        ways[visit, where].append(
            Way(
                submission=pk,
                version=hashes[version][0],
                version_sha256=hashes[version][1],
                state=state,
                since=since,
                problem_code=code,
                problem=problem,
                document_sha256=next((sha for key, sha, _ in signed if key == document), None),
                documents=tuple((sha, record) for _, sha, record in signed),
                receipts=tuple(Received(*each) for each in receipts.get(pk, ())),
                findings=tuple(Noted(*each) for each in findings.get(pk, ())),
            )
        )
    by_visit: dict[int, list[int]] = defaultdict(list)
    for visit, where in ways:
        by_visit[visit].append(where)

    found = []
    visits = Visit.objects.filter(**period).order_by("closed_at", "pk")
    for pk, code, insured, closed_at in visits.values_list(
        "pk", "visit_code", "insured", "closed_at"
    ).iterator():
        for where in sorted(by_visit.get(pk, ())):
            story = Story(pk, code, insured, closed_at, where, newest.get(pk, 0), tuple(ways[pk, where]))
            found.append(story)
        if pk not in tasks:
            found.append(Story(pk, code, insured, closed_at, None, newest.get(pk, 0), ()))
    return found


def _grouped(rows: Any, columns: Iterable[str]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for submission, *values in rows.values_list("submission_id", *columns).iterator():
        found[submission].append(tuple(values))
    return found


def moments_of(story: Story) -> Moments:
    """The recorded moments that the clocks run between."""
    received = [each.at for way in story.ways for each in way.real_receipts]
    way = story.way
    settled_at = None
    if way is not None and way.state in TRANSMITTED and way.real_receipts and not way.open_findings:
        settled_at = max(
            [way.real_receipts[0].at, *(each.settled_at for each in way.findings if each.settled_at)]
        )
    findings = []
    for each in story.ways:
        later = [r.at for other in story.ways if other.version > each.version for r in other.real_receipts]
        for finding in each.findings:
            ends = [end for end in (finding.settled_at, *later) if end is not None and end >= finding.at]
            findings.append((finding.at, min(ends, default=None)))
    return Moments(
        closed_at=story.closed_at,
        insured=story.insured,
        received_at=min(received, default=None),
        settled_at=settled_at,
        findings=tuple(findings),
    )
