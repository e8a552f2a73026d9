"""Reconciling a restored copy: what the journal outside knows is booked here, and what nobody knows goes to a person.

Every visit is a transaction of its own and is done once however often the pass is begun, so a pass that was killed is
simply begun again. Nothing leaves and no state is guessed: a receipt outside books RECEIVED, an attempt outside without
a receipt makes UNKNOWN, and where the journal cannot vouch for its own end whatever is not final makes UNKNOWN too.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ....healthbook.signing.verify_evidence import FROM_JOURNAL
from ...journal.chain import MACHINE, account_of, note
from .. import outside
from ..answers import Word
from ..crashpoints import here
from ..ledger import LEFT_BEFORE, NEWER_LEFT, places_of, step
from ..models import Attempt, LostSubmission, Receipt, Restore, Submission
from ..outside import Left
from ..receipts import as_kept
from ..states import State
from .booking import (
    MAYBE,
    MAYBE_SENTENCE,
    book_received,
    book_unknown,
    document_of,
    holder_of,
    submission_of,
)
from .erased import erase_again
from .hold import was_in_the_copy
from .numbers import leave_free
from .withheld import withhold_again

S = State
AT_ONCE = 500
"""What is asked of the database together."""
OPEN = (S.WAITING, S.HELD, S.SIGNED, S.SENDING, S.UNKNOWN)
"""Not final: what may have gone on after the copy."""


class NotReconcilable(ValueError):
    """Lần khôi phục này đã được cho gửi lại."""


class JournalDamaged(NotReconcilable):
    """Chưa đối chiếu: sổ ngoài có {count} dòng không đọc được. Việc gửi vẫn giữ. {first}"""


def reconcile_restore(*, by: Any, restore: Restore, journal_whole: bool) -> Counter[str]:
    """Book what the journal outside knows; returns how many of each kind are settled, or wait for a person.

    ``journal_whole``: a person vouches that the journal outside reaches to the end of what happened.
    """
    damaged = [each for each in outside.damaged() if each.field or journal_whole]
    if damaged:
        # What is booked says when it was received, and that is not made up. Until a person mended it nothing leaves. Nor
        # does a line that says nothing at all leave the journal whole.
        raise JournalDamaged(
            (JournalDamaged.__doc__ or "").format(count=len(damaged), first=damaged[0].sentence)
        )
    now = timezone.now()
    _begin_again(restore)
    erase_again(restore, by=MACHINE)
    withhold_again(by=MACHINE)
    found = outside.everything_that_left(0, restore.journal_size) if restore.journal_size else []
    for left in _unknown_here(found):
        with transaction.atomic():
            _book(restore, left, now)
        here("R01")
    whole = journal_whole and reaches_back(restore)
    for pk in _open(restore):
        with transaction.atomic():
            _leave_to_a_person(pk, restore, whole, now)
        here("R02")
    with transaction.atomic():
        leave_free()
        _not_released(restore)
        counts = count_of(restore)
        Restore.objects.filter(pk=restore.pk).update(
            journal_whole=journal_whole,
            reconciled_at=now,
            reconciled_by=account_of(by),
            counts=dict(counts),
        )
        note(by, "restore-reconciled", "restore", restore.pk, journal_whole=journal_whole, **counts)
    restore.refresh_from_db()
    return counts


@transaction.atomic
def _begin_again(restore: Restore) -> None:
    """From here to the end of the pass it is not reconciled, so that nobody releases it in between."""
    _not_released(restore)
    Restore.objects.filter(pk=restore.pk).update(reconciled_at=None)


def _not_released(restore: Restore) -> None:
    """Locks it. Raises NotReconcilable where somebody has released it."""
    if Restore.objects.select_for_update().get(pk=restore.pk).released_at is not None:
        raise NotReconcilable(NotReconcilable.__doc__)


def reaches_back(restore: Restore) -> bool:
    """Whether the journal outside noted what left from before the copy's end on: older programs noted receipts only."""
    if restore.copy_until is None:
        return restore.journal_size > 0
    first = next((line for line in outside.lines() if not isinstance(line, outside.ReceiptLine)), None)
    return first is not None and outside.moment_of(first) <= restore.copy_until


