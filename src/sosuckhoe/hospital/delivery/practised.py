"""What only a simulator has received: it is held under a code of its own, and must be told from what is really there."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from ..journal.models import Entry
from ..visits.models import Visit
from .models import PracticeReceipt, Receipt, Submission

PRACTICE = (
    "PRACTICE",
    "Chỉ cổng mô phỏng đã nhận; nơi nhận thật chưa có. Cho gửi thật, hoặc ghi là đợt tập, ở trang Biên nhận tập.",
)
ELSEWHERE = ("PRACTICE-ELSEWHERE", "Chỉ cổng mô phỏng đã nhận; đã cho gửi đến nơi nhận khác.")
"""Of the old task, when what it carried goes to another destination instead."""
STAYS_PRACTICE = "practice-not-sent"
"""The journal's word for what somebody marked as practice."""


def only_practised() -> Q:
    """Of submissions: they have receipts, each of a simulator."""
    real = Receipt.objects.filter(submission=OuterRef("pk"), practice=None)
    return Q(pk__in=PracticeReceipt.objects.values("receipt__submission")) & ~Q(Exists(real))


def received_elsewhere() -> Q:
    """Of submissions: the same visit or check-up, in this version or a newer one, has a receipt that is no simulator's."""
    real = Receipt.objects.filter(practice=None)
    visits = real.filter(
        submission__version__visit=OuterRef("version__visit"),
        submission__version__number__gte=OuterRef("version__number"),
    )
    checks = real.filter(
        submission__health_check__facility=OuterRef("health_check__facility"),
        submission__health_check__code=OuterRef("health_check__code"),
        submission__health_check__number__gte=OuterRef("health_check__number"),
    )
    return Q(Exists(visits), version__isnull=False) | Q(Exists(checks), health_check__isnull=False)


def is_received(submission: Submission) -> bool:
    """Whether the real place has it, or a newer version of it."""
    return Submission.ledger.filter(received_elsewhere(), pk=submission.pk).exists()


def is_no_practice_any_more(rows: QuerySet[Submission]) -> None:
    """The visits of these that were marked as practice count as real ones again."""
    marked = Entry.objects.filter(
        action=STAYS_PRACTICE,
        kind="submission",
        object_id__in=[str(pk) for pk in rows.values_list("pk", flat=True)],
    )
    asked = [int(each) for each in marked.filter(detail__was_test=False).values_list("object_id", flat=True)]
    Visit.objects.filter(versions__submissions__in=asked).update(test=False)
