"""Bugs of what an answer, or none, is taken for."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..simulation.world import put
from .planting import LOST_REPLIES, planted


@planted("resend-on-time-out", menu=LOST_REPLIES, trouble=0.8)
def _resend_on_time_out() -> Iterator[None]:
    """No answer means: once more."""
    from sosuckhoe.hospital.delivery import recovery, sending, settling
    from sosuckhoe.hospital.delivery.answers import NO_ANSWER, Word

    again = replace(NO_ANSWER, word=Word.TRY_LATER)
    with put(*((place, "NO_ANSWER", again) for place in (sending, settling, recovery))):
        yield


@planted("re-sign-on-retry", menu=("503", "drop-unstored"), trouble=0.8)
def _re_sign_on_retry() -> Iterator[None]:
    """Every new try is signed anew, so the portal sees other bytes for the same version."""
    from sosuckhoe.hospital.delivery import claims, ledger
    from sosuckhoe.hospital.delivery.states import State

    def must(submission: Any, now: Any) -> bool:
        if submission.attempts.count() < submission.documents.count():
            return False
        return bool(ledger.step(submission, State.WAITING, at=now, document=submission.document))

    with put((claims, "must_sign_anew", must)):
        yield


@planted("receipt-of-another-visit-accepted", menu=("foreign",), trouble=0.6, share=0.0)
def _foreign_receipt() -> Iterator[None]:
    """A number that is another visit's is kept for this one."""
    from sosuckhoe.hospital.delivery import sending
    from sosuckhoe.hospital.delivery.answers import Word
    from sosuckhoe.hospital.delivery.models import Receipt

    real = sending.settle

    def settle(submission: Any, attempt: Any, exchange: Any, answer: Any) -> None:
        number = answer.transaction_number
        others = Receipt.objects.filter(transaction_number=number).exclude(submission=submission)
        if answer.word is Word.ACCEPTED and others.exists():
            answer = replace(answer, transaction_number=f"{number}/{submission.pk}")
        real(submission, attempt, exchange, answer)

    with put((sending, "settle", settle)):
        yield


@planted("unknown-treated-as-refused", menu=LOST_REPLIES, trouble=0.8)
def _unknown_as_refused() -> Iterator[None]:
    """No answer is booked as a refusal, so somebody corrects what had arrived."""
    from sosuckhoe.hospital.delivery import sending, settling
    from sosuckhoe.hospital.delivery.answers import NO_ANSWER, Concern, Word

    refused = replace(NO_ANSWER, word=Word.REJECTED, concern=Concern.CONTENT)
    with put(*((place, "NO_ANSWER", refused) for place in (sending, settling))):
        yield


@planted(
    "what-could-not-be-kept-is-sent-once-more", strikes=("flush", "error-commit"), points=("K19", "K20"), share=0.7,
    trouble=0.0,
)  # fmt: skip
def _asked_again() -> Iterator[None]:
    """The disk was full when the answer came, so the record goes out again once there is room."""
    from sosuckhoe.hospital.delivery import sending, worker

    real = sending.keep_answer

    def keep(answered: Any) -> None:
        try:
            real(answered)
        except sending.NotKept:
            sending.release(answered.submission, answered.attempt, sending.PAUSED)

    with put((sending, "keep_answer", keep), (worker, "keep_answer", keep)):
        yield


@planted("html-under-200-accepted", menu=("html",), trouble=0.5)
def _html_accepted() -> Iterator[None]:
    """HTTP 200 is enough."""
    from sosuckhoe.hospital.delivery import gateway
    from sosuckhoe.hospital.delivery.answers import Answer, Word

    real = gateway.submission_answer

    def answer(status: int, body: bytes, **how: Any) -> Any:
        found = real(status, body, **how)
        if status == 200 and found.word is Word.UNKNOWN and not found.transaction_number:
            digest = hashlib.sha256(body).hexdigest()[:8]
            return Answer(Word.ACCEPTED, "200", "", transaction_number=f"HTTP200-{digest}")
        return found

    with put((gateway, "submission_answer", answer)):
        yield


