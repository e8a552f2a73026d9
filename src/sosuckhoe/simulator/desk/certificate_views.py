"""Certificates and signing for people: what the issuer says, and how the signing service behaves."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.issuer.models import Issuer
from sosuckhoe.simulator.issuer.services import parsed
from sosuckhoe.simulator.portal.models import Certificate
from sosuckhoe.simulator.signing_service.models import Behaviour, Credential, Request

LAST = 12


@require_GET
def certificates(request: HttpRequest) -> HttpResponse:
    issuer = Issuer.objects.order_by("-pk").first()
    subject = parsed(issuer.pem).subject if issuer else None
    rows = Certificate.objects.select_related("account").order_by("account__facility_code", "valid_to")
    context = {
        "now": clock.now(),
        "issuer": issuer,
        "subject": subject.rfc4514_string() if subject else "",
        "ocsp": request.build_absolute_uri("/ocsp"),
        "crl": request.build_absolute_uri("/crl/thuc-hanh.crl"),
        "certificates": [(row, parsed(row.pem).issuer == subject) for row in rows],
        "credentials": Credential.objects.order_by("credential"),
        "behaviours": Behaviour.choices,
        "asked": Request.objects.select_related("credential").order_by("-pk")[:LAST],
    }
    return render(request, "desk/certificates.html", context)


@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Revoke a certificate, or take that back: the portal's register and the issuer's answers say it alike."""
    wanted = request.POST.get("revoked") == "yes"
    if Certificate.objects.filter(fingerprint=request.POST.get("fingerprint", "")).update(revoked=wanted):
        word = "Đã thu hồi" if wanted else "Đã bỏ thu hồi"
        messages.success(request, f"{word} chứng thư. Cổng và nơi cấp trả lời như vậy từ lần hỏi tới.")
    return redirect("desk:certificates")


@require_POST
def behave(request: HttpRequest) -> HttpResponse:
    """How the signing service answers for a credential from now on."""
    try:
        behaviour = Behaviour(request.POST.get("behaviour", ""))
        polls = int(request.POST.get("polls") or 0)
        if not 0 <= polls <= 100:
            raise ValueError("số lần hỏi từ 0 đến 100")
    except ValueError as problem:
        messages.error(request, f"Chưa đổi được dịch vụ ký: {problem}")
    else:
        found = Credential.objects.filter(credential=request.POST.get("credential", ""))
        if found.update(behaviour=behaviour, polls=polls):
            messages.success(request, f"Dịch vụ ký từ nay: {behaviour.label}.")
    return redirect("desk:certificates")
