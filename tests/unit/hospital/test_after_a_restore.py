"""What the journal outside says of a restored copy is booked as it was, and none of it goes out as something new."""

import json
import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from tests.crash.stage import Paper

from sosuckhoe.cli import main
from sosuckhoe.healthbook.signing.verify_evidence import UNKNOWN
from sosuckhoe.hospital.delivery import actions, doors, evidence, receipts, withholding
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import Destination, LostSubmission, Receipt, Restore, Submission
from sosuckhoe.hospital.delivery.recovery import recover
from sosuckhoe.hospital.delivery.restoring import booking
from sosuckhoe.hospital.delivery.restoring import hold as holds
from sosuckhoe.hospital.delivery.restoring.anchoring import anchor
from sosuckhoe.hospital.delivery.restoring.matching import JournalDamaged, match_lost, reconcile_restore
from sosuckhoe.hospital.delivery.restoring.noticing import declare, notice
from sosuckhoe.hospital.delivery.restoring.numbers import LEFT_FREE
from sosuckhoe.hospital.delivery.restoring.put_back import OLD_JOURNAL
from sosuckhoe.hospital.delivery.restoring.releasing import release_restore
from sosuckhoe.hospital.delivery.restoring.telling import lines_of
from sosuckhoe.hospital.delivery.sending import NotKept, send_submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import LEASE, CheckInWorker, Worker
from sosuckhoe.hospital.journal.chain import note
from sosuckhoe.hospital.journal.models import Entry

from .conftest import House, Portal
from .test_check_ins import file, row, visit_code
from .test_evidence import examined
from .test_worker import _fresh_sessions, calls, changed, closed, renamed, strike, work

__all__ = ["_fresh_sessions", "closed"]
pytestmark = pytest.mark.django_db
Closed = Callable[..., Submission]


def run(*words: str) -> int:
    return main(["restored", *words])


def reconciled() -> None:
    restore = declare(by="test", reason="thử")
    reconcile_restore(by="test", restore=restore, journal_whole=True)
    release_restore(by="giang", restore=restore, reason="đã đối chiếu")


def test_a_mark_does_not_hide_that_it_left_before_the_restore(connected: House) -> None:
    """Entered again while its code is marked, it must not go out as new once the mark is taken back."""
    copy, code = transaction.savepoint(), visit_code()
    lost = file(row(visit_code=code))
    assert take_file("xml0.xml", lost, by="giang", at=timezone.now()).code == "CHECK-IN-TAKEN"
    worker = CheckInWorker("before")
    assert worker.sign_one() and worker.send_one()
    transaction.savepoint_rollback(copy)
    reconciled()

    facility = connected.facility
    mark = withholding.withhold(
        by="giang", facility=facility, facility_code=facility.code, code=code, why="thử"
    )
    take_file("xml0.xml", lost, by="giang", at=timezone.now())
    entered = Submission.ledger.get()
    assert (entered.state, entered.problem_code) == (State.HELD, "RESTORED-LEFT")
    withholding.lift(by="giang", mark=mark, why="nhầm mã")
    for problem_code in (entered.problem_code, "WITHHELD-LIFTED", "FAULTS"):
        Submission.ledger.update(problem_code=problem_code)
        with pytest.raises(actions.LeftBefore):
            actions.release(by="giang", submission=Submission.ledger.get(), reason="đã bỏ đánh dấu")
    assert match_lost(by="test", at=timezone.now()) == 1
    assert Submission.ledger.get().state == State.RECEIVED


def test_releasing_the_newest_restore_ends_an_older_one_that_came_with_the_copy(connected: House) -> None:
    older = declare(by="test", reason="bản của đêm kia, chưa đối chiếu")
    copy = transaction.savepoint()
    note("giang", "seen", "restore", older.pk)
    anchor(timezone.now())
    transaction.savepoint_rollback(copy)
    newer = notice()
    assert newer is not None and newer.pk > older.pk
    reconcile_restore(by="test", restore=newer, journal_whole=True)
    release_restore(by="giang", restore=newer, reason="đã đối chiếu từ dòng đầu của sổ ngoài")
    assert not holds.on_hold()
    older.refresh_from_db()
    assert (older.reconciled_at, older.released_by) == (newer.reconciled_at, "giang")


