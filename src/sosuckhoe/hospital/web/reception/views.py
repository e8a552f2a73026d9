"""Taking in files and finding people."""

import logging
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ...delivery.erasing import NeedsReason, NotErasable, erase_file, keeps_for
from ...delivery.health_checks import are_sent
from ...delivery.intake import Taken, take_file
from ...journal.chain import note
from ...staff import policies
from ...visits.models import SourceFile
from ..shell import people, privacy
from ..shell.access import page
from ..shell.navigation import check_can_work
from ..shell.paging import page_of
from ..shell.sent import shown as sent_row
from ..shell.toasts import done, not_done
from ..shell.unwritable import drop_unwritable
from . import queries

log = logging.getLogger("sosuckhoe.web")
UNEXPECTED = (
    "Chương trình gặp trục trặc với riêng tệp này nên chưa nhận; các tệp khác không bị ảnh hưởng. "
    "Giữ lại tệp và báo bộ phận công nghệ thông tin."
)
LARGEST_UPLOAD = 64 * 1024 * 1024
"""Bytes of one upload. Months of files come through the drop folder, which has no such limit."""


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    size: int
    taken: Taken


def import_files(request: HttpRequest) -> HttpResponse:
    """The size is looked at before the first byte of the body is read: a huge upload costs nobody anything."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and length.isdigit() and int(length) > LARGEST_UPLOAD:
        return _too_large(request)
    try:
        return _import_files(request)
    except TooManyFilesSent:
        return _too_large(request)


import_files = csrf_exempt(import_files)  # the inner view is protected; reading the token reads the body


@page(policies.check_can_import_files)
def _too_large(request: HttpRequest) -> HttpResponse:
    return _import_page(request, status=413, too_large=True)


@page(policies.check_can_import_files)
@csrf_protect
@require_http_methods(["GET", "POST"])
def _import_files(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _import_page(request)
    drop_unwritable(request)
    files = request.FILES.getlist("files")
    reason = request.POST.get("reason", "").strip()
    results = [Result(each.name or "", each.size or 0, _take(request, each, reason)) for each in files]
    return _import_page(
        request, results=results, nothing=not files, reason=reason, status=200 if files else 422
    )


def _take(request: HttpRequest, file: Any, reason: str) -> Taken:
    """One file's trouble is its own: the others go on, and the page says which one it was."""
    try:
        return take_file(file.name or "", file.read(), by=request.user, reason=reason)
    except Exception as trouble:
        log.exception("an uploaded file could not be taken in")
        return Taken("refused", f"ERROR-{type(trouble).__name__}"[:40], UNEXPECTED, 0)


def _import_page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    results, latest = more.get("results", []), list(queries.latest_files())
    people.know(file.by for file in latest)
    return render(
        request,
        "web/reception/import.html",
        {
            "limit": LARGEST_UPLOAD,
            "limit_megabytes": LARGEST_UPLOAD // (1024 * 1024),
            "health_checks": are_sent(None, timezone.localdate()),
            "counts": queries.counts(),
            "drop": queries.drop_folder(),
            "latest": latest,
            "ready": sum(r.taken.outcome == "taken" and not r.taken.held for r in results),
            "held": sum(r.taken.outcome == "taken" and r.taken.held for r in results),
            "repeated": sum(r.taken.outcome == "repeat" for r in results),
            "refused": sum(r.taken.outcome in ("refused", "needs-reason") for r in results),
            **more,
        },
        status=status,
    )


@page(policies.check_can_import_files)
@require_GET
def quarantine(request: HttpRequest) -> HttpResponse:
    """Files that could not be taken in, newest first."""
    return _quarantine(request)


def _quarantine(request: HttpRequest, *, kept: SourceFile | None = None, problem: str = "") -> HttpResponse:
    """``kept``: a file that was not erased; it is shown whatever the page, with the problem beside its form."""
    rows = queries.quarantine()
    shown = page_of(rows, by="came_at", after=request.GET.get("sau", ""), newest_first=True)
    others = [file for file in shown.rows if file != kept]
    people.know(file.by for file in shown.rows)
    return render(
        request,
        "web/reception/quarantine.html",
        {
            "rows": shown.rows if kept is None else [kept, *others],
            "kept": kept,
            "problem": problem,
            "count": rows.count(),
            "erased": queries.erased(),
            "days": keeps_for(timezone.now()).days,
            "first": shown.first,
            "next": f"{reverse('web:import_quarantine')}?sau={shown.next}" if shown.next else "",
        },
        status=422 if problem else 200,
    )


@page(policies.check_can_import_files)
@require_POST
def take_with_reason(request: HttpRequest, pk: int) -> HttpResponse:
    """A file of a visit that is here already, taken in as its correction."""
    file = get_object_or_404(queries.files(), pk=pk, outcome=SourceFile.Outcome.NEEDS_REASON)
    reason = request.POST.get("reason", "").strip()
    data = queries.kept_bytes(file)
    if reason and data is not None:
        taken = take_file(file.name, data, by=request.user, reason=reason)
        (done if taken.visit_id else not_done)(request, f"{file.name}: {taken.sentence}")
        if taken.visit_id:
            return HttpResponseRedirect(reverse("web:visit", args=[taken.visit_id]))
    return HttpResponseRedirect(reverse("web:import_quarantine"))


@page(policies.check_can_import_files)
@require_POST
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """The copy of a file that was not taken in, erased before its time."""
    file = get_object_or_404(queries.quarantine(), pk=pk)
    try:
        erase_file(by=request.user, file=file, why=request.POST.get("reason", ""), at=timezone.now())
        done(request, "Đã xóa bản sao của tệp. Chỉ còn dòng ghi ai đã xóa và vì sao.")
    except (NeedsReason, NotErasable) as refusal:
        return _quarantine(request, kept=file, problem=str(refusal))
    return HttpResponseRedirect(reverse("web:import_quarantine"))


@page(check_can_work)
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """By name with or without marks, any number a person ever had, or a code; whose codes, the role decides."""
    text = request.GET.get("tim", "").strip()[:100]
    context: dict[str, Any] = {
        "searched": text,
        "sees_names": privacy.sees_names(request.user),
        "sees_sent": policies.can_see_delivery(request.user),
    }
    if text:
        visits = queries.visits_by_code(text)
        people, more = (
            queries.people(text) if privacy.sees_names(request.user) and len(text) > 1 else ([], False)
        )
        shown = {visit.pk for visit in visits} | {v.pk for each in people for v in each.visits.all()[:3]}
        states = queries.states_of(sorted(shown))
        sent = queries.sent_by_code(request.user, text, beside={visit.pk for visit in visits})
        note(request.user, "searched", "patient", "", found=len(people) + len(visits) + len(sent))
        context |= {
            "sent": [sent_row(request.user, row) for row in sent],
            "visits": [
                (v, privacy.name_for(request.user, v.patient.full_name), states.get(v.pk)) for v in visits
            ],
            "people": [
                (
                    each,
                    [i for i in each.identifiers.all() if i.until is None][:4],
                    [(visit, states.get(visit.pk)) for visit in each.visits.all()[:3]],
                )
                for each in people
            ],
            "more": more,
        }
    return render(request, "web/reception/search.html", context)
