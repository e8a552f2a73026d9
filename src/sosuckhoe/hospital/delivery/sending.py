"""The sending step: exactly the stored bytes, once, with both sides kept.

Three commits frame a call. The claim notes the attempt before anything is opened. ``may_send`` notes, right before
the first byte, that from now on bytes may be out; it also sees a pause or a lost lease. ``settle`` keeps the answer.
So after a crash it is known whether nothing left (send again) or something may have (UNKNOWN).
"""

import hashlib
import random
import re
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from ..journal.models import Entry
from . import receipts
from .answers import FOREIGN_RECEIPT, NO_ANSWER, Answer, Concern, Word
from .calling import Exchange, NotSent
from .channels import Channel, channel_of
from .connections import KEPT
from .crashpoints import here
from .ledger import step
from .models import Attempt, Destination, Receipt, Submission
from .prepared import Prepared, add, change, look
from .restoring.hold import not_restored
from .signing_anew import was_tried
from .states import State
from .turns import writing
from .withheld import mark_on, marks

FIRST_DELAY = 5
LONGEST_DELAY = 600
LONGEST_WAIT = 3600
"""Seconds, when the portal itself asks for a time."""
QUIET_AFTER = 3
"""So many failures in a row mean the portal, not the record: then one probe in ``QUIET``."""
QUIET = timedelta(seconds=30)
REST = timedelta(seconds=15)
"""How long an UNKNOWN rests before the same bytes go out again, where the second door is declared."""
NOT_THERE = "unknown-is-not-there"
"""The journal's word for a person who looked and found nothing."""
ANSWER_NOTED_EVERY = timedelta(seconds=10)
PAUSE_AFTER_SET_UP_REFUSALS = 2
SIGNATURE_REFUSED = ("124", "125")
NEW_SESSION_REFUSED = (
    "Đã đăng nhập lại một lần và vẫn bị từ chối. Kiểm tra máy gửi có luôn đi ra bằng cùng một địa chỉ mạng không "
    "(phiên gắn với địa chỉ), hỏi BHXH nếu không rõ, rồi bấm Gửi tiếp."
)
"""Asking on and on could lock the account (gateway.md §3)."""
NEVER_TAKEN = (
    "Nơi nhận này chưa nhận tệp nào ký bằng chứng thư {key}: kiểm tra việc đăng ký chứng thư trên cổng, "
    "rồi bấm Gửi tiếp và cho ký lại hồ sơ bị giữ."
)
"""A new certificate that is not registered would be refused for every record: the first refusal stops (F60)."""
SIGNATURE_WITHIN = 1 << 16
"""The signature stands at the end of a file."""
SIGNATURE_ID = re.compile(rb'<(?:ds:)?Signature [^>]*?\bId="([^"]{1,80})"')


PAUSED = Answer(
    Word.TRY_LATER, "NOT-SENT", "Chưa gửi: nơi nhận đang tạm dừng hoặc vừa đổi, hoặc chứng thư vừa hết hạn."
)
EARLY = Answer(
    Word.TRY_LATER,
    "EARLY-ANSWER",
    "Cổng trả lời khi hồ sơ chưa rời máy nên không tính là kết quả. Hệ thống sẽ tự gửi lại.",
)
"""Whatever it said, nothing can have been kept: the same bytes go out again on a connection of their own."""


class TakenOver(Exception):
    """Somebody with a newer fence holds the item now, or the destination was paused or changed: do not send."""


def send_submission(submission: Submission, attempt: Attempt) -> bool:
    """Send what was claimed and settle whatever comes of it. True: the destination gave an answer of its own."""
    document = submission.document
    assert document is not None
    if hashlib.sha256(document.content).hexdigest() != document.sha256:
        answer = Answer(
            Word.REJECTED,
            "DOCUMENT-DAMAGED",
            "Tệp đã ký lưu trong máy không còn khớp mã băm nên không gửi. Báo công nghệ thông tin.",
            Concern.SET_UP,
        )
        settle(submission, attempt, None, answer)
        return False
    try:
        channel = channel_of(submission.destination)
        session = channel.session()
        exchange = _submit(channel, session, submission, attempt)
        if not exchange.broken and channel.refuses_session(exchange):
            channel.drop(session)
            KEPT.hang_up()
            _close(attempt, exchange, _judge(channel, exchange, submission))
            attempt = _next_attempt(submission)
            exchange = _submit(channel, channel.session(), submission, attempt)
        answer = _judge(channel, exchange, submission)
        settle(submission, attempt, exchange, answer)
        return answer.word in (Word.ACCEPTED, Word.REJECTED)
    except NotSent as problem:
        settle(submission, attempt, None, problem.answer)
    except TakenOver:
        release(submission, attempt, PAUSED)
    return False


