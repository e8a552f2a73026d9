"""Receipts of a simulator, found when production is declared: named practice, and what they stood for is held.

Nothing is taken out of the ledger: attempts and receipts stay as they came. A check-in keeps its state: it tells of an
open visit, and what is late to be told is told by the record.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet

from ...healthbook.signing.verify_evidence import FROM_JOURNAL
from ..journal.chain import MACHINE, note
from ..journal.models import Entry
from . import outside
from .answers import SIMULATOR_HEADER, Word
from .ledger import newer_health_check, newer_versions
from .models import Attempt, PracticeReceipt, Receipt, Submission
from .practised import PRACTICE, only_practised, received_elsewhere
from .receipts import ReceiptLine
from .restoring.booking import MAYBE, MAYBE_SENTENCE
from .settling import may_be_at_the_real_place
from .states import TRANSMITTED, State, check_step

NOTED = "practice-receipts-noted"
"""The journal's word: how many, and up to which receipt was looked."""
SAYS_SO = f"\n{SIMULATOR_HEADER}:"
"""In the head of an answer: a simulator gave it."""
LOOKS_BACK = 300
"""So many attempts before, of all destinations, for what its destination answered last."""
CHUNK = 500
WORTH_A_LINE = 10_000
"""So many receipts looked through in vain are noted, too: the next start need not read them again."""


def note_practice_receipts(at: datetime) -> int:
    """How many are found now. Where production is not declared nothing is looked for; later starts read on from there."""
    if not settings.HOME.is_production:
        return 0
    before = Entry.objects.filter(action=NOTED).order_by("-seq").first()
    first = before.detail["up_to"] if before else 0
    newer = Receipt.objects.filter(pk__gt=first, practice=None)
    last = newer.aggregate(last=Max("pk"))["last"] or first
    with transaction.atomic():
        rows = newer.filter(pk__lte=last).select_related("attempt__submission")
        own = rows.filter(attempt__answer_head__icontains=SAYS_SO).values_list("pk", flat=True)
        stated = rows.filter(attempt__answer_head="").exclude(stated_by="")
        found = [*own, *(each.pk for each in stated if _was_read_at_a_simulator(each)), *_journalled(rows)]
        PracticeReceipt.objects.bulk_create(
            [PracticeReceipt(receipt_id=pk, noted_at=at) for pk in found], CHUNK, ignore_conflicts=True
        )
        held = _hold(at)
        if found or held or last - first > WORTH_A_LINE:
            note(MACHINE, NOTED, "receipts", last, up_to=last, count=len(found), held=held)
    return len(found)


def _journalled(rows: QuerySet[Receipt]) -> list[int]:
    """Of those whose answer died with the sender, or with a database: the journal outside says whose it was."""
    known = rows.filter(attempt__code=FROM_JOURNAL, attempt__answer_head="")
    columns = known.values_list("pk", "document_sha256", "transaction_number")
    receipts = {(sha256, number): pk for pk, sha256, number in columns}
    if not receipts:
        return []
    simulated = {
        (line.document_sha256, line.transaction_number)
        for line in outside.lines()
        if isinstance(line, ReceiptLine) and line.simulated
    }
    return [pk for each, pk in receipts.items() if each in simulated]


def _was_read_at_a_simulator(receipt: Receipt) -> bool:
    """A person or a look-up found the number: where, its destination's answer before tells, unless somebody changed it since."""
    earlier = Attempt.objects.filter(pk__lt=receipt.attempt_id).order_by("-pk")
    columns = earlier.values_list("submission__destination", "answer_head", "started_at")[:LOOKS_BACK]
    own = ((head, at) for there, head, at in columns if there == receipt.destination_id and head)
    head, answered_at = next(own, ("", receipt.received_at))
    if SAYS_SO.lower() not in head.lower() or receipt.attempt.is_from_journal:
        return False
    changed = Entry.objects.filter(
        kind="destination",
        object_id=str(receipt.destination_id),
        at__gt=answered_at,
        at__lt=receipt.received_at,
    )
    return not changed.exists()


def _hold(at: datetime) -> int:
    """What is received by a simulator alone needs a person now; what the portal has, too, is left as it is."""
    for before in TRANSMITTED:
        check_step(before, State.HELD)
    rows = Submission.ledger.filter(
        only_practised(),
        ~received_elsewhere(),
        ~newer_versions(),
        ~newer_health_check(),
        state__in=TRANSMITTED,
        check_in__isnull=True,
    )
    chosen, held = list(rows.values_list("pk", flat=True)), 0
    tried = rows.filter(attempts__outcome=Word.UNKNOWN).distinct()
    unclear = {row.pk for row in tried if may_be_at_the_real_place(row)}
    for start in range(0, len(chosen), CHUNK):
        part = Submission.ledger.filter(pk__in=chosen[start : start + CHUNK], state__in=TRANSMITTED)
        held += part.exclude(pk__in=unclear).update(
            state=State.HELD, since=at, problem_code=PRACTICE[0], problem=PRACTICE[1]
        )
    return held + sum(_leave_to_the_doors(pk, at) for pk in unclear)


def _leave_to_the_doors(pk: int, at: datetime) -> int:
    """A copy from the time of practice was put back: what went to the real place since, signed anew, is not clear."""
    last = Attempt.objects.filter(submission=pk, outcome=Word.UNKNOWN).order_by("-number").first()
    rows = Submission.ledger.filter(pk=pk, state__in=TRANSMITTED)
    return rows.update(
        state=State.HELD,
        since=at,
        problem_code=MAYBE,
        problem=MAYBE_SENTENCE,
        document=last.document_id if last else None,
    )


def waiting() -> QuerySet[Submission]:
    """What needs somebody's word: to be sent to the real place, or to stay as practice. The oldest first."""
    rows = Submission.ledger.filter(state=State.HELD, problem_code=PRACTICE[0])
    return rows.select_related("version__visit__patient", "health_check", "destination").order_by("pk")
