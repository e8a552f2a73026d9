"""Marking a code as not to go out by this channel, and what follows: out of the queue at once, by whatever way it came.

What has not begun to leave is held. What left before is not called back by a program: it becomes a person's task, until
somebody writes down what was done about it. A line outside the database says what was marked, so that an older copy
that is put back does not send it.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from ..journal.chain import account_of, note
from ..staff.models import Facility
from ..visits.models import Withheld
from . import receipts
from .actions import NeedsReason, NotInThisState
from .ledger import may_have_left, step
from .models import Attempt, Submission
from .practised import PRACTICE, is_no_practice_any_more, only_practised
from .restoring.anchoring import anchor_after_commit
from .settling import may_be_at_the_real_place
from .states import State
from .withheld import KINDS, WITHHELD, is_withheld, marks, under

LIFTED = ("WITHHELD-LIFTED", "Đã bỏ đánh dấu không gửi. Xem lại hồ sơ, rồi cho gửi nếu đúng là gửi được.")
MOVABLE = (State.WAITING, State.SIGNED)


class NothingToSettle(NotInThisState):
    """Không có tệp nào đã rời máy trước khi đánh dấu, hoặc việc này đã ghi xong. Tải lại trang để xem."""


def _reason(text: str) -> str:
    if not text.strip():
        raise NeedsReason(NeedsReason.__doc__)
    return text.strip()[:1000]


def withhold(
    *, by: Any, facility: Facility, facility_code: str, code: str, why: str, again: bool = False
) -> Withheld:
    """Mark one code; doing it twice changes nothing. ``again``: after a restore, from the journal outside."""
    why, now, actor = _reason(why), timezone.now(), account_of(by)
    with transaction.atomic():
        mark, made = Withheld.objects.get_or_create(
            facility=facility,
            code=code,
            lifted_at=None,
            defaults={"facility_code": facility_code, "why": why, "by": actor, "since": now},
        )
        if made:
            if not again:
                _tell(mark, actor, now, lifted=False)
            note(by, "code-withheld-again" if again else "code-withheld", "withheld", mark.pk, reason=why)
        _take_out(Submission.ledger.filter(under(mark)), now)
        practised = Submission.ledger.filter(under(mark), state=State.HELD, problem_code=PRACTICE[0])
        practised.update(problem_code=WITHHELD[0], problem=WITHHELD[1])
    return mark


def lift(*, by: Any, mark: Withheld, why: str) -> None:
    """Take a mark back that was set in error. Nothing leaves by that: a person lets each record go."""
    why, now, actor = _reason(why), timezone.now(), account_of(by)
    with transaction.atomic():
        rows = marks().filter(pk=mark.pk)
        if not rows.update(lifted_at=now, lifted_by=actor, lifted_why=why):
            raise NotInThisState(NotInThisState.__doc__)
        held = Submission.ledger.filter(under(mark), state=State.HELD, problem_code=WITHHELD[0])
        # What only a simulator has is for a person as before, and is never let go as it was signed then: unless it was
        # signed anew since, and that file may be at the real place.
        practised = held.filter(only_practised())
        practised = practised.exclude(pk__in=[row.pk for row in practised if may_be_at_the_real_place(row)])
        is_no_practice_any_more(held.filter(only_practised()))
        practised.update(problem_code=PRACTICE[0], problem=PRACTICE[1])
        held.update(problem_code=LIFTED[0], problem=LIFTED[1])
        _tell(mark, actor, now, lifted=True)
        note(by, "code-withheld-lifted", "withheld", mark.pk, reason=why)


def settle(*, by: Any, mark: Withheld, how: str) -> None:
    """Write down what was done about files that left before the mark."""
    how, now, actor = _reason(how), timezone.now(), account_of(by)
    if mark.lifted_at is not None or not left(mark).exists():
        raise NothingToSettle(NothingToSettle.__doc__)
    with transaction.atomic():
        rows = Withheld.objects.filter(pk=mark.pk, settled_at__isnull=True)
        if not rows.update(settled_at=now, settled_by=actor, settled_how=how):
            raise NothingToSettle(NothingToSettle.__doc__)
        note(by, "code-withheld-settled", "withheld", mark.pk, reason=how)


def left(mark: Withheld) -> QuerySet[Submission]:
    """What may have left under this code before it was marked. While the mark is in force nothing leaves after it,
    whatever the clock says; after it was lifted, things may."""
    tried = Attempt.objects.filter(may_have_left(), submission=OuterRef("pk"))
    if mark.lifted_at is not None:
        tried = tried.filter(started_at__lte=mark.since)
    return Submission.ledger.filter(under(mark)).filter(Exists(tried)).order_by("id")


def take_out_what_is_withheld(now: datetime) -> None:
    """What came back to the queue, as after an attempt that reached nobody, and must not stay there."""
    if not marks().exists():
        return
    for kind in KINDS:
        _take_out(Submission.ledger.filter(is_withheld(kind)), now)


def _take_out(rows: QuerySet[Submission], now: datetime) -> None:
    with transaction.atomic():
        # Locked with the others, what is being sent has noted its first byte by now or will see the mark.
        for submission in rows.filter(state__in=(*MOVABLE, State.SENDING)).select_for_update(of=("self",)):
            if submission.state in MOVABLE:
                step(submission, State.HELD, at=now, problem_code=WITHHELD[0], problem=WITHHELD[1])


def _tell(mark: Withheld, by: str, now: datetime, *, lifted: bool) -> None:
    receipts.append_fact(receipts.WithheldLine(now.isoformat(), mark.facility_code, mark.code, by, lifted))
    anchor_after_commit()