def test_of_two_files_signed_for_one_record_the_doors_speak_of_the_later(
    closed: Closed, portal: Portal
) -> None:
    submission = closed()
    copy = transaction.savepoint()
    strike(portal, "signature-refused")
    refused = work(submission)
    assert refused.state == State.HELD
    actions.resume(by="giang", destination=refused.destination)
    actions.release(by="giang", submission=refused, reason="đã sửa chữ ký", sign_anew=True)
    strike(portal, "store-then-drop")
    unclear = work(submission)
    assert unclear.state == State.UNKNOWN and unclear.document is not None
    second = unclear.document.sha256
    transaction.savepoint_rollback(copy)
    reconciled()

    again = Submission.ledger.get(pk=submission.pk)
    assert again.state == State.UNKNOWN and again.documents.count() == 2
    assert again.document is not None and again.document.sha256 == second
    doors.it_is_there(by="giang", submission=again, transaction_number="GD-THU-1", reason="đã thấy trên cổng")
    assert Receipt.objects.get().document_sha256 == second


def test_what_was_tried_twice_and_lost_is_remembered_by_its_last_try(
    closed: Closed, clean: list[bytes], portal: Portal
) -> None:
    """Under it come the numbers that were given: none is given a second time when the record is entered again."""
    copy = transaction.savepoint()
    submission = closed(visit_code="TWICE1")
    strike(portal, "store-then-drop")
    unclear = work(submission)
    doors.it_is_not_there(by="giang", submission=unclear, reason="tra hai cách, chưa thấy")
    strike(portal, "store-then-drop")
    last = work(submission)
    assert (last.state, last.attempt_count) == (State.UNKNOWN, 2)
    transaction.savepoint_rollback(copy)
    reconciled()
    lost = LostSubmission.objects.get()
    assert (lost.sent["attempt"], lost.sent["fence"]) == (2, last.fence)
    take_file("visit.xml", renamed(clean[0], "TWICE1"), by="giang", at=timezone.now())
    assert match_lost(by="test", at=timezone.now()) == 1
    again = Submission.objects.get()
    assert (again.state, again.attempt_count, again.fence) == (State.UNKNOWN, 2, last.fence)


def test_other_content_under_a_code_that_left_is_not_taken_for_what_left(
    closed: Closed, clean: list[bytes]
) -> None:
    """It stays with a person, and what left stays on the list of what has to be entered again."""
    copy = transaction.savepoint()
    assert work(closed(visit_code="OTHER1")).state == State.RECEIVED
    transaction.savepoint_rollback(copy)
    reconciled()
    data = changed(renamed(clean[0], "OTHER1"), "DIA_CHI", "Thôn 9, xã Mẫu, Thành phố Hồ Chí Minh")
    take_file("visit.xml", data, by="giang", at=timezone.now())
    assert match_lost(by="test", at=timezone.now()) == 0
    entered, lost = Submission.objects.get(), LostSubmission.objects.get()
    assert (entered.state, entered.problem_code) == (State.HELD, "RESTORED-LEFT")
    assert (entered.document, lost.settled_at) == (None, None)


def test_no_number_of_the_lost_time_is_given_again(closed: Closed) -> None:
    before = closed()
    reconciled()
    after = closed()
    assert after.pk - before.pk > LEFT_FREE and after.version.visit_id - before.version.visit_id > LEFT_FREE


def test_an_older_version_waits_where_a_newer_one_left_before_the_restore(
    closed: Closed, clean: list[bytes]
) -> None:
    older, copy = closed(visit_code="NEWER1"), transaction.savepoint()
    data = changed(renamed(clean[0], "NEWER1"), "DIA_CHI", "Thôn 9, xã Mẫu, Thành phố Hồ Chí Minh")
    take_file("visit.xml", data, by="giang", reason="Sửa địa chỉ", at=timezone.now())
    assert work(Submission.objects.get(version__number=2)).state == State.RECEIVED
    transaction.savepoint_rollback(copy)
    reconciled()
    older.refresh_from_db()
    assert (older.state, older.problem_code) == (State.HELD, "RESTORED-NEWER")


