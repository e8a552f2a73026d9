"""Health checks that came before their facility had a hub: how many, a dry run, and their task on somebody's word."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from ...delivery.hub import untasked
from ...staff import policies
from ..shell.access import page
from ..shell.fields import Decision
from ..shell.toasts import done

SHOWN = 200


@page(policies.check_can_steer_delivery)
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    rows = list(untasked.offered().select_related("facility"))
    form = Decision(request.POST) if request.method == "POST" else Decision()
    if form.is_bound and form.is_valid():
        given = untasked.give_tasks(by=request.user, rows=rows, reason=form.cleaned_data["reason"])
        done(request, f"{given} phiếu chờ ký rồi gửi lên trục.")
        return HttpResponseRedirect(reverse("web:delivery_health_checks"))
    found = untasked.plan(rows)
    return render(
        request,
        "web/delivery/untasked.html",
        {
            "form": form,
            "moving": found.moving[:SHOWN],
            "count": len(found.moving),
            "left_out": found.left_out[:SHOWN],
            "left_out_count": len(found.left_out),
            "most": SHOWN,
        },
        status=422 if form.errors else 200,
    )
