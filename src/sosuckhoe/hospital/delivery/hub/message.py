"""The message of a push: frozen whole, once, with its number, its moment and its checksum (moh-hub.md §5, §6).

The header is serialised once; the very bytes that are hashed go out. What is stored is the whole body, so a
repetition after a lost answer is the same message, not a new version of it.
"""

import hashlib
import json
import uuid
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.utils import timezone

from ..secrets import SecretExposed, SecretMissing, secret_of
from .settings import HubSettings

VERSION, TXN_TYPE, MSG_TYPE, DATA_TYPE = "1.0.6", "sync_checkup", "101", "xml/base64"


class CannotFreeze(Exception):
    """The message cannot be made now: the key or a setting is missing. Health checks wait."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


class TooLarge(Exception):
    """Bản tin lớn hơn mức trục nhận."""


@dataclass(frozen=True, slots=True)
class Message:
    """A stored body taken apart again."""

    msg_id: str
    document: bytes
    """The signed envelope."""


def freeze_message(signed: bytes, settings: HubSettings, *, at: datetime) -> bytes:
    """The whole request body around a signed envelope. Raises CannotFreeze and TooLarge."""
    missing = settings.missing()
    if missing:
        raise CannotFreeze(
            "HUB-NOT-SET-UP", "Nơi nhận trục Bộ Y tế chưa khai đủ. Hãy điền đủ ở phần thiết lập nơi nhận."
        )
    key = _key(settings.key_reference)
    local = timezone.localtime(at)
    header = _json(
        {
            "version": VERSION,
            "sender_id": settings.sender_id,
            "receiver_id": settings.receiver_id,
            "txn_type": TXN_TYPE,
            "msg_type": MSG_TYPE,
            "msg_id": f"{settings.sender_id}{local:%y%m%d}{uuid.uuid4().hex}",
            "data_type": DATA_TYPE,
            "send_datetime": int(at.timestamp() * 1000),
        }
    )
    text = b64encode(signed).decode()
    # Of a string its letters are hashed, of an object the bytes that stand for it.
    data, hashed = _json(text), text.encode()
    if settings.data_form == "object":
        data = hashed = _json({"file_content": text})
    signature = key.sign(checksum(header, hashed), PKCS1v15(), SHA256())
    body = b'{"header":%b,"data":%b,"signature":"%b"}' % (header, data, b64encode(signature))
    if len(body) > settings.largest_mb * 1024 * 1024:
        raise TooLarge(TooLarge.__doc__)
    return body


def checksum(header: bytes, data: bytes) -> bytes:
    """C = A.B, what the hub key signs."""
    return b"%b.%b" % tuple(hashlib.sha256(part).hexdigest().upper().encode() for part in (header, data))


def message_of(body: bytes) -> Message:
    """What a stored body says."""
    told = json.loads(body)
    data = told["data"]
    return Message(
        told["header"]["msg_id"], b64decode(data if isinstance(data, str) else data["file_content"])
    )


def _key(reference: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(secret_of(reference).encode(), None)
    except (SecretMissing, SecretExposed) as problem:
        raise CannotFreeze("HUB-KEY-MISSING", str(problem)) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CannotFreeze("HUB-KEY", "Khóa ký bản tin của trục không đọc được. Hãy khai lại khóa.") from None
    if not isinstance(key, RSAPrivateKey):
        raise CannotFreeze("HUB-KEY", "Khóa ký bản tin của trục phải là khóa RSA. Hãy khai lại khóa.")
    return key


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
