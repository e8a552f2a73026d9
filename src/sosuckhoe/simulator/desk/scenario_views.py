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
from .drawing_form import Drawn
from .finding import holds
from .running import SERVICES, running
from .running import typed as as_typed
from .scenario_form import Typed, read

RARELY_CALLED = ("ocsp", "crl")
"""Services asked so rarely that a scenario stays on unless a number is given."""
ABOUT_A_TIME = ("flapping", "outage", "maintenance-window", "rate-limit")
"""These, too: one call tells nothing of them."""


def scenarios(request: HttpRequest) -> HttpResponse:
    """Every scenario, or those that hold the words of ``?tim=``."""
    return _page(request, request.GET.get("tim", "").strip())


def _page(
    request: HttpRequest, words: str, typed: Typed | None = None, drawn: Drawn | None = None
) -> HttpResponse:
    """``typed``, ``drawn``: a form that was refused, as it was filled in."""
    shown = [one for one in SCENARIOS.values() if one.key != "seeded-schedule" and _found(one, words)]
    groups = [
        (key, GROUPS[key], [_asked(one, typed) for one in found])
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
        "typed": typed,
        "draw": drawn or Drawn(),
    }
    return render(request, "desk/scenarios.html", context, status=400 if typed or drawn else 200)


def _found(scenario: Scenario, words: str) -> bool:
    return holds(
        f"{scenario.key} {scenario.title} {scenario.what} {scenario.leads_to} {scenario.source}", words
    )


def _asked(scenario: Scenario, typed: Typed | None) -> dict[str, Any]:
    """A scenario with the fields of its form: each as it stands at first, or as it was typed and refused."""
    refused = typed if typed and typed.scenario.key == scenario.key else None
    texts, errors = (refused.texts, refused.errors) if refused else ({}, {})
    at = scenario.at or tuple(SERVICES)
    rarely, long = set(at) <= set(RARELY_CALLED), scenario.key in ABOUT_A_TIME
    return {
        "scenario": scenario,
        "holds": holds_now(scenario),
        "parameters": [
            (name, PARAMETERS[name], texts.get(f"p-{name}", as_typed(value)), errors.get(f"p-{name}", ""))
            for name, value in scenario.parameters.items()
        ],
        "services": [(name, SERVICES[name]) for name in at],
        "service": texts.get("path", "" if rarely or at == PORTAL_CALLS else at[0]),
        "account": texts.get("account", ""),
        "next_calls": texts.get("next_calls", "" if rarely or long else "1"),
        "wrong_calls": errors.get("next_calls", ""),
        "first": refused.first if refused else "",
    }


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    scenario = SCENARIOS.get(request.POST.get("scenario", ""))
    if scenario is None:
        return redirect("desk:scenarios")
    typed = read(scenario, request.POST)
    if not typed.errors:
        try:
            switch_on(
                scenario.key,
                account=typed.texts["account"],
                path=typed.texts["path"],
                next_calls=typed.next_calls,
                parameters=typed.parameters,
            )
        except ValueError:
            typed.errors["path"] = "Tình huống này không dùng được cho dịch vụ ấy."
    if typed.errors:
        return _page(request, request.POST.get("tim", "").strip(), typed)
    messages.success(request, f"Đã bật: {scenario.title}. Màn hình ở bệnh viện: {scenario.leads_to}")
    return redirect("desk:scenarios")


@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """A schedule from a seed, of the groups ticked: the same seed strikes the same calls."""
    drawn = Drawn.read(request.POST, [key for key in GROUPS if _drawn_from(key)])
    if drawn.errors:
        return _page(request, "", drawn=drawn)
    made = schedule(
        seed=drawn.number("seed"),
        calls=drawn.number("calls"),
        chance=drawn.number("percent") / 100,
        scenarios=[key for group in drawn.groups for key in _drawn_from(group)],
        path=drawn.path,
    )
    count = len(made.parameters["plan"])
    messages.success(
        request, f"Đã bật lịch gieo sẵn, hạt giống {made.seed}: {count} lần gọi sẽ gặp tình huống."
    )
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
