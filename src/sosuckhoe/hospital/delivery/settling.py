"""Settling: what came of an attempt is kept, and the submission takes the step the answer asks for."""

import random
from datetime import datetime, timedelta

from django.utils import timezone

from ..journal.models import Entry
from . import receipts
from .answers import FOREIGN_RECEIPT, NO_ANSWER, Answer, Concern, Word
from .calling import Exchange
from .connections import KEPT
from .crashpoints import here
from .keeping import close_attempt, is_anothers, keep_receipt, receipt_line
from .ledger import step
from .models import Attempt, Submission
from .states import State
from .stopping import count_answer, says_of_all
from .turns import writing

FIRST_DELAY = 5
LONGEST_DELAY = 600
LONGEST_WAIT = 3600
"""Seconds, when the portal itself asks for a time."""
REST = timedelta(seconds=15)
"""How long an UNKNOWN rests before the same bytes go out again, where the second door is declared."""
NOT_THERE = "unknown-is-not-there"
"""The journal's word for a person who looked and found nothing."""


def settle(submission: Submission, attempt: Attempt, exchange: Exchange | None, answer: Answer) -> None:
    """Keep both sides and take the step the answer asks for, in one transaction."""
    now = timezone.now()
    if answer.word is not Word.ACCEPTED:
        KEPT.hang_up()
    else:
        # Our own earlier receipt with this number is the portal repeating itself; anybody else's is foreign.
        if is_anothers(submission, answer.transaction_number):
            answer = FOREIGN_RECEIPT
            KEPT.hang_up()
        else:
            here("K19")
            receipts.append(receipt_line(submission, attempt, answer, now))
            here("K19-NOTED")
    with writing():
        if answer.word is Word.ACCEPTED and not keep_receipt(submission, attempt, answer, now):
            answer = FOREIGN_RECEIPT  # said of two at the same moment: the other was faster
            KEPT.hang_up()
        close_attempt(attempt, exchange, answer)
        if submission.check_in_id is None or says_of_all(exchange, answer):
            count_answer(submission, answer, now)
        _step(submission, attempt, answer, now)
    here("K22")


def _step(submission: Submission, attempt: Attempt, answer: Answer, now: datetime) -> bool:
    fence = submission.fence
    if answer.word is Word.ACCEPTED:
        return _receive(submission, answer, now)
    problem = {"problem_code": answer.code, "problem": answer.sentence}
    if answer.word is Word.UNKNOWN:
        return step(
            submission,
            State.UNKNOWN,
            at=now,
            fence=fence,
            # An answer that was there but strange is for a person; silence may be answered by the same bytes.
            not_before=now + REST if answer is NO_ANSWER else None,
            **problem,
        )
    if answer.concern in (Concern.CONTENT, Concern.SET_UP) and may_be_there(submission, besides=attempt):
        # What is said of this try does not settle the earlier one: mended or signed anew, other bytes would go to
        # where something may lie already (I4).
        return step(submission, State.UNKNOWN, at=now, fence=fence, not_before=None, **problem)
    if answer.concern is Concern.CONTENT:
        return step(submission, State.REFUSED, at=now, fence=fence, **problem)
    if answer.concern is Concern.SET_UP:
        return step(submission, State.HELD, at=now, fence=fence, **problem)
    # The account's affair, a refused token twice, or try later: this record itself is well.
    delays = submission.delays + 1
    return step(
        submission,
        State.SIGNED,
        at=now,
        fence=fence,
        delays=delays,
        not_before=now + timedelta(seconds=delay(delays, answer.retry_after)),
        **problem,
    )


def may_be_there(submission: Submission, *, besides: Attempt | None = None) -> bool:
    """Whether a try, ``besides`` the one that is being settled, ended without a clear answer and nobody has looked since."""
    unclear = submission.attempts.filter(outcome=Word.UNKNOWN).exclude(pk=besides.pk if besides else None)
    looked = Entry.objects.filter(action=NOT_THERE, kind="submission", object_id=str(submission.pk))
    last = looked.order_by("-seq").values_list("at", flat=True).first()
    return (unclear if last is None else unclear.filter(ended_at__gt=last)).exists()


def _receive(submission: Submission, answer: Answer, now: datetime) -> bool:
    warning = ("", "") if answer.code == "200" else (answer.code, answer.sentence)
    columns = {"problem_code": warning[0], "problem": warning[1], "delays": 0, "not_before": None}
    if step(submission, State.RECEIVED, at=now, fence=submission.fence, **columns):
        return True
    # The lease ran out while we waited, but the answer is the answer: whoever waits for it may have it.
    late = Submission.ledger.get(pk=submission.pk)
    if late.state in (State.UNKNOWN, State.SIGNED, State.HELD) and late.document_id == submission.document_id:
        return step(late, State.RECEIVED, at=now, **columns)
    return False


def delay(delays: int, retry_after: int | None) -> float:
    """Seconds to wait: doubling, bounded, with jitter, never less than the portal asked for."""
    grown = min(FIRST_DELAY * 2 ** min(delays - 1, 10), LONGEST_DELAY)
    return max(grown * random.uniform(0.75, 1.25), float(min(retry_after or 0, LONGEST_WAIT)))
