"""Taking up a safe fix that a rule proposes: looked at first, saved as the next version, taken back as one more."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from ....healthbook.standard import Edition
from ....healthbook.validation.fixes import Fix, applied, fixes_of
from ...delivery.closing import OtherPerson, check, correct_visit, edition_for
from ...journal.chain import note
from ...staff import policies
from ...visits.choices import checking_policy
from ...visits.models import RecordVersion, Visit
from ..shell.access import page
from ..shell.labels import label
from ..shell.toasts import done
from . import queries


def _proposed(request: HttpRequest, visit: Visit, version: RecordVersion, edition: Edition) -> Fix | None:
    """The fix for the fault that the address names, tried just now on the record as it is."""
    rule, path, row = (request.GET.get(name, "")[:80] for name in ("quy-tac", "cho", "dong"))
    if not rule or not path or (row and not row.isdigit()):
        raise Http404
    today = timezone.localdate()
    policy = checking_policy(facility=visit.facility, day=today)
    found = fixes_of(version.record, edition, day=today, policy=policy, only=[(rule, path)])
    return next((fix for fix in found if str(fix.row or "") == row), None)


@page(policies.check_can_close_visits)
@require_http_methods(["GET", "POST"])
def fix(request: HttpRequest, pk: int) -> HttpResponse:
    visit = get_object_or_404(queries.visits(), pk=pk)
    latest, now = visit.latest, timezone.now()
    edition = edition_for(latest.record, now)
    proposed = _proposed(request, visit, latest, edition)
    back = reverse("web:visit", args=[pk])
    if request.method == "POST" and proposed:
        checked = check(applied(latest.record, proposed, edition), facility=visit.facility, at=now)
        closed = correct_visit(
            visit=visit,
            checked=checked,
            by=request.user,
            at=now,
            reason=f"Theo đề xuất của quy tắc {proposed.rule}: {proposed.title}",
        )
        done(
            request,
            f"Đã lưu bản {closed.version.number} theo đề xuất.",
            undo=reverse("web:visit_undo", args=[pk, closed.version.number]),
        )
        return HttpResponseRedirect(back)
    if request.method == "GET":
        note(request.user, "visit-read", "visit", pk, record=True)
    return render(
        request,
        "web/clinic/fix.html",
        {
            "visit": visit,
            "fix": proposed,
            "changes": [(change, label(change.path)) for change in proposed.changes] if proposed else [],
            "finding": latest.findings.filter(rule=request.GET["quy-tac"], path=request.GET["cho"]).first(),
            "next": latest.number + 1,
            "place": request.GET["cho"],
            "row": request.GET.get("dong", ""),
        },
    )


@page(policies.check_can_close_visits)
@require_POST
def undo(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take the newest version back: the record before it becomes the next version."""
    visit = get_object_or_404(queries.visits(), pk=pk)
    latest: Any = visit.latest
    if latest.number != number or number < 2:
        done(request, "Chưa hoàn tác: hồ sơ đã có bản mới hơn.")
        return HttpResponseRedirect(reverse("web:visit", args=[pk]))
    now = timezone.now()
    before = get_object_or_404(visit.versions, number=number - 1)
    try:
        closed = correct_visit(
            visit=visit,
            checked=check(before.record, facility=visit.facility, at=now),
            by=request.user,
            at=now,
            reason=f"Hoàn tác bản {number}",
        )
        done(request, f"Đã lưu bản {closed.version.number}, nội dung như bản {number - 1}.")
    except OtherPerson as refusal:
        done(request, f"Chưa hoàn tác: {refusal}")
    return HttpResponseRedirect(reverse("web:visit", args=[pk]))
