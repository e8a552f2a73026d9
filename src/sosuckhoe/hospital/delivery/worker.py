"""The worker: claim, sign, claim, send. Several may run, on one machine or many; the ledger keeps them apart.

Leases are renewed while calls are under way; a worker that stops breathing loses what it has in hand. One item's
failure is its own.
"""

import logging
import os
import random
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import close_old_connections, connection
from django.db.models import Q
from django.utils import timezone

from ..visits.actions import add_findings
from . import doors, looking
from .claims import CHECK_INS, HEALTH_CHECKS, RECORDS, Line, claim_to_sign
from .connections import KEPT
from .crashpoints import here
from .ending import Ending
from .hand import Hand, as_many_as
from .ledger import (
    LEASE,
    LEDGERS_OWN,
    newer_health_check,
    newer_versions,
    older_health_check_in_flight,
    older_in_flight,
    step,
)
from .models import Attempt, Submission
from .quiet import LONGEST_WAIT
from .recovery import give_back, recover
from .restoring.hold import on_hold
from .restoring.noticing import compare_once, notice
from .saving import NEXT_STEP, cannot_save
from .sending import NotKept, keep_answer, send_submission
from .settling import Answered
from .signers.keys import CannotSignNow
from .signing import Held, Signed, make_signed, store_all
from .signing_anew import ask_about_what_waits
from .states import State
from .turns import writing
from .watching.pulse import beat
from .withholding import take_out_what_is_withheld

BREATH = LEASE.total_seconds() / 3
IDLE_SECONDS = 0.5
WAITS_TO_BEGIN = 5.0
"""Seconds until the ledger is asked for again by a worker that has not begun."""
KEEPS_TRYING = 600.0
"""Seconds in which an answer that could not be kept is tried again. Then what is known without it is read from the ledger."""
KEY_DELAY = timedelta(minutes=1)
"""How long a visit waits before the key is asked for again."""
PATIENCE = 45.0
"""``until_idle`` still waits for what is due within so many seconds."""
GIVES_UP_AFTER = 180.0
"""``until_idle`` ends when nothing was settled for so many seconds, whatever is still due."""

log = logging.getLogger("sosuckhoe.delivery")