@planted("refused-token-is-tried-for-ever", menu=("401", "bare-401"), trouble=0.9)
def _token_loop() -> Iterator[None]:
    """Login and call again as long as the answer is 401: how accounts get locked."""
    from sosuckhoe.hospital.delivery import sending

    def send(submission: Any, attempt: Any) -> None:
        gateway = sending.channel_of(submission.destination)
        try:
            session = gateway.session()
            exchange = sending._submit(gateway, session, submission, attempt)
            for _ in range(6):
                if not gateway.refuses_session(exchange):
                    break
                gateway.drop(session)
                sending.close_attempt(attempt, exchange, sending._judge(gateway, exchange, submission))
                attempt = sending._next_attempt(submission)
                session = gateway.session()
                exchange = sending._submit(gateway, session, submission, attempt)
            sending.settle(submission, attempt, exchange, sending._judge(gateway, exchange, submission))
        except sending.NotSent as problem:
            sending.settle(submission, attempt, None, problem.answer)
        except sending.TakenOver:
            sending.release(submission, attempt, sending.PAUSED)

    from sosuckhoe.hospital.delivery import worker

    with put((worker, "send_submission", send)):
        yield


@planted("repeated-under-the-same-attempt", menu=("401", "bare-401"), trouble=0.6)
def _same_attempt() -> Iterator[None]:
    """After a refused token the call is made again without noting a second attempt."""
    from sosuckhoe.hospital.delivery import sending, worker

    def send(submission: Any, attempt: Any) -> None:
        gateway = sending.channel_of(submission.destination)
        try:
            session = gateway.session()
            exchange = sending._submit(gateway, session, submission, attempt)
            if gateway.refuses_session(exchange):
                gateway.drop(session)
                exchange = sending._submit(gateway, gateway.session(), submission, attempt)
            sending.settle(submission, attempt, exchange, sending._judge(gateway, exchange, submission))
        except sending.NotSent as problem:
            sending.settle(submission, attempt, None, problem.answer)
        except sending.TakenOver:
            sending.release(submission, attempt, sending.PAUSED)

    with put((worker, "send_submission", send)):
        yield


@planted("built-anew-when-it-is-sent", trouble=0.0)
def _built_anew() -> Iterator[None]:
    """What goes out is written and signed anew at the moment of sending, and not what is stored."""
    from sosuckhoe.hospital.delivery import gateway

    real = gateway.Gateway.submit

    def submit(self: Any, document: bytes, *arguments: Any, **how: Any) -> Any:
        return real(self, document + b"\n", *arguments, **how)

    with put((gateway.Gateway, "submit", submit)):
        yield


@planted("second-door-without-a-declaration", menu=LOST_REPLIES, trouble=0.8, declared=False)
def _second_door() -> Iterator[None]:
    """The same bytes go out again although nobody has declared that the portal replaces."""
    from sosuckhoe.hospital.delivery import doors
    from sosuckhoe.hospital.delivery.prepared import Prepared

    unknown = Prepared(lambda now: doors.Submission.objects.filter(state="UNKNOWN", not_before__lte=now))
    with put((doors, "_RESTED", unknown)):
        yield


@planted("second-door-without-a-line", menu=LOST_REPLIES, trouble=0.8, declared=True, mode="replace")
def _second_door_unrecorded() -> Iterator[None]:
    """The machine sends the same bytes again, as declared, and no line of the journal says why it was allowed."""
    from sosuckhoe.hospital.delivery import doors

    real = doors.note

    def note(by: Any, *about: Any, **detail: Any) -> Any:
        return None if by == doors.MACHINE else real(by, *about, **detail)

    with put((doors, "note", note)):
        yield


@planted("content-refused-and-tried-again", menu=("204",), trouble=0.7)
def _refused_again() -> Iterator[None]:
    """A refusal of the content is taken for a passing trouble."""
    from sosuckhoe.hospital.delivery import sending
    from sosuckhoe.hospital.delivery.answers import Concern, Word

    real = sending._judge

    def judge(*asked: Any) -> Any:
        answer = real(*asked)
        refused = answer.concern is Concern.CONTENT
        return replace(answer, word=Word.TRY_LATER, concern=None) if refused else answer

    with put((sending, "_judge", judge)):
        yield


