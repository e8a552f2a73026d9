"""Check-ins travel under the records' guarantees, and never in a record's way."""

import itertools
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from tests.crash.stage import Portal

from sosuckhoe.healthbook.document import read, write_check_in
from sosuckhoe.healthbook.signing import Outcome, verify
from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.hospital.delivery import actions, doors
from sosuckhoe.hospital.delivery.answers import Answer, Word
from sosuckhoe.hospital.delivery.intake import Taken, take_file
from sosuckhoe.hospital.delivery.keeping import keep_receipt, note_attempt
from sosuckhoe.hospital.delivery.ledger import step
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.recovery import recover
from sosuckhoe.hospital.delivery.restoring.matching import match_lost, reconcile_restore
from sosuckhoe.hospital.delivery.restoring.noticing import declare
from sosuckhoe.hospital.delivery.restoring.releasing import release_restore
from sosuckhoe.hospital.delivery.sessions import SESSIONS
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import CheckInWorker, Worker, next_due, run
from sosuckhoe.hospital.patients.models import Patient
from sosuckhoe.hospital.staff.actions import add_facility
from sosuckhoe.hospital.visits.choices import choose
from sosuckhoe.hospital.visits.facts import moment
from sosuckhoe.hospital.visits.models import CheckIn, RecordVersion, SourceFile

from .conftest import TODAY, House
from .test_worker import changed, renamed

pytestmark = pytest.mark.django_db
_codes = itertools.count(1)


@pytest.fixture(autouse=True)
def _fresh_sessions() -> None:
    SESSIONS.__init__()  # type: ignore[misc]


def visit_code() -> str:
    return f"99999.26.CI{next(_codes):05}"


def row(**changes: str) -> dict[str, str]:
    values = {
        "visit_code": changes.get("visit_code") or visit_code(),
        "row_number": "1",
        "patient_code": "BN0001",
        "full_name": "Nguyễn Thị Mẫu Bình",
        "personal_id": "099190000001",
        "born_at": "199002010000",
        "sex_code": "2",
        "patient_category_code": "9",
        "arrived_at": "202611230705",
        "visit_type_code": "01",
        "facility_code": "99999",
        "service_code": "02.1897",
        "service_name": "Khám Nội",
        "ordered_at": "202611230715",
    }
    return {name: value for name, value in {**values, **changes}.items() if value}


def admission(code: str) -> dict[str, str]:
    return row(
        visit_code=code,
        visit_type_code="03",
        admitted_at="202611231000",
        admission_reason="Viêm phổi",
        ordered_at="202611231030",
    )


def file(*rows: dict[str, str]) -> bytes:
    numbered = [{**one, "row_number": str(number)} for number, one in enumerate(rows or [row()], 1)]
    return write_check_in(numbered, edition_on(TODAY))


def take(data: bytes, **how: Any) -> Taken:
    return take_file("xml0.xml", data, by="giang", at=timezone.now(), **how)


def submission_of(code: str) -> Submission:
    return Submission.ledger.select_related("check_in", "destination", "document").get(
        check_in__visit_code=code, check_in__stage="arrival"
    )


def work() -> None:
    worker = CheckInWorker("check-ins")
    worker.sign_one()
    worker.send_one()


def told(code: str = "", **changes: str) -> str:
    code = code or visit_code()
    assert take(file(row(visit_code=code, **changes))).code == "CHECK-IN-TAKEN"
    return code


def arrived(portal: Portal, code: str) -> list[dict[str, Any]]:
    found, after = [], 0
    while page := portal.desk(f"history.json?after={after}&limit=500"):
        found += [call for call in page if call["visit_code"] == code and call["service"] == "check_in"]
        after = page[-1]["id"]
    return found


