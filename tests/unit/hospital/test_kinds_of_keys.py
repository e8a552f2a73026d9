"""Every kind of key signs a visit, and two other engines judge what was stored."""

import subprocess
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from tests import jdk
from tests.crash.stage import Portal
from tests.softhsm import MODULE, PIN, Token
from tests.unit.signing.material import AUTHORITY

from sosuckhoe.healthbook.signing import sign, to_pkcs12
from sosuckhoe.healthbook.signing.token import Place
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import KeyKind, PreparedDocument, SignedDocument, SigningKey
from sosuckhoe.hospital.delivery.signers import attach, declaring, keys, remote_signing
from sosuckhoe.hospital.delivery.signers.remote_signing import Credential
from sosuckhoe.hospital.delivery.worker import Worker

from .conftest import House
from .test_worker import renamed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    keys._rests.clear()
    remote_signing._tokens.__init__()  # type: ignore[misc]
    yield


def issued(days: int):
    return AUTHORITY.issue("BỆNH VIỆN MẪU", at=datetime.now(UTC), days=days)


def on_a_token(house: House) -> None:
    holder, token = issued(900), Token.new()
    token.keep(holder.private_key, "khoa", holder.certificate)
    (settings.HOME.path / "pkcs11-modules.txt").write_text(MODULE)
    place = Place(MODULE, token.label, "khoa")
    declaring.add_token_key(by="giang", facility=house.facility, name="Token", place=place, pin=PIN)


def at_a_service(house: House, portal: Portal) -> None:
    facts = {"credential": "CTS-1", "client": "bv", "secret": "s", "profile": "", "user": "99999"}
    key_file = b64encode(to_pkcs12(issued(950), b"x")).decode()
    portal.desk("signing-service", {**facts, "password": "x", "pkcs12": key_file})
    del facts["secret"]
    declaring.add_remote_key(
        by="giang",
        facility=house.facility,
        name="Dịch vụ",
        credential=Credential(url=portal.address, **facts),
        secret="s",
    )


def elsewhere(house: House) -> None:
    """Prepared, signed by another program, attached."""
    holder = issued(1000)
    SigningKey.objects.update(retired_at=timezone.now())
    declaring.add_elsewhere_key(
        by="giang",
        facility=house.facility,
        name="Máy khác",
        certificate=declaring.pem(holder.certificate).encode(),
    )
    attach.prepare(by="giang", facility=house.facility)
    unsigned = PreparedDocument.objects.get().content
    signed = jdk.signed({"": unsigned}, to_pkcs12(holder, b"x"), "x")[""]
    assert sign(unsigned, holder, signature_id="S-1") != signed
    assert [one.code for one in attach.attach(by="giang", name="a.xml", data=signed)] == ["ATTACHED"]


def test_what_each_kind_of_key_signed_the_jdk_and_xmlsec1_accept_and_changed_refuse(
    connected: House, portal: Portal, clean: list[bytes], tmp_path: Path
) -> None:
    for number, kind in enumerate(KeyKind):
        if kind is KeyKind.TOKEN:
            on_a_token(connected)
        if kind is KeyKind.REMOTE:
            at_a_service(connected, portal)
        take_file("v.xml", renamed(clean[0], f"99999.26.KIND{number}"), by="giang", at=timezone.now())
        if kind is KeyKind.ELSEWHERE:
            elsewhere(connected)
        else:
            assert Worker("test").sign_one()
    stored = {one.key.kind: one.content for one in SignedDocument.objects.select_related("key")}
    assert set(stored) == set(KeyKind.values)
    assert set(jdk.judged(stored).values()) == {"valid"}
    changed = {kind: signed.replace(b"<NGAYLAP>2", b"<NGAYLAP>1") for kind, signed in stored.items()}
    assert not any(answer == "valid" for answer in jdk.judged(changed).values())
    for kind, signed in stored.items():
        assert xmlsec1(signed, tmp_path), kind
        assert not xmlsec1(changed[kind], tmp_path), kind


def xmlsec1(document: bytes, folder: Path) -> bool:
    """Its arithmetic only: the authorities differ by kind here."""
    (folder / "signed.xml").write_bytes(document)
    command = ["xmlsec1", "--verify", "--insecure", "signed.xml"]
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=60).returncode == 0
