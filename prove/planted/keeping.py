"""Bugs of what is kept: flushes, marks, the journal outside, secrets."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from ..simulation.world import put
from .planting import planted


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
    from sosuckhoe.hospital.delivery import outside, receipts, recovery

    def find(**wanted: Any) -> Any:
        lines = [line for line in outside.lines() if isinstance(line, receipts.ReceiptLine)]
        return lines[-1] if lines else None

    # Whether the number is another's receipt is asked besides: either of the two would do.
    with put((receipts, "find", find), (recovery, "is_anothers", lambda submission, number: False)):
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

    def recover(submission: Any, attempt: Any, at: Any) -> None:
        recovery._close(attempt, "NotSent", "INTERRUPTED", "", at)
        recovery.step(submission, State.SIGNED, at=at, not_before=None)

    with put((recovery, "_by_what_is_known", recover)):
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


@planted("token-kept-with-the-attempt", trouble=0.0)
def _token_kept() -> Iterator[None]:
    """The head of the request is kept as it was sent."""
    from sosuckhoe.hospital.delivery import calling

    with put((calling, "SECRET_HEADERS", ())):
        yield


@planted("foreign-receipt-noted-outside", menu=("foreign",), trouble=0.6, share=0.0)
def _foreign_noted() -> Iterator[None]:
    """The line outside the database is written before anybody asks whose number it is: a restore would book it."""
    from sosuckhoe.hospital.delivery import settling

    with put((settling, "is_anothers", lambda submission, number: False)):
        yield


@planted("password-kept-with-the-attempt", trouble=0.0)
def _password_kept() -> Iterator[None]:
    """Tokens are masked in what is kept; the hash that stands for the password is not."""
    from sosuckhoe.hospital.delivery import calling

    with put((calling, "SECRET_HEADERS", ("accesstoken", "tokenid", "authorization"))):
        yield


@planted("mark-not-on-the-disk-outside", marks=0.3, trouble=0.0)
def _mark_not_flushed() -> Iterator[None]:
    """What is marked as not to go out has a line outside the database, which a power cut may take."""
    from sosuckhoe.hospital.delivery import receipts

    def lazy(line: Any) -> None:
        receipts._write([line], flush=False)

    with put((receipts, "append_fact", lazy)):
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
