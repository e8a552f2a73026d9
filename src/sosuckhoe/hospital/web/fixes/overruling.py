"""Standing by a value: ``đúng như vậy``, with the reason that stays beside the finding."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from ...delivery.mending import overruling
from ...journal.chain import note
from ...staff import policies
from ...visits.desks import check_may_mend
from ...visits.models import Finding
from ..shell import privacy
from ..shell.access import page
from ..shell.labels import place
from ..shell.toasts import done, not_done


@page(policies.check_can_mend_findings)
@require_http_methods(["GET", "POST"])
def stand_by(request: HttpRequest, pk: int) -> HttpResponse:
    finding = get_object_or_404(Finding.objects.select_related("version__visit__patient"), pk=pk)
    check_may_mend(request.user, finding.owner)
    visit, error = finding.version.visit, ""
    back = reverse("web:visit", args=[visit.pk]) + "#loi"
    if request.method == "POST":
        try:
            overruled = overruling.stand_by(
                by=request.user, finding_id=pk, reason=request.POST.get("reason", "")[:500], at=timezone.now()
            )
        except overruling.NeedsReason as missing:
            error = str(missing)
        except (overruling.NotTheLatest, overruling.CannotOverrule) as refusal:
            not_done(request, str(refusal))
            return HttpResponseRedirect(back)
        else:
            done(request, _sentence(overruled), undo=reverse("web:fix_withdraw", args=[pk]))
            return HttpResponseRedirect(back)
    else:
        note(request.user, "visit-read", "visit", visit.pk, record=True)
    return render(
        request,
        "web/fixes/overrule.html",
        {
            "finding": finding,
            "visit": visit,
            "name": privacy.name_for(request.user, visit.patient.full_name),
            "where": place(finding.path),
            "sees": privacy.sees_fault(request.user, finding.owner),
            "error": error,
        },
        status=422 if error else 200,
    )


def _sentence(done_: overruling.Overruled) -> str:
    if done_.released:
        return "Đã ghi xác nhận. Mọi lỗi đã được xác nhận nên hồ sơ được cho gửi."
    if done_.finding.severity == "warning":
        return "Đã ghi xác nhận cho cảnh báo này."
    if done_.open_errors:
        return f"Đã ghi xác nhận. Hồ sơ còn {done_.open_errors} lỗi khác nên vẫn tạm giữ."
    return "Đã ghi xác nhận. Hồ sơ vẫn tạm giữ đến khi người phụ trách gửi hồ sơ bấm “Cho gửi”."


@page(policies.check_can_mend_findings)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    finding = get_object_or_404(Finding.objects.select_related("version"), pk=pk)
    try:
        overruling.withdraw(by=request.user, finding_id=pk)
        done(request, "Đã rút lại xác nhận.")
    except (overruling.NotTheLatest, overruling.TooLate) as refusal:
        not_done(request, str(refusal))
    return HttpResponseRedirect(reverse("web:visit", args=[finding.version.visit_id]) + "#loi")
