"""The newest answers that are kept: by them it is seen whose clock differs, and where a simulator answers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.parser import HeaderParser

from .models import Attempt

AT_MOST = 300
"""So many attempts are looked at, the newest of all destinations."""


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """What came of one attempt, and when by this machine's clock."""

    bytes_from: datetime
    """Noted right before the first byte left."""
    ended_at: datetime
    code: str
    headers: Message


def last_answers() -> Mapping[int, Sequence[LastAnswer]]:
    """Under each destination the newest first; nothing for one that has given none lately."""
    rows = Attempt.objects.order_by("-id").values_list(
        "submission__destination", "bytes_from", "ended_at", "code", "answer_head"
    )
    found = defaultdict(list)
    for destination, bytes_from, ended_at, code, head in rows[:AT_MOST]:
        if bytes_from and ended_at and head:
            headers = HeaderParser().parsestr(head.partition("\n")[2], headersonly=True)
            found[destination].append(LastAnswer(bytes_from, ended_at, code, headers))
    return found
