"""Booking what the journal outside knows onto a submission: the document, the attempt, the receipt and the state."""

from datetime import datetime

from django.db.models import Q

from ....healthbook.signing.verify_evidence import FROM_JOURNAL
from ...journal.chain import MACHINE, note
from ..answers import Word
from ..keeping import is_anothers
from ..ledger import places_of, step
from ..models import Attempt, Receipt, Restore, SignedDocument, SigningKey, Submission
from ..outside import Left
from ..states import STEPS, State
from .rebuilding import rebuilt

S = State
BOOKED = "unknown-was-booked"
"""The journal's word where the journal outside knows the receipt of what was unknown."""
MAYBE = "RESTORED-MAYBE"
"""It may have left after the copy was made."""
MAYBE_SENTENCE = "Cơ sở dữ liệu đã khôi phục từ bản cũ; hồ sơ này có thể đã gửi đi sau bản đó. Tra trên cổng rồi ghi kết quả."
SAID_BY_JOURNAL = "Cổng đã tiếp nhận hồ sơ, theo sổ biên nhận ngoài cơ sở dữ liệu."
STATED_IN_JOURNAL = "Không có trả lời cho lần gửi này; mã giao dịch do người hoặc máy tra cứu đọc trên cổng, theo sổ biên nhận ngoài cơ sở dữ liệu."


def holder_of(restore: Restore) -> str:
    """Who is named as the holder of attempts that this restore brought back."""
    return f"restore:{restore.pk}"


def submission_of(left: Left, restore: Restore) -> Submission | None:
    """What left, as this database has it: a record by visit code and version, a health check by its code and number,
    a check-in by visit code and contents, for it may have been told again under another number.

    None also where it left for a place that this copy does not know and two that were declared since may be it."""
    line = left.line
    places = places_of(line.destination, restore.pk)
    rows = (
        Submission.ledger.select_for_update(of=("self",))
        .select_related(
            "version__visit__facility", "check_in", "health_check", "destination__facility", "document"
        )
        .filter(destination__in=places)
    )
    if not line.version:
        told = left.sent.record_sha256 if left.sent else ""
        found = rows.filter(
            check_in__facility_code=line.facility_code,
            check_in__visit_code=line.visit_code,
            check_in__sha256=told,
        )
    else:
        found = rows.filter(
            Q(
                version__visit__facility_code=line.facility_code,
                version__visit__visit_code=line.visit_code,
                version__number=line.version,
            )
            | Q(
                health_check__facility_code=line.facility_code,
                health_check__code=line.visit_code,
                health_check__number=line.version,
            )
        )
    here = list(found.order_by("pk")[:2])
    return here[0] if here and (len(here) == 1 or places == [line.destination]) else None


def document_of(submission: Submission, left: Left) -> SignedDocument | None:
    """The very bytes that left, by their hash: stored here, or built again. None: this is not what left.

    Where they cannot be built again (another key, other settings) but the record is the one they were built from,
    the document keeps its hash and no bytes, and says so by its size.
    """
    line, sent = left.line, left.sent
    stored = submission.documents.filter(sha256=line.document_sha256).first()
    if stored is not None:
        return stored
    if sent is None or sent.record_sha256 != submission.content[1]:
        return None
    key = SigningKey.objects.filter(fingerprint=sent.certificate).first()
    if key is None:
        return None
    content = rebuilt(submission, sent, key) or b""
    return SignedDocument.objects.create(
        submission=submission,
        number=submission.documents.count() + 1,
        content=content,
        sha256=line.document_sha256,
        unsigned_sha256=sent.unsigned_sha256,
        record_sha256=sent.record_sha256,
        size=len(content),
        key=key,
        certificate_fingerprint=sent.certificate,
        signed_at=datetime.fromisoformat(sent.signed_at),
        signer=key.name,
    )


