"""An older copy gives itself away also when it went on living before anybody looked."""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sosuckhoe.hospital.delivery import outside, receipts
from sosuckhoe.hospital.delivery import worker as worker_module
from sosuckhoe.hospital.delivery.models import Receipt, Submission
from sosuckhoe.hospital.delivery.recovery import recover
from sosuckhoe.hospital.delivery.restoring import noticing, telling
from sosuckhoe.hospital.delivery.restoring.anchoring import anchor
from sosuckhoe.hospital.delivery.restoring.hold import on_hold
from sosuckhoe.hospital.delivery.restoring.matching import JournalDamaged, reconcile_restore
from sosuckhoe.hospital.delivery.restoring.noticing import notice
from sosuckhoe.hospital.delivery.restoring.put_back import leave_mark
from sosuckhoe.hospital.delivery.sending import send_submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.withholding import withhold
from sosuckhoe.hospital.delivery.worker import LEASE, Worker
from sosuckhoe.hospital.journal.chain import note
from sosuckhoe.hospital.visits.models import Withheld

from .conftest import NOW, House, Portal
from .test_worker import _fresh_sessions, calls, closed, work

__all__ = ["_fresh_sessions", "closed"]
pytestmark = pytest.mark.django_db


def test_a_copy_whose_journal_is_as_long_again_is_known_by_its_other_line(house: House) -> None:
    anchor(timezone.now())
    copy = transaction.savepoint()
    note("giang", "seen", "restore", 1)
    anchor(timezone.now())
    transaction.savepoint_rollback(copy)
    note("an", "seen", "restore", 2)
    assert notice() is not None


def test_of_a_long_journal_the_end_is_looked_at(house: House) -> None:
    older = json.dumps(asdict(receipts.WithheldLine(NOW.isoformat(), "99999", "V1", "giang", True))) + "\n"
    settings.HOME.receipts.write_text(older * 5000)
    copy = transaction.savepoint()
    note("giang", "seen", "restore", 1)
    anchor(timezone.now())
    assert notice() is None
    transaction.savepoint_rollback(copy)
    assert notice() is not None


def test_a_copy_that_signed_the_record_anew_is_known_by_the_bytes_that_left(
    closed: Callable[..., Submission],
) -> None:
    submission, copy = closed(), transaction.savepoint()
    assert work(submission).state == State.RECEIVED
    transaction.savepoint_rollback(copy)
    worker = Worker("of the copy")
    assert worker.sign_one()
    ((_, attempt),) = worker.claim()
    assert attempt.number == 1, "that of the attempt that left"
    assert notice() is not None


class Turns(threading.Event):
    """Over after so many turns."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left

    def is_set(self) -> bool:
        self.left -= 1
        return self.left < 0

    def wait(self, timeout: float | None = None) -> bool:
        return False


def test_of_a_database_that_came_back_older_nothing_is_claimed_before_that_is_noticed(
    closed: Callable[..., Submission], portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A standby that lacks the last commits: the lines of work are back at once, who looks whether it is a copy is not."""
    submission, copy = closed(), transaction.savepoint()
    assert work(submission).state == State.RECEIVED
    transaction.savepoint_rollback(copy)
    monkeypatch.setattr(noticing, "_COMPARED", noticing._Compared())  # a new connection
    monkeypatch.setattr(worker_module, "connection", SimpleNamespace(close=lambda: None))
    worker_module._work(Worker("back at once"), Turns(3), threading.Event())
    assert on_hold() and len(calls(portal, submission)) == 1


