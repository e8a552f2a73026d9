"""What the issuer says of a certificate (tình trạng thu hồi): reading and judging OCSP answers and CRLs.

Pure: bytes in, a ``Status`` out; who asks whom, and how often, is the hospital's affair. An answer counts only when
the issuer signed it, or a responder whom the issuer certified for just that; when it speaks of this certificate; when
it is neither from the future nor older than it may be. Three values: good, revoked (or suspended), can't tell yet.
Sources: RFC 6960 §3.2 and §4.2.2, RFC 5280 §5 and §6.3, and faults.md I8, F56, F57.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from .certificates import Standing, issued_by

SKEW = timedelta(minutes=5)
"""How far the issuer's clock may be ahead of ours."""
MAX_ANSWER = 20 * 1024 * 1024
"""Bytes of a CRL; an OCSP answer is a few thousand."""

MEANINGS: dict[str, tuple[Standing, str]] = {
    "STATUS-GOOD": (Standing.GOOD, "Nơi cấp trả lời: chứng thư không bị thu hồi."),
    "STATUS-REVOKED": (Standing.REVOKED, "Nơi cấp trả lời: chứng thư đã bị thu hồi."),
    "STATUS-SUSPENDED": (Standing.SUSPENDED, "Nơi cấp trả lời: chứng thư đang bị tạm dừng."),
    "STATUS-UNKNOWN": (Standing.UNKNOWN, "Nơi cấp trả lời: không biết chứng thư này."),
    "STATUS-UNREADABLE": (Standing.UNKNOWN, "Trả lời của nơi cấp không đọc được."),
    "STATUS-REFUSED": (Standing.UNKNOWN, "Nơi trả lời tình trạng chứng thư từ chối trả lời."),
    "STATUS-OTHER": (Standing.UNKNOWN, "Trả lời nói về chứng thư khác."),
    "STATUS-SIGNER": (Standing.UNKNOWN, "Trả lời không do nơi cấp chứng thư này ký."),
    "STATUS-NONCE": (Standing.UNKNOWN, "Trả lời không phải cho câu hỏi vừa gửi (trả lời cũ dùng lại)."),
    "STATUS-FUTURE": (Standing.UNKNOWN, "Trả lời mang giờ trong tương lai. Hãy kiểm tra đồng hồ của máy."),
    "STATUS-STALE": (Standing.UNKNOWN, "Trả lời về tình trạng chứng thư đã quá cũ."),
    "STATUS-PARTIAL": (Standing.UNKNOWN, "Danh sách thu hồi chỉ gồm một phần nên không kết luận được."),
}
"""Every code of a status. Codes never change; sentences may."""


@dataclass(frozen=True, slots=True)
class Status:
    """What one answer says of one certificate."""

    code: str
    said_at: datetime | None = None
    """Of when it is: the earlier of producedAt and thisUpdate of OCSP, thisUpdate of a CRL."""
    until: datetime | None = None
    """nextUpdate, where the issuer gives one."""
    revoked_at: datetime | None = None
    reason: str = ""
    """RFC 5280's word for why it was revoked."""

    @property
    def standing(self) -> Standing:
        return MEANINGS[self.code][0]

    @property
    def sentence_vi(self) -> str:
        return MEANINGS[self.code][1]


def addresses_in(certificate: x509.Certificate) -> tuple[list[str], list[str]]:
    """The OCSP and CRL addresses a certificate names. Nobody is asked because of that alone."""
    try:
        extensions = certificate.extensions
    except (ValueError, x509.DuplicateExtension):
        return [], []
    responders, lists = [], []
    for extension in extensions:
        value = extension.value
        if isinstance(value, x509.AuthorityInformationAccess):
            named = [one for one in value if one.access_method == AuthorityInformationAccessOID.OCSP]
            responders += _urls(one.access_location for one in named)
        elif isinstance(value, x509.CRLDistributionPoints):
            for point in value:
                lists += _urls(point.full_name or [])
    return responders, lists


def _urls(names: Iterable[x509.GeneralName]) -> list[str]:
    found = [one.value for one in names if isinstance(one, x509.UniformResourceIdentifier)]
    return [one for one in found if one.startswith(("http://", "https://"))]


def ocsp_request(certificate: x509.Certificate, issuer: x509.Certificate, nonce: bytes) -> bytes:
    """The question. SHA-1 only names the certificate in it, as every responder understands (RFC 5019 §2.1.1)."""
    question = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, SHA1())
    return question.add_extension(x509.OCSPNonce(nonce), critical=False).build().public_bytes(Encoding.DER)


def judge_ocsp(
    answer: bytes,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    *,
    at: datetime,
    fresh_for: timedelta,
    nonce: bytes | None = None,
    nonce_required: bool = False,
) -> Status:
    """An OCSP answer at a moment. ``nonce``: what was asked with; None when an old answer is read again."""
    try:
        found = ocsp.load_der_ocsp_response(answer)
        if found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return Status("STATUS-REFUSED", reason=found.response_status.name.lower())
        if not _signed_by_issuer(found, issuer, at):
            return Status("STATUS-SIGNER")
        if nonce is not None and not _same_nonce(found, nonce, required=nonce_required):
            return Status("STATUS-NONCE")
        about = [one for one in found.responses if _speaks_of(one, certificate, issuer)]
        if not about:
            return Status("STATUS-OTHER")
        (one,) = about
        made, known = found.produced_at_utc, one.this_update_utc
        status = Status(
            _ocsp_code(one),
            min(made, known),
            one.next_update_utc,
            one.revocation_time_utc,
            one.revocation_reason.value if one.revocation_reason else "",
        )
        return _in_time(status, min(made, known), max(made, known), at, fresh_for)
    except (ValueError, TypeError, x509.DuplicateExtension, UnsupportedAlgorithm):
        return Status("STATUS-UNREADABLE")


