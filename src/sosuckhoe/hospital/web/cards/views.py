"""Looking up a card: one field to scan into, an answer with what to do next, and care that never waits for it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ...cards import queries, told
from ...cards.answers import Standing, copayment_sentence
from ...cards.asking import CannotAsk, Kind, ask, check_by_hand, stop_waiting
from ...cards.models import LookUp
from ...cards.question import NotAsked, Question, question_of
from ...delivery.answers import text
from ...journal.chain import note
from ...staff import policies
from ..shell import people, words
from ..shell.access import page
from ..shell.toasts import not_done

LOOKS = {
    Standing.VERIFIED: ("good", "good"),
    Standing.BY_HAND: ("look", "eye"),
    Standing.PENDING: ("look", "unknown"),
    Standing.INVALID: ("stop", "stop"),
    Standing.INPUT: ("look", "edit"),
    Standing.SET_UP: ("stop", "plug"),
}
WAITING = words.Look("Đang hỏi cổng", "running", "running")
REPLACED = "003"
"""The card asked about holds no more; the answer names the new one."""
NEW_CARD = words.Look("Dùng thẻ mới", "good", "good")
BY_HAND = words.Look("Đã xem giấy tờ", "good", "good")


def look_of(look_up: LookUp) -> words.Look:
    if look_up.is_open:
        return WAITING
    if look_up.checked_at:
        return BY_HAND
    if look_up.code == REPLACED:
        return NEW_CARD
    standing = Standing(look_up.standing or Standing.PENDING)
    return words.Look(str(standing.label), *LOOKS[standing])


@page(policies.check_can_look_up_cards)
@require_http_methods(["GET", "POST"])
def cards(request: HttpRequest) -> HttpResponse:
    """The desk: ask, and see what still wants asking again."""
    if request.method == "GET":
        return _desk(request)
    given = {name: request.POST.get(name, "").strip() for name in ("scan", "full_name", "born")}
    try:
        look_up = ask(by=request.user, question=question_of(**given))
    except NotAsked as problem:
        return _desk(request, given=given, problem=(problem.field, str(problem)))
    except CannotAsk as problem:
        return _desk(request, given=given, stopped=_sentence(problem))
    return HttpResponseRedirect(reverse("web:card", args=[look_up.pk]))


def _desk(request: HttpRequest, **more: Any) -> HttpResponse:
    facility = request.user.facility
    latest = list(queries.latest(facility))
    people.know(row.by for row in latest)
    context = {
        "open": [(row, look_of(row)) for row in queries.to_ask_again(facility)],
        "latest": [(row, look_of(row)) for row in latest],
        "registered": bool(request.user.portal_id),
        **more,
    }
    return render(request, "web/cards/desk.html", context, status=422 if more else 200)


@page(policies.check_can_look_up_cards)
@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """One look-up: its progress, or its answer. The page asks again by itself while a call is under way."""
    found = get_object_or_404(_look_ups(), pk=pk, kind=Kind.CARD)
    fragment = bool(request.headers.get("HX-Request"))
    if not fragment or not found.is_open:
        note(request.user, "card-answer-read", "look-up", found.pk)
    template = "web/cards/answer.html" if fragment else "web/cards/card.html"
    return render(request, template, _told(found))


def _told(found: LookUp) -> dict[str, Any]:
    more = {row.kind: row for row in found.more.order_by("asked_at")}
    history, copayment = more.get(Kind.HISTORY), more.get(Kind.COPAYMENT)
    return {
        "look_up": found,
        "look": look_of(found),
        "meaning": told.meaning_of(found),
        "note": text(found.fields.get("ghichu")),
        "facts": told.facts(found.fields),
        "new_card": told.facts(found.fields, told.NEW_CARD) if found.fields.get("mathemoi") else [],
        "differences": told.differences(found),
        "checks": told.rows_of(found.fields, "dslichsukt2018"),
        "by_hand": found.standing == Standing.BY_HAND and not found.checked_at,
        "history": history,
        "courses": told.courses(history) if history else [],
        "copayment": copayment,
        "copayments": told.copayments(copayment) if copayment else [],
        "copayment_says": copayment.sentence or copayment_sentence(copayment.code) if copayment else "",
        "copayment_note": text(copayment.fields.get("ghichu")) if copayment else "",
        "open": found.is_open or any(row.is_open for row in more.values()),
    }


@page(policies.check_can_look_up_cards)
@require_POST
def deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Ask again on purpose, ask for more, wait no longer, or note that the papers were looked at."""
    found = get_object_or_404(_look_ups(), pk=pk, kind=Kind.CARD)
    question = Question(found.card_number, found.full_name, found.born)
    try:
        if deed == "tra-lai":
            found = ask(by=request.user, question=question, again=True)
        elif deed == "lich-su":
            ask(by=request.user, question=question, kind=Kind.HISTORY, about=found, again=True)
        elif deed == "cung-chi-tra":
            ask(by=request.user, question=question, kind=Kind.COPAYMENT, about=found, again=True)
        elif deed == "da-xem":
            check_by_hand(by=request.user, look_up=found)
        else:
            for each in (found, *found.more.all()):
                stop_waiting(by=request.user, look_up=each)
    except CannotAsk as problem:
        not_done(request, _sentence(problem))
    return HttpResponseRedirect(reverse("web:card", args=[found.pk]))


def _look_ups() -> Any:
    return LookUp.objects.select_related("facility", "patient", "destination")


def _sentence(problem: CannotAsk) -> str:
    return str(problem) or type(problem).__doc__ or ""
