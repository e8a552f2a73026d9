"""I5: whatever left UNKNOWN has its line in the hospital's journal, which says by which door and who opened it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .story import Story

LINES = {
    "SIGNED": ("unknown-sent-again", "unknown-is-not-there"),
    "RECEIVED": ("unknown-was-found", "unknown-is-there", "unknown-was-answered", "unknown-was-booked"),
}
"""Where it went, and the words of the journal for that; written here a second time on purpose."""


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
