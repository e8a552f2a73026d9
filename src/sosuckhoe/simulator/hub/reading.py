"""A message and its envelope with the hub's own eyes."""

import json
import re
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Any

from lxml import etree

HEADER = (
    "version",
    "sender_id",
    "receiver_id",
    "txn_type",
    "msg_type",
    "msg_id",
    "data_type",
    "send_datetime",
)


class Misread(Exception):
    """The message is not what it should be."""


@dataclass(frozen=True)
class Message:
    header: dict[str, Any]
    header_bytes: bytes
    """As sent, without the white space around it."""
    data_bytes: bytes
    """What the checksum covers: a string's letters, trimmed, or an object as sent."""
    document: bytes
    signature: str


def read_message(body: bytes, form: str) -> Message:
    """``form``: ``string``, ``object`` or ``either``. Raises Misread."""
    try:
        pieces = _members(body.decode())
        header, data = json.loads(pieces["header"]), json.loads(pieces["data"])
        signature = json.loads(pieces.get("signature", '""'))
    except (ValueError, KeyError, RecursionError):
        raise Misread("Bản tin phải là JSON có header, data và signature.") from None
    if not isinstance(header, dict) or any(name not in header for name in HEADER):
        raise Misread("header thiếu trường bắt buộc.")
    if isinstance(data, str) and form != "object":
        text, hashed = data.strip(), data.strip().encode()
    elif isinstance(data, dict) and isinstance(data.get("file_content"), str) and form != "string":
        text, hashed = data["file_content"], pieces["data"].encode()
    else:
        raise Misread("data không đúng dạng hub nhận.")
    try:
        document = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise Misread("data không phải Base64.") from None
    return Message(header, pieces["header"].encode(), hashed, document, str(signature or ""))


def _members(text: str) -> dict[str, str]:
    """The members of an object as they are written: the checksum is over the very bytes."""
    decoder, found, at = json.JSONDecoder(), {}, _skip(text, 0)
    if text[at : at + 1] != "{":
        raise ValueError("not an object")
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        name, at = decoder.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":" or not isinstance(name, str) or name in found:
            raise ValueError("not a member")
        start = _skip(text, at + 1)
        _, at = decoder.raw_decode(text, start)
        found[name] = text[start:at]
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "}":
            raise ValueError("not an object")
    return found


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\r", "\n") and at < len(text):
        at += 1
    return at


def check_header(header: dict[str, Any], sender_id: str) -> None:
    """Raises Misread."""
    if header["sender_id"] != sender_id:
        raise Misread("sender_id không phải của tài khoản này.")
    if (header["txn_type"], str(header["msg_type"])) != ("sync_checkup", "101"):
        raise Misread("txn_type hoặc msg_type không đúng.")
    if not re.fullmatch(rf"{re.escape(sender_id)}[0-9]{{6}}[0-9a-f]{{32}}", str(header["msg_id"])):
        raise Misread("msg_id phải là sender_id, yyMMdd và UUID không có dấu gạch.")
    if not re.fullmatch("[0-9]{13}", str(header["send_datetime"])):
        raise Misread("send_datetime phải là mili giây Unix, 13 chữ số.")


def check_envelope(root: etree._Element) -> None:
    """The shape of KHAMSUCKHOE, from the verified tree. Raises Misread."""
    count = root.findtext("THONGTINHOSO/SOLUONGHOSO", "").strip()
    visits = root.findall("THONGTINHOSO/DANHSACHHOSO/HOSO")
    if count != "1" or len(visits) != 1:
        raise Misread("Mỗi bản tin một lần khám.")
    if not re.fullmatch("[0-9A-Za-z]{5}|[0-9]{13}", root.findtext("THONGTINDONVI/MACSKCB", "").strip()):
        raise Misread("MACSKCB không đúng.")
    files = visits[0].findall("FILEHOSO")
    if not files:
        raise Misread("HOSO không có FILEHOSO.")
    for file in files:
        if not re.fullmatch("XML([1-9]|1[0-2])", file.findtext("LOAIHOSO", "").strip()):
            raise Misread("LOAIHOSO không thuộc XML1 đến XML12.")
        _check_part(file.findtext("NOIDUNGFILE", "").strip())


def _check_part(content: str) -> None:
    if not content:
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        part = etree.fromstring(b64decode(content, validate=True), parser)
    except (Base64Error, ValueError, etree.XMLSyntaxError):
        raise Misread("NOIDUNGFILE không đọc được.") from None
    for element in part.iter("PHAN_LOAI_SK"):
        if (element.text or "").strip() not in ("", "1", "2", "3", "4", "5"):
            raise Misread("PHAN_LOAI_SK phải từ 1 đến 5.")
