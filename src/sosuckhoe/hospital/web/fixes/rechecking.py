"""Held visits checked again after a rule changed: in small steps, with a bar that moves and can be stopped."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from ....healthbook.validation import listed_rule
from ...delivery.mending.rechecking import held, recheck_all
from ...staff import policies
from ...staff.models import Facility
from ..shell.access import page

STEP = 20
"""Visits checked in one request: well under a second or two each time."""
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
    if "pham-vi" in asked:
        only = id if asked["pham-vi"] == "loi-nay" else ""
        waiting = list(held(only, facility=_facility(request.user)).values_list("pk", flat=True)[:MOST])
    else:
        waiting = [int(each) for each in asked.getlist("chon")[:MOST] if each.isdigit() and len(each) < 19]
    counts = {name: _number(asked.get(field, "")) for name, field in COUNTS.items()}
    stopped = "dung" in asked
    if not stopped and waiting:
        step, waiting = waiting[:STEP], waiting[STEP:]
        reason = f"Quy tắc {id} được đổi"
        found = recheck_all(by=request.user, versions=step, at=timezone.now(), reason=reason)
        for name in COUNTS:
            counts[name] += len(getattr(found, name))
    behind = sum(counts.values())
    context = {
        "rule": rule,
        "waiting": waiting,
        "stopped": stopped,
        "behind": behind,
        "whole": behind + len(waiting),
        **counts,
    }
    fragment = bool(request.headers.get("HX-Request"))
    return render(request, f"web/fixes/{'recheck_step' if fragment else 'recheck'}.html", context)


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 9 else 0


def _facility(person: Any) -> Facility | None:
    return person.facility or Facility.objects.filter(until__isnull=True).first()
