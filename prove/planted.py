"""Bugs planted on purpose, each of a kind that real senders have shipped. The checkers must catch every one."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from .simulation.documents import CHECK_IN, HEALTH_CHECK
from .simulation.story import Focus, Story
from .simulation.world import put

TRIES = 40
"""Stories told at most of one planted bug."""


@dataclass(frozen=True)
class Planted:
    """A bug, and the kind of story in which it shows."""

    name: str
    what: str
    plant: Callable[[], contextlib.AbstractContextManager[None]]
    focus: Focus


PLANTED: dict[str, Planted] = {}
BESIDES = (CHECK_IN, HEALTH_CHECK)
LOST_REPLIES = ("store-then-drop", "cut-reply")


def planted(
    name: str, **focus: Any
) -> Callable[[Callable[[], Iterator[None]]], Callable[[], Iterator[None]]]:
    def keep(plant: Callable[[], Iterator[None]]) -> Callable[[], Iterator[None]]:
        what = " ".join((plant.__doc__ or "").split())
        story = Focus(**{"steps": 40, **focus})
        PLANTED[name] = Planted(name, what, contextlib.contextmanager(plant), story)
        return plant

    return keep


def _written_anew(*asked: Any) -> list[tuple[Any, str, Any]]:
    """Prepared questions whose SQL is written once more while a bug is planted in what they are built of."""
    return [(question, "_written", {}) for question in asked]


@dataclass(frozen=True)
class Caught:
    name: str
    what: str
    seed: int | None
    """None: nobody noticed."""
    violation: str


def catch(name: str, template: Path) -> Caught:
    """Plant one bug and tell stories until an invariant breaks. Without the bug the same story has to hold."""
    bug = PLANTED[name]
    try:
        caught = _catch(bug, template)
        if caught.seed is None:
            return caught
        without = Story(caught.seed, template, bug.focus).tell().violations
        return replace(caught, seed=None, violation=f"not by the bug: {without[0]}") if without else caught
    except Exception as problem:
        # The program has changed and the bug cannot be planted any more: that proves nothing.
        return Caught(name, bug.what, None, f"not planted: {type(problem).__name__}: {problem}")


def _catch(bug: Planted, template: Path) -> Caught:
    with bug.plant():
        for seed in range(TRIES):
            story = Story(seed, template, bug.focus).tell()
            if story.violations:
                return Caught(bug.name, bug.what, seed, story.violations[0])
    return Caught(bug.name, bug.what, None, "")


@planted("no-flush", steps=1)
def _no_flush() -> Iterator[None]:
    """Commits return before they are on the disk."""
    from django.db import connections

    options = connections["default"].settings_dict["OPTIONS"]
    kept = options["init_command"]
    options["init_command"] = kept.replace("synchronous=FULL", "synchronous=OFF")
    try:
        yield
    finally:
        options["init_command"] = kept


@planted("receipt-not-flushed", strikes=("crash",), share=0.5, trouble=0.0)
def _receipt_not_flushed() -> Iterator[None]:
    """A receipt is written outside the database and never flushed."""
    from sosuckhoe.hospital.delivery import receipts

    real = receipts.append

    def append(line: Any) -> None:
        class Lazy:
            def __getattr__(self, name: str) -> Any:
                return getattr(disk, name)

            def fdatasync(self, descriptor: int) -> None:
                pass

        disk = receipts.os
        receipts.os = Lazy()
        try:
            real(line)
        finally:
            receipts.os = disk

    with put((receipts, "append", append)):
        yield


@planted("mark-before-send", trouble=0.8)
def _mark_before_send() -> Iterator[None]:
    """Taken off the queue as done before the other side has said so: the call itself may fail."""
    from sosuckhoe.hospital.delivery import sending, worker
    from sosuckhoe.hospital.delivery.answers import Answer, Word

    def send(submission: Any, attempt: Any) -> None:
        answer = Answer(Word.ACCEPTED, "200", "", transaction_number=f"QUEUED{attempt.pk}")
        sending.settle(submission, attempt, None, answer)
        with contextlib.suppress(sending.NotSent):
            gateway = sending.channel_of(submission.destination)
            gateway.send(submission, gateway.session(), before_bytes=lambda: float("inf"))

    with put((worker, "send_submission", send)):
        yield


@planted("resend-on-time-out", menu=LOST_REPLIES, trouble=0.8)
def _resend_on_time_out() -> Iterator[None]:
    """No answer means: once more."""
    from sosuckhoe.hospital.delivery import recovery, sending, settling, stopping
    from sosuckhoe.hospital.delivery.answers import NO_ANSWER, Word

    again = replace(NO_ANSWER, word=Word.TRY_LATER)
    with put(*((place, "NO_ANSWER", again) for place in (sending, settling, stopping, recovery))):
        yield


@planted("no-fence", strikes=("freeze",), points=("K16", "K21"), share=0.5, trouble=0.0)
def _no_fence() -> Iterator[None]:
    """Whoever was given an item may write it for ever."""
    from sosuckhoe.hospital.delivery import ledger, sending, settling, worker
    from sosuckhoe.hospital.delivery.models import Attempt, Submission

    real = ledger.step

    def step(submission: Any, after: Any, *, at: Any, fence: int | None = None, **columns: Any) -> bool:
        now = Submission.objects.get(pk=submission.pk)
        if fence is None:
            return real(submission, after, at=at, **columns)
        Submission.objects.filter(pk=submission.pk).update(
            state=after, since=at, **{"holder": "", "lease_until": None, **columns}
        )
        submission.state = after
        return now is not None

    def may_send(submission: Any, attempt: Any) -> float:
        Attempt.objects.filter(pk=attempt.pk).update(bytes_from=sending.timezone.now())
        attempt.bytes_from = sending.timezone.now()
        return float("inf")

    places = [(place, "step", step) for place in (sending, settling, worker)]
    with put(*places, (sending, "may_send", may_send)):
        yield


@planted("no-look-before-the-first-byte", strikes=("freeze",), points=("K16",), share=0.6, trouble=0.0)
def _no_last_look() -> Iterator[None]:
    """The claim is believed however old it is when the bytes go out."""
    from sosuckhoe.hospital.delivery import sending
    from sosuckhoe.hospital.delivery.models import Attempt

    def may_send(submission: Any, attempt: Any) -> float:
        attempt.bytes_from = sending.timezone.now()
        Attempt.objects.filter(pk=attempt.pk).update(bytes_from=attempt.bytes_from)
        return float("inf")

    with put((sending, "may_send", may_send)):
        yield


@planted("delete-before-rerun", menu=("503", "500"), trouble=0.8)
def _delete_before_rerun() -> Iterator[None]:
    """The queue's row is finished in one transaction and its rerun made in another."""
    from sosuckhoe.hospital.delivery import sending
    from sosuckhoe.hospital.delivery.answers import Word
    from sosuckhoe.hospital.delivery.models import Submission

    real = sending.settle

    def settle(submission: Any, attempt: Any, exchange: Any, answer: Any) -> None:
        if answer.word is not Word.TRY_LATER:
            return real(submission, attempt, exchange, answer)
        with sending.transaction.atomic():
            sending.close_attempt(attempt, exchange, answer)
            Submission.objects.filter(pk=submission.pk).update(
                state="SUPERSEDED", holder="", lease_until=None
            )
        with sending.transaction.atomic():
            Submission.objects.filter(pk=submission.pk).update(
                state="SIGNED", not_before=sending.timezone.now() + timedelta(seconds=5)
            )
        return None

    with put((sending, "settle", settle)):
        yield


