"""The set-up of this hospital: facility, destinations, keys, choices."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ...delivery import actions as delivery
from ...delivery.hub import untasked
from ...delivery.models import Destination, DestinationKind, SigningKey, Submission
from ...delivery.secrets import keep_secret
from ...delivery.states import State
from ...delivery.watching.working_calendar import years_without_holidays
from ...staff import actions as staff
from ...staff import policies
from ...staff.models import Person, Unit
from ...visits.choices import CHOICES, choose
from ...visits.models import HospitalPolicy
from ..shell import people
from ..shell.access import page
from ..shell.navigation import can_administer
from ..shell.toasts import done, not_done
from . import actions as own
from . import connection
from .choice_values import Kind, basis, title
from .forms import (
    ChangeDestination,
    Choose,
    DestinationForm,
    FacilityCodes,
    FacilityForm,
    first_facility,
)
from .hub_views import hubs_are_used


def _check_can_administer(person: Any) -> None:
    if not can_administer(person):
        raise policies.CannotSetUp


@page(_check_can_administer)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    facility = first_facility()
    keys = SigningKey.objects.filter(retired_at__isnull=True)
    return render(
        request,
        "web/admin/overview.html",
        {
            "facility": facility,
            "people": Person.objects.filter(is_active=True).count(),
            "destinations": list(Destination.objects.all()),
            "key": max(keys, key=lambda each: each.not_after, default=None),
            "choices": HospitalPolicy.objects.values("name").distinct().count(),
            "may_set_up": policies.can_set_up(request.user),
            "may_manage_staff": policies.can_manage_staff(request.user),
            "sees_delivery": policies.can_see_delivery(request.user),
            "unknown_years": years_without_holidays(timezone.now()),
        },
    )


@page(policies.check_can_set_up)
@require_http_methods(["GET", "POST"])
def facility(request: HttpRequest) -> HttpResponse:
    found = first_facility()
    deed = request.POST.get("deed", "")
    facts = (
        {"name": found.name, "address": found.address, "province_code": found.province_code} if found else {}
    )
    form = FacilityForm(request.POST if deed in ("facts", "both") else None, initial=facts)
    current = found.current if found else None
    codes = FacilityCodes(
        request.POST if deed in ("codes", "both") else None,
        initial={
            "code": current.code if current else "",
            "hub_code": current.hub_code if current else "",
            "since": timezone.localdate(),
        },
    )
    if request.method == "POST" and all(each.is_valid() for each in (form, codes) if each.is_bound):
        try:
            _save_facility(request, found, form, codes)
            done(request, "Đã lưu thông tin cơ sở.")
            return HttpResponseRedirect(reverse("web:admin_facility"))
        except IntegrityError:
            codes.add_error("code", "Mã này đang thuộc cơ sở khác trong hệ thống.")
    return render(
        request,
        "web/admin/facility.html",
        {
            "facility": found,
            "form": form,
            "codes": codes,
            "history": found.codes.order_by("-pk") if found else [],
            "units": Unit.objects.filter(facility=found) if found else [],
        },
        status=422 if form.errors or codes.errors else 200,
    )


def _save_facility(request: HttpRequest, found: Any, form: forms.Form, codes: forms.Form) -> None:
    if found is None:
        staff.add_facility(by=request.user, **form.cleaned_data, **codes.cleaned_data)
        return
    if form.is_bound:
        own.rename_facility(by=request.user, facility=found, **form.cleaned_data)
    if codes.is_bound:
        staff.change_facility_code(by=request.user, facility=found, **codes.cleaned_data)


@page(policies.check_can_set_up)
@require_POST
def add_unit(request: HttpRequest) -> HttpResponse:
    found, code, name = (
        first_facility(),
        request.POST.get("code", "").strip(),
        request.POST.get("name", "").strip(),
    )
    if found is None:
        raise Http404
    if not code or not name or Unit.objects.filter(facility=found, department_code=code).exists():
        not_done(request, "Chưa thêm: cần mã khoa chưa dùng và tên khoa.")
    else:
        staff.add_unit(by=request.user, facility=found, department_code=code[:50], name=name[:255])
        done(request, f"Đã thêm {name}.")
    return HttpResponseRedirect(reverse("web:admin_facility"))


@sensitive_post_parameters("password")
@page(policies.check_can_set_up)
@require_http_methods(["GET", "POST"])
def destinations(request: HttpRequest) -> HttpResponse:
    found = first_facility()
    form = DestinationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if found is None:
            form.add_error(None, "Khai cơ sở trước, rồi khai nơi nhận.")
        elif Destination.objects.filter(name=given["name"]).exists():
            form.add_error("name", "Tên gọi này đã dùng cho nơi nhận khác.")
        else:
            secret = keep_secret(f"account-{given['account']}".replace("/", "_"), given["password"])
            added = delivery.add_destination(
                by=request.user,
                facility=found,
                name=given["name"],
                base_url=given["base_url"],
                account=given["account"],
                secret_reference=secret,
                path_edition=given["path_edition"],
            )
            done(request, f"Đã thêm {added.name}. Hãy thử kết nối trước khi gửi hồ sơ đầu tiên.")
            return HttpResponseRedirect(reverse("web:admin_destination", args=[added.pk]))
    return render(
        request,
        "web/admin/destinations.html",
        {
            "destinations": Destination.objects.all(),
            "form": form,
            "facility": found,
            "hubs": hubs_are_used(),
            "is_production": settings.HOME.is_production,
        },
        status=422 if form.errors else 200,
    )


@sensitive_post_parameters("password")
@page(policies.check_can_set_up)
@require_http_methods(["GET", "POST"])
def destination(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Destination.objects.select_related("facility"), pk=pk)
    testing = request.POST.get("deed") == "test"
    form = ChangeDestination(
        request.POST if request.method == "POST" and not testing else None,
        initial={
            "base_url": found.base_url,
            "account": found.account,
            "enabled": found.enabled,
            "calls_at_once": found.calls_at_once,
            "calls_per_minute": found.calls_per_minute,
            "replaces_by_visit_code": found.replaces_by_visit_code,
            "repeats_check_ins": found.repeats_check_ins,
            "replaces_evidence": found.replaces_evidence,
            "receipt_look_up": found.receipt_look_up,
            "path_edition": found.path_edition,
        },
        destination=found,
    )
    if form.is_bound and form.is_valid():
        given, path_before = form.cleaned_data, found.path_edition
        secret = found.secret_reference
        if given["password"]:
            secret = keep_secret(f"account-{given['account']}".replace("/", "_"), given["password"])
        own.change_destination(
            by=request.user,
            destination=found,
            base_url=given["base_url"],
            account=given["account"],
            secret_reference=secret,
            enabled=given["enabled"],
            calls_at_once=given["calls_at_once"],
            calls_per_minute=given["calls_per_minute"],
            replaces_by_visit_code=given.get("replaces_by_visit_code"),
            repeats_check_ins=given.get("repeats_check_ins"),
            replaces_evidence=given.get("replaces_evidence"),
            receipt_look_up=given.get("receipt_look_up"),
            path_edition=given.get("path_edition"),
        )
        done(request, f"Đã lưu {found.name}.{_another_way(found, path_before)}")
        return HttpResponseRedirect(reverse("web:admin_destination", args=[pk]))
    return render(
        request,
        "web/admin/destination.html",
        {
            "destination": found,
            "form": form,
            "steps": connection.test(found) if testing else [],
            "waiting": _on_their_way(found, State.WAITING, State.SIGNED),
            "unclear": _on_their_way(found, State.UNKNOWN),
            "untasked": untasked.offered().filter(facility=found.facility).count()
            if found.kind == DestinationKind.HUB
            else 0,
            "may_steer": policies.can_steer_delivery(request.user),
        },
        status=422 if form.errors else 200,
    )


def _on_their_way(there: Destination, *states: State) -> int:
    return Submission.ledger.filter(destination=there, state__in=states).count()


def _another_way(there: Destination, before: str) -> str:
    """What a changed path means for what is there already; empty where it is as it was."""
    if there.path_edition == before:
        return ""
    waiting = _on_their_way(there, State.WAITING, State.SIGNED)
    effect = f"{waiting} lượt đang đợi cũng đi đường mới" if waiting else "không có lượt nào đang đợi"
    return f" Đường gửi đổi từ QĐ {before} sang QĐ {there.path_edition}: {effect}."


@page(policies.check_can_set_up)
@require_GET
def choices(request: HttpRequest) -> HttpResponse:
    """What the texts leave to the hospital: what holds today, who decided it, and why."""
    today = timezone.localdate()
    rows = list(HospitalPolicy.objects.order_by("name", "-since", "-id"))
    people.know(row.by for row in rows)
    listed = []
    for name, choice in CHOICES.items():
        made = [row for row in rows if row.name == name]
        holds = next((row for row in made if row.since <= today), None)
        listed.append(
            (
                name,
                title(name, choice.sentence),
                basis(choice.source),
                Kind(name).shown(holds.value if holds else choice.default),
                holds,
            )
        )
    return render(request, "web/admin/choices.html", {"choices": listed})


@page(policies.check_can_set_up)
@require_http_methods(["GET", "POST"])
def choice(request: HttpRequest, name: str) -> HttpResponse:
    if name not in CHOICES:
        raise Http404
    kind, today = Kind(name), timezone.localdate()
    made = list(HospitalPolicy.objects.filter(name=name).order_by("-since", "-id"))
    holds = next((row.value for row in made if row.since <= today), CHOICES[name].default)
    form = Choose(request.POST or None, initial={"value": kind.initial(holds), "since": today})
    form.fields = {"value": kind.field, **form.fields}
    if request.method == "POST" and form.is_valid():
        try:
            value = kind.value(form.cleaned_data["value"])
            choose(
                by=request.user,
                name=name,
                value=value,
                reason=form.cleaned_data["reason"],
                since=form.cleaned_data["since"],
            )
            done(request, "Đã ghi quy định mới. Quy định cũ vẫn áp dụng cho những ngày trước đó.")
            return HttpResponseRedirect(reverse("web:admin_choices"))
        except ValidationError as wrong:
            form.add_error("value", wrong)
    return render(
        request,
        "web/admin/choice.html",
        {
            "title": title(name, CHOICES[name].sentence),
            "sentence": CHOICES[name].sentence,
            "basis": basis(CHOICES[name].source),
            "name": name,
            "form": form,
            "history": [(row, kind.shown(row.value)) for row in made],
            "default": kind.shown(CHOICES[name].default),
        },
        status=422 if form.errors else 200,
    )
