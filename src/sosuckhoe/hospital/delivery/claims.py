"""Claims: what is due is lent to a worker a handful at a time, in one transaction, each item under its own fence and lease.

Others wait for that transaction, so it reads no more than it decides by; what is signed or sent is read after it
(``loading``). Whoever dies between the two has noted an attempt of which no byte left.

A claim is a compare-and-set with a lease and a growing fence. A worker that stops breathing loses what it was lent:
what waits to be signed is simply free again, what was to be sent is given back by ``recovery``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from ..visits.models import CheckIn, HealthCheck, RecordVersion
from .crashpoints import here
from .keeping import attempts_of, note_attempts
from .ledger import (
    earlier_check_in,
    lease_is_over,
    lend,
    newer_health_check,
    newer_versions,
    older_health_check_in_flight,
    older_in_flight,
)
from .limits import FURTHEST, within_limits
from .loading import Carried, add_contents, add_keys, add_places
from .models import Attempt, Destination, SignedDocument, Submission
from .prepared import Prepared, over
from .quiet import LONGEST_WAIT, QUIET, QUIET_AFTER, quiet_over
from .restoring.hold import not_restored
from .signing_anew import must_sign_anew
from .states import State
from .turns import writing
from .withheld import not_withheld

AS_WRITTEN = "; ".join(
    f"SET LOCAL {setting}"
    for setting in (
        "join_collapse_limit = 1",
        "enable_seqscan = off",
        "enable_sort = off",
        "enable_hashjoin = off",
        "enable_mergejoin = off",
        "jit = off",
        "plan_cache_mode = force_generic_plan",
    )
)
"""How PostgreSQL finds what is due: in the order of an index, row by row, everything else by its key; planned once. It
would weigh every order of a dozen tables before each claim, which takes fifty times as long as claiming does, and now
and then sort all that waits to find the first few."""


@dataclass(frozen=True)
class Line:
    """What one line of work takes."""

    to_sign: Prepared
    to_send: tuple[Prepared, ...]
    """Asked in turn."""
    carried: Carried


def claim_to_sign(line: Line, holder: str, now: datetime, most: int) -> list[Submission]:
    """What is due to be signed, lent to this holder."""
    with writing(AS_WRITTEN):
        found: list[Submission] = line.to_sign.objects(now, limit=most)
        if not found or not _lent(found, holder, now, sending=False):
            return []
    add_places(found, now)
    line.carried.add_whole(found, now)
    return found


def claim_to_send(
    line: Line, holder: str, now: datetime, most: int, *, turn: int
) -> list[tuple[Submission, Attempt]]:
    """What is due to be sent, lent to this holder, each with its attempt noted. ``turn`` counts what was sent."""
    claimed = lend_to_send(line, holder, now, most, turn=turn)
    load_to_send(line, [submission for submission, _ in claimed], now)
    return claimed


def lend_to_send(
    line: Line, holder: str, now: datetime, most: int, *, turn: int
) -> list[tuple[Submission, Attempt]]:
    """The claim itself, committed. Nothing of it can be sent before ``load_to_send``."""
    with writing(AS_WRITTEN):
        hand = _allowed(_in_turn(line.to_send, now, most, turn), now)
        if not hand or not _lent(hand, holder, now, sending=True):
            return []
        noted = note_attempts(hand)
    return list(zip(hand, attempts_of(hand, noted), strict=True))


def load_to_send(line: Line, lent: Sequence[Submission], now: datetime) -> None:
    """The signed bytes of what was lent, what they are of, and where they go."""
    if lent:
        here("K15-LENT")
        add_places(lent, now)
        add_keys(lent, now)
        add_contents(lent, now)
        line.carried.add(lent, now)


def _in_turn(ways: tuple[Prepared, ...], now: datetime, most: int, turn: int) -> list[Submission]:
    """What is due, each next one asked for in another way than the one before."""
    asked = [ways[(turn + place) % len(ways)] for place in range(min(most, len(ways)))]
    found = [way.objects(now, limit=-(-(most - place) // len(asked))) for place, way in enumerate(asked)]
    mixed = [each for together in zip_longest(*found) for each in together if each is not None]
    return list({each.pk: each for each in mixed}.values())


def _lent(hand: list[Submission], holder: str, now: datetime, *, sending: bool) -> bool:
    # What was waited for the ledger, which on a slow disk may be most of a lease, is not taken off it.
    if lend(hand, holder, at=max(now, timezone.now()), sending=sending):
        return True
    transaction.set_rollback(True)
    return False


def _allowed(found: list[Submission], now: datetime) -> list[Submission]:
    """As many of what is due as may be under way together.

    A destination that is in trouble or has a limit is asked one thing at a time.
    """
    hand: list[Submission] = []
    for submission in found:
        there = submission.destination
        alone = there.failures > 0 or there.calls_at_once is not None or there.calls_per_minute is not None
        if alone and hand:
            break
        if must_sign_anew(submission, now):
            continue
        if not _probe(there, now) or not within_limits(there, now):
            break
        hand.append(submission)
        if alone:
            break
    return hand


def _probe(destination: Destination, now: datetime) -> bool:
    """After failures in a row one item at a time asks whether the portal is back."""
    if destination.failures < QUIET_AFTER:
        return True
    rows = Destination.objects.filter(pk=destination.pk).filter(quiet_over(now))
    return bool(rows.update(quiet_until=now + QUIET))


# What is due


def _due(now: datetime) -> Q:
    """Whether its time has come; nothing's has while a restored copy is on hold."""
    rested = Q(not_before__isnull=True) | over("not_before", now, timedelta(seconds=LONGEST_WAIT + 60))
    return rested & not_restored()