@planted("receipt-matched-by-order", strikes=("crash",), points=("K18", "K20", "K21"), share=0.5, trouble=0.0)
def _receipt_matched_by_order() -> Iterator[None]:
    """After a crash the newest receipt is taken for that of whatever was under way."""
    import json

    from sosuckhoe.hospital.delivery import receipts, recovery

    def find(**wanted: Any) -> Any:
        place = receipts.settings.HOME.receipts
        lines = place.read_text(errors="replace").splitlines() if place.exists() else []
        for text in reversed(lines):
            try:
                return receipts.ReceiptLine(**json.loads(text))
            except (ValueError, TypeError):
                continue
        return None

    # Whether the number is another's receipt is asked besides: either of the two would do.
    with put((receipts, "find", find), (recovery, "is_anothers", lambda submission, number: False)):
        yield


@planted("re-sign-on-retry", menu=("503", "drop-unstored"), trouble=0.8)
def _re_sign_on_retry() -> Iterator[None]:
    """Every new try is signed anew, so the portal sees other bytes for the same version."""
    from sosuckhoe.hospital.delivery import claims, ledger
    from sosuckhoe.hospital.delivery.states import State

    def must(submission: Any, now: Any) -> bool:
        if submission.attempts.count() < submission.documents.count():
            return False
        return bool(ledger.step(submission, State.WAITING, at=now, document=submission.document))

    with put((claims, "must_sign_anew", must)):
        yield


@planted("lease-never-ends", strikes=("crash",), points=("K15", "K18"), share=0.5)
def _lease_never_ends() -> Iterator[None]:
    """What a dead worker held stays held."""
    from sosuckhoe.hospital.delivery import worker

    with put((worker, "recover", lambda *, at: 0)):
        yield


@planted("lease-kept-for-what-broke", strikes=("flush", "torn"), share=0.6, trouble=0.0)
def _lease_kept() -> Iterator[None]:
    """A worker renews the leases of everything under its name, also of what broke in its hands. (Found by this
    simulation in our own program on 2026-11-23.)"""
    from sosuckhoe.hospital.delivery import worker
    from sosuckhoe.hospital.delivery.models import Submission

    def breathe(workers: Any) -> None:
        holders = [each.holder for each in workers]
        rows = Submission.objects.filter(holder__in=holders, state__in=["SENDING", "WAITING"])
        rows.update(lease_until=worker.timezone.now() + worker.LEASE)

    with put((worker, "breathe", breathe)):
        yield


@planted("versions-out-of-order", menu=LOST_REPLIES, trouble=0.8, declared=False)
def _versions_out_of_order() -> Iterator[None]:
    """A correction does not wait for the outcome of the version before it."""
    from django.db.models import Exists

    from sosuckhoe.hospital.delivery import claims
    from sosuckhoe.hospital.delivery.models import Submission

    nothing = Exists(Submission.objects.none())
    with put((claims, "older_in_flight", lambda: nothing), *_written_anew(*claims.RECORDS.to_send)):
        yield


