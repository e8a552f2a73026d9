"""Door one in a story: everything that is due to be asked about has its turn, who waits longest first (F30).

When a question is due is reckoned here a second time on purpose: the program's own reckoning is under test.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .clock import CLOCK

if TYPE_CHECKING:
    from .story import Process, Story

RESTS = (15, 60, 240, 960, 3600)
"""Seconds before the first question, and after each; after the last but one always the last."""
LONGEST = timedelta(minutes=61)
"""What a destination asks for is not heeded any longer."""


def in_turn(story: "Story", process: "Process") -> None:
    """The process's line that asks has its turn, and what is due is asked about, unless misfortune strikes."""
    from sosuckhoe.hospital.delivery import looking

    with story.strikes.spared():
        waiting = due(CLOCK.now())
    armed, process.asked = story.strikes.armed, False
    story._as(process, looking.take_a_turn)
    if waiting and armed is None and not process.asked:
        story.violated("I12", f"{waiting[0][1]} is due to be asked about and nobody asks")


def watched(story: "Story") -> tuple[Any, str, Any]:
    """Stands in for ``looking.look_up``: judges whom it is about, and asks."""
    from sosuckhoe.hospital.delivery import looking

    really = looking.look_up

    def look_up(submission: Any, at: datetime) -> Any:
        with story.strikes.spared():
            moments = {pk: moment for moment, pk in due(at)}
        if submission.pk not in moments:
            story.violated("I12", f"{submission.pk} is asked about before its time")
        elif moments[submission.pk] > min(moments.values()):
            story.violated("I12", f"{submission.pk} is asked about and another has waited longer")
        if story.current is not None:
            story.current.asked = True
        return really(submission, at)

    return looking, "look_up", look_up


def due(at: datetime) -> list[tuple[datetime, int]]:
    """Since when each is to be asked about, and its number; who waits longest first."""
    from sosuckhoe.hospital.delivery.models import ReceiptLookUp, Restore, Submission

    if Restore.objects.filter(released_at__isnull=True).exists():
        return []
    rows = Submission.ledger.filter(state="UNKNOWN", document__isnull=False, destination__kind="portal")
    found = []
    rows = rows.filter(destination__paused_at__isnull=True).exclude(destination__receipt_look_up="")
    for row in rows.select_related("destination"):
        there = row.destination
        if there.failures < 3 and there.quiet_until and timedelta() < there.quiet_until - at <= LONGEST:
            continue  # it has asked to be left alone
        asked = list(ReceiptLookUp.objects.filter(submission=row).order_by("at").values_list("at", flat=True))
        rest = timedelta(seconds=RESTS[min(len(asked), len(RESTS) - 1)])
        found.append(((asked[-1] if asked else row.since) + rest, row.pk))
    return sorted(each for each in found if each[0] <= at)
