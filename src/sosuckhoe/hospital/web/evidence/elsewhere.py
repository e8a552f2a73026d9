"""One page: take the waiting files away, bring the signed ones back. Also the calendar of certificates."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from ...delivery.models import KeyKind, SigningKey, Submission
from ...delivery.signers.attach import Attached, attach, prepare
from ...delivery.signers.certificates import calendar
from ...delivery.states import State
from ...staff import policies
from ...staff.models import Facility
from ..shell.access import page


@page(policies.check_can_steer_delivery)
@require_http_methods(["GET", "POST"])
def elsewhere(request: HttpRequest) -> HttpResponse:
    facility = Facility.objects.order_by("id").first()
    results: list[Attached] = []
    nothing = False
    if request.method == "POST" and facility is not None:
        if request.POST.get("deed") == "prepare":
            policies.check_can_read_records(request.user)
            package = prepare(by=request.user, facility=facility)
            if package.count:
                response = HttpResponse(package.data, content_type="application/zip")
                response["Content-Disposition"] = f'attachment; filename="{package.name}"'
                return response
        else:
            files = request.FILES.getlist("files")
            nothing = not files
            for file in files:
                results += attach(by=request.user, name=file.name or "", data=file.read())
    now = timezone.now()
    return render(
        request,
        "web/evidence/elsewhere.html",
        {
            "keys": SigningKey.objects.filter(
                kind=KeyKind.ELSEWHERE, retired_at__isnull=True, not_before__lte=now, not_after__gte=now
            ),
            "waiting": Submission.objects.filter(
                version__visit__facility=facility, state=State.WAITING
            ).count(),
            "takes": policies.can_read_records(request.user),
            "results": results,
            "taken": sum(one.taken for one in results),
            "nothing": nothing,
            "calendar": calendar(now),
        },
        status=422 if nothing else 200,
    )
