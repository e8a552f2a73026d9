"""Health checks on their way to the Ministry's hub: the list, and one with the doors that are open for it."""

from typing import Any

from django.db.models import Case, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from ...delivery.health_checks import are_sent, due_at
from ...delivery.hub.settings import HubSettings
from ...delivery.models import Submission
from ...delivery.states import State
from ...staff import policies
from ..shell.access import page
from ..shell.ways import ways

SHOWN = 200
NEED_SOMEBODY = (State.UNKNOWN, State.HELD, State.REFUSED)
OVER = (State.RECEIVED, State.ACCEPTED, State.SUPERSEDED)


def _rows() -> Any:
    """Those that need somebody first, then the newest."""
    first = Case(When(state__in=NEED_SOMEBODY, then=Value(0)), default=Value(1))
    rows = Submission.ledger.filter(health_check__isnull=False)
    return rows.select_related("health_check", "destination", "document").order_by(first, "-id")


def _due(row: Submission) -> Any:
    assert row.health_check is not None
    return due_at(row.health_check, HubSettings.of(row.destination.hub))


@page(policies.check_can_see_delivery)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    found, now = _rows(), timezone.now()
    if not found.exists() and not are_sent(None, timezone.localdate()):
        raise Http404
    rows = list(found[:SHOWN])
    for row in rows:
        row.due = _due(row)
    return render(
        request,
        "web/delivery/health_checks.html",
        {
            "rows": rows,
            "count": found.count(),
            "open": found.filter(state__in=NEED_SOMEBODY).count(),
            "late": sum(row.state not in OVER and row.due is not None and row.due < now for row in rows),
        },
    )


@page(policies.check_can_see_delivery)
@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_rows(), pk=pk)
    return render(
        request,
        "web/delivery/health_check.html",
        {
            "row": row,
            "ways": ways(row),
            "receipts": row.receipts.all(),
            "attempts": row.attempts.defer("answer").order_by("-number"),
            "remarks": row.health_check.remarks,
            "may_steer": policies.can_steer_delivery(request.user),
        },
    )
