"""Settling: what came of an attempt is kept, and the submission takes the step the answer asks for."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q
from django.utils import timezone

from ..journal.chain import MACHINE, note
from ..journal.models import Entry
from . import receipts
from .answers import FOREIGN_RECEIPT, NO_ANSWER, NOT_WAITED_FOR, Answer, Concern, Word
from .calling import Exchange
from .connections import KEPT
from .crashpoints import here
from .keeping import close_attempt, is_anothers, keep_receipts, receipt_line
from .ledger import step, step_all
from .models import Attempt, PracticeReceipt, Submission
from .quiet import LONGEST_WAIT
from .restoring.hold import not_restored
from .states import State
from .stopping import count_answer, note_stop, says_of_all
from .together import together
from .turns import writing

FIRST_DELAY = 5
LONGEST_DELAY = 600
REST = timedelta(seconds=15)
"""How long an UNKNOWN rests before the same bytes go out again, where the second door is declared."""
CAME_LATE = "unknown-was-answered"
"""The journal's word for an answer with a number that came when its attempt was given up: no door was needed."""
NEVER_LEFT = "unknown-never-left"
"""The journal's word for a holder that came back after its attempt was given up, and knows that no byte of it had left."""
NOT_THERE = "unknown-is-not-there"
"""The journal's word for a person who looked and found nothing."""


def settle(
    submission: Submission,
    attempt: Attempt,
    exchange: Exchange | None,
    answer: Answer,
    *,
    never_left: bool = False,
) -> None:
    """Keep both sides and take the step the answer asks for, in one transaction.

    Where that fails it may be called again: the answer came when it was called first. ``never_left``: no byte of the
    file has, and the answer is our own.
    """
    now = timezone.now()
    attempt.ended_at = attempt.ended_at or now
    if answer.word is Word.ACCEPTED and not _received(Answered(submission, attempt, exchange, answer)):
        answer = FOREIGN_RECEIPT
    if answer.word is not Word.ACCEPTED:
        KEPT.hang_up()
        with writing():
            if never_left and not is_ours(attempt):
                return
            close_attempt(attempt, exchange, answer)
            of_all = submission.check_in_id is None or says_of_all(exchange, answer)
            stopped = of_all and count_answer(submission, answer, now)
            if not _step(submission, attempt, answer, now) and never_left:
                take_back(submission, attempt, now, rest=timedelta(seconds=FIRST_DELAY))
            if stopped:
                note_stop(submission.destination, answer)
    here("K22")


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a call: known to this process alone until it is settled."""

    submission: Submission
    attempt: Attempt
    exchange: Exchange | None
    answer: Answer

    @property
    def at(self) -> datetime:
        """When it came."""
        return self.attempt.ended_at or timezone.now()

    @property
    def warning(self) -> tuple[str, str]:
        """Code and sentence, where the portal said more than that it has it."""
        return ("", "") if self.answer.code == "200" else (self.answer.code, self.answer.sentence)


def _received(one: Answered) -> bool:
    """Keep a receipt outside the database and in it. False: the number is another's."""
    # Our own earlier receipt with this number is the portal repeating itself; anybody else's is foreign.
    if is_anothers(one.submission, one.answer.transaction_number):
        return False
    here("K19")
    simulated = one.exchange is not None and one.exchange.simulated
    receipts.append(receipt_line(one.submission, one.attempt, one.answer, one.at, simulated=simulated))
    here("K19-NOTED")
    # False here: said of two at the same moment, and the other was faster.
    return together(_keep_received, one)


def _keep_received(hand: Sequence[Answered]) -> list[bool]:
    """The receipts, the attempts and the steps of those whose receipt it is."""
    kept = keep_receipts(hand)
    ours = [one for one, is_kept in zip(hand, kept, strict=True) if is_kept]
    for one in ours:
        close_attempt(one.attempt, one.exchange, one.answer)
    for one in {one.submission.destination_id: one for one in ours}.values():
        count_answer(one.submission, one.answer, one.at)
    late: list[Answered] = []
    for warning in dict.fromkeys(one.warning for one in ours):
        late += _receive([one for one in ours if one.warning == warning], warning)
    for one in late:
        note(MACHINE, CAME_LATE, "submission", one.submission.pk, number=one.answer.transaction_number)
    return kept