def book_received(
    submission: Submission, document: SignedDocument, left: Left, restore: Restore, now: datetime
) -> None:
    """Received, with the attempt and the receipt as the journal outside has them."""
    line = left.receipt
    assert line is not None
    if is_anothers(submission, line.transaction_number):
        return book_unknown(submission, document, left, restore, now)
    attempt = _attempt(submission, document, left, restore)
    Attempt.objects.filter(pk=attempt.pk).update(
        ended_at=datetime.fromisoformat(line.received_at),
        # Where somebody read the number on the portal no answer to this attempt had come.
        outcome=Word.UNKNOWN if line.stated_by else Word.ACCEPTED,
        code=FROM_JOURNAL,
        sentence=STATED_IN_JOURNAL if line.stated_by else SAID_BY_JOURNAL,
        holder=holder_of(restore),
    )
    Receipt.objects.get_or_create(
        destination=submission.destination,
        transaction_number=line.transaction_number,
        defaults={
            "submission": submission,
            "attempt": attempt,
            "received_at": datetime.fromisoformat(line.received_at),
            "stated_at": line.stated_at,
            "message": line.message,
            "document_sha256": line.document_sha256,
            "stated_by": line.stated_by,
        },
    )
    if submission.state in (S.WAITING, S.HELD):
        step(submission, S.SIGNED, at=now, document=document)
    if (State(submission.state), S.RECEIVED) not in STEPS:
        return  # received already, or replaced: one more receipt changes nothing
    was_unknown = submission.state == S.UNKNOWN
    step(
        submission,
        S.RECEIVED,
        at=datetime.fromisoformat(line.received_at),
        document=document,
        problem_code="",
        problem="",
        not_before=None,
        delays=0,
    )
    if was_unknown:
        stated = {"stated_by": line.stated_by} if line.stated_by else {}
        note(MACHINE, BOOKED, "submission", submission.pk, number=line.transaction_number, **stated)


def book_unknown(
    submission: Submission, document: SignedDocument, left: Left, restore: Restore, now: datetime
) -> None:
    """It left and nobody noted an answer: the three doors."""
    attempt = _attempt(submission, document, left, restore)
    Attempt.objects.filter(pk=attempt.pk, ended_at__isnull=True).update(
        ended_at=now, outcome=Word.UNKNOWN, code=MAYBE, sentence=MAYBE_SENTENCE, holder=holder_of(restore)
    )
    if submission.state in (S.WAITING, S.HELD):
        step(submission, S.SIGNED, at=now, document=document)
    if submission.state == S.UNKNOWN and attempt.number == submission.attempt_count:
        # It was signed anew between two tries: what the doors speak of is the later one.
        Submission.ledger.filter(pk=submission.pk).update(document=document)
        submission.document = document
    if submission.state in (S.SIGNED, S.SENDING):
        step(
            submission,
            S.UNKNOWN,
            at=now,
            document=document,
            problem_code=MAYBE,
            problem=MAYBE_SENTENCE,
            not_before=None,
        )


def _attempt(submission: Submission, document: SignedDocument, left: Left, restore: Restore) -> Attempt:
    """The attempt under the number it was given then; that number and its fence are not given again (I18)."""
    line = left.line
    attempt, _ = Attempt.objects.get_or_create(
        submission=submission,
        number=line.attempt,
        defaults={
            "document": document,
            "fence": line.fence,
            "holder": holder_of(restore),
            "started_at": left.at,
            "bytes_from": left.at,
            "request_sha256": line.document_sha256,
        },
    )
    submission.attempt_count = max(submission.attempt_count, line.attempt)
    submission.fence = max(submission.fence, line.fence)
    Submission.ledger.filter(pk=submission.pk).update(
        attempt_count=submission.attempt_count, fence=submission.fence
    )
    return attempt


def attempt_without_bytes(submission: Submission, now: datetime) -> Attempt | None:
    """For what a person found on the portal though this copy never signed it: its bytes and their hash are not known.

    None where the facility has no key at all, so that nothing can have been signed.
    """
    key = SigningKey.objects.filter(facility=submission.facility).order_by("-id").first()
    if key is None:
        return None
    document = SignedDocument.objects.create(
        submission=submission,
        number=submission.documents.count() + 1,
        content=b"",
        sha256="",
        unsigned_sha256="",
        record_sha256=submission.content[1],
        size=0,
        key=key,
        certificate_fingerprint="",
        signed_at=now,
        signer="không rõ: mất khi khôi phục",
    )
    submission.attempt_count += 1
    submission.document = document
    Submission.ledger.filter(pk=submission.pk).update(attempt_count=submission.attempt_count)
    return Attempt.objects.create(
        submission=submission,
        document=document,
        number=submission.attempt_count,
        fence=submission.fence,
        holder="restore",
        started_at=now,
        ended_at=now,
        outcome=Word.UNKNOWN,
        code=MAYBE,
        sentence=MAYBE_SENTENCE,
    )