class Worker:
    """One line of work. ``holder`` names it in the ledger; ``hand`` is what it shares with the other lines."""

    line: Line = RECORDS

    def __init__(self, holder: str = "", hand: Hand | None = None) -> None:
        self.holder = holder or f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident():x}"
        self.hand = hand or Hand(self.line, self.holder)
        self._signs = 1
        self._under_way: tuple[tuple[int, int], ...] = ()
        self._not_kept: Answered | None = None
        self._not_kept_since = 0.0

    @property
    def in_hand(self) -> tuple[tuple[int, int], ...]:
        """Number and fence of what is being worked on: its leases alone are renewed."""
        return (*self._under_way, *self.hand.numbers)

    def sign_one(self) -> bool:
        """Sign the next waiting record. False when there is none."""
        return self._sign_at_most(1) > 0

    def sign_some(self) -> bool:
        """Sign the next few waiting records and keep them in one commit. False when there is none."""
        began = time.monotonic()
        signed = self._sign_at_most(self._signs)
        if signed:
            self._signs = as_many_as((time.monotonic() - began) / signed)
        return signed > 0

    def _sign_at_most(self, most: int) -> int:
        claimed = claim_to_sign(self.line, self.holder, timezone.now(), most)
        before = self._under_way
        self._under_way = (*before, *((each.pk, each.fence) for each in claimed))
        try:
            made = []
            for submission in claimed:
                here("K07")
                signed = self._sign(submission)
                made += [] if signed is None else [signed]
            self._keep(made)
        finally:
            self._under_way = before
        return len(claimed)

    def _keep(self, made: list[Signed]) -> None:
        """Store a handful; where that fails each one alone, so that one's failure is its own."""
        if not made:
            return
        try:
            store_all(made)
        except LEDGERS_OWN:
            raise
        except Exception as problem:
            for each in made:
                each.submission.state = State.WAITING  # whatever was half done is undone
                if len(made) > 1:
                    self._keep([each])
                else:
                    self._could_not_sign(each.submission, problem, timezone.now())

    def _sign(self, submission: Submission) -> Signed | None:
        now = timezone.now()
        try:
            return make_signed(submission, at=now)
        except CannotSignNow as problem:
            self._wait(submission, problem.code, problem.sentence, now)
        except Held as problem:
            if submission.version is not None:
                add_findings(submission.version, problem.faults)
            self._hold(submission, problem.code, problem.sentence, now)
        except LEDGERS_OWN:
            raise
        except OSError as problem:
            log.error("submission %s could not be signed yet", submission.pk, exc_info=problem)
            self._wait(submission, "NOT-READ", NOT_READ, now)
        except Exception as problem:
            self._could_not_sign(submission, problem, now)
        return None

    def _could_not_sign(self, submission: Submission, problem: Exception, now: datetime) -> None:
        log.error("submission %s could not be signed", submission.pk, exc_info=problem)
        self._hold(submission, f"ERROR-{type(problem).__name__}"[:40], UNEXPECTED, now)

    def send_one(self) -> bool:
        """Send the next signed record. False when there is none, or the answer to the last one cannot be kept yet."""
        if self._not_kept is not None:
            return self._keep_answer(self._not_kept)
        taken = self.hand.next()
        if taken is None:
            return False
        submission, attempt = taken
        self._under_way = ((submission.pk, submission.fence),)
        began, well = time.monotonic(), False
        try:
            here("K15")
            well = send_submission(submission, attempt)
        except NotKept as problem:
            log.exception("submission %s: its answer could not be kept yet", submission.pk)
            self._not_kept, self._not_kept_since = problem.answered, time.monotonic()
        except Exception:
            # What became of it is read from the ledger like after a crash, when the lease has ended.
            log.exception("submission %s: the attempt broke", submission.pk)
        finally:
            if self._not_kept is None:
                self._under_way = ()
            if not well:
                # What was not settled is not known, so the answer to it could be taken for the next one's.
                KEPT.hang_up()
        self.hand.was_sent(time.monotonic() - began, well=well)
        return True

    def _keep_answer(self, answered: Answered) -> bool:
        """Try again to keep it. A disk may be full for minutes, and who was answered must not be asked about by people."""
        try:
            keep_answer(answered)
        except NotKept:
            close_old_connections()
            if 0 <= time.monotonic() - self._not_kept_since < KEEPS_TRYING:
                return False
            log.exception("submission %s: its answer is given up", answered.submission.pk)
        except Exception:
            log.exception("submission %s: the attempt broke", answered.submission.pk)
        self._not_kept, self._under_way = None, ()
        return True

    def one_at_a_time(self) -> None:
        """After a trouble that may be one of size: what is too much together may go through alone."""
        self.hand.one_at_a_time()
        self._signs = 1

    def claim(self) -> list[tuple[Submission, Attempt]]:
        """What is to be sent next, lent to this worker."""
        return self.hand.claim()

    def let_go(self) -> None:
        """Give back what is in hand and not sent; a last try for an answer that could not be kept."""
        if self._not_kept is not None:
            self._keep_answer(self._not_kept)
        self.hand.let_go()

    def _wait(self, submission: Submission, code: str, sentence: str, now: datetime) -> None:
        Submission.ledger.filter(pk=submission.pk, fence=submission.fence, state=State.WAITING).update(
            holder="", lease_until=None, not_before=now + KEY_DELAY, problem_code=code, problem=sentence
        )

    def _hold(self, submission: Submission, code: str, sentence: str, now: datetime) -> None:
        step(submission, State.HELD, at=now, fence=submission.fence, problem_code=code, problem=sentence)


class CheckInWorker(Worker):
    """The line of check-ins: so that none of them waits for a record, and no record for one of them."""

    line = CHECK_INS


class HealthCheckWorker(Worker):
    """The line of health checks: the hub is slow or silent on its own account."""

    line = HEALTH_CHECKS


NOT_READ = "Máy chưa đọc được tệp khóa hoặc mật khẩu nên chưa ký. Hệ thống sẽ tự thử lại."
UNEXPECTED = (
    "Có trục trặc khi ký hồ sơ này nên hồ sơ tạm giữ; các hồ sơ khác vẫn được gửi. Báo công nghệ thông tin."
)


def breathe(workers: list[Worker]) -> None:
    """Renew the leases of what is being worked on. What broke in a worker's hands is let go.

    In one commit, and from when it is our turn to write: on a slow disk either may take seconds (F19).
    """
    held = sorted(each for worker in workers for each in worker.in_hand)
    if not held:
        return
    with writing():
        until = timezone.now() + LEASE
        for pk, fence in held:
            rows = Submission.ledger.filter(pk=pk, fence=fence, state__in=[State.SENDING, State.WAITING])
            rows.update(lease_until=until)


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
    waits += [
        wait for wait in (doors.next_repeat(now), looking.next_look_up(now, first=True)) if wait is not None
    ]
    return min(waits) if waits else None


