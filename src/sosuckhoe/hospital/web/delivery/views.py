"""The delivery board and the lists behind its numbers."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from ...delivery.models import Destination, DestinationKind, PracticeReceipt
from ...delivery.restoring.hold import current, on_hold
from ...delivery.states import State
from ...delivery.watching.watched import alarms, watched
from ...delivery.watching.working_calendar import years_without_holidays
from ...staff import policies
from ..shell import privacy, words
from ..shell.access import page
from ..shell.funnel import PERIODS, STEPS, funnel
from ..shell.paging import page_of
from ..shell.sent import found_by_code, shown, with_carried
from . import queries

SAID_ABOVE = ("read-only", "restore-hold", "paused", "portal-silent")
"""Alarms that have a notice of their own on the board."""
DEFAULT_PERIOD = "7-ngay"


def _address(route: str, **asked: Any) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return reverse(route) + (f"?{urlencode(kept)}" if kept else "")


def _destination(request: HttpRequest, destinations: list[Destination]) -> Destination | None:
    """The one the address names; with a single destination, that one."""
    asked = request.GET.get("noi", "")
    found = next((each for each in destinations if str(each.pk) == asked), None)
    return found or (destinations[0] if len(destinations) == 1 else None)


@page(policies.check_can_see_delivery)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    destinations = list(Destination.objects.select_related("facility"))
    chosen = _destination(request, destinations)
    period = request.GET.get("ky", DEFAULT_PERIOD)
    if period not in PERIODS:
        period = DEFAULT_PERIOD
    noi = chosen.pk if chosen and len(destinations) > 1 else ""
    restored = current()
    held, look = restored is not None, watched(timezone.now())
    return render(
        request,
        "web/delivery/board.html",
        {
            "periods": [
                (name, _address("web:delivery", ky=key, noi=noi), key == period)
                for key, (name, _) in PERIODS.items()
            ],
            "destinations": queries.health(destinations),
            "chosen": chosen,
            "choices": [
                (each, _address("web:delivery", ky=period, noi=each.pk), each == chosen)
                for each in destinations
            ]
            if len(destinations) > 1
            else [],
            "funnel": [
                (step, _address("web:delivery_list", buoc=step.key, ky=period, noi=noi))
                for step in funnel(period, chosen)
            ],
            "check_ins": queries.check_ins(chosen),
            "tiles": [(tile, _tile_address(tile.state, noi)) for tile in queries.tiles(chosen)],
            "oldest": [
                (row, privacy.name_for(request.user, row.version.visit.patient.full_name), _why(row, held))
                for row in queries.waiting_longest(chosen)
            ],
            "keys": queries.keys(),
            "restored": restored,
            "alarms": [each for each in alarms(look) if each.code not in SAID_ABOVE],
            "clock": look.time,
            "backups": look.backups,
            "unknown_years": years_without_holidays(timezone.now()),
            "practised": PracticeReceipt.objects.exists(),
            "has_hub": any(each.kind == DestinationKind.HUB for each in destinations),
            "may_steer": policies.can_steer_delivery(request.user),
            "may_set_up": policies.can_set_up(request.user),
        },
    )


def _why(row: Any, held: bool) -> str:
    """Why it is where it is; what has no problem of its own waits for its turn, or for the pause to end."""
    if row.problem or row.state not in (State.SIGNED, State.WAITING):
        return str(row.problem)
    if held:
        return "Đang giữ sau khi khôi phục cơ sở dữ liệu"
    if row.state == State.SIGNED and row.destination.paused:
        return "Việc gửi đang tạm dừng"
    return "Đợi đến lượt gửi" if row.state == State.SIGNED else "Đợi đến lượt ký"


def _tile_address(state: str, noi: Any) -> str:
    return _address("web:delivery_list", **{"trang-thai": state, "noi": noi})


@page(policies.check_can_see_delivery)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The list behind a number: by state, by step of the funnel, or by a code."""
    destinations = list(Destination.objects.all())
    chosen = _destination(request, destinations) if request.GET.get("noi") else None
    code = request.GET.get("ma", "").strip()[:100]
    state, step = request.GET.get("trang-thai", ""), request.GET.get("buoc", "")
    period = request.GET.get("ky", "tat-ca")
    if period not in PERIODS:
        raise Http404
    by = "since"
    if code:
        numbers = policies.can_read_patients(request.user)
        rows, title = found_by_code(code, numbers=numbers), f"Tìm mã {code}"
    elif state in State.values:
        rows, title = queries.in_state(state, chosen), words.state(state).word
    elif step in STEPS:
        rows, title = queries.behind_step(step, period, chosen), STEPS[step][0]
        title = f"{title}, {PERIODS[period][0].lower()}"
        by = "version__visit__closed_at"
    else:
        raise Http404
    held = on_hold()
    listed = page_of(with_carried(rows), by=by, after=request.GET.get("sau", ""))
    asked = {
        "ma": code,
        "trang-thai": state,
        "buoc": step,
        "ky": request.GET.get("ky", ""),
        "noi": request.GET.get("noi", ""),
    }
    return render(
        request,
        "web/delivery/list.html",
        {
            "title": title,
            "count": rows.count(),
            "rows": [(shown(request.user, row), _why(row, held)) for row in listed.rows],
            "code": code,
            "unknown": state == State.UNKNOWN,
            "oldest": listed.rows[0].since if listed.rows and listed.first else None,
            "first": listed.first,
            "start": _address("web:delivery_list", **asked),
            "next": _address("web:delivery_list", **asked, sau=listed.next) if listed.next else "",
        },
    )
