"""Door one out of UNKNOWN: the destination itself is asked, where it offers a service for that.

The insurer's portal offers none, so no destination is asked until somebody writes down the path of one (gateway.md §8
names no such service). What is asked and how it is answered is that of the simulator, an assumption of ours.

Only "it is there", with the hash of our own bytes and a number that is nobody else's, opens the door. "Not there" opens
nothing: a look-up may lag behind, or be wrong, and the same bytes would go out twice. It is shown to the person who
looks, and asked again, less and less often.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import close_old_connections, connection
from django.db.models import Case, Count, DateTimeField, ExpressionWrapper, F, Max, QuerySet, Value, When
from django.utils import timezone

from . import doors
from .answers import fields_of, number_of, text
from .calling import Exchange, NotSent
from .gateway import Gateway
from .keeping import is_anothers
from .ledger import LEDGERS_OWN
from .limits import take_a_place, within_limits
from .models import DestinationKind, ReceiptLookUp, Said, Submission
from .quiet import peace
from .restoring.hold import on_hold
from .settling import REST
from .states import State
from .stopping import heed_login
from .turns import writing

LEAST_OFTEN = timedelta(hours=1)
RESTS = (4 * REST, 16 * REST, 64 * REST, LEAST_OFTEN)
"""After the first question, after the second, and so on; the last of them from then on."""
IDLE_SECONDS = 1.0

_NOT_ANSWERED = "Cổng không trả lời được câu hỏi này. Hệ thống sẽ hỏi lại."

log = logging.getLogger("sosuckhoe.delivery")


@dataclass(frozen=True)
class Found:
    """What an answer says."""

    said: Said
    sentence: str = ""
    transaction_number: str = ""
    stated_at: str = ""


def look_up_next(at: datetime) -> bool:
    """Ask about what has been due longest: so everything has its turn, however much waits. False when nothing is due, or
    as many calls are made as the destination bears."""
    due = _asked_about(at).filter(moment__lte=at).values_list("pk", flat=True).first()
    if due is None:
        return False
    submission = _in_full(due)
    with writing():
        if not within_limits(submission.destination, at):
            return False
    try:
        look_up(submission, at)
    except LEDGERS_OWN:
        raise
    except Exception:
        # It has had its turn: what goes wrong with one keeps the others from nothing.
        log.exception("submission %s: looking up failed; it is asked about again later", due)
        ReceiptLookUp.objects.create(
            submission=submission, at=at, said=Said.NO_ANSWER, sentence=_NOT_ANSWERED
        )
    return True


def next_look_up(at: datetime, *, first: bool = False) -> float | None:
    """Seconds until the next question; None when there is nothing to ask about. ``first``: the first about something."""
    rows = _asked_about(at)
    moment = (rows.filter(asked=0) if first else rows).values_list("moment", flat=True).first()
    return None if moment is None else max(0.0, (moment - at).total_seconds())


def look_up(submission: Submission, at: datetime) -> ReceiptLookUp:
    """Ask about one, keep both sides, and open the door where it is there."""
    exchange, found = _ask(submission)
    look = ReceiptLookUp(submission=submission, at=at, said=found.said, sentence=found.sentence)
    if exchange is not None:
        look.http_status, look.request_head = exchange.status, exchange.request_head
        look.answer_head, look.answer = exchange.answer_head, exchange.answer
    look.save(force_insert=True)
    if found.said == Said.THERE:
        try:
            doors.it_was_found(
                submission=submission,
                transaction_number=found.transaction_number,
                stated_at=found.stated_at,
            )
        except (doors.NotUnknown, doors.NumberIsAnothers):
            log.info("submission %s had left by another door", submission.pk)
    return look


def _ask(submission: Submission) -> tuple[Exchange | None, Found]:
    document = submission.document
    assert document is not None
    try:
        gateway = Gateway(submission.destination)
        for first in (True, False):
            session = gateway.session()
            exchange = gateway.look_up_receipt(
                session, visit_code=submission.visit_code, document_sha256=document.sha256
            )
            if not (first and gateway.refuses_session(exchange)):
                break
            gateway.drop(session)
            take_a_place(submission.destination, timezone.now())
    except NotSent as problem:
        heed_login(submission.destination, problem.answer, timezone.now())
        return None, Found(Said.NO_ANSWER, problem.answer.sentence)
    return exchange, _meaning(submission, exchange)


def _meaning(submission: Submission, exchange: Exchange) -> Found:
    document = submission.document
    assert document is not None
    fields = fields_of(exchange.answer)
    if exchange.broken or exchange.status != 200 or not isinstance(fields.get("found"), bool):
        return Found(Said.NO_ANSWER, _NOT_ANSWERED)
    if not fields["found"]:
        return Found(Said.NOT_THERE, "Cổng trả lời không thấy. Câu trả lời có thể chậm hơn lúc nhận.")
    number = number_of(fields.get("transaction"))
    if not number or text(fields.get("sha256")) != document.sha256 or is_anothers(submission, number):
        return Found(Said.STRANGE, "Cổng trả lời có, nhưng là tệp khác hoặc mã giao dịch của hồ sơ khác.")
    return Found(Said.THERE, f"Mã giao dịch {number}.", number, text(fields.get("received_at"))[:20])


def _asked_about(at: datetime) -> QuerySet[Submission]:
    """What is unknown at a destination that can be asked now, with how often it was asked (``asked``) and when it is to be
    asked, again, less and less often (``moment``): in this order, which the database finds out from what is unknown
    alone."""
    rows = Submission.ledger.filter(
        ~peace(at, "destination__"),
        state=State.UNKNOWN,
        health_check__isnull=True,
        document__isnull=False,
        destination__kind=DestinationKind.PORTAL,
        destination__paused_at__isnull=True,
    ).exclude(destination__receipt_look_up="")
    rests = [When(asked=asked, then=_after("asked_at", rest)) for asked, rest in enumerate(RESTS, 1)]
    moment = Case(When(asked=0, then=_after("since", REST)), *rests, default=_after("asked_at", RESTS[-1]))
    rows = rows.values("pk", "since").annotate(asked=Count("look_ups"), asked_at=Max("look_ups__at"))
    rows = rows.annotate(moment=moment).order_by("moment", "pk")
    return rows.none() if on_hold() else rows


def _after(column: str, rest: timedelta) -> ExpressionWrapper:
    return ExpressionWrapper(F(column) + Value(rest), output_field=DateTimeField())


def _in_full(pk: int) -> Submission:
    rows = Submission.ledger.select_related("destination__facility", "document", "version__visit", "check_in")
    return rows.defer("document__content", "version__record_json").get(pk=pk)


def keep_looking(over: threading.Event, stands: threading.Event) -> None:
    """A line of its own: who is slow to answer a question keeps nothing else waiting. Nobody is asked while it
    ``stands``: the answer could not be kept."""
    try:
        while not over.is_set():
            if stands.is_set():
                connection.close()
            if stands.is_set() or not take_a_turn():
                over.wait(IDLE_SECONDS)
    finally:
        connection.close()


def take_a_turn() -> bool:
    """One question, if one is due. What goes wrong is tried again. False when there was nothing to do."""
    try:
        return look_up_next(timezone.now())
    except Exception:
        log.exception("looking up failed; it is tried again")
        close_old_connections()
        return False