def test_a_claim_that_the_database_has_lost_leaves_nothing_by_anothers_fence(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    """What was lost is the claim alone, so that nothing shows an older copy, and the next claim has the same fence."""
    submission = closed()
    assert Worker("before").sign_one()
    copy = transaction.savepoint()
    ((lost, its_attempt),) = Worker("lost").claim()
    transaction.savepoint_rollback(copy)
    ((ours, attempt),) = Worker("ours").claim()
    assert (lost.fence, lost.attempt_count) == (ours.fence, ours.attempt_count)
    send_submission(lost, its_attempt)
    assert not calls(portal, submission)
    submission.refresh_from_db()
    assert submission.state == State.SENDING, "the other's claim stands"
    assert send_submission(ours, attempt) and len(calls(portal, submission)) == 1


def damage(field: str, value: str = "hôm qua", number: int = 0) -> tuple[int, str]:
    """Makes the last moment of that name unreadable; the line's number, and what stood there."""
    place = settings.HOME.receipts
    lines = [json.loads(text) for text in place.read_text().splitlines()]
    number = number or max(number for number, line in enumerate(lines, 1) if field in line)
    was, lines[number - 1][field] = lines[number - 1][field], value
    place.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return number, was


@pytest.mark.parametrize("value", ["hôm qua", "", "2026-11-02T10:00:00"], ids=["words", "nothing", "no-zone"])
@pytest.mark.parametrize("field", ["received_at", "sent_at", "signed_at", "anchored_at"])
def test_a_copy_is_held_though_a_line_outside_says_its_moment_unreadably(
    closed: Callable[..., Submission],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    field: str,
    value: str,
) -> None:
    monkeypatch.setattr(noticing, "_told", set())
    submission, copy = closed(), transaction.savepoint()
    assert work(submission).state == State.RECEIVED
    anchor(timezone.now())
    transaction.savepoint_rollback(copy)
    number, was = damage(field, value)
    with caplog.at_level(logging.WARNING):
        restore = notice()
    assert restore is not None and on_hold()
    assert f"{settings.HOME.receipts}, dòng {number}: thời điểm {field} ghi “{value}”" in caplog.text
    assert any(f"dòng {number}: thời điểm {field}" in line for line in telling.lines_of(restore, most=20))
    assert telling.as_json(restore)["damaged_lines"] == [{"line": number, "field": field, "value": value}]
    with pytest.raises(JournalDamaged, match=f"dòng {number}: thời điểm {field}"):
        reconcile_restore(by="test", restore=restore, journal_whole=True)
    assert not Receipt.objects.exists() and not Worker("held").sign_one()

    damage(field, was, number)
    reconcile_restore(by="test", restore=restore, journal_whole=True)
    assert Receipt.objects.get().submission_id == submission.pk


def test_what_is_damaged_is_said_once_and_holds_nothing_where_nothing_is_missing(
    closed: Callable[..., Submission], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noticing, "_told", set())
    assert work(closed()).state == State.RECEIVED
    number, _ = damage("received_at")
    with caplog.at_level(logging.WARNING):
        assert notice() is None and notice() is None
    assert caplog.text.count(f"dòng {number}: thời điểm received_at") == 1
    assert any(f"dòng {number}" in line for line in telling.lines_of(None, most=20))


def test_a_receipt_whose_moment_cannot_be_read_is_still_read(home: object) -> None:
    def line(number: str, at: str) -> receipts.ReceiptLine:
        return receipts.ReceiptLine("99999", "V1", 1, 1, 1, 1, 1, "0" * 64, number, at, "", "")

    day = timedelta(days=1)
    told = {"A": NOW - 9 * day, "B": NOW - 9 * day, "C": NOW, "D": NOW}
    for number, at in told.items():
        receipts.append(line(number, at.isoformat() if number in "AC" else "hôm qua"))
    found = {each.transaction_number: outside.moment_of(each) for each in outside.receipts_since(NOW - day)}
    assert found == {"B": NOW - day, "C": NOW, "D": NOW}


def test_what_left_at_an_unreadable_moment_left_all_the_same(closed: Callable[..., Submission]) -> None:
    """The database is a copy between noting the attempt and its first byte."""
    submission = closed()
    worker = Worker("of the copy")
    assert worker.sign_one()
    ((_, attempt),) = worker.claim()
    copy = transaction.savepoint()
    send_submission(Submission.objects.get(pk=submission.pk), attempt)
    transaction.savepoint_rollback(copy)
    sent = [each for each in outside.lines() if isinstance(each, receipts.SentLine)]
    settings.HOME.receipts.write_text(json.dumps(asdict(sent[0]) | {"sent_at": "hôm qua"}) + "\n")
    assert recover(at=timezone.now() + 2 * LEASE) == 1
    assert Submission.ledger.get(pk=submission.pk).state == State.UNKNOWN
    attempt.refresh_from_db()
    assert attempt.bytes_from == attempt.started_at


@pytest.mark.parametrize("put_back", [True, False], ids=["by-our-command", "by-hand"])
def test_whoever_died_before_it_was_erased_and_marked_again_is_made_up_for_at_the_next_start(
    house: House, monkeypatch: pytest.MonkeyPatch, put_back: bool
) -> None:
    monkeypatch.setattr(noticing, "_kept_away", set())
    facility = house.facility
    copy = transaction.savepoint()
    withhold(by="giang", facility=facility, facility_code=facility.code, code="V1", why="thử")
    anchor(timezone.now())
    transaction.savepoint_rollback(copy)
    if put_back:
        leave_mark(by="giang", why="bản của đêm qua")

    def dies(point: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as died:
        died.setattr(noticing, "here", dies)
        with pytest.raises(KeyboardInterrupt):
            notice()
    assert on_hold() and not Withheld.objects.exists()
    assert notice() is not None
    assert Withheld.objects.get().code == "V1"
