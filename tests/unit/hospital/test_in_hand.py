"""What waits in a worker's hand may leave only as if it had been claimed at that moment; given back, it is untried."""

import errno
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from sosuckhoe.hospital.delivery import doors, receipts
from sosuckhoe.hospital.delivery import worker as worker_module
from sosuckhoe.hospital.delivery.answers import Answer, Concern, Word
from sosuckhoe.hospital.delivery.calling import NotSent
from sosuckhoe.hospital.delivery.keeping import keep_receipt, note_attempt
from sosuckhoe.hospital.delivery.ledger import LEASE
from sosuckhoe.hospital.delivery.mending.holding_back import never_tried
from sosuckhoe.hospital.delivery.models import Attempt, Destination, SigningKey, Submission
from sosuckhoe.hospital.delivery.recovery import recover
from sosuckhoe.hospital.delivery.sending import send_submission
from sosuckhoe.hospital.delivery.sessions import Sessions
from sosuckhoe.hospital.delivery.settling import REST, settle
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import Worker
from sosuckhoe.hospital.web.admin.actions import change_destination

from .conftest import House, Portal
from .test_worker import _fresh_sessions, calls, closed, strike, work

__all__ = ["_fresh_sessions", "closed"]
pytestmark = pytest.mark.django_db


def give_back(worker: Worker) -> None:
    worker.hand._claimed.extend(worker.claim())
    assert worker.in_hand
    worker.let_go()


def test_what_was_given_back_is_untried_so_it_is_signed_anew_and_held_like_any_other(
    closed: Callable[..., Submission],
) -> None:
    submission, worker = closed(), Worker("test")
    assert worker.sign_one()
    give_back(worker)
    assert submission.attempts.get().outcome == "NotSent"
    assert never_tried().filter(pk=submission.pk).exists()
    SigningKey.objects.update(not_after=timezone.now() - timedelta(seconds=1))
    assert not worker.claim()
    submission.refresh_from_db()
    assert submission.state == State.WAITING


