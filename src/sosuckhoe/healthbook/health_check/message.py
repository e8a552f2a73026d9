"""The message that carries a health check to the hub: header, data, and a signature over both (moh-hub.md §5, §6a).

``A`` = SHA-256 of the header's JSON exactly as sent, ``B`` = SHA-256 of the data, each in capital hex; the signature
is Base64 of RSA-SHA256 (PKCS#1 v1.5) over ``A.B``. So the message is written once, as bytes, and only these are sent.
"""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

DATA_FORMS: dict[str, str] = {
    "string": "chuỗi Base64 của tệp",
    "object": "đối tượng có file_content là Base64 của tệp",
}
"""What stands in ``data``: the notes of the implementers differ (OPEN)."""

VERSION = "1.0.6"


@dataclass(frozen=True, slots=True)
class Message:
    """A whole request body."""

    id: str
    """msg_id: unique per sending; the same again marks the same sending."""
    body: bytes


def message_id(sender_id: str, at: datetime, unique: UUID) -> str:
    """sender_id + yyMMdd + 32 hex digits. ``at`` is the local day's moment."""
    return f"{sender_id}{at:%y%m%d}{unique.hex}"


def write_message(
    document: bytes,
    *,
    id: str,
    sender_id: str,
    receiver_id: str,
    at: datetime,
    data_form: str,
    sign: Callable[[bytes], bytes],
) -> Message:
    """The message of a signed document. ``sign`` makes the RSA-SHA256 signature with the key known to the hub.

    ``at`` needs a time zone; it becomes Unix time in milliseconds. Raises ValueError for an unknown data form.
    """
    if data_form not in DATA_FORMS:
        raise ValueError(f"there is no data form {data_form}")
    header = _json(
        {
            "version": VERSION,
            "sender_id": sender_id,
            "receiver_id": receiver_id,
            "txn_type": "sync_checkup",
            "msg_type": "101",
            "msg_id": id,
            "data_type": "xml/base64",
            "send_datetime": int(at.timestamp() * 1000),
        }
    )
    encoded = b64encode(document).decode()
    # Of a string the characters are hashed, of an object its JSON.
    hashed = encoded.encode() if data_form == "string" else _json({"file_content": encoded})
    data = _json(encoded) if data_form == "string" else hashed
    signature = b64encode(sign(f"{_hex(header)}.{_hex(hashed)}".encode()))
    return Message(id, b'{"header":%b,"data":%b,"signature":"%b"}' % (header, data, signature))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _hex(data: bytes) -> str:
    return sha256(data).hexdigest().upper()
