"""The sending step: exactly the stored bytes, once, with both sides kept.

Three commits frame a call. The claim notes the attempt before anything is opened. ``may_send`` notes, right before
the first byte, that from now on bytes may be out; it also sees a pause or a lost lease. ``settle`` keeps the answer.
So after a crash it is known whether nothing left (send again) or something may have (UNKNOWN).
"""

import hashlib
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from . import receipts
from .answers import NO_ANSWER, NOT_WAITED_FOR, Answer, Concern, Word
from .calling import BROKEN_BY_US, Exchange, NotSent
from .channels import Channel, channel_of
from .connections import CUTS, KEPT
from .keeping import close_attempt, note_attempt, sent_line
from .ledger import LEASE, LEDGERS_OWN, step
from .limits import take_a_place
from .models import Attempt, Submission
from .prepared import Prepared, change_all, padded
from .quiet import QUIET_AFTER
from .restoring.hold import not_restored
from .settling import Answered, is_ours, settle, take_back
from .signing_anew import was_tried
from .states import State
from .together import together
from .turns import writing
from .withheld import mark_on, marks

PAUSED = Answer(
    Word.TRY_LATER, "NOT-SENT", "Chưa gửi: nơi nhận đang tạm dừng hoặc vừa đổi, hoặc chứng thư vừa hết hạn."
)
STOPPING = Answer(Word.TRY_LATER, "GIVEN-BACK", "Chưa gửi: chương trình gửi được lệnh dừng.")
EARLY = Answer(
    Word.TRY_LATER,
    "EARLY-ANSWER",
    "Cổng trả lời khi hồ sơ chưa rời máy nên không tính là kết quả. Hệ thống sẽ tự gửi lại.",
)
"""Whatever it said, nothing can have been kept: the same bytes go out again on a connection of their own."""


class TakenOver(Exception):
    """Somebody with a newer fence holds the item now, the destination was paused or changed, or we are told to stop: do
    not send."""


class NotKept(Exception):
    """The destination has answered, and the answer could not be kept."""

    def __init__(self, answered: Answered) -> None:
        super().__init__(answered.answer.code)
        self.answered = answered


def keep_answer(answered: Answered) -> None:
    """Settle it. Raises NotKept where the disk or the ledger is in trouble; it may be called again then."""
    submission = answered.submission
    before = dict(vars(submission))
    try:
        settle(submission, answered.attempt, answered.exchange, answered.answer)
    except (*LEDGERS_OWN, OSError) as trouble:
        # A step that the ledger has taken back must not be the one the next try starts from.
        vars(submission).update(before)
        raise NotKept(answered) from trouble


def send_submission(submission: Submission, attempt: Attempt) -> bool:
    """Send what was claimed and settle whatever comes of it. True: the destination gave an answer of its own.

    Raises NotKept where that could not be kept.
    """
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
            take_a_place(submission.destination, timezone.now())
            session = channel.session()
            exchange = _submit(channel, session, submission, attempt)
        answered = Answered(submission, attempt, exchange, _judge(channel, exchange, submission))
        if answered.answer.is_strange or _silent_again(answered):
            # Whoever answers a file like this may answer a login like this, too: that is asked first, and risks no record.
            channel.drop(session)
        keep_answer(answered)
        return answered.answer.word in (Word.ACCEPTED, Word.REJECTED)
    except NotSent as problem:
        unheard = problem.answer.word is Word.TRY_LATER and problem.answer.retry_after is None
        if CUTS.are_told() and not attempt.bytes_from and unheard:
            # Whether the destination is well was not waited for.
            release(submission, attempt, STOPPING)
            return False
        # A login is no part of the attempt, and what answers it holds a token.
        exchange, never_left = problem.exchange if attempt.bytes_from else None, problem.exchange is None
        settle(submission, attempt, exchange, problem.answer, never_left=never_left)
    except TakenOver:
        release(submission, attempt, STOPPING if CUTS.are_told() else PAUSED)
    return False


def _submit(channel: Channel, session: Any, submission: Submission, attempt: Attempt) -> Exchange:
    return channel.send(submission, session, before_bytes=lambda: may_send(submission, attempt))


def _judge(channel: Channel, exchange: Exchange, submission: Submission) -> Answer:
    if exchange.broken or exchange.status is None:
        return NOT_WAITED_FOR if exchange.broken == BROKEN_BY_US else NO_ANSWER
    answer = channel.meaning_of(exchange, submission)
    return EARLY if exchange.before_the_body and answer.word is not Word.TRY_LATER else answer


