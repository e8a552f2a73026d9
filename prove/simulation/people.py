"""People in a story: they look at what needs a person, tell the truth of what the portal shows, pause, correct, and
bring a restored copy back to life."""

from typing import TYPE_CHECKING, Any

from .clock import CLOCK
from .documents import enter, frozen, key_of, listed_as, made, next_number, rows
from .strikes import Strike

if TYPE_CHECKING:
    from .story import Story

LEFT_BEFORE = ("RESTORED-LEFT", "RESTORED-NEWER")
"""Held until what was lost has been entered again."""
MAYBE = "RESTORED-MAYBE"
SIGN_ANEW = ("123", "124", "125", "PS_DS_CA_SIGNATURE_INVALID", "DOCUMENT-DAMAGED")


def pause(story: "Story") -> None:
    from sosuckhoe.hospital.delivery import actions

    destination = story.random.choice(story.destinations())
    if not destination.paused:
        story.note(f"person pauses {destination.name}")
        actions.pause(by="person", destination=destination, reason="câu chuyện")


def mark(story: "Story") -> None:
    """Of what is in the ledger, one that is not marked yet."""
    from sosuckhoe.hospital.delivery.models import Attempt
    from sosuckhoe.hospital.delivery.withholding import withhold
    from sosuckhoe.hospital.staff.models import Facility

    codes = sorted({name.partition("/")[0] for name, _ in story.acknowledged} - set(story.marked))
    if not codes:
        return
    code = story.marking.choice(codes)
    story.note(f"person marks {code} as not to go out")
    facility = Facility.objects.get()
    withhold(by="person", facility=facility, facility_code=facility.code, code=code, why="câu chuyện")
    story.told_outside("a mark")
    story.marked[code] = set(Attempt.objects.filter(bytes_from__isnull=False).values_list("pk", flat=True))


def _lift(story: "Story", row: Any) -> bool:
    """Whether somebody had to take a mark back first."""
    from sosuckhoe.hospital.delivery.withheld import mark_on
    from sosuckhoe.hospital.delivery.withholding import lift

    found = mark_on(row)
    if found is None:
        return False
    story.note(f"person lifts the mark on {found.code}")
    lift(by="person", mark=found, why="câu chuyện")
    story.marked.pop(found.code, None)
    return True


def look_after_one(story: "Story") -> None:
    """One thing that needs a person."""
    from sosuckhoe.hospital.delivery import actions
    from sosuckhoe.hospital.delivery.models import Destination

    if after_restore(story):
        return
    for destination in Destination.objects.filter(paused_at__isnull=False):
        actions.resume(by="person", destination=destination)
        story.hurried_at = CLOCK.seconds
    found = list(
        rows()
        .select_related("destination", "document")
        .filter(state__in=["UNKNOWN", "HELD", "REFUSED"])
        .order_by("id")
    )
    if not found:
        return
    row = story.random.choice(found)
    name, number = key_of(row)
    if row.state == "HELD" and _lift(story, row):
        return
    if row.state == "UNKNOWN" or row.problem_code == MAYBE:
        _look_at_portal(story, row, name, number)
    elif row.problem_code in LEFT_BEFORE:
        _match(story)
    elif row.state == "HELD":
        story.note(f"person releases {name} v{number} ({row.problem_code})")
        actions.release(by="person", submission=row, reason="đã xem", sign_anew=row.problem_code in SIGN_ANEW)
        story.hurried_at = CLOCK.seconds
    elif number + 1 == next_number(name):
        story.note(f"person corrects {name} after refusal")
        _enter(story, name, number + 1)


def _enter(story: "Story", name: str, number: int) -> None:
    _, sha256 = made(name, number)
    story.attempted[name, number] = sha256
    enter(name, number)
    story.acknowledged[name, number] = sha256


def _look_at_portal(story: "Story", row: Any, name: str, number: int) -> None:
    from sosuckhoe.hospital.delivery import doors
    from sosuckhoe.hospital.delivery.models import Receipt

    taken = set(Receipt.objects.exclude(submission=row).values_list("transaction_number", flat=True))
    numbers = [a.number for a in story.portal.stored(name, number) if a.number not in taken]
    if numbers:
        story.note(f"person sees {name} v{number} as {numbers[-1]}")
        doors.it_is_there(by="person", submission=row, transaction_number=numbers[-1], reason="đã thấy")
    elif (
        row.state == "UNKNOWN"
        and doors.has_bytes(row)
        and story.declared_for(name)
        and story.random.random() < 0.5
    ):
        _lift(story, row)
        story.note(f"person sends {name} v{number} again")
        story.sent_again[row.pk] = story.sent_again.get(row.pk, 0) + 1
        doors.send_again(by="person", submission=row)
    else:
        story.note(f"person does not find {name} v{number}")
        for arrival in story.portal.arrivals:
            if arrival.key == (name, number):
                arrival.declared_absent = True
        story.said_absent[row.pk] = story.said_absent.get(row.pk, 0) + 1
        doors.it_is_not_there(by="person", submission=row, reason="đã tìm, không có")


# After a restore


def after_restore(story: "Story") -> bool:
    """The next step after a copy was put back: reconcile, release, enter again what it lacks. False: nothing to do."""
    from sosuckhoe.hospital.delivery.restoring.hold import current
    from sosuckhoe.hospital.delivery.restoring.matching import reconcile_restore
    from sosuckhoe.hospital.delivery.restoring.releasing import release_restore

    restore = current()
    if story.to_be_entered_again and (restore is None or story.random.random() < 0.3):
        enter_again(story)
        return True
    if restore is None:
        return False
    if restore.reconciled_at is None:
        if story.random.random() < 0.3:
            # Reconciling is cut short, and begun again the next time somebody looks.
            story.strikes.armed = Strike("crash", story.random.choice(("R01", "R02")))
        counts = reconcile_restore(by="person", restore=restore, journal_whole=True)
        story.note(f"person reconciles: {dict(counts)}")
    else:
        release_restore(by="person", restore=restore, reason="đã đối chiếu")
        story.note("person releases the hold")
        _match(story)
        _read_the_list_of_lost(story)
    return True


def _read_the_list_of_lost(story: "Story") -> None:
    """It also names what left and whose saving had seemed to fail, so that nobody thought of entering it again."""
    from sosuckhoe.hospital.delivery.models import LostSubmission

    lost = LostSubmission.objects.filter(settled_at__isnull=True)
    listed = set(lost.values_list("visit_code", "version"))
    story.to_be_entered_again |= {key for key in story.attempted if listed_as(key) in listed} - set(frozen())


def enter_again(story: "Story") -> None:
    """What was acknowledged and is not in the copy is entered once more, oldest first, from the files and papers it
    came from."""

    # Whoever has a version in hand has those before it, too, though their saving may have seemed to fail.
    for name in sorted({name for name, _ in story.to_be_entered_again}):
        last = max(number for each, number in story.to_be_entered_again if each == name)
        while (number := next_number(name)) <= last:
            story.note(f"person enters {name} v{number} again")
            _enter(story, name, number)
    story.to_be_entered_again.clear()


def _match(story: "Story") -> None:
    from django.utils import timezone

    from sosuckhoe.hospital.delivery.restoring.matching import match_lost

    count = match_lost(by="person", at=timezone.now())
    if count:
        story.note(f"{count} matched with the journal outside")