@planted("receipt-of-another-visit-accepted", menu=("foreign",), trouble=0.6, share=0.0)
def _foreign_receipt() -> Iterator[None]:
    """A number that is another visit's is kept for this one."""
    from sosuckhoe.hospital.delivery import sending
    from sosuckhoe.hospital.delivery.answers import Word
    from sosuckhoe.hospital.delivery.models import Receipt

    real = sending.settle

    def settle(submission: Any, attempt: Any, exchange: Any, answer: Any) -> None:
        number = answer.transaction_number
        others = Receipt.objects.filter(transaction_number=number).exclude(submission=submission)
        if answer.word is Word.ACCEPTED and others.exists():
            answer = replace(answer, transaction_number=f"{number}/{submission.pk}")
        real(submission, attempt, exchange, answer)

    with put((sending, "settle", settle)):
        yield


@planted("unknown-treated-as-refused", menu=LOST_REPLIES, trouble=0.8)
def _unknown_as_refused() -> Iterator[None]:
    """No answer is booked as a refusal, so somebody corrects what had arrived."""
    from sosuckhoe.hospital.delivery import sending, settling, stopping
    from sosuckhoe.hospital.delivery.answers import NO_ANSWER, Concern, Word

    refused = replace(NO_ANSWER, word=Word.REJECTED, concern=Concern.CONTENT)
    with put(*((place, "NO_ANSWER", refused) for place in (sending, settling, stopping))):
        yield


@planted("html-under-200-accepted", menu=("html",), trouble=0.5)
def _html_accepted() -> Iterator[None]:
    """HTTP 200 is enough."""
    from sosuckhoe.hospital.delivery import gateway
    from sosuckhoe.hospital.delivery.answers import Answer, Word

    real = gateway.submission_answer

    def answer(status: int, body: bytes, **how: Any) -> Any:
        found = real(status, body, **how)
        if status == 200 and found.word is Word.UNKNOWN and not found.transaction_number:
            digest = hashlib.sha256(body).hexdigest()[:8]
            return Answer(Word.ACCEPTED, "200", "", transaction_number=f"HTTP200-{digest}")
        return found

    with put((gateway, "submission_answer", answer)):
        yield


@planted("attempt-noted-after-its-bytes", trouble=0.0)
def _noted_after() -> Iterator[None]:
    """That bytes are out is written down when the answer is there, and not before they leave."""
    from sosuckhoe.hospital.delivery import sending
    from sosuckhoe.hospital.delivery.models import Attempt

    real = sending.settle

    def settle(submission: Any, attempt: Any, exchange: Any, answer: Any) -> None:
        if exchange is not None:
            Attempt.objects.filter(pk=attempt.pk).update(bytes_from=sending.timezone.now())
            attempt.bytes_from = sending.timezone.now()
        real(submission, attempt, exchange, answer)

    with put((sending, "settle", settle), (sending, "may_send", lambda submission, attempt: float("inf"))):
        yield


@planted(
    "recovery-guesses-not-sent", strikes=("crash",), points=("K18", "K20", "K21"), share=0.5, declared=False
)
def _recovery_guesses() -> Iterator[None]:
    """After a crash everything under way goes out again."""
    from sosuckhoe.hospital.delivery import recovery
    from sosuckhoe.hospital.delivery.states import State

    def recover(submission: Any, at: Any) -> None:
        attempt = submission.attempts.order_by("-number").first()
        recovery._close(attempt, "NotSent", "INTERRUPTED", "", at)
        recovery.step(submission, State.SIGNED, at=at, not_before=None)

    with put((recovery, "_recover", recover)):
        yield


@planted(
    "closed-before-queued",
    strikes=("crash-statement", "crash-committed", "crash"),
    points=("K02", "K03"),
    share=0.6,
)
def _closed_before_queued() -> Iterator[None]:
    """The visit is closed in one transaction and queued in the next."""
    from sosuckhoe.hospital.delivery import closing

    def late(real_close: Any) -> Any:
        def close(**how: Any) -> Any:
            with put((closing, "enqueue", lambda *a, **k: [])):
                closed = real_close(**how)
            destinations = closed.visit.facility.destinations.filter(enabled=True, kind="portal")
            with closing.transaction.atomic():
                real_enqueue(closed.version, destinations, at=how["at"], held=None)
            return closed

        return close

    real_enqueue = closing.enqueue
    with put(
        (closing, "close_visit", late(closing.close_visit)),
        (closing, "correct_visit", late(closing.correct_visit)),
    ):
        yield


@planted(
    "receipt-committed-before-it-is-journalled",
    strikes=("crash-committed", "crash"),
    points=("K22",),
    share=0.6,
    trouble=0.0,
)
def _journalled_late() -> Iterator[None]:
    """The database has the receipt before the journal outside it: a restore in between forgets it."""
    from sosuckhoe.hospital.delivery import receipts, sending

    real_settle, real_append = sending.settle, receipts.append

    def settle(*arguments: Any) -> None:
        lines: list[Any] = []
        with put((receipts, "append", lines.append)):
            real_settle(*arguments)
        for line in lines:
            real_append(line)

    with put((sending, "settle", settle)):
        yield


