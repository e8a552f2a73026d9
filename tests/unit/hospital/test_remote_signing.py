"""A signing service signs, and however it fails, visits wait and nothing is half done."""

import contextlib
import itertools
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
from sosuckhoe.hospital.delivery.signers.client_secrets import LogInRefused
from sosuckhoe.hospital.delivery.signers.refused import is_refused, secret_of_service
from sosuckhoe.hospital.delivery.signers.remote_signing import Credential
from sosuckhoe.hospital.delivery.signers.trying import try_key
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching.watched import alarms, watched
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
def somebody(*answers: bytes) -> Iterator[str]:
    """A host that answers its calls with these bytes in turn, and then stays silent."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            open_ones, turns = [], itertools.cycle(answers)
            with contextlib.suppress(OSError):
                while not over.is_set():
                    one, _ = server.accept()
                    one.recv(65536)
                    one.sendall(next(turns))
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


def start_anew(key: SigningKey) -> None:
    """As another process, or this one after a restart: nothing is remembered but what lies in the home."""
    keys._rests.clear()
    remote_signing._tokens.__init__()  # type: ignore[misc]


def test_a_refused_client_secret_is_tried_once_for_the_whole_queue_and_every_process(
    sign_one: Callable[[], Submission], service: Portal, key: SigningKey
) -> None:
    behave(service, secret="da-doi")
    start_anew(key)
    assert sign_one().problem_code == "REMOTE-LOGIN"
    assert is_refused(key)
    # The service would take it again: so whoever is refused now has not asked it.
    behave(service, secret="bi-mat-dich-vu")
    for _ in range(2):
        start_anew(key)
        assert sign_one().problem_code == "REMOTE-LOGIN"
    assert [alarm.code for alarm in alarms(watched(timezone.now())) if alarm.code.startswith("key")] == [
        "key-refused"
    ]
    # A person asks for one more try.
    assert all(step.outcome in ("good", "look") for step in try_key(by="giang", key=key))
    assert not is_refused(key) and sign_one().state == State.SIGNED


def test_a_client_secret_that_was_changed_is_tried_once_whoever_changed_it(
    sign_one: Callable[[], Submission],
    service: Portal,
    key: SigningKey,
    home: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def file() -> Path:
        return home / "secrets" / key.password_reference.removeprefix("file:")

    before = file()
    behave(service, secret="da-doi")
    start_anew(key)
    assert sign_one().problem_code == "REMOTE-LOGIN"
    with django_capture_on_commit_callbacks(execute=True):
        declaring.enter_secret(by="giang", key=key, secret="sai-nua")
    assert file().read_text() == "sai-nua" and not before.exists()
    start_anew(key)
    assert not is_refused(key)
    assert sign_one().problem_code == "REMOTE-LOGIN" and is_refused(key)
    # In the file itself, by who runs the machine.
    file().write_text("da-doi\n")
    start_anew(key)
    assert not is_refused(key) and sign_one().state == State.SIGNED
    # What was refused before is still known; of the secrets nothing can be read there.
    mark = secret_of_service(key)._mark
    assert len(mark.read_text().split()) == 2
    assert not {"bi-mat-dich-vu", "sai-nua", "da-doi"} & set(mark.read_text().split())


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 403 No\r\nContent-Length: 6\r\n\r\n<html>", True),
        (b'HTTP/1.1 400 No\r\nContent-Length: 26\r\n\r\n{"error":"invalid_client"}', True),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{"error":"invalid_grant"}', True),
        (b"HTTP/1.1 429 No\r\nContent-Length: 2\r\n\r\n{}", False),
        (b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", False),
        (b"", False),
    ],
)
def test_only_a_refusal_of_the_client_itself_is_remembered(
    key: SigningKey, monkeypatch: pytest.MonkeyPatch, answer: bytes, refused: bool
) -> None:
    monkeypatch.setattr(remote_signing, "TOTAL_SECONDS", 0.4)
    with somebody(answer) as url:
        key.place["url"] = url
        with pytest.raises(KeyUnusable):
            keys.signer_of(key).sign(b"data")
        assert is_refused(key) == refused


def test_a_session_that_is_refused_though_it_is_new_says_nothing_of_the_secret(key: SigningKey) -> None:
    head = b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
    login, no = b'{"access_token":"t","expires_in":3600}', b"{}"
    answers = [head % (b"200 OK", len(login), login), head % (b"401 No", len(no), no)]
    with somebody(*answers) as url:
        key.place["url"] = url
        with pytest.raises(KeyUnusable) as refusal:
            keys.signer_of(key).sign(b"data")
        assert refusal.value.code == "REMOTE-SESSION" and not is_refused(key)


def test_of_processes_that_log_in_at_the_same_moment_one_tries_a_wrong_secret(
    key: SigningKey,
) -> None:
    tried, both = [], threading.Barrier(2)

    def log_in(secret: str) -> None:
        tried.append(secret)
        raise LogInRefused

    def process() -> None:
        both.wait()
        with contextlib.suppress(LogInRefused):
            secret_of_service(key).use(log_in)

    threads = [threading.Thread(target=process) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tried == ["bi-mat-dich-vu"]
