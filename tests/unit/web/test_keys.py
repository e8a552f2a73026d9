"""Keys on pages: each kind declared and tried, PINs, registration, revocation, and who signed what."""

import csv
import io
import stat
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.crash.stage import Paper, Portal
from tests.openssl_ca import OpensslAuthority
from tests.softhsm import MODULE, PIN, Token
from tests.unit.signing.material import AUTHORITY
from tests.unit.web.ward import KEY_PASSWORD, clean, connect, key_file

from sosuckhoe.healthbook.signing import to_pkcs12
from sosuckhoe.hospital.delivery.models import CertificateStatus, SignedDocument, SigningKey, StatusSource
from sosuckhoe.hospital.delivery.signers import declaring, keys, remote_signing, status
from sosuckhoe.hospital.delivery.signers.pins import pin_is_refused
from sosuckhoe.hospital.delivery.watching.watched import alarms, watched
from sosuckhoe.hospital.journal.models import Entry


@pytest.fixture(autouse=True)
def _rested() -> None:
    keys._rests.clear()
    status._asked.clear()


@pytest.fixture
def it(empty_ward, as_role):
    return as_role(empty_ward, "it")


@pytest.fixture(scope="module")
def holder():
    return AUTHORITY.issue("BỆNH VIỆN MẪU", at=datetime.now(UTC), days=900)


@pytest.fixture
def token(holder) -> Token:
    made = Token.new()
    made.keep(holder.private_key, "khoa", holder.certificate)
    return made


def upload(data: bytes, name: str = "tep") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def add(client, kind: str, /, **given):
    return client.post(reverse("web:admin_add_key", args=[kind]), {"name": "Khóa thử", **given})


def try_out(client, key: SigningKey) -> str:
    return client.post(reverse("web:admin_key", args=[key.pk]), {"deed": "try"}).content.decode()


def test_a_key_file_is_kept_with_its_facts_and_retired_without_losing_what_it_signed(it):
    given = {"password": KEY_PASSWORD, "registered_on": "20/11/2026", "file": upload(key_file())}
    assert add(it, "tep", **given).status_code == 302
    key = SigningKey.objects.get()
    assert key.registered_by == "it"
    assert "Khóa thử" in it.get(reverse("web:admin_keys")).content.decode()
    page = it.get(reverse("web:admin_key", args=[key.pk])).content.decode()
    assert key.fingerprint in page and "BỆNH VIỆN MẪU" in page and "không kiểm tra thu hồi" in page
    assert "Chữ ký thử qua được" in try_out(it, key) and "dừng ở đây" not in try_out(it, key)
    it.post(reverse("web:admin_retire_key", args=[key.pk]))
    assert SigningKey.objects.get().retired_at is not None
    assert it.get(reverse("web:admin_key", args=[key.pk])).status_code == 200


@pytest.mark.parametrize(("password", "data"), [("sai", None), (KEY_PASSWORD, b"khong phai khoa")])
def test_a_key_file_that_does_not_open_is_not_kept(it, password, data):
    answer = add(it, "tep", password=password, file=upload(data or key_file()))
    assert answer.status_code == 422 and password not in answer.content.decode()
    assert not SigningKey.objects.exists() and list(settings.HOME.keys.iterdir()) == []


def test_a_token_is_declared_only_with_a_listed_library_and_its_pin_is_never_shown(it, token):
    given = {"module": MODULE, "token": token.label, "key": "khoa", "pin": PIN}
    page = it.get(reverse("web:admin_add_key", args=["thiet-bi"])).content.decode()
    assert "pkcs11-modules.txt" in page and MODULE not in page
    assert add(it, "thiet-bi", **given).status_code == 422
    settings.HOME.pkcs11_modules.write_text(f"{MODULE}\n")
    assert add(it, "thiet-bi", **{**given, "module": "/tmp/khac.so"}).status_code == 422
    assert not SigningKey.objects.exists()
    answer = add(it, "thiet-bi", **{**given, "key": "khong-co"})
    assert answer.status_code == 422 and PIN not in answer.content.decode()
    assert add(it, "thiet-bi", **given).status_code == 302
    key = SigningKey.objects.get()
    assert PIN not in str(SigningKey.objects.values()) and PIN not in str(Entry.objects.values())
    secret = settings.HOME.secrets / key.password_reference.removeprefix("file:")
    assert secret.read_text() == PIN and stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert "Chữ ký thử qua được" in try_out(it, key)


