"""The desk for people: clock, scenarios, options, and the last calls."""

from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from sosuckhoe.simulator.book.models import Citizen, Entry
from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.faults.models import Fault
from sosuckhoe.simulator.faults.scenarios import GROUPS, PARAMETERS, SCENARIOS, Scenario
from sosuckhoe.simulator.faults.switching import switch_on
from sosuckhoe.simulator.insurer.work import work
from sosuckhoe.simulator.portal.addresses import NAMES
from sosuckhoe.simulator.portal.models import Account, Call, Submission
from sosuckhoe.simulator.portal.options import CHOICES, LABELS, WORDS, options, set_options

SERVICES = {
    "record": "Gửi hồ sơ",
    "check_in": "Check-in",
    "token": "Đăng nhập",
    "card": "Tra cứu thẻ",
    "card_old": "Tra cứu thẻ (cũ)",
    "history": "Lịch sử khám",
    "copayment": "Cùng chi trả",
    "hub_login": "Trục Bộ Y tế: đăng nhập",
    "hub_push": "Trục Bộ Y tế: gửi khám sức khỏe",
    "ocsp": "Nơi cấp chứng thư: OCSP",
    "crl": "Nơi cấp chứng thư: CRL",
}
assert set(SERVICES) == set(NAMES)


def home(request: HttpRequest) -> HttpResponse:
    work()
    state = clock.Clock.load()
    context = {
        "now": state.reading(),
        "clock": state,
        "faults": [_named(fault) for fault in Fault.objects.order_by("-pk")],
        "accounts": Account.objects.order_by("username"),
        "counts": {
            "received": Submission.objects.filter(kind="record")
            .values("facility_code", "visit_code")
            .distinct()
            .count(),
            "versions": Submission.objects.filter(kind="record").count(),
            "entries": Entry.objects.count(),
            "citizens": Citizen.objects.count(),
            "calls": Call.objects.count(),
        },
        "calls": Call.objects.order_by("-pk")[:12],
        "services": SERVICES,
    }
    return render(request, "desk/home.html", context)


def scenarios(request: HttpRequest) -> HttpResponse:
    shown = [one for one in SCENARIOS.values() if one.key != "seeded-schedule"]
    groups = [
        (GROUPS[key], [(one, _asked(one)) for one in found])
        for key, found in groupby(shown, key=lambda one: one.group)
    ]
    context = {
        "groups": groups,
        "services": SERVICES,
        "accounts": Account.objects.order_by("username"),
        "now": clock.now(),
        "faults": [_named(fault) for fault in Fault.objects.order_by("-pk")],
    }
    return render(request, "desk/scenarios.html", context)


def _asked(scenario: Scenario) -> list[tuple[str, str, Any]]:
    return [(name, PARAMETERS[name], value) for name, value in scenario.parameters.items()]


def rules(request: HttpRequest) -> HttpResponse:
    """The portal's options."""
    if request.method == "POST":
        try:
            set_options(_typed(request))
            messages.success(request, "Đã lưu quy tắc của cổng.")
        except ValueError as problem:
            messages.error(request, f"Chưa lưu được: {problem}")
        return redirect("desk:rules")
    rows = [
        {
            "name": name,
            "label": LABELS[name],
            "value": value,
            "choices": [(choice, WORDS[choice]) for choice in CHOICES.get(name, ())],
            "is_bool": isinstance(value, bool),
        }
        for name, value in asdict(options()).items()
    ]
    return render(request, "desk/rules.html", {"rows": rows, "now": clock.now()})


def _typed(request: HttpRequest) -> dict[str, Any]:
    """The form's texts as the kinds of values the options have."""
    values: dict[str, Any] = {}
    for name, present in asdict(options()).items():
        text = request.POST.get(name, "").strip()
        if isinstance(present, bool):
            values[name] = text == "on"
        elif isinstance(present, str):
            values[name] = text
        else:
            values[name] = type(present)(text.replace(",", "."))
    return values


@require_POST
def tick(request: HttpRequest) -> HttpResponse:
    """Put the clock forward or change its speed."""
    try:
        hours = float(request.POST.get("hours") or 0)
        factor = float(request.POST["factor"]) if request.POST.get("factor") else None
        now = clock.change(advance_hours=hours, factor=factor)
        done = work()
    except ValueError as problem:
        messages.error(request, f"Chưa đổi được đồng hồ: {problem}")
    else:
        messages.success(
            request,
            f"Đồng hồ mô phỏng: {clock_text(now)}. Vừa lên sổ {done['published']} đợt khám.",
        )
    return redirect("desk:home")


def clock_text(now: datetime) -> str:
    return f"{timezone.localtime(now):%H:%M %d/%m/%Y}"


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    scenario = SCENARIOS.get(request.POST.get("scenario", ""))
    if scenario is None:
        return redirect("desk:scenarios")
    try:
        switch_on(
            scenario.key,
            account=request.POST.get("account", ""),
            path=request.POST.get("path", ""),
            next_calls=int(request.POST["next_calls"]) if request.POST.get("next_calls") else None,
            parameters=_parameters(request, scenario),
        )
        messages.success(request, f"Đã bật: {scenario.title}.")
    except ValueError as problem:
        messages.error(request, f"Chưa bật được {scenario.title}: {problem}")
    return redirect("desk:scenarios")


def _parameters(request: HttpRequest, scenario: Scenario) -> dict[str, Any]:
    return {
        name: type(default)(request.POST.get(f"p-{name}") or default)
        for name, default in scenario.parameters.items()
    }


@require_POST
def switch_off(request: HttpRequest) -> HttpResponse:
    chosen = Fault.objects.filter(pk=request.POST["pk"]) if request.POST.get("pk") else Fault.objects.all()
    count, _ = chosen.delete()
    messages.success(request, f"Đã tắt {count} tình huống.")
    return redirect("desk:home" if request.POST.get("back") == "home" else "desk:scenarios")


@require_POST
def unlock(request: HttpRequest) -> HttpResponse:
    Account.objects.filter(username=request.POST.get("username")).update(locked=False, bad_logins=0)
    messages.success(request, "Đã mở khóa tài khoản.")
    return redirect("desk:home")


def _named(fault: Fault) -> dict[str, Any]:
    return {
        "pk": fault.pk,
        "title": SCENARIOS[fault.scenario].title,
        "account": fault.account or "Mọi tài khoản",
        "path": SERVICES.get(fault.path, fault.path) or "Mọi đường dẫn",
        "parameters": {PARAMETERS[k]: v for k, v in fault.parameters.items() if k in PARAMETERS},
        "remaining": fault.remaining,
        "struck": fault.struck,
        "spent": fault.spent,
    }
