"""POST /api/token/take."""

import hmac

from django.db import transaction
from django.db.models import F
from django.http import HttpResponse

from . import tokens
from .answers import LOCKED, NOT_AUTHENTICATED, OK, SYSTEM_ERROR, WRONG_FACILITY, json_reply
from .asked import ServiceRequest
from .bodies import Unreadable, fields_of
from .models import Account
from .options import options


def take(request: ServiceRequest) -> HttpResponse:
    """Wrong credentials arrive as HTTP 200 with the code in the body."""
    try:
        fields = fields_of(request)
    except Unreadable as problem:
        return _refused(request, NOT_AUTHENTICATED, str(problem))
    username, password = fields.get("username", ""), fields.get("password", "")
    request.call.account = username[:40]
    if len(username) != 8 or not username.endswith("_BV"):
        return _refused(request, WRONG_FACILITY, "Mã cơ sở khám bệnh, chữa bệnh không đúng")
    account = Account.objects.filter(username=username).first()
    if request.strikes.has("system-error"):
        return _refused(request, SYSTEM_ERROR, "Lỗi hệ thống")
    if account is None or request.strikes.has("body-401"):
        return _refused(request, NOT_AUTHENTICATED, "Tài khoản hoặc mật khẩu không đúng")
    request.call.facility_code = account.facility_code
    if account.locked or request.strikes.has("account-locked"):
        return _refused(request, LOCKED, "Tài khoản bị khóa")
    if not hmac.compare_digest(password.upper().encode(), account.password_md5.encode()):
        _count_bad_login(account)
        return _refused(request, NOT_AUTHENTICATED, "Tài khoản hoặc mật khẩu không đúng")
    if password != password.upper():
        request.call.warnings.append("password hash in lower case")
    with transaction.atomic():
        if account.bad_logins:
            Account.objects.filter(pk=account.pk).update(bad_logins=0)
        key = tokens.issue(account, str(request.META["REMOTE_ADDR"]))
    request.call.code = OK
    return json_reply({"maKetQua": OK, "APIKey": key})


def _count_bad_login(account: Account) -> None:
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(bad_logins=F("bad_logins") + 1)
        Account.objects.filter(pk=account.pk, bad_logins__gte=options().lock_after).update(locked=True)


def _refused(request: ServiceRequest, code: str, message: str) -> HttpResponse:
    request.call.code, request.call.remark = code, message
    return json_reply({"maKetQua": code, "APIKey": None, "thongDiep": message})
