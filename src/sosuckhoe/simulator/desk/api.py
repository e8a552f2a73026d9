"""The desk for machines: JSON in, JSON out. Only for whoever may reach this port; it is a test double."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse

from sosuckhoe.simulator import setup as set_up
from sosuckhoe.simulator.book.models import Entry
from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.faults import switching
from sosuckhoe.simulator.faults.models import Fault
from sosuckhoe.simulator.faults.scenarios import SCENARIOS
from sosuckhoe.simulator.insurer.work import work
from sosuckhoe.simulator.portal import options as portal_options
from sosuckhoe.simulator.portal.history import settle
from sosuckhoe.simulator.portal.models import Account, Call, Certificate, Finding, Session, Submission
from sosuckhoe.simulator.portal.tokens import password_md5

View = Callable[..., HttpResponse]


def _reply(data: Any, status: int = 200) -> JsonResponse:
    return JsonResponse(
        data, status=status, safe=False, encoder=DjangoJSONEncoder, json_dumps_params={"ensure_ascii": False}
    )


def _body(request: HttpRequest) -> dict[str, Any]:
    """The posted object. The JSON content type is asked for so that no web page can post here unasked."""
    if request.content_type != "application/json":
        raise ValueError("post application/json")
    found = json.loads(request.body or b"{}")
    if not isinstance(found, dict):
        raise ValueError("post an object")
    return found


def allowing(*methods: str) -> Callable[[View], View]:
    """These methods only; a ValueError or TypeError inside becomes a 400 that says what was wrong."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return _reply({"error": f"use {' or '.join(methods)}"}, 405)
            try:
                return view(request, *args, **kwargs)
            except (ValueError, TypeError) as problem:
                return _reply({"error": str(problem)}, 400)

        return wrapped

    return decorate


@allowing("GET")
def ready(request: HttpRequest) -> HttpResponse:
    return _reply({"ready": True, "now": clock.now()})


@allowing("GET", "POST")
def change_clock(request: HttpRequest) -> HttpResponse:
    """``{"advance_hours": 24}``, ``{"factor": 60}``, ``{"at": "…"}``, ``{"advance_token_minutes": 11}``."""
    if request.method == "POST":
        asked = _body(request)
        if "at" in asked:
            asked["at"] = datetime.fromisoformat(asked["at"])
            if asked["at"].tzinfo is None:
                raise ValueError("at needs a time zone")
        clock.change(**asked)
        work()
    state = clock.Clock.load()
    return _reply(
        {"now": state.reading(), "factor": state.factor, "token_minutes_ahead": state.token_minutes_ahead}
    )


@allowing("POST")
def setup(request: HttpRequest) -> HttpResponse:
    """A set-up as ``simulator/setup.py`` describes it."""
    return _reply({"loaded": set_up.load_setup(_body(request))})


@allowing("POST")
def publish(request: HttpRequest) -> HttpResponse:
    """Let the insurer do what is due by the simulated clock, now. ``{"all": true}``: what is not due, too."""
    if request.content_type == "application/json" and _body(request).get("all"):
        Submission.objects.filter(publish_at__gt=clock.now()).update(publish_at=clock.now())
    return _reply(work())


@allowing("GET", "POST")
def options(request: HttpRequest) -> HttpResponse:
    """The portal's options; POST changes those named."""
    changed = portal_options.set_options(_body(request)) if request.method == "POST" else None
    return _reply(asdict(changed or portal_options.options()))


@allowing("GET")
def scenarios(request: HttpRequest) -> HttpResponse:
    return _reply([asdict(scenario) for scenario in SCENARIOS.values()])


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
        asked = _body(request)
        return _reply(_fault(switching.switch_on(asked.pop("scenario", ""), **asked)), 201)
    if request.method == "DELETE":
        Fault.objects.all().delete()
    return _reply([_fault(fault) for fault in Fault.objects.order_by("pk")])


@allowing("DELETE")
def fault(request: HttpRequest, pk: int) -> HttpResponse:
    deleted, _ = Fault.objects.filter(pk=pk).delete()
    return _reply({"deleted": deleted}, 200 if deleted else 404)


@allowing("POST")
def schedule(request: HttpRequest) -> HttpResponse:
    """``{"seed": 7, "calls": 100, "chance": 0.3, "scenarios": ["http-500", …], "path": "record"}``."""
    planned = switching.schedule(**_body(request))
    print(f"Lịch lỗi, hạt giống {planned.seed}: {planned.parameters['plan']}", flush=True)
    return _reply(_fault(planned), 201)