@planted(
    "leases-believe-any-clock",
    strikes=("crash",),
    points=("K15", "K16", "K18"),
    share=0.5,
    trouble=0.0,
    clock=0.045,
)
def _any_clock() -> Iterator[None]:
    """A lease set by a clock that was a day ahead is waited for after the clock was put right."""
    from sosuckhoe.hospital.delivery import claims, ledger, prepared, recovery

    def over(column: str, now: Any, longest: Any) -> Any:
        return prepared.Q(**{f"{column}__lte": now})

    asked = (claims.RECORDS.to_sign, *claims.RECORDS.to_send, recovery._LOST)
    with put((ledger, "over", over), (claims, "over", over), *_written_anew(*asked)):
        yield


@planted("errors-of-the-receipt-journal-swallowed", strikes=("flush", "torn"), share=0.6, trouble=0.0)
def _journal_errors_swallowed() -> Iterator[None]:
    """Whatever goes wrong outside the database while a receipt is kept is ignored."""
    from sosuckhoe.hospital.delivery import receipts

    real = receipts.append

    def append(line: Any) -> None:
        with contextlib.suppress(OSError):
            real(line)

    with put((receipts, "append", append)):
        yield


@planted("errors-of-settling-swallowed", strikes=("error-statement", "error-commit"), share=0.6, trouble=0.0)
def _settling_errors_swallowed() -> Iterator[None]:
    """When an answer cannot be stored, the item goes back to the queue as if it had not been sent."""
    from django.db import DatabaseError

    from sosuckhoe.hospital.delivery import sending
    from sosuckhoe.hospital.delivery.models import Attempt, Submission

    real = sending.settle

    def settle(submission: Any, attempt: Any, exchange: Any, answer: Any) -> None:
        try:
            real(submission, attempt, exchange, answer)
        except DatabaseError:
            Attempt.objects.filter(pk=attempt.pk).update(ended_at=sending.timezone.now())
            Submission.objects.filter(pk=submission.pk, fence=submission.fence).update(
                state="SIGNED", holder="", lease_until=None
            )

    with put((sending, "settle", settle)):
        yield


@planted("failures-never-forgotten", menu=("503", "500", "refused-connection"), trouble=0.8)
def _failures_never_forgotten() -> Iterator[None]:
    """A portal that was away once is asked about one item at a time for ever."""
    from sosuckhoe.hospital.delivery import settling
    from sosuckhoe.hospital.delivery.models import Destination

    real = settling.count_answer

    def count(destination: Any, answer: Any, now: Any) -> None:
        before = Destination.objects.get(pk=destination.pk)
        real(destination, answer, now)
        after = Destination.objects.get(pk=destination.pk)
        if after.failures < before.failures:
            Destination.objects.filter(pk=destination.pk).update(
                failures=before.failures, quiet_until=before.quiet_until
            )

    with put((settling, "count_answer", count)):
        yield


@planted(
    "pause-does-not-reach-what-is-claimed", strikes=("nap",), points=("K15", "K16"), share=0.7, pauses=0.9
)
def _pause_ignored() -> Iterator[None]:
    """A pause stops new claims; what is claimed already still goes out."""
    from sosuckhoe.hospital.delivery import sending

    def may_send(submission: Any, attempt: Any) -> float:
        now, began = sending.timezone.now(), sending.time.monotonic()
        with sending.transaction.atomic():
            rows = sending.Submission.objects.filter(
                pk=submission.pk, state="SENDING", fence=submission.fence
            )
            lease = rows.values_list("lease_until", flat=True).first()
            if lease is None:
                raise sending.TakenOver
            sending.Attempt.objects.filter(pk=attempt.pk, bytes_from__isnull=True).update(bytes_from=now)
        attempt.bytes_from = now
        return float(began + (lease - now).total_seconds())

    with put((sending, "may_send", may_send)):
        yield


@planted("refused-token-is-tried-for-ever", menu=("401", "bare-401"), trouble=0.9)
def _token_loop() -> Iterator[None]:
    """Login and call again as long as the answer is 401: how accounts get locked."""
    from sosuckhoe.hospital.delivery import sending

    def send(submission: Any, attempt: Any) -> None:
        gateway = sending.channel_of(submission.destination)
        try:
            session = gateway.session()
            exchange = sending._submit(gateway, session, submission, attempt)
            for _ in range(6):
                if not gateway.refuses_session(exchange):
                    break
                gateway.drop(session)
                sending.close_attempt(attempt, exchange, sending._judge(gateway, exchange, submission))
                attempt = sending._next_attempt(submission)
                session = gateway.session()
                exchange = sending._submit(gateway, session, submission, attempt)
            sending.settle(submission, attempt, exchange, sending._judge(gateway, exchange, submission))
        except sending.NotSent as problem:
            sending.settle(submission, attempt, None, problem.answer)
        except sending.TakenOver:
            sending.release(submission, attempt, sending.PAUSED)

    from sosuckhoe.hospital.delivery import worker

    with put((worker, "send_submission", send)):
        yield


@planted("repeated-under-the-same-attempt", menu=("401", "bare-401"), trouble=0.6)
def _same_attempt() -> Iterator[None]:
    """After a refused token the call is made again without noting a second attempt."""
    from sosuckhoe.hospital.delivery import sending, worker

    def send(submission: Any, attempt: Any) -> None:
        gateway = sending.channel_of(submission.destination)
        try:
            session = gateway.session()
            exchange = sending._submit(gateway, session, submission, attempt)
            if gateway.refuses_session(exchange):
                gateway.drop(session)
                exchange = sending._submit(gateway, gateway.session(), submission, attempt)
            sending.settle(submission, attempt, exchange, sending._judge(gateway, exchange, submission))
        except sending.NotSent as problem:
            sending.settle(submission, attempt, None, problem.answer)
        except sending.TakenOver:
            sending.release(submission, attempt, sending.PAUSED)

    with put((worker, "send_submission", send)):
        yield


