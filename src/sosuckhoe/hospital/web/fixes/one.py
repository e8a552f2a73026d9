"""Taking up a safe fix that a rule proposes: looked at first, saved as the next version, taken back as one more."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from ....healthbook.validation.fixes import Change, Fix
from ...delivery.closing import OtherPerson
from ...delivery.mending import fixing
from ...journal.chain import note
from ...staff import policies
from ...visits.desks import may_mend
from ...visits.models import Visit
from ..shell import privacy
from ..shell.access import page
from ..shell.labels import label, running_edition
from ..shell.toasts import done, not_done

SHOWN = 40
"""Changes of one visit that are listed; the rest is counted."""
REFUSALS = (fixing.Stale, fixing.NothingToFix, OtherPerson)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address names."""

    rule: str
    path: str
    row: int | None
    all: bool

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        rule, path, row = (request.GET.get(name, "")[:80] for name in ("quy-tac", "cho", "dong"))
        if not rule or not path or (row and not row.isdigit()):
            raise Http404
        return cls(rule, path, int(row) if row else None, request.GET.get("tat-ca") == "1")

    def chosen(self, fixes: Sequence[Fix]) -> list[Fix]:
        return [fix for fix in fixes if self.all or fix.row == self.row]


def told(changes: Sequence[Change]) -> list[tuple[Change, str, int | None]]:
    """Each change with the label of its field, and its row where the table has several."""
    tables = running_edition().tables
    return [
        (change, label(change.path), change.row if tables[change.table].repeats else None)
        for change in changes
    ]


@page(policies.check_can_mend_findings)
@require_http_methods(["GET", "POST"])
def fix(request: HttpRequest, pk: int) -> HttpResponse:
    asked = Asked.of(request)
    visit = get_object_or_404(Visit.objects.select_related("patient", "facility"), pk=pk)
    latest, now = visit.latest, timezone.now()
    every = [
        fix
        for fix in fixing.proposals(latest, asked.rule, asked.path, at=now)
        if may_mend(request.user, fix.owner)
    ]
    fixes = asked.chosen(every)
    refusal = ""
    if request.method == "POST" and fixes:
        number = request.POST.get("ban", "")
        try:
            closed = fixing.fix(
                by=request.user,
                visit_id=pk,
                number=int(number) if number.isdigit() else latest.number,
                rule=asked.rule,
                path=asked.path,
                kind=fixes[0].kind,
                rows=[fix.row for fix in fixes],
                at=now,
            )
        except REFUSALS as wrong:
            refusal = str(wrong)
        else:
            done(
                request,
                f"Đã lưu bản {closed.version.number} theo đề xuất. "
                + ("Hồ sơ còn lỗi khác nên vẫn tạm giữ." if closed.held else "Hồ sơ sẽ tự được ký và gửi."),
                undo=reverse("web:visit_undo", args=[pk, closed.version.number]),
            )
            return HttpResponseRedirect(reverse("web:visit", args=[pk]))
    note(request.user, "visit-read", "visit", pk, record=True)
    finding = latest.findings.filter(rule=asked.rule, path=asked.path, row=asked.row).first()
    changes = fixing.merged(fixes)
    return render(
        request,
        "web/fixes/one.html",
        {
            "visit": visit,
            "name": privacy.name_for(request.user, visit.patient.full_name),
            "fix": fixes[0] if fixes else None,
            "changes": told(changes[:SHOWN]),
            "count": len(changes),
            "hidden": max(len(changes) - SHOWN, 0),
            "alike": len(every) if len(every) > len(fixes) else 0,
            "finding": finding,
            "sees": finding is not None and privacy.sees_fault(request.user, finding.owner),
            "latest": latest,
            "next": latest.number + 1,
            "asked": asked,
            "refusal": refusal,
            "sent": fixing.was_sent(latest),
            "may_correct": policies.can_close_visits(request.user),
            "may_fix_many": fixing.held_with(asked.rule, asked.path).exclude(visit=visit).exists(),
        },
        status=409 if refusal else 200,
    )


@page(policies.check_can_mend_findings)
@require_POST
def undo(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take the newest version back; after sending a person says why."""
    visit = get_object_or_404(Visit.objects.select_related("patient"), pk=pk)
    reason = request.POST.get("reason", "").strip()[:500]
    try:
        closed = fixing.undo(by=request.user, visit_id=pk, number=number, at=timezone.now(), reason=reason)
    except fixing.SentAlready as sent:
        return render(
            request,
            "web/fixes/undo.html",
            {
                "visit": visit,
                "name": privacy.name_for(request.user, visit.patient.full_name),
                "number": number,
                "sentence": str(sent),
                "missing": "reason" in request.POST,
            },
            status=409,
        )
    except (fixing.Stale, fixing.NothingToUndo, OtherPerson) as refusal:
        not_done(request, f"Chưa hoàn tác. {refusal}")
    else:
        done(request, f"Đã lưu bản {closed.version.number}, nội dung như bản {number - 1}.")
    return HttpResponseRedirect(reverse("web:visit", args=[pk]))
