"""Asking: one call, in the background, once. Reception never waits for it, and nothing repeats it by itself.

A slow call (5–60 s) is normal (gateway.md §9). The same question within ``KEPT`` is answered by what was kept, with
its time, until somebody asks again on purpose. A refused token is renewed once; nothing else is tried twice.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from ..delivery.answers import COME_BACK_LATER, Answer, Word, fields_of, text
from ..delivery.gateway import Exchange, Gateway, NotSent, Session, session_is_refused
from ..delivery.ledger import destinations_of
from ..delivery.limits import take_a_place
from ..delivery.models import Destination, DestinationKind
from ..delivery.quiet import has_peace
from ..delivery.stopping import heed_login, is_stopped_for_all
from ..journal.chain import note
from ..staff.models import Facility, Person
from .answers import NO_ANSWER, UNREADABLE, Standing, look_up_meaning
from .models import LookUp
from .question import Question, whose

KEPT = timedelta(minutes=15)
AT_ONCE = 8
"""Calls under way in one process; more wait their turn."""
Kind = LookUp.Kind

log = logging.getLogger("sosuckhoe.cards")
_line = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="card-look-up")


class CannotAsk(Exception):
    """The question cannot be asked now; care goes on without it."""


class NoPortal(CannotAsk):
    """Chưa khai cổng tiếp nhận cho cơ sở này nên chưa tra được thẻ. Người bệnh vẫn được tiếp nhận và khám."""


class PortalStopped(CannotAsk):
    """Hệ thống đang tạm dừng gọi cổng (lý do ở trang Gửi và biên nhận), nên chưa tra. Người bệnh vẫn được tiếp nhận và khám."""


class PortalAsksToWait(CannotAsk):
    """Cổng chưa cho đăng nhập và hẹn gọi lại sau, nên chưa tra. Người bệnh vẫn được tiếp nhận và khám; tra lại sau ít phút."""


class NoOfficer(CannotAsk):
    """Tài khoản này chưa ghi số định danh đã đăng ký tra thẻ trên cổng. Người quản trị ghi số đó ở mục người dùng."""


def ask(
    *,
    by: Person,
    question: Question,
    kind: str = Kind.CARD,
    about: LookUp | None = None,
    again: bool = False,
) -> LookUp:
    """The look-up that answers this question: one of the last minutes, or a new one that is under way. Raises CannotAsk."""
    facility = by.facility or Facility.objects.order_by("id").first()
    if facility is None:
        raise NoPortal(NoPortal.__doc__)
    kept = None if again else kept_answer(facility, question, kind)
    if kept is not None:
        return kept
    destination = _portal(facility)
    if kind != Kind.COPAYMENT and not by.portal_id:
        raise NoOfficer(NoOfficer.__doc__)
    with transaction.atomic():
        look_up = LookUp.objects.create(
            kind=kind,
            about=about,
            facility=facility,
            destination=destination,
            patient=whose(question.card_number),
            card_number=question.card_number,
            full_name=question.full_name,
            born=question.born,
            officer_name=by.full_name if kind != Kind.COPAYMENT else "",
            officer_id=by.portal_id if kind != Kind.COPAYMENT else "",
            by=by.username,
            asked_at=timezone.now(),
        )
        note(by, "card-looked-up", "look-up", look_up.pk, kind=str(kind))
        transaction.on_commit(lambda: _line.submit(_in_background, look_up.pk))
    return look_up


def kept_answer(facility: Facility, question: Question, kind: str) -> LookUp | None:
    """The same question's look-up of the last minutes: answered, or still under way."""
    rows = LookUp.objects.filter(
        facility=facility,
        kind=kind,
        card_number=question.card_number,
        born=question.born,
        asked_at__gte=timezone.now() - KEPT,
    )
    for row in rows[:5]:
        if row.full_name.casefold() == question.full_name.casefold() and (row.is_open or row.fields):
            return row
    return None


