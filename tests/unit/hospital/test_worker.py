"""Signing and sending against the real simulated portal, scenario by scenario."""

import io
import json
import re
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import Model
from django.utils import timezone
from tests.crash.stage import PASSWORD, Portal
from tests.unit.signing.material import AUTHORITY

from sosuckhoe.healthbook.signing import Outcome, to_pkcs12, verify
from sosuckhoe.hospital.delivery import actions, calling, doors, evidence
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.ledger import enqueue
from sosuckhoe.hospital.delivery.models import Attempt, Destination, Incident, Receipt, SigningKey, Submission
from sosuckhoe.hospital.delivery.recovery import recover
from sosuckhoe.hospital.delivery.secrets import keep_secret
from sosuckhoe.hospital.delivery.sessions import SESSIONS
from sosuckhoe.hospital.delivery.settling import LONGEST_WAIT, delay
from sosuckhoe.hospital.delivery.signers import declaring
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching.incidents import record_incidents
from sosuckhoe.hospital.delivery.worker import Worker, next_due
from sosuckhoe.hospital.journal.chain import note, verify_chain
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.visits.models import RecordVersion

from .conftest import House, sha256
from .test_intake import changed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_sessions() -> None:
    SESSIONS.__init__()  # type: ignore[misc]


@pytest.fixture
def closed(connected: House, clean: list[bytes], request: pytest.FixtureRequest) -> Callable[..., Submission]:
    """Close a visit that no other test has, and give its submission."""
    numbers = iter(range(1000))
    name = re.sub(r"\W", "", request.node.name)[-40:]

    def do(**how: Any) -> Submission:
        code = how.pop("visit_code", f"{name}{next(numbers)}")
        taken = take_file("visit.xml", renamed(clean[0], code), by="giang", at=timezone.now(), **how)
        assert taken.outcome == "taken", taken
        return Submission.objects.get(version__visit=taken.visit_id, version__number=taken.version)

    return do


def renamed(data: bytes, visit_code: str) -> bytes:
    """The same visit under another code, in every table."""
    from base64 import b64decode, b64encode

    def part(found: re.Match[bytes]) -> bytes:
        inner = re.sub(rb"<MA_LK>[^<]*<", b"<MA_LK>" + visit_code.encode() + b"<", b64decode(found[1]))
        return b"<NOIDUNGFILE>" + b64encode(inner) + b"<"

    return re.sub(rb"<NOIDUNGFILE>([^<]+)<", part, data)


def work(submission: Submission) -> Submission:
    """Sign and send what is due, once."""
    worker = Worker("test")
    worker.sign_one()
    worker.send_one()
    return Submission.objects.get(pk=submission.pk)


def strike(portal: Portal, scenario: str, **how: Any) -> None:
    portal.desk("faults", {"scenario": scenario, "path": "record", "next_calls": 1, **how})


def calls(portal: Portal, submission: Submission) -> list[dict[str, Any]]:
    code = submission.version.visit.visit_code
    found, after = [], 0
    while page := portal.desk(f"history.json?after={after}&limit=500"):
        found += [call for call in page if call["visit_code"] == code and call["service"] == "record"]
        after = page[-1]["id"]
    return found


