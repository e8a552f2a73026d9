"""Declaring keys that are not files: on a token or HSM, at a signing service, at somebody's own machine.

Each is tried before it is kept: what cannot sign with the certificate shown is not declared.
"""

import secrets
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from django.db import transaction

from ....healthbook.signing import KeyCertificateMismatch, NotAKeyFile, Signer, fingerprint
from ....healthbook.signing.signer import check_key
from ....healthbook.signing.token import KnownPin, NotOnToken, Place, TokenSigner, certificates_on
from ...journal.chain import account_of, note
from ...staff.models import Facility
from ..crashpoints import here
from ..models import KeyKind, SigningKey
from ..secrets import forget_secret, keep_secret, kept_as
from .keys import pem, wake
from .pins import check_driver, pin_was_entered
from .refused import secret_of_service
from .remote_signing import Credential, RemoteSigner, certificate_of, secret_at


def add_token_key(
    *,
    by: Any,
    facility: Facility,
    name: str,
    place: Place,
    pin: str,
    certificate: bytes = b"",
    registered_at: datetime | None = None,
) -> SigningKey:
    """A key on a token. ``certificate``: PEM or DER, where the token does not hold it. The PIN is tried once."""
    check_driver(place.module)
    found = read_certificate(certificate) if certificate else None
    if found is None:
        held = certificates_on(place.module, place.token)
        if len(held) != 1:
            raise NotOnToken
        found = held[0]
    TokenSigner(found, place, KnownPin(pin)).check()
    return _declare(
        by,
        facility,
        name,
        KeyKind.TOKEN,
        found,
        {"module": place.module, "token": place.token, "key": place.key},
        secret=pin,
        registered_at=registered_at,
    )


def add_remote_key(
    *,
    by: Any,
    facility: Facility,
    name: str,
    credential: Credential,
    secret: str,
    registered_at: datetime | None = None,
) -> SigningKey:
    """A key at a signing service; its certificate is asked for, and one signature made with it."""
    reference = keep_secret(f"service-{secrets.token_hex(8)}", secret)
    try:
        secret_at(credential, reference).may_be_tried()
        certificate = certificate_of(credential, reference)
        _try(RemoteSigner(certificate, credential, reference))
        return _declare(
            by,
            facility,
            name,
            KeyKind.REMOTE,
            certificate,
            {name: getattr(credential, name) for name in credential.__slots__},
            reference=reference,
            registered_at=registered_at,
        )
    except BaseException:
        forget_secret(reference)
        raise


def add_elsewhere_key(
    *,
    by: Any,
    facility: Facility,
    name: str,
    certificate: bytes,
    registered_at: datetime | None = None,
) -> SigningKey:
    """The certificate of a token at somebody's own machine: files go there and come back signed (``attach``)."""
    found = read_certificate(certificate)
    check_key(found)
    return _declare(by, facility, name, KeyKind.ELSEWHERE, found, {}, registered_at=registered_at)


@transaction.atomic
def enter_pin(*, by: Any, key: SigningKey, pin: str) -> None:
    """A person enters the PIN of a token anew: it may be tried once, by the next record that is to be signed."""
    reference = keep_secret(f"key-{key.fingerprint[:16]}", pin)
    SigningKey.objects.filter(pk=key.pk).update(password_reference=reference)
    note(by, "key-pin-entered", "key", key.pk)
    pin_was_entered(key.fingerprint)
    wake(key)


@transaction.atomic
def enter_secret(*, by: Any, key: SigningKey, secret: str) -> None:
    """A person enters the client secret of a signing service anew: it may be tried once, by the next record."""
    before, key.password_reference = (
        key.password_reference,
        keep_secret(f"key-{key.fingerprint[:16]}", secret),
    )
    SigningKey.objects.filter(pk=key.pk).update(password_reference=key.password_reference)
    if before != key.password_reference:
        transaction.on_commit(lambda: forget_secret(before))
    note(by, "key-secret-entered", "key", key.pk)
    secret_of_service(key).may_be_tried()
    wake(key)


@transaction.atomic
def register(*, by: Any, key: SigningKey, on: datetime | None) -> None:
    """Note that somebody registered the certificate on the portal, and when; None takes that back."""
    who = account_of(by) if on else ""
    SigningKey.objects.filter(pk=key.pk).update(registered_at=on, registered_by=who)
    note(by, "key-registered", "key", key.pk, on=on.isoformat() if on else None)


@transaction.atomic
def retire(*, by: Any, key: SigningKey, at: datetime) -> None:
    """Sign no more with this key. What it signed stays."""
    key.retired_at = at
    key.save(update_fields=["retired_at"])
    note(by, "key-retired", "key", key.pk)
    here("KEY-NOTED")


def read_certificate(data: bytes) -> x509.Certificate:
    """A certificate file, PEM or DER; raises KeyUnusable."""
    try:
        if data.lstrip().startswith(b"-----"):
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except (ValueError, x509.InvalidVersion):
        raise NotACertificate from None


class NotACertificate(NotAKeyFile):
    """The bytes are no certificate."""

    code = "CERTIFICATE-FILE"
    sentence = "Tệp này không phải chứng thư số (.cer, .crt, .pem). Hãy chọn lại tệp chứng thư của cơ sở."


def _try(signer: Signer) -> None:
    """One signature over something that means nothing."""
    probe = b"sosuckhoe " + secrets.token_bytes(32)
    value = signer.sign(probe)
    try:
        check_key(signer.certificate).verify(value, probe, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise KeyCertificateMismatch from None


@transaction.atomic
def _declare(
    by: Any,
    facility: Facility,
    name: str,
    kind: KeyKind,
    certificate: x509.Certificate,
    place: dict[str, str],
    *,
    secret: str = "",
    reference: str = "",
    registered_at: datetime | None,
) -> SigningKey:
    print_ = fingerprint(certificate)
    key = SigningKey.objects.create(
        facility=facility,
        name=name,
        kind=kind,
        place=place,
        password_reference=kept_as(f"key-{print_[:16]}") if secret else reference,
        certificate_pem=pem(certificate),
        fingerprint=print_,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        registered_at=registered_at,
        registered_by=account_of(by) if registered_at else "",
    )
    if secret:
        keep_secret(f"key-{print_[:16]}", secret)
    note(by, "key-added", "key", key.pk, fingerprint=print_, kind=kind)
    return key
