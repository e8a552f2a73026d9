"""The certificate behind a signature: each reason to refuse it has its own code."""

from datetime import timedelta

import pytest
from cryptography import x509
from tests.unit.signing.material import (
    AT,
    AUTHORITY,
    HOSPITAL,
    OTHER_AUTHORITY,
    STRANGER,
    forge,
    judge,
    short_key,
    visit_file,
)

from sosuckhoe.healthbook.signing import (
    FileSigner,
    Outcome,
    PracticeAuthority,
    Standing,
    fingerprint,
    sign,
    tax_code_of,
    verify,
)

SIGNED = sign(visit_file(), HOSPITAL, signature_id="S", canonical=True)
OWN = fingerprint(HOSPITAL.certificate)


def usage(**granted: bool) -> x509.KeyUsage:
    names = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    return x509.KeyUsage(**{name: granted.get(name, False) for name in names})


def bare(signer: FileSigner, issuer: PracticeAuthority, *extensions: x509.ExtensionType) -> FileSigner:
    """The same key certified by the authority with exactly these extensions."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(signer.certificate.subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(signer.private_key.public_key())
        .serial_number(7)
        .not_valid_before(AT - timedelta(days=1))
        .not_valid_after(AT + timedelta(days=1))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    certificate = builder.sign(issuer.private_key, HOSPITAL.certificate.signature_hash_algorithm)
    return FileSigner(certificate, signer.private_key)


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"trusted": [AUTHORITY.certificate]}, "VALID"),
        ({"trusted": [OTHER_AUTHORITY.certificate, AUTHORITY.certificate]}, "VALID"),
        ({"trusted": None, "registered": {OWN}}, "VALID"),
        ({"registered": {OWN}}, "VALID"),
        ({"trusted": [OTHER_AUTHORITY.certificate]}, "CERTIFICATE-UNTRUSTED"),
        ({"trusted": []}, "CERTIFICATE-UNTRUSTED"),
        ({"trusted": [HOSPITAL.certificate]}, "CERTIFICATE-UNTRUSTED"),
        ({"registered": set()}, "CERTIFICATE-NOT-REGISTERED"),
        ({"registered": {fingerprint(STRANGER.certificate)}}, "CERTIFICATE-NOT-REGISTERED"),
        ({"trusted": [OTHER_AUTHORITY.certificate], "registered": {OWN}}, "CERTIFICATE-UNTRUSTED"),
        ({"trusted": None, "registered": None}, "TRUST-NOT-CHECKED"),
        ({"tax_code": "0100000000"}, "VALID"),
        ({"tax_code": "0100000001"}, "CERTIFICATE-OTHER-ORGANISATION"),
        ({"at": AT + timedelta(days=366)}, "CERTIFICATE-EXPIRED"),
        ({"at": AT - timedelta(days=2)}, "CERTIFICATE-NOT-YET-VALID"),
        ({"standing": lambda _: Standing.GOOD}, "VALID"),
        ({"standing": lambda _: Standing.REVOKED}, "CERTIFICATE-REVOKED"),
        ({"standing": lambda _: Standing.SUSPENDED}, "CERTIFICATE-SUSPENDED"),
        ({"standing": lambda _: Standing.UNKNOWN}, "REVOCATION-UNKNOWN"),
        ({"trusted": None, "standing": lambda _: Standing.REVOKED}, "CERTIFICATE-REVOKED"),
    ],
)
def test_each_reason_has_its_own_code(wishes, code):
    verdict = judge(SIGNED, **wishes)
    assert verdict.code == code
    assert (verdict.tree is not None) == (verdict.outcome is Outcome.PASSED)


def test_a_valid_second_lasts_to_its_end():
    end = HOSPITAL.certificate.not_valid_after_utc
    assert judge(SIGNED, at=end).code == "VALID"
    assert judge(SIGNED, at=end + timedelta(seconds=1)).code == "CERTIFICATE-EXPIRED"


def test_without_any_trust_the_answer_is_that_nobody_can_tell():
    verdict = verify(SIGNED, at=AT)
    assert (verdict.outcome, verdict.tree) == (Outcome.UNKNOWN, None)


def test_an_attackers_own_certificate_in_the_file_buys_nothing():
    attack = sign(visit_file(), STRANGER, signature_id="S")
    assert judge(attack).code == "CERTIFICATE-UNTRUSTED"
    assert judge(attack, trusted=None, registered={OWN}).code == "CERTIFICATE-NOT-REGISTERED"


def test_an_authority_of_the_same_name_with_another_key_is_not_the_authority():
    twin = PracticeAuthority.new(at=AT)
    assert twin.certificate.subject == AUTHORITY.certificate.subject
    assert judge(sign(visit_file(), twin.issue("X", at=AT), signature_id="S")).code == "CERTIFICATE-UNTRUSTED"


def test_a_leaf_cannot_issue_certificates():
    below = PracticeAuthority(HOSPITAL.certificate, HOSPITAL.private_key).issue("X", at=AT)
    attack = sign(visit_file(), below, signature_id="S")
    assert (
        judge(attack, trusted=[AUTHORITY.certificate, HOSPITAL.certificate]).code == "CERTIFICATE-UNTRUSTED"
    )


def test_an_authority_out_of_date_vouches_for_nobody():
    old = PracticeAuthority.new(at=AT - timedelta(days=1000), days=500)
    attack = sign(visit_file(), old.issue("X", at=AT), signature_id="S")
    assert judge(attack, trusted=[old.certificate]).code == "AUTHORITY-OUT-OF-DATE"


@pytest.mark.parametrize(
    "extensions",
    [
        (),
        (usage(key_encipherment=True),),
        (usage(digital_signature=True, key_cert_sign=True), x509.BasicConstraints(ca=True, path_length=None)),
    ],
    ids=["no key usage", "another usage", "an authority's certificate"],
)
def test_a_certificate_not_issued_for_signing_is_refused(extensions):
    signer = bare(HOSPITAL, AUTHORITY, *extensions)
    assert judge(sign(visit_file(), signer, signature_id="S")).code == "CERTIFICATE-USAGE"


@pytest.mark.parametrize("purpose", ["digital_signature", "content_commitment"])
def test_either_signing_purpose_suffices(purpose):
    signer = bare(HOSPITAL, AUTHORITY, usage(**{purpose: True}))
    assert judge(sign(visit_file(), signer, signature_id="S")).code == "VALID"


def test_a_certificate_without_tax_code_leaves_the_organisation_open():
    signer = AUTHORITY.issue("KHÔNG GHI MÃ SỐ THUẾ", at=AT)
    assert tax_code_of(signer.certificate) is None
    assert (
        judge(sign(visit_file(), signer, signature_id="S"), tax_code="0100000000").code
        == "ORGANISATION-UNKNOWN"
    )


def test_a_short_key_is_refused_before_its_signature_is_reckoned():
    class Short:
        key = short_key(1024)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(HOSPITAL.certificate.subject)
            .issuer_name(AUTHORITY.certificate.subject)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(AT)
            .not_valid_after(AT + timedelta(days=1))
            .sign(AUTHORITY.private_key, HOSPITAL.certificate.signature_hash_algorithm)
        )

        def sign(self, data: bytes) -> bytes:
            return HOSPITAL.sign(data)

    assert judge(forge(signer=Short())).code == "CERTIFICATE-KEY"
