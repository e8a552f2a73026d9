"""The three doors out of UNKNOWN (chưa rõ kết quả), through which somebody decides. There is no fourth; what turns out to be
known of that very attempt after all needs none (``settling``, ``restoring.booking``).

1. A machine look-up, where the destination offers one (``looking``). The insurer's portal offers none.
2. The identical bytes again, where the destination is declared to replace by visit code, with evidence.
3. A person who looked at the portal and says what is there.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils import timezone

from ..journal.chain import MACHINE, account_of, note
from ..journal.models import Entry
from . import receipts
from .actions import LeftBefore, StillWithheld
from .answers import Answer, Word
from .calling import TOTAL_SECONDS
from .keeping import keep_receipt, receipt_line
from .ledger import NEWER_LEFT, newer_health_check, newer_left, newer_versions, step
from .models import Receipt, Submission
from .prepared import Prepared, over
from .restoring.booking import MAYBE, attempt_without_bytes
from .settling import NOT_THERE, REST
from .states import State
from .withheld import KINDS, WITHHELD, mark_on, not_withheld

LOOKED_UP = "máy tra cứu"
"""Stands where a person's name would: the destination's own look-up has said so."""
SENT_AGAIN = "unknown-sent-again"
DECLARING = ("destination-added", "destination-changed")
"""The journal's words: for the second door, and for those who may have declared it."""
REPEATS = 5
"""After so many attempts without an answer a person looks first."""
SETTLES = timedelta(seconds=2 * TOTAL_SECONDS)
"""Where a newer version takes the place of the same bytes it is the next to leave. A portal answers after a minute and may
still be at work on the older one, which would then take effect last (I4): so much longer is waited."""


class NotUnknown(ValueError):
    """Hồ sơ này không ở trạng thái chưa rõ kết quả."""


class NotDeclared(ValueError):
    """Nơi nhận này chưa được khai báo là thay thế theo mã đợt khám, nên không được gửi lại khi chưa rõ kết quả."""


class BytesLost(NotDeclared):
    """Tệp đã ký mất khi khôi phục cơ sở dữ liệu nên không gửi lại được. Tra trên cổng trước."""


class NeedsReason(ValueError):
    """Hãy ghi rõ đã xem gì trên cổng."""


class NeedsNumber(ValueError):
    """Hãy ghi mã giao dịch đúng như nơi nhận cho thấy."""


class NumberIsAnothers(ValueError):
    """Mã giao dịch này đã thuộc hồ sơ khác. Kiểm tra lại trên cổng."""


def has_bytes(submission: Submission) -> bool:
    """Whether what was signed is here; a restore may have left its hash alone, or nothing."""
    return submission.document is not None and submission.document.size > 0


def is_unclear(submission: Submission) -> bool:
    """Whether the doors are open: UNKNOWN, or held because it may have left before a copy was restored."""
    held = submission.state == State.HELD and submission.problem_code == MAYBE
    return held or submission.state == State.UNKNOWN


def repeat_where_declared(*, at: datetime) -> int:
    """Door two, by the machine: the same bytes again after a rest."""
    rested, count = _RESTED.keys(at), 0
    for submission in Submission.ledger.select_related("destination").filter(pk__in=rested) if rested else ():
        with transaction.atomic():
            if step(submission, State.SIGNED, at=at, not_before=None):
                note(MACHINE, SENT_AGAIN, "submission", submission.pk, **declaration(submission))
                count += 1
    return count


def next_repeat(now: datetime) -> float | None:
    """Seconds until the machine opens door two for something; None when it will not."""
    moments = [
        first + rest
        for which, rest in ((~_overtaken(), timedelta()), (_overtaken(), SETTLES))
        if (first := _repeatable().filter(which).aggregate(first=Min("not_before"))["first"]) is not None
    ]
    return max(0.0, (min(moments) - now).total_seconds()) if moments else None


def may_repeat(submission: Submission) -> bool:
    """Whether door two is declared for what this submission carries."""
    there = submission.destination
    return there.repeats_check_ins if submission.check_in_id else there.replaces_by_visit_code


def declaration(submission: Submission) -> dict[str, str]:
    """On what ground the same bytes may go out again: the evidence, and who has declared it and when, if that is known."""
    there = submission.destination
    switch = "repeats_check_ins" if submission.check_in_id else "replaces_by_visit_code"
    lines = Entry.objects.filter(kind="destination", object_id=str(there.pk), action__in=DECLARING)
    declared: Entry | None = None
    for line in lines.order_by("seq"):
        declared = (declared or line) if line.detail.get(switch) else None
    known = {"declared_by": declared.actor, "declared_at": declared.at.isoformat()} if declared else {}
    return {"evidence": there.replaces_evidence, **known}


def _repeatable() -> Any:
    # What was given back unsent is no try, however often.
    unclear = Count("attempts", filter=Q(attempts__outcome=Word.UNKNOWN))
    return Submission.ledger.alias(unclear=unclear).filter(
        *(not_withheld(kind) for kind in KINDS),
        Q(check_in__isnull=True, destination__replaces_by_visit_code=True)
        | Q(check_in__isnull=False, destination__repeats_check_ins=True),
        state=State.UNKNOWN,
        destination__paused_at__isnull=True,
        not_before__isnull=False,
        unclear__lt=REPEATS,
    )


