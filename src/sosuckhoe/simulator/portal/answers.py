"""The portal's answers. The code in the body decides; the HTTP status is 200 unless the style says otherwise."""

import json
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.http import http_date

from sosuckhoe.simulator.clock import models as clock

from .asked import ServiceRequest
from .options import options

SUCCESS = "Tiếp nhận thành công"
OK, NOT_AUTHENTICATED, WRONG_FACILITY, LOCKED, SYSTEM_ERROR = "200", "401", "402", "403", "500"
UNSIGNED, CERTIFICATE, SIGNATURE = "123", "124", "125"
FORMAT, TOO_LARGE = "205", "1001"


def json_reply(body: dict[str, Any], status: int = 200) -> HttpResponse:
    data = json.dumps(body, ensure_ascii=False).encode()
    response = HttpResponse(data, status=status, content_type="application/json; charset=utf-8")
    response["Content-Length"] = str(len(data))
    return response


def local_time(skew_minutes: float = 0.0) -> str:
    """thoiGianTiepNhan: the simulated clock on a Vietnamese wall."""
    return f"{clock.on_the_wall(clock.now() + timedelta(minutes=skew_minutes)):%Y%m%d%H%M%S}"


def submission(
    request: ServiceRequest, code: str, message: str, transaction: str | None = None
) -> HttpResponse:
    """The four fields of a submission's answer."""
    request.call.code, request.call.remark = code, "" if transaction else message
    skew = request.strikes.value("clock-skew", "minutes", 0)
    reply = json_reply(
        {
            "maKetQua": code,
            "maGiaoDich": transaction,
            "thoiGianTiepNhan": local_time(skew),
            "thongDiep": message,
        }
    )
    if skew:
        reply["Date"] = http_date(clock.real_now().timestamp() + skew * 60)
    return reply


def not_authenticated(request: ServiceRequest, body: dict[str, Any]) -> HttpResponse:
    """The two styles of refusing: 200 with 401 in the body, or a bare HTTP 401."""
    request.call.code = NOT_AUTHENTICATED
    if options().refusal_style == "bare":
        return HttpResponse(b"", status=401, content_type="text/plain")
    return json_reply(body)
