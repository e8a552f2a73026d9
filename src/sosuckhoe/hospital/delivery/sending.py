"""The sending step: exactly the stored bytes, once, with both sides kept.

Three commits frame a call. The claim notes the attempt before anything is opened. ``may_send`` notes, right before
the first byte, that from now on bytes may be out; it also sees a pause or a lost lease. ``settle`` keeps the answer.
So after a crash it is known whether nothing left (send again) or something may have (UNKNOWN).
"""

import hashlib
import time
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from . import receipts
from .answers import NO_ANSWER, Answer, Concern, Word
from .calling import Exchange, NotSent
from .channels import Channel, channel_of
from .connections import KEPT
from .keeping import close_attempt, note_attempt, sent_line
from .ledger import step
from .models import Attempt, Submission
from .prepared import Prepared, change
from .restoring.hold import not_restored
from .settling import settle
from .signing_anew import was_tried
from .states import State
from .turns import writing
from .withheld import mark_on, marks

PAUSED = Answer(
    Word.TRY_LATER, "NOT-SENT", "Chưa gửi: nơi nhận đang tạm dừng hoặc vừa đổi, hoặc chứng thư vừa hết hạn."
)
EARLY = Answer(
    Word.TRY_LATER,
    "EARLY-ANSWER",
    "Cổng trả lời khi hồ sơ chưa rời máy nên không tính là kết quả. Hệ thống sẽ tự gửi lại.",
)
"""Whatever it said, nothing can have been kept: the same bytes go out again on a connection of their own."""


class TakenOver(Exception):
    """Somebody with a newer fence holds the item now, or the destination was paused or changed: do not send."""


def send_submission(submission: Submission, attempt: Attempt) -> bool:
    """Send what was claimed and settle whatever comes of it. True: the destination gave an answer of its own."""
    document = submission.document
    assert document is not None
    if hashlib.sha256(document.content).hexdigest() != document.sha256:
        answer = Answer(
            Word.REJECTED,
            "DOCUMENT-DAMAGED",
            "Tệp đã ký lưu trong máy không còn khớp mã băm nên không gửi. Báo công nghệ thông tin.",
            Concern.SET_UP,
        )
        settle(submission, attempt, None, answer)
        return False
    try:
        channel = channel_of(submission.destination)
        session = channel.session()
        exchange = _submit(channel, session, submission, attempt)
        if not exchange.broken and channel.refuses_session(exchange):
            channel.drop(session)
            KEPT.hang_up()
            close_attempt(attempt, exchange, _judge(channel, exchange, submission))
            attempt = _next_attempt(submission)
            exchange = _submit(channel, channel.session(), submission, attempt)
        answer = _judge(channel, exchange, submission)
        settle(submission, attempt, exchange, answer)
        return answer.word in (Word.ACCEPTED, Word.REJECTED)
    except NotSent as problem:
        settle(submission, attempt, None, problem.answer)
    except TakenOver:
        release(submission, attempt, PAUSED)
    return False


def _submit(channel: Channel, session: Any, submission: Submission, attempt: Attempt) -> Exchange:
    return channel.send(submission, session, before_bytes=lambda: may_send(submission, attempt))


def _judge(channel: Channel, exchange: Exchange, submission: Submission) -> Answer:
    if exchange.broken or exchange.status is None:
        return NO_ANSWER
    answer = channel.meaning_of(exchange, submission)
    return EARLY if exchange.before_the_body and answer.word is not Word.TRY_LATER else answer


def may_send(submission: Submission, attempt: Attempt) -> float:
    """Note that bytes may be out from now on, until the lease ends: returns that moment, as ``time.monotonic``.

    Raises TakenOver where they must not go out.
    """
    # In this order: whoever is frozen between the two ends too early, never too late.
    began, now = time.monotonic(), timezone.now()
    receipts.append_sent(sent_line(submission, attempt, now))
    there, document = submission.destination, submission.document
    assert document is not None
    with writing():
        ours = _OURS.values(now, submission.pk, submission.fence)
        if not ours or ours[0][1:] != (there.base_url, there.account):
            raise TakenOver
        # Asked once the row is ours: whoever marks a code waits for the row, or has committed and is seen here.
        if _ANY_MARK.keys(now) and mark_on(submission) is not None:
            raise TakenOver
        if not document.key.valid_at(now) and not was_tried(submission, before=attempt):
            raise TakenOver  # it ended since the claim; the next one has it signed anew
        change(Attempt, {"id": attempt.pk, "bytes_from": None}, {"bytes_from": now})
    attempt.bytes_from = now
    return began + (ours[0][0] - now).total_seconds()


_OURS = Prepared(
    lambda now, pk, fence: (
        Submission.ledger.filter(
            not_restored(), pk=pk, state=State.SENDING, fence=fence, destination__paused_at__isnull=True
        )
        .select_for_update(of=("self",))
        .values_list("lease_until", "destination__base_url", "destination__account")
    )
)
"""Until when it is still ours to send, and where to."""
_ANY_MARK = Prepared(lambda now: marks(), limit=1)


def _next_attempt(submission: Submission) -> Attempt:
    """Another attempt under the same claim: the one repetition after a refused token."""
    with transaction.atomic():
        rows = Submission.ledger.filter(pk=submission.pk, state=State.SENDING, fence=submission.fence)
        if not rows.update(attempt_count=F("attempt_count") + 1):
            raise TakenOver
        submission.attempt_count += 1
        return note_attempt(submission)


def release(submission: Submission, attempt: Attempt, answer: Answer) -> None:
    """Give an item back that was claimed but not sent; ``answer`` says why."""
    with writing():
        close_attempt(attempt, None, answer)
        step(submission, State.SIGNED, at=timezone.now(), fence=submission.fence)
