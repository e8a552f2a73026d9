"""Health checks on their way to the Ministry's hub: the list, and one with the doors that are open for it."""

from collections.abc import Callable
from typing import Any

from django.db.models import Case, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from ...delivery import actions, doors
from ...delivery.health_checks import are_sent, due_at
from ...delivery.hub.message import message_of
from ...delivery.hub.settings import HubSettings
from ...delivery.models import Submission
from ...delivery.states import State
from ...delivery.withheld import mark_on
from ...staff import policies
from ..shell.access import page
from ..shell.toasts import done
from .steering import REFUSALS, _sentence

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
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_rows(), pk=pk)
    if request.method == "POST":
        policies.check_can_steer_delivery(request.user)
        deed = _deeds(request, row).get(request.POST.get("deed", ""))
        if deed is None:
            raise Http404
        try:
            deed()
        except REFUSALS as refusal:
            return _page(request, row, _sentence(refusal))
        done(request, f"{row.health_check.code}: đã ghi, có tên người làm trong nhật ký.")
        return HttpResponseRedirect(reverse("web:delivery_health_check", args=[pk]))
    return _page(request, row)


def _deeds(request: HttpRequest, row: Submission) -> dict[str, Callable[[], None]]:
    by, reason = request.user, request.POST.get("reason", "")
    number = request.POST.get("number", "")
    return {
        "da-co": lambda: doors.it_is_there(by=by, submission=row, transaction_number=number, reason=reason),
        "chua-co": lambda: doors.it_is_not_there(by=by, submission=row, reason=reason),
        "gui-lai": lambda: doors.send_again(by=by, submission=row),
        "ky-lai": lambda: actions.release(by=by, submission=row, reason=reason, sign_anew=True),
    }


def _page(request: HttpRequest, row: Submission, problem: str = "") -> HttpResponse:
    assert row.health_check is not None
    return render(
        request,
        "web/delivery/health_check.html",
        {
            "row": row,
            "msg_id": message_of(row.stored_bytes).msg_id if row.document_id else "",
            "receipts": row.receipts.all(),
            "attempts": row.attempts.defer("answer").order_by("-number"),
            "remarks": row.health_check.remarks,
            "may_steer": policies.can_steer_delivery(request.user),
            "withheld": mark_on(row),
            "problem": problem,
        },
        status=422 if problem else 200,
    )
