"""A code that is marked as not to go out by this channel takes what stands under it out of the queue, at every moment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from sosuckhoe.hospital.delivery import actions, doors, withholding
from sosuckhoe.hospital.delivery.answers import Answer, Word
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.ledger import LEASE, enqueue
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.recovery import recover
from sosuckhoe.hospital.delivery.restoring.hold import on_hold
from sosuckhoe.hospital.delivery.restoring.matching import reconcile_restore
from sosuckhoe.hospital.delivery.restoring.noticing import declare, notice
from sosuckhoe.hospital.delivery.restoring.releasing import NotReconciled, release_restore
from sosuckhoe.hospital.delivery.sending import may_send, send_submission
from sosuckhoe.hospital.delivery.settling import settle
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.withheld import WITHHELD, marks
from sosuckhoe.hospital.delivery.worker import CheckInWorker, HealthCheckWorker, Worker
from sosuckhoe.hospital.staff.actions import add_facility
from sosuckhoe.hospital.visits.models import Withheld

from .conftest import House, Portal
from .test_check_ins import file, row, visit_code
from .test_hub import Two, message_key, take, two, unique
from .test_worker import _fresh_sessions, calls, closed, strike, work

__all__ = ["_fresh_sessions", "closed", "message_key", "two"]
pytestmark = pytest.mark.django_db
Closed = Callable[..., Submission]


def mark(submission: Submission, **how: Any) -> Withheld:
    carried = (
        submission.version.visit if submission.version else submission.check_in or submission.health_check
    )
    assert carried is not None
    given = {"by": "giang", "why": "Văn bản số 0 của đơn vị giả định", **how}
    return withholding.withhold(
        facility=carried.facility, facility_code=carried.facility_code, code=submission.visit_code, **given
    )


def state(submission: Submission) -> tuple[str, str]:
    found = Submission.ledger.get(pk=submission.pk)
    return found.state, found.problem_code


@pytest.mark.parametrize("signed", [False, True])
def test_a_marked_visit_is_neither_signed_nor_sent(closed: Closed, portal: Portal, signed: bool) -> None:
    submission, other = closed(), closed()
    if signed:
        assert Worker("before").sign_one()
    mark(submission)
    assert state(submission) == (State.HELD, "WITHHELD")
    worker = Worker("after")
    while worker.sign_one() or worker.send_one():
        pass
    assert state(other)[0] == State.RECEIVED
    assert calls(portal, submission) == []
    with pytest.raises(actions.StillWithheld):
        actions.release(by="giang", submission=submission, reason="thử", sign_anew=True)


def test_a_mark_set_between_the_claim_and_the_first_byte_takes_effect(closed: Closed, portal: Portal) -> None:
    submission, worker = closed(), Worker("test")
    assert worker.sign_one()
    ((claimed, attempt),) = worker.claim()
    found = mark(submission)
    assert not send_submission(claimed, attempt)
    assert (calls(portal, submission), list(withholding.left(found))) == ([], [])
    assert state(submission)[0] == State.SIGNED, "given back"
    assert worker.claim() == []
    withholding.take_out_what_is_withheld(timezone.now())
    assert state(submission) == (State.HELD, "WITHHELD")


def test_what_left_before_the_mark_is_a_task_until_somebody_says_what_was_done(
    closed: Closed, portal: Portal
) -> None:
    submission = closed()
    strike(portal, "store-then-drop")
    assert work(submission).state == State.UNKNOWN
    found = mark(submission)
    assert state(submission)[0] == State.UNKNOWN, "a mark says nothing of what arrived"
    assert [each.pk for each in withholding.left(found)] == [submission.pk]
    with pytest.raises(actions.NeedsReason):
        withholding.settle(by="giang", mark=found, how=" ")
    withholding.settle(by="giang", mark=found, how="Đã báo cơ quan BHXH bằng văn bản số 0")
    with pytest.raises(withholding.NothingToSettle):
        withholding.settle(by="giang", mark=found, how="lần nữa")
    stayed = mark(closed())
    with pytest.raises(withholding.NothingToSettle):
        withholding.settle(by="giang", mark=stayed, how="chưa tệp nào rời máy")


def test_a_later_version_under_a_marked_code_is_held_from_the_start(closed: Closed) -> None:
    submission = closed()
    mark(submission)
    assert submission.version is not None
    first = submission.version
    again = first.visit.versions.create(
        number=2,
        record_json=first.record_json,
        sha256=first.sha256,
        edition_id=first.edition_id,
        reason="sửa",
        by="giang",
        at=timezone.now(),
    )
    [later] = enqueue(again, [submission.destination], at=timezone.now(), held=None)
    assert (later.state, later.problem_code) == (State.HELD, WITHHELD[0])


def test_a_check_in_of_a_code_that_was_marked_before_it_came_is_held(connected: House) -> None:
    facility, code = connected.facility, visit_code()
    withholding.withhold(by="giang", facility=facility, facility_code=facility.code, code=code, why="thử")
    taken = take_file("xml0.xml", file(row(visit_code=code)), by="giang", at=timezone.now())
    assert taken.code == "CHECK-IN-TAKEN"
    check_in = Submission.ledger.get(check_in__visit_code=code)
    assert (check_in.state, check_in.problem_code) == (State.HELD, WITHHELD[0])
    assert not CheckInWorker("test").sign_one()


def test_a_mark_that_was_lifted_lets_nothing_go_by_itself(closed: Closed, portal: Portal) -> None:
    submission = closed()
    found = mark(submission)
    with pytest.raises(actions.NeedsReason):
        withholding.lift(by="giang", mark=found, why="")
    withholding.lift(by="giang", mark=found, why="đánh dấu nhầm đợt")
    assert state(submission) == (State.HELD, "WITHHELD-LIFTED")
    assert not Worker("test").sign_one()
    actions.release(by="giang", submission=Submission.ledger.get(pk=submission.pk), reason="đã bỏ đánh dấu")
    assert work(submission).state == State.RECEIVED
    with pytest.raises(actions.NotInThisState):
        withholding.lift(by="giang", mark=found, why="lần nữa")


def test_an_older_copy_does_not_send_what_was_marked_after_it_was_made(
    closed: Closed, portal: Portal
) -> None:
    submission = closed()
    copy = transaction.savepoint()
    mark(submission)
    transaction.savepoint_rollback(copy)
    assert not marks().exists()
    restore = declare(by="test", reason="thử")
    assert [each.why for each in marks()] == ["Đã đánh dấu trước khi khôi phục, theo sổ ngoài."]
    reconcile_restore(by="test", restore=restore, journal_whole=True)
    release_restore(by="giang", restore=restore, reason="đã đối chiếu")
    worker = Worker("after")
    assert not worker.sign_one() and not worker.send_one()
    assert calls(portal, submission) == []
    assert marks().count() == 1


def test_an_older_copy_does_not_hold_what_was_lifted_after_it_was_made(closed: Closed) -> None:
    submission = closed()
    copy = transaction.savepoint()
    withholding.lift(by="giang", mark=mark(submission), why="đánh dấu nhầm đợt")
    transaction.savepoint_rollback(copy)
    declare(by="test", reason="thử")
    assert not marks().exists()


def test_a_copy_from_before_the_mark_gives_itself_away_though_nothing_left_since(
    closed: Closed, django_capture_on_commit_callbacks: Any
) -> None:
    submission = closed()
    copy = transaction.savepoint()
    with django_capture_on_commit_callbacks(execute=True):
        mark(submission)
    assert notice() is None
    transaction.savepoint_rollback(copy)
    assert notice() is not None
    assert [each.code for each in marks()] == [submission.visit_code]


def test_a_copy_that_was_made_during_a_hold_does_not_forget_what_was_marked_after_it(
    closed: Closed, portal: Portal, django_capture_on_commit_callbacks: Any
) -> None:
    submission = closed()
    first = declare(by="test", reason="bản của đêm qua")
    reconcile_restore(by="test", restore=first, journal_whole=True)
    copy = transaction.savepoint()
    with django_capture_on_commit_callbacks(execute=True):
        mark(submission)
    transaction.savepoint_rollback(copy)
    with pytest.raises(NotReconciled):
        release_restore(by="giang", restore=first, reason="không biết rằng đây là bản cũ hơn nữa")
    second = notice()
    assert second is not None and second.pk > first.pk and notice() == second
    with pytest.raises(NotReconciled):
        release_restore(by="giang", restore=first, reason="đã đối chiếu lần trước")
    reconcile_restore(by="test", restore=second, journal_whole=True)
    release_restore(by="giang", restore=second, reason="đã đối chiếu")
    assert not on_hold()
    worker = Worker("after")
    assert not worker.sign_one() and not worker.send_one()
    assert calls(portal, submission) == []


def test_what_was_sent_after_a_mark_was_lifted_is_no_task_of_that_mark(
    closed: Closed, portal: Portal
) -> None:
    submission = closed()
    found = mark(submission)
    withholding.lift(by="giang", mark=found, why="nhầm đợt")
    actions.release(by="giang", submission=Submission.ledger.get(pk=submission.pk), reason="đã bỏ đánh dấu")
    assert work(submission).state == State.RECEIVED
    found.refresh_from_db()
    assert not withholding.left(found).exists()
    with pytest.raises(withholding.NothingToSettle):
        withholding.settle(by="giang", mark=found, how="không có gì")
    again = mark(submission)
    assert again.pk != found.pk and [each.pk for each in withholding.left(again)] == [submission.pk]


def test_no_door_sends_again_what_was_marked_and_nothing_unclear_is_signed_anew(
    closed: Closed, portal: Portal
) -> None:
    submission = closed()
    Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử")
    strike(portal, "store-then-drop")
    unclear = work(submission)
    assert unclear.state == State.UNKNOWN
    found = mark(submission)
    assert doors.repeat_where_declared(at=timezone.now() + timedelta(hours=1)) == 0
    with pytest.raises(actions.StillWithheld):
        doors.send_again(by="giang", submission=unclear)
    withholding.lift(by="giang", mark=found, why="nhầm đợt")
    doors.send_again(by="giang", submission=unclear)
    actions.hold(by="giang", submission=Submission.ledger.get(pk=submission.pk), reason="xem lại")
    held = Submission.ledger.get(pk=submission.pk)
    with pytest.raises(actions.MayBeThere):
        actions.release(by="giang", submission=held, reason="ký lại", sign_anew=True)
    actions.release(by="giang", submission=held, reason="đúng tệp đã ký")
    assert work(submission).state == State.RECEIVED


WORKERS = {"visit": Worker, "check-in": CheckInWorker, "health check": HealthCheckWorker}


def waiting(kind: str, closed: Closed) -> Submission:
    """Of each kind one that is to be signed."""
    if kind == "visit":
        return closed()
    taken = take(unique()) if kind == "health check" else take_file("xml0.xml", file(), by="giang")
    assert taken.code in ("HEALTH-CHECK-TAKEN", "CHECK-IN-TAKEN")
    return Submission.ledger.exclude(check_in=None, health_check=None).latest("pk")


@pytest.mark.parametrize("kind", WORKERS)
def test_a_mark_is_of_one_facility_and_holds_at_once_whatever_stands_under_its_code(
    kind: str, closed: Closed, two: Two
) -> None:
    row, elsewhere = waiting(kind, closed), add_facility(by="test", name="Cơ sở khác", code="99998")
    withholding.withhold(
        by="giang", facility=elsewhere, facility_code="99998", code=row.visit_code, why="của cơ sở khác"
    )
    withholding.take_out_what_is_withheld(timezone.now())
    worker = WORKERS[kind]("test")
    assert worker.sign_one() and state(row) == (State.SIGNED, "")
    found = mark(row)
    assert state(row) == (State.HELD, WITHHELD[0])
    withholding.lift(by="giang", mark=found, why="nhầm mã")
    assert state(row) == (State.HELD, withholding.LIFTED[0])
    actions.release(by="giang", submission=Submission.ledger.get(pk=row.pk), reason="đã bỏ đánh dấu")
    assert worker.send_one() and state(row) == (State.RECEIVED, "")


def arrived_or_not(kind: str, closed: Closed, two: Two) -> Submission:
    """Of each kind one that was stored while its answer was lost."""
    row = waiting(kind, closed)
    path = {"visit": "record", "check-in": "check_in", "health check": "hub_push"}[kind]
    two.there.desk("faults", {"scenario": "store-then-drop", "path": path, "next_calls": 1})
    worker = WORKERS[kind]("before")
    assert worker.sign_one() and worker.send_one()
    row.refresh_from_db()
    assert row.state == State.UNKNOWN
    return row


@pytest.mark.parametrize("kind", WORKERS)
def test_what_is_unclear_and_marked_leaves_by_no_door_whatever_it_carries(
    kind: str, closed: Closed, two: Two
) -> None:
    row = arrived_or_not(kind, closed, two)
    Destination.objects.update(replaces_by_visit_code=True, repeats_check_ins=True, replaces_evidence="thử")
    found, sent = mark(row), row.attempts.count()
    assert doors.repeat_where_declared(at=timezone.now() + timedelta(hours=1)) == 0
    with pytest.raises(actions.StillWithheld):
        doors.send_again(by="giang", submission=row)
    doors.it_is_not_there(by="giang", submission=row, reason="đã tra, không thấy")
    assert state(row) == (State.HELD, WITHHELD[0]), "at once, though no worker runs"
    with pytest.raises(actions.StillWithheld):
        actions.release(by="giang", submission=row, reason="thử")
    worker = WORKERS[kind]("after")
    assert not worker.sign_one() and not worker.send_one()
    assert row.attempts.count() == sent
    withholding.lift(by="giang", mark=found, why="nhầm mã")
    actions.release(by="giang", submission=Submission.ledger.get(pk=row.pk), reason="đã bỏ đánh dấu")
    assert worker.send_one()
    assert state(row)[0] == State.RECEIVED


@pytest.mark.parametrize("kind", WORKERS)
def test_what_was_seen_there_is_written_down_though_it_was_marked_since(
    kind: str, closed: Closed, two: Two
) -> None:
    row = arrived_or_not(kind, closed, two)
    mark(row)
    doors.it_is_there(by="giang", submission=row, transaction_number=f"GD-{row.pk}", reason="đã thấy")
    assert state(row) == (State.RECEIVED, "")


def test_a_receipt_that_comes_late_settles_what_was_marked_meanwhile(
    closed: Closed, connected: House
) -> None:
    """Frozen while the portal answered; by the time it goes on, somebody has looked, seen nothing, and marked the code."""
    submission, frozen = closed(), Worker("frozen")
    assert frozen.sign_one()
    ((claimed, attempt),) = frozen.claim()
    may_send(claimed, attempt)
    assert recover(at=timezone.now() + 3 * LEASE) == 1
    submission.refresh_from_db()
    doors.it_is_not_there(by="giang", submission=submission, reason="đã tra, không thấy")
    found = mark(submission)
    assert state(submission) == (State.HELD, WITHHELD[0])
    settle(claimed, attempt, None, Answer(Word.ACCEPTED, "200", "Đã nhận.", transaction_number="GD-MUON"))
    assert state(submission) == (State.RECEIVED, "")
    withholding.lift(by="giang", mark=found, why="nhầm mã")
    assert state(submission) == (State.RECEIVED, "") and not Worker("after").send_one()
