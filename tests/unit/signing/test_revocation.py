"""Answers about revocation: a real authority and responder of openssl, and answers bent one way each."""

import http.client
import os
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from tests.openssl_ca import OpensslAuthority

from sosuckhoe.healthbook.signing import FileSigner, PracticeAuthority
from sosuckhoe.healthbook.signing.certificates import Standing
from sosuckhoe.healthbook.signing.revocation import (
    MEANINGS,
    Status,
    addresses_in,
    judge_crl,
    judge_ocsp,
    ocsp_request,
)

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> OpensslAuthority:
    made = OpensslAuthority.new(tmp_path_factory.mktemp("ca") / "ca")
    for name in ("good", "stolen", "paused"):
        made.issue(name)
    made.revoke("stolen")
    made.revoke("paused", "certificateHold")
    return made


def certificate(authority: OpensslAuthority, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((authority.folder / f"{name}.pem").read_bytes())


def ask(address: str, question: bytes) -> bytes:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    connection.request("POST", "/", question, {"Content-Type": "application/ocsp-request"})
    return connection.getresponse().read()


@pytest.mark.parametrize(
    ("name", "code", "standing"),
    [
        ("good", "STATUS-GOOD", Standing.GOOD),
        ("stolen", "STATUS-REVOKED", Standing.REVOKED),
        ("paused", "STATUS-SUSPENDED", Standing.SUSPENDED),
    ],
)
def test_openssls_responder_and_list_are_understood(authority, name, code, standing):
    one, issuer, nonce = certificate(authority, name), authority.certificate, os.urandom(16)
    with authority.responder() as address:
        answer = ask(address, ocsp_request(one, issuer, nonce))
    now = datetime.now(UTC)
    status = judge_ocsp(answer, one, issuer, at=now, fresh_for=HOUR, nonce=nonce, nonce_required=True)
    assert (status.code, status.standing) == (code, standing)
    assert status.said_at is not None and abs(status.said_at - now) < timedelta(minutes=1)
    listed = judge_crl(authority.crl(), one, issuer, at=datetime.now(UTC), fresh_for=HOUR)
    assert (listed.code, listed.standing) == (code, standing)
    assert listed.until is not None and listed.until > now
    assert (listed.revoked_at is None) == (name == "good")


def test_an_answer_to_another_question_is_not_ours(authority):
    one, issuer = certificate(authority, "good"), authority.certificate
    with authority.responder() as address:
        answer = ask(address, ocsp_request(one, issuer, b"a" * 16))
    now = datetime.now(UTC)
    for nonce, code in ((b"a" * 16, "STATUS-GOOD"), (b"b" * 16, "STATUS-NONCE"), (None, "STATUS-GOOD")):
        assert judge_ocsp(answer, one, issuer, at=now, fresh_for=HOUR, nonce=nonce).code == code
    stolen = certificate(authority, "stolen")
    assert judge_ocsp(answer, stolen, issuer, at=now, fresh_for=HOUR).code == "STATUS-OTHER"


def test_a_responder_that_the_issuer_did_not_certify_for_this_is_not_believed(authority):
    """A facility's certificate of the same authority."""
    one, issuer = certificate(authority, "good"), authority.certificate
    with authority.responder(signer="stolen") as address:
        answer = ask(address, ocsp_request(one, issuer, b"a" * 16))
    assert judge_ocsp(answer, one, issuer, at=datetime.now(UTC), fresh_for=HOUR).code == "STATUS-SIGNER"


def test_addresses_are_read_but_mean_no_permission(authority):
    assert addresses_in(certificate(authority, "good")) == (
        ["http://ocsp.mau.example/"],
        ["http://crl.mau.example/ca.crl"],
    )
    assert addresses_in(authority.certificate) == ([], [])


# Answers made by hand, each wrong in one way

NOW = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=45)
"""Answers made here carry the machine's own time as producedAt, and many tests may run before these: an answer may lie an
hour back and five minutes ahead, so this leaves room for both."""
PRACTICE = PracticeAuthority.new(at=NOW)
OTHER = PracticeAuthority.new(at=NOW, name="CA LẠ")
LEAF = PRACTICE.issue("BỆNH VIỆN MẪU", at=NOW)
SECOND = PRACTICE.issue("BỆNH VIỆN HAI", at=NOW)


