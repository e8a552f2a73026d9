"""Health checks go to the Ministry's hub, behind the same ledger as everything else, and nowhere else."""

import json
import uuid
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.utils import timezone
from tests.crash.stage import Paper, Portal
from tests.unit.health_check.samples import health_check

from sosuckhoe.healthbook.health_check import policy_for
from sosuckhoe.healthbook.identifiers import NotValid
from sosuckhoe.healthbook.signing import Outcome, verify
from sosuckhoe.hospital.delivery import actions, doors
from sosuckhoe.hospital.delivery.gateway import SESSIONS
from sosuckhoe.hospital.delivery.intake import Taken, take_file
from sosuckhoe.hospital.delivery.models import Attempt, Destination, HubMessage, Receipt, Submission
from sosuckhoe.hospital.delivery.secrets import keep_secret
from sosuckhoe.hospital.delivery.signers.keys import CannotSignNow
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import HealthCheckWorker, Worker
from sosuckhoe.hospital.health_checks.models import HealthCheck

from .conftest import House
from .test_worker import renamed

pytestmark = pytest.mark.django_db

SENDER = "9900000099999"
MESSAGE_KEY = generate_private_key(65537, 2048)
PEM = MESSAGE_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture(autouse=True)
def _fresh_sessions() -> None:
    SESSIONS.__init__()  # type: ignore[misc]


@pytest.fixture
def hub(connected: House, portal: Portal, paper: Paper) -> Destination:
    """The practice hub knows the facility, and the facility the hub."""
    public = MESSAGE_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    portal.desk(
        "hub",
        {
            "sender_id": SENDER,
            "username": "agent-mau",
            "password": "mat-khau-truc",
            "message_key": public.decode(),
            "certificates": [paper.certificate_pem],
        },
    )
    return add_hub(connected, portal.address)


def add_hub(house: House, address: str, **how: Any) -> Destination:
    return actions.add_hub(
        by="test",
        facility=house.facility,
        name="Trục mô phỏng",
        base_url=address,
        account="agent-mau",
        secret_reference=keep_secret("hub", "mat-khau-truc"),
        key_reference=keep_secret("hub-key", PEM),
        **{"sender_id": SENDER, "receiver_id": "TDLBYT", **how},
    )


def take(**how: Any) -> Taken:
    data = health_check(number=uuid.uuid4().int % 10**12, **how)
    return take_file("ksk.xml", data, by="giang", at=timezone.now())


def sent() -> Submission:
    """Take one in, sign it and send it."""
    taken = take()
    assert taken.code == "HEALTH-CHECK-TAKEN", taken
    return work(Submission.ledger.get(health_check__source_file=taken.file_id))


def work(submission: Submission) -> Submission:
    worker = HealthCheckWorker("test")
    worker.sign_one()
    worker.send_one()
    return Submission.ledger.get(pk=submission.pk)


def strike(portal: Portal, scenario: str, **how: Any) -> None:
    portal.desk("faults", {"scenario": scenario, "path": "hub_push", "next_calls": 1, **how})


def kept(portal: Portal, submission: Submission) -> list[dict[str, Any]]:
    assert submission.document is not None
    return [row for row in portal.desk("hub") if row["sha256"] == submission.document.sha256]


def test_without_a_hub_such_a_file_is_refused_and_says_why(connected: House) -> None:
    taken = take()
    assert (taken.outcome, taken.code) == ("refused", "HEALTH-CHECK-OFF")
    assert not HealthCheck.objects.exists() and not Submission.ledger.exists()


def test_a_health_check_is_signed_sent_and_receipted(portal: Portal, hub: Destination) -> None:
    submission = sent()
    assert (submission.state, submission.problem_code) == (State.RECEIVED, "")
    (row,) = kept(portal, submission)
    receipt = Receipt.objects.get(submission=submission)
    assert receipt.transaction_number == row["transaction"]
    message = HubMessage.objects.get(document=submission.document)
    assert row["message_id"] == message.message_id and message.message_id.startswith(SENDER)
    assert b64decode(json.loads(message.body)["data"]) == submission.document.content  # type: ignore[union-attr]
    verdict = verify(
        submission.document.content,  # type: ignore[union-attr]
        at=timezone.now(),
        registered=[submission.document.key.fingerprint],  # type: ignore[union-attr]
        policy=policy_for("CKS_BENH_VIEN"),
    )
    assert verdict.outcome is Outcome.PASSED
    attempt = submission.attempts.get()
    assert attempt.bytes_from and attempt.outcome == "Accepted"
    assert "mat-khau-truc" not in attempt.request_head and "Authorization: …" in attempt.request_head


@pytest.mark.parametrize("form", ["string", "object"])
@pytest.mark.parametrize("place", ["CHUKYDONVI", "CKS_BENH_VIEN"])
def test_every_form_of_data_and_place_of_signature_arrives(
    portal: Portal, hub: Destination, form: str, place: str
) -> None:
    hub.hub.data_form = form
    hub.hub.save()
    taken = take(place=place)
    submission = work(Submission.ledger.get(health_check__source_file=taken.file_id))
    assert submission.state == State.RECEIVED and len(kept(portal, submission)) == 1


def test_visits_go_to_the_portal_and_health_checks_to_the_hub(hub: Destination, clean: list[bytes]) -> None:
    visit = take_file("v.xml", renamed(clean[0], "HUBVISIT1"), by="giang", at=timezone.now())
    take()
    rows = Submission.ledger.order_by("destination__kind").values_list(
        "destination__kind", "version__visit", "health_check"
    )
    check = HealthCheck.objects.get()
    assert list(rows) == [("hub", None, check.pk), ("portal", visit.visit_id, None)]
    assert not Worker("test").next_to_sign(timezone.now()).health_check  # type: ignore[union-attr]