def _submit(channel: Channel, session: Any, submission: Submission, attempt: Attempt) -> Exchange:
    return channel.send(submission, session, before_bytes=lambda: may_send(submission, attempt))


def _judge(channel: Channel, exchange: Exchange, submission: Submission) -> Answer:
    if exchange.broken or exchange.status is None:
        return NO_ANSWER
    answer = channel.meaning_of(exchange, submission)
    return EARLY if exchange.before_the_body and answer.word is not Word.TRY_LATER else answer


def may_send(submission: Submission, attempt: Attempt) -> float:
    """Note that bytes may be out from now on, until the lease ends: returns that moment, as ``time.monotonic``.

    Raises TakenOver where they must not go out.
    """
    # In this order: whoever is frozen between the two ends too early, never too late.
    began, now = time.monotonic(), timezone.now()
    receipts.append_sent(sent_line(submission, attempt, now))
    there, document = submission.destination, submission.document
    assert document is not None
    with writing():
        ours = _OURS.values(now, submission.pk, submission.fence)
        if not ours or ours[0][1:] != (there.base_url, there.account):
            raise TakenOver
        # Asked once the row is ours: whoever marks a code waits for the row, or has committed and is seen here.
        if _ANY_MARK.keys(now) and mark_on(submission) is not None:
            raise TakenOver
        if not document.key.valid_at(now) and not was_tried(submission, before=attempt):
            raise TakenOver  # it ended since the claim; the next one has it signed anew
        change(Attempt, {"id": attempt.pk, "bytes_from": None}, {"bytes_from": now})
    attempt.bytes_from = now
    return began + (ours[0][0] - now).total_seconds()


_OURS = Prepared(
    lambda now, pk, fence: (
        Submission.ledger.filter(
            not_restored(), pk=pk, state=State.SENDING, fence=fence, destination__paused_at__isnull=True
        )
        .select_for_update(of=("self",))
        .values_list("lease_until", "destination__base_url", "destination__account")
    )
)
"""Until when it is still ours to send, and where to."""
_ANY_MARK = Prepared(lambda now: marks(), limit=1)


def _next_attempt(submission: Submission) -> Attempt:
    """Another attempt under the same claim: the one repetition after a refused token."""
    with transaction.atomic():
        rows = Submission.ledger.filter(pk=submission.pk, state=State.SENDING, fence=submission.fence)
        if not rows.update(attempt_count=F("attempt_count") + 1):
            raise TakenOver
        submission.attempt_count += 1
        return note_attempt(submission)


def note_attempt(submission: Submission) -> Attempt:
    return note_attempts([submission])[0]


def note_attempts(submissions: Sequence[Submission]) -> list[Attempt]:
    """One for each, in the transaction that claimed them."""
    now = timezone.now()
    noted = []
    for submission in submissions:
        assert submission.document is not None
        noted.append(
            Attempt(
                submission=submission,
                document=submission.document,
                number=submission.attempt_count,
                fence=submission.fence,
                holder=submission.holder,
                started_at=now,
                request_sha256=submission.document.sha256,
            )
        )
    columns = ("submission_id", "document_id", "number", "fence", "holder", "started_at", "request_sha256")
    rows = [{name: getattr(attempt, name) for name in columns} for attempt in noted]
    keys = {submission: key for key, submission in add(Attempt, rows, also="submission_id")}
    for attempt in noted:
        attempt.pk = keys[attempt.submission_id]
    return noted


def release(submission: Submission, attempt: Attempt, answer: Answer) -> None:
    """Give an item back that was claimed but not sent; ``answer`` says why."""
    with writing():
        _close(attempt, None, answer)
        step(submission, State.SIGNED, at=timezone.now(), fence=submission.fence)


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
        _close(attempt, exchange, answer)
        if submission.check_in_id is None or says_of_all(exchange, answer):
            _count(submission, answer, now)
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
    if late.state in (State.UNKNOWN, State.SIGNED) and late.document_id == submission.document_id:
        return step(late, State.RECEIVED, at=now, **columns)
    return False


def is_anothers(submission: Submission, number: str) -> bool:
    """Whether a transaction number is the receipt of something else."""
    there = {"destination_id": submission.destination_id, "transaction_number": number}
    return any(owner != submission.pk for (owner,) in look(Receipt, there, ("submission_id",)))


