"""What is kept of an exchange: the attempt with both sides, the receipt, and their lines in the journal outside."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.utils import timezone

from . import receipts
from .answers import Answer
from .calling import Exchange
from .models import Attempt, Receipt, Submission
from .prepared import add, change, look

SIGNATURE_WITHIN = 1 << 16
"""The signature stands at the end of a file."""
SIGNATURE_ID = re.compile(rb'<(?:ds:)?Signature [^>]*?\bId="([^"]{1,80})"')


def note_attempt(submission: Submission) -> Attempt:
    """One, as an object at once."""
    return attempts_of([submission], note_attempts([submission]))[0]


Noted = Mapping[int, Mapping[str, Any]]
"""The columns of an attempt, under its submission."""


def note_attempts(submissions: Sequence[Submission]) -> Noted:
    """One for each, in the transaction that claimed them: rows only, for others wait for it."""
    now = timezone.now()
    new = {submission.pk: _attempt(submission, now) for submission in submissions}
    for key, submission in add(Attempt, list(new.values()), also="submission_id"):
        new[submission]["id"] = key
    return new


def attempts_of(submissions: Sequence[Submission], noted: Noted) -> list[Attempt]:
    """What was noted, as objects."""
    made = []
    for submission in submissions:
        attempt = Attempt(**noted[submission.pk])
        attempt.submission, attempt.document = submission, submission.document
        made.append(attempt)
    return made


def _attempt(submission: Submission, now: datetime) -> dict[str, Any]:
    assert submission.document is not None
    return {
        "submission_id": submission.pk,
        "document_id": submission.document.pk,
        "number": submission.attempt_count,
        "fence": submission.fence,
        "holder": submission.holder,
        "started_at": now,
        "request_sha256": submission.document.sha256,
    }


def close_attempt(attempt: Attempt, exchange: Exchange | None, answer: Answer) -> None:
    """Keep what was said on both sides. Whoever comes late knows better than recovery, which has closed it meanwhile."""
    columns: dict[str, object] = {
        "ended_at": attempt.ended_at or timezone.now(),
        "outcome": answer.word if attempt.bytes_from else "NotSent",
        "code": answer.code,
        "sentence": answer.sentence,
    }
    if exchange is not None:
        columns |= {
            "http_status": exchange.status,
            "gateway_code": answer.code[:20],
            "request_head": exchange.request_head,
            "answer_head": exchange.answer_head,
            "answer": exchange.answer,
        }
    change(Attempt, {"id": attempt.pk}, columns)


class Received(Protocol):
    """Something with a receipt."""

    @property
    def submission(self) -> Submission: ...
    @property
    def attempt(self) -> Attempt: ...
    @property
    def answer(self) -> Answer: ...
    @property
    def at(self) -> datetime: ...


def keep_receipts(hand: Sequence[Received]) -> list[bool]:
    """Store receipts, each once: the portal may repeat a number it gave for the same bytes. False: it is another's."""
    rows = [_receipt(one.submission, one.attempt, one.answer, one.at) for one in hand]
    added = {attempt for _, attempt in add(Receipt, rows, also="attempt_id", unless=ONE_RECEIPT)}
    return [
        one.attempt.pk in added or not is_anothers(one.submission, one.answer.transaction_number)
        for one in hand
    ]


def keep_receipt(
    submission: Submission, attempt: Attempt, answer: Answer, now: datetime, *, stated_by: str = ""
) -> bool:
    """Store one, like ``keep_receipts``; ``stated_by``: who has found it on the portal, see ``Receipt``."""
    row = _receipt(submission, attempt, answer, now) | {"stated_by": stated_by}
    if add(Receipt, [row], unless=ONE_RECEIPT):
        return True
    return not is_anothers(submission, answer.transaction_number)


ONE_RECEIPT = "destination_id,transaction_number"


def _receipt(submission: Submission, attempt: Attempt, answer: Answer, now: datetime) -> dict[str, object]:
    assert submission.document is not None
    return {
        "destination_id": submission.destination_id,
        "transaction_number": answer.transaction_number,
        "submission_id": submission.pk,
        "attempt_id": attempt.pk,
        "received_at": now,
        "stated_at": answer.stated_at,
        "message": answer.message,
        "document_sha256": submission.document.sha256,
    }


def is_anothers(submission: Submission, number: str) -> bool:
    """Whether a transaction number is the receipt of something else."""
    there = {"destination_id": submission.destination_id, "transaction_number": number}
    return any(owner != submission.pk for (owner,) in look(Receipt, there, ("submission_id",)))


def receipt_line(
    submission: Submission,
    attempt: Attempt,
    answer: Answer,
    now: datetime,
    *,
    simulated: bool = False,
    stated_by: str = "",
) -> receipts.ReceiptLine:
    assert submission.document is not None
    return receipts.ReceiptLine(
        facility_code=submission.facility_code,
        visit_code=submission.visit_code,
        version=submission.version_number,
        destination=submission.destination_id,
        submission=submission.pk,
        attempt=attempt.number,
        fence=attempt.fence,
        document_sha256=submission.document.sha256,
        transaction_number=answer.transaction_number,
        received_at=now.isoformat(),
        stated_at=answer.stated_at,
        message=answer.message,
        simulated=simulated,
        stated_by=stated_by,
    )


def sent_line(submission: Submission, attempt: Attempt, now: datetime) -> receipts.SentLine:
    document = submission.document
    assert document is not None
    named = SIGNATURE_ID.search(document.content[-SIGNATURE_WITHIN:])
    return receipts.SentLine(
        facility_code=submission.facility_code,
        visit_code=submission.visit_code,
        version=submission.version_number,
        destination=submission.destination_id,
        submission=submission.pk,
        attempt=attempt.number,
        fence=attempt.fence,
        document_sha256=document.sha256,
        record_sha256=document.record_sha256,
        unsigned_sha256=document.unsigned_sha256,
        certificate=document.certificate_fingerprint,
        signature_id=named.group(1).decode() if named else "",
        signed_at=document.signed_at.isoformat(),
        sent_at=now.isoformat(),
    )
