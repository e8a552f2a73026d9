"""The desk for people: clock, options, and the last calls. Scenarios are next door (``scenario_views.py``)."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from sosuckhoe.simulator.book.models import Citizen, Entry
from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.faults.scenarios import SCENARIOS
from sosuckhoe.simulator.insurer.work import work
from sosuckhoe.simulator.portal.history import settle
from sosuckhoe.simulator.portal.models import Account, Call, Submission
from sosuckhoe.simulator.portal.options import CHOICES, DEFAULTS, LABELS, WORDS, options, set_options

from .running import running


def home(request: HttpRequest) -> HttpResponse:
    work()
    settle()
    state = clock.Clock.load()
    context = {
        "now": state.reading(),
        "clock": state,
        "faults": running(),
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
    }
    return render(request, "desk/home.html", context)


def rules(request: HttpRequest) -> HttpResponse:
    """The portal's options."""
    if request.method == "POST":
        try:
            as_at_first = request.POST.get("deed") == "defaults"
            set_options(asdict(DEFAULTS) if as_at_first else _typed(request))
            messages.success(
                request, "Quy tắc đã về mặc định." if as_at_first else "Đã lưu quy tắc của cổng."
            )
        except ValueError as problem:
            messages.error(request, f"Chưa lưu được: {problem}")
        return redirect("desk:rules")
    rows = [
        {
            "name": name,
            "label": LABELS[name],
            "value": f"{value:g}".replace(".", ",") if isinstance(value, float) else value,
            "choices": [(choice, WORDS[choice]) for choice in CHOICES.get(name, ())],
            "is_bool": isinstance(value, bool),
            "scenarios": [one for one in SCENARIOS.values() if name in one.options],
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
def unlock(request: HttpRequest) -> HttpResponse:
    Account.objects.filter(username=request.POST.get("username")).update(locked=False, bad_logins=0)
    messages.success(request, "Đã mở khóa tài khoản.")
    return redirect("desk:home")
