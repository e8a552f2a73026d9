"""The worker: claim, sign, claim, send. Several may run, on one machine or many; the ledger keeps them apart.

A claim is a compare-and-set with a lease and a growing fence. The lease is renewed while a call is under way; a
worker that stops breathing loses it, and ``recovery`` gives the item back. One item's failure is its own.
"""

import logging
import os
import random
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import close_old_connections, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ..visits.actions import add_findings
from . import doors
from .crashpoints import here
from .ledger import (
    LEASE,
    earlier_check_in,
    lease_is_over,
    newer_health_check,
    newer_versions,
    older_health_check_in_flight,
    older_in_flight,
    step,
)
from .limits import within_limits
from .models import Attempt, Destination, Submission
from .prepared import Prepared, over
from .recovery import recover
from .restoring.hold import not_restored, on_hold
from .restoring.noticing import notice
from .sending import LONGEST_WAIT, QUIET, QUIET_AFTER, note_attempt, send_submission
from .signers.keys import CannotSignNow
from .signing import Held, sign_submission
from .signing_anew import ask_about_what_waits, must_sign_anew
from .states import State
from .watching.pulse import beat

BREATH = LEASE.total_seconds() / 3
IDLE_SECONDS = 0.5
KEY_DELAY = MINUTE = timedelta(minutes=1)
"""How long a visit waits before the key is asked for again."""
PATIENCE = 45.0
"""``until_idle`` still waits for what is due within so many seconds."""
GIVES_UP_AFTER = 180.0
"""``until_idle`` ends when nothing was settled for so many seconds, whatever is still due."""

log = logging.getLogger("sosuckhoe.delivery")


class Worker:
    """One line of work. ``holder`` names it in the ledger."""

    def __init__(self, holder: str = "") -> None:
        self.holder = holder or f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident():x}"
        self._newest_next = False
        self.in_hand: tuple[int, int] | None = None
        """Number and fence of what is being worked on: its lease alone is renewed."""

    def sign_one(self) -> bool:
        """Sign the next waiting record. False when there is none."""
        submission = self._claim_to_sign()
        if submission is None:
            return False
        self.in_hand = (submission.pk, submission.fence)
        try:
            here("K07")
            self._sign(submission)
        finally:
            self.in_hand = None
        return True

    def _sign(self, submission: Submission) -> None:
        now = timezone.now()
        try:
            sign_submission(submission, at=now)
        except CannotSignNow as problem:
            self._wait(submission, problem.code, problem.sentence, now)
        except Held as problem:
            if submission.version is not None:
                add_findings(submission.version, problem.faults)
            self._hold(submission, problem.code, problem.sentence, now)
        except Exception as problem:
            log.exception("submission %s could not be signed", submission.pk)
            self._hold(submission, f"ERROR-{type(problem).__name__}"[:40], UNEXPECTED, now)

    def send_one(self) -> bool:
        """Send the next signed record. False when there is none."""
        claimed = self._claim_to_send()
        if claimed is None:
            return False
        submission, attempt = claimed
        self.in_hand = (submission.pk, submission.fence)
        try:
            here("K15")
            send_submission(submission, attempt)
        except Exception:
            # What became of it is read from the ledger like after a crash, when the lease has ended.
            log.exception("submission %s: the attempt broke", submission.pk)
        finally:
            self.in_hand = None
        return True

    def next_to_sign(self, now: datetime) -> Submission | None:
        return _next(_TO_SIGN, now)

    def next_to_send(self, now: datetime) -> Submission | None:
        """Every second place is for what came last: after an outage, what is closed now does not wait behind it all."""
        self._newest_next = not self._newest_next
        return _next(_TO_SEND if self._newest_next else _TO_SEND_NEWEST, now)

    def _claim_to_sign(self) -> Submission | None:
        now = timezone.now()
        with transaction.atomic():
            submission = self.next_to_sign(now)
            if submission is None or not self._take(submission, now):
                return None
        return submission

    def _claim_to_send(self) -> tuple[Submission, Attempt] | None:
        now = timezone.now()
        with transaction.atomic():
            submission = self.next_to_send(now)
            if submission is None or not self._probe(submission.destination, now):
                return None
            if not within_limits(submission.destination, now):
                return None
            if must_sign_anew(submission, now) or not self._take(submission, now):
                return None
            columns = {"holder": self.holder, "lease_until": submission.lease_until}
            fence, count = submission.fence, submission.attempt_count + 1
            if not step(submission, State.SENDING, at=now, fence=fence, attempt_count=count, **columns):
                return None
            return submission, note_attempt(submission)

    def _take(self, submission: Submission, now: datetime) -> bool:
        """Compare-and-set: whoever grows the fence first has it."""
        rows = Submission.ledger.filter(pk=submission.pk, state=submission.state, fence=submission.fence)
        lease = now + LEASE
        if not rows.filter(_free(now)).update(fence=F("fence") + 1, holder=self.holder, lease_until=lease):
            return False
        submission.fence, submission.holder, submission.lease_until = submission.fence + 1, self.holder, lease
        return True

    def _probe(self, destination: Destination, now: datetime) -> bool:
        """After failures in a row one item at a time asks whether the portal is back."""
        if destination.failures < QUIET_AFTER:
            return True
        rows = Destination.objects.filter(pk=destination.pk).filter(_quiet_over(now, ""))
        return bool(rows.update(quiet_until=now + QUIET))

    def _wait(self, submission: Submission, code: str, sentence: str, now: datetime) -> None:
        Submission.ledger.filter(pk=submission.pk, fence=submission.fence, state=State.WAITING).update(
            holder="", lease_until=None, not_before=now + KEY_DELAY, problem_code=code, problem=sentence
        )

    def _hold(self, submission: Submission, code: str, sentence: str, now: datetime) -> None:
        step(submission, State.HELD, at=now, fence=submission.fence, problem_code=code, problem=sentence)


