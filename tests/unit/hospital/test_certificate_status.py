"""Nothing is signed with a certificate that is revoked or of which nothing fresh is known; visits wait, care goes on."""

import contextlib
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone
from tests.openssl_ca import OpensslAuthority

from sosuckhoe.healthbook.signing import FileSigner, KeyUnusable, to_pkcs12
from sosuckhoe.hospital.delivery import actions, signing_anew
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.keeping import note_attempt
from sosuckhoe.hospital.delivery.models import (
    CertificateStatus,
    SigningKey,
    StatusKind,
    StatusSource,
    Submission,
)
from sosuckhoe.hospital.delivery.signers import asking, certificates, keys, sources, status
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import Worker
from sosuckhoe.hospital.journal.models import Entry

from .conftest import House
from .dripping import dripping
from .test_worker import renamed

pytestmark = pytest.mark.django_db
PEM = Encoding.PEM


@pytest.fixture(autouse=True)
def _rested() -> None:
    keys._rests.clear()
    status._asked.clear()


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> OpensslAuthority:
    return OpensslAuthority.new(tmp_path_factory.mktemp("root") / "root", "CA GỐC THỰC HÀNH")


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory, root: OpensslAuthority) -> OpensslAuthority:
    made = OpensslAuthority.new(tmp_path_factory.mktemp("below") / "ca", issuer=root)
    made.issue("facility")
    made.issue_responder()
    return made


@pytest.fixture
def authority(tmp_path: Path, certified: OpensslAuthority) -> OpensslAuthority:
    """An authority below the root, with its own books, that certified the facility."""
    return certified.copy(tmp_path / "ca")


@pytest.fixture
def key(house: House, authority: OpensslAuthority) -> SigningKey:
    """The only key of the house."""
    SigningKey.objects.update(retired_at=timezone.now())
    (settings.HOME.path / "status-hosts.txt").write_text("# được hỏi\n127.0.0.1\n")
    return actions.add_signing_key(
        by="giang",
        facility=house.facility,
        name="Chứng thư mẫu",
        pkcs12=to_pkcs12(authority._signer("facility"), b"x"),
        password="x",
    )


@pytest.fixture
def sign_one(key: SigningKey, clean: list[bytes]) -> Callable[[], Submission]:
    """A visit is closed, and the worker tries to sign it now."""
    numbers = iter(range(1000))

    def do() -> Submission:
        code = f"99999.26.STA{next(numbers)}"
        taken = take_file("visit.xml", renamed(clean[0], code), by="giang", at=timezone.now())
        earlier = Submission.objects.filter(state=State.WAITING).exclude(version__visit=taken.visit_id)
        earlier.update(state=State.HELD, problem_code="TEST")
        keys._rests.clear()
        assert Worker("test").sign_one()
        return Submission.objects.get(version__visit=taken.visit_id)

    return do


def by_ocsp(key: SigningKey, authority: OpensslAuthority, url: str, **how: object) -> None:
    sources.name_source(by="giang", key=key, kind=StatusKind.OCSP, issuer=authority.pem, url=url, **how)  # type: ignore[arg-type]


def state(submission: Submission) -> tuple[str, str]:
    return submission.state, submission.problem_code


def test_where_nobody_is_asked_it_signs_and_says_so(sign_one: Callable[[], Submission]) -> None:
    submission = sign_one()
    assert submission.state == State.SIGNED
    assert submission.document is not None and submission.document.status is None


def test_a_good_answer_is_kept_with_the_signature_and_used_while_it_is_fresh(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority
) -> None:
    with authority.responder() as address:
        by_ocsp(key, authority, address, nonce_required=True)
        first = sign_one()
    second = sign_one()  # the responder is gone, what it said is fresh
    assert state(first) == state(second) == (State.SIGNED, "")
    kept = CertificateStatus.objects.get()
    assert first.document is not None and second.document is not None
    assert first.document.status == second.document.status == kept
    assert (kept.code, kept.kind) == ("STATUS-GOOD", "ocsp")
    assert ocsp.load_der_ocsp_response(kept.answer.content).response_status.name == "SUCCESSFUL"
    assert kept.fresh_until is not None
    assert abs(kept.fresh_until - kept.asked_at - timedelta(hours=1)) < timedelta(seconds=5)


