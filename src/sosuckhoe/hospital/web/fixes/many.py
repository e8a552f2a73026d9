"""The same safe change for many held visits: looked at with exclusions, made in small steps, taken back as a whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from ....healthbook.validation.fixes import FIXES, KINDS, Change
from ...delivery.mending import fixing
from ...delivery.models import Submission
from ...delivery.states import State
from ...journal.chain import note
from ...staff import policies
from ...visits.desks import may_mend
from ...visits.models import Finding, Visit
from ..shell import privacy, words
from ..shell.access import page
from ..shell.labels import place
from ..shell.toasts import not_done
from .one import told

STEP = 20
"""Visits mended in one request: well under a second or two each, so that the bar moves and can be stopped."""
LINES = 3
"""Changes shown of one visit."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One kind of fault that many held visits have."""

    rule: str
    path: str
    where: str
    owner: str
    count: int
    oldest: datetime
    titles: str
    address: str


@dataclass(frozen=True, slots=True)
class Row:
    visit: Visit
    name: str
    key: str
    changes: Sequence[tuple[Change, str, int | None]]
    more: int


def _address(rule: str, path: str, kind: str = "") -> str:
    asked = {"vi": f"{rule}:{path}"} | ({"kieu": kind} if kind else {})
    return f"{reverse('web:fix_many')}?{urlencode(asked)}"


def _offers(person: Any) -> list[Offer]:
    held = Submission.objects.filter(state=State.HELD).values("version")
    rows = (
        Finding.objects.filter(rule__in=FIXES, overruled_by="", version__in=held)
        .exclude(path__startswith=f"{fixing.NARROW}.")
        .values("rule", "path", "owner")
        .annotate(count=Count("version", distinct=True), oldest=Min("version__at"))
        .order_by("-count", "oldest")
    )
    return [
        Offer(
            row["rule"],
            row["path"],
            place(row["path"]),
            words.owner(row["owner"]),
            row["count"],
            row["oldest"],
            "; ".join(kind.title for kind in FIXES[row["rule"]]),
            _address(row["rule"], row["path"]),
        )
        for row in rows
        if may_mend(person, row["owner"])
    ]


@page(policies.check_can_mend_findings)
@require_GET
def many(request: HttpRequest) -> HttpResponse:
    rule, _, path = request.GET.get("vi", "")[:130].partition(":")
    if not path or rule not in FIXES:
        return render(request, "web/fixes/causes.html", {"offers": _offers(request.user)})
    batch = fixing.alike(rule, path, at=timezone.now(), kind=request.GET.get("kieu", ""))
    mine = [row for row in batch.rows if may_mend(request.user, row.fixes[0].owner)]
    if batch.rows and not mine:
        raise fixing.NotAllowed
    rows = [_row(request.user, row) for row in mine]
    if rows:
        seen = [row.visit.pk for row in rows]
        note(request.user, "fixes-previewed", "rule", rule, path=path, count=len(rows), visits=seen)
    return render(
        request,
        "web/fixes/many.html",
        {
            "rule": rule,
            "path": path,
            "where": place(path),
            "batch": batch,
            "kind": KINDS.get(batch.kind),
            "kinds": [
                (KINDS[kind], count, _address(rule, path, kind), kind == batch.kind)
                for kind, count in sorted(batch.kinds.items(), key=lambda pair: -pair[1])
            ],
            "rows": rows,
            "places": sum(len(row.fixes) for row in mine),
            "not_seen": max(batch.total - fixing.MOST, 0),
            "cause": f"{rule}:{path}",
        },
    )


def _row(person: Any, row: fixing.Alike) -> Row:
    changes = fixing.merged(row.fixes)
    return Row(
        row.visit,
        privacy.name_for(person, row.visit.patient.full_name),
        f"{row.visit.pk}:{row.number}",
        told(changes[:LINES]),
        max(len(changes) - LINES, 0),
    )


Pairs = list[tuple[int, int]]


def _pairs(texts: Iterable[str]) -> Pairs:
    """``12:1``: visit 12, looked at in version 1."""
    found = []
    for text in texts:
        visit, _, number = text.partition(":")
        if visit.isdigit() and number.isdigit() and len(text) < 30:
            found.append((int(visit), int(number)))
    return list(dict.fromkeys(found))


@page(policies.check_can_mend_findings)
@require_POST
def do_many(request: HttpRequest) -> HttpResponse:
    """One step: some visits are mended (or taken back), the rest waits for the next step."""
    asked = request.POST
    back = asked.get("viec") == "hoan-tac"
    rule, _, path = asked.get("vi", "")[:130].partition(":")
    kind = asked.get("kieu", "")
    waiting = _pairs(asked.getlist("chon"))[: fixing.MOST]
    finished = _pairs(asked.getlist("xong"))[: fixing.MOST]
    refused = [(int(visit), text) for visit, _, text in (each.partition(":") for each in asked.getlist("hong")) if visit.isdigit()]  # fmt: skip
    if not waiting and not finished and not refused:
        not_done(request, "Chưa chọn hồ sơ nào.")
        return HttpResponseRedirect(_address(rule, path))
    stopped = "dung" in asked
    if not stopped:
        step, waiting = waiting[:STEP], waiting[STEP:]
        now = timezone.now()
        if back:
            report = fixing.undo_alike(by=request.user, chosen=step, at=now)
        else:
            report = fixing.fix_alike(by=request.user, rule=rule, path=path, kind=kind, chosen=step, at=now)
        finished += report.done
        refused += report.refused
    context = {
        "back": back,
        "cause": f"{rule}:{path}",
        "kind": kind,
        "title": KINDS[kind].title if kind in KINDS else "",
        "where": place(path),
        "waiting": [f"{visit}:{number}" for visit, number in waiting],
        "finished": [f"{visit}:{number}" for visit, number in finished],
        "refused": [f"{visit}:{text}" for visit, text in refused],
        "whole": len(waiting) + len(finished) + len(refused),
        "behind": len(finished) + len(refused),
    }
    if waiting and not stopped:
        fragment = bool(request.headers.get("HX-Request"))
        return render(request, "web/fixes/progress.html" if fragment else "web/fixes/running.html", context)
    context |= _summary(request.user, finished, refused)
    fragment = bool(request.headers.get("HX-Request"))
    return render(request, "web/fixes/summary.html" if fragment else "web/fixes/finished.html", context)


def _summary(person: Any, finished: Pairs, refused: Sequence[tuple[int, str]]) -> dict[str, Any]:
    held = (
        Submission.objects.filter(version__visit__in=[visit for visit, _ in finished], state=State.HELD)
        .values("version__visit")
        .distinct()
        .count()
    )
    visits = Visit.objects.select_related("patient").in_bulk([visit for visit, _ in refused])
    return {
        "held": held,
        "going": len(finished) - held,
        "left": [
            (visits[visit], privacy.name_for(person, visits[visit].patient.full_name), why)
            for visit, why in refused
            if visit in visits
        ],
    }