class TestTakingIn:
    def test_a_check_in_waits_in_the_ledger_and_no_list_of_records_counts_it(self, house: House) -> None:
        code = told()
        submission = submission_of(code)
        assert (submission.state, submission.visit_code, submission.version_number) == ("WAITING", code, 0)
        assert not Submission.objects.exists()

    def test_nothing_of_it_enters_the_register_of_patients(self, house: House) -> None:
        told()
        assert not Patient.objects.exists()

    def test_a_known_patient_is_recognised(self, house: House, clean: list[bytes]) -> None:
        take_file("visit.xml", clean[0], by="giang", at=timezone.now())
        patient = Patient.objects.get()
        number = patient.identifiers.get(kind="personal_id").value
        code = told(full_name=patient.full_name, born_at=patient.born_text, personal_id=number)
        assert CheckIn.objects.get(visit_code=code).patient == patient

    def test_the_same_bytes_again_are_the_same_file(self, house: House) -> None:
        data = file()
        take(data)
        assert take(data).outcome == SourceFile.Outcome.REPEAT
        assert CheckIn.objects.count() == 1

    def test_a_stage_is_told_once_and_the_admission_is_a_stage_of_its_own(self, house: House) -> None:
        code = told()
        again = take(file(row(visit_code=code), row()))
        assert "1 dòng không phải gửi" in again.sentence
        assert take(file(admission(code))).code == "CHECK-IN-TAKEN"
        stages = CheckIn.objects.filter(visit_code=code).values_list("stage", flat=True)
        assert sorted(stages) == ["admission", "arrival"]

    def test_the_database_refuses_a_second_one_of_the_same_number(self, house: House) -> None:
        first = CheckIn.objects.get(visit_code=told())
        first.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            first.save(force_insert=True)

    def test_a_check_in_is_never_changed(self, house: House) -> None:
        told()
        with pytest.raises(DatabaseError), transaction.atomic():
            CheckIn.objects.update(number=2)

    def test_a_submission_carries_one_thing(self, house: House, clean: list[bytes]) -> None:
        code = told()
        version = take_file("visit.xml", clean[0], by="giang", at=timezone.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            Submission.ledger.filter(check_in__visit_code=code).update(
                version=Submission.objects.get(version__visit=version.visit_id).version_id
            )

    def test_one_that_was_not_sent_yet_is_replaced_by_a_changed_one(self, house: House) -> None:
        code = told()
        told(code, service_name="Khám Ngoại")
        rows = Submission.ledger.order_by("id").values_list("state", "check_in__number")
        assert list(rows) == [(State.SUPERSEDED, 1), (State.WAITING, 2)]

    def test_a_third_change_takes_the_place_of_the_second(self, house: House) -> None:
        code = told()
        told(code, service_name="Khám Ngoại")
        told(code, service_name="Khám Mắt")
        rows = Submission.ledger.order_by("id").values_list("state", "check_in__number")
        assert list(rows) == [(State.SUPERSEDED, 1), (State.SUPERSEDED, 2), (State.WAITING, 3)]

    def test_a_changed_admission_replaces_the_admission_and_not_the_arrival(self, house: House) -> None:
        code = told()
        for reason in ("Viêm phổi", "Viêm phế quản"):
            take(file({**admission(code), "admission_reason": reason}))
        rows = Submission.ledger.order_by("id").values_list("state", "check_in__stage", "check_in__number")
        assert list(rows) == [
            (State.WAITING, "arrival", 1),
            (State.SUPERSEDED, "admission", 1),
            (State.WAITING, "admission", 2),
        ]

    @pytest.mark.parametrize("category", ["2", "2.1"])
    def test_an_emergency_is_never_told(self, house: House, category: str) -> None:
        taken = take(file(row(patient_category_code=category)))
        assert (taken.outcome, taken.code) == ("taken", "CHECK-IN-NOT-NEEDED")
        assert not Submission.ledger.exists()

    def test_a_place_that_only_takes_samples_tells_nothing(self, house: House) -> None:
        choose(
            by="it",
            name="check_ins_are_sent",
            value=False,
            reason="Chỉ nhận bệnh phẩm",
            since=TODAY - timedelta(days=1),
        )
        assert take(file()).code == "CHECK-IN-NOT-NEEDED"
        assert not Submission.ledger.exists()

    def test_a_closed_visit_is_not_told_of(self, house: House, clean: list[bytes]) -> None:
        code = visit_code()
        take_file("visit.xml", renamed(clean[0], code), by="giang", at=timezone.now())
        assert take(file(row(visit_code=code))).code == "CHECK-IN-NOT-NEEDED"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"facility_code": "11111"}, "FACILITY-UNKNOWN"),
            ({"service_code": "", "service_name": ""}, "CHECK-IN-FAULTS"),
            ({"full_name": ""}, "CHECK-IN-FAULTS"),
        ],
    )
    def test_what_is_wrong_does_not_enter(self, house: House, changes: dict[str, str], code: str) -> None:
        taken = take(file(row(**changes)))
        assert (taken.outcome, taken.code) == ("refused", code)
        assert not CheckIn.objects.exists()

    def test_one_wrong_row_keeps_the_whole_file_out(self, house: House) -> None:
        assert take(file(row(), row(full_name=""))).outcome == "refused"
        assert not CheckIn.objects.exists()

    def test_an_emergency_in_a_file_lets_nothing_wrong_pass_and_holds_nothing_up(self, house: House) -> None:
        emergency = row(patient_category_code="2")
        assert take(file(emergency, row(full_name=""))).code == "CHECK-IN-FAULTS"
        assert take(file(emergency, row())).code == "CHECK-IN-TAKEN"
        assert CheckIn.objects.count() == Submission.ledger.count() == 1

    def test_each_of_a_file_leaves_alone_and_is_the_first_of_its_message(self, house: House) -> None:
        take(file(row(), row()))
        assert [one.row["row_number"] for one in CheckIn.objects.all()] == ["1", "1"]

    def test_a_row_without_its_visit_code_keeps_the_whole_file_out(self, house: House) -> None:
        nameless = {name: value for name, value in row().items() if name != "visit_code"}
        assert take(file(row(), nameless)).code == "VISIT-CODE-MISSING"
        assert not CheckIn.objects.exists()

    def test_a_visit_of_the_other_facility_under_the_same_code_stops_nothing(
        self, house: House, clean: list[bytes]
    ) -> None:
        add_facility(by="test", name="Bệnh viện Mẫu Hai", code="99998")
        code = visit_code()
        theirs = changed(renamed(clean[0], code), "MA_CSKCB", "99998")
        assert take_file("visit.xml", theirs, by="giang", at=timezone.now()).outcome == "taken"
        told(code)

    def test_a_check_in_of_the_other_facility_under_the_same_code_is_not_this_ones(
        self, connected: House
    ) -> None:
        other = add_facility(by="test", name="Bệnh viện Mẫu Hai", code="99998")
        code = told(facility_code="99998")
        told(code)
        assert CheckIn.objects.get(visit_code=code, facility=other).number == 1
        ours = CheckIn.objects.get(visit_code=code, facility=connected.facility)
        assert (ours.number, Submission.ledger.get(check_in=ours).state) == (1, State.WAITING)