class CheckInWorker(Worker):
    """The line of check-ins: so that none of them waits for a record, and no record for one of them."""

    def next_to_sign(self, now: datetime) -> Submission | None:
        return _next(_CHECK_INS_TO_SIGN, now)

    def next_to_send(self, now: datetime) -> Submission | None:
        return _next(_CHECK_INS_TO_SEND, now)


class HealthCheckWorker(Worker):
    """The line of health checks: the hub is slow or silent on its own account."""

    def next_to_sign(self, now: datetime) -> Submission | None:
        return _next(_HEALTH_CHECKS_TO_SIGN, now)

    def next_to_send(self, now: datetime) -> Submission | None:
        return _next(_HEALTH_CHECKS_TO_SEND, now)


UNEXPECTED = (
    "Có trục trặc khi ký hồ sơ này nên hồ sơ tạm giữ; các hồ sơ khác vẫn được gửi. Báo công nghệ thông tin."
)


def _next(due: Prepared, now: datetime) -> Submission | None:
    """The first due row, locked."""
    related = (
        "version__visit__facility",
        "check_in",
        "health_check",
        "destination__facility",
        "document__key__status_source",
    )
    for pk in due.keys(now):
        return Submission.ledger.select_related(*related).get(pk=pk)
    return None


def _due(now: datetime) -> Q:
    """Whether its time has come; nothing's has while a restored copy is on hold."""
    rested = Q(not_before__isnull=True) | over("not_before", now, timedelta(seconds=LONGEST_WAIT + 60))
    return rested & not_restored()


def _free(now: datetime) -> Q:
    return Q(lease_until__isnull=True) | lease_is_over(now)


def _quiet_over(now: datetime, prefix: str) -> Q:
    column = f"{prefix}quiet_until"
    return Q(**{f"{column}__isnull": True}) | over(column, now, 2 * QUIET)


def _open(now: datetime) -> Q:
    limit = Q(destination__next_call_at__isnull=True) | over("destination__next_call_at", now, 2 * MINUTE)
    return Q(destination__paused_at__isnull=True) & _quiet_over(now, "destination__") & limit


def _locked(due: QuerySet[Submission], order: str = "id") -> QuerySet[Submission]:
    """In the order they came; rows that others are claiming right now are skipped (PostgreSQL)."""
    skips = connection.features.has_select_for_update_skip_locked
    return due.order_by(order).select_for_update(of=("self",), skip_locked=skips)


_TO_SIGN = Prepared(
    lambda now: _locked(Submission.objects.filter(_due(now), _free(now), state=State.WAITING)), limit=1
)


def _to_send(now: datetime) -> QuerySet[Submission]:
    return Submission.objects.filter(
        _due(now), _free(now), _open(now), ~newer_versions(), ~older_in_flight(), state=State.SIGNED
    )


_TO_SEND = Prepared(lambda now: _locked(_to_send(now)), limit=1)
_TO_SEND_NEWEST = Prepared(lambda now: _locked(_to_send(now), "-id"), limit=1)


def _check_ins() -> QuerySet[Submission]:
    return Submission.ledger.filter(check_in__isnull=False)


_CHECK_INS_TO_SIGN = Prepared(
    lambda now: _locked(_check_ins().filter(_due(now), _free(now), state=State.WAITING)), limit=1
)
_CHECK_INS_TO_SEND = Prepared(
    lambda now: _locked(
        _check_ins().filter(_due(now), _free(now), _open(now), ~earlier_check_in(), state=State.SIGNED)
    ),
    limit=1,
)


def _health_checks() -> QuerySet[Submission]:
    return Submission.ledger.filter(health_check__isnull=False)


