"""Freezing a signed health check into the message that carries it, signed with the key the hub knows."""

import uuid
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.utils import timezone

from ...healthbook.health_check import Message, message_id, write_message
from .models import Destination
from .secrets import SecretExposed, SecretMissing, secret_of
from .signers.keys import CannotSignNow

SMALLEST_KEY = 2048


def message_for(destination: Destination, document: bytes, *, at: datetime) -> Message:
    """The message of a signed document. Raises CannotSignNow where the hub's key cannot be used."""
    hub, local = destination.hub, timezone.localtime(at)
    key = message_key(hub.key_reference)
    return write_message(
        document,
        id=message_id(hub.sender_id, local, uuid.uuid4()),
        sender_id=hub.sender_id,
        receiver_id=hub.receiver_id,
        at=local,
        data_form=hub.data_form,
        sign=lambda data: key.sign(data, PKCS1v15(), SHA256()),
    )


def message_key(reference: str) -> RSAPrivateKey:
    """The private key behind a reference to a secret. Raises CannotSignNow."""
    try:
        key = load_pem_private_key(secret_of(reference).encode(), None)
    except (SecretMissing, SecretExposed) as problem:
        raise CannotSignNow("HUB-KEY-MISSING", str(problem)) from None
    except (ValueError, TypeError):
        raise CannotSignNow(
            "HUB-KEY-UNREADABLE", "Khóa ký thông điệp gửi trục không đọc được. Đặt lại khóa RSA dạng PEM."
        ) from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < SMALLEST_KEY:
        raise CannotSignNow(
            "HUB-KEY-UNFIT",
            f"Khóa ký thông điệp gửi trục phải là khóa RSA từ {SMALLEST_KEY} bit. Đặt lại khóa.",
        )
    return key