def _receive(hand: Sequence[Answered], warning: tuple[str, str]) -> list[Answered]:
    """The step of each; returns those that were UNKNOWN by then."""
    now = timezone.now()
    columns = {"problem_code": warning[0], "problem": warning[1], "delays": 0, "not_before": None}
    moved = step_all([one.submission for one in hand], State.RECEIVED, at=now, **columns)
    were_unknown = []
    for one in hand:
        if one.submission.pk not in moved:
            # The lease ran out while we waited, but the answer is the answer: whoever waits for it may have it.
            late = Submission.ledger.get(pk=one.submission.pk)
            same = late.document_id == one.submission.document_id
            if not same or late.state not in (State.UNKNOWN, State.SIGNED, State.HELD):
                continue
            unknown = late.state == State.UNKNOWN
            if step(late, State.RECEIVED, at=now, **columns) and unknown:
                were_unknown.append(one)
    return were_unknown


def is_ours(attempt: Attempt) -> bool:
    """Whether the ledger has this very attempt: one that has lost the last commits may have another under its numbers."""
    same = Attempt.objects.filter(pk=attempt.pk, holder=attempt.holder, started_at=attempt.started_at)
    return same.filter(submission=attempt.submission_id, fence=attempt.fence).exists()


def take_back(
    submission: Submission, attempt: Attempt, now: datetime, *, rest: timedelta | None = None
) -> bool:
    """For the holder of an attempt of ours of which nothing has left, once the step it wanted was refused.

    Its lease ran out while it waited for a slow disk, and whoever recovered could not know what it knows (F19). Only
    where nothing has happened to the record since: nobody has claimed it, and no copy was put under us.
    """
    rows = Submission.ledger.select_for_update(of=("self",)).filter(
        not_restored(), pk=submission.pk, state=State.UNKNOWN, fence=submission.fence
    )
    late = rows.filter(attempt_count=attempt.number, document=attempt.document_id).first()
    columns = {"not_before": None if rest is None else now + rest, "problem_code": "", "problem": ""}
    if late is None or not step(late, State.SIGNED, at=now, fence=submission.fence, **columns):
        return False
    note(MACHINE, NEVER_LEFT, "submission", submission.pk, attempt=attempt.number)
    return True


def _step(submission: Submission, attempt: Attempt, answer: Answer, now: datetime) -> bool:
    fence = submission.fence
    problem = {"problem_code": answer.code, "problem": answer.sentence}
    if answer.word is Word.UNKNOWN:
        return step(
            submission,
            State.UNKNOWN,
            at=now,
            fence=fence,
            # An answer that was there but strange is for a person; silence may be answered by the same bytes.
            not_before=now + REST if answer in (NO_ANSWER, NOT_WAITED_FOR) else None,
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


def may_be_there(submission: Submission, *, besides: Attempt | None = None, after: int = 0) -> bool:
    """Whether a try, ``besides`` the one that is being settled, ended without a clear answer and nobody has looked since.

    ``after``: of those with a greater number.
    """
    unclear = submission.attempts.filter(outcome=Word.UNKNOWN, number__gt=after)
    unclear = unclear.exclude(pk=besides.pk if besides else None)
    looked = Entry.objects.filter(action=NOT_THERE, kind="submission", object_id=str(submission.pk))
    last = looked.order_by("-seq").first()
    if last is None:
        return unclear.exists()
    # By its number, too: a clock that was set back since dates a later try before the look.
    since = Q(ended_at__gt=last.at) | Q(number__gt=last.detail.get("tried", 2**31 - 1))
    return unclear.filter(since).exists()


def may_be_at_the_real_place(submission: Submission) -> bool:
    """The same of what a simulator has received: whether a later try may have reached what is no simulator."""
    practised = PracticeReceipt.objects.filter(receipt__submission=submission)
    last = practised.aggregate(number=Max("receipt__attempt__number"))["number"]
    return may_be_there(submission, after=last or 0)


def delay(delays: int, retry_after: int | None) -> float:
    """Seconds to wait: doubling, bounded, with jitter, never less than the portal asked for."""
    grown = min(FIRST_DELAY * 2 ** min(delays - 1, 10), LONGEST_DELAY)
    return max(grown * random.uniform(0.75, 1.25), float(min(retry_after or 0, LONGEST_WAIT)))