def stop_waiting(*, by: Any, look_up: LookUp) -> None:
    """Somebody waits no longer. An answer that comes later is kept."""
    LookUp.objects.filter(pk=look_up.pk, answered_at__isnull=True).update(stopped_at=timezone.now())


@transaction.atomic
def check_by_hand(*, by: Any, look_up: LookUp) -> None:
    """Somebody looked at the paper card and the identity paper, as the portal asks for cards of the forces."""
    rows = LookUp.objects.filter(pk=look_up.pk, standing=Standing.BY_HAND, checked_at__isnull=True)
    if rows.update(checked_by=by.username, checked_at=timezone.now()):
        note(by, "card-checked-by-hand", "look-up", look_up.pk)


def _portal(facility: Facility) -> Destination:
    destination = destinations_of(facility, DestinationKind.PORTAL).first()
    if destination is None:
        raise NoPortal(NoPortal.__doc__)
    if is_stopped_for_all(destination):
        raise PortalStopped(PortalStopped.__doc__)
    if has_peace(destination, timezone.now()):
        raise PortalAsksToWait(PortalAsksToWait.__doc__)
    return destination


def _in_background(pk: int) -> None:
    try:
        complete(LookUp.objects.select_related("destination__facility").get(pk=pk))
    except Exception:
        log.exception("look-up %s broke", pk)
    finally:
        close_old_connections()
        connection.close()


def complete(look_up: LookUp) -> None:
    """Make the call and keep what came of it."""
    if has_peace(look_up.destination, timezone.now()):
        _keep_refusal(look_up, Answer(Word.TRY_LATER, "NOT-ASKED", COME_BACK_LATER))
        return
    try:
        gateway = Gateway(look_up.destination)
        session = gateway.session()
        exchange = _call(gateway, session, look_up)
        if session_is_refused(exchange):
            gateway.drop(session)
            exchange = _call(gateway, gateway.session(), look_up)
    except NotSent as problem:
        _keep_refusal(look_up, problem.answer)
        return
    _keep(look_up, exchange)


def _call(gateway: Gateway, session: Session, look_up: LookUp) -> Exchange:
    take_a_place(look_up.destination, timezone.now())
    asked = {
        "card_number": look_up.card_number,
        "full_name": look_up.full_name,
        "born": look_up.born,
    }
    if look_up.kind == Kind.COPAYMENT:
        return gateway.look_up_copayment(session, **asked)
    officer = {"officer_name": look_up.officer_name, "officer_id": look_up.officer_id}
    call = gateway.look_up_history if look_up.kind == Kind.HISTORY else gateway.look_up_card
    return call(session, **asked, **officer)


def _keep(look_up: LookUp, exchange: Exchange) -> None:
    fields = fields_of(exchange.answer)
    code = text(fields.get("maketqua"))
    if not code and exchange.status == 401:
        code = "401"
    if exchange.broken or exchange.status is None:
        code, standing = "NO-ANSWER", NO_ANSWER.standing
    elif not code:
        code, standing = f"HTTP-{exchange.status}", UNREADABLE.standing
    else:
        standing = look_up_meaning(code).standing
    if look_up.kind != Kind.CARD and code not in ("000", "200", "204"):
        log.warning("look-up %s (%s) ended with %s", look_up.pk, look_up.kind, code[:20])
    LookUp.objects.filter(pk=look_up.pk).update(
        answered_at=timezone.now(),
        code=code[:40],
        standing=standing,
        request_head=exchange.request_head,
        http_status=exchange.status,
        answer=exchange.answer,
    )


def _keep_refusal(look_up: LookUp, answer: Answer) -> None:
    """Nothing of the question left this machine."""
    heed_login(look_up.destination, answer, timezone.now())
    LookUp.objects.filter(pk=look_up.pk).update(
        answered_at=timezone.now(), code=answer.code, standing=Standing.PENDING, sentence=answer.sentence
    )
