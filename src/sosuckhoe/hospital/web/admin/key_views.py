"""Signing keys: declaring one of each kind, trying it, its PIN, registration, revocation, and its end."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ....healthbook.signing import KeyUnusable
from ....healthbook.signing.token import Place
from ...delivery import actions as delivery
from ...delivery.models import KeyKind, SigningKey, StatusKind
from ...delivery.signers import declaring, sources
from ...delivery.signers.certificates import in_use
from ...delivery.signers.pins import allowed_drivers, pin_is_refused
from ...delivery.signers.remote_signing import Credential
from ...delivery.signers.status import latest, may_sign, sentence_of, source_of
from ...delivery.signers.trying import try_key
from ...staff import policies
from ...staff.models import Facility
from ..shell import people
from ..shell.access import page
from ..shell.toasts import done, not_done
from . import key_forms
from .forms import first_facility

Given = dict[str, Any]


@page(policies.check_can_set_up)
@require_http_methods(["GET"])
def keys(request: HttpRequest) -> HttpResponse:
    due = {one.key.pk: one for one in in_use(timezone.now())}
    rows = [
        (key, due.get(key.pk), _status_word(key), pin_is_refused(key.fingerprint))
        for key in SigningKey.objects.select_related("facility", "status_source").order_by(
            "-retired_at", "not_after"
        )
    ]
    people.know(key.registered_by for key, *_ in rows)
    return render(
        request,
        "web/admin/keys.html",
        {"keys": sorted(rows, key=lambda row: row[0].retired_at is not None), "kinds": KINDS.items()},
    )


def _status_word(key: SigningKey) -> tuple[str, str]:
    """Tone and words for what is known of a key's revocation."""
    source = source_of(key)
    if source is None:
        return "look", "không kiểm tra thu hồi"
    last = latest(key, source)
    if last is None:
        return "wait", "chưa hỏi lần nào"
    if may_sign(last, timezone.now()):
        return "good", "không bị thu hồi"
    return ("look", "cần hỏi lại") if last.code == "STATUS-GOOD" else ("stop", sentence_of(last))


def _by_file(by: Any, facility: Facility, given: Given) -> SigningKey:
    return delivery.add_signing_key(
        by=by,
        facility=facility,
        name=given["name"],
        pkcs12=given["file"].read(),
        password=given["password"],
        registered_at=given["registered_at"],
    )


def _by_token(by: Any, facility: Facility, given: Given) -> SigningKey:
    return declaring.add_token_key(
        by=by,
        facility=facility,
        name=given["name"],
        place=Place(given["module"], given["token"], given["key"]),
        pin=given["pin"],
        certificate=given["certificate"].read() if given["certificate"] else b"",
        registered_at=given["registered_at"],
    )


def _by_service(by: Any, facility: Facility, given: Given) -> SigningKey:
    named = ("url", "client", "profile", "user", "credential")
    return declaring.add_remote_key(
        by=by,
        facility=facility,
        name=given["name"],
        credential=Credential(**{name: given[name] for name in named}),
        secret=given["secret"],
        registered_at=given["registered_at"],
    )


def _elsewhere(by: Any, facility: Facility, given: Given) -> SigningKey:
    return declaring.add_elsewhere_key(
        by=by,
        facility=facility,
        name=given["name"],
        certificate=given["certificate"].read(),
        registered_at=given["registered_at"],
    )


Adds = Callable[[Any, Facility, Given], SigningKey]
KINDS: dict[str, tuple[str, str, type[key_forms.AddKey], Adds]] = {
    "tep": ("Tệp khóa PKCS#12", "Cho cơ sở nhỏ hoặc tập dượt.", key_forms.AddFileKey, _by_file),
    "thiet-bi": (
        "Thiết bị ký hoặc HSM",
        "USB token hoặc HSM cắm ở máy này (PKCS#11). Khóa không rời thiết bị.",
        key_forms.AddTokenKey,
        _by_token,
    ),
    "dich-vu": (
        "Dịch vụ ký từ xa",
        "Khóa ở nhà cung cấp. Chỉ mã băm rời máy, không có nội dung hồ sơ.",
        key_forms.AddRemoteKey,
        _by_service,
    ),
    "may-khac": (
        "Ký ở máy khác",
        "Thiết bị ký ở máy của một người: tải gói chờ ký, ký, nộp lại.",
        key_forms.AddElsewhereKey,
        _elsewhere,
    ),
}
"""Address, name, when to choose it, form and deed of each kind of key."""


