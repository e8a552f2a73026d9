"""Noticing that the database is an older copy: the journal outside knows of attempts or lines that it does not.

An attempt is committed before its line is written, and an anchor after the line it names. So whatever stands outside
and not inside was in a database that is no longer this one. A crash leaves no such trace, a restore always does,
unless the journal outside was restored with it: then a person has to say so (``declare``).
"""

import logging
import threading
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from ...journal.chain import GENESIS, MACHINE, account_of, note
from ...journal.models import End, Entry
from .. import outside
from ..crashpoints import here
from ..models import Attempt, Receipt, Restore, Submission
from ..receipts import AnchorLine, ErasureLine, ReceiptLine, SentLine, WithheldLine
from .anchoring import anchor
from .erased import erase_again
from .hold import NOTICED, current, epoch
from .put_back import OLD_JOURNAL, mark, remove_mark
from .withheld import withhold_again

JOURNAL_LOST = "Cơ sở dữ liệu có biên nhận, nhưng sổ ngoài cơ sở dữ liệu không còn."
ATTEMPT_UNKNOWN = "Sổ ngoài có {count} lượt gửi mà cơ sở dữ liệu này không biết."
log = logging.getLogger("sosuckhoe.delivery")
_told: set[outside.Damaged] = set()
ANCHOR_UNKNOWN = "Sổ ngoài ghi nhật ký đến dòng {seq}, cơ sở dữ liệu này không có dòng đó."


class NeedsReason(ValueError):
    """Hãy ghi đã khôi phục từ bản nào, vì sao."""


def notice() -> Restore | None:
    """Hold everything if this database is an older copy. Reads a file's end and a few rows; safe at any time.

    Returns the restore that holds everything now, whoever noticed it. A copy that was made during a hold is on hold
    already, and all the same knows nothing of what came after it: that is a restore of its own.
    """
    marked = mark()
    if marked is not None:
        restore = hold(by=marked[0], why=marked[1], put_back=True)
        remove_mark()
        return restore
    why = what_shows_it()
    if why:
        return hold(by=MACHINE, why=why)
    held = current()
    if held is not None:
        _keep_away(held)
    return held


class _Compared(threading.local):
    """The connection that this line of work has compared last."""

    last: object = None


_COMPARED = _Compared()


def compare_once() -> None:
    """Notice, once in each connection: a database that was away may come back as an older one, as a standby that lacks
    the last commits, and nothing may be claimed of it before."""
    connection.ensure_connection()
    if _COMPARED.last is not connection.connection:
        notice()
        _COMPARED.last = connection.connection


def declare(*, by: Any, reason: str) -> Restore:
    """A person says that a copy was restored, where the machine cannot see it."""
    if not reason.strip():
        raise NeedsReason(NeedsReason.__doc__)
    return current() or hold(by=by, why=reason.strip())


def what_shows_it() -> str:
    """Why this is an older copy, as a sentence; empty when nothing shows it."""
    last = Restore.objects.order_by("-id").values_list("journal_size", flat=True).first() or 0
    if outside.size() < last:
        last = 0
    found = outside.newest(last)
    if any(outside.unreadable_moment(line) for line in found):
        _tell_what_is_damaged()
    if not outside.size():
        return JOURNAL_LOST if Receipt.objects.exists() else ""
    missing = _unknown_attempts(
        line for line in found if not isinstance(line, AnchorLine | ErasureLine | WithheldLine)
    )
    if missing:
        return ATTEMPT_UNKNOWN.format(count=missing)
    anchors = [line for line in found if isinstance(line, AnchorLine)]
    if anchors and not _is_known(anchors[-1].seq, anchors[-1].hash):
        return ANCHOR_UNKNOWN.format(seq=anchors[-1].seq)
    return ""


def journal_goes_on(restore: Restore) -> bool:
    """Whether the journal outside, as it was found, knows what the copy did not. Else nothing happened since the copy, or
    that journal is as old as it is (put back with it): no machine can tell which, and only a person may call it whole."""
    if restore.why.endswith(OLD_JOURNAL):
        return False
    if restore.anchor and not _is_known(restore.anchor["seq"], restore.anchor["hash"]):
        return True
    found = outside.lines(max(0, restore.journal_size - outside.TAIL), restore.journal_size)
    return _unknown_attempts(line for line in found if isinstance(line, SentLine | ReceiptLine)) > 0


def _is_known(seq: int, hash: str) -> bool:
    return Entry.objects.filter(seq=seq, hash=hash).exists()


def _tell_what_is_damaged() -> None:
    """Each line once. It holds nothing: what is compared are numbers and bytes, and none of them is a moment."""
    for each in outside.damaged():
        if each not in _told:
            _told.add(each)
            log.warning("Sổ ngoài: %s", each.sentence)


def _unknown_attempts(found: Iterable[outside.SentLine | outside.ReceiptLine]) -> int:
    wanted = {(line.submission, line.attempt, line.fence, line.document_sha256) for line in found}
    rows = Attempt.objects.filter(submission__in={each[0] for each in wanted})
    known = set(rows.values_list("submission_id", "number", "fence", "request_sha256"))
    return len(wanted - known)


def hold(*, by: Any, why: str, put_back: bool = False) -> Restore:
    """Begin an epoch. The gap in the inner journal is a line of that journal, with the last anchor outside.

    ``put_back``: our own command did it, so it is certain, also where the copy itself was made during a hold.
    """
    now, last = timezone.now(), _last_anchor()
    with transaction.atomic():
        end, _ = End.objects.select_for_update().get_or_create(id=1, defaults={"seq": 0, "hash": GENESIS})
        held = current()
        if held is not None and (held.why == why if put_back else not what_shows_it()):
            found = held  # another process was faster
        else:
            found = _begin(by, why, end, last, now)
    here("R00")
    _keep_away(found)
    return found


def _begin(by: Any, why: str, end: End, last: AnchorLine | None, now: datetime) -> Restore:
    restore = Restore.objects.create(
        id=max(epoch(), last.epoch if last else 0) + 1,
        noticed_at=now,
        noticed_by=account_of(by),
        why=why,
        copy_until=Entry.objects.order_by("-seq").values_list("at", flat=True).first(),
        journal_until=_last_moment(),
        journal_size=outside.size(),
        anchor={"seq": last.seq, "hash": last.hash, "at": last.anchored_at} if last else {},
    )
    note(
        *(by, NOTICED, "restore", restore.pk),
        why=why,
        copy_ends_at=end.seq,
        anchor=restore.anchor,
        last_submission=Submission.ledger.aggregate(last=Max("pk"))["last"] or 0,
    )
    return restore


_kept_away: set[tuple[int, datetime]] = set()


def _keep_away(restore: Restore) -> None:
    """What was erased or marked since the copy is erased and marked again, before anything else. Once in each process:
    whoever held it may have died before it was done."""
    if (restore.pk, restore.noticed_at) in _kept_away:
        return
    _tell_what_is_damaged()
    erase_again(restore, by=MACHINE)
    withhold_again(by=MACHINE)
    anchor(timezone.now())
    _kept_away.add((restore.pk, restore.noticed_at))


def _last_anchor() -> AnchorLine | None:
    return next((line for line in reversed(list(outside.lines())) if isinstance(line, AnchorLine)), None)


def _last_moment() -> datetime | None:
    readable = (line for line in outside.newest() if not outside.unreadable_moment(line))
    return max((outside.moment_of(line) for line in readable), default=None)
