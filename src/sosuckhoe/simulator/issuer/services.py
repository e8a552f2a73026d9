"""POST /ocsp and GET /crl/thuc-hanh.crl (RFC 6960, RFC 5280 §5)."""

import hashlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509 import ocsp
from django.http import HttpResponse

from sosuckhoe.healthbook.signing import PracticeAuthority
from sosuckhoe.simulator.clock.models import real_now
from sosuckhoe.simulator.portal.asked import ServiceRequest, Strikes
from sosuckhoe.simulator.portal.models import Certificate

from .models import Issuer

HOLDS = timedelta(hours=1)
"""Between thisUpdate and nextUpdate of an answer; a list holds a day."""
STANDINGS = {
    "certificate-revoked": ("revoked", x509.ReasonFlags.key_compromise),
    "certificate-suspended": ("suspended", x509.ReasonFlags.certificate_hold),
}
"""Scenarios that speak of the certificate, with the reason they give."""


def respond(request: ServiceRequest) -> HttpResponse:
    """The answer to one question about one certificate."""
    strikes = request.strikes
    try:
        asked = ocsp.load_der_ocsp_request(request.body)
        issuer = _issuer_asked(asked)
    except ValueError:
        return _refusal(request, ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    if issuer is None:
        return _refusal(request, ocsp.OCSPResponseStatus.UNAUTHORIZED)
    if strikes.has("status-refused"):
        return _refusal(request, ocsp.OCSPResponseStatus.TRY_LATER)
    responder, key = _signer(issuer, strikes)
    word, reason = _standing(asked.serial_number, strikes)
    made = _moment(strikes)
    bad = reason is not None
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response_by_hash(
            issuer_name_hash=asked.issuer_name_hash,
            issuer_key_hash=asked.issuer_key_hash,
            serial_number=asked.serial_number,
            algorithm=asked.hash_algorithm,
            cert_status=_STATUS[word],
            this_update=made,
            next_update=made + HOLDS,
            revocation_time=made - HOLDS if bad else None,
            revocation_reason=reason,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder)
    )
    nonce = b"tra-loi-cu-0000!" if strikes.has("status-nonce-reused") else _nonce(asked)
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    answer = builder.sign(key, SHA256())
    request.call.code, request.call.remark = word, f"{asked.serial_number:x}"
    return HttpResponse(answer.public_bytes(Encoding.DER), content_type="application/ocsp-response")


_STATUS = {
    "good": ocsp.OCSPCertStatus.GOOD,
    "revoked": ocsp.OCSPCertStatus.REVOKED,
    "suspended": ocsp.OCSPCertStatus.REVOKED,
    "unknown": ocsp.OCSPCertStatus.UNKNOWN,
}


def publish_list(request: ServiceRequest) -> HttpResponse:
    """Everything revoked, of the authority that was set up last."""
    issuer = Issuer.objects.order_by("-pk").first()
    if issuer is None:
        return HttpResponse(
            "Chưa có nơi cấp thực hành.", status=404, content_type="text/plain; charset=utf-8"
        )
    strikes = request.strikes
    certificate, made = parsed(issuer.pem), _moment(strikes)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(certificate.subject)
        .last_update(made)
        .next_update(made + timedelta(days=1))
    )
    listed = 0
    for serial in _issued_by(certificate):
        _, reason = _standing(serial, strikes)
        if reason is not None:
            entry = (
                x509.RevokedCertificateBuilder()
                .serial_number(serial)
                .revocation_date(made - HOLDS)
                .add_extension(x509.CRLReason(reason), critical=False)
            )
            builder, listed = builder.add_revoked_certificate(entry.build()), listed + 1
    request.call.code, request.call.remark = "crl", f"{listed}"
    content = builder.sign(_signer(issuer, strikes)[1], SHA256()).public_bytes(Encoding.DER)
    return HttpResponse(content, content_type="application/pkix-crl")


def _issued_by(issuer: x509.Certificate) -> list[int]:
    """The serials this authority gave, as far as the portal's register knows them."""
    pems = Certificate.objects.values_list("pem", flat=True)
    found = (parsed(pem) for pem in pems)
    return sorted({one.serial_number for one in found if one.issuer == issuer.subject})


def _standing(serial: int, strikes: Strikes) -> tuple[str, x509.ReasonFlags | None]:
    """The word for a certificate, and the reason where it is a bad one."""
    for scenario, told in STANDINGS.items():
        if strikes.has(scenario):
            return told
    if strikes.has("certificate-unknown"):
        return "unknown", None
    if Certificate.objects.filter(serial=f"{serial:x}", revoked=True).exists():
        return STANDINGS["certificate-revoked"]
    return "good", None


def _moment(strikes: Strikes) -> datetime:
    """When the answer says it was made."""
    made = real_now().astimezone(UTC).replace(microsecond=0)
    made -= timedelta(hours=float(strikes.value("status-stale", "hours", 0)))
    return made + timedelta(minutes=float(strikes.value("status-in-future", "minutes", 0)))


def _issuer_asked(asked: ocsp.OCSPRequest) -> Issuer | None:
    def hashed(data: bytes) -> bytes:
        return hashlib.new(asked.hash_algorithm.name, data).digest()

    for issuer in Issuer.objects.all():
        certificate = parsed(issuer.pem)
        bits = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
        if (asked.issuer_name_hash, asked.issuer_key_hash) == (
            hashed(certificate.subject.public_bytes()),
            hashed(bits),
        ):
            return issuer
    return None


def _refusal(request: ServiceRequest, status: ocsp.OCSPResponseStatus) -> HttpResponse:
    request.call.code = status.name.lower()
    answer = ocsp.OCSPResponseBuilder.build_unsuccessful(status)
    return HttpResponse(answer.public_bytes(Encoding.DER), content_type="application/ocsp-response")


def _nonce(asked: ocsp.OCSPRequest) -> bytes | None:
    try:
        return asked.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return None


def _signer(issuer: Issuer, strikes: Strikes) -> tuple[x509.Certificate, RSAPrivateKey]:
    if strikes.has("status-wrong-signer"):
        stranger = _stranger()
        return stranger.certificate, stranger.private_key
    return parsed(issuer.pem), _own_key(issuer.key_pem)


@lru_cache(maxsize=1)
def _stranger() -> PracticeAuthority:
    return PracticeAuthority.new(at=real_now(), name="CA LẠ - KHÔNG CÓ GIÁ TRỊ")


@lru_cache(maxsize=8)
def _own_key(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("the issuer's key is no RSA key")
    return key


@lru_cache(maxsize=256)
def parsed(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())