class TestSending:
    def test_it_is_signed_sent_and_received_like_a_record(self, connected: House, portal: Portal) -> None:
        code = told()
        work()
        submission = submission_of(code)
        assert submission.state == State.RECEIVED
        document = submission.document
        assert document is not None
        assert document.record_sha256 == CheckIn.objects.get(visit_code=code).sha256
        registered = [document.certificate_fingerprint]
        assert verify(document.content, at=timezone.now(), registered=registered).outcome is Outcome.PASSED
        attempt = submission.attempts.get()
        assert attempt.bytes_from is not None and attempt.request_head.startswith(
            "POST /api/qd130/checkInKcbQd3176"
        )
        (call,) = arrived(portal, code)
        receipt = submission.receipts.get()
        assert (call["sha256"], call["transaction"]) == (document.sha256, receipt.transaction_number)

    def test_it_goes_the_way_of_its_destinations_decision(self, connected: House, portal: Portal) -> None:
        Destination.objects.update(path_edition="4750")
        code = told()
        work()
        assert [call["path"] for call in arrived(portal, code)] == ["/api/qd130/checkInKcbQd4750"]

    def test_no_answer_is_unknown_and_is_repeated_only_where_that_is_declared_for_check_ins(
        self, connected: House, portal: Portal
    ) -> None:
        Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử trên cổng đào tạo")
        portal.desk("faults", {"scenario": "store-then-drop", "path": "check_in", "next_calls": 1})
        code = told()
        work()
        assert submission_of(code).state == State.UNKNOWN
        later = timezone.now() + timedelta(hours=1)
        assert doors.repeat_where_declared(at=later) == 0
        with pytest.raises(doors.NotDeclared):
            doors.send_again(by="an", submission=submission_of(code))
        Destination.objects.update(repeats_check_ins=True)
        assert doors.repeat_where_declared(at=later) == 1
        work()
        assert submission_of(code).state == State.RECEIVED
        assert len({call["sha256"] for call in arrived(portal, code)}) == 1

    @pytest.mark.parametrize("became", [State.SENDING, State.UNKNOWN, State.RECEIVED])
    def test_what_may_have_arrived_is_not_told_again_however_it_changed(
        self, connected: House, portal: Portal, became: State
    ) -> None:
        code = told()
        if became is State.UNKNOWN:
            portal.desk("faults", {"scenario": "store-then-drop", "path": "check_in", "next_calls": 1})
        worker = CheckInWorker("check-ins")
        assert worker.sign_one() and (worker.claim() if became is State.SENDING else worker.send_one())
        assert take(file(row(visit_code=code, service_name="Khám Ngoại"))).code == "CHECK-IN-NOT-NEEDED"
        assert Submission.ledger.get().state == became
        assert take(file(admission(code))).code == "CHECK-IN-TAKEN", "the other stage is no repetition"
        assert CheckIn.objects.get(stage="admission").number == 1

    def test_the_third_door_is_a_persons(self, connected: House, portal: Portal) -> None:
        portal.desk("faults", {"scenario": "store-then-drop", "path": "check_in", "next_calls": 1})
        code = told()
        work()
        number = arrived(portal, code)[0]["transaction"]
        doors.it_is_there(
            by="an", submission=submission_of(code), transaction_number=number, reason="Xem trang cổng"
        )
        assert submission_of(code).state == State.RECEIVED

    def test_a_worker_that_died_after_the_first_byte_leaves_it_unknown(self, connected: House) -> None:
        code = told()
        worker = CheckInWorker("dies")
        worker.sign_one()
        ((_, attempt),) = worker.claim()
        attempt.__class__.objects.update(bytes_from=timezone.now())
        recover(at=timezone.now() + timedelta(minutes=5))
        assert submission_of(code).state == State.UNKNOWN

    def test_the_admission_is_told_after_the_arrival(self, connected: House, portal: Portal) -> None:
        code = told()
        take(file(admission(code)))
        worker = CheckInWorker("check-ins")
        while worker.sign_one():
            pass
        Submission.ledger.filter(check_in__stage="arrival").update(
            not_before=timezone.now() + timedelta(minutes=1)
        )
        assert not worker.send_one()
        Submission.ledger.update(not_before=None)
        while worker.send_one():
            pass
        assert len(arrived(portal, code)) == 2
        assert set(Submission.ledger.values_list("state", flat=True)) == {State.RECEIVED}

    def test_a_refused_one_is_replaced_by_a_corrected_one(self, connected: House, portal: Portal) -> None:
        portal.desk("faults", {"scenario": "content-refused", "path": "check_in", "next_calls": 1})
        code = told()
        work()
        assert submission_of(code).state == State.REFUSED
        told(code, service_name="Khám Ngoại")
        work()
        states = Submission.ledger.filter(check_in__visit_code=code).order_by("id")
        assert list(states.values_list("state", flat=True)) == [State.SUPERSEDED, State.RECEIVED]


