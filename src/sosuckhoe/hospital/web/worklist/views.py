"""The page of the work list: filters that live in the address, causes, and the list behind them."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from ...delivery.models import Submission
from ...delivery.restoring.hold import current
from ...staff import policies
from ..shell import words
from ..shell.access import page
from ..shell.labels import place
from ..shell.navigation import check_can_work
from ..shell.paging import page_of
from ..shell.privacy import name_for, sees_fault
from ..shell.work import work
from . import queries

CAUSES_AT_FIRST = 6


@dataclass(frozen=True, slots=True)
class Sentence:
    """A filter as a sentence, with what stands behind it."""

    text: str
    address: str
    count: int
    here: bool


@dataclass(frozen=True, slots=True)
class Row:
    submission: Submission
    name: str
    what: str
    where: str
    owner: str
    more: int
    releasable: bool


def _wish(request: HttpRequest) -> queries.Wish:
    asked = request.GET
    return queries.Wish(
        cause=asked.get("vi", "")[:130],
        owner=asked.get("chu", "")[:40],
        kind=asked.get("loai", "") if asked.get("loai") in queries.KINDS else "",
        long=asked.get("lau") == "1",
    )


def _address(**asked: Any) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return reverse("web:worklist") + (f"?{urlencode(kept)}" if kept else "")


def _sentences(wish: queries.Wish, totals: queries.Totals) -> list[Sentence]:
    everything = wish == queries.Wish()
    found = [Sentence("Mọi việc đang chờ", _address(), totals.count, everything)]
    found += [
        Sentence(f"{words.owner(owner)} sửa", _address(chu=owner), count, wish.owner == owner)
        for owner, count in sorted(totals.by_owner.items(), key=lambda pair: -pair[1])
    ]
    found += [
        Sentence(sentence, _address(loai=kind), totals.by_kind[kind], wish.kind == kind)
        for kind, (sentence, _) in queries.KINDS.items()
        if totals.by_kind[kind] or wish.kind == kind
    ]
    if totals.long or wish.long:
        found.append(Sentence("Đã chờ hơn 24 giờ", _address(lau="1"), totals.long, wish.long))
    return found


@page(check_can_work)
@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    wish = _wish(request)
    totals = queries.totals()
    rows = queries.wished(work(), wish)
    shown = page_of(rows, by="since", after=request.GET.get("sau", ""))
    faults = queries.faults_per_version([row.version_id for row in shown.rows])
    causes = queries.causes(wish)
    chosen = next((cause for cause in causes if cause.key == wish.cause), None)
    asked = {"vi": wish.cause, "chu": wish.owner, "loai": wish.kind, "lau": "1" if wish.long else ""}
    listed = [
        (_told(request.user, cause), place(cause.path), _address(**{**asked, "vi": cause.key}))
        for cause in ([chosen] if chosen else causes)
    ]
    return render(
        request,
        "web/worklist/worklist.html",
        {
            "restored": current(),
            "sees_delivery": policies.can_see_delivery(request.user),
            "totals": totals,
            "sentences": _sentences(wish, totals),
            "causes": listed[:CAUSES_AT_FIRST],
            "more_causes": listed[CAUSES_AT_FIRST:],
            "chosen": chosen,
            "wish": wish,
            "filtered": wish != queries.Wish(),
            "without_cause": _address(**{**asked, "vi": ""}),
            "stopped": queries.stopped_checks(),
            "may_import": policies.can_import_files(request.user),
            "rows": [_row(request.user, row, faults) for row in shown.rows],
            "count": rows.count(),
            "may_release": policies.can_steer_delivery(request.user)
            and any(row.state == "HELD" and not row.first_message for row in shown.rows),
            "may_mend": policies.can_mend_findings(request.user),
            "first": shown.first,
            "next": _address(**asked, sau=shown.next) if shown.next else "",
        },
    )


def _row(person: Any, submission: Any, faults: Any) -> Row:
    held_for_fault = submission.state == "HELD" and submission.first_message
    count = faults.get(submission.version_id, 0)
    return Row(
        submission=submission,
        name=name_for(person, submission.version.visit.patient.full_name),
        what=_what(person, submission) if held_for_fault else submission.problem,
        where=place(submission.first_path) if held_for_fault else "",
        owner=words.owner(submission.owner),
        more=count - 1 if held_for_fault and count > 1 else 0,
        releasable=submission.state == "HELD" and not submission.first_message,
    )


def _what(person: Any, submission: Any) -> str:
    """The sentence of the first fault; only its place for who need not know the value."""
    if sees_fault(person, submission.owner):
        return str(submission.first_message)
    return f"Có lỗi ở {place(submission.first_path)}"


def _told(person: Any, cause: queries.Cause) -> queries.Cause:
    """A cause shows one visit's sentence as its example: not to who need not know the value."""
    if not cause.path or sees_fault(person, cause.owner):
        return cause
    return replace(cause, sentence=f"Có lỗi ở {place(cause.path)}")
