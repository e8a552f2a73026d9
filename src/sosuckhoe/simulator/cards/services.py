"""The look-up services: card validity, history, co-payments."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.portal.addresses import HEADERS, QUERY
from sosuckhoe.simulator.portal.answers import json_reply, not_authenticated
from sosuckhoe.simulator.portal.asked import ServiceRequest
from sosuckhoe.simulator.portal.bodies import JSON, Unreadable, fields_of, kind_of
from sosuckhoe.simulator.portal.credentials import Locked, NotAuthenticated, account_of
from sosuckhoe.simulator.portal.models import Account

from .codes import MEANINGS, TELLS_CARD
from .models import Card, LookUp
from .register import Found, ask

_FIELDS = [
    "maThe",
    "hoTen",
    "ngaySinh",
    "gioiTinh",
    "diaChi",
    "maDKBD",
    "cqBHXH",
    "gtTheTu",
    "gtTheDen",
    "maKV",
    "ngayDu5Nam",
    "maSoBHXH",
    "maTheCu",
    "maTheMoi",
    "gtTheTuMoi",
    "gtTheDenMoi",
    "maDKBDMoi",
    "tenDKBDMoi",
    "TEMP1",
    "TEMP2",
]


def card(request: ServiceRequest) -> HttpResponse:
    """KQNhanLichSuKCB2024: with the identity of the officer who asks."""
    return _look_up(request, officer=True)


def card_old(request: ServiceRequest) -> HttpResponse:
    """The services of 2018 and 2019: without the officer."""
    return _look_up(request, officer=False)


def history(request: ServiceRequest) -> HttpResponse:
    """Lskcb2025: past courses of treatment. Only form encoding works."""
    fields, account, refusal = _who(request)
    if refusal is not None or account is None:
        return refusal or _answer(request, Found("401"))
    if kind_of(request) == JSON:
        return _answer(request, Found("205", note="Chỉ nhận application/x-www-form-urlencoded"))
    found = _officer_fault(account, fields) or _asked(request, fields)
    past = found.card.history if found.card and found.code in TELLS_CARD else None
    request.call.code = found.code
    return json_reply(
        {
            "maKetQua": "000" if found.code in TELLS_CARD else found.code,
            "ghiChu": found.note or MEANINGS.get(found.code, ""),
            "dsLichSuKCB2025": past or None,
        }
    )


def _look_up(request: ServiceRequest, *, officer: bool) -> HttpResponse:
    fields, account, refusal = _who(request)
    if refusal is not None or account is None:
        return refusal or _answer(request, Found("401"))
    found = (_officer_fault(account, fields) if officer else None) or _asked(request, fields)
    response = _answer(request, found)
    LookUp.objects.create(
        card=fields.get("maThe", "").replace(" ", "")[:15],
        user=account.username,
        at=clock.now(),
        code=found.code,
        message=MEANINGS.get(found.code, "")[:255],
    )
    return response


def _who(request: ServiceRequest) -> tuple[dict[str, str], Account | None, HttpResponse | None]:
    try:
        fields = fields_of(request)
    except Unreadable:
        return {}, None, _answer(request, Found("205"))
    try:
        account = account_of(request, QUERY, fields)
    except NotAuthenticated as problem:
        request.call.remark = str(problem)
        return fields, None, not_authenticated(request, _body(Found("401")))
    except Locked:
        return fields, None, not_authenticated(request, _body(Found("401", note="Tài khoản bị khóa")))
    request.call.account = account.username
    request.call.facility_code = account.facility_code
    return fields, account, None


def _officer_fault(account: Account, fields: dict[str, str]) -> Found | None:
    name, personal_id = fields.get("hoTenCb", ""), fields.get("cccdCb", "")
    if not name or not personal_id:
        return Found("205", note="Null hoTenCb" if not name else "Null cccdCb")
    officer = account.officers.filter(personal_id=personal_id).first()
    if officer is None:
        return Found("054")
    if " ".join(officer.name.casefold().split()) != " ".join(name.casefold().split()):
        return Found("055")
    return None


def _asked(request: ServiceRequest, fields: dict[str, str]) -> Found:
    strikes = request.strikes
    if strikes.has("system-error"):
        return Found("500")
    if strikes.has("look-up-error"):
        return Found(str(strikes.value("look-up-error", "code", "100")))
    today = timezone.localdate(clock.now())
    return ask(fields.get("maThe", ""), fields.get("hoTen", ""), fields.get("ngaySinh", ""), today)


def _answer(request: ServiceRequest, found: Found) -> HttpResponse:
    request.call.code = found.code
    return json_reply(_body(found))


def _body(found: Found) -> dict[str, Any]:
    told = found.card if found.code in TELLS_CARD else None
    body: dict[str, Any] = {"maKetQua": found.code, "ghiChu": found.note or MEANINGS.get(found.code, "")}
    body |= dict.fromkeys(_FIELDS) if told is None else _told(told)
    body["dsLichSuKCB2018"] = None  # history moved to Lskcb2025
    body["dsLichSuKT2018"] = _earlier(told) if told else None
    return body


def _told(card: Card) -> dict[str, Any]:
    values = (
        card.number, card.full_name, card.birth, card.sex, card.address, card.facility_code, card.issuer,
        card.valid_from, card.valid_to, card.area, card.five_years_from, card.insurance_number, None,
        card.new_number, card.new_valid_from, card.new_valid_to, card.new_facility_code, card.new_facility_name,
        card.employer_code, card.employer_name,
    )  # fmt: skip
    return dict(zip(_FIELDS, (value or None for value in values), strict=True))


def _earlier(card: Card) -> list[dict[str, str]]:
    return [
        {
            "userKT": row.user,
            "thoiGianKT": f"{timezone.localtime(row.at):%d/%m/%Y %H:%M:%S}",
            "thongBao": row.message,
            "maLoi": row.code,
        }
        for row in LookUp.objects.filter(card=card.number).order_by("-pk")[:5]
    ]


def copayment(request: ServiceRequest) -> HttpResponse:
    """TraCuuTienMCCT: family H, JSON only; a refusal is a bare HTTP 401 in every style."""
    if kind_of(request) != JSON:
        return _copayment(request, "400", "Chỉ nhận application/json")
    try:
        fields = fields_of(request)
    except Unreadable:
        return _copayment(request, "400", "Sai định dạng")
    try:
        account = account_of(request, HEADERS, fields)
    except (NotAuthenticated, Locked):
        request.call.code = "401"
        return HttpResponse(b"", status=401, content_type="text/plain")
    request.call.account = account.username
    if request.strikes.has("system-error"):
        return _copayment(request, "500", "Lỗi hệ thống")
    if account.restricted or request.strikes.has("restricted-look-up"):
        return _copayment(request, "500", "Đã có lỗi xảy ra trong quá trình xử lý")
    missing = [name for name in ("maThe", "hoTen", "ngaySinh") if not fields.get(name)]
    if missing or len(fields["maThe"].replace(" ", "")) not in (10, 12, 15):
        return _copayment(request, "400", f"Thiếu hoặc sai {', '.join(missing) or 'maThe'}")
    found = ask(fields["maThe"], fields["hoTen"], fields["ngaySinh"], timezone.localdate(clock.now()))
    if found.card is None or found.code not in TELLS_CARD or not found.card.copayments:
        return _copayment(request, "204", "Không có dữ liệu")
    return _copayment(request, "200", "", found.card)


def _copayment(request: ServiceRequest, code: str, note: str, card: Card | None = None) -> HttpResponse:
    request.call.code = code
    lines = sorted(card.copayments, key=lambda line: line.get("ngayRa", ""), reverse=True) if card else None
    about = card and {
        "hoTen": card.full_name,
        "ngaySinh": card.birth,
        "ngayKetThuc": card.valid_to,
        "maBhxh": card.insurance_number,
    }
    body = {"MaKetQua": code, "GhiChu": note, "DataCCT": lines, "ThongTinSoThe": about}
    return json_reply(body, status=400 if code == "400" else 500 if code == "500" else 200)
