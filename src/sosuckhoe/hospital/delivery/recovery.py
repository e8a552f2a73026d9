"""After a crash: what a dead worker held is given back, by what is known of it and never by a guess."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypedDict

from django.db import transaction

from ...healthbook.signing.verify_evidence import FROM_JOURNAL
from . import outside, receipts
from .answers import NO_ANSWER, Answer, Word, text
from .keeping import is_anothers, keep_receipt
from .ledger import LEDGERS_OWN, lease_is_over, step, supersede_overtaken
from .models import Attempt, Submission
from .prepared import Prepared
from .states import State

log = logging.getLogger("sosuckhoe.delivery")
_LOST = Prepared(lambda now: Submission.ledger.filter(lease_is_over(now), state=State.SENDING).order_by("pk"))


def recover(*, at: datetime) -> int:
    """Give back every submission whose lease has ended. Safe to run anywhere, at any time, twice."""
    count = 0
    for pk in _LOST.keys(at):
        try:
            count += _give_back(pk, at, _by_what_is_known)
        except (*LEDGERS_OWN, OSError):
            raise  # the ledger's trouble, or that of the disk under the journal outside: tried again, with what is known
        except Exception:
            count += _not_understood(pk, at)
    supersede_overtaken(at=at)
    return count


@transaction.atomic
def _give_back(pk: int, at: datetime, how: Callable[[Submission, Attempt | None, datetime], None]) -> bool:
    submission = (
        Submission.ledger.select_for_update(of=("self",))
        .select_related("version__visit", "check_in", "health_check", "document", "destination")
        .filter(lease_is_over(at), pk=pk, state=State.SENDING)
        .first()
    )
    if submission is None:
        return False
    how(submission, submission.attempts.order_by("-number").first(), at)
    return True


def _not_understood(pk: int, at: datetime) -> bool:
    """What cannot be given back by what is known of it keeps nothing else waiting: a person looks at it."""
    log.exception("submission %s could not be given back by what is known of it", pk)
    return _give_back(pk, at, _as_unknown)


def give_back(held: Iterable[tuple[int, int]], *, at: datetime) -> None:
    """Give back at once what a line of work holds (number and fence) that will not come back: as when its lease has ended."""
    for pk, fence in held:
        rows = Submission.ledger.filter(pk=pk, fence=fence, state__in=[State.SENDING, State.WAITING])
        rows.update(lease_until=at - timedelta(seconds=1))
    recover(at=at)


def _by_what_is_known(submission: Submission, attempt: Attempt | None, at: datetime) -> None:
    if attempt is None or (
        attempt.bytes_from is None
        and attempt.fence == submission.fence
        and not _left_after_a_copy(submission, attempt)
    ):
        # The mark that comes before the first byte is not there: nothing left this machine.
        _close(attempt, "NotSent", "INTERRUPTED", "Bị ngắt trước khi gửi byte đầu tiên.", at)
        step(submission, State.SIGNED, at=at, not_before=None)
        return
    line = receipts.find(**_numbers(submission, attempt))
    anothers = line is None or is_anothers(submission, line.transaction_number) or outside.is_contested(line)
    if line is not None and not anothers:
        # The answer had come and was written down outside the database before this process died.
        answer = Answer(
            Word.ACCEPTED,
            "200",
            "Cổng đã tiếp nhận hồ sơ.",
            transaction_number=line.transaction_number,
            stated_at=line.stated_at,
            message=text(line.message),
        )
        # Found there is not on the disk: whoever wrote it may have died before it was flushed, or been refused that.
        receipts.append(line)
        keep_receipt(submission, attempt, answer, at, stated_by=line.stated_by)
        _close(attempt, Word.ACCEPTED, FROM_JOURNAL, answer.sentence, at)
        step(submission, State.RECEIVED, at=at, problem_code="", problem="", not_before=None)
        return
    _as_unknown(submission, attempt, at)


def _as_unknown(submission: Submission, attempt: Attempt | None, at: datetime) -> None:
    _close(attempt, Word.UNKNOWN, NO_ANSWER.code, NO_ANSWER.sentence, at)
    step(
        submission,
        State.UNKNOWN,
        at=at,
        problem_code=NO_ANSWER.code,
        problem=NO_ANSWER.sentence,
        not_before=at,
    )


def _left_after_a_copy(submission: Submission, attempt: Attempt) -> bool:
    """Whether the journal outside knows that this very attempt was about to send, although the database does not.

    Either the process died between the two, or this database is a copy that was made between them: then the file left
    afterwards, and nothing else shows that a copy was put back. Noted here, so that it counts as tried.
    """
    line = receipts.find_sent(**_numbers(submission, attempt))
    if line is None:
        return False
    # Where its moment cannot be read the attempt counts all the same: it left, and not before it began.
    noted = attempt.started_at if outside.unreadable_moment(line) else outside.moment_of(line)
    attempt.bytes_from = max(attempt.started_at, noted)
    Attempt.objects.filter(pk=attempt.pk).update(bytes_from=attempt.bytes_from)
    return True


def _numbers(submission: Submission, attempt: Attempt) -> "_Numbers":
    return {
        "submission": submission.pk,
        "attempt": attempt.number,
        "fence": attempt.fence,
        "document_sha256": submission.document.sha256 if submission.document else "",
    }


class _Numbers(TypedDict):
    submission: int
    attempt: int
    fence: int
    document_sha256: str


def _close(attempt: Attempt | None, outcome: str, code: str, sentence: str, at: datetime) -> None:
    if attempt is not None:
        Attempt.objects.filter(pk=attempt.pk, ended_at__isnull=True).update(
            ended_at=at, outcome=outcome, code=code, sentence=sentence
        )