def responder(authority: PracticeAuthority, purpose: bool = True, days: int = 30) -> FileSigner:
    """A certificate for answering, or one that only looks like it."""
    plain = authority.issue("OCSP", at=NOW)
    builder = (
        x509.CertificateBuilder()
        .subject_name(plain.certificate.subject)
        .issuer_name(authority.certificate.subject)
        .public_key(plain.certificate.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=20))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    usage = x509.ExtendedKeyUsageOID
    named = [usage.OCSP_SIGNING] if purpose else [usage.CLIENT_AUTH]
    made = builder.add_extension(x509.ExtendedKeyUsage(named), critical=False)
    return FileSigner(made.sign(authority.private_key, SHA256()), plain.private_key)


TRUE_RESPONDER = responder(PRACTICE)
ISSUER = FileSigner(PRACTICE.certificate, PRACTICE.private_key)


def answer(
    *,
    of: FileSigner = LEAF,
    issuer: x509.Certificate = PRACTICE.certificate,
    by: FileSigner = TRUE_RESPONDER,
    this: timedelta = timedelta(0),
    until: timedelta | None = HOUR,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    nonce: bytes | None = None,
    enclosed: bool = True,
) -> bytes:
    builder = ocsp.OCSPResponseBuilder().add_response(
        of.certificate,
        issuer,
        SHA1(),
        status,
        NOW + this,
        None if until is None else NOW + until,
        NOW - HOUR if status is ocsp.OCSPCertStatus.REVOKED else None,
        None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
    if enclosed:
        builder = builder.certificates([by.certificate])
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.sign(by.private_key, SHA256()).public_bytes(Encoding.DER)


def with_sha1(signed: bytes, data: bytes) -> bytes:
    """What the issuer signed, signed by it with SHA-1 and saying so: the library makes no such answer."""
    sha256, sha1 = (bytes.fromhex("2a864886f70d0101") + last for last in (b"\x0b", b"\x05"))
    again = signed.replace(sha256, sha1)
    value = PRACTICE.private_key.sign(again, PKCS1v15(), SHA1())
    return data.replace(signed, again).replace(sha256, sha1)[: -len(value)] + value


def told(data: bytes, **how: object) -> Status:
    return judge_ocsp(data, LEAF.certificate, PRACTICE.certificate, at=NOW, fresh_for=HOUR, **how)


BENT = {
    "made by hand and right": (answer(), "STATUS-GOOD"),
    "signed by the issuer itself": (
        answer(by=ISSUER, enclosed=False),
        "STATUS-GOOD",
    ),
    "revoked": (answer(status=ocsp.OCSPCertStatus.REVOKED), "STATUS-REVOKED"),
    "unknown": (answer(status=ocsp.OCSPCertStatus.UNKNOWN), "STATUS-UNKNOWN"),
    "of another certificate": (answer(of=SECOND), "STATUS-OTHER"),
    "of another issuer's certificate": (answer(issuer=OTHER.certificate), "STATUS-OTHER"),
    "signed by another authority": (
        answer(by=FileSigner(OTHER.certificate, OTHER.private_key)),
        "STATUS-SIGNER",
    ),
    "a responder of another authority": (answer(by=responder(OTHER)), "STATUS-SIGNER"),
    "a responder without the purpose": (answer(by=responder(PRACTICE, purpose=False)), "STATUS-SIGNER"),
    "a responder whose certificate has ended": (answer(by=responder(PRACTICE, days=-10)), "STATUS-SIGNER"),
    "the facility answers for itself": (answer(by=LEAF), "STATUS-SIGNER"),
    "a responder's certificate left out": (answer(enclosed=False), "STATUS-SIGNER"),
    "cut": (answer()[:200], "STATUS-UNREADABLE"),
    "nothing": (b"", "STATUS-UNREADABLE"),
    "a page": (b"<html>OK</html>", "STATUS-UNREADABLE"),
    "try later": (
        ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(
            Encoding.DER
        ),
        "STATUS-REFUSED",
    ),
}


@pytest.mark.parametrize(("data", "code"), BENT.values(), ids=BENT.keys())
def test_each_answer_has_its_code(data, code):
    assert told(data).code == code


def test_no_changed_byte_makes_an_answer_good():
    whole = answer(status=ocsp.OCSPCertStatus.REVOKED)
    for place in range(0, len(whole), 7):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        assert told(changed).standing is not Standing.GOOD, place


@pytest.mark.parametrize(
    ("this", "until", "code"),
    [
        (timedelta(minutes=-59), HOUR, "STATUS-GOOD"),
        (timedelta(minutes=-61), HOUR, "STATUS-STALE"),
        (timedelta(minutes=-30), timedelta(minutes=-1), "STATUS-STALE"),
        (timedelta(minutes=-30), None, "STATUS-GOOD"),
        (timedelta(minutes=4), HOUR, "STATUS-GOOD"),
        (timedelta(minutes=6), HOUR, "STATUS-FUTURE"),
    ],
)
def test_an_answer_is_of_now(this, until, code):
    assert told(answer(this=this, until=until)).code == code


def test_a_nonce_that_is_asked_for_has_to_come_back():
    for given, required, code in (
        (None, False, "STATUS-GOOD"),
        (None, True, "STATUS-NONCE"),
        (b"x" * 16, True, "STATUS-GOOD"),
        (b"y" * 16, False, "STATUS-NONCE"),
    ):
        status = told(answer(nonce=given), nonce=b"x" * 16, nonce_required=required)
        assert status.code == code


def test_what_is_revoked_stays_so_however_old_the_answer():
    old = answer(status=ocsp.OCSPCertStatus.REVOKED, this=timedelta(days=-3), until=timedelta(days=-2))
    assert told(old).code == "STATUS-REVOKED"


def revocation_list(
    by: PracticeAuthority = PRACTICE,
    *,
    this: timedelta = timedelta(0),
    until: timedelta = HOUR,
    revoked: FileSigner | None = None,
    extension: x509.ExtensionType | None = None,
    critical: bool = True,
) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(NOW + this)
        .next_update(NOW + until)
    )
    if revoked is not None:
        entry = x509.RevokedCertificateBuilder().serial_number(revoked.certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(NOW - HOUR).build())
    if extension is not None:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(by.private_key, SHA256()).public_bytes(Encoding.DER)


