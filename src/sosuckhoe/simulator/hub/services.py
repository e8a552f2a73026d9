"""The two calls of the hub: log-in and push. HTTP 200 alone is no success; ``header.res_code`` says it.

A push is judged in this order, stopping at the first failure: token · JSON and its members · header · the signature
of the message · Base64 · the file's form · the facility's signature. Which code the real hub gives to what is known
from notes of implementers only (moh-hub.md §8).
"""

import hashlib
import json
import secrets
import uuid
from base64 import b64decode
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from sosuckhoe.healthbook.signing import Policy, fingerprint, verify
from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.portal.answers import json_reply
from sosuckhoe.simulator.portal.asked import ServiceRequest
from sosuckhoe.simulator.portal.models import Call
from sosuckhoe.simulator.portal.options import options

from .models import HubAccount, HubMessage, HubToken

TOKEN_SECONDS = 6000
ROOT = "KHAMSUCKHOE"
PLACES = ("CHUKYDONVI", "CKS_BENH_VIEN")
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


class Refused(Exception):
    """The hub's code, and a remark for its own books."""

    def __init__(self, code: str, remark: str, status: int = 200) -> None:
        super().__init__(remark)
        self.code, self.remark, self.status = code, remark, status


def log_in(request: ServiceRequest) -> HttpResponse:
    try:
        told = json.loads(request.body)
        account = HubAccount.objects.filter(username=told["username"], password=told["password"]).first()
    except (ValueError, KeyError, TypeError):
        return json_reply({"header": {"res_code": "CM_INVALID_REQUEST"}}, 400)
    if account is None:
        request.call.code = "401"
        return json_reply({"header": {"res_code": "CM_AUTH_ACCOUNT_FAIL"}}, 401)
    made = HubToken.objects.create(
        token=secrets.token_urlsafe(32),
        account=account,
        until=timezone.now() + timedelta(seconds=TOKEN_SECONDS),
    )
    request.call.account, request.call.code = account.username, "200"
    return json_reply(
        {
            "data": {
                "token": made.token,
                "refresh_token": secrets.token_urlsafe(16),
                "duration": TOKEN_SECONDS,
                "role": "facility",
            }
        }
    )


def push(request: ServiceRequest) -> HttpResponse:
    call = request.call
    try:
        account = _account(request)
        call.account = account.username
        if request.strikes.has("system-error"):
            raise Refused("CM_SYSTEM_ERROR", "bàn lỗi")
        if request.strikes.has("token-revoked"):
            HubToken.objects.filter(account=account).delete()
            raise Refused("CM_AUTH_EXPIRED", "phiên bị thu hồi", 401)
        header, document = _opened(request.body, account)
        call.sha256 = hashlib.sha256(document).hexdigest()
        call.visit_code = f"KSK-{call.sha256[:12]}"
        _judge(document, account)
        if request.strikes.has("content-refused"):
            raise Refused("PS_DS_VERIFY_FAIL", "bàn lỗi")
        kept = _keep(call, header["msg_id"], document, account)
    except Refused as refusal:
        call.code, call.remark = refusal.code[:10], refusal.remark
        return _answer(refusal.code, status=refusal.status)
    return _answer("PS_DS_SAVE_SUCCESS", header["msg_id"], kept.transaction)


def _account(request: ServiceRequest) -> HubAccount:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    token = HubToken.objects.filter(token=value, until__gt=timezone.now()).select_related("account").first()
    if scheme != "Bearer" or token is None:
        raise Refused("CM_AUTH_EXPIRED", "token không còn hiệu lực", 401)
    if request.headers.get("service-type") != "100":
        raise Refused("CM_INVALID_REQUEST", "service-type phải là 100")
    return token.account


