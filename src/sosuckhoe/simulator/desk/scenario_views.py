"""The scenarios for people: found by a word, switched on and off, or drawn from a seed; and back to normal."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.faults.models import Fault
from sosuckhoe.simulator.faults.scenarios import GROUPS, PARAMETERS, PORTAL_CALLS, SCENARIOS, Scenario
from sosuckhoe.simulator.faults.standing import end
from sosuckhoe.simulator.faults.standing import holds as holds_now
from sosuckhoe.simulator.faults.switching import NOT_SCHEDULED, schedule, switch_on
from sosuckhoe.simulator.portal.models import Account

from .calm import calm_down
from .finding import holds
from .running import SERVICES, running, typed

RARELY_CALLED = ("ocsp", "crl")
"""Services asked so rarely that a scenario stays on unless a number is given."""
ABOUT_A_TIME = ("flapping", "outage", "maintenance-window", "rate-limit")
"""These, too: one call tells nothing of them."""


def scenarios(request: HttpRequest) -> HttpResponse:
    """Every scenario, or those that hold the words of ``?tim=``."""
    words = request.GET.get("tim", "").strip()
    shown = [one for one in SCENARIOS.values() if one.key != "seeded-schedule" and _found(one, words)]
    groups = [
        (key, GROUPS[key], [_asked(one) for one in found])
        for key, found in groupby(shown, key=lambda one: one.group)
    ]
    context = {
        "words": words,
        "count": len(shown),
        "groups": groups,
        "drawn": [(key, title) for key, title in GROUPS.items() if _drawn_from(key)],
        "services": SERVICES,
        "accounts": Account.objects.order_by("username"),
        "now": clock.now(),
        "faults": running(),
    }
    return render(request, "desk/scenarios.html", context)


def _found(scenario: Scenario, words: str) -> bool:
    return holds(
        f"{scenario.key} {scenario.title} {scenario.what} {scenario.leads_to} {scenario.source}", words
    )


def _asked(scenario: Scenario) -> dict[str, Any]:
    """A scenario with the fields of its form, each as it stands at first."""
    at = scenario.at or tuple(SERVICES)
    rarely, long = set(at) <= set(RARELY_CALLED), scenario.key in ABOUT_A_TIME
    return {
        "scenario": scenario,
        "holds": holds_now(scenario),
        "parameters": [(name, PARAMETERS[name], typed(value)) for name, value in scenario.parameters.items()],
        "services": [(name, SERVICES[name]) for name in at],
        "service": "" if rarely or at == PORTAL_CALLS else at[0],
        "next_calls": "" if rarely or long else "1",
    }


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
            next_calls=_number(request, "next_calls"),
            parameters=_parameters(request, scenario),
        )
        messages.success(request, f"Đã bật: {scenario.title}. Màn hình ở bệnh viện: {scenario.leads_to}")
    except ValueError:
        messages.error(request, f"Chưa bật được: {scenario.title}. Hãy xem lại các số đã ghi.")
    return redirect("desk:scenarios")


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "").strip()
    return int(text) if text else None


def _parameters(request: HttpRequest, scenario: Scenario) -> dict[str, Any]:
    given = {name: request.POST.get(f"p-{name}", "").strip() for name in scenario.parameters}
    return {
        name: type(default)(given[name].replace(",", ".") if isinstance(default, float) else given[name])
        for name, default in scenario.parameters.items()
        if given[name]
    }


@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """A schedule from a seed, of the groups ticked: the same seed strikes the same calls."""
    chosen = [key for group in request.POST.getlist("group") for key in _drawn_from(group)]
    try:
        if not chosen:
            raise ValueError("hãy chọn ít nhất một nhóm")
        made = schedule(
            seed=int(request.POST.get("seed") or 1),
            calls=int(request.POST.get("calls") or 20),
            chance=int(request.POST.get("percent") or 30) / 100,
            scenarios=chosen,
            path=request.POST.get("path", ""),
        )
        count = len(made.parameters["plan"])
        messages.success(
            request, f"Đã bật lịch gieo sẵn, hạt giống {made.seed}: {count} lần gọi sẽ gặp tình huống."
        )
    except ValueError as problem:
        messages.error(request, f"Chưa lập được lịch: {problem}")
    return redirect("desk:scenarios")


def _drawn_from(group: str) -> list[str]:
    return [
        key
        for key, one in SCENARIOS.items()
        if one.group == group and not one.at and key not in NOT_SCHEDULED
    ]


@require_POST
def switch_off(request: HttpRequest) -> HttpResponse:
    chosen = Fault.objects.filter(pk=request.POST["pk"]) if request.POST.get("pk") else Fault.objects.all()
    messages.success(request, f"Đã tắt {end(chosen)} tình huống.")
    return redirect("desk:home" if request.POST.get("back") == "home" else "desk:scenarios")


@require_POST
def back_to_normal(request: HttpRequest) -> HttpResponse:
    """After a lesson: nothing is bent any more. Records, books and the hour stay."""
    calm_down()
    messages.success(
        request,
        "Mọi thứ đã về bình thường: tình huống đã tắt, tài khoản đã mở khóa, chứng thư không bị thu hồi, "
        "dịch vụ ký lại ký, đồng hồ chạy như thật.",
    )
    return redirect("desk:home")