def test_a_new_hub_gets_nothing_that_came_before_it(
    hub: Destination, connected: House, portal: Portal
) -> None:
    take()
    later = actions.add_hub(
        by="test",
        facility=connected.facility,
        name="Trục thứ hai",
        base_url=portal.address,
        account="agent-mau",
        secret_reference="file:hub",
        key_reference="file:hub-key",
        sender_id=SENDER,
        receiver_id="emrhub",
    )
    assert not later.submissions.exists()


def test_an_unknown_outcome_is_left_by_a_door_with_the_same_message(portal: Portal, hub: Destination) -> None:
    Destination.objects.filter(pk=hub.pk).update(
        replaces_by_visit_code=True, replaces_evidence="Trục đếm một msg_id một lần (thử 11/2026)"
    )
    strike(portal, "store-then-drop")
    submission = sent()
    assert submission.state == State.UNKNOWN
    doors.send_again(by="giang", submission=submission)
    again = work(submission)
    assert again.state == State.RECEIVED and again.attempts.count() == 2
    assert len(kept(portal, again)) == 1, "one msg_id counts once"
    assert HubMessage.objects.filter(document__submission=again).count() == 1


def test_without_the_declaration_it_waits_for_a_person(portal: Portal, hub: Destination) -> None:
    strike(portal, "store-then-drop")
    submission = sent()
    with pytest.raises(doors.NotDeclared):
        doors.send_again(by="giang", submission=submission)
    number = kept(portal, submission)[0]["transaction"]
    doors.it_is_there(by="giang", submission=submission, transaction_number=number, reason="Đã hỏi trục")
    assert Submission.ledger.get(pk=submission.pk).state == State.RECEIVED


@pytest.mark.parametrize(
    ("scenario", "state", "code"),
    [
        ("content-refused", State.REFUSED, "PS_DS_VERIFY_FAIL"),
        ("system-error", State.UNKNOWN, "CM_SYSTEM_ERROR"),
        ("http-500", State.UNKNOWN, "NO-ANSWER"),
        ("http-503", State.SIGNED, "HTTP-503"),
        ("html-under-200", State.UNKNOWN, "HTTP-200-UNREADABLE"),
        ("truncated-json", State.UNKNOWN, "HTTP-200-UNREADABLE"),
    ],
)
def test_each_answer_has_its_word(
    portal: Portal, hub: Destination, scenario: str, state: State, code: str
) -> None:
    strike(portal, scenario)
    submission = sent()
    assert (submission.state, submission.problem_code) == (state, code)


def test_a_refused_token_is_renewed_once_and_the_message_repeated_once(
    portal: Portal, hub: Destination
) -> None:
    strike(portal, "token-revoked")
    submission = sent()
    assert submission.state == State.RECEIVED and submission.attempts.count() == 2
    assert len(kept(portal, submission)) == 1


def test_a_wrong_password_stops_the_hub_and_only_the_hub(
    hub: Destination, connected: House, clean: list[bytes]
) -> None:
    keep_secret("hub", "sai")
    assert sent().state == State.SIGNED
    hub.refresh_from_db()
    assert hub.paused
    assert not Attempt.objects.filter(bytes_from__isnull=False).exists()
    visit = take_file("v.xml", renamed(clean[0], "HUBPAUSED1"), by="giang", at=timezone.now())
    worker = Worker("test")
    assert worker.sign_one() and worker.send_one()
    assert Submission.objects.get(version__visit=visit.visit_id).state == State.RECEIVED


def test_the_same_file_again_changes_nothing(hub: Destination) -> None:
    data = health_check(number=7)
    first = take_file("ksk.xml", data, by="giang", at=timezone.now())
    again = take_file("khac-ten.xml", data, by="giang", at=timezone.now())
    assert again.outcome == "repeat" and again.file_id == first.file_id
    assert Submission.ledger.count() == 1


def test_a_file_with_faults_stays_out_with_their_sentences(hub: Destination) -> None:
    taken = take(checks=2)
    assert (taken.outcome, taken.code) == ("refused", "HEALTH-CHECK-FAULTS")
    assert "mỗi tệp chỉ một lượt khám" in taken.sentence
    assert take(facility="88888").code == "FACILITY-UNKNOWN"


def test_a_hub_key_that_is_gone_makes_health_checks_wait(hub: Destination) -> None:
    keep_secret("hub-key", "không phải khóa")
    submission = sent()
    assert (submission.state, submission.problem_code) == (State.WAITING, "HUB-KEY-UNREADABLE")


def test_what_is_set_up_wrong_is_refused_at_once(connected: House, portal: Portal) -> None:
    keep_secret("hub-key", PEM)
    for how, refusal in [
        ({"sender_id": "99999"}, NotValid),
        ({"receiver_id": " "}, actions.NeedsReceiver),
        ({"data_form": "xml"}, actions.UnknownDataForm),
    ]:
        with pytest.raises(refusal):
            add_hub(connected, portal.address, **how)
    keep_secret("hub-key", "x")
    with pytest.raises(CannotSignNow):
        actions.add_hub(
            by="test", facility=connected.facility, name="T", base_url=portal.address, account="a",
            secret_reference="file:hub", key_reference="file:hub-key", sender_id=SENDER, receiver_id="TDLBYT",
        )  # fmt: skip


@pytest.fixture(autouse=True)
def _quiet_hub(portal: Portal) -> Iterator[None]:
    yield
    portal.desk("faults", method="DELETE")
