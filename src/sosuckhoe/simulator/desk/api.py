"""The desk for machines: clock, set-up, options, scenarios. Only for whoever may reach this port; a test double."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from sosuckhoe.simulator import setup as set_up
from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.faults import switching
from sosuckhoe.simulator.faults.models import Fault
from sosuckhoe.simulator.faults.scenarios import SCENARIOS
from sosuckhoe.simulator.faults.standing import end
from sosuckhoe.simulator.insurer.work import work
from sosuckhoe.simulator.portal import options as portal_options
from sosuckhoe.simulator.portal.models import Account, Certificate, Session, Submission
from sosuckhoe.simulator.portal.tokens import password_md5

from .calm import calm_down
from .door import allowing, body, reply
from .running import keys_on


@allowing("GET")
def ready(request: HttpRequest) -> HttpResponse:
    return reply({"ready": True, "now": clock.now()})


@allowing("GET", "POST")
def change_clock(request: HttpRequest) -> HttpResponse:
    """``{"advance_hours": 24}``, ``{"factor": 60}``, ``{"at": "…"}``, ``{"advance_token_minutes": 11}``."""
    if request.method == "POST":
        asked = body(request)
        if "at" in asked:
            asked["at"] = datetime.fromisoformat(asked["at"])
            if asked["at"].tzinfo is None:
                raise ValueError("at needs a time zone")
        clock.change(**asked)
        work()
    state = clock.Clock.load()
    return reply(
        {"now": state.reading(), "factor": state.factor, "token_minutes_ahead": state.token_minutes_ahead}
    )


@allowing("POST")
def setup(request: HttpRequest) -> HttpResponse:
    """A set-up as ``simulator/setup.py`` describes it."""
    return reply({"loaded": set_up.load_setup(body(request))})


@allowing("POST")
def publish(request: HttpRequest) -> HttpResponse:
    """Let the insurer do what is due by the simulated clock, now. ``{"all": true}``: what is not due, too."""
    if request.content_type == "application/json" and body(request).get("all"):
        Submission.objects.filter(publish_at__gt=clock.now()).update(publish_at=clock.now())
    return reply(work())


@allowing("GET", "POST")
def options(request: HttpRequest) -> HttpResponse:
    """The portal's options; POST changes those named."""
    changed = portal_options.set_options(body(request)) if request.method == "POST" else None
    return reply(asdict(changed or portal_options.options()))


@allowing("GET")
def scenarios(request: HttpRequest) -> HttpResponse:
    """Every scenario; ``on``: whether it is switched on, or the portal's rules are like that anyway."""
    on = keys_on()
    return reply([{**asdict(one), "on": one.key in on} for one in SCENARIOS.values()])


def _fault(fault: Fault) -> dict[str, Any]:
    names = [
        "id",
        "scenario",
        "account",
        "path",
        "parameters",
        "skip",
        "remaining",
        "chance",
        "seed",
        "matched",
        "struck",
        "created_at",
    ]
    return {name: getattr(fault, name) for name in names}


@allowing("GET", "POST", "DELETE")
def faults(request: HttpRequest) -> HttpResponse:
    """``{"scenario": "store-then-drop", "account": "", "path": "record", "next_calls": 1, "parameters": {}}``."""
    if request.method == "POST":
        asked = body(request)
        return reply(_fault(switching.switch_on(asked.pop("scenario", ""), **asked)), 201)
    if request.method == "DELETE":
        end(Fault.objects.all())
    return reply([_fault(fault) for fault in Fault.objects.order_by("pk")])


@allowing("DELETE")
def fault(request: HttpRequest, pk: int) -> HttpResponse:
    deleted = end(Fault.objects.filter(pk=pk))
    return reply({"deleted": deleted}, 200 if deleted else 404)


@allowing("POST")
def schedule(request: HttpRequest) -> HttpResponse:
    """``{"seed": 7, "calls": 100, "chance": 0.3, "scenarios": ["http-500", …], "path": "record"}``."""
    planned = switching.schedule(**body(request))
    print(f"Lịch lỗi, hạt giống {planned.seed}: {planned.parameters['plan']}", flush=True)
    return reply(_fault(planned), 201)


@allowing("POST")
def calm(request: HttpRequest) -> HttpResponse:
    """The end of a lesson: no scenario, nobody locked out, nothing revoked, real time. Options stay that no scenario set."""
    body(request)
    calm_down()
    return reply({"calm": True})


@allowing("POST")
def account(request: HttpRequest, username: str) -> HttpResponse:
    """``{"locked": false}``, ``{"restricted": true}``, ``{"password": "…"}``, ``{"revoke_sessions": true}``."""
    found, asked = Account.objects.filter(username=username).first(), body(request)
    if found is None:
        return reply({"error": "no such account"}, 404)
    if "password" in asked:
        found.password_md5 = password_md5(asked["password"])
    if "locked" in asked:
        found.locked, found.bad_logins = bool(asked["locked"]), 0
    if "restricted" in asked:
        found.restricted = bool(asked["restricted"])
    found.save()
    if asked.get("revoke_sessions"):
        Session.objects.filter(account=found).update(revoked=True)
    return reply({"username": found.username, "locked": found.locked, "restricted": found.restricted})


@allowing("POST")
def certificate(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """``{"revoked": true}``, or ``{"registered": false}`` to strike it off."""
    found, asked = Certificate.objects.filter(fingerprint=fingerprint), body(request)
    changed = found.count()
    if asked.get("registered") is False:
        found.delete()
    elif "revoked" in asked:
        found.update(revoked=bool(asked["revoked"]))
    return reply({"changed": changed})
