"""Reading the journal. Looking into it is itself a line of it."""

from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from ...journal.chain import note, verify_chain
from ...journal.models import Entry
from ...staff import policies
from ...visits.models import Visit
from ..shell.access import page
from .words import DEEDS, KINDS, Line

SIZE = 60


@page(policies.check_can_read_journal)
@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    return _page(request)


@page(policies.check_can_read_journal)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Recompute the whole chain; takes a while on a long journal, so it happens only when asked for."""
    verdict = verify_chain()
    note(request.user, "journal-verified", "journal", "", entries=verdict.entries, whole=verdict.whole)
    return _page(request, verdict=verdict)


def _page(request: HttpRequest, **more: object) -> HttpResponse:
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("ai", "viec", "ma")}
    rows = Entry.objects.order_by("-seq")
    if asked["ai"]:
        rows = rows.filter(actor=asked["ai"])
    if asked["viec"]:
        rows = rows.filter(action=asked["viec"])
    if asked["ma"]:
        visit = Visit.objects.filter(visit_code=asked["ma"]).values_list("pk", flat=True).first()
        about_visit = Q(kind="visit", object_id=str(visit)) if visit else Q(pk__in=[])
        rows = rows.filter(about_visit | Q(object_id=asked["ma"]))
    after = request.GET.get("sau", "")
    if after and not after.isdigit():
        raise BadRequest("sau")
    if request.method == "GET" and not after:
        note(request.user, "journal-read", "journal", "", **{k: v for k, v in asked.items() if v})
    found = list((rows.filter(seq__lt=int(after)) if after else rows)[: SIZE + 1])
    shown = found[:SIZE]
    onward = (
        urlencode({**{k: v for k, v in asked.items() if v}, "sau": shown[-1].seq})
        if len(found) > SIZE
        else ""
    )
    return render(
        request,
        "web/journal/journal.html",
        {
            "lines": _lines(shown),
            "asked": asked,
            "filtered": any(asked.values()),
            "deeds": sorted(DEEDS.items(), key=lambda pair: pair[1]),
            "kinds": KINDS,
            "first": not after,
            "start": f"{reverse('web:journal')}?{urlencode({k: v for k, v in asked.items() if v})}",
            "next": f"{reverse('web:journal')}?{onward}" if onward else "",
            **more,
        },
    )


def _lines(entries: list[Entry]) -> list[Line]:
    """With the code of a visit instead of its row number, where the row is about a visit."""
    ids = {int(entry.object_id) for entry in entries if entry.kind == "visit" and entry.object_id.isdigit()}
    codes = dict(Visit.objects.filter(pk__in=ids).values_list("pk", "visit_code"))
    return [
        Line(
            entry,
            codes.get(int(entry.object_id), "")
            if entry.kind == "visit" and entry.object_id.isdigit()
            else "",
        )
        for entry in entries
    ]
