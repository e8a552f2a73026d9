"""A signing service signs, and however it fails, visits wait and nothing is half done."""

import contextlib
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.crash.stage import Portal
from tests.unit.signing.material import AUTHORITY

from sosuckhoe.healthbook.signing import FileSigner, KeyUnusable, Outcome, to_pkcs12, verify
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import KeyKind, SignedDocument, SigningKey, Submission
from sosuckhoe.hospital.delivery.signers import declaring, keys, remote_signing
from sosuckhoe.hospital.delivery.signers.remote_signing import Credential
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import Worker

from .conftest import House
from .dripping import dripping
from .test_worker import renamed

pytestmark = pytest.mark.django_db
CREDENTIAL = "CTS-99999"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    keys._rests.clear()
    remote_signing._tokens.__init__()  # type: ignore[misc]
    monkeypatch.setattr(remote_signing, "POLL_SECONDS", 0.01)


@pytest.fixture(scope="module")
def holder() -> FileSigner:
    return AUTHORITY.issue("BỆNH VIỆN MẪU", at=datetime.now(UTC), days=900)


def behave(portal: Portal, **how: Any) -> None:
    portal.desk("signing-service", {"credential": CREDENTIAL, "behaviour": "sign", "polls": 0, **how})


def place(portal: Portal, **other: str) -> Credential:
    facts = {
        "url": portal.address,
        "client": "bv-mau",
        "profile": "p1",
        "user": "99999",
        "credential": CREDENTIAL,
    }
    return Credential(**{**facts, **other})


@pytest.fixture
def service(portal: Portal, holder: FileSigner) -> Portal:
    behave(
        portal,
        client="bv-mau",
        secret="bi-mat-dich-vu",
        profile="p1",
        user="99999",
        password="x",
        pkcs12=b64encode(to_pkcs12(holder, b"x")).decode(),
    )
    return portal


@pytest.fixture
def key(house: House, service: Portal) -> SigningKey:
    return declaring.add_remote_key(
        by="giang",
        facility=house.facility,
        name="Ký từ xa",
        credential=place(service),
        secret="bi-mat-dich-vu",
    )


@pytest.fixture
def sign_one(key: SigningKey, clean: list[bytes]) -> Callable[[], Submission]:
    numbers = iter(range(1000))

    def do() -> Submission:
        taken = take_file(
            "visit.xml", renamed(clean[0], f"99999.26.REM{next(numbers)}"), by="giang", at=timezone.now()
        )
        assert Worker("test").sign_one()
        return Submission.objects.get(version__visit=taken.visit_id)

    return do


def test_a_hash_goes_out_and_what_comes_back_is_verified_and_stored(
    sign_one: Callable[[], Submission], service: Portal, key: SigningKey
) -> None:
    assert key.kind == KeyKind.REMOTE
    for polls in (0, 3):
        behave(service, polls=polls)
        submission = sign_one()
        assert submission.state == State.SIGNED, submission.problem
        document = submission.document
        assert document is not None and document.key == key
        verdict = verify(document.content, at=timezone.now(), trusted=[AUTHORITY.certificate])
        assert verdict.outcome is Outcome.PASSED
    assert "bi-mat-dich-vu" not in str(SigningKey.objects.values())


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("time-out", "REMOTE-4001"),
        ("refuse", "REMOTE-4002"),
        ("fail", "REMOTE-4004"),
        ("quota", "REMOTE-4005"),
        ("certificate", "REMOTE-13004"),
        ("strange", "REMOTE-STRANGE"),
        ("error", "REMOTE-NO-ANSWER"),
        ("wrong", "SIGNATURE-MISMATCH"),
    ],
)
def test_every_failure_only_queues_and_the_queue_goes_on_when_it_is_over(
    sign_one: Callable[[], Submission], service: Portal, key: SigningKey, behaviour: str, code: str
) -> None:
    behave(service, behaviour=behaviour)
    submission = sign_one()
    assert (submission.state, submission.problem_code) == (State.WAITING, code)
    assert submission.not_before is not None and not SignedDocument.objects.exists()
    behave(service)
    keys.wake(key)
    Submission.objects.update(not_before=None)
    assert Worker("again").sign_one()
    assert Submission.objects.get(pk=submission.pk).state == State.SIGNED