@planted(
    "line-of-the-journal-outside-the-transaction",
    strikes=("crash", "crash-committed"),
    points=("K02", "K04"),
    share=0.6,
)
def _journal_outside() -> Iterator[None]:
    """The visit is committed first and its line in the journal is written afterwards."""
    from sosuckhoe.hospital.delivery import closing

    real_note, real_close, real_correct = closing.note, closing.close_visit, closing.correct_visit

    def late(real: Any) -> Any:
        def deed(**how: Any) -> Any:
            lines: list[Any] = []
            with put((closing, "note", lambda *line, **detail: lines.append((line, detail)))):
                closed = real(**how)
            for line, detail in lines:
                real_note(*line, **detail)
            return closed

        return deed

    with put((closing, "close_visit", late(real_close)), (closing, "correct_visit", late(real_correct))):
        yield


@planted("built-anew-when-it-is-sent", trouble=0.0)
def _built_anew() -> Iterator[None]:
    """What goes out is written and signed anew at the moment of sending, and not what is stored."""
    from sosuckhoe.hospital.delivery import gateway

    real = gateway.Gateway.submit

    def submit(self: Any, document: bytes, *arguments: Any, **how: Any) -> Any:
        return real(self, document + b"\n", *arguments, **how)

    with put((gateway.Gateway, "submit", submit)):
        yield


@planted("second-door-without-a-declaration", menu=LOST_REPLIES, trouble=0.8, declared=False)
def _second_door() -> Iterator[None]:
    """The same bytes go out again although nobody has declared that the portal replaces."""
    from sosuckhoe.hospital.delivery import doors
    from sosuckhoe.hospital.delivery.prepared import Prepared

    unknown = Prepared(lambda now: doors.Submission.objects.filter(state="UNKNOWN", not_before__lte=now))
    with put((doors, "_RESTED", unknown)):
        yield


@planted("content-refused-and-tried-again", menu=("204",), trouble=0.7)
def _refused_again() -> Iterator[None]:
    """A refusal of the content is taken for a passing trouble."""
    from sosuckhoe.hospital.delivery import sending
    from sosuckhoe.hospital.delivery.answers import Concern, Word

    real = sending._judge

    def judge(*asked: Any) -> Any:
        answer = real(*asked)
        refused = answer.concern is Concern.CONTENT
        return replace(answer, word=Word.TRY_LATER, concern=None) if refused else answer

    with put((sending, "_judge", judge)):
        yield


@planted("fence-does-not-grow", strikes=("freeze",), points=("K15", "K16", "K21"), share=0.6, trouble=0.0)
def _fence_stands_still() -> Iterator[None]:
    """A claim takes the lease and leaves the fence as it is, so two holders look alike."""
    from sosuckhoe.hospital.delivery import claims, ledger

    def lend(submissions: Any, holder: str, *, at: Any, sending: bool) -> bool:
        done = ledger.lend(submissions, holder, at=at, sending=sending)
        for submission in submissions:
            submission.fence -= 1
            claims.Submission.objects.filter(pk=submission.pk).update(fence=submission.fence)
        return done

    with put((claims, "lend", lend)):
        yield


@planted("unknown-is-superseded", menu=LOST_REPLIES, trouble=0.7)
def _unknown_superseded() -> Iterator[None]:
    """A correction replaces what may have arrived, and nobody asks any more what became of it."""
    from sosuckhoe.hospital.delivery import ledger
    from sosuckhoe.hospital.delivery.prepared import Prepared
    from sosuckhoe.hospital.delivery.states import IN_FLIGHT

    more = ledger.REPLACEABLE | IN_FLIGHT
    with put((ledger, "REPLACEABLE", more), (ledger, "_OVERTAKEN", Prepared(ledger._OVERTAKEN._build))):
        yield


@planted("token-kept-with-the-attempt", trouble=0.0)
def _token_kept() -> Iterator[None]:
    """The head of the request is kept as it was sent."""
    from sosuckhoe.hospital.delivery import calling

    with put((calling, "SECRET_HEADERS", ())):
        yield


@planted("odd-answer-keeps-its-connection", menu=("204",), trouble=0.5, share=0.0, steps=60, pauses=0.0)
def _kept_after_anything() -> Iterator[None]:
    """A connection is used again whatever was said on it, so a late repetition answers for another record."""
    from sosuckhoe.hospital.delivery.connections import Kept

    with put((Kept, "hang_up", lambda self: None)):
        yield


@planted("body-once-more-on-a-new-connection", menu=LOST_REPLIES, trouble=0.5, share=0.0)
def _body_once_more() -> Iterator[None]:
    """A kept connection that breaks is taken for one that was closed before, although the body has left."""
    from sosuckhoe.hospital.delivery import calling

    real = calling._exchange

    def exchange(connection: Any, call: Any, *, used_before: bool = False) -> Any:
        done = real(connection, call, used_before=used_before)
        if used_before and done.broken:
            raise calling.ClosedMeanwhile
        return done

    with put((calling, "_exchange", exchange)):
        yield


