"""Signing keys: the list, and declaring one of each kind."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ....healthbook.signing import KeyUnusable
from ....healthbook.signing.token import Place
from ...delivery import actions as delivery
from ...delivery.models import SigningKey
from ...delivery.signers import declaring
from ...delivery.signers.certificates import in_use
from ...delivery.signers.pins import allowed_drivers
from ...delivery.signers.refused import is_refused
from ...delivery.signers.remote_signing import Credential
from ...delivery.signers.status import latest, may_sign, sentence_of, source_of
from ...staff import policies
from ...staff.models import Facility
from ..shell import people
from ..shell.access import page
from ..shell.toasts import done
from . import key_forms
from .forms import first_facility

Given = dict[str, Any]


@page(policies.check_can_set_up)
@require_http_methods(["GET"])
def keys(request: HttpRequest) -> HttpResponse:
    due = {one.key.pk: one for one in in_use(timezone.now())}
    rows = [
        (key, due.get(key.pk), status_word(key), is_refused(key))
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


def status_word(key: SigningKey) -> tuple[str, str]:
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
        given = {**form.cleaned_data, "registered_at": midnight(on) if on else None}
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


def midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