def count_of(restore: Restore) -> Counter[str]:
    """What this restore comes to: booked, unclear, held, to be imported again."""
    return Counter(
        booked=Attempt.objects.filter(code=FROM_JOURNAL, holder=holder_of(restore)).count(),
        unknown=Submission.ledger.filter(state=S.UNKNOWN, problem_code=MAYBE).count(),
        held=Submission.ledger.filter(
            state=S.HELD, problem_code__in=[MAYBE, NEWER_LEFT[0], LEFT_BEFORE[0]]
        ).count(),
        lost=LostSubmission.objects.filter(settled_at__isnull=True).count(),
    )


def _unknown_here(found: list[Left]) -> list[Left]:
    """Those whose attempt or receipt this database does not have, in the order they left."""
    missing = []
    for start in range(0, len(found), AT_ONCE):
        part = found[start : start + AT_ONCE]
        numbers = [left.transaction_number for left in part if left.receipt]
        received = set(
            Receipt.objects.filter(transaction_number__in=numbers).values_list(
                "destination_id", "transaction_number"
            )
        )
        attempts = set(
            Attempt.objects.filter(
                submission__in={left.line.submission for left in part}, ended_at__isnull=False
            ).values_list("submission_id", "number", "fence", "request_sha256")
        )
        for left in part:
            line = left.line
            if left.receipt:
                known = (line.destination, left.transaction_number) in received
            else:
                known = (line.submission, line.attempt, line.fence, line.document_sha256) in attempts
            if not known:
                missing.append(left)
    return missing


def _book(restore: Restore, left: Left, now: datetime) -> None:
    """One file that left: onto its submission, or onto the list of what has to be imported again."""
    line = left.line
    submission = submission_of(left, restore)
    document = document_of(submission, left) if submission else None
    if submission is None or document is None:
        still_lost = _list_as_lost(restore, left)
        if still_lost and submission is not None and submission.state in OPEN:
            _hold(submission, LEFT_BEFORE, now)
    elif left.receipt is None:
        book_unknown(submission, document, left, restore, now)
    else:
        book_received(submission, document, left, restore, now)
    # Locked: a person may be letting one of them go at this moment.
    older = Submission.ledger.select_for_update(of=("self",)).filter(
        Q(
            version__visit__facility_code=line.facility_code,
            version__visit__visit_code=line.visit_code,
            version__number__lt=line.version,
        )
        | Q(
            health_check__facility_code=line.facility_code,
            health_check__code=line.visit_code,
            health_check__number__lt=line.version,
        ),
        destination__in=places_of(line.destination, restore.pk),
        state__in=OPEN,
    )
    for row in older:
        _hold(row, NEWER_LEFT, now)


def _list_as_lost(restore: Restore, left: Left) -> bool:
    """False: an earlier restore listed it, and it is settled."""
    line = left.line
    lost, first = LostSubmission.objects.get_or_create(
        destination=line.destination,
        visit_code=line.visit_code,
        version=line.version,
        document_sha256=line.document_sha256,
        transaction_number=left.transaction_number,
        defaults={
            "restore": restore,
            "facility_code": line.facility_code,
            "left_at": left.at,
            "sent": as_kept(left.sent) if left.sent else {},
            "receipt": as_kept(left.receipt) if left.receipt else {},
        },
    )
    if not first and left.sent and left.sent.attempt > lost.sent.get("attempt", 0):
        # The same bytes again: the last try says which numbers were given, and none of them is given again.
        LostSubmission.objects.filter(pk=lost.pk).update(sent=as_kept(left.sent))
    return lost.settled_at is None


