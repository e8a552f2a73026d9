"""A lease is kept for what is being worked on, and for nothing else."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DataError, OperationalError, connection
from django.utils import timezone
from tests.crash.stage import Portal

from sosuckhoe.hospital.delivery import outside, receipts, recovery, sending, worker
from sosuckhoe.hospital.delivery.answers import Answer, Word
from sosuckhoe.hospital.delivery.doors import it_is_not_there
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.keeping import receipt_line, sent_line
from sosuckhoe.hospital.delivery.models import Attempt, Destination, Submission
from sosuckhoe.hospital.delivery.recovery import recover
from sosuckhoe.hospital.delivery.restoring.noticing import declare
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.journal.models import Entry

from .conftest import House

pytestmark = pytest.mark.django_db


def test_what_broke_in_a_workers_hands_is_given_back_while_the_worker_lives_on(
    connected: House, clean: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(line: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(receipts, "append", full_disk)
    take_file("visit.xml", clean[0], by="giang")
    alive = worker.Worker("alive")
    assert alive.sign_one() and alive.send_one()
    assert Submission.objects.get().state == State.SENDING
    worker.breathe([alive])
    assert recover(at=timezone.now() + worker.LEASE + timedelta(seconds=1)) == 1
    assert Submission.objects.get().state == State.UNKNOWN


def test_one_that_cannot_be_understood_after_a_crash_keeps_no_other_from_being_given_back(
    connected: House, clean: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for data in clean[:3]:
        take_file("visit.xml", data, by="giang")
    dead = worker.Worker("dead")
    while dead.sign_one():
        pass
    dead.hand._most = 3
    lost = [submission.pk for submission, _ in dead.claim()]
    assert len(lost) == 3
    Attempt.objects.update(bytes_from=timezone.now())
    find = receipts.find

    def poisoned(*, submission: int, **numbers: Any) -> receipts.ReceiptLine | None:
        if submission == lost[0]:
            raise DataError("a line that the database does not take")
        return find(submission=submission, **numbers)

    monkeypatch.setattr(receipts, "find", poisoned)
    assert recover(at=timezone.now() + worker.LEASE + timedelta(seconds=1)) == 3
    assert set(Submission.objects.values_list("state", flat=True)) == {State.UNKNOWN}
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"Unknown"}


def test_a_receipt_that_is_known_outside_waits_for_the_disk_and_is_not_given_up(
    connected: House, clean: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flushing its line may fail as the disk does: that says nothing of the record. (Found by the seeds of the proof.)"""
    take_file("visit.xml", clean[0], by="giang")
    dead = worker.Worker("dead")
    assert dead.sign_one()
    ((submission, attempt),) = dead.claim()
    Attempt.objects.update(bytes_from=timezone.now())
    answer = Answer(Word.ACCEPTED, "200", "", transaction_number="MP-NGOAI-1")
    receipts.append(receipt_line(submission, attempt, answer, timezone.now()))
    later = timezone.now() + worker.LEASE + timedelta(seconds=1)

    def full_disk(line: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as here:
        here.setattr(receipts, "append", full_disk)
        with pytest.raises(OSError):
            recover(at=later)
        assert Submission.objects.get().state == State.SENDING
    assert recover(at=later) == 1
    found = Submission.objects.get()
    assert (found.state, found.receipts.get().transaction_number) == (State.RECEIVED, "MP-NGOAI-1")


def test_a_lease_set_by_a_clock_that_was_a_day_ahead_is_not_waited_for(
    connected: House, clean: list[bytes]
) -> None:
    take_file("visit.xml", clean[0], by="giang")
    dead = worker.Worker("dead")
    assert dead.sign_one()
    assert dead.claim() and not recover(at=timezone.now())
    tomorrow = timezone.now() + timedelta(days=1)
    Submission.objects.update(lease_until=tomorrow, not_before=tomorrow)
    assert recover(at=timezone.now()) == 1
    assert worker.Worker("next").claim()


@pytest.mark.parametrize(("noted_outside", "then"), [(False, State.SIGNED), (True, State.UNKNOWN)])
def test_what_left_after_a_copy_was_made_of_its_claim_does_not_leave_again(
    connected: House, clean: list[bytes], noted_outside: bool, then: State
) -> None:
    """The copy has the attempt and not its first byte; the journal outside, which no copy takes along, has it."""
    take_file("visit.xml", clean[0], by="giang")
    before_the_copy = worker.Worker("before-the-copy")
    assert before_the_copy.sign_one()
    ((submission, attempt),) = before_the_copy.claim()
    if noted_outside:
        receipts.append_sent(sent_line(submission, attempt, timezone.now()))
    recover(at=timezone.now() + 3 * worker.LEASE)
    submission.refresh_from_db()
    attempt.refresh_from_db()
    assert submission.state == then
    assert (attempt.bytes_from is not None) is noted_outside


@pytest.fixture
def claimed(connected: House, clean: list[bytes]) -> tuple[Submission, Attempt]:
    take_file("visit.xml", clean[0], by="giang")
    line = worker.Worker("alive")
    assert line.sign_one()
    (found,) = line.claim()
    return found


def test_an_attempt_of_another_claim_says_nothing_of_this_one(claimed: tuple[Submission, Attempt]) -> None:
    """That its first byte never left does not mean that none left under the claim that came after it."""
    submission, _ = claimed
    Submission.objects.update(fence=submission.fence + 1)
    assert recover(at=timezone.now() + 3 * worker.LEASE) == 1
    assert Submission.objects.get().state == State.UNKNOWN


def test_what_somebody_has_claimed_anew_meanwhile_is_not_given_back(
    claimed: tuple[Submission, Attempt], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look for leases that ended and the lock on the row, another process may have recovered and claimed it."""
    submission, _ = claimed
    monkeypatch.setattr(recovery, "_LOST", SimpleNamespace(keys=lambda at: [submission.pk]))
    assert recover(at=timezone.now()) == 0
    assert Submission.objects.get().state == State.SENDING


def test_whoever_is_frozen_while_it_notes_what_leaves_ends_too_early_and_never_too_late(
    claimed: tuple[Submission, Attempt], monkeypatch: pytest.MonkeyPatch
) -> None:
    stopwatch, really = [1000.0], receipts.append_sent

    def slow(line: receipts.SentLine) -> None:
        really(line)
        stopwatch[0] += 3600.0

    monkeypatch.setattr(sending, "time", SimpleNamespace(monotonic=lambda: stopwatch[0]))
    monkeypatch.setattr(receipts, "append_sent", slow)
    assert sending.may_send(*claimed) < stopwatch[0]


def test_what_is_claimed_already_does_not_leave_once_a_copy_is_on_hold(
    claimed: tuple[Submission, Attempt],
) -> None:
    declare(by="giang", reason="bản của đêm qua")
    with pytest.raises(sending.TakenOver):
        sending.may_send(*claimed)


@pytest.mark.parametrize(
    "another", [{"base_url": "http://127.0.0.1:9"}, {"account": "99999_MOI"}, {"path_edition": "4750"}]
)
def test_what_is_claimed_already_does_not_leave_for_where_it_was_to_go_before_a_change(
    claimed: tuple[Submission, Attempt], portal: Portal, another: dict[str, str]
) -> None:
    submission, attempt = claimed
    Destination.objects.update(**another)
    assert not sending.send_submission(submission, attempt)
    submission.refresh_from_db()
    attempt.refresh_from_db()
    assert (submission.state, attempt.bytes_from) == (State.SIGNED, None)
    if "path_edition" in another:
        worker.Worker("next").send_one()
        head = submission.attempts.latest("number").request_head
        assert head.startswith("POST /api/qd130/guiHoSoXmlQD4750")
        assert Submission.objects.get().state == State.RECEIVED


def test_a_refused_token_gives_no_second_try_to_one_that_has_lost_its_claim(
    claimed: tuple[Submission, Attempt],
) -> None:
    submission, _ = claimed
    Submission.objects.update(fence=submission.fence + 1)
    with pytest.raises(sending.TakenOver):
        sending._next_attempt(submission)


@contextlib.contextmanager
def somebody_else_writes(seconds: float) -> Iterator[None]:
    """Another program has SQLite's door shut for so long. PostgreSQL has no such door."""
    if connection.vendor != "sqlite":
        yield
        return
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    leaving = threading.Timer(seconds, other.close)
    leaving.start()
    try:
        yield
    finally:
        leaving.join()


@pytest.mark.django_db(transaction=True)
def test_what_was_waited_for_the_ledger_is_not_taken_off_the_lease(
    connected: House, clean: list[bytes]
) -> None:
    take_file("visit.xml", clean[0], by="giang")
    line = worker.Worker("alive")
    assert line.sign_one()
    most = timedelta(seconds=0.5)

    def is_whole() -> bool:
        lease = Submission.objects.get().lease_until
        return lease is not None and timezone.now() + worker.LEASE - lease < most

    with somebody_else_writes(1.0):
        ((submission, attempt),) = line.claim()
    assert is_whole()
    line.hand._claimed.append((submission, attempt))
    with somebody_else_writes(1.0):
        worker.breathe([line])
    assert is_whole()


def test_a_clock_that_is_set_back_between_claim_and_first_byte_makes_nothing_unclear(
    connected: House, clean: list[bytes], portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing had left, and a person would have had to look for it (F49)."""
    take_file("visit.xml", clean[0], by="giang")
    alive = worker.Worker("alive")
    assert alive.sign_one()
    ((submission, attempt),) = alive.claim()
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() - timedelta(hours=1))
    assert sending.send_submission(submission, attempt)
    sent = Submission.objects.get()
    assert sent.state == State.RECEIVED
    kept = sent.attempts.get()
    assert kept.bytes_from == kept.started_at


LATER = 2 * worker.LEASE + timedelta(minutes=1)
Claimed = tuple[Submission, Attempt]


def another_recovers() -> None:
    """As another sender does when a lease has ended."""
    recover(at=timezone.now() + LATER)


def test_whoever_loses_its_lease_waiting_for_the_ledger_before_its_first_byte_is_not_unknown(
    claimed: Claimed, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two senders on one slow SQLite (F19): the one waits for the other's commit, the other sees the one's lease end."""
    really = sending.together

    def waits(work: Any, item: Any) -> Any:
        if work is sending._note_bytes:
            another_recovers()
        return really(work, item)

    monkeypatch.setattr(sending, "together", waits)
    assert not sending.send_submission(*claimed)
    found = Submission.objects.get()
    assert (found.state, [each.outcome for each in found.attempts.all()]) == (State.SIGNED, ["NotSent"])
    assert not any(isinstance(line, receipts.SentLine) for line in outside.lines())


@pytest.mark.django_db(transaction=True)
def test_whoever_finds_the_ledger_locked_before_its_first_byte_is_not_unknown(
    connected: House, clean: list[bytes], portal: Portal
) -> None:
    take_file("visit.xml", clean[0], by="giang")
    line = worker.Worker("alive")
    assert line.sign_one()
    (claimed,) = line.claim()
    if connection.vendor != "sqlite":
        return  # rows are locked there, and whoever waits for one is not refused
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
    with pytest.raises(OperationalError):
        sending.send_submission(*claimed)
    other.close()
    another_recovers()
    assert Submission.objects.get().state == State.SIGNED


def test_what_is_about_to_leave_has_its_lease_for_the_commit_that_is_before_it(claimed: Claimed) -> None:
    Submission.objects.update(lease_until=timezone.now() + timedelta(seconds=1))
    began = time.monotonic()
    until = sending.may_send(*claimed)
    lease = Submission.objects.get().lease_until
    assert lease is not None and lease > timezone.now() + worker.LEASE / 2
    assert until > began + worker.LEASE.total_seconds() / 2


def frozen_between_its_mark_and_its_bytes(monkeypatch: pytest.MonkeyPatch, meanwhile: Any) -> None:
    really = sending.may_send

    def and_then_frozen(*claimed: Any) -> float:
        really(*claimed)
        another_recovers()
        meanwhile()
        return time.monotonic() - 1

    monkeypatch.setattr(sending, "may_send", and_then_frozen)


def test_whoever_comes_back_and_has_sent_no_byte_takes_back_that_it_is_unknown(
    claimed: Claimed, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit that takes longer than a lease: what is noted says that bytes may be out, and the holder knows better."""

    def is_unknown() -> None:
        assert Submission.objects.get().state == State.UNKNOWN

    frozen_between_its_mark_and_its_bytes(monkeypatch, is_unknown)
    assert not sending.send_submission(*claimed)
    found = Submission.objects.get()
    assert (found.state, found.attempts.get().code) == (State.SIGNED, "LEASE-ENDED")
    line = Entry.objects.get(action="unknown-never-left")
    assert (line.object_id, line.detail) == (str(found.pk), {"attempt": 1})


def claimed_anew() -> None:
    """Somebody opened a door, and somebody has sent it since without an answer."""
    submission = Submission.objects.get()
    it_is_not_there(by="giang", submission=submission, reason="đã tra")
    ((_, attempt),) = worker.Worker("next").claim()
    Attempt.objects.filter(pk=attempt.pk).update(bytes_from=timezone.now())
    another_recovers()


def restored() -> None:
    declare(by="giang", reason="bản của đêm qua")


def of_another_sender() -> None:
    """The ledger has lost its last commits, and under the same numbers it is somebody else's attempt that is unclear."""
    Attempt.objects.update(holder="another")


@pytest.mark.parametrize("meanwhile", [claimed_anew, restored, of_another_sender])
def test_whoever_comes_back_takes_nothing_back_where_more_has_happened(
    claimed: Claimed, portal: Portal, monkeypatch: pytest.MonkeyPatch, meanwhile: Any
) -> None:
    frozen_between_its_mark_and_its_bytes(monkeypatch, meanwhile)
    assert not sending.send_submission(*claimed)
    assert Submission.objects.get().state == State.UNKNOWN


def test_whoever_lost_its_claim_after_a_refused_token_takes_nothing_back(claimed: Claimed) -> None:
    """Its bytes had left, and another has made it UNKNOWN before there was a next try. (Found by the seeds of the proof.)"""
    submission, attempt = claimed
    sending.may_send(*claimed)
    another_recovers()
    sending.release(submission, attempt, sending.PAUSED)
    assert Submission.objects.get().state == State.UNKNOWN
