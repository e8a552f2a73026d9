"""Naming who is asked about a key's revocation, by an administrator; nothing is guessed from the certificate."""

from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from django.db import transaction
from django.utils import timezone

from ....healthbook.signing import KeyUnusable
from ....healthbook.signing.certificates import issued_by
from ....healthbook.signing.revocation import MEANINGS, addresses_in, judge_crl, read_crl
from ...journal.chain import account_of, note
from ..models import CertificateStatus, SigningKey, StatusKind, StatusSource
from .asking import check_status_address
from .declaring import read_certificate
from .keys import pem, wake
from .status import ask, ask_at_once


class NotTheIssuer(KeyUnusable):
    """The certificate handed in did not sign the one below it."""

    code = "ISSUER-OTHER"
    sentence = "Chứng thư này không phải của nơi đã cấp chứng thư ký. Hãy tải chứng thư nơi cấp (CA) đúng."


class NotAList(KeyUnusable):
    """The file is no CRL of this issuer, or one that cannot be relied on now."""

    code = "CRL-FILE"
    sentence = "Tệp này không phải danh sách thu hồi (.crl) của nơi cấp chứng thư."

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence or type(self).sentence
        super().__init__()


@transaction.atomic
def name_source(
    *,
    by: Any,
    key: SigningKey,
    kind: StatusKind,
    issuer: bytes,
    url: str = "",
    crl: bytes = b"",
    authority: bytes = b"",
    authority_url: str = "",
    authority_crl: bytes = b"",
    fresh_seconds: int = 3600,
    nonce_required: bool = False,
    at: datetime | None = None,
) -> StatusSource:
    """Ask here from now on. Certificates and lists as PEM or DER. Raises KeyUnusable and changes nothing.

    ``authority``: the one above the issuer; with it goes its list, by address or by hand.
    """
    now = at or timezone.now()
    certificate = x509.load_pem_x509_certificate(key.certificate_pem.encode())
    above = read_certificate(issuer)
    if not issued_by(certificate, above):
        raise NotTheIssuer
    top = read_certificate(authority) if authority else None
    if top is not None and not issued_by(above, top):
        raise NotTheIssuer
    for address in (url if kind != StatusKind.CRL_FILE else "", authority_url if top is not None else ""):
        if address:
            check_status_address(address)
    if kind == StatusKind.CRL_FILE:
        _check_list(crl, certificate, above, now)
    if top is not None and not authority_url:
        _check_list(authority_crl, above, top, now)
    source, _ = StatusSource.objects.update_or_create(
        key=key,
        defaults={
            "kind": kind,
            "url": "" if kind == StatusKind.CRL_FILE else url,
            "crl": crl if kind == StatusKind.CRL_FILE else None,
            "issuer_pem": pem(above),
            "authority_pem": pem(top) if top is not None else "",
            "authority_url": authority_url if top is not None else "",
            "authority_crl": authority_crl if top is not None and not authority_url else None,
            "fresh_seconds": fresh_seconds,
            "nonce_required": nonce_required,
            "set_at": now,
            "set_by": account_of(by),
        },
    )
    note(by, "status-source-named", "key", key.pk, kind=str(kind), url=source.url, fresh=fresh_seconds)
    ask_at_once(key)
    wake(key)
    return source


@transaction.atomic
def drop_source(*, by: Any, key: SigningKey, reason: str) -> None:
    """Nobody is asked any more; that signatures go out unchecked is then said everywhere."""
    StatusSource.objects.filter(key=key).delete()
    note(by, "status-source-dropped", "key", key.pk, reason=reason)
    wake(key)


def ask_now(*, by: Any, key: SigningKey) -> CertificateStatus:
    """A person wants to know. Raises KeyUnusable when nobody answers."""
    source = StatusSource.objects.get(key=key)
    status = ask(key, source, timezone.now())
    note(by, "status-asked", "key", key.pk, code=status.code)
    wake(key)
    return status


def offered_addresses(key: SigningKey) -> tuple[list[str], list[str]]:
    """OCSP and CRL addresses that the certificate itself names, to be offered and never used by themselves."""
    return addresses_in(x509.load_pem_x509_certificate(key.certificate_pem.encode()))


def _check_list(data: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> None:
    """A list that says nothing about now, or comes from somebody else, is not loaded. A bad answer is."""
    try:
        read_crl(data)
    except (ValueError, TypeError):
        raise NotAList from None
    said = judge_crl(data, certificate, issuer, at=at, fresh_for=timedelta(days=1))
    if said.code not in ("STATUS-GOOD", "STATUS-REVOKED", "STATUS-SUSPENDED"):
        raise NotAList(MEANINGS[said.code][1])
