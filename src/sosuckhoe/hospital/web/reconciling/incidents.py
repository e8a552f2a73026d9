"""Incidents: all of them, one on a sheet of paper, what it delayed; telling of one, correcting and withdrawing it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ...delivery.models import Incident, OutageCause
from ...delivery.watching import incidents, told_incidents
from ...delivery.watching.delays import Delay, delayed_rows, delays
from ...delivery.watching.reconciling_run import forget_counts
from ...staff import policies
from ..shell import people, privacy
from ..shell.access import page
from ..shell.paging import page_of
from ..shell.toasts import done
from .incident_forms import IncidentForm, of_incident

ON_A_SHEET = 4
"""So many of what was delayed stand on the printed sheet, each with the first of its deadlines; all on the list."""


def newest() -> QuerySet[Incident]:
    """All incidents, newest first, with how many submissions each delayed."""
    return Incident.objects.select_related("destination").annotate(delays=Count("delayed"))


@dataclass(frozen=True, slots=True)
class Row:
    delay: Delay
    name: str
    code: str
    address: str


def rows_of(person: Any, found: list[Delay]) -> list[Row]:
    return [_row(person, each) for each in found]


def _row(person: Any, delay: Delay) -> Row:
    one = delay.submission
    if one.version is not None:
        visit = one.version.visit
        address = reverse("web:visit", args=[visit.pk]) + "#gui"
        return Row(delay, privacy.name_for(person, visit.patient.full_name), visit.visit_code, address)
    assert one.health_check is not None
    return Row(delay, one.health_check.code, "", reverse("web:delivery_health_check", args=[one.pk]))


@page(policies.check_can_see_delivery)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    shown = page_of(newest(), by="started_at", after=request.GET.get("sau", ""), newest_first=True)
    start = reverse("web:delivery_incidents")
    return render(
        request,
        "web/reconciling/incidents.html",
        {
            "rows": shown.rows,
            "count": Incident.objects.count(),
            "first": shown.first,
            "start": start,
            "next": f"{start}?{urlencode({'sau': shown.next})}" if shown.next else "",
            "may_steer": policies.can_steer_delivery(request.user),
        },
    )


@page(policies.check_can_see_delivery)
@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    return sheet(request, get_object_or_404(newest(), pk=pk))


def sheet(request: HttpRequest, incident: Incident, **wrong: Any) -> HttpResponse:
    """``wrong``: what was refused on it: ``problem``, ``at`` and what was typed."""
    rows = delayed_rows(incident)
    told = incident.first_attempt_id is None
    people.know([incident.stated_by])
    shown = {
        "incident": incident,
        "facility": incident.destination.facility,
        "count": rows.count(),
        "rows": rows_of(request.user, delays(incident, list(rows.order_by("pk")[:ON_A_SHEET]))),
        "told": told,
        "moves": incident.cause in incidents.THE_GATEWAYS and incident.withdrawn_at is None,
        "ahead": incident.started_at > timezone.now(),
        "over": incident.ended_at is not None and incident.ended_at <= timezone.now(),
        "beside": told_incidents.beside(incident),
        "answered": told_incidents.answered_within(incident) if told and not incident.withdrawn_at else 0,
        "causes": [choice for choice in OutageCause.choices if choice[0] != OutageCause.UNKNOWN],
        "may_steer": policies.can_steer_delivery(request.user),
        "given": {"cause": incident.cause, "told": incident.told},
    }
    return render(request, "web/reconciling/incident.html", {**shown, **wrong}, status=422 if wrong else 200)


@page(policies.check_can_see_delivery)
@require_GET
def delayed(request: HttpRequest, pk: int) -> HttpResponse:
    """All that it delayed, page by page."""
    incident = get_object_or_404(newest(), pk=pk)
    shown = page_of(delayed_rows(incident), by="created_at", after=request.GET.get("sau", ""))
    start = reverse("web:delivery_incident_delayed", args=[pk])
    return render(
        request,
        "web/reconciling/incident_delayed.html",
        {
            "incident": incident,
            "rows": rows_of(request.user, delays(incident, list(shown.rows))),
            "count": incident.delays,  # type: ignore[attr-defined]
            "first": shown.first,
            "start": start,
            "next": f"{start}?{urlencode({'sau': shown.next})}" if shown.next else "",
            "back": reverse("web:delivery_incident", args=[pk]),
        },
    )


@page(policies.check_can_steer_delivery)
@require_http_methods(["GET", "POST"])
def tell(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _form(request, IncidentForm(initial={"destination": request.GET.get("noi", "")}))
    form = IncidentForm(request.POST)
    if form.is_valid():
        try:
            told = told_incidents.tell(by=request.user, told=form.told())
        except told_incidents.NotPossible as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _saved(request, told.pk, "Đã ghi sự cố.")
    return _form(request, form)


@page(policies.check_can_steer_delivery)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what was told, or say that it is over."""
    incident = get_object_or_404(Incident, pk=pk, first_attempt__isnull=True, withdrawn_at__isnull=True)
    if request.method == "GET":
        return _form(request, IncidentForm(initial=of_incident(incident)), incident)
    form = IncidentForm(request.POST)
    if form.is_valid():
        try:
            told_incidents.correct(by=request.user, incident=incident, told=form.told())
        except told_incidents.NotPossible as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _saved(request, pk, "Đã sửa sự cố.")
    return _form(request, form, incident)


@page(policies.check_can_steer_delivery)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    incident = get_object_or_404(newest(), pk=pk)
    reason = request.POST.get("reason", "")[:500]
    try:
        told_incidents.withdraw(by=request.user, incident=incident, reason=reason)
    except told_incidents.NotPossible as refusal:
        return sheet(request, incident, problem=str(refusal), at="withdraw", reason=reason)
    return _saved(request, pk, "Đã rút sự cố ghi nhầm.")


@page(policies.check_can_steer_delivery)
@require_POST
def state_cause(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what failed where our own calls saw only silence."""
    incident = get_object_or_404(newest(), pk=pk, first_attempt__isnull=False)
    given = {name: request.POST.get(name, "")[:1000] for name in ("cause", "told")}
    try:
        incidents.state_cause(by=request.user, incident=incident, **given)
    except incidents.NeedsEvidence as refusal:
        return sheet(request, incident, problem=str(refusal), at="cause", given=given)
    return _saved(request, pk, "Đã ghi nguyên nhân của sự cố.")


def _saved(request: HttpRequest, pk: int, sentence: str) -> HttpResponse:
    forget_counts()
    done(request, sentence)
    return HttpResponseRedirect(reverse("web:delivery_incident", args=[pk]))


def _form(request: HttpRequest, form: IncidentForm, incident: Incident | None = None) -> HttpResponse:
    shown = {"form": form, "incident": incident}
    return render(request, "web/reconciling/tell.html", shown, status=422 if form.errors else 200)
