"""The pages of the Ministry's hub: none until it is switched on; then set up, followed and mended by people."""

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.health_check_file import HUB_CODE, Export
from tests.unit.web.ward import Ward, connect

from sosuckhoe.healthbook.signing.verify_evidence import Container
from sosuckhoe.hospital.delivery.hub.message import message_of
from sosuckhoe.hospital.delivery.hub.settings import EXPLAINED, HubSettings
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.ledger import step
from sosuckhoe.hospital.delivery.models import Attempt, Destination, Submission
from sosuckhoe.hospital.delivery.restoring.matching import reconcile_restore
from sosuckhoe.hospital.delivery.restoring.noticing import declare
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import HealthCheckWorker
from sosuckhoe.hospital.visits.choices import choose

SPOKEN = ("Trục", "trục Bộ Y tế", "KHAMSUCKHOE")
OFF_PAGES = ("admin", "admin_destinations", "delivery", "import", "today")


def switch_on() -> None:
    choose(by="test", name="health_checks_are_sent", value=True, reason="thử", since=timezone.localdate())


def key_file() -> SimpleUploadedFile:
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return SimpleUploadedFile("khoa.pem", pem)


def given(**but: object) -> dict[str, object]:
    defaults = HubSettings(sender_id=HUB_CODE, receiver_id="TDLBYT")
    kept = {name: getattr(defaults, name) for name in EXPLAINED}
    for name in ("all_blocks", "relay"):
        kept[name] = "no"
    return {
        "name": "Trục mẫu",
        "base_url": "http://127.0.0.1:9",
        "account": "agent-99999",
        "password": "bi-mat-cua-truc",
        "key": key_file(),
        **kept,
        **but,
    }


@pytest.fixture
def it(empty_ward: Ward, as_role) -> Client:
    connect(empty_ward)
    return as_role(empty_ward, "it")


@pytest.fixture
def hub(it: Client) -> Destination:
    switch_on()
    answer = it.post(reverse("web:admin_add_hub"), given())
    assert answer.status_code == 302, answer.content.decode()
    return Destination.objects.get(kind="hub")


@pytest.fixture
def unknown(hub: Destination) -> Submission:
    return unclear_health_check()


def unclear_health_check() -> Submission:
    """Nobody knows whether the hub has it."""
    take_file("ksk.xml", Export().bytes(), by="giang")
    worker = HealthCheckWorker("ward")
    assert worker.sign_one()
    ((submission, attempt),) = worker.claim()
    Attempt.objects.filter(pk=attempt.pk).update(
        bytes_from=timezone.now(), ended_at=timezone.now(), outcome="Unknown"
    )
    assert step(
        submission,
        State.UNKNOWN,
        at=timezone.now(),
        problem_code="NO-ANSWER",
        problem="Chưa rõ trục đã nhận.",
    )
    return submission


@pytest.mark.parametrize("name", OFF_PAGES)
def test_until_it_is_switched_on_no_page_speaks_of_it(empty_ward: Ward, as_role, name: str) -> None:
    role = "it" if name.startswith("admin") else "records"
    page = as_role(empty_ward, role).get(reverse(f"web:{name}")).content.decode()
    assert not any(word in page for word in SPOKEN)


def test_until_it_is_switched_on_there_are_no_pages_of_it(it: Client, empty_ward: Ward, as_role) -> None:
    assert it.get(reverse("web:admin_add_hub")).status_code == 404
    assert as_role(empty_ward, "records").get(reverse("web:delivery_health_checks")).status_code == 404


def test_a_hub_is_set_up_with_its_key_and_password_outside_the_database(hub: Destination) -> None:
    assert hub.hub["receiver_id"] == "TDLBYT" and HubSettings.of(hub.hub).missing() == []
    assert "bi-mat" not in str(vars(hub)) and "PRIVATE" not in str(vars(hub))
    for reference in (hub.secret_reference, hub.hub["key_reference"]):
        kept = settings.HOME.secrets / reference.removeprefix("file:")
        assert kept.stat().st_mode & 0o077 == 0 and kept.read_text()


