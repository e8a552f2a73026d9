"""Setting up the Ministry's hub. These pages are there only where the hospital sends health checks."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ...delivery import actions as delivery
from ...delivery.health_checks import are_sent
from ...delivery.hub.settings import HubSettings
from ...delivery.models import Destination, DestinationKind
from ...delivery.secrets import keep_secret
from ...staff import policies
from ..shell.access import page
from ..shell.toasts import done
from . import actions as own
from .forms import first_facility
from .hub_forms import HubForm


def hubs_are_used() -> bool:
    return are_sent(first_facility(), timezone.localdate())


@sensitive_post_parameters("password")
@page(policies.check_can_set_up)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    found = first_facility()
    if found is None or not hubs_are_used():
        raise Http404
    current = found.current
    form = HubForm(request.POST or None, request.FILES or None, sender_id=current.hub_code if current else "")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if Destination.objects.filter(name=given["name"]).exists():
            form.add_error("name", "Tên gọi này đã dùng cho nơi nhận khác.")
        else:
            account = given["account"].replace("/", "_")
            added = delivery.add_destination(
                by=request.user,
                facility=found,
                name=given["name"],
                base_url=given["base_url"],
                account=given["account"],
                secret_reference=keep_secret(f"hub-account-{account}", given["password"]),
                kind=DestinationKind.HUB,
                hub={**form.settings(), "key_reference": keep_secret(f"hub-key-{account}", given["key"])},
            )
            done(request, f"Đã thêm {added.name}. Hãy thử kết nối trước khi gửi phiếu đầu tiên.")
            return HttpResponseRedirect(reverse("web:admin_destination", args=[added.pk]))
    return _page(request, form, None)


@page(policies.check_can_set_up)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Destination, pk=pk, kind=DestinationKind.HUB)
    form = HubForm(request.POST or None, request.FILES or None, known=HubSettings.of(found.hub))
    if request.method == "POST" and form.is_valid():
        hub = {**found.hub, **form.settings()}
        if form.cleaned_data["key"]:
            hub["key_reference"] = keep_secret(f"hub-key-{found.pk}", form.cleaned_data["key"])
        own.change_hub(by=request.user, destination=found, hub=hub)
        done(request, f"Đã lưu {found.name}. Phiếu đã ký giữ nguyên bản tin cũ.")
        return HttpResponseRedirect(reverse("web:admin_destination", args=[pk]))
    return _page(request, form, found)


def _page(request: HttpRequest, form: Any, found: Destination | None) -> HttpResponse:
    return render(
        request,
        "web/admin/hub.html",
        {"form": form, "destination": found},
        status=422 if form.errors else 200,
    )