def test_a_certificate_that_ends_while_its_file_waits_in_a_hand_does_not_leave(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    submission, worker = closed(), Worker("test")
    assert worker.sign_one()
    ((claimed, attempt),) = worker.claim()
    assert claimed.document is not None
    claimed.document.key.not_after = timezone.now()
    assert not send_submission(claimed, attempt)
    submission.refresh_from_db()
    assert (submission.state, submission.attempts.get().outcome) == (State.SIGNED, "NotSent")
    assert not calls(portal, submission)


def test_what_waits_in_a_hand_does_not_go_to_an_address_that_was_changed_meanwhile(
    closed: Callable[..., Submission], connected: House, portal: Portal
) -> None:
    submission, worker = closed(), Worker("test")
    assert worker.sign_one()
    ((claimed, attempt),) = worker.claim()
    there = Destination.objects.get()
    change_destination(
        by="hai",
        destination=there,
        base_url="http://127.0.0.1:9",
        account=there.account,
        secret_reference=there.secret_reference,
        enabled=True,
    )
    assert not send_submission(claimed, attempt)
    submission.refresh_from_db()
    assert (submission.state, submission.attempts.get().outcome) == (State.SIGNED, "NotSent")
    assert not calls(portal, submission)


def test_a_number_said_of_two_at_the_same_moment_is_the_receipt_of_one(
    closed: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = closed(), closed()
    assert work(first).state == State.RECEIVED
    real = receipts.append

    def overtaken(line: receipts.ReceiptLine) -> None:
        # Between the look and the commit another worker keeps the same number for its own.
        first.refresh_from_db()
        first.attempt_count += 1
        answer = Answer(Word.ACCEPTED, "200", "", transaction_number=line.transaction_number)
        assert keep_receipt(first, note_attempt(first), answer, timezone.now())
        real(line)

    monkeypatch.setattr(receipts, "append", overtaken)
    settled = work(second)
    assert (settled.state, settled.receipts.count()) == (State.UNKNOWN, 0)
    assert settled.attempts.get().outcome == Word.UNKNOWN


@pytest.mark.parametrize("signed_anew", [False, True])
def test_a_late_answer_settles_the_file_it_is_about_and_no_other(
    closed: Callable[..., Submission], signed_anew: bool
) -> None:
    submission, worker = closed(), Worker("test")
    assert worker.sign_one()
    ((claimed, attempt),) = worker.claim()
    attempt.bytes_from = timezone.now()
    Submission.objects.update(state=State.SIGNED, fence=claimed.fence + 1, lease_until=None, holder="")
    if signed_anew:
        Submission.objects.update(state=State.WAITING, document=None)
        assert worker.sign_one()
    answer = Answer(Word.ACCEPTED, "200", "", transaction_number="GD-DEN-MUON")
    settle(claimed, attempt, None, answer)
    submission.refresh_from_db()
    assert submission.state == (State.SIGNED if signed_anew else State.RECEIVED)
    assert claimed.document is not None
    assert submission.receipts.get().document_sha256 == claimed.document.sha256
    assert (submission.document_id == claimed.document_id) is not signed_anew


def test_the_last_answer_of_a_destination_is_noted_anew(closed: Callable[..., Submission]) -> None:
    begin = timezone.now()
    Destination.objects.update(answered_at=begin - timedelta(days=1), failures=0)
    assert work(closed()).state == State.RECEIVED
    noted = Destination.objects.get().answered_at
    assert noted is not None and noted >= begin


def test_what_was_given_back_often_is_still_repeated_by_the_machine(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="Thử ngày 20/11/2026")
    submission, worker = closed(), Worker("test")
    assert worker.sign_one()
    for _ in range(doors.REPEATS):
        give_back(worker)
    strike(portal, "store-then-drop")
    assert worker.send_one()
    submission.refresh_from_db()
    assert submission.state == State.UNKNOWN
    later = timezone.now() + REST
    assert doors.next_repeat(timezone.now()) is not None
    assert doors.repeat_where_declared(at=later) == 1


def test_a_ledger_that_is_locked_holds_no_record(closed: Callable[..., Submission]) -> None:
    submission, worker = closed(), Worker("test")

    def locked(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "delivery_signeddocument"'):
            raise OperationalError("database is locked")
        return execute(sql, *rest)

    with connection.execute_wrapper(locked), pytest.raises(OperationalError):
        worker.sign_one()
    submission.refresh_from_db()
    assert (submission.state, submission.problem_code) == (State.WAITING, "")
    assert not Attempt.objects.exists()


def no_room(line: receipts.ReceiptLine) -> None:
    raise OSError(errno.ENOSPC, "no space left")


TROUBLE = ["disk full", "ledger locked", "ledger locked, refused", "commit fails", "commit fails, refused"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", TROUBLE)
def test_an_answer_that_cannot_be_kept_yet_is_kept_later_and_nothing_else_leaves_before(
    closed: Callable[..., Submission], portal: Portal, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    submission, other, worker = closed(), closed(), Worker("test")
    assert worker.sign_one() and worker.sign_one()
    if trouble.endswith("refused"):
        strike(portal, "content-refused")
    lasts, real = [True], receipts.append

    def append(line: receipts.ReceiptLine) -> None:
        if lasts and trouble == "disk full":
            no_room(line)
        real(line)

    def locked(execute: Any, sql: str, *rest: Any) -> Any:
        if (
            lasts
            and trouble.startswith("ledger")
            and sql.startswith('UPDATE "delivery_attempt"')
            and "ended_at" in sql
        ):
            raise OperationalError("database is locked")
        return execute(sql, *rest)

    really = BaseDatabaseWrapper._commit

    def commit(wrapper: Any) -> None:
        if lasts and trouble.startswith("commit") and first_closed():
            raise OperationalError("disk I/O error")
        really(wrapper)

    def first_closed() -> bool:
        return Attempt.objects.filter(ended_at__isnull=False).exists()

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", commit)
    monkeypatch.setattr(receipts, "append", append)
    with connection.execute_wrapper(locked):
        assert worker.send_one()
        answered_by = timezone.now()
        (first,) = [each for each in (submission, other) if calls(portal, each)]
        first.refresh_from_db()
        assert first.state == State.SENDING
        # Its lease is renewed, so nobody takes the portal's silence for granted meanwhile.
        assert worker.in_hand[0] == (first.pk, first.fence)
        assert not worker.send_one() and not worker.send_one()
        lasts.clear()
        assert worker.send_one()
    first.refresh_from_db()
    assert (first.state, first.attempts.count(), len(calls(portal, first))) == (
        State.REFUSED if trouble.endswith("refused") else State.RECEIVED,
        1,
        1,
    )
    # It came when it came, however long it took to keep it.
    told = [first.attempts.get().ended_at, *first.receipts.values_list("received_at", flat=True)]
    assert all(moment is not None and moment <= answered_by for moment in told)
    assert worker.send_one() and not worker.in_hand
    other.refresh_from_db()
    submission.refresh_from_db()
    assert State.RECEIVED in (submission.state, other.state)


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_cannot_be_kept_for_long_is_given_up_and_stays_unknown(
    closed: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    submission, worker = closed(), Worker("test")
    assert worker.sign_one()

    monkeypatch.setattr(receipts, "append", no_room)
    monkeypatch.setattr(worker_module, "KEEPS_TRYING", -1.0)
    assert worker.send_one() and worker.send_one() and not worker.in_hand
    submission.refresh_from_db()
    assert submission.state == State.SENDING
    recover(at=timezone.now() + 2 * LEASE)
    submission.refresh_from_db()
    assert submission.state == State.UNKNOWN


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_cannot_be_kept_for_another_reason_does_not_keep_its_line_for_ever(
    closed: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    submission, worker = closed(), Worker("test")
    assert worker.sign_one()
    with monkeypatch.context() as troubled:
        troubled.setattr(receipts, "append", no_room)
        assert worker.send_one()
        troubled.setattr(receipts, "append", lambda line: {}[line])
        assert worker.send_one() and not worker.in_hand
    recover(at=timezone.now() + 2 * LEASE)
    submission.refresh_from_db()
    assert submission.state == State.UNKNOWN


@pytest.mark.django_db(transaction=True)
def test_whoever_stops_tries_once_more_to_keep_an_answer(
    closed: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    submission, worker = closed(), Worker("test")
    assert worker.sign_one()
    with monkeypatch.context() as full:
        full.setattr(receipts, "append", no_room)
        assert worker.send_one()
    worker.let_go()
    submission.refresh_from_db()
    assert submission.state == State.RECEIVED


class Ends:
    expires_at = datetime(2099, 1, 1, tzinfo=UTC)


def test_senders_that_wait_for_a_login_that_fails_do_not_try_the_password_again() -> None:
    sessions, came, tries = Sessions(), threading.Semaphore(0), []

    class Watched(dict[Any, Any]):
        def setdefault(self, *given: Any) -> Any:
            came.release()
            return super().setdefault(*given)

    sessions._locks = Watched()
    refusal = NotSent(Answer(Word.REJECTED, "LOGIN-401", "", Concern.ACCOUNT))

    def wrong() -> Ends:
        tries.append(1)
        for _ in range(3) if len(tries) == 1 else ():
            came.acquire()
        raise refusal

    def take() -> None:
        with pytest.raises(NotSent):
            sessions.take(("http://localhost", "99999_BV", "99999"), wrong)

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tries) == 1
    assert sessions.take(("http://localhost", "99999_BV", "99999"), Ends) is not None
