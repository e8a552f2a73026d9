"""I5: whatever left UNKNOWN has its line in the hospital's journal, which says by which door and who opened it.

And what is left of a crash is understood: to give up on it is safe, but nothing in a story is a reason to.
"""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .story import Story

LINES = {
    "SIGNED": ("unknown-sent-again", "unknown-is-not-there", "unknown-never-left"),
    "RECEIVED": ("unknown-was-found", "unknown-is-there", "unknown-was-answered", "unknown-was-booked"),
}
"""Where it went, and the words of the journal for that; written here a second time on purpose."""


def understood(story: "Story") -> tuple[Any, str, Any]:
    """What to replace so that recovery tells where it could not go by what is known."""
    from sosuckhoe.hospital.delivery import recovery

    really = recovery._not_understood

    def told(pk: int, at: datetime) -> bool:
        story.violated("I3", f"{pk} could not be given back by what is known of it")
        return really(pk, at)

    return recovery, "_not_understood", told


def never_left(story: "Story") -> Counter[int]:
    """How often the holder of an attempt came back and said that nothing of it had left; the portal's books say the same."""
    from sosuckhoe.hospital.delivery.models import Attempt
    from sosuckhoe.hospital.journal.models import Entry

    arrived = {each.attempt for each in story.portal.arrivals}
    found: Counter[int] = Counter()
    for line in Entry.objects.filter(action="unknown-never-left"):
        submission = int(line.object_id)
        attempt = Attempt.objects.get(submission=submission, number=line.detail["attempt"])
        if attempt.pk in arrived:
            story.violated(
                "I5", f"attempt {attempt.pk} is said never to have left, and it reached the portal"
            )
        found[submission] += 1
    return found


def doors_are_recorded(story: "Story") -> None:
    """As many lines as steps at least, and the ground wherever the same bytes went out again unasked."""
    from django.db import connection

    from sosuckhoe.hospital.journal.models import Entry

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT submission, after, COUNT(*) FROM prove_step WHERE before = 'UNKNOWN' GROUP BY submission, after"
        )
        left = cursor.fetchall()
    for submission, after, times in left:
        lines = Entry.objects.filter(
            kind="submission", object_id=str(submission), action__in=LINES.get(after, ())
        )
        if lines.count() < times:
            story.violated(
                "I5",
                f"{submission} left UNKNOWN {times} times for {after}, and the journal tells of {lines.count()}",
            )
    for line in Entry.objects.filter(action="unknown-sent-again"):
        if not line.detail.get("evidence"):
            story.violated("I5", f"line {line.seq} does not say on what ground the same bytes went out again")
