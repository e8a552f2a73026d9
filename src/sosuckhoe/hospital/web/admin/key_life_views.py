"""The life of a declared key: a trial, its PIN, registration, who is asked about revocation, and its end."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ....healthbook.signing import KeyUnusable
from ...delivery.models import KeyKind, SigningKey, StatusKind
from ...delivery.signers import declaring, sources
from ...delivery.signers.certificates import in_use
from ...delivery.signers.refused import is_refused
from ...delivery.signers.status import latest, sentence_of, source_of
from ...delivery.signers.trying import try_key
from ...staff import policies
from ..shell.access import page
from ..shell.toasts import done, not_done
from . import key_forms
from .key_views import Given, midnight, status_word


@sensitive_post_parameters("pin", "secret")
@page(policies.check_can_set_up)
@require_http_methods(["GET", "POST"])
def key(request: HttpRequest, pk: int) -> HttpResponse:
    """One key. POST ``deed``: try it, enter its PIN or secret, note its registration."""
    found = get_object_or_404(SigningKey.objects.select_related("facility", "status_source"), pk=pk)
    deed = request.POST.get("deed", "") if found.retired_at is None else ""
    pin = key_forms.EnterPin(request.POST if deed == "pin" else None)
    secret = key_forms.EnterSecret(request.POST if deed == "secret" else None)
    day = found.registered_at or timezone.now()
    registering = key_forms.Register(
        request.POST if deed == "register" else None, initial={"on": timezone.localdate(day)}
    )
    if pin.is_bound and pin.is_valid() and found.kind == KeyKind.TOKEN:
        declaring.enter_pin(by=request.user, key=found, pin=pin.cleaned_data["pin"])
        done(request, "Đã ghi mã PIN mới. Mã này được thử một lần, khi ký hồ sơ kế tiếp hoặc khi thử khóa.")
        return HttpResponseRedirect(reverse("web:admin_key", args=[pk]))
    if secret.is_bound and secret.is_valid() and found.kind == KeyKind.REMOTE:
        declaring.enter_secret(by=request.user, key=found, secret=secret.cleaned_data["secret"])
        done(
            request,
            "Đã ghi mật khẩu mới. Mật khẩu này được thử một lần, khi ký hồ sơ kế tiếp hoặc khi thử khóa.",
        )
        return HttpResponseRedirect(reverse("web:admin_key", args=[pk]))
    if registering.is_bound and registering.is_valid():
        declaring.register(by=request.user, key=found, on=midnight(registering.cleaned_data["on"]))
        done(request, f"Đã ghi {found.name} đã đăng ký trên cổng.")
        return HttpResponseRedirect(reverse("web:admin_key", args=[pk]))
    steps = try_key(by=request.user, key=found) if deed == "try" else []
    return render(
        request,
        "web/admin/key.html",
        {
            "key": found,
            "due": next((one for one in in_use(timezone.now()) if one.key.pk == pk), None),
            "steps": steps,
            "pin": pin,
            "secret": secret,
            "refused": is_refused(found),
            "registering": registering,
            "signed": found.documents.count(),
            "source": source_of(found),
            "status": status_word(found),
            "last": latest(found, source_of(found)),
        },
        status=422 if pin.errors or secret.errors or registering.errors else 200,
    )


@page(policies.check_can_set_up)
@require_http_methods(["GET", "POST"])
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is asked about revocation. POST ``deed``: name them, ask now, or ask nobody any more."""
    found = get_object_or_404(
        SigningKey.objects.select_related("status_source"), pk=pk, retired_at__isnull=True
    )
    source, deed = source_of(found), request.POST.get("deed", "")
    responders, lists = sources.offered_addresses(found)
    form = key_forms.NameStatusSource(
        request.POST if deed == "name" else None,
        request.FILES if deed == "name" else None,
        initial={
            "kind": source.kind if source else StatusKind.OCSP if responders else StatusKind.CRL_FILE,
            "url": source.url if source else next(iter([*responders, *lists]), ""),
            "fresh_minutes": source.fresh_seconds // 60 if source else 60,
            "nonce_required": source.nonce_required if source else False,
            "authority_url": source.authority_url if source else "",
        },
    )
    back = HttpResponseRedirect(reverse("web:admin_key", args=[pk]))
    try:
        if deed == "ask" and source is not None:
            answer = sources.ask_now(by=request.user, key=found)
            done(request, sentence_of(answer))
            return back
        if deed == "drop" and source is not None:
            reason = request.POST.get("reason", "").strip()
            if reason:
                sources.drop_source(by=request.user, key=found, reason=reason[:500])
                done(
                    request,
                    "Từ nay không kiểm tra thu hồi chứng thư này; điều đó được ghi trên mọi bằng chứng.",
                )
            return back
        if form.is_bound and form.is_valid():
            _name(request.user, found, form.cleaned_data)
            done(request, "Đã khai nơi hỏi. Chữ ký kế tiếp cần trả lời của nơi cấp.")
            return back
    except KeyUnusable as problem:
        if not form.is_bound:
            not_done(request, str(problem))
            return back
        fields = {"ISSUER-OTHER": "issuer", "CERTIFICATE-FILE": "issuer", "CRL-FILE": "crl"}
        form.add_error(fields.get(problem.code), str(problem))
    return render(
        request,
        "web/admin/key_status.html",
        {"key": found, "source": source, "form": form, "responders": responders, "lists": lists},
        status=422 if form.errors else 200,
    )


def _name(by: Any, found: SigningKey, given: Given) -> None:
    def content(field: str) -> bytes:
        return given[field].read() if given.get(field) else b""

    sources.name_source(
        by=by,
        key=found,
        kind=StatusKind(given["kind"]),
        issuer=content("issuer"),
        url=given["url"].strip(),
        crl=content("crl"),
        authority=content("authority"),
        authority_url=given["authority_url"].strip(),
        authority_crl=content("authority_crl"),
        fresh_seconds=given["fresh_minutes"] * 60,
        nonce_required=given["nonce_required"],
    )


@page(policies.check_can_set_up)
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(SigningKey, pk=pk, retired_at__isnull=True)
    declaring.retire(by=request.user, key=found, at=timezone.now())
    done(request, f"Đã ngừng dùng {found.name}. Hồ sơ đã ký bằng khóa này vẫn nguyên giá trị.")
    return HttpResponseRedirect(reverse("web:admin_keys"))