def _overtaken() -> Q:
    return Q(newer_versions()) | Q(newer_health_check())


_RESTED = Prepared(
    lambda now: _repeatable().filter(
        over("not_before", now, 2 * REST),
        ~_overtaken() | over("not_before", now - SETTLES, SETTLES + 2 * REST),
    )
)


@transaction.atomic
def send_again(*, by: Any, submission: Submission) -> None:
    """Door two, by a person: the same bytes again, now."""
    submission = _unknown(submission)
    if submission.state != State.UNKNOWN:
        raise NotUnknown(NotUnknown.__doc__)
    if not may_repeat(submission):
        raise NotDeclared(NotDeclared.__doc__)
    if not has_bytes(submission):
        raise BytesLost(BytesLost.__doc__)
    if mark_on(submission) is not None:
        raise StillWithheld(StillWithheld.__doc__)
    if newer_left(submission):
        raise LeftBefore(LeftBefore.__doc__)
    step(submission, State.SIGNED, at=timezone.now(), not_before=None)
    note(by, SENT_AGAIN, "submission", submission.pk, **declaration(submission))


@transaction.atomic
def it_was_found(*, submission: Submission, transaction_number: str, stated_at: str) -> None:
    """Door one: the destination was asked and has these very bytes, under this number."""
    submission = _unknown(submission)
    if submission.state != State.UNKNOWN:
        raise NotUnknown(NotUnknown.__doc__)
    answer = Answer(
        Word.ACCEPTED,
        "200",
        "Cổng trả lời khi được hỏi: đã có tệp này.",
        transaction_number=transaction_number,
        stated_at=stated_at,
    )
    _receive(submission, answer, LOOKED_UP)
    note(LOOKED_UP, "unknown-was-found", "submission", submission.pk, number=transaction_number)


@transaction.atomic
def it_is_there(*, by: Any, submission: Submission, transaction_number: str, reason: str) -> None:
    """Door three: a person saw it on the portal, with this transaction number."""
    submission = _unknown(submission)
    number = transaction_number.strip()
    if not number:
        raise NeedsNumber(NeedsNumber.__doc__)
    if not reason.strip():
        raise NeedsReason(NeedsReason.__doc__)
    answer = Answer(
        Word.ACCEPTED,
        "200",
        "Người phụ trách đã thấy hồ sơ trên cổng.",
        transaction_number=number,
        message=reason.strip(),
    )
    _receive(submission, answer, account_of(by))
    note(by, "unknown-is-there", "submission", submission.pk, number=number, reason=reason.strip())


def _receive(submission: Submission, answer: Answer, stated_by: str) -> None:
    number, now = answer.transaction_number, timezone.now()
    taken = Receipt.objects.filter(destination=submission.destination, transaction_number=number)
    if taken.exclude(submission=submission).exists():
        raise NumberIsAnothers(NumberIsAnothers.__doc__)
    attempt = submission.attempts.filter(receipt__isnull=True).order_by("-number").first()
    if submission.document is None:
        attempt = attempt_without_bytes(submission, now)
        if attempt is None:
            raise NotUnknown(NotUnknown.__doc__)
    assert attempt is not None
    receipts.append(receipt_line(submission, attempt, answer, now, stated_by=stated_by))
    if not keep_receipt(submission, attempt, answer, now, stated_by=stated_by):
        raise NumberIsAnothers(NumberIsAnothers.__doc__)
    if submission.state == State.HELD:
        step(submission, State.SIGNED, at=now, document=submission.document)
    step(submission, State.RECEIVED, at=now, problem_code="", problem="", not_before=None)


@transaction.atomic
def it_is_not_there(*, by: Any, submission: Submission, reason: str) -> None:
    """Door three: a person looked and it is not on the portal; the same bytes go out again, unless it was marked since, or
    a newer version left before a restore: the older one must not take its place there.

    Where a restore lost the bytes, it is signed anew.
    """
    submission = _unknown(submission)
    if not reason.strip():
        raise NeedsReason(NeedsReason.__doc__)
    now = timezone.now()
    if submission.document is not None:
        step(submission, State.SIGNED, at=now, not_before=None, problem_code="", problem="")
    if not has_bytes(submission):
        step(submission, State.WAITING, at=now, not_before=None, problem_code="", problem="")
    why = NEWER_LEFT if newer_left(submission) else WITHHELD if mark_on(submission) is not None else None
    if why is not None:
        step(submission, State.HELD, at=now, problem_code=why[0], problem=why[1])
    told = {"reason": reason.strip(), "tried": submission.attempt_count}
    note(by, NOT_THERE, "submission", submission.pk, **told)


def _unknown(submission: Submission) -> Submission:
    found = (
        Submission.ledger.select_for_update(of=("self",))
        .select_related("destination", "document", "version__visit", "check_in", "health_check")
        .get(pk=submission.pk)
    )
    if not is_unclear(found):
        raise NotUnknown(NotUnknown.__doc__)
    return found