class TestBesideRecords:
    @pytest.fixture
    def record(self, connected: House, clean: list[bytes]) -> Callable[[str], Submission]:
        def close(code: str) -> Submission:
            taken = take_file("visit.xml", renamed(clean[0], code), by="giang", at=timezone.now())
            return Submission.objects.get(version__visit=taken.visit_id)

        return close

    @pytest.mark.parametrize("scenario", ["http-500", "http-503", "signature-refused", "store-then-drop"])
    def test_whatever_becomes_of_check_ins_records_go_on(
        self, record: Callable[[str], Submission], portal: Portal, scenario: str
    ) -> None:
        """Five in a row go wrong; the visit of the last one is closed and its record is sent at once."""
        portal.desk("faults", {"scenario": scenario, "path": "check_in", "next_calls": 5})
        codes = [told() for _ in range(5)]
        for _ in codes:
            work()
        there = Destination.objects.get()
        assert (there.paused, there.failures, there.quiet_until) == (False, 0, None)
        submission = record(codes[-1])
        worker = Worker("records")
        assert worker.sign_one() and worker.send_one()
        assert Submission.objects.get(pk=submission.pk).state == State.RECEIVED

    def test_a_locked_account_stops_both(self, connected: House, portal: Portal) -> None:
        portal.desk("accounts/99999_BV", {"locked": True})
        told()
        work()
        assert Destination.objects.get().paused

    def test_the_two_lines_take_nothing_from_each_other(
        self, record: Callable[[str], Submission], portal: Portal
    ) -> None:
        told()
        assert not Worker("records").sign_one()
        record(visit_code())
        worker = CheckInWorker("check-ins")
        assert worker.sign_one() and not worker.sign_one()
        assert Submission.objects.get().state == State.WAITING

    def test_a_held_one_is_let_go_by_a_person(self, connected: House, portal: Portal) -> None:
        portal.desk("faults", {"scenario": "signature-refused", "path": "check_in", "next_calls": 1})
        code = told()
        work()
        held = submission_of(code)
        assert held.state == State.HELD
        actions.release(by="an", submission=held, reason="Đã đăng ký chứng thư", sign_anew=True)
        work()
        assert submission_of(code).state == State.RECEIVED