def _opened(body: bytes, account: HubAccount) -> tuple[dict[str, Any], bytes]:
    """The header and the document of a message whose signature holds."""
    try:
        text = body.decode()
        told = json.loads(text)
        header, data, signature = told["header"], told["data"], b64decode(told["signature"], validate=True)
    except (ValueError, KeyError, TypeError):
        raise Refused("CM_INVALID_REQUEST", "không phải thông điệp JSON") from None
    if not isinstance(header, dict) or [name for name in HEADER if header.get(name) in (None, "")]:
        raise Refused("CM_INVALID_REQUEST", "thiếu chỉ tiêu trong header")
    if header["sender_id"] != account.sender_id or not str(header["msg_id"]).startswith(account.sender_id):
        raise Refused("CM_INVALID_REQUEST", "sender_id không phải của tài khoản")
    if not signature:
        raise Refused("PS_DS_RSA_SIGNATURE_MISSING", "thiếu signature")
    encoded, hashed = _data(text, data)
    signed = f"{_hex(_as_sent(text, 'header'))}.{_hex(hashed)}".encode()
    key = load_pem_public_key(account.message_key.encode())
    assert isinstance(key, RSAPublicKey)
    try:
        key.verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise Refused("PS_DS_RSA_SIGNATURE_INVALID", "signature không khớp") from None
    try:
        return header, b64decode(encoded, validate=True)
    except ValueError:
        raise Refused("CM_INVALID_REQUEST", "data không phải Base64") from None


def _data(text: str, data: Any) -> tuple[str, bytes]:
    """The Base64 of the file and what of it was hashed: a trimmed string, or an object as it was sent."""
    if isinstance(data, str):
        return data, data.strip().encode()
    if isinstance(data, dict) and isinstance(data.get("file_content"), str):
        return data["file_content"], _as_sent(text, "data")
    raise Refused("CM_INVALID_REQUEST", "data không có nội dung tệp")


def _as_sent(text: str, member: str) -> bytes:
    """The characters of a member exactly as they came, which is what was hashed."""
    start = text.index(":", text.index(f'"{member}"')) + 1
    while text[start] in " \t\r\n":
        start += 1
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end].encode()


def _judge(document: bytes, account: HubAccount) -> None:
    """The facility's own signature over the whole file, in one of the two places the notes name."""
    certificates = [x509.load_pem_x509_certificate(pem.encode()) for pem in account.certificates]
    registered = frozenset(fingerprint(one) for one in certificates)
    codes = []
    for place in PLACES:
        policy = Policy(roots=(ROOT,), place=place)
        verdict = verify(document, at=clock.now(), registered=registered, policy=policy)
        if verdict.tree is not None:
            if len(verdict.tree.findall("THONGTINHOSO/DANHSACHHOSO/HOSO")) != 1:
                raise Refused("PS_DS_VERIFY_FAIL", "mỗi thông điệp một lượt khám")
            return
        codes.append(verdict.code)
    missing = all(code == "NO-SIGNATURE" for code in codes)
    code = "PS_DS_CA_SIGNATURE_MISSING" if missing else "PS_DS_CA_SIGNATURE_INVALID"
    raise Refused(code, ", ".join(codes))


def _keep(call: Call, message_id: str, document: bytes, account: HubAccount) -> HubMessage:
    """Store it with its line of the history. The same message again is the one that is there."""
    sha256 = hashlib.sha256(document).hexdigest()
    with transaction.atomic():
        before = HubMessage.objects.filter(account=account, message_id=message_id).first()
        if before is not None and before.sha256 != sha256:
            raise Refused("CM_INVALID_REQUEST", "msg_id đã dùng cho nội dung khác")
        if before is not None and options().repeats == "refuse":
            raise Refused("CM_INVALID_REQUEST", "msg_id đã nhận")
        kept = before or HubMessage.objects.create(
            account=account,
            message_id=message_id,
            transaction=f"TX{uuid.uuid4().hex[:20].upper()}",
            sha256=sha256,
            version=HubMessage.objects.filter(account=account, sha256=sha256).count() + 1,
            document=document,
            received_at=clock.now(),
        )
        call.stored, call.transaction = True, kept.transaction
        call.code, call.http_status = "200", 200
        call.save()
    return kept


def _answer(code: str, message_id: str = "", number: str = "", status: int = 200) -> HttpResponse:
    return json_reply(
        {
            "header": {
                "msg_type": "102",
                "ref_msg_id": message_id,
                "txn_id": number,
                "res_code": code,
                "send_datetime": str(int(clock.now().timestamp() * 1000)),
            },
            "data_state": "SAVED" if number else "",
        },
        status,
    )


def _hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest().upper()