def test_an_older_version_that_is_entered_again_waits_where_only_a_newer_one_left(
    closed: Closed, clean: list[bytes]
) -> None:
    copy = transaction.savepoint()
    closed(visit_code="NEWER2")
    data = changed(renamed(clean[0], "NEWER2"), "DIA_CHI", "Thôn 9, xã Mẫu, Thành phố Hồ Chí Minh")
    take_file("visit.xml", data, by="giang", reason="Sửa địa chỉ", at=timezone.now())
    assert work(Submission.objects.get(version__number=2)).state == State.RECEIVED
    transaction.savepoint_rollback(copy)
    reconciled()
    assert LostSubmission.objects.get().version == 2
    older = closed(visit_code="NEWER2")
    assert (older.version_number, older.state, older.problem_code) == (1, State.HELD, "RESTORED-LEFT")


def test_what_was_being_sent_when_the_copy_was_made_is_left_to_a_person(
    closed: Closed, portal: Portal
) -> None:
    """Not to recovery, after which the machine would repeat it by itself where the portal replaces by visit code."""
    assert work(closed()).state == State.RECEIVED, "so that the journal outside reaches back"
    submission, worker = closed(), Worker("before")
    Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử")
    assert worker.sign_one()
    ((claimed, attempt),) = worker.claim()
    copy = transaction.savepoint()
    strike(portal, "store-then-drop")
    send_submission(claimed, attempt)
    transaction.savepoint_rollback(copy)
    reconciled()
    submission.refresh_from_db()
    left = (submission.state, submission.problem_code, submission.not_before)
    assert left == (State.UNKNOWN, "RESTORED-MAYBE", None)


@pytest.mark.parametrize("noted", ["receipts alone", "what left later on"])
def test_a_journal_that_began_after_the_copy_vouches_for_nothing(
    closed: Closed, portal: Portal, noted: str
) -> None:
    """A program that noted receipts alone was in use when the file left: silence does not mean that it stayed here."""
    submission = closed()
    assert Worker("before").sign_one()
    copy = transaction.savepoint()
    strike(portal, "store-then-drop")
    assert work(submission).state == State.UNKNOWN
    assert work(closed()).state == State.RECEIVED
    transaction.savepoint_rollback(copy)
    unclear, *later = settings.HOME.receipts.read_text().splitlines(keepends=True)
    assert json.loads(unclear)["submission"] == submission.pk
    settings.HOME.receipts.write_text("".join(later[1:] if noted == "receipts alone" else later))
    reconciled()
    submission.refresh_from_db()
    assert (submission.state, submission.problem_code) == (State.UNKNOWN, "RESTORED-MAYBE")


