"""The ledger: every step of every submission goes through ``step``, which only takes steps that exist.

Each step is a compare-and-set in the database: it names the state it starts from, and for a worker the fence it
was given. Whoever comes late changes nothing and is told so.
"""

import os
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, InternalError, OperationalError
from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from ..journal.models import Entry
from ..staff.models import Facility
from ..visits.models import CheckIn, HealthCheck, RecordVersion
from .models import Destination, DestinationKind, LostSubmission, Submission
from .prepared import Prepared, change, change_all, over, padded
from .states import IN_FLIGHT, REPLACEABLE, State, check_step
from .withheld import WITHHELD, mark_on

LEDGERS_OWN = (OperationalError, InterfaceError, InternalError)
"""Locked, full, read-only, gone: the ledger's trouble holds no record. What was claimed is free when its lease ends."""
LEASE = timedelta(seconds=float(os.environ.get("SOSUCKHOE_LEASE_SECONDS") or 30))
"""How long a claim holds unless it is renewed."""


def lease_is_over(now: datetime) -> Q:
    """Whether whoever held it has stopped breathing; machines' clocks may differ by as much as a lease."""
    return over("lease_until", now, 2 * LEASE)


def step(
    submission: Submission, after: State, *, at: datetime, fence: int | None = None, **columns: Any
) -> bool:
    """Take one step from the state ``submission`` was read in. False: somebody else moved it meanwhile."""
    check_step(submission.state, after)
    where = {"id": submission.pk, "state": submission.state} | ({} if fence is None else {"fence": fence})
    columns = {"holder": "", "lease_until": None, "since": at, **columns}
    document = columns.pop("document", None)
    written = columns if document is None else columns | {"document_id": document.pk}
    if not change(Submission, where, {"state": after, **written}):
        return False
    submission.state = after
    for name, value in (columns if document is None else columns | {"document": document}).items():
        setattr(submission, name, value)
    return True


def step_all(
    submissions: Sequence[Submission], after: State, *, at: datetime, **columns: Any
) -> Collection[int]:
    """Take the same step for a hand that was claimed: the keys of those that were still as they were read.

    The objects stay as they are: whether the step is kept is known when the transaction has ended.
    """
    for before in {submission.state for submission in submissions}:
        check_step(before, after)
    where = [{"id": each.pk, "fence": each.fence, "state": each.state} for each in submissions]
    written = {"state": after, "holder": "", "lease_until": None, "since": at, **columns}
    return change_all(Submission, padded(where), written)


def lend(submissions: Sequence[Submission], holder: str, *, at: datetime, sending: bool) -> bool:
    """Give a handful that was just read and locked to one holder, each under its next fence and a lease.

    ``sending``: that is also the step from SIGNED to SENDING, with one more attempt. False: somebody else has moved
    one of them; then nothing was changed that may be kept, and the transaction has to be given up.
    """
    state = submissions[0].state
    columns = {"holder": holder, "lease_until": at + LEASE}
    grows = ("fence", "attempt_count") if sending else ("fence",)
    if sending:
        check_step(state, State.SENDING)
        columns |= {"state": State.SENDING, "since": at}
    known = [{"id": each.pk, "fence": each.fence, "state": state} for each in submissions]
    if len(change_all(Submission, known, columns, grows)) != len(submissions):
        return False
    for submission in submissions:
        submission.fence += 1
        submission.attempt_count += sending
        for name, value in columns.items():
            setattr(submission, name, value)
    return True


def may_have_left() -> Q:
    """Of attempts: whether any byte of them may have left; one that was given back or broke off before has not."""
    return ~Q(outcome="NotSent") | Q(bytes_from__isnull=False)


def newer_versions() -> Exists:
    """Whether the same visit has a newer version on its way to the same destination."""
    return Exists(_siblings().filter(version__number__gt=OuterRef("version__number")))


def older_in_flight() -> Exists:
    """Whether an older version may or may not have arrived: the newer one waits for its outcome (I4)."""
    return Exists(
        _siblings().filter(version__number__lt=OuterRef("version__number"), state__in=sorted(IN_FLIGHT))
    )


def _siblings() -> QuerySet[Submission]:
    return Submission.objects.filter(
        version__visit=OuterRef("version__visit"), destination=OuterRef("destination")
    )


def destinations_of(facility: Facility, kind: DestinationKind) -> QuerySet[Destination]:
    """Where this facility's new visits and check-ins (portal) or health checks (hub) go."""
    return facility.destinations.filter(kind=kind, enabled=True).order_by("id")


def enqueue(
    version: RecordVersion, destinations: Iterable[Destination], *, at: datetime, held: tuple[str, str] | None
) -> list[Submission]:
    """One submission per destination, in the transaction that froze the version.

    ``held``: code and sentence of what holds it back, or None. Older versions that nobody may have received are
    replaced at once; one in flight is waited for. A version that left before this database was restored is held.
    """
    made = []
    for destination in destinations:
        made.append(_begin(Submission(version=version, destination=destination), at=at, held=held))
        supersede_older(version, destination, at=at)
    return made


def enqueue_check_in(
    check_in: CheckIn, destinations: Iterable[Destination], *, at: datetime
) -> list[Submission]:
    """One submission per destination, in the transaction that froze the check-in; an earlier number is replaced."""
    before = Submission.ledger.filter(
        check_in__facility=check_in.facility_id,
        check_in__visit_code=check_in.visit_code,
        check_in__stage=check_in.stage,
        check_in__number__lt=check_in.number,
        state__in=REPLACEABLE,
    )
    before.update(state=State.SUPERSEDED, since=at, holder="", lease_until=None)
    return [_begin(Submission(check_in=check_in, destination=each), at=at) for each in destinations]


