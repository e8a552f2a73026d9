"""What a person does with deliveries: pause and resume, hold and release, the doors out of "unknown"."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ...delivery import actions, doors
from ...delivery.models import Destination, Submission
from ...delivery.states import NoSuchStep, State
from ...staff import policies
from ..shell import privacy
from ..shell.access import page
from ..shell.sent import address_of, full_name_of
from ..shell.toasts import done, not_done
from ..shell.ways import ways
from . import queries
from .finding import note_finding

REFUSALS = (
    actions.NeedsReason,
    actions.NotInThisState,
    doors.NotUnknown,
    doors.NotDeclared,
    doors.NeedsNumber,
    doors.NeedsReason,
    doors.NumberIsAnothers,
    NoSuchStep,
)
"""What an action may answer a person with; the sentence is its own."""
NOW: Mapping[str, str] = {
    State.SIGNED: "Hệ thống gửi lại đúng tệp đã ký.",
    State.WAITING: "Hệ thống ký rồi gửi.",
}
"""What follows a door, by the state it led to; where it is held, why."""


@page(policies.check_can_steer_delivery)
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    destination = get_object_or_404(Destination, pk=pk)
    try:
        actions.pause(by=request.user, destination=destination, reason=request.POST.get("reason", ""))
    except actions.NeedsReason as refusal:
        not_done(request, f"Chưa tạm dừng: {_sentence(refusal)}")
        return HttpResponseRedirect(reverse("web:delivery"))
    done(
        request,
        f"Đã tạm dừng gửi đến {destination.name}.",
        undo=reverse("web:delivery_resume", args=[destination.pk]),
    )
    return HttpResponseRedirect(reverse("web:delivery"))


@page(policies.check_can_steer_delivery)
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    destination = get_object_or_404(Destination, pk=pk)
    actions.resume(by=request.user, destination=destination)
    done(request, f"Đã cho gửi tiếp đến {destination.name}.")
    return HttpResponseRedirect(reverse("web:delivery"))


@page(policies.check_can_steer_delivery)
@require_GET
def unknown(request: HttpRequest, pk: int) -> HttpResponse:
    """One submission whose outcome is not known, and the doors that are open for it."""
    submission = _submission(pk)
    if not doors.is_unclear(submission):
        return HttpResponseRedirect(address_of(submission))
    return _unknown_page(request, submission)


def _unknown_page(
    request: HttpRequest, submission: Submission, problem: str = "", door: str = "", wrong: str = ""
) -> HttpResponse:
    return render(
        request,
        "web/delivery/unknown.html",
        {
            "submission": submission,
            "ways": ways(submission),
            "other": "trục" if submission.health_check_id else "cổng",
            "thing": "phiếu" if submission.health_check_id else "hồ sơ",
            "msg_id": queries.message_id(submission),
            "name": privacy.name_for(request.user, full_name_of(submission)),
            "attempts": submission.attempts.defer("answer").order_by("-number"),
            "look_ups": submission.look_ups.defer("answer").order_by("-at")[:20],
            "problem": problem,
            "number": request.POST.get("number", ""),
            "reason": request.POST.get("reason", ""),
            "door": door,
            "wrong": wrong,
        },
        status=422 if problem else 200,
    )


@page(policies.check_can_steer_delivery)
@require_POST
def leave_unknown(request: HttpRequest, pk: int, door: str) -> HttpResponse:
    submission = _submission(pk)
    given = request.POST
    deeds: dict[str, tuple[Callable[[], Any], str]] = {
        "da-co": (
            lambda: doors.it_is_there(
                by=request.user,
                submission=submission,
                transaction_number=given.get("number", ""),
                reason=given.get("reason", ""),
            ),
            "Đã ghi biên nhận theo mã giao dịch đọc được.",
        ),
        "chua-co": (
            lambda: doors.it_is_not_there(
                by=request.user, submission=submission, reason=given.get("reason", "")
            ),
            "Đã ghi là nơi nhận chưa có.",
        ),
        "gui-lai": (
            lambda: doors.send_again(by=request.user, submission=submission),
            "",
        ),
    }
    deed, sentence = deeds[door]
    try:
        deed()
    except REFUSALS as refusal:
        return _unknown_page(request, submission, _sentence(refusal), door, _wrong_field(refusal, door))
    submission.refresh_from_db(fields=["state", "problem"])
    then = NOW.get(submission.state, submission.problem)
    done(request, f"{submission.visit_code}: {sentence} {then}".strip())
    return HttpResponseRedirect(address_of(submission))


def _wrong_field(refusal: Exception, door: str) -> str:
    """Where to mend what was typed; nowhere, where nothing typed is wrong."""
    if isinstance(refusal, doors.NeedsReason):
        return "reason-there" if door == "da-co" else "reason-not"
    return "number" if isinstance(refusal, doors.NeedsNumber | doors.NumberIsAnothers) else ""


@page(policies.check_can_steer_delivery)
@require_POST
def steer(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Hold one record back, let it go, note the portal's findings, or say that they are settled."""
    submission = _submission(pk)
    if deed == "loi-tu-cong":
        return note_finding(request, submission)
    given = request.POST
    reason = given.get("reason", "")
    try:
        if deed == "giu-lai":
            actions.hold(by=request.user, submission=submission, reason=reason)
            done(request, "Đã giữ hồ sơ lại, chưa gửi.")
        elif deed == "cho-gui":
            sign_anew = given.get("sign_anew") == "1"
            actions.release(by=request.user, submission=submission, reason=reason, sign_anew=sign_anew)
            done(request, "Đã cho gửi. Tên người cho gửi và lý do được giữ lại.")
        else:
            actions.content_is_settled(by=request.user, submission=submission, reason=reason)
            done(request, "Đã ghi là không còn vướng.")
    except REFUSALS as refusal:
        not_done(request, f"Chưa làm được: {_sentence(refusal)}")
    return HttpResponseRedirect(address_of(submission))


def _sentence(refusal: Exception) -> str:
    return NoSuchStep.__doc__ or "" if isinstance(refusal, NoSuchStep) else str(refusal)


def _submission(pk: int) -> Submission:
    rows = Submission.ledger.select_related("check_in", "health_check", "document")
    return get_object_or_404(queries.with_visits(rows), pk=pk)