@sensitive_post_parameters("password", "pin", "secret")
@page(policies.check_can_set_up)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Declare a key of one kind. It is tried before it is kept: what cannot sign is not declared."""
    if kind not in KINDS:
        raise Http404
    name, sentence, form_class, deed = KINDS[kind]
    form = form_class(request.POST or None, request.FILES or None)
    facility = first_facility()
    if request.method == "POST" and form.is_valid():
        on = form.cleaned_data.get("registered_on")
        given = {**form.cleaned_data, "registered_at": _midnight(on) if on else None}
        try:
            if facility is None:
                form.add_error(None, "Khai cơ sở trước, rồi khai khóa ký.")
            else:
                with transaction.atomic():
                    key = deed(request.user, facility, given)
                done(request, f"Đã thêm {key.name}, hạn đến {key.not_after:%d/%m/%Y}.")
                return HttpResponseRedirect(reverse("web:admin_key", args=[key.pk]))
        except KeyUnusable as wrong:
            form.add_error(_field_of(wrong, form), str(wrong))
        except IntegrityError:
            form.add_error(None, "Chứng thư này đã được khai trước đó.")
    return render(
        request,
        "web/admin/add_key.html",
        {
            "name": name,
            "sentence": sentence,
            "form": form,
            "no_module": kind == "thiet-bi" and not allowed_drivers(),
        },
        status=422 if form.errors else 200,
    )


def _field_of(wrong: KeyUnusable, form: forms.Form) -> str | None:
    """The field a refusal is about."""
    wanted = {
        "KEY-PASSWORD": "password",
        "TOKEN-PIN": "pin",
        "TOKEN-PIN-LOW": "pin",
        "TOKEN-ABSENT": "token",
        "TOKEN-DRIVER": "module",
        "TOKEN-DRIVER-NOT-ALLOWED": "module",
        "TOKEN-WITHOUT-KEY": "key",
        "KEY-CERTIFICATE-DIFFER": "certificate",
        "CERTIFICATE-FILE": "certificate",
        "REMOTE-LOGIN": "secret",
        "REMOTE-NO-CREDENTIAL": "credential",
        "REMOTE-NO-ANSWER": "url",
        "REMOTE-HOST-NOT-ALLOWED": "url",
    }.get(wrong.code, "file")
    return wanted if wanted in form.fields else None


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


@sensitive_post_parameters("pin")
@page(policies.check_can_set_up)
@require_http_methods(["GET", "POST"])
def key(request: HttpRequest, pk: int) -> HttpResponse:
    """One key. POST ``deed``: try it, enter its PIN, note its registration."""
    found = get_object_or_404(SigningKey.objects.select_related("facility", "status_source"), pk=pk)
    deed = request.POST.get("deed", "") if found.retired_at is None else ""
    pin = key_forms.EnterPin(request.POST if deed == "pin" else None)
    day = found.registered_at or timezone.now()
    registering = key_forms.Register(
        request.POST if deed == "register" else None, initial={"on": timezone.localdate(day)}
    )
    if pin.is_bound and pin.is_valid() and found.kind == KeyKind.TOKEN:
        declaring.enter_pin(by=request.user, key=found, pin=pin.cleaned_data["pin"])
        done(request, "Đã ghi mã PIN mới. Mã này được thử một lần, khi ký hồ sơ kế tiếp hoặc khi thử khóa.")
        return HttpResponseRedirect(reverse("web:admin_key", args=[pk]))
    if registering.is_bound and registering.is_valid():
        declaring.register(by=request.user, key=found, on=_midnight(registering.cleaned_data["on"]))
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
            "pin_refused": pin_is_refused(found.fingerprint),
            "registering": registering,
            "signed": found.documents.count(),
            "source": source_of(found),
            "status": _status_word(found),
            "last": latest(found, source_of(found)),
            "offered": sources.offered_addresses(found),
        },
        status=422 if pin.errors or registering.errors else 200,
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
