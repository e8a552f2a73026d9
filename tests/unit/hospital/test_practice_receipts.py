"""What a simulator received before production was declared never reached the portal: it is told, held, and somebody
sends it anew or says that it was practice. The simulator's receipt stays, under its name."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from tests.crash.stage import Portal

from sosuckhoe.hospital.delivery import actions, doors, settling, withholding
from sosuckhoe.hospital.delivery.deliver import declared_meanwhile
from sosuckhoe.hospital.delivery.models import Destination, PracticeReceipt, Receipt, Submission
from sosuckhoe.hospital.delivery.practice import practice_destinations, stop_practice
from sosuckhoe.hospital.delivery.practice_receipts import NOTED, note_practice_receipts, waiting
from sosuckhoe.hospital.delivery.practice_sending import mark_as_practice, plan_sending, send_for_real
from sosuckhoe.hospital.delivery.recovery import recover
from sosuckhoe.hospital.delivery.reports.six_month import Period, _visits, definition_for
from sosuckhoe.hospital.delivery.restoring.telling import for_a_person
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching.reconciling_run import last_days, look
from sosuckhoe.hospital.delivery.watching.watched import alarms, watched
from sosuckhoe.hospital.delivery.worker import LEASE
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.visits.models import Withheld
from sosuckhoe.hospital.web.admin.actions import change_destination

from .conftest import House
from .test_after_a_restore import reconciled
from .test_check_ins import submission_of as check_in_of
from .test_check_ins import told
from .test_check_ins import work as work_on_check_ins
from .test_hub import Two, message_key, two, unique
from .test_hub import take as take_health_check
from .test_hub import work as work_at_the_hub
from .test_production import behind, declare
from .test_worker import _fresh_sessions, calls, closed, strike, work

__all__ = ["_fresh_sessions", "behind", "closed", "message_key", "two"]
pytestmark = pytest.mark.django_db
Close = Callable[..., Submission]


def fresh(row: Submission) -> Submission:
    return Submission.ledger.get(pk=row.pk)


def held_as_practice(row: Submission) -> bool:
    row = fresh(row)
    return (row.state, row.problem_code) == (State.HELD, "PRACTICE")


def move(there: Destination, address: str) -> None:
    """The destination is put right: it is no simulator any more."""
    there.refresh_from_db()
    change_destination(
        by="test",
        destination=there,
        base_url=address,
        account=there.account,
        secret_reference=there.secret_reference,
        enabled=True,
    )
    actions.resume(by="test", destination=there)


def practised_causes() -> list[str]:
    result = look(*last_days(7))
    return [gap.visit_code for gap in result.by_cause.get("PRACTICE", [])]


class TestNoting:
    def test_they_are_named_and_what_they_stood_for_is_held_and_counted(
        self, closed: Close, connected: House
    ) -> None:
        one, other = work(closed()), work(closed())
        assert note_practice_receipts(timezone.now()) == 0, "it is not declared"
        before = [(each.pk, each.transaction_number) for each in Receipt.objects.order_by("pk")]
        declare()
        stop_practice(timezone.now())
        assert held_as_practice(one) and held_as_practice(other)
        assert [(each.pk, each.transaction_number) for each in Receipt.objects.order_by("pk")] == before
        assert PracticeReceipt.objects.count() == 2
        (alarm,) = [each for each in alarms(watched(timezone.now())) if each.code == "practice-receipts"]
        assert "2 " in alarm.sentence
        assert sorted(practised_causes()) == sorted([one.visit_code, other.visit_code])
        line = Entry.objects.get(action=NOTED)
        assert (line.detail["count"], line.detail["held"]) == (2, 2)
        stop_practice(timezone.now())
        assert Entry.objects.filter(action=NOTED).count() == 1, "a second start finds nothing new"

    def test_declared_while_the_sender_runs_it_is_found_without_a_new_start(
        self, closed: Close, connected: House
    ) -> None:
        sent = work(closed())
        assert not declared_meanwhile(False) and fresh(sent).state == State.RECEIVED
        declare()
        assert declared_meanwhile(False) and held_as_practice(sent)

    def test_what_a_person_read_at_the_simulator_is_practice_too(
        self, closed: Close, connected: House, portal: Portal
    ) -> None:
        from sosuckhoe.hospital.delivery import doors

        from .test_worker import strike

        work(closed())
        strike(portal, "store-then-drop")
        lost = work(closed())
        doors.it_is_there(by="giang", submission=lost, transaction_number="TAP-1", reason="xem trên cổng")
        declare()
        assert note_practice_receipts(timezone.now()) == 2
        assert held_as_practice(lost)

    def test_a_receipt_of_the_real_portal_is_none(self, closed: Close, connected: House, behind: str) -> None:
        move(connected.destination, behind)
        real = work(closed())
        declare()
        assert note_practice_receipts(timezone.now()) == 0
        assert fresh(real).state == State.RECEIVED

    def test_what_the_real_portal_has_too_is_never_offered(
        self, closed: Close, connected: House, behind: str
    ) -> None:
        both = work(closed())
        real = _second(connected, behind)
        actions.send_earlier(by="test", destination=real, versions=[both.version], reason="gửi thật")
        assert work(Submission.objects.get(destination=real)).state == State.RECEIVED
        declare()
        assert note_practice_receipts(timezone.now()) == 1
        assert fresh(both).state == State.RECEIVED and not waiting().exists()

    def test_a_check_in_keeps_its_state(self, connected: House) -> None:
        first = told()
        work_on_check_ins()
        declare()
        assert note_practice_receipts(timezone.now()) == 1
        assert check_in_of(first).state == State.RECEIVED

    def test_no_report_counts_a_practice_receipt_as_transmitted(
        self, closed: Close, connected: House
    ) -> None:
        work(closed())
        declare()

        def transmitted() -> int:
            definition = definition_for(connected.facility, timezone.localdate())
            visits = _visits(definition, Period(date(2020, 1, 1), date(2099, 12, 31)))
            return visits.filter(is_transmitted=True).count()

        assert transmitted() == 1
        note_practice_receipts(timezone.now())
        assert transmitted() == 0


def _second(connected: House, address: str) -> Destination:
    there = connected.destination
    return actions.add_destination(
        by="test",
        facility=there.facility,
        name="Cổng thật",
        base_url=address,
        account=there.account,
        secret_reference=there.secret_reference,
    )


class TestSending:
    def test_nothing_goes_while_the_only_place_is_the_simulator(
        self, closed: Close, connected: House
    ) -> None:
        work(closed())
        declare()
        stop_practice(timezone.now())
        assert connected.destination.pk in practice_destinations()
        plan = plan_sending(waiting())
        assert not plan.moving and "nơi nhận thật" in plan.left_out[0].why

    def test_at_the_same_place_the_task_goes_on_signed_anew_and_once(
        self, closed: Close, connected: House, portal: Portal, behind: str
    ) -> None:
        sent = work(closed())
        first = sent.document_id
        declare()
        stop_practice(timezone.now())
        move(connected.destination, behind)
        (moving,) = plan_sending(waiting()).moving
        assert (moving.submission, moving.to) == (sent, connected.destination)
        assert held_as_practice(sent), "looking changes nothing"
        with pytest.raises(actions.NeedsReason):
            send_for_real(by="giang", rows=waiting(), reason=" ")
        rows = list(waiting())
        assert send_for_real(by="giang", rows=rows, reason="đợt thật") == 1
        assert send_for_real(by="giang", rows=rows, reason="đợt thật") == 0, "pressed twice"
        received = work(sent)
        assert received.state == State.RECEIVED and received.document_id != first
        practice, real = received.receipts.order_by("pk")
        assert practice.practice and not PracticeReceipt.objects.filter(receipt=real).exists()
        assert len(calls(portal, sent)) == 2
        line = Entry.objects.get(action="practice-sent-anew")
        assert (line.actor, line.detail["reason"]) == ("giang", "đợt thật")
        stop_practice(timezone.now())
        assert fresh(sent).state == State.RECEIVED and not practised_causes() and not waiting().exists()

    def test_at_another_place_it_gets_its_task_there_and_the_old_one_is_replaced(
        self, closed: Close, connected: House, behind: str
    ) -> None:
        sent = work(closed())
        declare()
        stop_practice(timezone.now())
        real = _second(connected, behind)
        assert send_for_real(by="giang", rows=waiting(), reason="đợt thật", to=real) == 1
        assert work(Submission.objects.get(destination=real)).state == State.RECEIVED
        assert fresh(sent).state == State.SUPERSEDED
        assert not look(*last_days(7)).gaps

    def test_letting_one_go_on_its_page_signs_it_anew_too(
        self, closed: Close, connected: House, behind: str
    ) -> None:
        sent = work(closed())
        declare()
        stop_practice(timezone.now())
        move(connected.destination, behind)
        actions.release(by="giang", submission=fresh(sent), reason="đợt thật")
        assert fresh(sent).state == State.WAITING

    def test_a_health_check_goes_the_same_way(self, two: Two, behind: str) -> None:
        take_health_check(unique())
        sent = work_at_the_hub()
        assert sent.state == State.RECEIVED
        declare()
        stop_practice(timezone.now())
        assert held_as_practice(sent)
        move(two.hub, behind)
        assert send_for_real(by="giang", rows=waiting(), reason="phiếu thật") == 1
        assert fresh(sent).state == State.WAITING


class TestMarking:
    def test_it_stays_is_held_under_its_mark_and_counts_as_a_test(
        self, closed: Close, connected: House, behind: str
    ) -> None:
        sent = work(closed())
        declare()
        stop_practice(timezone.now())
        assert mark_as_practice(by="giang", rows=waiting(), reason="người tập") == 1
        assert fresh(sent).problem_code == "WITHHELD" and not waiting().exists()
        mark = Withheld.objects.get()
        assert "tập" in mark.why and mark.settled_at, "no real place has a file of it"
        visit = fresh(sent).version.visit
        assert visit.test
        assert mark_as_practice(by="giang", rows=[sent], reason="người tập") == 0

        withholding.lift(by="giang", mark=mark, why="nhầm")
        assert held_as_practice(sent)
        visit.refresh_from_db()
        assert not visit.test


def test_the_names_are_on_the_visits_page(closed: Close, connected: House, settings: Any) -> None:
    from sosuckhoe.hospital.web.clinic.queries import history

    sent = work(closed())
    declare()
    stop_practice(timezone.now())
    (receipt,) = [each for each in history([], [sent]) if each.code == sent.receipts.get().transaction_number]
    assert "tập" in receipt.sentence


class TestWhatIsNotClear:
    """Signed anew and sent to the real place, and no answer came: other bytes must not follow it (I4, I5)."""

    def test_a_mark_that_is_set_and_lifted_does_not_make_it_practice_again(
        self, closed: Close, connected: House, portal: Portal, behind: str
    ) -> None:
        sent = self._unclear_at_the_real_place(closed, connected, portal, behind)
        left = sent.document_id
        Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử")
        doors.send_again(by="giang", submission=sent)
        facility = connected.facility
        mark = withholding.withhold(
            by="giang", facility=facility, facility_code=facility.code, code=sent.visit_code, why="thử"
        )
        withholding.lift(by="giang", mark=mark, why="nhầm mã")
        sent = fresh(sent)
        assert (sent.state, sent.problem_code) == (State.HELD, "WITHHELD-LIFTED")
        with pytest.raises(actions.MayBeThere):
            actions.release(by="giang", submission=sent, reason="cho gửi", sign_anew=True)
        actions.release(by="giang", submission=sent, reason="cho gửi")
        received = work(sent)
        assert (received.state, received.document_id) == (State.RECEIVED, left)
        _, *real = calls(portal, sent)
        assert len(real) == 2 and len({call["sha256"] for call in real}) == 1

    def test_a_copy_from_the_time_of_practice_leaves_it_to_the_doors(
        self, closed: Close, connected: House, portal: Portal, behind: str
    ) -> None:
        sent, left = work(closed()), ""

        def begin() -> None:
            nonlocal left
            unclear = self._unclear_at_the_real_place(lambda: sent, connected, portal, behind)
            assert unclear.document is not None
            left = unclear.document.sha256

        undone(begin)
        reconciled()
        assert fresh(sent).state == State.RECEIVED, "by the simulator, as the copy has it"
        stop_practice(timezone.now())
        row = fresh(sent)
        assert (row.state, row.problem_code) == (State.HELD, "RESTORED-MAYBE") and doors.is_unclear(row)
        assert row.document is not None and row.document.sha256 == left
        assert not waiting().exists() and row in for_a_person()
        doors.it_is_there(by="giang", submission=row, transaction_number="GD-1", reason="đã thấy trên cổng")
        assert fresh(sent).receipts.get(practice=None).document_sha256 == left

    def _unclear_at_the_real_place(
        self, closed: Close, connected: House, portal: Portal, behind: str
    ) -> Submission:
        sent = closed()
        sent = sent if sent.state == State.RECEIVED else work(sent)
        declare()
        stop_practice(timezone.now())
        move(connected.destination, behind)
        assert send_for_real(by="giang", rows=waiting(), reason="đợt thật") == 1
        # What stands between us and the portal says nothing either: as where the line is cut.
        strike(portal, "store-then-drop")
        sent = work(sent)
        assert sent.state == State.UNKNOWN
        return sent


class TestKnownFromTheJournalOutsideAlone:
    """The answer itself is gone; the line says that a simulator gave it."""

    def test_a_sender_that_died_with_the_answer(
        self, closed: Close, connected: House, behind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def dies(*arguments: object) -> None:
            raise KeyboardInterrupt

        sent = closed()
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(settling, "together", dies)
            work(sent)
        assert recover(at=timezone.now() + 2 * LEASE + timedelta(minutes=1)) == 1
        assert fresh(sent).state == State.RECEIVED
        declare()
        stop_practice(timezone.now())
        assert held_as_practice(sent)

    def test_a_copy_that_was_put_back(self, closed: Close, connected: House, behind: str) -> None:
        sent = closed()
        undone(lambda: work(sent))
        reconciled()
        assert fresh(sent).state == State.RECEIVED
        declare()
        stop_practice(timezone.now())
        assert held_as_practice(sent)
        move(connected.destination, behind)
        assert send_for_real(by="giang", rows=waiting(), reason="đợt thật") == 1
        assert work(sent).state == State.RECEIVED

    def test_what_the_real_portal_gave_is_none(self, closed: Close, connected: House, behind: str) -> None:
        move(connected.destination, behind)
        sent = closed()
        undone(lambda: work(sent))
        reconciled()
        assert "simulated" not in settings.HOME.receipts.read_text()
        declare()
        stop_practice(timezone.now())
        assert fresh(sent).state == State.RECEIVED


def undone(deed: Callable[[], object]) -> None:
    """An older copy is put back after it; the journal outside stays."""
    copy = transaction.savepoint()
    deed()
    transaction.savepoint_rollback(copy)