def _begin(submission: Submission, *, at: datetime, held: tuple[str, str] | None = None) -> Submission:
    """Stored in its first state: held where it left before a restore, where its code is marked, or for ``held``.

    Having left comes first: a person may lift a mark or overrule a fault, and it must not go out as new by that.
    """
    if left_before(submission):
        held = LEFT_BEFORE
    elif mark_on(submission) is not None:
        held = WITHHELD
    submission.state = State.HELD if held else State.WAITING
    submission.problem_code, submission.problem = held or ("", "")
    submission.since = submission.created_at = at
    submission.save(force_insert=True)
    return submission


def earlier_check_in() -> Exists:
    """Whether a check-in of the same visit is still on its way there: they are told in their order."""
    return Exists(
        Submission.ledger.filter(
            check_in__facility=OuterRef("check_in__facility"),
            check_in__visit_code=OuterRef("check_in__visit_code"),
            destination=OuterRef("destination"),
            pk__lt=OuterRef("pk"),
            state__in=[State.WAITING, State.SIGNED, State.SENDING],
        )
    )


LEFT_BEFORE = (
    "RESTORED-LEFT",
    "Bản này đã gửi đi trước khi cơ sở dữ liệu được khôi phục, nên không gửi lại như hồ sơ mới. "
    "Mở trang khôi phục để đối chiếu với sổ ngoài.",
)

NEWER_LEFT = (
    "RESTORED-NEWER",
    "Bản mới hơn của đợt khám này đã gửi đi trước khi khôi phục, nên không gửi bản cũ. Nhập lại bản mới hơn.",
)


def left_before(submission: Submission) -> bool:
    """Whether the journal outside knows that this, or a later version of it, left before a copy was restored.

    A check-in has no versions there: it is the same where its contents are.
    """
    same = (
        Q(version=0, sent__record_sha256=submission.check_in.sha256)
        if submission.check_in
        else Q(version__gte=submission.version_number)
    )
    return _is_lost(submission, same)


def newer_left(submission: Submission) -> bool:
    """Whether a later version of it left before a copy was restored, which this database does not know."""
    return submission.check_in_id is None and _is_lost(submission, Q(version__gt=submission.version_number))


def _is_lost(submission: Submission, which: Q) -> bool:
    lost = LostSubmission.objects.filter(
        which,
        facility_code=submission.facility_code,
        visit_code=submission.visit_code,
        settled_at__isnull=True,
    )
    places = lost.values_list("destination", "restore").distinct()
    return any(submission.destination_id in places_of(there, restore) for there, restore in places)


def places_of(there: int, restore: int) -> list[int]:
    """Where in a restored copy that goes which left for a destination: to the same one; where the copy does not know it,
    to whatever was declared since that restore was noticed, for that may be the same place under another key."""
    if Destination.objects.filter(pk=there).exists():
        return [there]
    noticed = Entry.objects.filter(action="restore-noticed", kind="restore", object_id=str(restore))
    added = Entry.objects.filter(
        action="destination-added", seq__gt=noticed.aggregate(first=Min("seq"))["first"] or 0
    )
    return [int(pk) for pk in added.values_list("object_id", flat=True)]


def enqueue_health_check(
    health_check: HealthCheck, destinations: Iterable[Destination], *, at: datetime
) -> list[Submission]:
    """One submission per hub, in the transaction that froze it. Older files that nobody may have are replaced."""
    older = Submission.ledger.filter(
        health_check__facility=health_check.facility_id,
        health_check__code=health_check.code,
        health_check__number__lt=health_check.number,
        state__in=REPLACEABLE,
    )
    older.update(state=State.SUPERSEDED, since=at, holder="", lease_until=None)
    return [_begin(Submission(health_check=health_check, destination=each), at=at) for each in destinations]


def newer_health_check() -> Exists:
    """Whether a corrected file of the same check-up is on its way to the same hub."""
    return Exists(_health_siblings().filter(health_check__number__gt=OuterRef("health_check__number")))


def older_health_check_in_flight() -> Exists:
    """Whether an older file may or may not have arrived: the newer one waits for its outcome (I4)."""
    return Exists(
        _health_siblings().filter(
            health_check__number__lt=OuterRef("health_check__number"),
            state__in=sorted(IN_FLIGHT),
        )
    )


def _health_siblings() -> QuerySet[Submission]:
    return Submission.ledger.filter(
        health_check__facility=OuterRef("health_check__facility"),
        health_check__code=OuterRef("health_check__code"),
        destination=OuterRef("destination"),
    )


def supersede_older(version: RecordVersion, destination: Destination, *, at: datetime) -> int:
    older = Submission.objects.filter(
        version__visit=version.visit_id, destination=destination, version__number__lt=version.number
    )
    return _supersede(list(older.filter(state__in=REPLACEABLE).values_list("pk", flat=True)), at=at)


def supersede_overtaken(*, at: datetime) -> int:
    """Submissions that came back from an attempt after a newer version had been frozen."""
    return _supersede(_OVERTAKEN.keys(at) + _OVERTAKEN_HEALTH_CHECKS.keys(at), at=at)


_OVERTAKEN_HEALTH_CHECKS = Prepared(
    lambda now: Submission.ledger.filter(
        newer_health_check(), health_check__isnull=False, state__in=REPLACEABLE
    )
)
_OVERTAKEN = Prepared(lambda now: Submission.objects.filter(newer_versions(), state__in=REPLACEABLE))


def _supersede(chosen: list[int], *, at: datetime) -> int:
    if not chosen:
        return 0
    return Submission.ledger.filter(pk__in=chosen, state__in=REPLACEABLE).update(
        state=State.SUPERSEDED, since=at, holder="", lease_until=None
    )