def test_a_refused_pin_is_shown_and_entered_anew_on_the_page(it, token):
    settings.HOME.pkcs11_modules.write_text(MODULE)
    add(it, "thiet-bi", module=MODULE, token=token.label, key="khoa", pin=PIN)
    key = SigningKey.objects.get()
    address = reverse("web:admin_key", args=[key.pk])
    assert it.post(address, {"deed": "pin", "pin": "00000001"}).status_code == 302
    keys_of_the_library_forget(token)
    assert "dừng ở đây" in try_out(it, key)
    assert pin_is_refused(key.fingerprint)
    assert "không nhận mã PIN" in it.get(address).content.decode()
    assert "Nhập lại mã PIN" in it.get(reverse("web:admin_keys")).content.decode()
    assert it.post(address, {"deed": "pin", "pin": ""}).status_code == 422
    it.post(address, {"deed": "pin", "pin": PIN})
    page = try_out(it, key)
    assert "dừng ở đây" not in page and not pin_is_refused(key.fingerprint)


def keys_of_the_library_forget(token: Token) -> None:
    """A session that is still open would sign without any PIN."""
    from sosuckhoe.healthbook.signing.token import tokens_of

    assert token.label in tokens_of(MODULE)


def test_a_certificate_of_a_key_elsewhere_is_declared_and_a_file_that_is_none_refused(it, holder):
    assert add(it, "may-khac", certificate=upload(b"khong phai")).status_code == 422
    assert add(it, "may-khac").status_code == 422
    assert add(it, "may-khac", certificate=upload(keys.pem(holder.certificate).encode())).status_code == 302
    again = add(it, "may-khac", certificate=upload(keys.pem(holder.certificate).encode()))
    assert again.status_code == 422 and SigningKey.objects.count() == 1
    assert "Khóa ở máy khác" in try_out(it, SigningKey.objects.get())


def test_a_key_at_a_service_is_asked_for_tried_and_its_secret_forgotten_when_it_fails(it, holder, tmp_path):
    portal = Portal.start(tmp_path / "portal", Paper.new())
    try:
        facts = {"credential": "CTS-1", "client": "bv", "profile": "", "user": "99999"}
        portal.desk(
            "signing-service",
            {
                **facts,
                "secret": "bi-mat",
                "password": "x",
                "pkcs12": b64encode(to_pkcs12(holder, b"x")).decode(),
            },
        )
        given = {**facts, "url": portal.address}
        for wrong in ({"secret": "sai"}, {"secret": "bi-mat", "credential": "khac"}):
            answer = add(it, "dich-vu", **{**given, **wrong})
            assert answer.status_code == 422 and "bi-mat" not in answer.content.decode()
        assert add(it, "dich-vu", **{**given, "url": "https://ky.example", "secret": "x"}).status_code == 422
        assert not SigningKey.objects.exists() and list(settings.HOME.secrets.iterdir()) == []
        assert add(it, "dich-vu", **given, secret="bi-mat").status_code == 302
        key = SigningKey.objects.get()
        assert "Chữ ký thử qua được" in try_out(it, key)
        _a_refused_secret_is_shown_and_entered_anew(it, key, portal, facts)
    finally:
        portal.stop()


def _a_refused_secret_is_shown_and_entered_anew(it, key, portal, facts):
    address = reverse("web:admin_key", args=[key.pk])
    assert "không nhận tài khoản" not in it.get(address).content.decode()
    portal.desk("signing-service", {**facts, "secret": "da-doi"})
    remote_signing._tokens.__init__()
    assert "dừng ở đây" in try_out(it, key)
    assert "Dịch vụ ký từ xa không nhận tài khoản" in it.get(address).content.decode()
    assert "nhập lại mật khẩu dịch vụ ký" in it.get(reverse("web:admin_keys")).content.decode()
    assert "key-refused" in {alarm.code for alarm in alarms(watched(timezone.now()))}
    assert it.post(address, {"deed": "secret", "secret": ""}).status_code == 422
    assert it.post(address, {"deed": "secret", "secret": "da-doi"}).status_code == 302
    assert "dừng ở đây" not in try_out(it, key)
    assert "không nhận tài khoản" not in it.get(address).content.decode()
    entry = Entry.objects.get(action="key-secret-entered")
    assert entry.actor == "it" and "da-doi" not in str(Entry.objects.values())


def test_registration_says_who_and_when(it, empty_ward):
    connect(empty_ward)
    key = SigningKey.objects.get()
    address = reverse("web:admin_key", args=[key.pk])
    assert it.post(address, {"deed": "register", "on": "hom qua"}).status_code == 422
    assert it.post(address, {"deed": "register", "on": "20/11/2026"}).status_code == 302
    key.refresh_from_db()
    assert (key.registered_by, timezone.localdate(key.registered_at).isoformat()) == ("it", "2026-11-20")
    assert Entry.objects.filter(action="key-registered", actor="it").exists()