@planted(
    "late-answer-moves-what-another-has-claimed", strikes=("freeze",), points=("K20", "K21"), share=0.7,
    menu=("503", "cut-reply"), trouble=0.5, declared=True, mode="replace",
)  # fmt: skip
def _late_answer_moves() -> Iterator[None]:
    """Whoever comes late with a "later" or without an answer puts back what somebody else is sending by now."""
    from sosuckhoe.hospital.delivery import ledger, settling

    def step(submission: Any, after: Any, *, fence: int | None = None, **how: Any) -> bool:
        return ledger.step(submission, after, **how)

    with put((settling, "step", step)):
        yield


@planted(
    "late-receipt-changes-nothing", strikes=("freeze",), points=("K20", "K21"), share=0.7, trouble=0.0,
    declared=True, mode="replace",
)  # fmt: skip
def _late_receipt() -> Iterator[None]:
    """A receipt that comes after the lease has ended is stored, and what it is of goes out again all the same."""
    from sosuckhoe.hospital.delivery import settling

    def receive(submission: Any, answer: Any, now: Any) -> bool:
        how = {"problem_code": "", "problem": "", "delays": 0, "not_before": None}
        after = settling.State.RECEIVED
        return bool(settling.step(submission, after, at=now, fence=submission.fence, **how))

    with put((settling, "_receive", receive)):
        yield


@planted("older-health-check-goes-after-the-newer", kinds=(HEALTH_CHECK,), menu=("503", "500"), trouble=0.7,
    strikes=("nap",), points=("K17", "K18", "K20"), share=0.7)  # fmt: skip
def _older_after_newer() -> Iterator[None]:
    """What came back from an attempt goes out once more although its correction is there by now."""
    from django.db.models import Exists

    from sosuckhoe.hospital.delivery import claims

    nothing, asked = Exists(claims.Submission.ledger.none()), claims.HEALTH_CHECKS.to_send
    with put((claims, "newer_health_check", lambda: nothing), *_written_anew(*asked)):
        yield


@planted("foreign-receipt-noted-outside", menu=("foreign",), trouble=0.6, share=0.0)
def _foreign_noted() -> Iterator[None]:
    """The line outside the database is written before anybody asks whose number it is: a restore would book it."""
    from sosuckhoe.hospital.delivery import settling

    with put((settling, "is_anothers", lambda submission, number: False)):
        yield


@planted(
    "given-back-by-one-that-came-late", strikes=("freeze",), points=("K15", "K16"), share=0.7, trouble=0.0
)
def _given_back_late() -> Iterator[None]:
    """Whoever was frozen before its first byte gives back what somebody else has claimed meanwhile."""
    from sosuckhoe.hospital.delivery import ledger, sending

    def step(submission: Any, after: Any, *, fence: int | None = None, **how: Any) -> bool:
        return ledger.step(submission, after, **how)

    with put((sending, "step", step)):
        yield


@planted("claims-go-on-in-a-pause", pauses=0.9)
def _claims_in_a_pause() -> Iterator[None]:
    """What is paused is claimed and given back, again and again: an attempt noted each time, and no other turn left."""
    from django.db.models import Q

    from sosuckhoe.hospital.delivery import claims

    with put((claims, "_open", lambda now: Q()), *_written_anew(*claims.RECORDS.to_send)):
        yield


@planted(
    "lease-renewed-for-whoever-has-it-now", strikes=("freeze",), points=("K18", "K20"), share=0.6, trouble=0.3
)
def _renewed_for_another() -> Iterator[None]:
    """Whoever was frozen and comes back renews the lease of what somebody else has claimed meanwhile."""
    from sosuckhoe.hospital.delivery import worker
    from sosuckhoe.hospital.delivery.models import Submission

    def breathe(workers: Any) -> None:
        numbers = [pk for each in workers for pk, _ in each.in_hand]
        rows = Submission.ledger.filter(pk__in=numbers, state__in=["SENDING", "WAITING"])
        rows.update(lease_until=worker.timezone.now() + worker.LEASE)

    with put((worker, "breathe", breathe)):
        yield


@planted("correction-does-not-wait-for-what-is-being-sent", strikes=("nap",), share=0.7, menu=("slow",))
def _does_not_wait() -> Iterator[None]:
    """A correction waits for what nobody knows of the version before, and not for one that is under way right now."""
    from django.db.models import Exists, OuterRef

    from sosuckhoe.hospital.delivery import claims, ledger

    def unclear() -> Exists:
        older = {"version__number__lt": OuterRef("version__number"), "state": "UNKNOWN"}
        return Exists(ledger._siblings().filter(**older))

    with put((claims, "older_in_flight", unclear), *_written_anew(*claims.RECORDS.to_send)):
        yield


@planted("time-out-of-something-in-between-is-try-later", menu=("504",), trouble=0.6)
def _time_out_in_between() -> Iterator[None]:
    """504 is a number from 500 on, so nothing was taken."""
    from sosuckhoe.hospital.delivery import answers

    with put((answers, "TRY_LATER_STATUSES", answers.TRY_LATER_STATUSES | {504})):
        yield