def judge_crl(
    answer: bytes,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    *,
    at: datetime,
    fresh_for: timedelta,
) -> Status:
    """A CRL at a moment, PEM or DER. It holds until its nextUpdate; without one, for ``fresh_for``."""
    try:
        found = read_crl(answer)
        key = issuer.public_key()
        if found.issuer != issuer.subject or not isinstance(key, RSAPublicKey) or not _signs_lists(issuer):
            return Status("STATUS-SIGNER")
        if not isinstance(found.signature_hash_algorithm, SHA256 | SHA384 | SHA512):
            return Status("STATUS-SIGNER")
        if not found.is_signature_valid(key):
            return Status("STATUS-SIGNER")
        if not _is_whole(found):
            return Status("STATUS-PARTIAL")
        entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
        said, until = found.last_update_utc, found.next_update_utc
        reason = _reason_of(entry) if entry is not None else ""
        if entry is None:
            code = "STATUS-GOOD"
        else:
            code = (
                "STATUS-SUSPENDED" if reason == x509.ReasonFlags.certificate_hold.value else "STATUS-REVOKED"
            )
        status = Status(code, said, until, entry.revocation_date_utc if entry else None, reason)
        return _in_time(status, said if until is None else at, said, at, fresh_for)
    except (ValueError, TypeError, x509.DuplicateExtension, UnsupportedAlgorithm):
        return Status("STATUS-UNREADABLE")


def read_crl(data: bytes) -> x509.CertificateRevocationList:
    """A CRL, PEM or DER; raises ValueError."""
    if len(data) > MAX_ANSWER:
        raise ValueError("too large")
    load = x509.load_pem_x509_crl if data.lstrip().startswith(b"-----") else x509.load_der_x509_crl
    return load(data)


def _in_time(
    status: Status, oldest: datetime, newest: datetime, at: datetime, fresh_for: timedelta
) -> Status:
    """What was revoked stays so however old the answer is; anything else has to be of now."""
    if newest > at + SKEW:
        return Status("STATUS-FUTURE", status.said_at, status.until)
    if status.standing is Standing.REVOKED:
        return status
    if oldest < at - fresh_for or (status.until is not None and status.until < at):
        return Status("STATUS-STALE", status.said_at, status.until)
    return status


def _ocsp_code(one: ocsp.OCSPSingleResponse) -> str:
    if one.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return "STATUS-GOOD"
    if one.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        return "STATUS-UNKNOWN"
    held = one.revocation_reason is x509.ReasonFlags.certificate_hold
    return "STATUS-SUSPENDED" if held else "STATUS-REVOKED"


def _speaks_of(one: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Serial, the issuer's name and the issuer's key: a serial alone belongs to many issuers."""
    if not isinstance(one.hash_algorithm, SHA1 | SHA256 | SHA384 | SHA512):
        return False
    name = hashlib.new(one.hash_algorithm.name, issuer.subject.public_bytes()).digest()
    key = hashlib.new(one.hash_algorithm.name, _key_bits(issuer)).digest()
    return (one.serial_number, one.issuer_name_hash, one.issuer_key_hash) == (
        certificate.serial_number,
        name,
        key,
    )


def _key_bits(certificate: x509.Certificate) -> bytes:
    """The public key as RFC 6960 hashes it: the bits without algorithm and tags, for RSA its PKCS#1 form."""
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)


def _same_nonce(found: ocsp.OCSPResponse, nonce: bytes, *, required: bool) -> bool:
    try:
        given = found.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return not required
    return given == nonce


def _signed_by_issuer(found: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> bool:
    for one in [issuer, *(one for one in found.certificates if _may_respond(one, issuer, at))]:
        key = one.public_key()
        algorithm = found.signature_hash_algorithm
        if not isinstance(key, RSAPublicKey) or not isinstance(algorithm, SHA256 | SHA384 | SHA512):
            continue
        try:
            key.verify(found.signature, found.tbs_response_bytes, PKCS1v15(), algorithm)
        except InvalidSignature:
            continue
        return True
    return False


def _may_respond(one: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    """The issuer certified this responder for answering, and its certificate holds (RFC 6960 §4.2.2.2)."""
    try:
        usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return False
    in_time = one.not_valid_before_utc <= at + SKEW and at <= one.not_valid_after_utc
    return in_time and ExtendedKeyUsageOID.OCSP_SIGNING in usage and issued_by(one, issuer)


def _signs_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _is_whole(found: x509.CertificateRevocationList) -> bool:
    """A list of all certificates of its issuer, for all reasons; nothing critical that we do not know."""
    for extension in found.extensions:
        value = extension.value
        if isinstance(value, x509.DeltaCRLIndicator):
            return False
        if isinstance(value, x509.IssuingDistributionPoint):
            if (
                value.indirect_crl
                or value.only_some_reasons
                or value.only_contains_ca_certs
                or value.only_contains_attribute_certs
            ):
                return False
        elif extension.critical:
            return False
    return True


def _reason_of(entry: x509.RevokedCertificate) -> str:
    for extension in entry.extensions:
        if isinstance(extension.value, x509.CRLReason):
            return extension.value.reason.value
        if extension.critical:
            raise ValueError("an entry of another issuer")
    return ""
