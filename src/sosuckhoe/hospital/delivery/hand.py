"""What was claimed to be sent and is not under way yet. The lines of work of one process share it: any of them takes the
next, so that one claim serves them all and none of it waits behind a call that takes long.
"""

import logging
import threading
from collections import deque

from django.utils import timezone

from .answers import Answer, Word
from .claims import Line, claim_to_send
from .models import Attempt, Submission
from .sending import release

HANDFUL, LARGEST = 8, 16
"""At most so many are claimed together by one line of work, and by all lines of a process."""
HAND_SECONDS = 1.0
"""No more than is sent in about so many seconds: what is in one process's hand, no idle one can take."""
GIVEN_BACK = Answer(Word.TRY_LATER, "GIVEN-BACK", "Chưa gửi: nhường cho lượt sau.")

log = logging.getLogger("sosuckhoe.delivery")


class Hand:
    """``holder`` names it in the ledger; so many ``lines`` of work take from it."""

    def __init__(self, line: Line, holder: str, lines: int = 1) -> None:
        self._line, self._holder, self._lines = line, holder, lines
        self._claimed: deque[tuple[Submission, Attempt]] = deque()
        self._claiming = threading.Lock()
        self._turns, self._most = 0, 1

    @property
    def numbers(self) -> list[tuple[int, int]]:
        """Number and fence of what is in it."""
        return [(submission.pk, submission.fence) for submission, _ in list(self._claimed)]

    def next(self) -> tuple[Submission, Attempt] | None:
        """What is to be sent next. None when there is nothing."""
        with self._claiming:
            taken = self._take()
            if taken is None:
                self._claimed.extend(self.claim())
                taken = self._take()
            return taken

    def _take(self) -> tuple[Submission, Attempt] | None:
        try:
            return self._claimed.popleft()
        except IndexError:
            return None

    def claim(self) -> list[tuple[Submission, Attempt]]:
        """The next few that are due, lent to this hand."""
        claimed = claim_to_send(self._line, self._holder, timezone.now(), self._most, turn=self._turns)
        self._turns += len(claimed)
        return claimed

    def was_sent(self, seconds: float, *, well: bool) -> None:
        """One of it took so long. ``well``: the destination gave an answer of its own."""
        self._most = as_many_as(seconds / self._lines, HANDFUL if self._lines == 1 else LARGEST)
        if not well or self._most == 1:
            self.let_go()

    def one_at_a_time(self) -> None:
        """After a trouble that may be one of size: what is too much together may go through alone."""
        self._most = 1

    def let_go(self) -> None:
        """Give back what is in it: others may be free for it, or the portal is not well."""
        while (taken := self._take()) is not None:
            submission, attempt = taken
            try:
                release(submission, attempt, GIVEN_BACK)
            except Exception:
                log.exception("submission %s was not given back; its lease will end", submission.pk)


def as_many_as(seconds: float, most: int = HANDFUL) -> int:
    """How many to take at a time where one takes so many seconds."""
    return most if seconds * most <= HAND_SECONDS else max(1, int(HAND_SECONDS / seconds))