@planted("refused-token-is-used-again", menu=("401", "bare-401"), trouble=0.6)
def _token_not_dropped() -> Iterator[None]:
    """The call is repeated after a refused token, with the same token."""
    from sosuckhoe.hospital.delivery import gateway

    with put((gateway.Gateway, "drop", lambda self, session: None)):
        yield


@planted("password-kept-with-the-attempt", trouble=0.0)
def _password_kept() -> Iterator[None]:
    """Tokens are masked in what is kept; the hash that stands for the password is not."""
    from sosuckhoe.hospital.delivery import calling

    with put((calling, "SECRET_HEADERS", ("accesstoken", "tokenid", "authorization"))):
        yield


@planted("later-means-now", menu=("503", "429"), trouble=0.6)
def _no_back_off() -> Iterator[None]:
    """Whoever is told to come later comes again at once."""
    from sosuckhoe.hospital.delivery import settling

    with put((settling, "delay", lambda delays, retry_after: 0.0)):
        yield


@planted("everybody-asks-whether-it-is-back", menu=("refused-connection", "500"), trouble=0.9)
def _never_quiet() -> Iterator[None]:
    """A portal that is away is asked by every record in turn."""
    from sosuckhoe.hospital.delivery import claims, stopping

    with put((stopping, "QUIET", timedelta(0)), (claims, "QUIET", timedelta(0))):
        yield


@planted("strange-answer-answered-by-the-same-bytes", menu=("odd-code", "empty", "no-number"), trouble=0.6, declared=True, mode="replace")  # fmt: skip
def _strange_repeated() -> Iterator[None]:
    """What the portal said and nobody understands is taken for silence, and the machine sends once more."""
    from sosuckhoe.hospital.delivery import doors
    from sosuckhoe.hospital.delivery.prepared import Prepared

    unknown = Prepared(lambda now: doors.Submission.objects.filter(state="UNKNOWN"))
    with put((doors, "_RESTED", unknown)):
        yield


# After a restore


@planted("claims-go-on-during-the-hold", copies=True, trouble=0.0)
def _claims_on_hold() -> Iterator[None]:
    """While a restored copy is on hold everything is claimed and signed; only the last look keeps it from leaving."""
    from django.db.models import Q

    from sosuckhoe.hospital.delivery import claims

    asked = (claims.RECORDS.to_sign, *claims.RECORDS.to_send)
    with put((claims, "not_restored", Q), *_written_anew(*asked)):
        yield


@planted(
    "repeated-during-the-hold",
    copies=True,
    menu=("store-then-drop",),
    trouble=0.6,
    declared=True,
    mode="replace",
)
def _repeated_on_hold() -> Iterator[None]:
    """What was unclear when the copy was made is taken up by the machine's own door before anybody has compared."""
    from sosuckhoe.hospital.delivery import worker

    def look_after() -> None:
        worker.doors.repeat_where_declared(at=worker.timezone.now())
        real()

    real = worker._look_after
    with put((worker, "_look_after", look_after)):
        yield


@planted("mark-not-on-the-disk-outside", marks=0.3, trouble=0.0)
def _mark_not_flushed() -> Iterator[None]:
    """What is marked as not to go out has a line outside the database, which a power cut may take."""
    from sosuckhoe.hospital.delivery import receipts

    def lazy(line: Any) -> None:
        receipts._write(line, flush=False)

    with put((receipts, "append_fact", lazy)):
        yield


@planted("restore-not-noticed", copies=True, trouble=0.0)
def _restore_not_noticed() -> Iterator[None]:
    """An older copy of the database is taken for today's, and what it has still to send goes out once more."""
    from sosuckhoe.hospital.delivery import worker

    with put((worker, "notice", lambda: None)):
        yield


@planted("released-without-reconciling", copies=True, trouble=0.0)
def _not_reconciled() -> Iterator[None]:
    """The hold after a restore is lifted, and nobody has compared the copy with the journal outside."""
    from sosuckhoe.hospital.delivery.restoring import matching

    with put((matching, "_unknown_here", lambda found, size=500: [])):
        yield


@planted("silence-after-a-restore-means-not-sent", copies=True, menu=LOST_REPLIES, trouble=0.6)
def _silence_means_not_sent() -> Iterator[None]:
    """What left before the restore and has no receipt outside is taken for not sent."""
    from sosuckhoe.hospital.delivery.restoring import matching

    with put((matching, "book_unknown", lambda *arguments: None)):
        yield


@planted("what-is-entered-again-goes-out-again", copies=True, trouble=0.0, share=0.0, pauses=0.0)
def _entered_and_sent_again() -> Iterator[None]:
    """A record that was lost with the database and is entered again is a new one for the sender."""
    from sosuckhoe.hospital.delivery import ledger

    with put((ledger, "left_before", lambda submission: False)):
        yield


@planted("a-mark-hides-what-left", copies=True, trouble=0.0, share=0.0, pauses=0.0, marks=0.3)
def _hidden_by_a_mark() -> Iterator[None]:
    """Of a marked record nobody asks whether it left before the restore, nor when the mark is taken back. (Found by
    this simulation in our own program on 2026-11-28.)"""
    from sosuckhoe.hospital.delivery import actions, ledger
    from sosuckhoe.hospital.delivery.withheld import mark_on

    real = ledger.left_before
    with put(
        (ledger, "left_before", lambda each: mark_on(each) is None and real(each)),
        (actions, "left_before", lambda each: False),
    ):
        yield