@pytest.mark.django_db(transaction=True)
def test_who_signs_while_the_question_is_under_way_waits_for_its_answer(
    key: SigningKey, authority: OpensslAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, go, asked = threading.Event(), threading.Event(), []
    ask = status.ask_responder

    def slowly(url: str, question: bytes) -> bytes:
        asked.append(url)
        started.set()
        assert go.wait(30)
        return ask(url, question)

    monkeypatch.setattr(status, "ask_responder", slowly)
    found: list[str] = []

    def sign() -> None:
        try:
            answer = status.status_for(SigningKey.objects.get(pk=key.pk), timezone.now())
            found.append(answer.code if answer else "")
        except KeyUnusable as problem:
            found.append(problem.code)
        finally:
            connection.close()

    with authority.responder() as address:
        by_ocsp(key, authority, address)
        threads = [threading.Thread(target=sign) for _ in range(2)]
        threads[0].start()
        assert started.wait(30)
        threads[1].start()
        threads[1].join(0.2)
        go.set()
        for thread in threads:
            thread.join(30)
    assert found == ["STATUS-GOOD", "STATUS-GOOD"] and len(asked) == 1


def test_when_it_is_no_longer_fresh_signing_pauses_and_goes_on_when_the_responder_is_back(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority
) -> None:
    with authority.responder() as address:
        by_ocsp(key, authority, address)
        sign_one()
        at = timezone.now() + timedelta(minutes=61)
        status.ask_at_once(key)
    with pytest.raises(KeyUnusable) as silent:
        status.status_for(SigningKey.objects.get(pk=key.pk), at)
    assert silent.value.code == "STATUS-NO-ANSWER"
    with pytest.raises(KeyUnusable):  # asked a moment ago: not again for every visit
        status.status_for(SigningKey.objects.get(pk=key.pk), at)
    assert CertificateStatus.objects.count() == 1


def test_half_way_it_is_renewed_and_a_silent_responder_does_no_harm_yet(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority
) -> None:
    def found(after: timedelta) -> CertificateStatus | None:
        status.ask_at_once(key)
        return status.status_for(SigningKey.objects.get(pk=key.pk), now + after)

    with authority.responder() as address:
        by_ocsp(key, authority, address)
        sign_one()
        now, first = timezone.now(), CertificateStatus.objects.get()
        assert found(timedelta(minutes=25)) == first
        renewed = found(timedelta(minutes=35))
        assert renewed is not None and renewed != first
    assert found(timedelta(minutes=55)) == renewed


@pytest.mark.parametrize(
    ("reason", "code", "word"),
    [
        ("keyCompromise", "STATUS-REVOKED", "khóa bị lộ"),
        ("certificateHold", "STATUS-SUSPENDED", "tạm dừng"),
        ("cessationOfOperation", "STATUS-REVOKED", "ngừng hoạt động"),
    ],
)
def test_a_revoked_certificate_signs_nothing_and_the_reason_is_said(
    sign_one: Callable[[], Submission],
    key: SigningKey,
    authority: OpensslAuthority,
    reason: str,
    code: str,
    word: str,
) -> None:
    authority.revoke("facility", reason)
    with authority.responder() as address:
        by_ocsp(key, authority, address)
        submission = sign_one()
    assert state(submission) == (State.WAITING, code)
    assert word in submission.problem and submission.document is None
    assert CertificateStatus.objects.get().reason == reason
    (due,) = certificates.calendar(timezone.now())
    assert due.key == key and due.revoked and due.step is None
    assert "bị thu hồi" in render_to_string("web/admin/key_need.html", {"key": key, "due": due})


def test_of_two_keys_the_one_that_is_not_revoked_signs(
    sign_one: Callable[[], Submission], house: House, key: SigningKey, authority: OpensslAuthority
) -> None:
    authority.revoke("facility")
    with authority.responder() as address:
        by_ocsp(key, authority, address)
        assert sign_one().state == State.WAITING
    SigningKey.objects.filter(pk=house.key.pk).update(retired_at=None)
    submission = sign_one()
    assert submission.document is not None and submission.document.key == house.key


def test_what_was_signed_and_never_sent_does_not_leave_once_its_certificate_is_known_revoked(
    sign_one: Callable[[], Submission], house: House, key: SigningKey, authority: OpensslAuthority
) -> None:
    """Be it dated before the signing or after: the portal judges when the file comes. A good key signs it anew."""
    with authority.responder() as address:
        by_ocsp(key, authority, address)
        submission = sign_one()
    assert submission.document is not None and submission.document.key == key
    authority.revoke("facility", "keyCompromise")
    with authority.responder() as address:
        by_ocsp(key, authority, address)
        signing_anew._asked_at = -status.ASKS_AGAIN_AFTER
        status.ask_at_once(key)
        # Nothing is being signed, so nobody asks for that: the file that waits is reason enough.
        signing_anew.ask_about_what_waits(timezone.now())
    assert not Worker("test").send_one()
    submission.refresh_from_db()
    assert state(submission) == (State.WAITING, "CERTIFICATE-REVOKED")
    assert "bị thu hồi" in submission.problem and not submission.attempts.exists()
    for days, order in ((-1, "trước khi ký"), (1, "sau khi ký")):
        said = CertificateStatus(revoked_at=submission.document.signed_at + timedelta(days=days))
        assert order in signing_anew._sentence(submission.document, said)
    assert Worker("test").sign_one()  # no other key: it waits and says why
    submission.refresh_from_db()
    assert state(submission) == (State.WAITING, "STATUS-REVOKED")
    SigningKey.objects.filter(pk=house.key.pk).update(retired_at=None)
    Submission.objects.update(not_before=None)
    assert Worker("test").sign_one()
    submission.refresh_from_db()
    assert submission.document is not None and submission.document.key == house.key
    assert state(submission) == (State.SIGNED, "") and submission.documents.count() == 2


def test_what_was_tried_is_not_signed_anew_when_its_certificate_is_revoked(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority
) -> None:
    submission = sign_one()
    authority.revoke("facility")
    with authority.responder() as address:
        by_ocsp(key, authority, address)
        sources.ask_now(by="giang", key=key)
    submission.attempt_count = 1
    note_attempt(submission)
    assert signing_anew.known_revoked(SigningKey.objects.get(pk=key.pk)) is not None
    assert not signing_anew.must_sign_anew(submission, timezone.now())


def test_a_responder_that_does_not_know_the_certificate_pauses(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority
) -> None:
    (authority.folder / "index.txt").write_text("")
    with authority.responder(signer="ca") as address:
        by_ocsp(key, authority, address)
        assert state(sign_one()) == (State.WAITING, "STATUS-UNKNOWN")


def test_a_list_is_fetched_judged_and_kept_once(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority
) -> None:
    crl = authority.crl()
    with serving(lambda question: crl) as address:
        sources.name_source(
            by="giang", key=key, kind=StatusKind.CRL, issuer=authority.pem, url=f"{address}/ca.crl"
        )
        assert sign_one().state == State.SIGNED
        sources.ask_now(by="giang", key=key)
    kept = CertificateStatus.objects.all()
    assert len(kept) == 2 and len({one.answer_id for one in kept}) == 1
    authority.revoke("facility")
    with serving(lambda question: authority.crl()) as address:
        StatusSource.objects.update(url=address, set_at=timezone.now())
        status.ask_at_once(key)
        assert state(sign_one()) == (State.WAITING, "STATUS-REVOKED")


def test_a_list_loaded_by_hand_holds_until_its_own_end(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority, root: OpensslAuthority
) -> None:
    def load(crl: bytes) -> None:
        sources.name_source(by="giang", key=key, kind=StatusKind.CRL_FILE, issuer=authority.pem, crl=crl)

    for wrong in (b"", b"khong phai", root.crl()):
        with pytest.raises(sources.NotAList):
            load(wrong)
    load(authority.crl())
    assert sign_one().state == State.SIGNED
    fresh = SigningKey.objects.get(pk=key.pk)
    assert status.status_for(fresh, timezone.now() + timedelta(days=6)) is not None
    status.ask_at_once(key)
    with pytest.raises(status.NotGood, match="quá cũ"):
        status.status_for(fresh, timezone.now() + timedelta(days=8))
    authority.revoke("facility")
    load(authority.crl())
    assert state(sign_one()) == (State.WAITING, "STATUS-REVOKED")


def test_an_issuer_that_was_itself_revoked_lets_nothing_be_signed(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority, tmp_path: Path
) -> None:
    top = OpensslAuthority.new(tmp_path / "top", "CA GỐC HAI")
    below = OpensslAuthority.new(tmp_path / "below", "CA DƯỚI", issuer=top)
    below.issue("facility")
    made = SigningKey.objects.get(pk=key.pk)
    SigningKey.objects.filter(pk=key.pk).delete()
    key = actions.add_signing_key(
        by="giang",
        facility=made.facility,
        name="Khác",
        pkcs12=to_pkcs12(below._signer("facility"), b"x"),
        password="x",
    )

    def name() -> None:
        sources.name_source(
            by="giang",
            key=key,
            kind=StatusKind.CRL_FILE,
            issuer=below.pem,
            crl=below.crl(),
            authority=top.pem,
            authority_crl=top.crl(),
        )

    name()
    submission = sign_one()
    assert submission.state == State.SIGNED and submission.document is not None
    kept = submission.document.status
    assert kept is not None and kept.authority_answer is not None and kept.issuers_pem.count("BEGIN") == 2
    (top.folder / "below.pem").write_bytes(below.pem)
    top.revoke("below", "CACompromise")
    name()
    submission = sign_one()
    assert state(submission) == (State.WAITING, "AUTHORITY-REVOKED")
    assert "chính nơi cấp" in submission.problem


def test_what_is_said_of_the_issuer_is_relied_on_no_longer_than_its_own_list_lasts(
    key: SigningKey, authority: OpensslAuthority, root: OpensslAuthority
) -> None:
    sources.name_source(
        by="giang",
        key=key,
        kind=StatusKind.CRL_FILE,
        issuer=authority.pem,
        crl=authority.crl(),
        authority=root.pem,
        authority_crl=root.crl("-crlhours", "2"),
    )
    source, now = StatusSource.objects.get(), timezone.now()
    said = status.ask(key, source, now)
    assert said.code == "STATUS-GOOD" and said.fresh_until is not None and said.until is not None
    assert said.fresh_until < now + timedelta(hours=3) < said.until
    late = status.ask(key, source, now + timedelta(hours=3))
    assert late.code == "AUTHORITY-STALE" and not status.may_sign(late, late.asked_at)


@pytest.mark.parametrize(
    ("this", "until", "fresh"),
    [
        (timedelta(minutes=-20), timedelta(hours=10), timedelta(minutes=40)),
        (timedelta(0), timedelta(minutes=10), timedelta(minutes=10)),
    ],
    ids=["counted from when it was said", "ends when the responder says"],
)
def test_an_answer_is_fresh_from_its_own_moment_and_never_longer_than_it_says(
    key: SigningKey,
    authority: OpensslAuthority,
    made_by: Callable[..., Callable[[bytes], bytes]],
    this: timedelta,
    until: timedelta,
    fresh: timedelta,
) -> None:
    with serving(made_by(this=this, until=until)) as address:
        by_ocsp(key, authority, address)
        now = timezone.now()
        said = status.ask(key, StatusSource.objects.get(), now)
    assert said.code == "STATUS-GOOD" and said.fresh_until is not None
    assert abs(said.fresh_until - now - fresh) < timedelta(seconds=5)


# A responder that misbehaves: answers made by hand, with the authority's own key where it matters


@contextlib.contextmanager
def serving(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            self.send_response(200 if content else 503)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def made_by(authority: OpensslAuthority) -> Callable[..., Callable[[bytes], bytes]]:
    """How a responder answers: as told, with the nonce of the question unless another is given."""

    def responder(
        *,
        by: FileSigner = authority.signer,
        this: timedelta = timedelta(0),
        until: timedelta | None = timedelta(hours=1),
        code: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
        nonce: bytes | None = None,
    ) -> Callable[[bytes], bytes]:
        def answer(question: bytes) -> bytes:
            asked = ocsp.load_der_ocsp_request(question)
            own = asked.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
            now = timezone.now().replace(microsecond=0)
            made = ocsp.OCSPResponseBuilder().add_response(
                authority._signer("facility").certificate,
                authority.certificate,
                SHA1(),
                code,
                now + this,
                None if until is None else now + until,
                now if code is ocsp.OCSPCertStatus.REVOKED else None,
                None,
            )
            made = made.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
            made = made.add_extension(x509.OCSPNonce(nonce or own), critical=False)
            return (
                made.certificates([by.certificate]).sign(by.private_key, SHA256()).public_bytes(Encoding.DER)
            )

        return answer

    return responder


def test_every_way_of_answering_wrong_pauses_with_its_own_word(
    sign_one: Callable[[], Submission],
    key: SigningKey,
    authority: OpensslAuthority,
    root: OpensslAuthority,
    made_by: Callable[..., Callable[[bytes], bytes]],
) -> None:
    ways = {
        "STATUS-STALE": made_by(this=timedelta(hours=-3), until=timedelta(hours=-1)),
        "STATUS-SIGNER": made_by(by=root.signer),
        "STATUS-NONCE": made_by(nonce=b"an older question"),
        "STATUS-FUTURE": made_by(this=timedelta(hours=2), until=timedelta(hours=3)),
        "STATUS-UNKNOWN": made_by(code=ocsp.OCSPCertStatus.UNKNOWN),
        "STATUS-REVOKED": made_by(code=ocsp.OCSPCertStatus.REVOKED),
        "STATUS-UNREADABLE": lambda question: b"<html>OK</html>",
        "STATUS-NO-ANSWER": lambda question: b"",
    }
    for code, way in ways.items():
        with serving(way) as address:
            by_ocsp(key, authority, address)
            submission = sign_one()
        assert state(submission) == (State.WAITING, code)
        assert submission.problem and submission.document is None
    with serving(made_by()) as address:
        by_ocsp(key, authority, address)
        assert sign_one().state == State.SIGNED


def test_a_silent_issuer_is_not_asked_again_for_every_visit(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority
) -> None:
    questions: list[bytes] = []

    def answer(question: bytes) -> bytes:
        questions.append(question)
        return b""

    with serving(answer) as address:
        by_ocsp(key, authority, address)
        found = {state(sign_one()) for _ in range(3)}
    assert found == {(State.WAITING, "STATUS-NO-ANSWER")} and len(questions) == 1


def test_a_responder_that_answers_too_slowly_is_not_waited_for(
    key: SigningKey, authority: OpensslAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "ANSWERS_WITHIN", 0.3)
    release = threading.Event()

    def slow(question: bytes) -> bytes:
        release.wait(60)
        return b""

    with serving(slow) as address:
        by_ocsp(key, authority, address)
        with pytest.raises(asking.IssuerSilent):
            status.status_for(SigningKey.objects.get(pk=key.pk), timezone.now())
        assert not release.is_set()
        release.set()


def test_a_responder_whose_head_drips_is_cut_in_time(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes soon enough, all of them never would: and behind it nothing would be signed or sent."""
    monkeypatch.setattr(asking, "ANSWERS_WITHIN", 0.5)
    home.joinpath("status-hosts.txt").write_text("127.0.0.1\n")
    with dripping() as address:
        began = time.monotonic()
        with pytest.raises(asking.IssuerSilent):
            asking.ask_responder(address, b"?")
        assert time.monotonic() - began < 10


def test_nobody_is_asked_whom_the_machines_keeper_did_not_list(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority
) -> None:
    assert sources.offered_addresses(key) == (
        ["http://ocsp.mau.example/"],
        ["http://crl.mau.example/ca.crl"],
    )
    for url in (
        "http://ocsp.mau.example/",
        "http://127.0.0.1.mau.example/",
        "ftp://127.0.0.1/",
        "",
        "http://[/",
    ):
        with pytest.raises(KeyUnusable) as refused:
            by_ocsp(key, authority, url or "http://")
        assert refused.value.code == "STATUS-HOST-NOT-ALLOWED"
    assert not StatusSource.objects.exists()
    with authority.responder() as address:
        by_ocsp(key, authority, address)
        (settings.HOME.path / "status-hosts.txt").unlink()
        assert state(sign_one()) == (State.WAITING, "STATUS-HOST-NOT-ALLOWED")


def test_only_the_issuer_is_named_and_dropping_it_is_in_the_journal(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority, root: OpensslAuthority
) -> None:
    with pytest.raises(sources.NotTheIssuer):
        by_ocsp(key, root, "http://127.0.0.1:9/")
    by_ocsp(key, authority, "http://127.0.0.1:9/")
    assert state(sign_one()) == (State.WAITING, "STATUS-NO-ANSWER")
    sources.drop_source(by="giang", key=key, reason="Nơi cấp chưa có máy chủ trả lời")
    assert sign_one().state == State.SIGNED
    assert {"status-source-named", "status-source-dropped"} <= set(
        Entry.objects.values_list("action", flat=True)
    )


def test_a_signature_takes_the_answer_of_its_moment(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority
) -> None:
    with authority.responder() as address:
        by_ocsp(key, authority, address)
        documents = [sign_one().document for _ in range(2)]
    moments: list[tuple[datetime, datetime]] = [
        (one.status.asked_at, one.signed_at)
        for one in documents
        if one is not None and one.status is not None
    ]
    assert len(moments) == 2 and all(asked <= signed for asked, signed in moments)


def test_what_was_asked_while_the_clock_was_a_day_ahead_slows_nothing_down(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority
) -> None:
    with authority.responder() as address:
        by_ocsp(key, authority, address)
        assert state(sign_one()) == (State.SIGNED, "")
        day = timedelta(days=1)
        ahead = CertificateStatus.objects.get()
        assert ahead.fresh_until is not None
        ahead.pk, ahead.asked_at, ahead.fresh_until = None, ahead.asked_at + day, ahead.fresh_until + day
        ahead.save(force_insert=True)
        status.ask_at_once(key)
        assert state(sign_one()) == (State.SIGNED, "")
    # Asked a moment ago, and that answer is fresh.
    assert state(sign_one()) == (State.SIGNED, "")


def test_a_source_that_was_named_while_the_clock_was_ahead_is_not_asked_for_each_signature(
    sign_one: Callable[[], Submission], key: SigningKey, authority: OpensslAuthority
) -> None:
    with authority.responder() as address:
        by_ocsp(key, authority, address)
        StatusSource.objects.update(set_at=timezone.now() + timedelta(days=1))
        assert state(sign_one()) == (State.SIGNED, "")
    # The responder is gone, what it said is fresh.
    assert state(sign_one()) == (State.SIGNED, "")
