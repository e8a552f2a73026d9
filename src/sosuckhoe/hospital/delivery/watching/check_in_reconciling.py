"""The same of check-ins: told = signed = sent = received, with the cause of what has stopped.

They are information only: no count of visits knows them, and what has stopped of them makes no night incomplete.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from ...visits.models import CheckIn
from ..models import Destination, Receipt, SignedDocument, Submission
from ..outside import receipts_since
from .gap_causes import CAUSES
from .reconciling import Names, Reconciliation, doors_now, gaps_in
from .stories import Received, Story, Way, bounds

OF_CHECK_INS = Names(
    {
        "closed": "báo vào khám đã ghi",
        "signed": "đã ký",
        "sent": "đã gửi đi",
        "received": "cổng đã tiếp nhận",
    },
    {
        **CAUSES,
        "NO-TASK": replace(
            CAUSES["NO-TASK"],
            next_step="Lúc ghi, cơ sở chưa có nơi nhận nào đang bật. Không cần gửi bù: hồ sơ của đợt sẽ nói đủ.",
        ),
        "REFUSED": replace(
            CAUSES["REFUSED"],
            next_step="Xem câu trả lời của cổng, sửa ở phần mềm xuất tệp rồi nạp bản mới. Bệnh nhân đã ra viện thì thôi.",
        ),
    },
)


def reconcile_check_ins(
    first: date, last: date, *, at: datetime, destination: Destination | None = None
) -> Reconciliation | None:
    """Every check-in told from ``first`` to ``last``; None where there is none."""
    found = _stories(first, last, destination)
    if not found:
        return None
    journal = list(receipts_since(bounds(first, last)[0]))
    return Reconciliation(first, last, at, found, gaps_in(found, doors_now(at), journal), [], OF_CHECK_INS)


def _stories(first: date, last: date, destination: Destination | None) -> list[Story]:
    """One a check-in and destination, of each stage the newest number; ``Story.visit`` is the check-in's key."""
    begin, end = bounds(first, last)
    newer = CheckIn.objects.filter(
        facility=OuterRef("facility"),
        visit_code=OuterRef("visit_code"),
        stage=OuterRef("stage"),
        number__gt=OuterRef("number"),
    )
    rows = CheckIn.objects.filter(~Exists(newer), at__gte=begin, at__lt=end).order_by("at", "pk")
    tasks = Submission.ledger.filter(check_in__in=rows.order_by()).select_related("check_in", "document")
    documents: dict[int, list[tuple[str, str]]] = {}
    for submission, *hashes in SignedDocument.objects.filter(submission__in=tasks.values("pk")).values_list(
        "submission", "sha256", "record_sha256"
    ):
        documents.setdefault(submission, []).append((hashes[0], hashes[1]))
    received: dict[int, list[Received]] = {}
    for submission, *values in Receipt.objects.filter(submission__in=tasks.values("pk")).values_list(
        "submission", "transaction_number", "document_sha256", "received_at", "practice"
    ):
        received.setdefault(submission, []).append(Received(*values))
    ways: dict[int, list[tuple[int, Way]]] = {}
    for task in tasks.defer("document__content", "check_in__row_json").order_by("pk"):
        ways.setdefault(task.check_in_id or 0, []).append(
            (task.destination_id, _way(task, documents, received))
        )
    found = []
    for pk, code, number, told in rows.values_list("pk", "visit_code", "number", "at"):
        own = ways.get(pk, [])
        for where, way in own:
            if destination is None or where == destination.pk:
                found.append(Story(pk, code, False, told, where, number, (way,)))
        if not own:
            found.append(Story(pk, code, False, told, None, number, ()))
    return found


def _way(task: Any, documents: dict[int, list[tuple[str, str]]], received: dict[int, list[Received]]) -> Way:
    return Way(
        submission=task.pk,
        version=task.check_in.number,
        version_sha256=task.check_in.sha256,
        state=task.state,
        since=task.since,
        problem_code=task.problem_code,
        problem=task.problem,
        document_sha256=task.document.sha256 if task.document else None,
        documents=tuple(documents.get(task.pk, ())),
        receipts=tuple(received.get(task.pk, ())),
        findings=(),
    )