@planted("found-in-the-journal-and-not-flushed", strikes=("flush", "crash-committed"), share=0.6, trouble=0.0)
def _found_and_not_flushed() -> Iterator[None]:
    """A receipt that a dead worker could not flush is booked from what can be read. (Found by this simulation in our own
    program on 2026-11-28.)"""
    from types import SimpleNamespace

    from sosuckhoe.hospital.delivery import receipts, recovery

    said = {"append": lambda line: None, "find": receipts.find, "find_sent": receipts.find_sent}
    with put((recovery, "receipts", SimpleNamespace(**said))):
        yield


@planted("check-ins-and-health-checks-entered-again-go-out-again", copies=True, trouble=0.0, kinds=BESIDES)
def _others_sent_again() -> Iterator[None]:
    """Only records are compared with what left before the restore. (Found by this simulation in our own program on
    2026-11-28.)"""
    from sosuckhoe.hospital.delivery import ledger
    from sosuckhoe.hospital.delivery.restoring import matching

    real = matching.submission_of

    def submission_of(left: Any) -> Any:
        found = real(left)
        return found if found is not None and found.version_id else None

    left_before = ledger.left_before
    with put(
        (matching, "submission_of", submission_of),
        (ledger, "left_before", lambda each: bool(each.version_id) and left_before(each)),
    ):
        yield


# Check-ins and health checks


@planted(
    "check-in-repeated-without-its-own-door", menu=LOST_REPLIES, trouble=0.8, kinds=(CHECK_IN,), mode="count"
)
def _check_in_repeated() -> Iterator[None]:
    """A check-in is information only, so it is told again when no answer came."""
    from sosuckhoe.hospital.delivery import doors
    from sosuckhoe.hospital.delivery.prepared import Prepared

    told = Prepared(
        lambda now: doors.Submission.ledger.filter(
            check_in__isnull=False, state="UNKNOWN", not_before__lte=now
        )
    )
    with put((doors, "_RESTED", told)):
        yield


@planted("admission-told-before-arrival", menu=("503", "500"), trouble=0.6, kinds=(CHECK_IN,))
def _told_out_of_order() -> Iterator[None]:
    """A check-in does not wait for the one before it."""
    from django.db.models import Exists

    from sosuckhoe.hospital.delivery import claims

    nothing, asked = Exists(claims.Submission.ledger.none()), claims.CHECK_INS.to_send
    with put((claims, "earlier_check_in", lambda: nothing), *_written_anew(*asked)):
        yield


@planted("health-check-sent-again-on-time-out", menu=LOST_REPLIES, trouble=0.8, kinds=(HEALTH_CHECK,))
def _health_check_again() -> Iterator[None]:
    """At the hub no answer means: once more."""
    from sosuckhoe.hospital.delivery import sending
    from sosuckhoe.hospital.delivery.answers import NO_ANSWER, Word

    real = sending.settle

    def settle(submission: Any, attempt: Any, exchange: Any, answer: Any) -> None:
        if submission.health_check_id and answer is NO_ANSWER:
            answer = replace(NO_ANSWER, word=Word.TRY_LATER)
        real(submission, attempt, exchange, answer)

    with put((sending, "settle", settle)):
        yield


@planted("hub-message-frozen-anew", menu=("503", "500"), trouble=0.6, kinds=(HEALTH_CHECK,))
def _message_frozen_anew() -> Iterator[None]:
    """Each try at the hub is a new message, so the hub cannot tell a repetition from a new file."""
    import json

    from sosuckhoe.hospital.delivery.hub import channel

    real = channel.Host.post

    def post(self: Any, path: str, fields: Any, *arguments: Any, **how: Any) -> Any:
        if path == channel.PUSH_PATH:
            told = json.loads(fields)
            told["header"]["msg_id"] += "-2"
            fields = json.dumps(told).encode()
        return real(self, path, fields, *arguments, **how)

    with put((channel.Host, "post", post)):
        yield


@planted(
    "corrected-health-check-overtakes", menu=LOST_REPLIES, trouble=0.8, kinds=(HEALTH_CHECK,), declared=False
)
def _health_check_overtakes() -> Iterator[None]:
    """The corrected file of a check-up does not wait for what became of the first."""
    from django.db.models import Exists

    from sosuckhoe.hospital.delivery import claims

    nothing, asked = Exists(claims.Submission.ledger.none()), claims.HEALTH_CHECKS.to_send
    with put((claims, "older_health_check_in_flight", lambda: nothing), *_written_anew(*asked)):
        yield


@planted("mark-does-not-reach-what-is-claimed", strikes=("nap",), points=("K15", "K16"), share=0.7, marks=0.6)
def _mark_ignored() -> Iterator[None]:
    """A code that is marked as not to go out is claimed no more; what is claimed already still goes out."""
    from sosuckhoe.hospital.delivery import sending

    with put((sending, "mark_on", lambda submission: None)):
        yield


@planted("a-copy-forgets-what-was-marked", copies=True, trouble=0.0, marks=0.3)
def _marks_forgotten() -> Iterator[None]:
    """An older copy is put back, and nobody reads outside what was marked as not to go out after it was made."""
    from sosuckhoe.hospital.delivery.restoring import matching, noticing

    def nothing(**how: Any) -> None:
        pass

    with put((matching, "withhold_again", nothing), (noticing, "withhold_again", nothing)):
        yield