def test_a_closed_visit_is_signed_sent_and_received(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    submission = work(closed())
    assert submission.state == State.RECEIVED
    document = submission.document
    assert document is not None
    assert document.sha256 == sha256(document.content)
    assert document.record_sha256 == submission.version.sha256
    verdict = verify(document.content, at=timezone.now(), registered=[document.certificate_fingerprint])
    assert verdict.outcome is Outcome.PASSED
    (call,) = calls(portal, submission)
    receipt = submission.receipts.get()
    assert (call["sha256"], call["transaction"]) == (document.sha256, receipt.transaction_number)
    assert receipt.document_sha256 == document.sha256
    line = json.loads(settings.HOME.receipts.read_text().splitlines()[-1])
    assert (line["transaction_number"], line["version"]) == (receipt.transaction_number, 1)


def test_both_sides_of_an_attempt_are_kept_without_secrets(closed: Callable[..., Submission]) -> None:
    submission = work(closed())
    attempt = submission.attempts.get()
    assert attempt.outcome == "Accepted"
    assert attempt.bytes_from is not None and attempt.bytes_from >= attempt.started_at
    assert attempt.request_head.startswith("POST /api/qd130/guiHoSoXmlQD3176")
    assert b"maGiaoDich" in bytes(attempt.answer)
    session = next(iter(SESSIONS._kept.values()))
    kept = attempt.request_head + attempt.answer_head + bytes(attempt.answer).decode()
    for secret in (session.access_token, session.id_token, session.password_hash, PASSWORD):
        assert secret not in kept and secret not in repr(session)


@pytest.mark.parametrize(
    "scenario", ["http-500", "http-502", "http-503", "http-429", "maintenance", "system-error"]
)
def test_a_portal_that_is_busy_is_tried_again_later_with_the_same_bytes(
    closed: Callable[..., Submission], portal: Portal, scenario: str
) -> None:
    strike(portal, scenario)
    submission = work(closed())
    assert submission.state == State.SIGNED
    assert submission.not_before is not None and submission.not_before > timezone.now()
    before = submission.document_id
    Submission.objects.update(not_before=None)
    submission = work(submission)
    assert (submission.state, submission.document_id) == (State.RECEIVED, before)
    assert len({attempt.request_sha256 for attempt in submission.attempts.all()}) == 1


@pytest.mark.parametrize(
    "scenario",
    ["store-then-drop", "drop-unstored", "cut-inside-reply", "empty-reply", "truncated-json", "wrong-charset",
     "html-under-200", "no-transaction", "unknown-code", "deep-reply"],
)  # fmt: skip
def test_an_unclear_end_is_unknown_and_is_never_resent_unasked(
    closed: Callable[..., Submission], portal: Portal, scenario: str
) -> None:
    strike(portal, scenario)
    submission = work(closed())
    assert submission.state == State.UNKNOWN
    assert submission.problem_code
    assert doors.repeat_where_declared(at=timezone.now() + timedelta(hours=1)) == 0
    assert next_due(timezone.now()) is None
    assert work(submission).state == State.UNKNOWN
    assert submission.attempts.count() == 1
    assert len(calls(portal, submission)) <= 1


@pytest.mark.parametrize("scenario", ["html-under-200", "empty-reply", "no-transaction", "unknown-code"])
def test_what_is_answered_strangely_to_all_is_noticed_once_and_not_by_every_record(
    closed: Callable[..., Submission], portal: Portal, scenario: str
) -> None:
    """Whatever stands before the portal answers records so, and logins well: a person has to look, and nothing is lost."""
    strike(portal, scenario, next_calls=100)
    for _ in range(12):
        work(closed())
    assert Counter(Submission.objects.values_list("state", flat=True)) == {State.UNKNOWN: 3, State.SIGNED: 9}
    destination = Destination.objects.get()
    assert destination.paused_at is not None and "3 hồ sơ liền nhau" in destination.paused_why
    assert Entry.objects.filter(action="destination-paused").count() == 1
    portal.desk("faults", method="DELETE")
    actions.resume(by="giang", destination=destination)
    worker = Worker("test")
    while worker.send_one():
        pass
    assert Counter(Submission.objects.values_list("state", flat=True)) == {
        State.UNKNOWN: 3,
        State.RECEIVED: 9,
    }


def test_a_page_that_stands_before_everything_costs_one_record_and_goes_by_itself(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    """The login is asked before the next record, and says the same."""
    assert work(closed()).state == State.RECEIVED
    strike(portal, "html-under-200", path="", next_calls=100)
    for _ in range(6):
        work(closed())
    found = Counter(Submission.objects.values_list("state", flat=True))
    assert found == {State.RECEIVED: 1, State.UNKNOWN: 1, State.SIGNED: 5}
    destination = Destination.objects.get()
    assert destination.paused_at is None and destination.quiet_until is not None
    record_incidents()
    assert Incident.objects.get().silent_calls >= 3
    portal.desk("faults", method="DELETE")
    Destination.objects.update(quiet_until=None)
    Submission.objects.update(not_before=None)
    worker = Worker("test")
    while worker.send_one():
        pass
    assert Submission.objects.filter(state=State.RECEIVED).count() == 6
    record_incidents()
    assert Incident.objects.get().ended_at is not None


def test_a_portal_that_is_silent_to_all_costs_three_records_and_then_only_logins(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    """A probe with a record is a person's work each time: through a long outage there would be hundreds."""
    assert work(closed()).state == State.RECEIVED
    strike(portal, "outage", path="", next_calls=None, parameters={"answer": "reset"})
    for _ in range(8):
        work(closed())
        Destination.objects.update(quiet_until=None)
    found = Counter(Submission.objects.values_list("state", flat=True))
    assert found == {State.RECEIVED: 1, State.UNKNOWN: 3, State.SIGNED: 5}
    assert Destination.objects.get().paused_at is None
    portal.desk("faults", method="DELETE")
    Submission.objects.update(not_before=None)
    worker = Worker("test")
    while worker.send_one():
        pass
    assert Submission.objects.filter(state=State.RECEIVED).count() == 6


@pytest.mark.parametrize("scenario", ["trickle", "slow-reading"])
def test_an_answer_that_trickles_in_is_cut_at_the_limit(
    closed: Callable[..., Submission], portal: Portal, monkeypatch: pytest.MonkeyPatch, scenario: str
) -> None:
    """Byte by byte, either way: one call has its time, and what may have been read is not sent again unasked."""
    monkeypatch.setattr(calling, "TOTAL_SECONDS", 1.0)
    strike(portal, scenario, parameters={"bytes_per_second": 2.0})
    before = time.monotonic()
    submission = work(closed())
    assert submission.state == State.UNKNOWN
    assert time.monotonic() - before < 15
    assert work(submission).attempts.count() == 1
    other = work(closed())
    assert other.state == State.RECEIVED, "the line is free for the next"


@pytest.mark.parametrize("scenario", ["bare-401", "body-401", "token-revoked"])
def test_a_refused_token_is_renewed_once_and_the_call_repeated_once(
    closed: Callable[..., Submission], portal: Portal, scenario: str
) -> None:
    strike(portal, scenario)
    submission = work(closed())
    assert submission.state == State.RECEIVED
    assert submission.attempts.count() == 2


def test_a_token_refused_twice_stops_the_destination(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    strike(portal, "body-401", next_calls=5)
    submission = work(closed())
    assert submission.state == State.SIGNED
    assert submission.attempts.count() == 2
    assert "địa chỉ mạng" in submission.destination.paused_why


def test_a_refused_content_waits_for_a_corrected_version(
    closed: Callable[..., Submission], portal: Portal, clean: list[bytes]
) -> None:
    strike(portal, "content-refused")
    first = work(closed(visit_code="REFUSED1"))
    assert first.state == State.REFUSED
    assert work(first).attempts.count() == 1
    data = changed(renamed(clean[0], "REFUSED1"), "DIA_CHI", "Thôn 9, xã Mẫu, Thành phố Hồ Chí Minh")
    take_file("visit.xml", data, by="giang", reason="Sửa theo báo lỗi của cổng", at=timezone.now())
    second = work(Submission.objects.get(version__number=2))
    first.refresh_from_db()
    assert (first.state, second.state) == (State.SUPERSEDED, State.RECEIVED)


def test_a_refused_signature_holds_the_record_and_twice_in_a_row_stops_the_destination(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    assert work(closed()).state == State.RECEIVED
    strike(portal, "signature-refused", next_calls=2)
    first = work(closed())
    assert (first.state, first.problem_code) == (State.HELD, "124")
    assert not first.destination.paused
    second = work(closed())
    assert second.state == State.HELD
    assert Destination.objects.get().paused


def test_a_certificate_that_was_never_taken_stops_the_destination_at_once(
    closed: Callable[..., Submission], connected: House
) -> None:
    """The portal really does not know this one: nobody has registered it there (F60)."""
    stranger = AUTHORITY.issue("BỆNH VIỆN MẪU", at=timezone.now(), days=900)
    actions.add_signing_key(
        by="giang",
        facility=connected.facility,
        name="Chứng thư mới",
        pkcs12=to_pkcs12(stranger, b"x"),
        password="x",
    )
    first, second = closed(), closed()
    first = work(first)
    assert (first.state, first.problem_code) == (State.HELD, "124")
    destination = Destination.objects.get()
    assert destination.paused and "Chứng thư mới" in destination.paused_why
    second = work(second)
    assert second.state == State.SIGNED and not second.attempts.exists()
    # The registered one is preferred as soon as that is noted: the record is signed anew, and goes out.
    declaring.register(by="giang", key=connected.key, on=timezone.now())
    for submission in (first, second):
        actions.resume(by="giang", destination=destination)
        if submission.state == State.HELD:
            actions.release(by="giang", submission=submission, reason="Đã đăng ký", sign_anew=True)
            assert work(submission).state == State.RECEIVED


def test_a_locked_account_stops_the_destination_and_keeps_the_record(
    closed: Callable[..., Submission], portal: Portal, connected: House
) -> None:
    portal.desk(f"accounts/{connected.destination.account}", {"locked": True})
    submission = work(closed())
    assert submission.state == State.SIGNED
    destination = Destination.objects.get()
    assert destination.paused and destination.paused_why
    portal.desk(f"accounts/{connected.destination.account}", {"locked": False})
    actions.resume(by="hai", destination=destination)
    assert work(submission).state == State.RECEIVED


def test_a_wrong_password_is_tried_once(closed: Callable[..., Submission], portal: Portal) -> None:
    keep_secret("portal", "sai-mat-khau")
    submission = work(closed())
    assert submission.state == State.SIGNED
    assert Destination.objects.get().paused
    worker = Worker("test")
    assert not worker.send_one()


def test_a_receipt_of_another_visit_is_not_accepted(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    assert work(closed()).state == State.RECEIVED
    strike(portal, "receipt-of-another-visit")
    submission = work(closed())
    assert (submission.state, submission.receipts.count()) == (State.UNKNOWN, 0)


def test_a_foreign_message_under_200_is_received_with_a_warning(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    strike(portal, "foreign-message")
    submission = work(closed())
    assert (submission.state, submission.problem_code) == (State.RECEIVED, "200-WITH-MESSAGE")


def test_a_paused_destination_gets_nothing_until_it_is_resumed(
    closed: Callable[..., Submission], portal: Portal, connected: House
) -> None:
    actions.pause(by="hai", destination=connected.destination, reason="Cổng báo bảo trì")
    submission = work(closed())
    assert (submission.state, submission.attempts.count()) == (State.SIGNED, 0)
    actions.resume(by="hai", destination=connected.destination)
    assert work(submission).state == State.RECEIVED


def test_a_portal_that_does_not_listen_costs_no_attempt_with_bytes_and_then_one_probe_at_a_time(
    closed: Callable[..., Submission], portal: Portal, connected: House
) -> None:
    Destination.objects.update(base_url="http://127.0.0.1:9")
    submissions = [closed() for _ in range(5)]
    for submission in submissions:
        work(submission)
    attempts = Attempt.objects.all()
    assert {(attempt.outcome, attempt.bytes_from) for attempt in attempts} == {("NotSent", None)}
    assert attempts.count() == 3
    assert Destination.objects.get().quiet_until is not None
    assert Counter(Submission.objects.values_list("state", flat=True)) == {State.SIGNED: 5}
    # A person who knows that it is back says so: nothing waits for the quiet to pass, nor for a probe.
    Destination.objects.update(base_url=portal.address)
    Submission.objects.update(not_before=None)
    actions.resume(by="hai", destination=connected.destination)
    assert {work(submission).state for submission in submissions} == {State.RECEIVED}


class TestOlderAndNewer:
    def test_a_newer_version_waits_while_an_older_one_is_unknown(
        self, closed: Callable[..., Submission], portal: Portal, clean: list[bytes]
    ) -> None:
        strike(portal, "store-then-drop")
        first = work(closed(visit_code="WAITS1"))
        data = changed(renamed(clean[0], "WAITS1"), "DIA_CHI", "Thôn 9, xã Mẫu, Thành phố Hồ Chí Minh")
        take_file("visit.xml", data, by="giang", reason="Sửa địa chỉ", at=timezone.now())
        second = work(Submission.objects.get(version__number=2))
        assert (first.state, second.state) == (State.UNKNOWN, State.SIGNED)
        (call,) = calls(portal, first)
        doors.it_is_there(
            by="giang", submission=first, transaction_number=call["transaction"], reason="Đã thấy trên cổng"
        )
        assert work(second).state == State.RECEIVED
        received = [call["transaction"] for call in calls(portal, first)]
        assert received == [receipt.transaction_number for receipt in Receipt.objects.order_by("received_at")]

    def test_an_older_version_that_came_back_is_replaced_and_not_sent(
        self, closed: Callable[..., Submission], portal: Portal, clean: list[bytes]
    ) -> None:
        strike(portal, "drop-unstored")
        first = work(closed(visit_code="WAITS2"))
        data = changed(renamed(clean[0], "WAITS2"), "DIA_CHI", "Thôn 9, xã Mẫu, Thành phố Hồ Chí Minh")
        take_file("visit.xml", data, by="giang", reason="Sửa địa chỉ", at=timezone.now())
        doors.it_is_not_there(by="giang", submission=first, reason="Tra trên cổng không thấy")
        recover(at=timezone.now())
        work(first)
        first.refresh_from_db()
        assert first.state == State.SUPERSEDED
        # What was dropped left no trace there; the one stored call is the newer version's.
        (call,) = calls(portal, first)
        newer = Submission.objects.get(version__number=2).document
        assert newer is not None and (call["stored"], call["sha256"]) == (True, newer.sha256)


class TestDoors:
    @pytest.fixture
    def unknown(self, closed: Callable[..., Submission], portal: Portal) -> Submission:
        strike(portal, "store-then-drop")
        return work(closed())

    def test_the_same_bytes_go_again_only_where_that_is_declared(self, unknown: Submission) -> None:
        with pytest.raises(doors.NotDeclared):
            doors.send_again(by="giang", submission=unknown)
        Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử trên cổng đào tạo")
        doors.send_again(by="giang", submission=unknown)
        assert work(unknown).state == State.RECEIVED
        assert len({attempt.request_sha256 for attempt in unknown.attempts.all()}) == 1

    def test_where_declared_the_machine_repeats_after_a_rest(self, unknown: Submission) -> None:
        Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử trên cổng đào tạo")
        assert doors.repeat_where_declared(at=timezone.now()) == 0
        assert doors.repeat_where_declared(at=timezone.now() + timedelta(minutes=1)) == 1
        assert work(unknown).state == State.RECEIVED

    def test_a_newer_version_leaves_only_when_the_portal_is_surely_done_with_the_older_one(
        self, unknown: Submission
    ) -> None:
        """A portal may be at work on a file for a minute, also when whoever sent it has died: it would take effect last."""
        Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử trên cổng đào tạo")
        newer = unknown.version
        assert newer is not None
        newer.pk, newer.number, newer.reason = None, 2, "thử"
        newer.save(force_insert=True)
        now = timezone.now()
        enqueue(newer, [unknown.destination], at=now, held=None)
        assert doors.repeat_where_declared(at=now + timedelta(minutes=2)) == 0
        assert 2 * 60 < (doors.next_repeat(now) or 0) < 4 * 60
        assert doors.repeat_where_declared(at=now + timedelta(minutes=4)) == 1

    def test_the_machine_repeats_nothing_while_its_destination_is_paused(self, unknown: Submission) -> None:
        Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử trên cổng đào tạo")
        actions.pause(by="hai", destination=unknown.destination, reason="bảo trì")
        assert doors.repeat_where_declared(at=timezone.now() + timedelta(minutes=1)) == 0
        assert doors.next_repeat(timezone.now()) is None
        actions.resume(by="hai", destination=unknown.destination)
        assert doors.repeat_where_declared(at=timezone.now() + timedelta(minutes=1)) == 1

    def test_after_so_many_tries_without_an_answer_a_person_looks_first(self, unknown: Submission) -> None:
        Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử trên cổng đào tạo")
        again = unknown.attempts.get()
        for number in range(2, doors.REPEATS + 1):
            assert doors.next_repeat(timezone.now()) is not None
            again.pk, again.number = None, number
            again.save(force_insert=True)
        assert doors.next_repeat(timezone.now()) is None
        assert doors.repeat_where_declared(at=timezone.now() + timedelta(minutes=1)) == 0
        doors.send_again(by="giang", submission=unknown)

    @pytest.mark.parametrize("by", ["machine", "giang"])
    def test_that_it_went_again_is_in_the_journal_with_the_ground_and_who_declared_it(
        self, unknown: Submission, by: str
    ) -> None:
        note(
            "binh", "destination-changed", "destination", unknown.destination_id, replaces_by_visit_code=True
        )
        note(
            "lan", "destination-changed", "destination", unknown.destination_id, replaces_by_visit_code=False
        )
        note("hai", "destination-changed", "destination", unknown.destination_id, replaces_by_visit_code=True)
        note("mai", "destination-changed", "destination", unknown.destination_id, replaces_by_visit_code=True)
        declared = Entry.objects.get(actor="hai", action="destination-changed")
        Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử trên cổng đào tạo")
        if by == "machine":
            assert doors.repeat_where_declared(at=timezone.now() + timedelta(minutes=1)) == 1
        else:
            doors.send_again(by=by, submission=unknown)
        line = Entry.objects.get(action="unknown-sent-again", object_id=str(unknown.pk))
        ground = {"evidence": "thử trên cổng đào tạo", "declared_by": "hai"}
        assert (line.actor, line.detail) == (by, {**ground, "declared_at": declared.at.isoformat()})
        assert verify_chain().whole
        assert work(unknown).state == State.RECEIVED
        with zipfile.ZipFile(io.BytesIO(evidence.container_for(unknown.version))) as container:
            told = json.loads(container.read("journal.json"))
        assert [each["detail"] for each in told if each["action"] == "unknown-sent-again"] == [line.detail]

    def test_where_the_line_cannot_be_written_nothing_goes_out_again(
        self, unknown: Submission, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử trên cổng đào tạo")

        def full(*line: Any, **detail: Any) -> None:
            raise OperationalError("database or disk is full")

        monkeypatch.setattr(doors, "note", full)
        with pytest.raises(OperationalError):
            doors.repeat_where_declared(at=timezone.now() + timedelta(minutes=1))
        assert Submission.objects.get(pk=unknown.pk).state == State.UNKNOWN

    def test_a_person_says_what_the_portal_shows_and_why(self, unknown: Submission, portal: Portal) -> None:
        (call,) = calls(portal, unknown)
        with pytest.raises(doors.NeedsReason):
            doors.it_is_there(
                by="giang", submission=unknown, transaction_number=call["transaction"], reason=" "
            )
        doors.it_is_there(
            by="giang", submission=unknown, transaction_number=call["transaction"], reason="Đã thấy trên cổng"
        )
        unknown.refresh_from_db()
        assert unknown.state == State.RECEIVED
        assert unknown.receipts.get().stated_by == "giang"
        with pytest.raises(doors.NotUnknown):
            doors.it_is_not_there(by="giang", submission=unknown, reason="Không thấy")

    def test_a_number_of_another_record_is_refused(
        self, unknown: Submission, closed: Callable[..., Submission]
    ) -> None:
        other = work(closed())
        with pytest.raises(doors.NumberIsAnothers):
            doors.it_is_there(
                by="giang",
                submission=unknown,
                transaction_number=other.receipts.get().transaction_number,
                reason="Đã thấy",
            )


class TestKeys:
    def test_without_a_valid_certificate_visits_wait_and_go_on_when_it_is_renewed(
        self, closed: Callable[..., Submission]
    ) -> None:
        now = timezone.now()
        valid = SigningKey.objects.get().not_after
        SigningKey.objects.update(not_after=now - timedelta(days=1))
        submission = work(closed())
        assert (submission.state, submission.problem_code) == (State.WAITING, "KEY-EXPIRED")
        SigningKey.objects.update(not_after=valid)
        Submission.objects.update(not_before=None)
        assert work(submission).state == State.RECEIVED

    def test_a_signed_record_never_attempted_is_signed_anew_when_its_certificate_has_ended(
        self, closed: Callable[..., Submission], connected: House
    ) -> None:
        actions.pause(by="hai", destination=connected.destination, reason="Bảo trì")
        submission = work(closed())
        assert submission.state == State.SIGNED
        SigningKey.objects.update(not_after=timezone.now() - timedelta(days=1))
        actions.resume(by="hai", destination=connected.destination)
        assert work(submission).state == State.WAITING
        assert submission.documents.count() == 1

    def test_a_wrong_key_password_stops_signing_and_holds_nothing(
        self, closed: Callable[..., Submission]
    ) -> None:
        from sosuckhoe.hospital.delivery.signers.keys import open_key

        open_key.cache_clear()
        keep_secret(SigningKey.objects.get().password_reference.removeprefix("file:"), "sai")
        assert work(closed()).problem_code == "KEY-PASSWORD"
        open_key.cache_clear()


class TestHeld:
    def test_a_held_record_is_released_with_a_reason_that_is_counted(
        self, connected: House, faulty: bytes
    ) -> None:
        taken = take_file("visit.xml", renamed(faulty, "RELEASED1"), by="giang", at=timezone.now())
        submission = Submission.objects.get(version__visit=taken.visit_id)
        assert work(submission).state == State.HELD
        with pytest.raises(actions.NeedsReason):
            actions.release(by="giang", submission=submission, reason="")
        actions.release(by="giang", submission=submission, reason="Bác sĩ xác nhận đúng")
        version = RecordVersion.objects.get(pk=submission.version_id)
        assert set(version.findings.filter(severity="error").values_list("overruled_by", flat=True)) == {
            "giang"
        }
        assert work(submission).state == State.RECEIVED

    def test_a_damaged_record_is_not_signed(self, closed: Callable[..., Submission]) -> None:
        submission = closed()
        version = RecordVersion.objects.get(pk=submission.version_id)
        damage(version, record_json=version.record_json.replace(b"a", b"b", 1))
        assert work(submission).problem_code == "RECORD-DAMAGED"

    def test_a_damaged_document_is_not_sent(
        self, closed: Callable[..., Submission], connected: House, portal: Portal
    ) -> None:
        actions.pause(by="hai", destination=connected.destination, reason="Bảo trì")
        submission = work(closed())
        document = submission.document
        assert document is not None
        damage(document, content=document.content.replace(b"A", b"B", 1))
        actions.resume(by="hai", destination=connected.destination)
        submission = work(submission)
        assert (submission.state, submission.problem_code) == (State.HELD, "DOCUMENT-DAMAGED")
        assert calls(portal, submission) == []


def damage(row: Model, **columns: bytes) -> None:
    """Change a row of an append-only table behind its guard, inside this test's transaction."""
    table = row._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute(f"DROP TRIGGER {table}_no_update")
        type(row)._default_manager.filter(pk=row.pk).update(**columns)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = origin")


def test_every_second_place_is_for_what_came_last(closed: Callable[..., Submission]) -> None:
    rows = [closed() for _ in range(4)]
    worker = Worker("test")
    while worker.sign_one():
        pass
    order = []
    while worker.send_one():
        received = Submission.objects.filter(pk__in=[row.pk for row in rows], state=State.RECEIVED)
        order += [rows.index(row) for row in received if rows.index(row) not in order]
    assert order == [0, 3, 1, 2]


def test_a_receipt_said_twice_is_kept_once(closed: Callable[..., Submission], portal: Portal) -> None:
    Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="cổng mô phỏng")
    strike(portal, "store-then-drop")
    unknown = work(closed())
    assert unknown.state == State.UNKNOWN
    doors.send_again(by="giang", submission=unknown)
    strike(portal, "receipt-repeated")
    received = work(unknown)
    assert (received.state, received.receipts.count(), received.attempts.count()) == (State.RECEIVED, 1, 2)


def test_a_gateway_time_out_is_no_answer_of_the_portal(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    strike(portal, "http-504")
    assert work(closed()).state == State.UNKNOWN


def test_a_strange_answer_is_for_a_person_and_is_not_repeated_by_the_machine(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    """Silence may be answered by the same bytes; somebody has to read what nobody understands."""
    Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử trên cổng đào tạo")
    strike(portal, "unknown-code")
    submission = work(closed())
    assert (submission.state, submission.not_before) == (State.UNKNOWN, None)
    assert doors.next_repeat(timezone.now()) is None
    assert doors.repeat_where_declared(at=timezone.now() + timedelta(hours=1)) == 0
    doors.send_again(by="giang", submission=submission)


def test_a_portal_that_asks_for_a_long_time_is_asked_again_within_the_longest_wait() -> None:
    assert delay(1, 900) == 900
    assert delay(1, 10**9) == LONGEST_WAIT


def test_a_refusal_of_the_repeat_does_not_settle_what_may_be_there(
    closed: Callable[..., Submission], connected: House, portal: Portal
) -> None:
    Destination.objects.filter(pk=connected.destination.pk).update(
        replaces_by_visit_code=True, replaces_evidence="Thử ngày 20/11/2026"
    )
    strike(portal, "unknown-code")
    submission = work(closed())
    assert submission.state == State.UNKNOWN
    doors.send_again(by="giang", submission=submission)
    strike(portal, "signature-refused")
    submission = work(submission)
    assert (submission.state, submission.problem_code) == (State.UNKNOWN, "124")
    doors.it_is_not_there(by="giang", submission=submission, reason="Đã tra, không thấy")
    actions.resume(by="giang", destination=connected.destination)
    strike(portal, "signature-refused")
    assert work(submission).state == State.HELD, "somebody looked: now only this refusal counts"


def test_a_clock_set_back_since_somebody_looked_settles_no_later_try(
    closed: Callable[..., Submission], connected: House, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held for its signature it could be signed anew, and other bytes would go to where something may lie."""
    Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="Thử ngày 20/11/2026")
    strike(portal, "unknown-code")
    submission = work(closed())
    ahead = timezone.now() + timedelta(hours=1)
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: ahead)
        doors.it_is_not_there(by="giang", submission=submission, reason="Đã tra, không thấy")
    submission.refresh_from_db()
    strike(portal, "unknown-code")
    submission = work(submission)
    assert submission.state == State.UNKNOWN
    doors.send_again(by="giang", submission=submission)
    strike(portal, "signature-refused")
    assert work(submission).state == State.UNKNOWN