def test_a_holder_who_does_not_confirm_is_not_waited_for_longer_than_the_limit(
    sign_one: Callable[[], Submission], service: Portal, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_signing, "TOTAL_SECONDS", 0.5)
    behave(service, behaviour="wait")
    first = sign_one()
    assert first.problem_code == "REMOTE-NO-ANSWER"
    asked = len(service.desk("signing-service"))
    # While the key rests, the queue behind the first one does not ask the service again.
    assert sign_one().problem_code == "REMOTE-NO-ANSWER"
    assert len(service.desk("signing-service")) == asked


def test_a_forgotten_session_is_renewed_once(sign_one: Callable[[], Submission], service: Portal) -> None:
    behave(service, behaviour="forget-token")
    assert sign_one().state == State.SIGNED


@contextlib.contextmanager
def somebody(answer: bytes) -> Iterator[str]:
    """A host that answers every call with these bytes and then stays silent."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            open_ones = []
            with contextlib.suppress(OSError):
                while not over.is_set():
                    one, _ = server.accept()
                    one.recv(65536)
                    one.sendall(answer)
                    open_ones.append(one)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", "REMOTE-NO-ANSWER"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{", "REMOTE-NO-ANSWER"),
        (b"rubbish\r\n\r\n", "REMOTE-NO-ANSWER"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "REMOTE-STRANGE"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "REMOTE-STRANGE"),
        (b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\n{}", "REMOTE-LOGIN"),
        (b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n", "REMOTE-NO-ANSWER"),
    ],
)
def test_silence_and_rubbish_are_failures_of_the_key(
    key: SigningKey, service: Portal, monkeypatch: pytest.MonkeyPatch, answer: bytes, code: str
) -> None:
    monkeypatch.setattr(remote_signing, "TOTAL_SECONDS", 0.4)
    with somebody(answer) as url:
        key.place["url"] = url
        with pytest.raises(KeyUnusable) as refusal:
            keys.signer_of(key).sign(b"data")
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:9", "REMOTE-NO-ANSWER"),
        ("https://ky-mau.invalid", "REMOTE-HOST-NOT-ALLOWED"),
        ("http://ky-mau.invalid", "REMOTE-HOST-NOT-ALLOWED"),
    ],
)
def test_only_allowed_hosts_are_asked(key: SigningKey, url: str, code: str) -> None:
    key.place["url"] = url
    with pytest.raises(KeyUnusable) as refusal:
        keys.signer_of(key).sign(b"data")
    assert refusal.value.code == code


def test_what_cannot_sign_is_not_declared(house: House, service: Portal) -> None:
    for secret, other, code in (
        ("sai", {}, "REMOTE-LOGIN"),
        ("bi-mat-dich-vu", {"credential": "khac"}, "REMOTE-NO-CREDENTIAL"),
    ):
        with pytest.raises(KeyUnusable) as refusal:
            declaring.add_remote_key(
                by="giang",
                facility=house.facility,
                name="x",
                credential=place(service, **other),
                secret=secret,
            )
        assert refusal.value.code == code
    behave(service, behaviour="wrong")
    with pytest.raises(KeyUnusable) as refusal:
        declaring.add_remote_key(
            by="giang",
            facility=house.facility,
            name="x",
            credential=place(service),
            secret="bi-mat-dich-vu",
        )
    assert refusal.value.code == "KEY-CERTIFICATE-DIFFER"
    assert not SigningKey.objects.filter(kind=KeyKind.REMOTE).exists()


def test_a_service_whose_head_drips_is_cut_in_time(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_signing, "TOTAL_SECONDS", 0.5)
    monkeypatch.setenv("REMOTE_SECRET", "bi-mat")
    with dripping() as address:
        began = time.monotonic()
        with pytest.raises(remote_signing.ServiceUnreachable):
            remote_signing.certificate_of(Credential(address, "bv", "p", "u", "c"), "env:REMOTE_SECRET")
        assert time.monotonic() - began < 10