_HEALTH_CHECKS_TO_SIGN = Prepared(
    lambda now: _locked(_health_checks().filter(_due(now), _free(now), state=State.WAITING)), limit=1
)
_HEALTH_CHECKS_TO_SEND = Prepared(
    lambda now: _locked(
        _health_checks().filter(
            _due(now),
            _free(now),
            _open(now),
            ~newer_health_check(),
            ~older_health_check_in_flight(),
            state=State.SIGNED,
        )
    ),
    limit=1,
)


def breathe(workers: list[Worker]) -> None:
    """Renew the leases of what is being worked on. What broke in a worker's hands is let go."""
    for worker in workers:
        if worker.in_hand is not None:
            pk, fence = worker.in_hand
            rows = Submission.ledger.filter(pk=pk, fence=fence, state__in=[State.SENDING, State.WAITING])
            rows.update(lease_until=timezone.now() + LEASE)


def next_due(now: datetime) -> float | None:
    """Seconds until something is to be done by a worker; 0 for now, None for nothing."""
    if on_hold():
        return None
    working = Submission.ledger.filter(state=State.SENDING)
    if working.exists():
        return 0.0
    waits = []
    open_rows = (
        Submission.ledger.filter(destination__paused_at__isnull=True)
        .filter(
            Q(state=State.WAITING)
            | Q(state=State.SIGNED)
            & ~newer_versions()
            & ~older_in_flight()
            & ~newer_health_check()
            & ~older_health_check_in_flight()
        )
        .values_list("not_before", "state", "destination__quiet_until", "destination__next_call_at")
    )
    for not_before, state, *there in open_rows.order_by("not_before", "id")[:200]:
        moments = [not_before, *(there if state == State.SIGNED else ())]
        latest = max((moment for moment in moments if moment is not None), default=now)
        wait = (latest - now).total_seconds()
        waits.append(wait if 0 < wait <= LONGEST_WAIT + 60 else 0.0)
    repeat = doors.next_repeat(now)
    if repeat is not None:
        waits.append(repeat)
    return min(waits) if waits else None


def run(
    stop: threading.Event | None = None,
    *,
    until_idle: bool = False,
    parallel: int = 1,
    patience: float = PATIENCE,
    each: Callable[[], None] = lambda: None,
) -> None:
    """Work until stopped, or until nothing more is to be done within ``patience`` seconds.

    ``each`` is called about every half second, for a progress bar.
    """
    stop = stop or threading.Event()
    over, idle = threading.Event(), _Idle()
    line = f"{socket.gethostname()}:{os.getpid()}:{random.getrandbits(32):x}"
    workers = [Worker(f"{line}:{n}") for n in range(parallel)] + [
        CheckInWorker(f"{line}:check-ins"),
        HealthCheckWorker(f"{line}:health-checks"),
    ]
    notice()
    recover(at=timezone.now())
    threads = [threading.Thread(target=_work, args=(worker, over), daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    breath = threading.Thread(target=_keep_breathing, args=(workers, over), daemon=True)
    breath.start()
    try:
        while not stop.wait(IDLE_SECONDS):
            _look_after()
            each()
            if until_idle:
                wait = next_due(timezone.now())
                if wait is None or wait > patience or idle.has_given_up():
                    break
    finally:
        over.set()
        for thread in [*threads, breath]:
            thread.join()
        connection.close()


class _Idle:
    """Notices that nothing moves any more, as when the portal stays away: then ``until_idle`` ends, too."""

    def __init__(self) -> None:
        self._settled, self._since = -1, time.monotonic()

    def has_given_up(self) -> bool:
        moving = [State.WAITING, State.SIGNED, State.SENDING]
        settled = Submission.ledger.exclude(state__in=moving).count()
        if settled != self._settled:
            self._settled, self._since = settled, time.monotonic()
        return time.monotonic() - self._since > GIVES_UP_AFTER


def _look_after() -> None:
    """What is nobody's item: an older copy put under us, leases that ended, and bytes that may go out again."""
    try:
        held = notice()
        recover(at=timezone.now())
        if held is None:
            doors.repeat_where_declared(at=timezone.now())
        ask_about_what_waits(timezone.now())
        beat(timezone.now())
    except Exception:
        log.exception("recovery failed; it is tried again")
        close_old_connections()


def _work(worker: Worker, over: threading.Event) -> None:
    try:
        while not over.is_set():
            try:
                busy = worker.sign_one()
                busy = worker.send_one() or busy
            except Exception:
                log.exception("the ledger could not be read; trying again")
                close_old_connections()
                busy = False
            if not busy:
                over.wait(IDLE_SECONDS * random.uniform(0.5, 1.0))
    finally:
        connection.close()


def _keep_breathing(workers: list[Worker], over: threading.Event) -> None:
    last = time.monotonic()
    try:
        while not over.wait(min(BREATH, 1.0)):
            if time.monotonic() - last >= BREATH:
                try:
                    breathe(workers)
                except Exception:
                    log.exception("leases could not be renewed; trying again")
                    close_old_connections()
                last = time.monotonic()
    finally:
        connection.close()
