"""The small verifier and the strict one say the same of what issuers answered, or the small one leaves it undecided."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from tests.unit.signing.test_revocation import (
    BENT,
    LEAF,
    LISTS,
    NOW,
    OTHER,
    PRACTICE,
    SECOND,
    answer,
    revocation_list,
)

from sosuckhoe.healthbook.signing import verify_evidence
from sosuckhoe.healthbook.signing.judges import status_judge
from sosuckhoe.healthbook.signing.verify_evidence import STATUS_SAYS, Asked, Certificate, judge_status

HOUR = timedelta(hours=1)


def der(certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def kept(kind: str, data: bytes, above: bytes | None = None, issuers=(PRACTICE,), asked_at=NOW) -> Asked:
    ders = [der(one.certificate) for one in issuers]
    return Asked(kind, asked_at, HOUR, data, above, der(LEAF.certificate), ders)


ANSWERS = {f"ocsp {name}": ("ocsp", *pair) for name, pair in BENT.items()}
ANSWERS |= {f"list {name}": ("crl-file", *pair) for name, pair in LISTS.items()}


@pytest.mark.parametrize(("kind", "data", "code"), ANSWERS.values(), ids=ANSWERS.keys())
def test_both_say_the_same(kind, data, code):
    asked = kept(kind, data)
    strict, small = status_judge()(asked, NOW), judge_status(asked, NOW)
    assert strict == code
    assert small == (strict if strict in STATUS_SAYS else "STATUS-UNREADABLE")


@pytest.mark.parametrize("minutes", [-61, -59, 0, 10, 61, 200])
def test_both_judge_as_of_the_moment_of_signing(minutes):
    at = NOW + timedelta(minutes=minutes)
    for asked in (
        kept("ocsp", answer()),
        kept("ocsp", answer(until=None)),
        kept("crl", revocation_list(until=timedelta(days=2))),
        kept("crl-file", revocation_list(until=timedelta(hours=3))),
        kept("crl", revocation_list(until=timedelta(days=2)), asked_at=NOW - timedelta(minutes=30)),
    ):
        assert judge_status(asked, at) == status_judge()(asked, at)
    old = judge_status(kept("ocsp", answer()), at)
    assert old == {-61: "STATUS-FUTURE", -59: "STATUS-FUTURE", 0: "STATUS-GOOD", 10: "STATUS-GOOD"}.get(
        minutes, "STATUS-STALE"
    )


def test_another_authority_is_not_the_one_that_is_trusted():
    asked = kept("ocsp", answer())
    for trusted, code in ((PRACTICE, "STATUS-GOOD"), (OTHER, "STATUS-UNTRUSTED")):
        small = [Certificate(der(trusted.certificate))]
        assert judge_status(asked, NOW, small) == status_judge([trusted.certificate])(asked, NOW) == code


def test_an_issuer_that_did_not_issue_is_none():
    for issuers in ((OTHER,), (SECOND,), (PRACTICE, OTHER)):
        asked = kept("ocsp", answer(), revocation_list(OTHER), issuers)
        assert judge_status(asked, NOW) == status_judge()(asked, NOW) == "STATUS-SIGNER"
    nobody = kept("ocsp", answer(), None, ())
    assert {judge_status(nobody, NOW), status_judge()(nobody, NOW)} <= {"STATUS-SIGNER", "STATUS-UNREADABLE"}


@pytest.mark.parametrize(("lists", "code"), [(True, "STATUS-GOOD"), (False, "STATUS-SIGNER")])
def test_a_list_of_an_issuer_that_may_sign_no_lists_is_not_believed(lists, code):
    own = PRACTICE.certificate
    usage = x509.KeyUsage(False, False, False, False, False, True, lists, False, False)
    issuer = (
        x509.CertificateBuilder()
        .subject_name(own.subject)
        .issuer_name(own.issuer)
        .public_key(own.public_key())
        .serial_number(own.serial_number)
        .not_valid_before(own.not_valid_before_utc)
        .not_valid_after(own.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(PRACTICE.private_key, SHA256())
    )
    asked = kept("crl-file", revocation_list())._replace(issuers=[der(issuer)])
    assert judge_status(asked, NOW) == status_judge()(asked, NOW) == code


def test_no_changed_byte_of_an_answer_is_good_to_either():
    for kind, whole in (("ocsp", answer()), ("crl-file", revocation_list(revoked=SECOND))):
        for place in range(0, len(whole), 5):
            changed = kept(kind, whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            small, strict = judge_status(changed, NOW), status_judge()(changed, NOW)
            # The enclosed responder's own certificate may have bytes nobody relies on.
            assert small != "STATUS-GOOD" or strict == "STATUS-GOOD", place


def test_every_code_of_a_strict_judge_has_a_word_here():
    unreadable = verify_evidence.STATUS_SAYS["STATUS-UNREADABLE"]
    said = {code for _, _, code in ANSWERS.values()}
    assert {code for code in said if code not in STATUS_SAYS} == {"STATUS-REFUSED", "STATUS-PARTIAL"}
    assert unreadable[0] == verify_evidence.UNKNOWN