def _free(now: datetime) -> Q:
    return Q(lease_until__isnull=True) | lease_is_over(now)


def _open(now: datetime) -> Q:
    limit = Q(destination__next_call_at__isnull=True) | over("destination__next_call_at", now, FURTHEST)
    return Q(destination__paused_at__isnull=True) & quiet_over(now, "destination__") & limit


def _locked(due: QuerySet[Submission], order: str = "id") -> QuerySet[Submission]:
    """In the order they came; rows that others are claiming right now are skipped (PostgreSQL)."""
    skips = connection.features.has_select_for_update_skip_locked
    return due.order_by(order).select_for_update(of=("self",), skip_locked=skips)


def _to_sign(rows: Callable[[], QuerySet[Submission]], kind: str) -> Prepared:
    """Waiting."""
    return Prepared(
        lambda now: _locked(rows().filter(_due(now), _free(now), not_withheld(kind), state=State.WAITING)),
        limit=1,
    )


def _to_send(rows: Callable[[], QuerySet[Submission]], kind: str, order: str = "id") -> Prepared:
    """Signed, with what is noted of the signed bytes, and what a claim decides by of the key and the destination."""
    return Prepared(
        lambda now: _locked(
            rows()
            .filter(_due(now), _free(now), _open(now), not_withheld(kind), state=State.SIGNED)
            .select_related("document__key__status_source", "destination")
            .only(*_columns(Submission), *_columns(SignedDocument, "document", but="content"), *DECIDE),
            order,
        ),
        limit=1,
    )


def _columns(model: type[Model], prefix: str = "", but: str = "") -> list[str]:
    names = [field.name for field in model._meta.concrete_fields if field.name != but]
    return [f"{prefix}__{name}" if prefix else name for name in names]


DECIDE = (
    "document__key__not_before",
    "document__key__not_after",
    "document__key__status_source__set_at",
    "destination__failures",
    "destination__calls_at_once",
    "destination__calls_per_minute",
)
"""Whatever else there is of them is read when the turn is over, by ``load_to_send``."""


def _records() -> QuerySet[Submission]:
    return Submission.objects.filter(~newer_versions(), ~older_in_flight())


def _check_ins() -> QuerySet[Submission]:
    return Submission.ledger.filter(check_in__isnull=False)


def _health_checks() -> QuerySet[Submission]:
    return Submission.ledger.filter(health_check__isnull=False)


RECORDS = Line(
    _to_sign(Submission.objects.all, "version"),
    # Every second place is for what came last: after an outage, what is closed now does not wait behind it all.
    (_to_send(_records, "version"), _to_send(_records, "version", "-id")),
    Carried("version", lambda: RecordVersion.objects.select_related("visit"), "record_json"),
)
CHECK_INS = Line(
    _to_sign(_check_ins, "check_in"),
    (_to_send(lambda: _check_ins().filter(~earlier_check_in()), "check_in"),),
    Carried("check_in", CheckIn.objects.all, "row_json"),
)
HEALTH_CHECKS = Line(
    _to_sign(_health_checks, "health_check"),
    (
        _to_send(
            lambda: _health_checks().filter(~newer_health_check(), ~older_health_check_in_flight()),
            "health_check",
        ),
    ),
    Carried("health_check", HealthCheck.objects.all, "document"),
)
