"""Judging the certificate that made a signature: key, purpose, dates, issuer, registration, standing."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.x509.oid import NameOID


class Standing(Enum):
    """What the issuer says of a certificate today (OCSP, CRL, or a register)."""

    GOOD = "good"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


Registrar = Callable[[x509.Certificate], Standing]
"""Whoever can tell a certificate's standing. The library itself asks no network."""


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, 64 lower-case hexadecimal digits: how certificates are registered."""
    return certificate.fingerprint(SHA256()).hex()


def tax_code_of(certificate: x509.Certificate) -> str | None:
    """The organisation's tax code, from ``UID=MST:…`` as Vietnamese authorities write it."""
    for attribute in certificate.subject.get_attributes_for_oid(NameOID.USER_ID):
        text = str(attribute.value).strip()
        if text.upper().startswith("MST:"):
            return text[4:].strip()
    return None


@dataclass(frozen=True, slots=True)
class Leaf:
    """What the certificate in a signature says of itself, read once for the thousands of files it signs."""

    certificate: x509.Certificate
    key: RSAPublicKey | None
    """None when it is no RSA key."""
    fingerprint: str
    tax_code: str | None
    may_sign: bool
    not_before: datetime
    not_after: datetime


@lru_cache(maxsize=512)
def read_leaf(der: bytes) -> Leaf:
    """The certificate in these bytes; raises ValueError."""
    try:
        certificate = x509.load_der_x509_certificate(der)
    except x509.InvalidVersion:
        raise ValueError("no version of X.509") from None
    return Leaf(
        certificate,
        _key_of(certificate),
        fingerprint(certificate),
        tax_code_of(certificate),
        _may_sign(certificate),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


def _key_of(certificate: x509.Certificate) -> RSAPublicKey | None:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def _may_sign(certificate: x509.Certificate) -> bool:
    """The certificate was issued for signing, and is no authority's."""
    try:
        extensions = certificate.extensions
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return False
    try:
        if extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
    except x509.ExtensionNotFound:
        pass
    return usage.digital_signature or usage.content_commitment


@lru_cache(maxsize=512)
def _may_issue(authority: x509.Certificate) -> bool:
    try:
        extensions = authority.extensions
        if not extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return False
    try:
        return extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return True


@lru_cache(maxsize=512)
def issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """The authority's key signed the certificate, with a hash that still holds."""
    try:
        if not isinstance(certificate.signature_hash_algorithm, SHA256 | SHA384 | SHA512):
            return False
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def judge(
    leaf: Leaf,
    *,
    at: datetime,
    trusted: Sequence[x509.Certificate] | None,
    registered: Collection[str] | None,
    tax_code: str | None,
    standing: Registrar | None,
) -> str:
    """The verdict's code for this certificate on that day; ``VALID`` when nothing speaks against it.

    Every certificate in ``trusted`` is an anchor: the leaf must be issued directly by one of them, so
    intermediate authorities are listed beside the roots. No path is built from what the document brings.
    """
    if not leaf.may_sign:
        return "CERTIFICATE-USAGE"
    if at < leaf.not_before:
        return "CERTIFICATE-NOT-YET-VALID"
    if at > leaf.not_after:
        return "CERTIFICATE-EXPIRED"
    if trusted is not None:
        issuers = [one for one in trusted if _may_issue(one) and issued_by(leaf.certificate, one)]
        if not issuers:
            return "CERTIFICATE-UNTRUSTED"
        if not any(one.not_valid_before_utc <= at <= one.not_valid_after_utc for one in issuers):
            return "AUTHORITY-OUT-OF-DATE"
    if registered is not None and leaf.fingerprint not in registered:
        return "CERTIFICATE-NOT-REGISTERED"
    if tax_code is not None and leaf.tax_code is not None and leaf.tax_code != tax_code:
        return "CERTIFICATE-OTHER-ORGANISATION"
    answer = standing(leaf.certificate) if standing is not None else Standing.GOOD
    if answer is Standing.REVOKED:
        return "CERTIFICATE-REVOKED"
    if answer is Standing.SUSPENDED:
        return "CERTIFICATE-SUSPENDED"
    if trusted is None and registered is None:
        return "TRUST-NOT-CHECKED"
    if tax_code is not None and leaf.tax_code is None:
        return "ORGANISATION-UNKNOWN"
    if answer is Standing.UNKNOWN:
        return "REVOCATION-UNKNOWN"
    return "VALID"
