"""What only a simulator received before production was declared: the list, a dry run, and somebody's word on it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from ...delivery import practice_sending
from ...delivery.models import Destination, PracticeReceipt, Submission
from ...delivery.practice_receipts import waiting
from ...staff import policies
from ..shell.access import page
from ..shell.fields import Decision
from ..shell.paging import page_of
from ..shell.sent import Shown, shown, with_carried
from ..shell.toasts import done, not_done

SEND, KEEP = "gui-that", "dot-tap"
SHOWN = 200


@page(policies.check_can_see_delivery)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    rows, may_steer = waiting(), policies.can_steer_delivery(request.user)
    listed = page_of(with_carried(rows), by="created_at", after=request.GET.get("sau", ""))
    start = reverse("web:delivery_practice")
    return render(
        request,
        "web/delivery/practice.html",
        {
            "count": rows.count(),
            "named": PracticeReceipt.objects.count(),
            "is_production": settings.HOME.is_production,
            "rows": _shown(request.user, listed.rows),
            "destinations": practice_sending.real_destinations() if may_steer else [],
            "may_steer": may_steer,
            "may_set_up": policies.can_set_up(request.user),
            "first": listed.first,
            "start": start,
            "next": f"{start}?{urlencode({'sau': listed.next})}" if listed.next else "",
        },
    )


def _shown(person: Any, rows: Sequence[Submission]) -> list[Shown]:
    return [shown(person, row) for row in rows]


@page(policies.check_can_steer_delivery)
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """First what would happen and what would not; then, with a reason, it is done."""
    deed, given = request.POST.get("viec", ""), request.POST
    deed = deed if deed in (SEND, KEEP) else SEND
    rows, everything = _asked(request), given.get("tat-ca") == "1"
    back = HttpResponseRedirect(reverse("web:delivery_practice"))
    if not rows:
        not_done(request, "Chưa chọn hồ sơ nào, hoặc chúng vừa được xử lý.")
        return back
    to = _destination(given.get("noi", ""))
    form = Decision(given) if given.get("step") == "save" else Decision()
    if form.is_bound and form.is_valid():
        how: dict[str, Any] = {"by": request.user, "rows": rows, "reason": form.cleaned_data["reason"]}
        if deed == SEND:
            done(
                request,
                f"{practice_sending.send_for_real(**how, to=to)} hồ sơ, phiếu chờ ký rồi gửi đến nơi nhận thật.",
            )
        else:
            done(
                request,
                f"{practice_sending.mark_as_practice(**how)} hồ sơ, phiếu được ghi là đợt tập, không gửi.",
            )
        return back
    plan = practice_sending.plan_sending(rows, to) if deed == SEND else None
    moving = [(each.submission, each.to) for each in plan.moving] if plan else [(row, None) for row in rows]
    left_out = plan.left_out if plan else []
    return render(
        request,
        "web/delivery/practice_step.html",
        {
            "form": form,
            "sends": deed == SEND,
            "deed": deed,
            "everything": everything,
            "chosen": [] if everything else [row.pk for row in rows],
            "to": to,
            "count": len(moving),
            "moving": [(shown(request.user, row), there) for row, there in moving[:SHOWN]],
            "left_out": [(shown(request.user, each.submission), each.why) for each in left_out[:SHOWN]],
            "left_out_count": len(left_out),
            "most": SHOWN,
        },
        status=422 if form.errors else 200,
    )


def _asked(request: HttpRequest) -> list[Submission]:
    rows: QuerySet[Submission] = waiting()
    if request.POST.get("tat-ca") != "1":
        rows = rows.filter(
            pk__in=[int(each) for each in request.POST.getlist("chon") if each.isdigit()][:SHOWN]
        )
    return list(with_carried(rows))


def _destination(asked: str) -> Destination | None:
    return next((each for each in practice_sending.real_destinations() if str(each.pk) == asked), None)
