"""Scenarios that strike before the portal works. Each gives the answer, or None to let the call go on."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from math import ceil
from typing import Any

from django.http import HttpResponse

from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.portal.asked import ServiceRequest

from .broken import reset
from .slowly import read_slowly

Parameters = Mapping[str, Any]
LONGEST_WAIT = 86_400
"""Seconds of a Retry-After at most."""
_PAGE = "<!DOCTYPE html><html lang=vi><meta charset=utf-8><title>{title}</title><h1>{title}</h1><p>{text}</p></html>"


def _page(status: int, title: str, text: str = "Mô phỏng.", retry_after: int | None = None) -> HttpResponse:
    response = HttpResponse(_PAGE.format(title=title, text=text), status=status)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def latency(request: ServiceRequest, parameters: Parameters) -> HttpResponse | None:
    time.sleep(float(parameters["seconds"]))
    return None


def reset_before_reading(request: ServiceRequest, parameters: Parameters) -> HttpResponse:
    return reset()


def drop_unstored(request: ServiceRequest, parameters: Parameters) -> HttpResponse:
    _ = request.body
    return reset()


def flapping(request: ServiceRequest, parameters: Parameters) -> HttpResponse | None:
    up, down = float(parameters["up_seconds"]), float(parameters["down_seconds"])
    return reset() if time.time() % (up + down) >= up else None


def slow_reading(request: ServiceRequest, parameters: Parameters) -> HttpResponse | None:
    read_slowly(request, parameters)
    return None


def outage(request: ServiceRequest, parameters: Parameters) -> HttpResponse:
    return reset() if parameters["answer"] == "reset" else _page(503, "Dịch vụ tạm ngừng", retry_after=600)


def maintenance(request: ServiceRequest, parameters: Parameters) -> HttpResponse:
    return _page(503, "Hệ thống bảo trì", "Vui lòng quay lại sau.", int(parameters["retry_after"]))


def maintenance_window(request: ServiceRequest, parameters: Parameters) -> HttpResponse:
    """In its hours only (``switching.py``). How the real one refuses is not public: as ``maintenance`` does."""
    ends, state = datetime.fromisoformat(parameters["until"]), clock.Clock.load()
    left = (ends - state.reading()).total_seconds() / (state.factor or 1)
    text = f"Đến {clock.on_the_wall(ends):%H:%M %d/%m/%Y}. Vui lòng quay lại sau."
    return _page(503, "Hệ thống bảo trì", text, min(max(1, ceil(left)), LONGEST_WAIT))


def path_disabled(request: ServiceRequest, parameters: Parameters) -> HttpResponse:
    return _page(404, "Not Found")


def http_500(request: ServiceRequest, parameters: Parameters) -> HttpResponse:
    return _page(500, "Internal Server Error")


def http_502(request: ServiceRequest, parameters: Parameters) -> HttpResponse:
    return _page(502, "Bad Gateway")


def http_503(request: ServiceRequest, parameters: Parameters) -> HttpResponse:
    return _page(503, "Service Unavailable", retry_after=int(parameters["retry_after"]))


def http_429(request: ServiceRequest, parameters: Parameters) -> HttpResponse:
    return _page(429, "Too Many Requests", retry_after=int(parameters["retry_after"]))


_lately: deque[float] = deque()
_counting = threading.Lock()


def rate_limit(request: ServiceRequest, parameters: Parameters) -> HttpResponse | None:
    with _counting:
        now = time.monotonic()
        while _lately and _lately[0] <= now - 60:
            _lately.popleft()
        if len(_lately) >= int(parameters["per_minute"]):
            return _page(429, "Too Many Requests", retry_after=int(61 - (now - _lately[0])))
        _lately.append(now)
    return None


def html_under_200(request: ServiceRequest, parameters: Parameters) -> HttpResponse:
    return _page(200, "Trang chủ", "Một trang web ở nơi đáng lẽ là JSON.")


def bare_401(request: ServiceRequest, parameters: Parameters) -> HttpResponse:
    return HttpResponse(b"", status=401, content_type="text/plain")


ANSWERS: dict[str, Callable[[ServiceRequest, Parameters], HttpResponse | None]] = {
    "latency": latency,
    "reset-before-reading": reset_before_reading,
    "drop-unstored": drop_unstored,
    "flapping": flapping,
    "outage": outage,
    "slow-reading": slow_reading,
    "maintenance": maintenance,
    "maintenance-window": maintenance_window,
    "path-disabled": path_disabled,
    "status-silent": reset_before_reading,
    "http-500": http_500,
    "http-502": http_502,
    "http-503": http_503,
    "http-429": http_429,
    "login-busy": http_429,
    "rate-limit": rate_limit,
    "html-under-200": html_under_200,
    "bare-401": bare_401,
}
