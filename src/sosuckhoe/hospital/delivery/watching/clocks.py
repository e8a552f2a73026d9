"""Whether this machine's clock and a destination's differ (F49), read from the ``Date`` of answers that are kept.

An answer was written at some moment between the first byte of its call and its end, and ``Date`` tells the second in
which that was. So of one call only so much is certain: the clocks differ by at least as much as that second ends before
the call began, or begins after it ended. A call that takes a minute can raise no false alarm, it only shows less; one
that takes less than a second shows a difference to within two. Whose clock is wrong nobody can see from here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from ..last_answers import LastAnswer, last_answers

CALLS = 3
"""So many answers, the newest, must agree: one machine of many behind a portal, or one call during which a clock was
set, is not enough; and the alarm ends with the first answer after the clock was mended."""
RECENT = timedelta(hours=24)
"""Older answers say nothing of today's clock."""
SECOND = timedelta(seconds=1)
BEFORE_THE_CALL = "EARLY-ANSWER"
"""May have been written before the call it came in."""


def certain_gap(answer: LastAnswer) -> timedelta | None:
    """How far this machine's clock is ahead for certain; negative: behind, zero: they may agree. None: it says nothing."""
    try:
        said = parsedate_to_datetime(str(answer.headers.get("Date", "")))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if said.tzinfo is None or answer.code == BEFORE_THE_CALL or answer.ended_at < answer.bytes_from:
        return None
    return max(answer.bytes_from - said - SECOND, timedelta(0)) + min(answer.ended_at - said, timedelta(0))


def gap_of(answers: Sequence[LastAnswer], at: datetime) -> timedelta | None:
    """The least that the newest few agree on, newest first; zero where they do not. None where there are too few."""
    told = [
        gap for one in answers if abs(at - one.ended_at) < RECENT and (gap := certain_gap(one)) is not None
    ]
    if len(told) < CALLS:
        return None
    newest = told[:CALLS]
    return max(min(newest), timedelta(0)) + min(max(newest), timedelta(0))


def gaps(at: datetime) -> dict[int, timedelta]:
    """By destination, where enough answers are known."""
    found = {place: gap_of(answers, at) for place, answers in last_answers().items()}
    return {place: gap for place, gap in found.items() if gap is not None}
