"""Health checks on their way to the Ministry's hub: the same ledger, another channel, and never a visit among them."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, transaction
from tests.crash.stage import PASSWORD, Portal
from tests.health_check_file import BLOCK, HUB_CODE, Export

from sosuckhoe.healthbook.signing import FileSigner, PracticeAuthority, health_check_policy, sign, to_pkcs12
from sosuckhoe.hospital.delivery import actions, doors
from sosuckhoe.hospital.delivery.answers import NO_ANSWER, Answer, Concern, Word
from sosuckhoe.hospital.delivery.calling import NotSent
from sosuckhoe.hospital.delivery.channels import channel_of
from sosuckhoe.hospital.delivery.health_checks import due_at
from sosuckhoe.hospital.delivery.hub.answers import HUB, login_answer, push_answer
from sosuckhoe.hospital.delivery.hub.message import message_of
from sosuckhoe.hospital.delivery.hub.settings import EXPLAINED, HubSettings
from sosuckhoe.hospital.delivery.hub.signing import _signer_of
from sosuckhoe.hospital.delivery.intake import Taken, take_file
from sosuckhoe.hospital.delivery.models import Attempt, Destination, HubMessage, Receipt, Submission
from sosuckhoe.hospital.delivery.restoring.matching import match_lost, reconcile_restore
from sosuckhoe.hospital.delivery.restoring.noticing import declare
from sosuckhoe.hospital.delivery.restoring.releasing import release_restore
from sosuckhoe.hospital.delivery.secrets import keep_secret
from sosuckhoe.hospital.delivery.sessions import SESSIONS
from sosuckhoe.hospital.delivery.settling import settle
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import HealthCheckWorker, Worker
from sosuckhoe.hospital.visits.choices import choose
from sosuckhoe.hospital.visits.models import HealthCheck, Visit
from sosuckhoe.hospital.web.shell.sent import found_by_code

from .conftest import NOW, House

pytestmark = pytest.mark.django_db
AGENT = "agent-99999"


@pytest.fixture(scope="session")
def message_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Two:
    """A hospital with the insurer's portal and the Ministry's hub."""

    house: House
    hub: Destination
    there: Portal


def switch_on(on: bool = True) -> None:
    choose(by="test", name="health_checks_are_sent", value=on, reason="thử", since=NOW.date())


@pytest.fixture
def two(connected: House, portal: Portal, message_key: RSAPrivateKey) -> Iterator[Two]:
    public = message_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    portal.desk(
        "setup",
        {
            "hub": [
                {
                    "username": AGENT,
                    "password": PASSWORD,
                    "sender_id": HUB_CODE,
                    "facility_code": "99999",
                    "key_pem": public,
                }
            ]
        },
    )
    private = message_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    hub = actions.add_destination(
        by="test",
        facility=connected.facility,
        name="Trục mô phỏng",
        base_url=portal.address,
        account=AGENT,
        secret_reference=keep_secret("hub-account", PASSWORD),
        kind="hub",
        hub={
            "sender_id": HUB_CODE,
            "receiver_id": "TDLBYT",
            "key_reference": keep_secret("hub-key", private),
        },
    )
    switch_on()
    SESSIONS.__dict__.update(type(SESSIONS)().__dict__)
    yield Two(connected, hub, portal)
    portal.desk("options", {"hub_repeats": "same", "hub_data_form": "either"})


def take(export: Export, **how: object) -> Taken:
    return take_file("ksk.xml", export.bytes(), **{"by": "giang", "at": NOW, **how})  # type: ignore[arg-type]


_codes = iter(range(10**6))


def unique() -> Export:
    return Export(
        code=f"KSK-{hashlib.sha256(str(datetime.now(UTC)).encode()).hexdigest()[:8]}-{next(_codes)}"
    )


def only() -> Submission:
    return Submission.ledger.select_related("destination", "document").get(health_check__isnull=False)


def work() -> Submission:
    line = HealthCheckWorker("hub-test")
    while line.sign_one() or line.send_one():
        pass
    return only()


def strike(two: Two, scenario: str, **how: object) -> None:
    two.there.desk("faults", {"scenario": scenario, "path": "hub_push", "next_calls": 1, **how})


def held_by_hub(two: Two, submission: Submission) -> list[dict[str, object]]:
    assert submission.document is not None
    document = message_of(submission.stored_bytes).document
    digest = hashlib.sha256(document).hexdigest()
    return [row for row in two.there.desk("hub.json") if row["document_sha256"] == digest]


class TestSwitchedOff:
    def test_without_the_decision_it_is_a_file_of_no_known_kind(self, connected: House) -> None:
        taken = take(Export())
        assert (taken.outcome, taken.code) == ("refused", "FILE-UNKNOWN-ROOT")
        assert not HealthCheck.objects.exists()

    def test_switched_off_again_nothing_more_is_taken(self, two: Two) -> None:
        switch_on(on=False)
        assert take(Export()).code == "FILE-UNKNOWN-ROOT"


class TestSending:
    @pytest.mark.parametrize("form", ["string", "object"])
    def test_a_health_check_arrives_with_a_receipt_and_both_sides_kept(self, two: Two, form: str) -> None:
        Destination.objects.filter(pk=two.hub.pk).update(hub={**two.hub.hub, "data_form": form})
        two.there.desk("options", {"hub_data_form": form})
        taken = take(unique())
        assert (taken.outcome, taken.code) == ("taken", "HEALTH-CHECK-TAKEN")
        sent = work()
        assert sent.state == State.RECEIVED, (sent.problem_code, sent.problem)
        receipt, attempt = Receipt.objects.get(submission=sent), sent.attempts.get()
        (kept,) = held_by_hub(two, sent)
        assert receipt.transaction_number == kept["txn_id"]
        assert "SAVED" in receipt.message and receipt.document_sha256 == sent.document.sha256  # type: ignore[union-attr]
        # What left is what is stored, byte for byte.
        assert kept["sha256"] == hashlib.sha256(sent.stored_bytes).hexdigest() == attempt.request_sha256
        assert "Bearer" not in attempt.request_head and PASSWORD not in attempt.request_head
        assert not [each for each in SESSIONS._kept.values() if each.token in repr(each)]
        told = json.loads(attempt.answer or b"")
        assert {"message_check_ca", "message_notify"} <= set(told)
        header = json.loads(sent.stored_bytes)["header"]
        assert header["msg_id"] == kept["msg_id"] and header["msg_id"].startswith(HUB_CODE)
        assert (header["version"], header["txn_type"], header["receiver_id"]) == (
            "1.0.6",
            "sync_checkup",
            "TDLBYT",
        )

    def test_visits_and_health_checks_keep_apart(self, two: Two, clean: list[bytes]) -> None:
        take(unique())
        take_file("visit.xml", clean[0], by="giang", at=NOW)
        assert {(row.destination.kind, row.health_check_id is None) for row in Submission.ledger.all()} == {
            ("hub", False),
            ("portal", True),
        }
        assert Visit.objects.count() == 1

    def test_a_number_that_the_hub_gave_is_free_at_the_portal(self, two: Two, clean: list[bytes]) -> None:
        take(unique())
        number = work().receipts.get().transaction_number
        take_file("visit.xml", clean[0], by="giang", at=NOW)
        line = Worker("visits")
        assert line.sign_one()
        ((visit, attempt),) = line.claim()
        attempt.bytes_from = attempt.started_at
        settle(visit, attempt, None, Answer(Word.ACCEPTED, "200", "", transaction_number=number))
        assert Submission.objects.get().state == State.RECEIVED

    def test_a_channel_refuses_what_is_not_its_own_even_if_the_ledger_were_wrong(
        self, two: Two, clean: list[bytes]
    ) -> None:
        take(unique())
        take_file("visit.xml", clean[0], by="giang", at=NOW)
        Submission.ledger.filter(version__isnull=False).update(destination=two.hub)
        Submission.ledger.filter(health_check__isnull=False).update(destination=two.house.destination)
        for submission in Submission.ledger.all():
            channel = channel_of(submission.destination)
            with pytest.raises(NotSent) as refusal:
                channel.send(submission, channel.session(), before_bytes=lambda: 1e12)
            assert refusal.value.answer.code == "WRONG-DESTINATION"

    def test_old_visits_never_go_to_a_hub(self, two: Two) -> None:
        with pytest.raises(actions.WrongKind):
            actions.send_earlier(by="test", destination=two.hub, versions=[], reason="thử")

    def test_the_database_lets_a_submission_carry_one_thing(self, two: Two, clean: list[bytes]) -> None:
        take(unique())
        take_file("visit.xml", clean[0], by="giang", at=NOW)
        version = Submission.objects.get().version
        with pytest.raises(IntegrityError), transaction.atomic():
            Submission.ledger.filter(health_check__isnull=False).update(version=version)


class TestRefusals:
    @pytest.mark.parametrize(
        ("code", "state", "paused"),
        [
            ("CM_INVALID_REQUEST", State.REFUSED, False),
            ("PS_DS_VERIFY_FAIL", State.REFUSED, False),
            ("PS_SIGNATURE_INVALID", State.HELD, False),
            ("PS_DS_RSA_SIGNATURE_INVALID", State.HELD, False),
            ("PS_DS_CA_SIGNATURE_MISSING", State.HELD, False),
            ("PS_DS_SAVE_FAIL", State.SIGNED, False),
            ("CM_SYSTEM_ERROR", State.SIGNED, False),
            ("CM_AUTH_ACCOUNT_FAIL", State.SIGNED, True),
            ("PS_SOMETHING_NEW", State.UNKNOWN, False),
            ("PS_DS_SAVE_SUCCESS", State.UNKNOWN, False),
        ],
    )
    def test_every_kind_of_code_leads_to_its_state(
        self, two: Two, code: str, state: State, paused: bool
    ) -> None:
        take(unique())
        strike(two, "hub-code", parameters={"code": code})
        sent = work()
        assert (sent.state, Destination.objects.get(pk=two.hub.pk).paused) == (state, paused)
        assert held_by_hub(two, sent) == []

    def test_a_wrong_message_key_is_found_by_the_hub_and_never_retried(self, two: Two) -> None:
        other = generate_private_key(65537, 2048).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        keep_secret("hub-key", other.decode())
        take(unique())
        sent = work()
        assert (sent.state, sent.problem_code) == (State.HELD, "PS_DS_RSA_SIGNATURE_INVALID")
        assert sent.attempts.count() == 1

    def test_an_expired_session_is_renewed_once_and_the_call_repeated_once(self, two: Two) -> None:
        take(unique())
        strike(two, "token-revoked")
        sent = work()
        assert sent.state == State.RECEIVED
        assert list(sent.attempts.values_list("code", flat=True)) == ["CM_AUTH_EXPIRED", "200"]

    def test_wrong_credentials_stop_the_hub_and_nothing_else(self, two: Two, clean: list[bytes]) -> None:
        keep_secret("hub-account", "sai")
        take(unique())
        take_file("visit.xml", clean[0], by="giang", at=NOW)
        sent = work()
        assert (sent.state, Destination.objects.get(pk=two.hub.pk).paused) == (State.SIGNED, True)
        assert not Destination.objects.get(pk=two.house.destination.pk).paused
        line = Worker("visits")
        assert line.sign_one() and line.send_one()
        assert Submission.objects.get().state == State.RECEIVED

    def test_a_paused_portal_does_not_hold_the_hub_back(self, two: Two, clean: list[bytes]) -> None:
        actions.pause(by="test", destination=two.house.destination, reason="thử")
        take_file("visit.xml", clean[0], by="giang", at=NOW)
        take(unique())
        assert work().state == State.RECEIVED
        line = Worker("visits")
        assert line.sign_one() and not line.send_one()

    def test_a_hub_without_its_settings_waits(self, two: Two) -> None:
        Destination.objects.filter(pk=two.hub.pk).update(hub={**two.hub.hub, "receiver_id": ""})
        take(unique())
        waiting = work()
        assert (waiting.state, waiting.problem_code) == (State.WAITING, "HUB-NOT-SET-UP")

    def test_a_message_beyond_the_limit_is_held(self, two: Two) -> None:
        Destination.objects.filter(pk=two.hub.pk).update(hub={**two.hub.hub, "largest_mb": 0})
        take(unique())
        assert (work().state, only().problem_code) == (State.HELD, "HUB-TOO-LARGE")


class TestLostAnswers:
    def test_stored_then_dropped_is_unknown_and_a_person_finds_it(self, two: Two) -> None:
        take(unique())
        strike(two, "store-then-drop")
        sent = work()
        assert (sent.state, sent.problem_code) == (State.UNKNOWN, NO_ANSWER.code)
        (kept,) = held_by_hub(two, sent)
        doors.it_is_there(
            by="giang", submission=sent, transaction_number=str(kept["txn_id"]), reason="đã xem trên trục"
        )
        assert only().state == State.RECEIVED

    def test_without_a_declaration_it_is_not_sent_again(self, two: Two) -> None:
        take(unique())
        strike(two, "store-then-drop")
        sent = work()
        with pytest.raises(doors.NotDeclared):
            doors.send_again(by="giang", submission=sent)
        assert not doors.repeat_where_declared(at=datetime.now(UTC) + timedelta(minutes=1))

    @pytest.mark.parametrize("lost", ["store-then-drop", "drop-unstored"])
    def test_the_declared_door_sends_the_same_bytes_and_number_again(self, two: Two, lost: str) -> None:
        Destination.objects.filter(pk=two.hub.pk).update(
            replaces_by_visit_code=True, replaces_evidence="thử trên trục mô phỏng"
        )
        take(unique())
        strike(two, lost)
        sent = work()
        before = sent.stored_bytes
        doors.send_again(by="giang", submission=sent)
        sent = work()
        assert sent.state == State.RECEIVED and sent.stored_bytes == before
        (kept,) = held_by_hub(two, sent)
        assert kept["version"] == 1 and sent.documents.count() == 1
        assert len(set(sent.attempts.values_list("request_sha256", flat=True))) == 1

    def test_a_relay_may_have_kept_what_it_failed_on(self, two: Two) -> None:
        Destination.objects.filter(pk=two.hub.pk).update(hub={**two.hub.hub, "relay": True})
        take(unique())
        strike(two, "http-503")
        assert work().state == State.UNKNOWN


class TestVersions:
    def test_a_corrected_file_needs_a_reason_and_replaces_what_nobody_has(self, two: Two) -> None:
        first = unique()
        take(first)
        assert take(first.but(grade="3")).code == "HEALTH-CHECK-NEEDS-REASON"
        take(first.but(grade="3"), reason="kết luận lại")
        states = dict(Submission.ledger.values_list("health_check__number", "state"))
        assert states == {1: State.SUPERSEDED, 2: State.WAITING}

    def test_a_newer_file_waits_for_an_older_one_that_may_have_arrived(self, two: Two) -> None:
        first = unique()
        take(first)
        strike(two, "store-then-drop")
        assert work().state == State.UNKNOWN
        take(first.but(grade="3"), reason="kết luận lại")
        line = HealthCheckWorker("newer")
        assert line.sign_one() and not line.send_one()
        older = Submission.ledger.get(health_check__number=1)
        (kept,) = held_by_hub(two, older)
        doors.it_is_there(by="giang", submission=older, transaction_number=str(kept["txn_id"]), reason="thấy")
        assert line.send_one()
        assert Submission.ledger.get(health_check__number=2).state == State.RECEIVED

    def test_the_same_bytes_again_change_nothing(self, two: Two) -> None:
        first = unique()
        take(first)
        assert take(first).outcome == "repeat"
        assert HealthCheck.objects.count() == 1

    def test_faults_keep_a_file_out_with_their_sentences(self, two: Two) -> None:
        taken = take(unique().but(grade="9"))
        assert taken.code == "HEALTH-CHECK-FAULTS" and "PHAN_LOAI_SK" in taken.sentence
        assert not HealthCheck.objects.exists()


def doctors_key(name: str) -> FileSigner:
    """The key of a doctor, kept where it is looked for."""
    doctor = PracticeAuthority.new(at=datetime.now(UTC)).issue("BÁC SĨ MẪU", at=datetime.now(UTC))
    folder = settings.HOME.keys / "doctors"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.p12").write_bytes(to_pkcs12(doctor, b"mat-khau"))
    keep_secret(f"doctor-{name}", "mat-khau")
    return doctor


class TestTheDoctorsSignature:
    def test_it_is_made_first_with_a_key_kept_for_the_very_person(self, two: Two) -> None:
        doctors_key("BS-MAU-1")
        Destination.objects.filter(pk=two.hub.pk).update(hub={**two.hub.hub, "doctor_field": "BAC_SI"})
        take(unique())
        sent = work()
        assert sent.state == State.RECEIVED
        assert message_of(sent.stored_bytes).document.count(b"<Signature ") == 2

    def test_of_two_who_are_named_neither_signs(self, two: Two) -> None:
        for name in ("BS-MAU-1", "BS-MAU-2"):
            doctors_key(name)
        Destination.objects.filter(pk=two.hub.pk).update(hub={**two.hub.hub, "doctor_field": "BAC_SI"})
        first = unique()
        other = BLOCK.format(code=first.code, grade=first.grade, doctor="BS-MAU-2").encode()
        take(first.but(blocks={"XML12": other}))
        assert message_of(work().stored_bytes).document.count(b"<Signature ") == 1

    def test_a_name_leads_to_no_other_folder(self, two: Two) -> None:
        doctors_key("BS-MAU-1")
        folder = settings.HOME.keys / "doctors"
        (folder / "BS-MAU-1.p12").rename(settings.HOME.keys / "BS-MAU-1.p12")
        assert _signer_of("../BS-MAU-1") is None

    def test_one_that_does_not_hold_is_not_sent(self, two: Two) -> None:
        within = HubSettings.of(two.hub.hub).within
        policy = health_check_policy(within, doctor=True)
        signed = sign(unique().bytes(), doctors_key("BS-MAU-1"), signature_id="Doctor-1", policy=policy)
        value = re.search(rb"<SignatureValue>(.)", signed)
        assert value
        wrong = b"A" if value[1] != b"A" else b"B"
        forged = signed[: value.start(1)] + wrong + signed[value.end(1) :]
        assert take_file("ksk.xml", forged, by="giang", at=NOW).outcome == "taken"
        held = work()
        assert (held.state, held.problem_code) == (State.HELD, "DOCTOR-SIGNATURE")

    def test_nobody_signs_for_another_person(self, two: Two) -> None:
        Destination.objects.filter(pk=two.hub.pk).update(hub={**two.hub.hub, "doctor_field": "BAC_SI"})
        take(unique().but(doctor="BS-KHAC"))
        sent = work()
        assert message_of(sent.stored_bytes).document.count(b"<Signature ") == 1


class TestMeanings:
    @pytest.mark.parametrize("code", HUB)
    def test_no_code_is_accepted_without_a_number(self, code: str) -> None:
        body = json.dumps({"header": {"res_code": code}}).encode()
        assert push_answer(200, body, msg_id="m", relay=False).word is not Word.ACCEPTED

    def test_http_200_alone_is_not_success(self) -> None:
        for body in (b"", b"{}", b"<html>", b"[1]", b'{"header": {"txn_id": "1"}}'):
            assert push_answer(200, body, msg_id="m", relay=False).word is Word.UNKNOWN

    def test_an_answer_about_another_message_is_unknown(self) -> None:
        header = {"res_code": "CM_SUCCESS", "txn_id": "1", "ref_msg_id": "other"}
        body = json.dumps({"header": header}).encode()
        assert push_answer(200, body, msg_id="m", relay=False).code == "HUB-OTHER-MESSAGE"
        header["ref_msg_id"] = "m"
        assert (
            push_answer(200, json.dumps({"header": header}).encode(), msg_id="m", relay=False).word
            is Word.ACCEPTED
        )

    @pytest.mark.parametrize(
        ("status", "word"),
        [(401, Word.TRY_LATER), (502, Word.TRY_LATER), (504, Word.UNKNOWN), (404, Word.REJECTED)],
    )
    def test_a_bare_status(self, status: int, word: Word) -> None:
        answer = push_answer(status, b"", msg_id="m", relay=False)
        assert answer.word is word
        assert (answer.concern is Concern.SESSION) == (status == 401)

    @pytest.mark.parametrize(
        ("code", "at_hub", "at_relay"),
        [
            ("CM_SYSTEM_ERROR", Word.TRY_LATER, Word.UNKNOWN),
            ("PS_DS_SAVE_FAIL", Word.TRY_LATER, Word.UNKNOWN),
            ("CM_AUTH_EXPIRED", Word.TRY_LATER, Word.TRY_LATER),
            ("CM_INVALID_REQUEST", Word.REJECTED, Word.REJECTED),
        ],
    )
    def test_a_relay_may_have_kept_what_it_says_it_failed_on(
        self, code: str, at_hub: Word, at_relay: Word
    ) -> None:
        body = json.dumps({"header": {"res_code": code}}).encode()
        assert push_answer(200, body, msg_id="m", relay=False).word is at_hub
        assert push_answer(200, body, msg_id="m", relay=True).word is at_relay

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_login_that_is_refused_without_a_word_is_the_accounts_affair(self, status: int) -> None:
        answer = login_answer(status, b"")
        assert (answer.word, answer.concern) == (Word.REJECTED, Concern.ACCOUNT)
        assert login_answer(503, b"").word is Word.TRY_LATER

    def test_every_open_question_is_a_setting_with_a_source(self) -> None:
        fields = set(HubSettings.__dataclass_fields__) - {"key_reference"}
        assert set(EXPLAINED) == fields
        assert all(each.source and each.sentence for each in EXPLAINED.values())

    def test_the_deadline_has_both_readings(self) -> None:
        made = datetime(2026, 11, 23, 8, tzinfo=NOW.tzinfo)
        health_check = HealthCheck(made_on=made)
        assert due_at(health_check, HubSettings()) == made + timedelta(hours=24)
        assert due_at(health_check, HubSettings(due="working_day")) == made.replace(hour=17)
        assert due_at(HealthCheck(made_on=None), HubSettings()) is None

    def test_attempts_are_all_noted_before_their_bytes(self, two: Two) -> None:
        take(unique())
        work()
        assert all(each.bytes_from and each.bytes_from >= each.started_at for each in Attempt.objects.all())


def test_a_health_check_that_left_before_a_restore_is_matched_and_not_sent_again(two: Two) -> None:
    waiting, lost = unique(), unique()
    before = len(two.there.desk("hub.json"))
    assert take(waiting).code == "HEALTH-CHECK-TAKEN"
    copy = transaction.savepoint()
    assert take(lost).code == "HEALTH-CHECK-TAKEN"
    worker = HealthCheckWorker("before")
    while worker.sign_one() or worker.send_one():
        pass
    assert len(two.there.desk("hub.json")) == before + 2
    transaction.savepoint_rollback(copy)

    restore = declare(by="test", reason="thử")
    reconcile_restore(by="test", restore=restore, journal_whole=True)
    release_restore(by="giang", restore=restore, reason="đã đối chiếu")
    assert take(lost).code == "HEALTH-CHECK-TAKEN"
    states = dict(Submission.ledger.values_list("health_check__code", "state"))
    assert (states[waiting.code], states[lost.code]) == ("RECEIVED", "HELD")
    assert match_lost(by="test", at=NOW) == 1
    assert set(Submission.ledger.values_list("state", flat=True)) == {"RECEIVED"}
    worker = HealthCheckWorker("after")
    assert not worker.sign_one() and not worker.send_one()
    assert len(two.there.desk("hub.json")) == before + 2


class TestFoundByItsMessageId:
    def test_a_message_is_found_by_what_the_hub_knows_it_by(self, two: Two) -> None:
        take(unique())
        sent = work()
        msg_id = message_of(sent.stored_bytes).msg_id
        assert list(found_by_code(msg_id)) == [sent]
        assert not found_by_code(msg_id[:-1])

    def test_each_message_of_one_that_was_signed_anew_finds_it(self, two: Two) -> None:
        take(unique())
        sent = work()
        Submission.ledger.filter(pk=sent.pk).update(state=State.HELD, problem_code="X", problem="x")
        actions.release(by="giang", submission=only(), reason="ký lại", sign_anew=True)
        again = work()
        first, second = (message_of(bytes(each.content)).msg_id for each in again.documents.all())
        assert first != second
        assert list(found_by_code(first)) == list(found_by_code(second)) == [again]

    def test_what_was_stored_before_there_was_an_index_is_read_once(self, two: Two) -> None:
        take(unique())
        sent = work()
        HubMessage.objects.all().delete()
        migration = import_module("sosuckhoe.hospital.delivery.migrations.0014_hub_messages_stored_so_far")
        migration.read_stored(apps, None)
        assert list(found_by_code(message_of(sent.stored_bytes).msg_id)) == [sent]