def _open(restore: Restore) -> list[int]:
    # By no moment: the clock may have been set back before the copy was made, or since.
    rows = Submission.ledger.filter(was_in_the_copy(restore), state__in=OPEN)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _leave_to_a_person(pk: int, restore: Restore, whole: bool, now: datetime) -> None:
    """What the journal is silent about. Where it is whole, silence says that it did not leave after the copy."""
    submission = Submission.ledger.select_for_update(of=("self",)).get(pk=pk)
    if submission.state == S.UNKNOWN:
        # The machine's own repeat could put an old version over a newer one that this copy does not know.
        said = {} if whole else {"problem_code": MAYBE, "problem": MAYBE_SENTENCE}
        Submission.ledger.filter(pk=pk).update(not_before=None, **said)
    if whole or submission.state not in OPEN:
        return
    if submission.state == S.SENDING:
        Attempt.objects.filter(submission=submission, ended_at__isnull=True).update(
            ended_at=now, outcome=Word.UNKNOWN, code=MAYBE, sentence=MAYBE_SENTENCE
        )
    if submission.state in (S.SIGNED, S.SENDING):
        _note_possible_attempt(submission, restore, now)
        step(submission, S.UNKNOWN, at=now, problem_code=MAYBE, problem=MAYBE_SENTENCE, not_before=None)
    elif submission.state == S.WAITING:
        _hold(submission, (MAYBE, MAYBE_SENTENCE), now)


def _note_possible_attempt(submission: Submission, restore: Restore, now: datetime) -> None:
    """The attempt that may have been: a receipt that a person reads on the portal is bound to it."""
    assert submission.document is not None
    number = submission.attempt_count + ATTEMPTS_LEFT_FREE
    if submission.attempts.filter(holder=holder_of(restore)).exists():
        return
    Attempt.objects.create(
        submission=submission,
        document=submission.document,
        number=number,
        fence=submission.fence + ATTEMPTS_LEFT_FREE,
        holder=holder_of(restore),
        started_at=restore.copy_until or restore.noticed_at,
        bytes_from=restore.copy_until or restore.noticed_at,
        ended_at=now,
        outcome=Word.UNKNOWN,
        code=MAYBE,
        sentence=MAYBE_SENTENCE,
        request_sha256=submission.document.sha256,
    )
    submission.attempt_count, submission.fence = number, submission.fence + ATTEMPTS_LEFT_FREE
    Submission.ledger.filter(pk=submission.pk).update(attempt_count=number, fence=submission.fence)


ATTEMPTS_LEFT_FREE = 20
"""The copy does not know how many tries followed it; so many numbers are not given again."""


def _hold(submission: Submission, why: tuple[str, str], now: datetime) -> None:
    if submission.state == S.HELD:
        rows = Submission.ledger.filter(pk=submission.pk, state=S.HELD).exclude(problem_code=why[0])
        rows.update(problem_code=why[0], problem=why[1])
    elif submission.state in (S.WAITING, S.SIGNED, S.SENDING):
        step(submission, S.HELD, at=now, problem_code=why[0], problem=why[1])


def match_lost(*, by: Any, at: datetime) -> int:
    """After an import: what was lost and is here again is booked from the journal's lines, not sent. Returns how many."""
    count = 0
    for lost in LostSubmission.objects.filter(settled_at__isnull=True).select_related("restore"):
        left = Left(
            outside.SentLine(**lost.sent) if lost.sent else None,
            outside.ReceiptLine(**lost.receipt) if lost.receipt else None,
        )
        with transaction.atomic():
            submission = submission_of(left, lost.restore)
            document = document_of(submission, left) if submission else None
            if submission is None or document is None:
                continue
            book = book_received if left.receipt else book_unknown
            book(submission, document, left, lost.restore, at)
            settle_lost(by=by, lost=lost, how="Đã nhập lại và khớp với sổ ngoài.", at=at)
            count += 1
    return count


def settle_lost(*, by: Any, lost: LostSubmission, how: str, at: datetime) -> None:
    """Strike one off the list, by a match or by a person's word."""
    actor = account_of(by)
    LostSubmission.objects.filter(pk=lost.pk, settled_at__isnull=True).update(
        settled_at=at, settled_by=actor, settled_how=how
    )
    note(by, "restore-lost-settled", "restore", lost.restore_id, visit_code=lost.visit_code, how=how)
