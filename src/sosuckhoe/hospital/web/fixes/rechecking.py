"""Held visits checked again after a rule changed: in small steps, with a bar that moves and can be stopped."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from ....healthbook.validation import listed_rule
from ...delivery.mending.rechecking import Rechecked, held, recheck_all
from ...staff import policies
from ..shell.access import page
from ..shell.facility import facility_for
from .stepping import step

MOST = 2000
"""Visits of one run; whoever has more starts again."""
COUNTS = {"released": "duoc", "still_held": "giu", "moved": "roi", "broken": "hong"}
"""What became of the visits behind, under the names of the form."""


@page(policies.check_can_set_up)
@require_POST
def recheck(request: HttpRequest, id: str) -> HttpResponse:
    """One step: some visits are checked again, the rest waits for the next step."""
    rule = listed_rule(id)
    if rule is None or rule.kind == "allowed":
        raise Http404
    asked = request.POST
    begin = None
    if "pham-vi" in asked:
        only = id if asked["pham-vi"] == "loi-nay" else ""
        begin = held(only, facility=facility_for(request.user)).values_list("pk", flat=True)[:MOST]

    def work(part: list[int]) -> Rechecked:
        return recheck_all(by=request.user, versions=part, at=timezone.now(), reason=f"Quy tắc {id} được đổi")

    context = {"rule": rule} | step(asked, begin=begin, most=MOST, counts=COUNTS, work=work)
    fragment = bool(request.headers.get("HX-Request"))
    return render(request, f"web/fixes/{'recheck_step' if fragment else 'recheck'}.html", context)
