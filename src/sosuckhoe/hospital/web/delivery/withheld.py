"""Codes that are marked as not to go out by this channel: mark, lift, and say what was done about what left before."""

from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ...delivery import actions, withholding
from ...delivery.models import Submission
from ...staff import policies
from ...staff.models import Facility
from ...visits.models import Withheld
from ..shell import people
from ..shell.access import page
from ..shell.toasts import done

MOST = 200
REFUSALS = (actions.NeedsReason, actions.NotInThisState)


@page(policies.check_can_see_delivery)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    return _page(request, given={"code": request.GET.get("ma", "")[:100]})


def _page(
    request: HttpRequest, problem: str = "", *, at: str = "", given: dict[str, str] | None = None
) -> HttpResponse:
    marks = Withheld.objects.select_related("facility").order_by(F("lifted_at").asc(nulls_first=True), "-id")
    rows = [(mark, list(withholding.left(mark).select_related("destination"))) for mark in marks[:MOST]]
    people.know(account for mark, _ in rows for account in (mark.by, mark.lifted_by, mark.settled_by))
    # What left and was not dealt with is a task, and stands first.
    rows.sort(key=lambda row: (not _is_task(*row), row[0].lifted_at is not None))
    return render(
        request,
        "web/delivery/withheld.html",
        {
            "rows": rows,
            "count": marks.count(),
            "open": sum(_is_task(*row) for row in rows),
            "most": MOST,
            "facilities": list(Facility.objects.all()),
            "may_steer": policies.can_steer_delivery(request.user),
            "problem": problem,
            "at": at,
            "given": given or {},
        },
        status=422 if problem else 200,
    )


def _is_task(mark: Withheld, left: list[Submission]) -> bool:
    """Whether somebody has still to deal with what left before the mark."""
    return bool(left) and mark.settled_at is None and mark.lifted_at is None


@page(policies.check_can_steer_delivery)
@require_POST
def mark(request: HttpRequest) -> HttpResponse:
    asked = request.POST
    code, why = asked.get("code", "").strip()[:100], asked.get("reason", "")
    given = {"code": code, "reason": why, "facility": asked.get("facility", "")}
    facility = _facility(given["facility"])
    if facility is None:
        return _page(request, "Hãy chọn cơ sở.", at="facility", given=given)
    if not code:
        return _page(request, "Hãy ghi mã đợt khám hoặc mã phiếu.", at="code", given=given)
    if not why.strip():
        return _page(request, "Hãy ghi căn cứ.", at="reason", given=given)
    found = withholding.withhold(
        by=request.user, facility=facility, facility_code=facility.code, code=code, why=why
    )
    gone = withholding.left(found).count()
    more = (
        f" {gone} tệp đã rời máy trước đó: cần xử lý ở dưới."
        if gone
        else " Không có tệp nào của mã này đã rời máy."
    )
    done(request, f"{code}: từ lúc này không ký và không gửi.{more}")
    return HttpResponseRedirect(reverse("web:delivery_withheld"))


@page(policies.check_can_steer_delivery)
@require_POST
def do(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    deeds: dict[str, tuple[Any, str]] = {
        "bo": (
            lambda mark, why: withholding.lift(by=request.user, mark=mark, why=why),
            "đã bỏ đánh dấu; hồ sơ vẫn tạm giữ.",
        ),
        "xong": (
            lambda mark, why: withholding.settle(by=request.user, mark=mark, how=why),
            "đã ghi cách xử lý.",
        ),
    }
    if deed not in deeds:
        raise Http404
    found = get_object_or_404(Withheld, pk=pk)
    act, sentence = deeds[deed]
    try:
        act(found, request.POST.get("reason", ""))
    except REFUSALS as refusal:
        return _page(request, str(refusal), at=f"{deed}-{pk}")
    done(request, f"{found.code}: {sentence}")
    return HttpResponseRedirect(reverse("web:delivery_withheld"))


def _facility(asked: str) -> Facility | None:
    facilities = list(Facility.objects.all()[:2])
    if len(facilities) == 1:
        return facilities[0]
    return Facility.objects.filter(pk=int(asked)).first() if asked.isdigit() and len(asked) < 10 else None