@pytest.mark.django_db(transaction=True)
def test_a_delivery_run_drains_both_lines(connected: House, portal: Portal, clean: list[bytes]) -> None:
    code = told()
    taken = take_file("visit.xml", renamed(clean[0], visit_code()), by="giang", at=timezone.now())
    run(until_idle=True, patience=1.0)
    assert submission_of(code).state == State.RECEIVED
    assert Submission.objects.get(version__visit=taken.visit_id).state == State.RECEIVED
    assert next_due(timezone.now()) is None


class TestLimits:
    def test_calls_in_a_minute_are_spaced(self, connected: House) -> None:
        Destination.objects.update(calls_per_minute=6)
        told(), told()
        worker = CheckInWorker("check-ins")
        assert worker.sign_one() and worker.sign_one()
        before = timezone.now()
        assert worker.send_one() and not worker.send_one()
        next_call_at = Destination.objects.get().next_call_at
        assert next_call_at is not None and next_call_at - before >= timedelta(seconds=10)
        Destination.objects.update(next_call_at=before)
        assert worker.send_one()

    @pytest.mark.parametrize("limit", [{"calls_per_minute": 6}, {"calls_at_once": 1}])
    def test_a_next_call_set_by_a_clock_that_was_a_day_ahead_is_not_waited_for(
        self, connected: House, limit: dict[str, int]
    ) -> None:
        told()
        worker = CheckInWorker("check-ins")
        assert worker.sign_one()
        Destination.objects.update(**limit, next_call_at=timezone.now() + timedelta(seconds=50))
        assert not worker.send_one()
        Destination.objects.update(next_call_at=timezone.now() + timedelta(days=1))
        assert worker.send_one()
        next_call_at = Destination.objects.get().next_call_at
        assert "calls_at_once" in limit or next_call_at < timezone.now() + timedelta(minutes=1)

    def test_no_more_calls_at_once_than_allowed_whoever_sends(
        self, connected: House, clean: list[bytes]
    ) -> None:
        Destination.objects.update(calls_at_once=1)
        told()
        take_file("visit.xml", renamed(clean[0], visit_code()), by="giang", at=timezone.now())
        mine, other = Worker("records"), CheckInWorker("check-ins")
        assert mine.sign_one() and other.sign_one()
        assert mine.claim()
        assert not other.claim()
        Submission.objects.filter(state=State.SENDING).update(state=State.SIGNED, holder="", lease_until=None)
        Destination.objects.update(next_call_at=None)
        assert other.claim()

    def test_a_limit_of_nothing_is_refused(self, house: House) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Destination.objects.update(calls_at_once=0)


def test_the_words_of_a_refusal_name_the_field(house: House) -> None:
    assert re.search(r"XML0\.\w+", take(file(row(full_name=""))).sentence)