LISTS = {
    "empty": (revocation_list(), "STATUS-GOOD"),
    "old but before its end": (revocation_list(this=timedelta(days=-6)), "STATUS-GOOD"),
    "after its end": (revocation_list(this=timedelta(days=-6), until=timedelta(minutes=-1)), "STATUS-STALE"),
    "of the future": (revocation_list(this=timedelta(minutes=6)), "STATUS-FUTURE"),
    "revoked": (revocation_list(revoked=LEAF), "STATUS-REVOKED"),
    "another revoked": (revocation_list(revoked=SECOND), "STATUS-GOOD"),
    "of another issuer": (revocation_list(OTHER), "STATUS-SIGNER"),
    "a difference only": (revocation_list(extension=x509.DeltaCRLIndicator(1)), "STATUS-PARTIAL"),
    "a difference only, said in passing": (
        revocation_list(extension=x509.DeltaCRLIndicator(1), critical=False),
        "STATUS-PARTIAL",
    ),
    "authorities only": (
        revocation_list(extension=x509.IssuingDistributionPoint(None, None, False, True, None, False, False)),
        "STATUS-PARTIAL",
    ),
    "no list": (b"-----BEGIN X509 CRL-----\nx\n", "STATUS-UNREADABLE"),
}


@pytest.mark.parametrize(("data", "code"), LISTS.values(), ids=LISTS.keys())
def test_each_list_has_its_code(data, code):
    status = judge_crl(data, LEAF.certificate, PRACTICE.certificate, at=NOW, fresh_for=HOUR)
    assert status.code == code


def test_a_list_of_an_issuer_that_may_sign_no_lists_is_not_believed():
    own = PRACTICE.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(own.subject)
        .issuer_name(own.issuer)
        .public_key(own.public_key())
        .serial_number(own.serial_number)
        .not_valid_before(own.not_valid_before_utc)
        .not_valid_after(own.not_valid_after_utc)
    )
    for lists, code in ((True, "STATUS-GOOD"), (False, "STATUS-SIGNER")):
        usage = x509.KeyUsage(False, False, False, False, False, True, lists, False, False)
        issuer = builder.add_extension(usage, critical=True).sign(PRACTICE.private_key, SHA256())
        found = judge_crl(revocation_list(), LEAF.certificate, issuer, at=NOW, fresh_for=HOUR)
        assert found.code == code


def test_what_the_issuer_signed_with_a_hash_that_no_longer_holds_is_not_believed():
    said, listed = answer(by=ISSUER, enclosed=False), revocation_list()
    assert told(with_sha1(ocsp.load_der_ocsp_response(said).tbs_response_bytes, said)).code == "STATUS-SIGNER"
    weak = with_sha1(x509.load_der_x509_crl(listed).tbs_certlist_bytes, listed)
    found = judge_crl(weak, LEAF.certificate, PRACTICE.certificate, at=NOW, fresh_for=HOUR)
    assert found.code == "STATUS-SIGNER"


def test_every_code_has_a_sentence_and_only_one_is_good():
    assert [code for code, (standing, _) in MEANINGS.items() if standing is Standing.GOOD] == ["STATUS-GOOD"]
    assert all(sentence.endswith(".") for _, sentence in MEANINGS.values())
