"""POST /api/auth/login and /api/platform/data-sync/push."""

import hashlib
import hmac
import secrets
import uuid
from base64 import b64decode
from dataclasses import asdict
from datetime import timedelta
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from sosuckhoe.healthbook.signing import Verdict, health_check_policy
from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.portal.answers import json_reply
from sosuckhoe.simulator.portal.asked import ServiceRequest
from sosuckhoe.simulator.portal.bodies import Unreadable, fields_of
from sosuckhoe.simulator.portal.options import options
from sosuckhoe.simulator.portal.signatures import judge_with

from .facts import Facts, facts_of
from .models import HealthCheck, HubAccount, HubToken
from .reading import Message, Misread, check_envelope, check_header, read_message

DURATION = 6000
PLACES = ("CHUKYDONVI", "THONGTINHOSO/CHUKYDONVI", "")
"""Where the signatures may stand: sources differ, so the practice hub takes each."""


def log_in(request: ServiceRequest) -> HttpResponse:
    try:
        fields = fields_of(request)
    except Unreadable:
        fields = {}
    request.call.account = fields.get("username", "")[:40]
    account = HubAccount.objects.filter(username=fields.get("username", "")).first()
    if request.strikes.has("system-error"):
        return _answer(request, "CM_SYSTEM_ERROR", "Lỗi hệ thống", status=500)
    given = fields.get("password", "").encode()
    if account is None or not hmac.compare_digest(given, account.password.encode()):
        return _answer(request, "CM_AUTH_ACCOUNT_FAIL", "Sai tên đăng nhập hoặc mật khẩu", status=401)
    made = HubToken.objects.create(
        token=secrets.token_urlsafe(40), account=account, until=timezone.now() + timedelta(seconds=DURATION)
    )
    request.call.code = "CM_SUCCESS"
    data = {"token": made.token, "refresh_token": "", "duration": DURATION, "role": "facility"}
    return json_reply({"res_code": "CM_SUCCESS", "data": data})


def push(request: ServiceRequest) -> HttpResponse:
    """Token, checksum, document signature, content, in this order; then stored."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    token = HubToken.objects.filter(token=value).select_related("account").first()
    if request.strikes.has("token-revoked"):
        HubToken.objects.filter(token=value).delete()
        token = None
    if (
        scheme != "Bearer"
        or token is None
        or token.until <= timezone.now()
        or request.strikes.has("body-401")
    ):
        return _answer(request, "CM_AUTH_EXPIRED", "Phiên đã hết hạn")
    account = token.account
    request.call.account, request.call.facility_code = account.username, account.facility_code
    request.call.sha256 = hashlib.sha256(request.body).hexdigest()
    if request.headers.get("service-type") != "100":
        return _answer(request, "CM_INVALID_REQUEST", "Thiếu service-type")
    try:
        message = read_message(request.body, options().hub_data_form)
        request.call.visit_code = str(message.header["msg_id"])[:100]
        check_header(message.header, account.sender_id)
    except Misread as wrong:
        return _answer(request, "CM_INVALID_REQUEST", str(wrong))
    if request.strikes.has("system-error"):
        return _answer(request, "CM_SYSTEM_ERROR", "Lỗi hệ thống", message)
    if request.strikes.has("hub-code"):
        return _answer(request, str(request.strikes.value("hub-code", "code", "")), "Bàn lỗi chọn", message)
    return _judged(request, account, message)


def _judged(request: ServiceRequest, account: HubAccount, message: Message) -> HttpResponse:
    if not message.signature:
        return _answer(request, "PS_DS_RSA_SIGNATURE_MISSING", "Thiếu signature", message)
    if not _checksum_holds(message, account):
        return _answer(request, "PS_DS_RSA_SIGNATURE_INVALID", "signature không khớp", message)
    verdict = _verdict(message.document, account)
    if verdict.code == "NO-SIGNATURE":
        return _answer(request, "PS_DS_CA_SIGNATURE_MISSING", "Phiếu chưa ký", message)
    if verdict.tree is None:
        return _answer(request, "PS_DS_CA_SIGNATURE_INVALID", verdict.code, message)
    try:
        check_envelope(verdict.tree)
    except Misread as wrong:
        return _answer(request, "PS_DS_VERIFY_FAIL", str(wrong), message)
    return _store(request, account, message, facts_of(verdict.tree))


def _checksum_holds(message: Message, account: HubAccount) -> bool:
    parts = (message.header_bytes, message.data_bytes)
    signed = ".".join(hashlib.sha256(part).hexdigest().upper() for part in parts)
    try:
        _key(account.key_pem).verify(
            b64decode(message.signature, validate=True), signed.encode(), PKCS1v15(), SHA256()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=64)
def _key(pem: str) -> RSAPublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise ValueError("the message key is no RSA key")
    return key


def _verdict(document: bytes, account: HubAccount) -> Verdict:
    for place in PLACES:
        verdict = judge_with(
            document, account.facility_code, at=clock.now(), policy=health_check_policy(place)
        )
        if verdict.code != "SIGNATURE-PLACE":
            break
    return verdict


def _store(request: ServiceRequest, account: HubAccount, message: Message, facts: Facts) -> HttpResponse:
    msg_id, rules = str(message.header["msg_id"]), options()
    with transaction.atomic():
        same = HealthCheck.objects.filter(account=account, msg_id=msg_id).order_by("pk").first()
        if same is not None and same.sha256 != request.call.sha256:
            return _answer(request, "CM_INVALID_REQUEST", "msg_id đã dùng cho bản tin khác", message)
        if same is not None and rules.hub_repeats == "same":
            return _answer(request, "PS_DS_SAVE_SUCCESS", "Đã có", message, same.txn_id)
        document_sha256 = hashlib.sha256(message.document).hexdigest()
        made = HealthCheck.objects.create(
            txn_id=uuid.uuid4().hex,
            account=account,
            msg_id=msg_id,
            sha256=request.call.sha256,
            document_sha256=document_sha256,
            document=message.document,
            version=HealthCheck.objects.filter(account=account, document_sha256=document_sha256).count() + 1,
            received_at=clock.now(),
            **asdict(facts),
        )
        request.call.stored, request.call.transaction = True, made.txn_id
    return _answer(request, "PS_DS_SAVE_SUCCESS", "Đã lưu", message, made.txn_id)


def _answer(
    request: ServiceRequest,
    code: str,
    words: str,
    message: Message | None = None,
    txn_id: str = "",
    status: int = 200,
) -> HttpResponse:
    request.call.code, request.call.remark = code[:40], "" if txn_id else words
    header: dict[str, Any] = {"version": "1.0.6", "msg_type": "102", "res_code": code, "res_message": words}
    if message is not None:
        header |= {"ref_msg_id": message.header["msg_id"], "txn_id": txn_id}
    if txn_id:
        header["data_state"] = "SAVED"
    return json_reply({"header": header, "data": "", "message_check_ca": "", "message_notify": ""}, status)
