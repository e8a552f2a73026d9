"""The strict verifier in the places where the stand-alone one, ``verify_evidence``, uses its own small arithmetic.

``verify_evidence.examine`` goes through a container; whoever has our packages hands it these two judges.
"""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .certificates import Standing, fingerprint, issued_by
from .policy import FACILITY_PLACE, PROFILE_A, Policy, health_check_policy
from .revocation import SKEW, Status, judge_crl, judge_ocsp
from .verifier import verify
from .verify_evidence import Asked, Judge, Judgement, StatusJudge


def document_judge(
    *,
    at: datetime | None = None,
    trusted: Sequence[x509.Certificate] | None = None,
    registered: Collection[str] | None = None,
) -> Judge:
    """Judges signed documents as of their signing, or as of ``at``."""

    def judge(document: bytes, signed_at: datetime) -> Judgement:
        verdict = verify(
            document, at=at or signed_at, trusted=trusted, registered=registered, policy=_policy_of(document)
        )
        named = fingerprint(verdict.certificate) if verdict.certificate else ""
        return Judgement(verdict.outcome.value, verdict.code, verdict.sentence_vi, named)

    return judge


def _policy_of(document: bytes) -> Policy:
    """Of a health check the facility's place is where the file has it: sources differ, and a hub's setting may change."""
    if not _HEALTH_CHECK.match(document[:1000]):
        return PROFILE_A
    place = max(
        document.rfind(b"<" + FACILITY_PLACE.encode()), document.rfind(b"</" + FACILITY_PLACE.encode())
    )
    closing = [
        name.decode() for name in re.findall(rb"</([A-Za-z_][A-Za-z0-9_.-]{0,99})\s*>", document[place:])
    ]
    above = [name for name in closing if name != FACILITY_PLACE][:-1]
    return health_check_policy("/".join(reversed(above)))


_HEALTH_CHECK = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>)?\s*<KHAMSUCKHOE[\s/>]")


def status_judge(trusted: Sequence[x509.Certificate] | None = None) -> StatusJudge:
    """Judges what issuers said of certificates, as of the moment of signing."""
    keys = {_named(one) for one in trusted or ()}

    def judge(asked: Asked, at: datetime) -> str:
        try:
            leaf = x509.load_der_x509_certificate(asked.leaf)
            issuers = [x509.load_der_x509_certificate(one) for one in asked.issuers]
        except (ValueError, x509.InvalidVersion):
            return "STATUS-UNREADABLE"
        if not issuers or not issued_by(leaf, issuers[0]):
            return "STATUS-SIGNER"
        if trusted and _named(issuers[0]) not in keys:
            return "STATUS-UNTRUSTED"
        said = _said(asked, leaf, issuers[0], at)
        if said.standing is not Standing.GOOD or len(issuers) == 1:
            return said.code
        if not issued_by(issuers[0], issuers[1]):
            return "STATUS-SIGNER"
        above = judge_crl(asked.authority_answer or b"", issuers[0], issuers[1], at=at, fresh_for=asked.fresh)
        revoked = above.standing in (Standing.REVOKED, Standing.SUSPENDED)
        return "AUTHORITY-REVOKED" if revoked else above.code

    return judge


def _said(asked: Asked, leaf: x509.Certificate, issuer: x509.Certificate, at: datetime) -> Status:
    if asked.kind == "ocsp":
        return judge_ocsp(asked.answer, leaf, issuer, at=at, fresh_for=asked.fresh)
    said = judge_crl(asked.answer, leaf, issuer, at=at, fresh_for=asked.fresh)
    in_time = at - asked.fresh <= asked.asked_at <= at + SKEW
    if asked.kind == "crl" and said.standing is Standing.GOOD and not in_time:
        return Status("STATUS-STALE", said.said_at, said.until)
    return said


def _named(certificate: x509.Certificate) -> tuple[bytes, bytes]:
    """Name and key: an authority may have several certificates for the same key."""
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return certificate.subject.public_bytes(), key