def test_of_two_keys_the_registered_one_signs(it, empty_ward, holder):
    connect(empty_ward)
    add(it, "tep", password="x", file=upload(to_pkcs12(holder, b"x")))
    old, new = SigningKey.objects.order_by("pk")
    assert keys.key_for(empty_ward.facility, timezone.now())[0] == new
    declaring.register(by="it", key=old, on=timezone.now())
    assert keys.key_for(empty_ward.facility, timezone.now())[0] == old
    declaring.register(by="it", key=new, on=timezone.now())
    assert keys.key_for(empty_ward.facility, timezone.now())[0] == new


def test_who_is_asked_about_revocation_is_named_asked_and_dropped_with_a_reason(it, tmp_path):
    authority = OpensslAuthority.new(tmp_path / "ca")
    facility = authority.issue("facility")
    add(it, "tep", password="x", file=upload(to_pkcs12(facility, b"x")))
    key = SigningKey.objects.get()
    address = reverse("web:admin_key_status", args=[key.pk])
    assert "http://ocsp.mau.example/" in it.get(address).content.decode()
    with authority.responder() as url:
        given = {"deed": "name", "kind": "ocsp", "url": url, "fresh_minutes": "60"}
        assert it.post(address, {**given, "issuer": upload(authority.pem)}).status_code == 422  # not listed
        settings.HOME.status_hosts.write_text("127.0.0.1\n")
        assert it.post(address, {**given, "issuer": upload(AUTHORITY.pem())}).status_code == 422
        assert it.post(address, {**given, "issuer": upload(b"x")}).status_code == 422
        assert it.post(address, given).status_code == 422
        assert not StatusSource.objects.exists()
        assert it.post(address, {**given, "issuer": upload(authority.pem)}).status_code == 302
        it.post(address, {"deed": "ask"})
        assert CertificateStatus.objects.get().code == "STATUS-GOOD"
        assert "không bị thu hồi" in it.get(reverse("web:admin_key", args=[key.pk])).content.decode()
        authority.revoke("facility")
    with authority.responder() as url:
        it.post(address, {**given, "url": url, "issuer": upload(authority.pem)})
        it.post(address, {"deed": "ask"})
        page = it.get(reverse("web:admin_keys")).content.decode()
        assert "khóa bị lộ" in page
        assert "dừng ở đây" in try_out(it, SigningKey.objects.get())
    crl = {"deed": "name", "kind": "crl-file", "fresh_minutes": "60", "issuer": upload(authority.pem)}
    assert it.post(address, crl).status_code == 422
    crl["issuer"] = upload(authority.pem)
    assert it.post(address, {**crl, "crl": upload(authority.crl())}).status_code == 302
    it.post(address, {"deed": "drop", "reason": ""})
    assert StatusSource.objects.exists()
    it.post(address, {"deed": "drop", "reason": "Nơi cấp ngừng dịch vụ"})
    assert not StatusSource.objects.exists()


def test_the_signatures_of_a_key_after_a_moment_are_a_page_and_a_file(empty_ward, as_role):
    ward = connect(empty_ward)
    client = as_role(ward, "records")
    address = reverse("web:signatures")
    assert "Không có chữ ký nào" in client.get(address).content.decode()
    moments = []
    for number in range(2):
        ward.take(clean(number))
        moments.append(timezone.now())
        ward.sign()
    first, second = (
        each.submission.version.visit.visit_code for each in SignedDocument.objects.order_by("pk")
    )

    def page(**asked: str) -> str:
        return client.get(address, asked).content.decode()

    assert first in page() and second in page() and "không kiểm tra" in page()
    assert first in page(khoa=ward.key.fingerprint) and first in page(khoa=str(ward.key.pk))
    assert first not in page(khoa="0" * 64)
    tomorrow = f"{timezone.localdate() + timedelta(days=1):%d/%m/%Y}"
    assert first not in page(tu=tomorrow) and first in page(den=tomorrow)
    assert client.get(address, {"tu": "hom qua"}).status_code == 422
    told = client.get(address, {"khoa": str(ward.key.pk), "tai-ve": "csv"})
    text = b"".join(told.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[1] for row in rows] == ["MA_LK", first, second]
    assert rows[1][-1] == "không kiểm tra thu hồi"
    assert Entry.objects.filter(action="signatures-taken", actor="records").exists()
