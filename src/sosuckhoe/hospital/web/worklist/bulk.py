"""Letting many records go at once, after what held them all has been mended: chosen, looked at, then done."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from ...delivery.actions import NotInThisState, release
from ...delivery.states import NoSuchStep, State
from ...staff import policies
from ..shell import privacy
from ..shell.access import page
from ..shell.toasts import done, not_done
from ..shell.work import work

MOST = 500


@page(policies.check_can_steer_delivery)
@require_POST
def release_many(request: HttpRequest) -> HttpResponse:
    """First the list with its question, then, when it is answered, one record after the other."""
    asked = [int(each) for each in request.POST.getlist("chon")[:MOST] if each.isdigit()]
    chosen = list(work().filter(pk__in=asked, state=State.HELD, first_rule=None).order_by("since", "pk"))
    reason = request.POST.get("reason", "").strip()
    if not chosen:
        not_done(request, "Không có hồ sơ nào để cho gửi. Có thể chúng vừa được xử lý.")
        return HttpResponseRedirect(reverse("web:worklist"))
    if request.POST.get("step") != "save" or not reason:
        return render(
            request,
            "web/worklist/release.html",
            {
                "rows": [
                    (each, privacy.name_for(request.user, each.version.visit.patient.full_name))
                    for each in chosen
                ],
                "signed": sum(each.document_id is not None for each in chosen),
                "missing": request.POST.get("step") == "save",
            },
            status=422 if request.POST.get("step") == "save" else 200,
        )
    sign_anew = request.POST.get("sign_anew") == "1"
    moved = 0
    for submission in chosen:
        try:
            release(by=request.user, submission=submission, reason=reason, sign_anew=sign_anew)
        except (NotInThisState, NoSuchStep):
            moved += 1
    done(
        request,
        f"Đã cho gửi {len(chosen) - moved} hồ sơ."
        + (f" {moved} hồ sơ vừa được người khác xử lý." if moved else ""),
    )
    return HttpResponseRedirect(reverse("web:worklist"))