@pytest.mark.parametrize(
    ("but", "field"),
    [
        ({"sender_id": "99999"}, "sender_id"),
        ({"receiver_id": ""}, "receiver_id"),
        ({"base_url": "https://truc.example"}, "base_url"),
        ({"data_form": "khac"}, "data_form"),
        ({"token_minutes": "0"}, "token_minutes"),
        ({"key": SimpleUploadedFile("khoa.pem", b"khong phai khoa")}, "key"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(it: Client, but: dict, field: str) -> None:
    switch_on()
    answer = it.post(reverse("web:admin_add_hub"), given(**but))
    assert answer.status_code == 422
    assert f"id_{field}_error" in answer.content.decode()
    assert not Destination.objects.filter(kind="hub").exists()


def test_every_setting_is_shown_with_its_source_and_can_be_changed(it: Client, hub: Destination) -> None:
    page = it.get(reverse("web:admin_hub", args=[hub.pk])).content.decode()
    for told in EXPLAINED.values():
        assert told.label in page and told.source in page
    changed = given(relay="yes", data_form="object")
    for name in ("name", "base_url", "account", "password", "key"):
        del changed[name]
    assert it.post(reverse("web:admin_hub", args=[hub.pk]), changed).status_code == 302
    kept = Destination.objects.get(pk=hub.pk).hub
    assert kept["relay"] is True and kept["data_form"] == "object"
    assert kept["key_reference"] == hub.hub["key_reference"]


def test_the_hubs_second_door_is_opened_on_its_page_with_evidence(it: Client, hub: Destination) -> None:
    address = reverse("web:admin_destination", args=[hub.pk])
    page = it.get(address).content.decode()
    assert "cùng mã bản tin" in page and "báo vào khám" not in page
    given = {
        "base_url": hub.base_url,
        "account": hub.account,
        "enabled": "on",
        "replaces_by_visit_code": "on",
    }
    assert it.post(address, {**given, "replaces_evidence": ""}).status_code == 422
    assert it.post(address, {**given, "replaces_evidence": "Công văn mẫu 01"}).status_code == 302
    hub.refresh_from_db()
    assert hub.replaces_by_visit_code and hub.replaces_evidence == "Công văn mẫu 01"


def test_a_hub_alone_still_leaves_visits_with_nowhere_to_go(it: Client, hub: Destination) -> None:
    Destination.objects.filter(kind="portal").update(enabled=False)
    assert "Chưa khai nơi nhận" in it.get(reverse("web:today")).content.decode()


def test_the_import_page_takes_health_checks_only_when_on(empty_ward: Ward, as_role) -> None:
    client = as_role(empty_ward, "records")

    def upload() -> str:
        file = SimpleUploadedFile("ksk.xml", Export().bytes())
        return client.post(reverse("web:import"), {"files": [file]}).content.decode()

    assert "FILE-UNKNOWN-ROOT" in upload()
    switch_on()
    assert "HEALTH-CHECK-TAKEN" in upload()


def test_the_list_says_what_needs_somebody(unknown: Submission, empty_ward: Ward, as_role) -> None:
    client, address = as_role(empty_ward, "records"), reverse("web:delivery_health_checks")
    page = client.get(address).content.decode()
    # NGAYLAP lies back, so its 24 hours are over.
    for name, number in (("can-nguoi", 1), ("qua-han", 1), ("den-han", 0)):
        found = client.get(address, {"xem": name})
        assert f'href="{address}?xem={name}"' in page and found.context["count"] == number
        assert ("KSK-MAU-0001" in found.content.decode()) == bool(number), name
    assert client.get(address, {"xem": "khac"}).status_code == 404


def door(row: Submission, name: str) -> str:
    return reverse("web:delivery_leave_unknown", args=[row.pk, name])


def test_an_unclear_one_is_left_by_a_door_with_its_reason(
    unknown: Submission, empty_ward: Ward, as_role
) -> None:
    client, address = (
        as_role(empty_ward, "records"),
        reverse("web:delivery_health_check", args=[unknown.pk]),
    )
    doors = reverse("web:delivery_unknown", args=[unknown.pk])
    assert doors in client.get(address).content.decode()
    page = client.get(doors).content.decode()
    assert "Trục đã có phiếu này" in page and message_of(unknown.stored_bytes).msg_id in page
    assert "Gửi lại khi chưa tra" not in page
    exchange = reverse("web:visit_attempt", args=[unknown.attempts.get().pk])
    assert exchange in page and address in client.get(exchange).content.decode()
    assert client.post(door(unknown, "da-co"), {"number": "T1", "reason": ""}).status_code == 422
    assert client.post(door(unknown, "gui-lai")).status_code == 422
    answer = client.post(door(unknown, "da-co"), {"number": "T1", "reason": "đã thấy"})
    assert answer.url == address
    assert Submission.ledger.get(pk=unknown.pk).state == State.RECEIVED
    assert "T1" in client.get(address).content.decode()


def test_who_only_looks_sees_no_door_and_opens_none(unknown: Submission, empty_ward: Ward, as_role) -> None:
    client, address = (
        as_role(empty_ward, "planning"),
        reverse("web:delivery_health_check", args=[unknown.pk]),
    )
    assert "Xử lý kết quả chưa rõ" not in client.get(address).content.decode()
    assert client.post(door(unknown, "chua-co"), {"reason": "đã tra"}).status_code == 403
    assert Submission.ledger.get(pk=unknown.pk).state == State.UNKNOWN


def test_a_held_one_is_signed_again_for_a_reason_once_somebody_looked(
    unknown: Submission, empty_ward: Ward, as_role
) -> None:
    address = reverse("web:delivery_health_check", args=[unknown.pk])
    client, let_go = (
        as_role(empty_ward, "records"),
        reverse("web:delivery_steer", args=[unknown.pk, "cho-gui"]),
    )
    sign_again = {"sign_anew": "1", "reason": "đã đăng ký khóa"}
    Submission.ledger.filter(pk=unknown.pk).update(state=State.HELD)
    # The try before may lie at the hub: another signature would be a second record there, the same bytes would not.
    page = client.get(address).content.decode()
    assert "thành hồ sơ thứ hai" in page and "Gửi đúng tệp đã ký" in page and "Ký lại và gửi" not in page
    assert "thành hồ sơ thứ hai" in client.post(let_go, sign_again, follow=True).content.decode()
    Submission.ledger.filter(pk=unknown.pk).update(state=State.UNKNOWN)
    assert client.post(door(unknown, "chua-co"), {"reason": "đã tra"}).status_code == 302
    Submission.ledger.filter(pk=unknown.pk).update(state=State.HELD, problem_code="205")
    assert "Ký lại và gửi" in client.get(address).content.decode()
    assert client.post(let_go, sign_again).url == address
    assert Submission.ledger.get(pk=unknown.pk).state == State.WAITING


def test_one_whose_bytes_nobody_knows_since_a_restore_is_asked_for_by_its_code(
    hub: Destination, empty_ward: Ward, as_role
) -> None:
    take_file("ksk.xml", Export().bytes(), by="giang")
    row = Submission.ledger.get(health_check__isnull=False)
    reconcile_restore(by="test", restore=declare(by="test", reason="thử"), journal_whole=False)
    client, address = as_role(empty_ward, "records"), reverse("web:delivery_health_check", args=[row.pk])
    doors = reverse("web:delivery_unknown", args=[row.pk])
    page = client.get(address).content.decode()
    assert doors in page and "Ký và gửi" not in page, "it may have left: not by a click"
    assert "KSK-MAU-0001" in client.get(doors).content.decode()
    client.post(door(row, "da-co"), {"number": "T1", "reason": "đã thấy"})
    assert "T1" in client.get(address).content.decode()


def test_its_proof_says_what_is_not_proved_and_is_taken_by_who_reads_records(
    unknown: Submission, empty_ward: Ward, as_role
) -> None:
    address = reverse("web:evidence_health_check", args=[unknown.health_check_id])
    client = as_role(empty_ward, "records")
    assert address in client.get(reverse("web:delivery_health_check", args=[unknown.pk])).content.decode()
    page = client.get(address).content.decode()
    assert "Bằng chứng ký và gửi phiếu khám sức khỏe" in page
    assert page.count("Không chứng minh.") == 2 and "--hub-key" in page
    assert "Chưa có biên nhận" in page
    container = Container(client.get(f"{address}?tai-ve=goi").content)
    assert container.manifest_sha256 in page
    it = as_role(empty_ward, "it")
    assert it.get(address).status_code == 200 and it.get(f"{address}?tai-ve=goi").status_code == 403
    assert as_role(empty_ward, "reception").get(address).status_code == 403


def test_what_came_before_there_was_a_hub_is_offered_where_one_is_set_up_and_on_its_list(it):
    switch_on()
    take_file("ksk.xml", Export(code="KSK-TRUOC-1").bytes(), by="giang", at=timezone.now())
    assert "chưa có lượt gửi" not in it.get("/gui/kham-suc-khoe/").content.decode()
    added = it.post(reverse("web:admin_add_hub"), given(), follow=True).content.decode()
    assert "1 phiếu khám sức khỏe chưa có lượt gửi" in added
    assert "/gui/kham-suc-khoe/gui-bu/" in it.get("/gui/kham-suc-khoe/").content.decode()
    preview = it.get("/gui/kham-suc-khoe/gui-bu/").content.decode()
    assert "KSK-TRUOC-1" in preview and "Trục mẫu" in preview
    refused = it.post("/gui/kham-suc-khoe/gui-bu/", {"reason": "đã có trục"})
    assert refused.status_code == 422 and 'value="đã có trục"' in refused.content.decode()
    sure = {"reason": "đã có trục", "looked": "on"}
    assert "1 phiếu chờ ký" in it.post("/gui/kham-suc-khoe/gui-bu/", sure, follow=True).content.decode()
    it.post("/gui/kham-suc-khoe/gui-bu/", sure)
    assert Submission.ledger.filter(health_check__code="KSK-TRUOC-1").count() == 1


def test_a_check_up_is_found_by_the_message_id_the_hub_names(it):
    switch_on()
    it.post(reverse("web:admin_add_hub"), given())
    take_file("ksk.xml", Export(code="KSK-TIN-1").bytes(), by="giang", at=timezone.now())
    HealthCheckWorker("test").sign_one()
    row = Submission.ledger.get(health_check__code="KSK-TIN-1")
    msg_id = message_of(row.stored_bytes).msg_id
    for address in ("/gui/danh-sach/", "/gui/kham-suc-khoe/"):
        assert "KSK-TIN-1" in it.get(address, {"ma": f" {msg_id} "}).content.decode()
