"""Health checks on their way to the Ministry's hub: the list, and one with the doors that are open for it."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from ...delivery.health_checks import are_sent, due_at
from ...delivery.hub import untasked
from ...delivery.hub.settings import HubSettings
from ...delivery.models import Submission
from ...delivery.states import State
from ...delivery.watching import hub_clock
from ...staff import policies
from ..shell.access import page
from ..shell.paging import page_of
from ..shell.sent import found_by_code
from ..shell.ways import ways

NEED_SOMEBODY = (State.UNKNOWN, State.HELD, State.REFUSED)
LISTS = {
    "can-nguoi": "Cần người xem",
    "qua-han": "Đã quá hạn",
    "den-han": "Đến hạn trong hôm nay",
}
"""Each is a filter with its count. Those of the clock are in the order of their time, the others newest first."""
OF_THE_CLOCK = ("qua-han", "den-han")


def _rows() -> QuerySet[Submission]:
    return Submission.ledger.filter(health_check__isnull=False)


def _shown(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    return rows.select_related("health_check", "destination").defer("health_check__document")


def _list(name: str, now: datetime) -> QuerySet[Submission]:
    if name == "can-nguoi":
        return _rows().filter(state__in=NEED_SOMEBODY)
    return hub_clock.late(now) if name == "qua-han" else hub_clock.due_today(now)


def _due(row: Submission) -> datetime | None:
    assert row.health_check is not None
    return due_at(row.health_check, HubSettings.of(row.destination.hub))


def _address(**asked: str) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return reverse("web:delivery_health_checks") + (f"?{urlencode(kept)}" if kept else "")


@page(policies.check_can_see_delivery)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All, by a code, or one of ``LISTS``."""
    now, every = timezone.now(), _rows()
    if not every.exists() and not are_sent(None, timezone.localdate()):
        raise Http404
    code = request.GET.get("ma", "").strip()[:100]
    chosen = "" if code else request.GET.get("xem", "")
    if chosen and chosen not in LISTS:
        raise Http404
    rows = _list(chosen, now) if chosen else every
    if code:
        rows = found_by_code(code).filter(health_check__isnull=False)
    by_clock = chosen in OF_THE_CLOCK
    listed = page_of(
        _shown(rows),
        by="health_check__made_on" if by_clock else "created_at",
        after=request.GET.get("sau", ""),
        newest_first=not by_clock,
    )
    return render(
        request,
        "web/delivery/health_checks.html",
        {
            "rows": [(row, _due(row)) for row in listed.rows],
            "count": rows.count(),
            "code": code,
            "chosen": chosen,
            "title": LISTS.get(chosen, ""),
            "untasked": untasked.offered().count(),
            "may_steer": policies.can_steer_delivery(request.user),
            "filters": [
                (name, _address(xem=key), key == chosen, _list(key, now).count())
                for key, name in LISTS.items()
            ],
            "first": listed.first,
            "start": _address(ma=code, xem=chosen),
            "next": _address(ma=code, xem=chosen, sau=listed.next) if listed.next else "",
        },
    )


@page(policies.check_can_see_delivery)
@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_rows().select_related("health_check", "destination", "document"), pk=pk)
    assert row.health_check is not None
    return render(
        request,
        "web/delivery/health_check.html",
        {
            "row": row,
            "due": _due(row),
            "open": row.state not in hub_clock.OVER,
            "ways": ways(row),
            "receipts": row.receipts.all(),
            "attempts": row.attempts.defer("answer").order_by("-number"),
            "remarks": row.health_check.remarks,
            "may_steer": policies.can_steer_delivery(request.user),
        },
    )
