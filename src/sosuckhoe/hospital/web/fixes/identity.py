"""Writing down whose number it is, once reception has looked at the papers."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from ...delivery.mending.identity import settle_number
from ...patients.actions import NotContested
from ...patients.models import Identifier
from ...staff import policies
from ...visits.models import Visit
from ..shell.access import page
from ..shell.toasts import done, not_done


@page(policies.check_can_mend_findings)
@require_POST
def settle(request: HttpRequest, pk: int, identifier: int) -> HttpResponse:
    visit = get_object_or_404(Visit, pk=pk)
    found = get_object_or_404(Identifier, pk=identifier, patient=visit.patient_id)
    is_theirs = request.POST.get("theirs") == "1"
    try:
        released = settle_number(by=request.user, identifier=found, is_theirs=is_theirs, at=timezone.now())
    except NotContested as refusal:
        not_done(request, str(refusal))
    else:
        done(request, _sentence(is_theirs, released))
    return HttpResponseRedirect(reverse("web:visit", args=[pk]))


def _sentence(is_theirs: bool, released: int) -> str:
    if not is_theirs:
        return "Đã ghi: số này của người khác. Sửa số định danh trong hồ sơ thì hồ sơ đi tiếp."
    if released:
        return "Đã ghi: số này của người bệnh. Hồ sơ giữ vì số này được cho gửi."
    return "Đã ghi: số này của người bệnh."