def run(
    stop: threading.Event | None = None,
    *,
    until_idle: bool = False,
    parallel: int = 1,
    patience: float = PATIENCE,
    each: Callable[[], None] = lambda: None,
    ending: Ending | None = None,
    why_stop: Callable[[], str] = lambda: "",
) -> None:
    """Work until stopped, or until nothing more is to be done within ``patience`` seconds.

    ``each`` is called about every half second, for a progress bar. Once stopped it returns within STOP_SECONDS:
    see ``ending``. ``why_stop`` is asked as often; a sentence ends the work.
    """
    stop = stop or threading.Event()
    over, breathless, stands, idle = threading.Event(), threading.Event(), threading.Event(), _Idle()
    line = f"{socket.gethostname()}:{os.getpid()}:{random.getrandbits(32):x}"
    hand = Hand(RECORDS, line, parallel)
    workers = [Worker(f"{line}:{n}", hand) for n in range(parallel)] + [
        CheckInWorker(f"{line}:check-ins"),
        HealthCheckWorker(f"{line}:health-checks"),
    ]
    if not _stands_still(stands) and not _begun(stop, at_once=until_idle):
        return
    threads = [threading.Thread(target=_work, args=(worker, over, stands), daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    breath = threading.Thread(target=_keep_breathing, args=(workers, breathless), daemon=True)
    breath.start()
    looking_up = threading.Thread(target=looking.keep_looking, args=(over, stands), daemon=True)
    looking_up.start()
    try:
        while not stop.wait(IDLE_SECONDS):
            if why := _asked(why_stop):
                log.critical("%s", why)
                break
            if _stands_still(stands):
                if until_idle:
                    break
                continue
            if _look_after() and stands.is_set():
                log.warning("what is done can be noted again: going on")
                stands.clear()
            each()
            if until_idle:
                wait = next_due(timezone.now())
                if wait is None or wait > patience or idle.has_given_up():
                    break
    finally:
        over.set()
        _end(ending or Ending(), workers, [*threads, looking_up], breath, breathless)
        connection.close()


def _begun(stop: threading.Event, *, at_once: bool) -> bool:
    """Nothing is claimed before this has looked whether the ledger is an older copy: it is waited for, like later on,
    unless the work is to be done ``at_once``. False: told to stop meanwhile."""
    while True:
        try:
            notice()
            recover(at=timezone.now())
            return True
        except (*LEDGERS_OWN, OSError):
            if at_once:
                raise
            log.exception("the ledger or the journal outside could not be read; trying again")
            close_old_connections()
        if stop.wait(WAITS_TO_BEGIN):
            return False


def _end(
    ending: Ending,
    workers: list[Worker],
    threads: list[threading.Thread],
    breath: threading.Thread,
    breathless: threading.Event,
) -> None:
    """Give back what has not left, wait for what has, and leave to the ledger what does not come back in time."""
    for worker in workers:
        worker.hand.let_go()
    ended = ending.wait_for(threads)
    breathless.set()
    ending.wait_for([breath])
    if ended:
        return
    left = {held for worker in workers for held in worker.in_hand}
    log.warning("stopped with %s in hand: given back by what the ledger knows of them", len(left))
    try:
        give_back(left, at=timezone.now())
    except Exception:
        log.exception("what is in hand was not given back; its lease will end")


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


def _asked(why_stop: Callable[[], str]) -> str:
    try:
        return why_stop()
    except Exception:
        log.exception("the ledger could not be asked; trying again")
        close_old_connections()
        return ""


def _stands_still(stands: threading.Event) -> bool:
    """Whether nothing can be noted now, so that no line of work may take anything; said once."""
    why = cannot_save()
    if why and not stands.is_set():
        stands.set()
        log.critical("%s %s", why, NEXT_STEP)
    elif stands.is_set() and not why:
        connection.close()  # it may have been opened for reading alone
    return bool(why)


def _look_after() -> bool:
    """What is nobody's item: an older copy put under us, leases that ended, and bytes that may go out again. False: it
    could not be done."""
    try:
        held = notice()
        recover(at=timezone.now())
        if held is None:
            doors.repeat_where_declared(at=timezone.now())
        take_out_what_is_withheld(timezone.now())
        ask_about_what_waits(timezone.now())
        beat(timezone.now())
        return True
    except Exception:
        log.exception("recovery failed; it is tried again")
        close_old_connections()
        return False


def _work(worker: Worker, over: threading.Event, stands: threading.Event) -> None:
    signs_from = 0.0
    try:
        while not over.is_set():
            busy = False
            if stands.is_set():
                connection.close()
                over.wait(IDLE_SECONDS)
                continue
            try:
                compare_once()
                # What is in hand does not wait for a key that is slow.
                if not worker.in_hand and time.monotonic() >= signs_from:
                    busy = worker.sign_some()
                    signs_from = 0.0 if busy else time.monotonic() + IDLE_SECONDS
                    compare_once()
                busy = worker.send_one() or busy
            except Exception:
                log.exception("the ledger could not be read or written; trying again")
                worker.one_at_a_time()
                close_old_connections()
                busy = False
            if not busy:
                over.wait(IDLE_SECONDS * random.uniform(0.5, 1.0))
    finally:
        worker.let_go()
        KEPT.hang_up()
        connection.close()


def _keep_breathing(workers: list[Worker], over: threading.Event) -> None:
    last = time.monotonic()
    try:
        while not over.wait(min(BREATH, 1.0)):
            if time.monotonic() - last >= BREATH:
                try:
                    breathe(workers)
                    last = time.monotonic()
                except Exception:
                    log.exception("leases could not be renewed; trying again")
                    close_old_connections()
    finally:
        connection.close()