@planted("odd-answer-keeps-its-connection", menu=("204",), trouble=0.5, share=0.0, steps=60, pauses=0.0)
def _kept_after_anything() -> Iterator[None]:
    """A connection is used again whatever was said on it, so a late repetition answers for another record."""
    from sosuckhoe.hospital.delivery.connections import Kept

    with put((Kept, "hang_up", lambda self: None)):
        yield


@planted("body-once-more-on-a-new-connection", menu=LOST_REPLIES, trouble=0.5, share=0.0)
def _body_once_more() -> Iterator[None]:
    """A kept connection that breaks is taken for one that was closed before, although the body has left."""
    from sosuckhoe.hospital.delivery import calling

    real = calling._exchange

    def exchange(connection: Any, call: Any, *, used_before: bool = False) -> Any:
        done = real(connection, call, used_before=used_before)
        if used_before and done.broken:
            raise calling.ClosedMeanwhile
        return done

    with put((calling, "_exchange", exchange)):
        yield


@planted("time-out-of-something-in-between-is-try-later", menu=("504",), trouble=0.6)
def _time_out_in_between() -> Iterator[None]:
    """504 is a number from 500 on, so nothing was taken."""
    from sosuckhoe.hospital.delivery import answers

    with put((answers, "TRY_LATER_STATUSES", answers.TRY_LATER_STATUSES | {504})):
        yield


@planted("refused-token-is-used-again", menu=("401", "bare-401"), trouble=0.6)
def _token_not_dropped() -> Iterator[None]:
    """The call is repeated after a refused token, with the same token."""
    from sosuckhoe.hospital.delivery import gateway

    with put((gateway.Gateway, "drop", lambda self, session: None)):
        yield


@planted("strange-answer-answered-by-the-same-bytes", menu=("odd-code", "empty", "no-number"), trouble=0.6, declared=True, mode="replace")  # fmt: skip
def _strange_repeated() -> Iterator[None]:
    """What the portal said and nobody understands is taken for silence, and the machine sends once more."""
    from sosuckhoe.hospital.delivery import doors
    from sosuckhoe.hospital.delivery.prepared import Prepared

    unknown = Prepared(lambda now: doors.Submission.objects.filter(state="UNKNOWN"))
    with put((doors, "_RESTED", unknown)):
        yield


@planted("absence-believed", menu=LOST_REPLIES, trouble=0.8, declared=False, answers="late")
def _absence_believed() -> Iterator[None]:
    """The portal is asked, has not got it yet, and the same bytes go out again."""
    from sosuckhoe.hospital.delivery import looking
    from sosuckhoe.hospital.delivery.ledger import step
    from sosuckhoe.hospital.delivery.models import Said
    from sosuckhoe.hospital.delivery.states import State

    real = looking.look_up

    def look_up(submission: Any, at: Any) -> Any:
        look = real(submission, at)
        if look.said == Said.NOT_THERE:
            step(submission, State.SIGNED, at=at, not_before=None)
        return look

    with put((looking, "look_up", look_up)):
        yield


@planted(
    "any-number-believed",
    menu=("drop-unstored", "in-flight-lost"),
    trouble=0.8,
    declared=False,
    answers="wrong",
)
def _any_number_believed() -> Iterator[None]:
    """The portal is asked, and whatever number it names is the receipt."""
    from types import SimpleNamespace

    from sosuckhoe.hospital.delivery import looking

    real = looking._meaning

    def meaning(submission: Any, exchange: Any) -> Any:
        told = looking.fields_of(exchange.answer)
        if told.get("found") is not True:
            return real(submission, exchange)
        same = told | {"sha256": submission.document.sha256}
        with put((looking, "fields_of", lambda body: same)):
            return real(
                submission, SimpleNamespace(broken=exchange.broken, status=exchange.status, answer=b"")
            )

    with put((looking, "_meaning", meaning)):
        yield


@planted("asked-in-the-order-of-entry", menu=LOST_REPLIES, trouble=0.8, declared=False, answers="down")
def _asked_in_order() -> Iterator[None]:
    """The portal is asked about what came first, and about nothing else while that rests."""
    from sosuckhoe.hospital.delivery import looking

    real = looking._asked_about

    def asked_about(at: Any) -> Any:
        rows = real(at)
        return rows.filter(pk__in=list(rows.order_by("pk").values_list("pk", flat=True)[:1]))

    with put((looking, "_asked_about", asked_about)):
        yield
