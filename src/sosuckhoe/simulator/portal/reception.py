"""Receiving a record or a check-in: validation in the portal's order, stopping at the first failure.

Credentials · maCSKCB against the account · maTinh and loaiHoSo · size and Base64 · well-formed · root and
structure · MACSKCB in the file · signature present · signature and certificate · records inside. Then it is stored
and given a transaction number: received, which is not accepted.
"""

import hashlib
from dataclasses import replace

from django.http import HttpResponse

from sosuckhoe.simulator.clock import models as clock

from . import answers, reading
from .addresses import HEADERS
from .asked import ServiceRequest
from .bodies import Unreadable, fields_of
from .credentials import Locked, NotAuthenticated, account_of
from .models import Account
from .options import Options, options
from .signatures import judge
from .storing import Duplicate, new_transaction, store
from .turns import working

_RECORD_KIND = {"record": "130", "check_in": "0"}


def receive(request: ServiceRequest) -> HttpResponse:
    """The answer to ``guiHoSoXml…`` or ``checkInKcb…``."""
    _ = request.body  # whoever sends it slowly keeps nobody else waiting
    with working:
        return _judged(request)


def _judged(request: ServiceRequest) -> HttpResponse:
    call, rules, strikes = request.call, options(), request.strikes
    try:
        fields = fields_of(request)
    except Unreadable as problem:
        return answers.submission(request, answers.FORMAT, str(problem))
    try:
        account = account_of(request, HEADERS, fields)
    except NotAuthenticated as problem:
        call.remark = str(problem)
        return answers.not_authenticated(
            request,
            {
                "maKetQua": answers.NOT_AUTHENTICATED,
                "maGiaoDich": None,
                "thoiGianTiepNhan": answers.local_time(),
                "thongDiep": "Chưa xác thực hoặc phiên làm việc hết hạn",
            },
        )
    except Locked:
        return answers.submission(request, answers.LOCKED, "Tài khoản bị khóa hoặc không có quyền")
    call.account, call.facility_code = account.username, fields.get("maCSKCB", "")[:20]
    if strikes.has("system-error"):
        return answers.submission(request, answers.SYSTEM_ERROR, "Lỗi hệ thống")
    refusal = _check_fields(fields, account, call.service, rules)
    if refusal:
        return answers.submission(request, *refusal)
    try:
        data = reading.decode(fields["fileHSBase64"])
        call.sha256 = hashlib.sha256(data).hexdigest()
        facility = reading.check_structure(reading.parse(data), call.service)
        if facility != fields["maCSKCB"] and rules.facility_mismatch == "refuse":
            return answers.submission(request, answers.WRONG_FACILITY, "MACSKCB trong tệp khác maCSKCB")
        verdict = judge(data, account, facility, at=clock.now())
        if strikes.has("signature-refused"):
            code = strikes.value("signature-refused", "code", answers.CERTIFICATE)
            return answers.submission(request, code, "Chữ ký không được chấp nhận (bàn lỗi)")
        if verdict.tree is None:
            code = verdict.gateway_code or answers.SIGNATURE
            code = rules.certificate_code if code == answers.CERTIFICATE else code
            return answers.submission(request, code, verdict.sentence_vi)
        arrived = reading.read(verdict.tree, call.service)
    except reading.Misread as misread:
        code = {"structure": rules.structure_code, "content": rules.content_code}.get(misread.kind)
        return answers.submission(request, code or answers.FORMAT, str(misread))
    call.visit_code = arrived.visit_code[:100]
    if strikes.has("content-refused"):
        code = strikes.value("content-refused", "code", rules.content_code)
        return answers.submission(request, code, "Nội dung không được chấp nhận (bàn lỗi)")
    if strikes.has("reply-unstored"):
        return answers.submission(request, answers.OK, answers.SUCCESS, new_transaction(clock.now()))
    if strikes.has("duplicate-refused"):
        rules = replace(rules, repeats="refuse")
    elif strikes.has("counted-twice"):
        rules = replace(rules, repeats="count")
    try:
        stored = store(request, account, arrived, data, verdict, rules)
    except Duplicate:
        return answers.submission(
            request, rules.duplicate_code, "Hồ sơ này đã được tiếp nhận (mã lỗi của bản mô phỏng)"
        )
    return answers.submission(request, answers.OK, answers.SUCCESS, stored.transaction)


def _check_fields(
    fields: dict[str, str], account: Account, kind: str, rules: Options
) -> tuple[str, str] | None:
    facility = fields.get("maCSKCB", "")
    if facility != account.facility_code and (rules.facility_mismatch == "refuse" or len(facility) != 5):
        return answers.WRONG_FACILITY, "maCSKCB không thuộc tài khoản gửi"
    if fields.get("maTinh") != facility[:2]:
        return answers.FORMAT, "maTinh phải là hai ký tự đầu của maCSKCB"
    if fields.get("loaiHoSo") != _RECORD_KIND[kind]:
        return answers.FORMAT, f"loaiHoSo phải là {_RECORD_KIND[kind]}"
    payload = fields.get("fileHSBase64", "")
    if not payload:
        return answers.FORMAT, "Thiếu fileHSBase64"
    if len(payload) > rules.largest_base64:
        return answers.TOO_LARGE, "Tệp vượt quá dung lượng cho phép"
    return None
