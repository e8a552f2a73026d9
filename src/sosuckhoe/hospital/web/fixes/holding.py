"""What has not left yet, after a rule became stricter: how many it would hold back, then holding them, in small steps."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from ....healthbook.validation import Listed, listed_rule
from ...delivery.mending.holding_back import HeldBack, hold_back_all, not_left, preview
from ...staff import policies
from ...visits.trial import PATIENCE
from ..shell import privacy
from ..shell.access import page
from ..shell.facility import facility_for
from .stepping import step

MOST = 5000
"""Visits of one run; whoever has more starts again."""
COUNTS = {"held": "giu", "stays": "thoi", "moved": "roi", "broken": "hong"}
"""What became of the visits behind, under the names of the form."""


def _rule(id: str) -> Listed:
    rule = listed_rule(id)
    if rule is None or rule.kind in ("file", "allowed"):
        raise Http404
    return rule


@page(policies.check_can_set_up)
@require_GET
def look(request: HttpRequest, id: str) -> HttpResponse:
    """The counts, before anything is held."""
    return _look(request, _rule(id))


def _look(request: HttpRequest, rule: Listed, problem: str = "") -> HttpResponse:
    found = preview(facility=facility_for(request.user), at=timezone.now(), patience=PATIENCE)
    examples = [
        (
            version.visit,
            privacy.name_for(request.user, version.visit.patient.full_name),
            fault.message if privacy.sees_fault(request.user, fault.owner) else "",
            fault.rule,
        )
        for version, fault in found.examples
    ]
    context = {
        "rule": rule,
        "found": found,
        "rules": found.rules.most_common(),
        "examples": examples,
        "problem": problem,
        "stays": found.looked - found.held,
    }
    return render(request, "web/fixes/holding.html", context, status=422 if problem else 200)


@page(policies.check_can_set_up)
@require_POST
def hold(request: HttpRequest, id: str) -> HttpResponse:
    """One step: some visits are looked at and held where something blocks them; the rest waits for the next step."""
    rule, asked = _rule(id), request.POST
    reason = asked.get("reason", "").strip()[:1000]
    if not reason:
        return _look(request, rule, "Hãy ghi vì sao giữ lại: lý do đi cùng từng hồ sơ.")
    begin = None
    if "bat-dau" in asked:
        begin = not_left(facility=facility_for(request.user)).values_list("pk", flat=True)[:MOST]

    def work(part: list[int]) -> HeldBack:
        return hold_back_all(by=request.user, versions=part, at=timezone.now(), reason=reason)

    context = {"rule": rule, "reason": reason} | step(asked, begin=begin, most=MOST, counts=COUNTS, work=work)
    fragment = bool(request.headers.get("HX-Request"))
    return render(request, f"web/fixes/{'holding_step' if fragment else 'holding_run'}.html", context)