def test_a_receipt_found_in_the_journal_is_flushed_before_it_is_booked(
    closed: Closed, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker that wrote it was refused the flush: the line can be read and is not on the disk."""
    submission, worker = closed(), Worker("test")
    assert worker.sign_one()
    ((claimed, attempt),) = worker.claim()

    def refused(descriptor: int) -> None:
        raise OSError("flush failed (struck)")

    with monkeypatch.context() as patch, pytest.raises(NotKept):
        patch.setattr(receipts.os, "fdatasync", refused)
        send_submission(claimed, attempt)
    flushed: list[bool] = []

    def flush(descriptor: int) -> None:
        os.fsync(descriptor)
        flushed.append(Receipt.objects.exists())

    monkeypatch.setattr(receipts.os, "fdatasync", flush)
    assert recover(at=timezone.now() + 2 * LEASE + timedelta(minutes=1)) == 1
    assert flushed == [False], "and after it the receipt was booked"
    received = Submission.objects.get(pk=submission.pk)
    assert received.state == State.RECEIVED and Receipt.objects.exists()
    outcome, codes = examined(evidence.container_for(received.version), paper)
    assert (outcome, codes) == (UNKNOWN, {"RECEIPT-JOURNALLED"}), "the answer itself died with the worker"


def test_what_was_unknown_in_the_copy_and_received_since_is_booked_with_a_line_of_the_journal(
    closed: Closed, portal: Portal
) -> None:
    strike(portal, "store-then-drop")
    unclear = work(closed())
    assert unclear.state == State.UNKNOWN
    copy = transaction.savepoint()
    Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử")
    doors.send_again(by="giang", submission=unclear)
    assert work(unclear).state == State.RECEIVED
    number = unclear.receipts.get().transaction_number
    transaction.savepoint_rollback(copy)
    reconciled()
    assert Submission.objects.get(pk=unclear.pk).state == State.RECEIVED
    line = Entry.objects.get(kind="submission", object_id=str(unclear.pk), action="unknown-was-booked")
    assert (line.actor, line.detail) == ("machine", {"number": number})


@pytest.mark.parametrize("rebuilt", [True, False])
def test_evidence_of_what_a_restore_brought_back_says_what_is_known_of_it(
    closed: Closed, portal: Portal, paper: Paper, rebuilt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the very bytes can be built again it passes; where only their hash is left it cannot be told."""
    submission = closed()
    copy = transaction.savepoint()
    assert work(submission).state == State.RECEIVED
    transaction.savepoint_rollback(copy)
    if not rebuilt:
        monkeypatch.setattr(booking, "rebuilt", lambda *arguments: None)
    reconciled()
    again = Submission.objects.get(pk=submission.pk)
    assert again.state == State.RECEIVED
    outcome, codes = examined(evidence.container_for(again.version), paper)
    lost = {"RECEIPT-JOURNALLED"} if rebuilt else {"RECEIPT-JOURNALLED", "DOCUMENT-LOST"}
    assert (outcome, codes) == (UNKNOWN, lost)


def test_what_is_not_there_and_whose_bytes_a_restore_lost_is_signed_anew(
    closed: Closed, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = closed()
    Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử")
    copy = transaction.savepoint()
    strike(portal, "drop-unstored")
    assert work(submission).state == State.UNKNOWN
    transaction.savepoint_rollback(copy)
    monkeypatch.setattr(booking, "rebuilt", lambda *arguments: None)
    reconciled()
    again = Submission.objects.get(pk=submission.pk)
    assert again.state == State.UNKNOWN and not doors.has_bytes(again)
    with pytest.raises(doors.BytesLost):
        doors.send_again(by="giang", submission=again)
    doors.it_is_not_there(by="giang", submission=again, reason="tra hai cách, không thấy")
    received = work(again)
    assert received.state == State.RECEIVED and doors.has_bytes(received)
    assert [bool(document.size) for document in received.documents.order_by("number")] == [False, True]


@pytest.mark.parametrize("door", ["it is not there", "the same bytes again"])
def test_no_door_lets_an_older_version_go_over_a_newer_one_that_left_before_the_restore(
    closed: Closed, clean: list[bytes], portal: Portal, door: str
) -> None:
    """A person who does not find the older one says the truth; at the portal it would take the newer one's place (I4)."""
    code = f"OVER{len(door)}"
    older, copy = closed(visit_code=code), transaction.savepoint()
    strike(portal, "drop-unstored")
    doors.it_is_not_there(by="giang", submission=work(older), reason="tra hai cách, không thấy")
    data = changed(renamed(clean[0], code), "DIA_CHI", "Thôn 9, xã Mẫu, Thành phố Hồ Chí Minh")
    take_file("visit.xml", data, by="giang", reason="Sửa địa chỉ", at=timezone.now())
    assert work(Submission.objects.get(version__number=2)).state == State.RECEIVED
    transaction.savepoint_rollback(copy)
    reconciled()
    older = Submission.objects.get(pk=older.pk)
    assert (older.state, LostSubmission.objects.get().version) == (State.UNKNOWN, 2)
    Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử")
    if door == "it is not there":
        doors.it_is_not_there(by="giang", submission=older, reason="tra hai cách, không thấy")
        older.refresh_from_db()
        assert (older.state, older.problem_code) == (State.HELD, "RESTORED-NEWER")
    else:
        with pytest.raises(actions.LeftBefore):
            doors.send_again(by="giang", submission=older)
    assert work(older).state in (State.HELD, State.UNKNOWN)


def test_what_left_for_a_place_that_the_copy_does_not_know_does_not_go_to_it_again(
    house: House, paper: Paper, portal: Portal, clean: list[bytes]
) -> None:
    """The destination was declared after the copy was made. Declared anew it has another number, and is the same place."""
    lost, data, copy = house.destination, renamed(clean[0], "PLACE1"), transaction.savepoint()
    Destination.objects.update(enabled=False)

    def at_the_portal() -> Submission:
        there = actions.add_destination(
            by="giang",
            facility=house.facility,
            name="Cổng BHXH",
            base_url=portal.address,
            account=lost.account,
            secret_reference=lost.secret_reference,
        )
        take_file("visit.xml", data, by="giang", at=timezone.now())
        return Submission.objects.get(destination=there)

    first = work(at_the_portal())
    assert first.state == State.RECEIVED
    transaction.savepoint_rollback(copy)
    Destination.objects.update(enabled=False)
    reconciled()
    again = at_the_portal()
    assert again.destination_id != first.destination_id
    assert (work(again).state, again.problem_code) == (State.HELD, "RESTORED-LEFT")
    assert len(calls(portal, again)) == 1
    assert match_lost(by="test", at=timezone.now()) == 1
    again.refresh_from_db()
    assert (again.state, again.receipts.count()) == (State.RECEIVED, 1)


def test_without_the_journal_outside_a_clock_that_was_set_back_hides_nothing(closed: Closed) -> None:
    """What was closed before the clock was set back is dated after the copy's last line."""
    submission = closed()
    assert Worker("before").sign_one()
    note("giang", "seen", "visit", 1, at=timezone.now() - timedelta(hours=1))
    settings.HOME.receipts.unlink(missing_ok=True)
    restore = declare(by="test", reason="thử")
    assert restore.copy_until is not None and restore.copy_until < submission.created_at
    reconcile_restore(by="test", restore=restore, journal_whole=False)
    submission.refresh_from_db()
    assert (submission.state, submission.problem_code) == (State.UNKNOWN, "RESTORED-MAYBE")


def test_without_the_journal_outside_a_clock_that_ran_ahead_in_the_copy_hides_nothing(closed: Closed) -> None:
    """What was closed while the clock ran ahead is dated after the moment at which the copy was noticed."""
    submission = closed()
    assert Worker("before").sign_one()
    Submission.objects.filter(pk=submission.pk).update(created_at=timezone.now() + timedelta(days=1))
    settings.HOME.receipts.unlink(missing_ok=True)
    restore = declare(by="test", reason="thử")
    since = closed()
    reconcile_restore(by="test", restore=restore, journal_whole=False)
    submission.refresh_from_db()
    assert (submission.state, submission.problem_code) == (State.UNKNOWN, "RESTORED-MAYBE")
    since.refresh_from_db()
    assert since.state == State.WAITING, "taken in after the copy was put back"


def test_a_journal_that_knows_no_more_than_the_copy_is_not_called_whole_by_itself(
    closed: Closed, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may be as old as the copy: what left since would go out a second time."""
    submission = closed()
    anchor(timezone.now())
    assert work(submission).state == State.RECEIVED
    declare(by="test", reason="bản sao và sổ ngoài của nó")
    assert run("reconcile") == 2
    assert "--journal-lost" in capsys.readouterr().err
    restore = holds.current()
    assert restore is not None and restore.reconciled_at is None
    assert run("reconcile", "--journal-whole") == 0
    restore.refresh_from_db()
    assert restore.journal_whole
    assert run("reconcile") == 0, "as it was chosen before"
    assert run("reconcile", "--journal-lost") == 0
    assert run("reconcile") == 2


def test_a_journal_that_knows_more_than_the_copy_is_taken_as_it_is(closed: Closed) -> None:
    submission, copy = closed(), transaction.savepoint()
    assert work(submission).state == State.RECEIVED
    transaction.savepoint_rollback(copy)
    restore = declare(by="test", reason="bản sao; sổ ngoài giữ lại")
    # The copy's own, made a moment after the database while all work went on, ends where the copying did.
    Restore.objects.filter(pk=restore.pk).update(why=f"bản sao.{OLD_JOURNAL}")
    assert run("reconcile") == 2
    Restore.objects.filter(pk=restore.pk).update(why="bản sao; sổ ngoài giữ lại")
    assert run("reconcile") == 0
    assert Submission.objects.get(pk=submission.pk).state == State.RECEIVED


@pytest.mark.parametrize("struck", [b"\xff", b"\0"])
def test_a_line_of_the_journal_that_nobody_can_read_vouches_for_nothing(
    closed: Closed, portal: Portal, struck: bytes
) -> None:
    """It may be the one that says what left. Reconciling as if the journal were whole would let it go a second time."""
    submission = closed()
    assert Worker("before").sign_one()
    anchor(timezone.now())
    note("giang", "seen", "visit", 1)
    copy = transaction.savepoint()
    assert work(submission).state == State.RECEIVED
    transaction.savepoint_rollback(copy)
    lines = settings.HOME.receipts.read_bytes().splitlines(keepends=True)
    torn = lines[-1][:40] + b"\n"  # whoever wrote it was told that it was not written
    flipped = [struck + line[1:] if b"visit_code" in line else line for line in lines]
    settings.HOME.receipts.write_bytes(b"".join([torn, *flipped]))
    restore = declare(by="test", reason="thử")
    with pytest.raises(JournalDamaged, match="2 dòng"):
        reconcile_restore(by="test", restore=restore, journal_whole=True)
    told = [line for line in lines_of(restore, most=5) if "không đọc được cả dòng" in line]
    assert len(told) == 2
    reconcile_restore(by="test", restore=restore, journal_whole=False)
    release_restore(by="giang", restore=restore, reason="đã tra trên cổng")
    assert work(submission).state == State.UNKNOWN
    assert len(calls(portal, submission)) == 1


def test_a_receipt_that_a_person_stated_is_booked_as_theirs_and_not_as_the_portals(
    closed: Closed, portal: Portal, paper: Paper
) -> None:
    strike(portal, "store-then-drop")
    unclear = work(closed())
    assert unclear.state == State.UNKNOWN
    copy = transaction.savepoint()
    doors.it_is_there(by="giang", submission=unclear, transaction_number="MP-DOC", reason="thấy trên cổng")
    transaction.savepoint_rollback(copy)
    reconciled()
    again = Submission.objects.get(pk=unclear.pk)
    receipt = again.receipts.get()
    assert (again.state, receipt.transaction_number, receipt.stated_by) == (State.RECEIVED, "MP-DOC", "giang")
    assert (receipt.attempt.outcome, receipt.attempt.sentence) == ("Unknown", booking.STATED_IN_JOURNAL)
    line = Entry.objects.get(kind="submission", object_id=str(unclear.pk), action="unknown-was-booked")
    assert line.detail == {"number": "MP-DOC", "stated_by": "giang"}
    assert examined(evidence.container_for(again.version), paper) == (UNKNOWN, {"RECEIPT-STATED"})


def test_a_receipt_that_the_look_up_found_is_booked_as_such(closed: Closed, portal: Portal) -> None:
    strike(portal, "store-then-drop")
    unclear = work(closed())
    copy = transaction.savepoint()
    doors.it_was_found(submission=unclear, transaction_number="MP-TIM", stated_at="202611300900")
    transaction.savepoint_rollback(copy)
    reconciled()
    assert Receipt.objects.get().stated_by == doors.LOOKED_UP


def test_a_receipt_whose_number_was_changed_on_the_disk_is_not_booked(closed: Closed, portal: Portal) -> None:
    submission = closed()
    assert Worker("before").sign_one()
    anchor(timezone.now())
    note("giang", "seen", "visit", 1)
    copy = transaction.savepoint()
    assert work(submission).state == State.RECEIVED
    number = submission.receipts.get().transaction_number
    transaction.savepoint_rollback(copy)
    place, other = settings.HOME.receipts, number[:-1] + ("1" if number[-1] != "1" else "2")
    kept = place.read_bytes()
    place.write_bytes(kept.replace(f'"{number}"'.encode(), f'"{other}"'.encode()))
    restore = declare(by="test", reason="thử")
    with pytest.raises(JournalDamaged, match="không còn như lúc ghi"):
        reconcile_restore(by="test", restore=restore, journal_whole=True)
    assert any("không còn như lúc ghi" in line for line in lines_of(restore, most=5))
    reconcile_restore(by="test", restore=restore, journal_whole=False)
    submission.refresh_from_db()
    assert (submission.state, Receipt.objects.exists()) == (State.UNKNOWN, False)
    place.write_bytes(kept + place.read_bytes()[len(kept) :])
    reconcile_restore(by="test", restore=restore, journal_whole=True)
    assert Submission.objects.get(pk=submission.pk).receipts.get().transaction_number == number