class TestWhatTheLedgerKnowsOfAVisit:
    """BUS-019 reads it when the visit's record comes."""

    @staticmethod
    def findings(data: bytes, at: datetime) -> list[str]:
        taken = take_file("visit.xml", data, by="giang", at=at)
        latest = RecordVersion.objects.filter(visit=taken.visit_id).latest("number")
        return [row.rule for row in latest.findings.filter(rule="BUS-019")]

    @staticmethod
    def visit(data: bytes) -> tuple[str, datetime, datetime]:
        row = read(data).visits[0].record.visit
        arrived, discharged = moment(row["arrived_at"]), moment(row["discharged_at"])
        assert arrived and discharged
        return row["visit_code"], arrived, discharged

    @pytest.fixture
    def data(self, clean: list[bytes]) -> bytes:
        """An ordinary visit with a cost."""
        return next(one for one in clean if read(one).visits[0].record.visit["patient_category_code"] != "2")

    def told_at(self, at: datetime, code: str = "") -> Submission:
        code = code or visit_code()
        assert take_file("xml0.xml", file(row(visit_code=code)), by="giang", at=at).code == "CHECK-IN-TAKEN"
        return submission_of(code)

    @staticmethod
    def sign() -> None:
        worker = CheckInWorker("check-ins")
        while worker.sign_one():
            pass

    def received_at(self, at: datetime, code: str) -> None:
        """Told, signed and received at a moment that has passed."""
        self.told_at(at, code)
        self.sign()
        submission = submission_of(code)
        assert step(submission, State.SENDING, at=at, holder="tests", lease_until=at, attempt_count=1)
        answer = Answer(Word.ACCEPTED, "200", "Cổng đã tiếp nhận.", transaction_number=f"GD{submission.pk}")
        keep_receipt(submission, note_attempt(submission), answer, at)
        assert step(submission, State.RECEIVED, at=at)

    def test_a_facility_that_never_told_through_us_hears_nothing(self, house: House, data: bytes) -> None:
        assert self.findings(data, self.visit(data)[2] + timedelta(hours=1)) == []

    def test_a_visit_that_was_not_told_is_named(self, house: House, data: bytes) -> None:
        _, arrived, discharged = self.visit(data)
        self.told_at(arrived - timedelta(days=1))
        assert self.findings(data, discharged + timedelta(hours=1)) == ["BUS-019"]

    def test_who_began_to_tell_after_the_patient_came_hears_nothing(self, house: House, data: bytes) -> None:
        _, arrived, discharged = self.visit(data)
        self.told_at(arrived + timedelta(minutes=30))
        assert self.findings(data, discharged + timedelta(hours=1)) == []

    def test_one_that_was_received_while_it_was_open_is_not(self, house: House, data: bytes) -> None:
        code, arrived, discharged = self.visit(data)
        self.told_at(arrived - timedelta(days=1))
        self.received_at(discharged + timedelta(seconds=30), code)
        assert self.findings(data, discharged + timedelta(hours=1)) == []

    def test_one_that_was_received_afterwards_is(self, house: House, data: bytes) -> None:
        code, _, discharged = self.visit(data)
        self.received_at(discharged + timedelta(minutes=5), code)
        assert self.findings(data, discharged + timedelta(hours=1)) == ["BUS-019"]

    def test_nothing_is_said_while_the_outcome_is_not_known(self, house: House, data: bytes) -> None:
        code, arrived, discharged = self.visit(data)
        self.told_at(arrived - timedelta(days=1))
        waiting = self.told_at(arrived, code)
        self.sign()
        Submission.ledger.filter(pk=waiting.pk).update(state=State.UNKNOWN, problem_code="NO-ANSWER")
        assert self.findings(data, discharged + timedelta(hours=1)) == []

    def test_where_check_ins_are_not_sent_nobody_asks(self, house: House, data: bytes) -> None:
        _, arrived, discharged = self.visit(data)
        self.told_at(arrived - timedelta(days=1))
        since = arrived.date() - timedelta(days=1)
        choose(by="an", name="check_ins_are_sent", value=False, reason="chỉ nhận mẫu", since=since)
        assert self.findings(data, discharged + timedelta(hours=1)) == []


def test_a_check_in_that_left_before_a_restore_is_matched_and_not_sent_again(connected: House) -> None:
    copy, lost = transaction.savepoint(), file(row())
    assert take_file("xml0.xml", lost, by="giang", at=timezone.now()).code == "CHECK-IN-TAKEN"
    worker = CheckInWorker("before")
    assert worker.sign_one() and worker.send_one()
    assert Submission.ledger.get().state == State.RECEIVED
    transaction.savepoint_rollback(copy)

    restore = declare(by="test", reason="thử")
    reconcile_restore(by="test", restore=restore, journal_whole=True)
    release_restore(by="giang", restore=restore, reason="đã đối chiếu")
    assert take_file("xml0.xml", lost, by="giang", at=timezone.now()).code == "CHECK-IN-TAKEN"
    worker = CheckInWorker("after")
    assert not worker.sign_one() and not worker.send_one()
    assert match_lost(by="test", at=timezone.now()) == 1
    assert Submission.ledger.get().state == State.RECEIVED