@allowing("POST")
def account(request: HttpRequest, username: str) -> HttpResponse:
    """``{"locked": false}``, ``{"restricted": true}``, ``{"password": "…"}``, ``{"revoke_sessions": true}``."""
    found, asked = Account.objects.filter(username=username).first(), _body(request)
    if found is None:
        return _reply({"error": "no such account"}, 404)
    if "password" in asked:
        found.password_md5 = password_md5(asked["password"])
    if "locked" in asked:
        found.locked, found.bad_logins = bool(asked["locked"]), 0
    if "restricted" in asked:
        found.restricted = bool(asked["restricted"])
    found.save()
    if asked.get("revoke_sessions"):
        Session.objects.filter(account=found).update(revoked=True)
    return _reply({"username": found.username, "locked": found.locked, "restricted": found.restricted})


@allowing("POST")
def certificate(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """``{"revoked": true}``, or ``{"registered": false}`` to strike it off."""
    found, asked = Certificate.objects.filter(fingerprint=fingerprint), _body(request)
    changed = found.count()
    if asked.get("registered") is False:
        found.delete()
    elif "revoked" in asked:
        found.update(revoked=bool(asked["revoked"]))
    return _reply({"changed": changed})


def _page(request: HttpRequest) -> tuple[int, int]:
    return int(request.GET.get("after", 0)), min(int(request.GET.get("limit", 10_000)), 100_000)


@allowing("GET")
def history(request: HttpRequest) -> HttpResponse:
    """Every call in order. ``?after=<id>&limit=<n>``; ``reply``: pending, sent or dropped."""
    settle()
    after, limit = _page(request)
    calls = Call.objects.filter(pk__gt=after).order_by("pk")[:limit]
    return _reply(list(calls.values()))


@allowing("GET")
def received(request: HttpRequest) -> HttpResponse:
    """What the portal holds: one line per facility, visit and kind, newest version, with how many there were.

    ``?all=1``: every version.
    """
    rows = (
        Submission.objects.order_by("facility_code", "visit_code", "kind", "version")
        .annotate(sender=F("account__username"))
        .values(
            "facility_code", "visit_code", "kind", "version", "sha256", "transaction", "sender", "path",
            "received_at", "published_at", "not_published", "counted_twice",
        )
    )  # fmt: skip
    if request.GET.get("all"):
        return _reply(list(rows))
    newest: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        newest[row["facility_code"], row["visit_code"], row["kind"]] = row
    return _reply(list(newest.values()))


@allowing("GET")
def books(request: HttpRequest) -> HttpResponse:
    """The published entries by holder: ``id:<personal ID>`` or ``card:<number>``."""
    work()
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in Entry.objects.order_by("holder", "pk"):
        found.setdefault(entry.holder, []).append(
            {
                "facility_code": entry.facility_code,
                "visit_code": entry.visit_code,
                "copy": entry.copy,
                "version": entry.version,
                "transaction": entry.transaction,
                "sha256": entry.sha256,
                "published_at": entry.published_at,
                "tables": {name: len(rows) for name, rows in entry.record.items()},
            }
        )
    return _reply(found)


@allowing("GET", "POST")
def findings(request: HttpRequest) -> HttpResponse:
    """For checkers only: findings visible now. The portal itself shows them on its pages and nowhere else.

    POST adds one to a receipt: ``{"transaction": …, "sentence": …, "after_hours": 48, "kind": "mismatch",
    "table": "XML1", "row": 1, "field": "T_THUOC", "value": "0"}``.
    """
    work()
    if request.method == "POST":
        _add_finding(**_body(request))
    visible = Finding.visible(clock.now()).order_by("pk")
    return _reply(
        list(
            visible.values(
                "kind", "table", "row", "field", "value", "sentence", "visible_from",
                transaction=F("submission__transaction"), visit_code=F("submission__visit_code"),
            )
        )
    )  # fmt: skip


def _add_finding(
    transaction: str,
    sentence: str,
    after_hours: float = 0.0,
    kind: str = "mismatch",
    table: str = "XML1",
    row: int | None = None,
    field: str = "",
    value: str = "",
) -> None:
    submission = Submission.objects.filter(transaction=transaction).first()
    if submission is None:
        raise ValueError("no such transaction")
    Finding.objects.create(
        submission=submission,
        kind=kind,
        table=table,
        row=row,
        field=field,
        value=value,
        sentence=sentence,
        visible_from=submission.received_at + timedelta(hours=after_hours),
        visible_until=submission.received_at + timedelta(days=portal_options.options().memory_days),
    )