def _silent_again(answered: Answered) -> bool:
    """Whether the destination is silent to whatever is sent: each further probe would be a person's work."""
    return answered.answer is NO_ANSWER and answered.submission.destination.failures >= QUIET_AFTER - 1


def may_send(submission: Submission, attempt: Attempt) -> float:
    """Note that bytes may be out from now on, until the lease ends: returns that moment, as ``time.monotonic``.

    Raises TakenOver where they must not go out.
    """
    if CUTS.are_told():
        raise TakenOver
    noted = together(_note_bytes, (submission, attempt, sent_line(submission, attempt, timezone.now())))
    if noted is None:
        raise TakenOver
    attempt.bytes_from, until = noted
    return until


Leaving = tuple[Submission, Attempt, receipts.SentLine]


def _note_bytes(hand: Sequence[Leaving]) -> list[tuple[datetime, float] | None]:
    """For each whose bytes may leave: since when that is noted, and until when it holds. None: somebody else has it now,
    or it must not go out.

    The line outside is written once the row is ours, while nobody else can settle it: written before, it says of
    whoever loses its lease waiting for a slow ledger that something may have left (F19).
    """
    # In this order: whoever is frozen between the two ends too early, never too late.
    began, now = time.monotonic(), timezone.now()
    rows = {pk: row for pk, *row in _OURS.values(now, *padded([submission.pk for submission, *_ in hand]))}
    any_mark = bool(_ANY_MARK.keys(now))
    let_go = [
        (submission, attempt, line)
        for submission, attempt, line in hand
        if submission.pk in rows and _may_leave(submission, attempt, rows[submission.pk], any_mark, now)
    ]
    receipts.append_sent(*(line for _, _, line in let_go))
    # Where the clock was set back since the claim, not before it: that would be no order of events.
    since = {attempt.pk: max(now, attempt.started_at) for _, attempt, _ in let_go}
    for moment in set(since.values()):
        noted = [{"id": pk} for pk, its_own in since.items() if its_own == moment]
        change_all(Attempt, padded(noted), {"bytes_from": moment})
    lasts = {submission.pk: rows[submission.pk][1] - now for submission, *_ in let_go}
    late = [{"id": pk} for pk, left in lasts.items() if not 2 * LEASE / 3 <= left <= 2 * LEASE]
    if late:
        # What was waited for the ledger is not taken off the lease: the commit that follows may take as long.
        change_all(Submission, padded(late), {"lease_until": now + LEASE})
        lasts |= {each["id"]: LEASE for each in late}
    return [
        (since[attempt.pk], began + lasts[submission.pk].total_seconds()) if attempt.pk in since else None
        for submission, attempt, _ in hand
    ]


def _may_leave(
    submission: Submission, attempt: Attempt, row: Sequence[Any], any_mark: bool, now: datetime
) -> bool:
    there, document = submission.destination, submission.document
    assert document is not None
    fence, _, since, *address = row
    if (fence, since) != (submission.fence, submission.since):
        return False
    if address != [getattr(there, each) for each in _ADDRESS]:
        return False
    # Asked once the row is ours: whoever marks a code waits for the row, or has committed and is seen here.
    if any_mark and mark_on(submission) is not None:
        return False
    # Where the certificate ended since the claim, the next one has it signed anew.
    return document.key.valid_at(now) or was_tried(submission, before=attempt)


_ADDRESS = ("base_url", "account", "path_edition")
"""Where a claimed one goes: whoever has changed any of it has been told that nothing more leaves the old way."""
_OURS = Prepared(
    lambda now, *keys: (
        Submission.ledger.filter(
            not_restored(), pk__in=keys, state=State.SENDING, destination__paused_at__isnull=True
        )
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("pk", "fence", "lease_until", "since", *(f"destination__{each}" for each in _ADDRESS))
    )
)
"""Whose it is, until when, since when, and where to: in a database that has lost the last commits another claim may have
the same fence, but not since the same microsecond."""
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
    now = timezone.now()
    with writing():
        if not is_ours(attempt):
            return
        close_attempt(attempt, None, answer)
        # One whose token was refused has left, and lost its claim before the next try: what became of it others decided.
        if not step(submission, State.SIGNED, at=now, fence=submission.fence) and attempt.bytes_from is None:
            take_back(submission, attempt, now)