def keep_receipt(
    submission: Submission, attempt: Attempt, answer: Answer, now: datetime, *, stated_by: str = ""
) -> bool:
    """Store a receipt, once: the portal may repeat a number it gave for the same bytes. False: it is another's."""
    assert submission.document is not None
    row = {
        "destination_id": submission.destination_id,
        "transaction_number": answer.transaction_number,
        "submission_id": submission.pk,
        "attempt_id": attempt.pk,
        "received_at": now,
        "stated_at": answer.stated_at,
        "message": answer.message,
        "document_sha256": submission.document.sha256,
        "stated_by": stated_by,
    }
    if add(Receipt, [row], unless="destination_id,transaction_number"):
        return True
    return not is_anothers(submission, answer.transaction_number)


def receipt_line(
    submission: Submission, attempt: Attempt, answer: Answer, now: datetime
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


def delay(delays: int, retry_after: int | None) -> float:
    """Seconds to wait: doubling, bounded, with jitter, never less than the portal asked for."""
    grown = min(FIRST_DELAY * 2 ** min(delays - 1, 10), LONGEST_DELAY)
    return max(grown * random.uniform(0.75, 1.25), float(min(retry_after or 0, LONGEST_WAIT)))


def _close(attempt: Attempt, exchange: Exchange | None, answer: Answer) -> None:
    """Keep what was said on both sides; an attempt that recovery has closed keeps what it has."""
    columns: dict[str, object] = {
        "ended_at": timezone.now(),
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


def says_of_all(exchange: Exchange | None, answer: Answer) -> bool:
    """Whether what came of a check-in concerns records, too.

    The host, the login and the account are one for both. What the check-in service alone says, or leaves unsaid, may
    not slow or stop the sending of records.
    """
    return exchange is None or answer.word is Word.ACCEPTED or answer.code in ("401", "402", "403")


def _count(submission: Submission, answer: Answer, now: datetime) -> None:
    """What an answer says about the destination as a whole."""
    destination = submission.destination
    if answer.concern is Concern.ACCOUNT or answer.concern is Concern.SESSION:
        stop_account(
            destination, answer, now, NEW_SESSION_REFUSED if answer.concern is Concern.SESSION else ""
        )
    elif answer.code in SIGNATURE_REFUSED and not _known_there(submission):
        stop_account(destination, answer, now, NEVER_TAKEN.format(key=_key_of(submission)))
    elif answer.concern is Concern.SET_UP:
        before = (
            Attempt.objects.filter(
                submission__destination=destination, submission__check_in__isnull=True, ended_at__isnull=False
            )
            .exclude(outcome="NotSent")
            .order_by("-ended_at")
            .values_list("submission_id", "code")[:PAUSE_AFTER_SET_UP_REFUSALS]
        )
        if (
            len({submission for submission, _ in before}) == PAUSE_AFTER_SET_UP_REFUSALS
            and len({code for _, code in before}) == 1
        ):
            stop_account(destination, answer, now)
    if answer.word is Word.TRY_LATER or answer.code == NO_ANSWER.code:
        rows = Destination.objects.filter(pk=destination.pk)
        rows.update(failures=F("failures") + 1)
        rows.filter(failures__gte=QUIET_AFTER).update(quiet_until=now + QUIET)
    elif _STALE.keys(now, destination.pk):
        # Noted every few seconds at most: senders side by side should not queue up for this row.
        noted = {"failures": 0, "quiet_until": None, "answered_at": now}
        change(Destination, {"id": destination.pk}, noted)


_STALE = Prepared(
    lambda now, pk: Destination.objects.filter(
        Q(failures__gt=0) | Q(answered_at__isnull=True) | Q(answered_at__lt=now - ANSWER_NOTED_EVERY), pk=pk
    )
)
"""The destination, if what is known of it is to be written anew."""


def _known_there(submission: Submission) -> bool:
    """The destination has taken a file signed with this certificate before, so the certificate is not the trouble."""
    document = submission.document
    return (
        document is None
        or Receipt.objects.filter(
            destination=submission.destination,
            attempt__document__certificate_fingerprint=document.certificate_fingerprint,
        ).exists()
    )


def _key_of(submission: Submission) -> str:
    return submission.document.key.name if submission.document else ""


def stop_account(destination: Destination, answer: Answer, now: datetime, why: str = "") -> None:
    """Nothing more goes there until a person has looked."""
    Destination.objects.filter(pk=destination.pk, paused_at__isnull=True).update(
        paused_at=now, paused_by="worker", paused_why=f"{answer.sentence} {why}".strip()
    )
