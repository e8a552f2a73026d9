"""What must hold (faults.md §4), judged from the portal's own books, the users' acknowledgements and the ledger.

The table of lawful steps is written here a second time on purpose: the program's own table is under test.
"""

import hashlib
import json
from typing import TYPE_CHECKING

from .documents import CHECK_IN, frozen, key_of, kind_of, listed_as, number_column, rows, where
from .recorded import doors_are_recorded, never_left

if TYPE_CHECKING:
    from .portal import Arrival
    from .story import Story

LAWFUL = {
    "": {"WAITING", "HELD"},
    "WAITING": {"SIGNED", "HELD", "SUPERSEDED"},
    "HELD": {"WAITING", "SIGNED", "SUPERSEDED", "RECEIVED"},
    "SIGNED": {"SENDING", "WAITING", "HELD", "SUPERSEDED", "RECEIVED"},
    "SENDING": {"RECEIVED", "SIGNED", "REFUSED", "HELD", "UNKNOWN"},
    "UNKNOWN": {"RECEIVED", "SIGNED"},
    "RECEIVED": {"ACCEPTED", "FINDINGS"},
    "FINDINGS": {"ACCEPTED", "SUPERSEDED"},
    "REFUSED": {"SUPERSEDED"},
}
AFTER_RESTORE = {"SIGNED": {"UNKNOWN"}}
"""Where an older copy was put back: it may have left since."""
QUIET = 30.0
"""Seconds between two calls to a destination that failed three times in a row."""
FINAL = ("RECEIVED", "ACCEPTED", "SUPERSEDED")


def storage(story: "Story") -> None:
    """I1: what is acknowledged is on the disk (flushed before every commit returns)."""
    from django.db import connection

    with connection.cursor() as cursor:
        (level,) = cursor.execute("PRAGMA synchronous").fetchone()
        (mode,) = cursor.execute("PRAGMA journal_mode").fetchone()
    if level < 2 or mode not in ("wal", "delete"):
        story.violated("I1", f"commits are not flushed: synchronous={level}, journal_mode={mode}")


def arrival(story: "Story", arrived: "Arrival") -> None:
    """Judged at the moment bytes reach the portal."""
    from sosuckhoe.hospital.delivery.models import Attempt, Restore, Submission

    visit, version, sha256 = arrived.visit, arrived.version, arrived.sha256
    armed, story.strikes.armed = story.strikes.armed, None
    try:
        who = story.current.name if story.current else "?"
        story.note(f"{visit} v{version} reaches the portal from {who}")
        mine = Submission.ledger.filter(**where(visit))
        row = mine.select_related("document", "destination").filter(**{number_column(visit): version}).first()
        if row is None:
            story.violated("I2", f"{visit} v{version} is sent and not in the ledger")
            return
        if story.put_back and Restore.objects.filter(released_at__isnull=True).exists():
            story.violated("I17", f"{visit} v{version} is sent while a restored copy is on hold")
        attempts = Attempt.objects.filter(submission=row, ended_at__isnull=True, bytes_from__isnull=False)
        worker = story.current.line if story.current else None
        attempt = attempts.filter(holder=worker.holder if worker else "").first()
        if attempt is None:
            story.violated("I5", f"{visit} v{version}: bytes are out and no open attempt says so")
        else:
            arrived.attempt, arrived.fence = attempt.pk, attempt.fence
            if attempt.pk not in story.marked.get(visit.partition("/")[0], {attempt.pk}):
                story.violated("I15", f"{visit} v{version} is sent although it is marked as not to go out")
            if (
                row.destination.paused_at
                and attempt.bytes_from
                and row.destination.paused_at < attempt.bytes_from
            ):
                story.violated("I21", f"{visit} v{version} is sent although sending is paused")
        if row.state != "SENDING" or (worker is not None and row.holder != worker.holder):
            story.violated(
                "I16", f"{visit} v{version} is {row.state}, held by {row.holder or 'nobody'}, not {who}"
            )
        if row.receipts.filter(received_at__lt=row.since).exists() and not story.clock_was_wrong:
            story.violated("I4", f"{visit} v{version} is sent although its receipt is stored: doubled")
        if row.document is None or row.document.sha256 != sha256:
            story.violated("I6", f"{visit} v{version}: the bytes sent are not the stored ones")
        older = mine.filter(**{f"{number_column(visit)}__lt": version}, state__in=["SENDING", "UNKNOWN"])
        if kind_of(visit) == CHECK_IN:
            # Told in their order, as far as anybody knows what became of the one before.
            same = Submission.ledger.filter(check_in__visit_code=visit.partition("/")[0], pk__lt=row.pk)
            older = same.filter(state__in=["WAITING", "SIGNED", "SENDING"], pk__in=_came_there_before(row.pk))
        if older.exists():
            story.violated("I4", f"{visit} v{version} is sent while an older one is {older[0].state}")
        _again(story, arrived)
    finally:
        story.strikes.armed = armed


def _came_there_before(claimed: int) -> set[int]:
    """What was where it is now already when this one was claimed: a person may let the one before go meanwhile."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT submission FROM prove_step GROUP BY submission HAVING max(id) < "
            "(SELECT max(id) FROM prove_step WHERE submission = %s AND after = 'SENDING')",
            [claimed],
        )
        return {submission for (submission,) in cursor.fetchall()}


def _again(story: "Story", arrived: "Arrival") -> None:
    """I4, I5: sending again needs a door, or that the portal said it took nothing."""
    visit, version, sha256 = arrived.visit, arrived.version, arrived.sha256
    claim = []
    for earlier in story.portal.arrivals:
        if earlier is arrived or earlier.visit != visit:
            continue
        if earlier.version > version and earlier.stored:
            story.violated("I4", f"{visit} v{version} arrives after v{earlier.version}")
        if earlier.version != version:
            continue
        if earlier.attempt == arrived.attempt and arrived.attempt:
            story.violated("I5", f"{visit} v{version}: one attempt, two calls")
        claim += [earlier] if earlier.fence == arrived.fence else []
        # An answer that came too late, or was lost in a crash, is not known: then a door may have been opened.
        by_a_door = story.declared_for(visit) or earlier.declared_absent
        if earlier.behaviour == "204" and earlier.sha256 == sha256 and not by_a_door:
            story.violated("I12", f"{visit} v{version} is sent again unchanged after its content was refused")
        if earlier.refused:
            _rested(story, earlier, arrived)
            continue
        same = earlier.sha256 == sha256
        if not ((story.declared_for(visit) and same) or (earlier.declared_absent and not earlier.stored)):
            story.violated(
                "I5", f"{visit} v{version} is sent again without a door (earlier: {earlier.behaviour})"
            )
        if earlier.stored and not (same and story.portal.plan.mode != "count"):
            story.violated("I4", f"{visit} v{version} is doubled with effect")
    if len(claim) > 1:
        story.violated("I12", f"{visit} v{version}: a refused token is renewed once, not {len(claim)} times")


LATER = {"500": 3.5, "502": 3.5, "503": 7.0, "429": 7.0}
"""How long whoever said so is left alone with the same record, in seconds; the latter two name the time themselves."""


def _rested(story: "Story", earlier: "Arrival", arrived: "Arrival") -> None:
    """I12 (F37): "later" is heeded, and a token that was refused is not used again."""
    from sosuckhoe.hospital.delivery.models import Attempt

    name = f"{arrived.visit} v{arrived.version}"
    if earlier.fence == arrived.fence and earlier.token == arrived.token:
        story.violated("I12", f"{name} is sent again with the token that was refused")
    rest = LATER.get(earlier.behaviour, 0.0)
    # Somebody may have said that it need not wait; and what never came back told nobody anything.
    too_soon = arrived.at - earlier.at < rest and story.hurried_at < earlier.at
    if too_soon and Attempt.objects.filter(pk=earlier.attempt, code=f"HTTP-{earlier.behaviour}").exists():
        story.violated(
            "I12", f"{name} is sent again {arrived.at - earlier.at:.1f} s after {earlier.behaviour}"
        )


def is_finished(story: "Story") -> bool:
    from sosuckhoe.hospital.delivery.models import Restore, Submission

    if story.put_back and (
        story.to_be_entered_again or Restore.objects.filter(released_at__isnull=True).exists()
    ):
        return False
    return not Submission.ledger.exclude(state__in=FINAL).exists()


def nothing_is_under_way(story: "Story") -> None:
    """I12: with the portal well and workers at work, nothing stays SENDING, nor SIGNED without a reason."""
    from django.db.models import Q
    from django.utils import timezone

    from sosuckhoe.hospital.delivery.models import Restore, Submission

    for row in Submission.ledger.filter(state="SENDING"):
        story.violated("I12", f"stuck: {row.pk} SENDING, held by {row.holder}")
    due = Q(not_before__isnull=True) | Q(not_before__lte=timezone.now())
    if Restore.objects.filter(released_at__isnull=True).exists():
        return  # people are at it
    for row in rows().filter(due, state__in=["WAITING", "SIGNED"], destination__paused_at__isnull=True):
        name, number = key_of(row)
        waits = Submission.ledger.filter(**where(name), **{f"{number_column(name)}__lt": number})
        if not waits.filter(state__in=["UNKNOWN", "SENDING"]).exists():
            story.violated(
                "I12", f"stuck: {row.pk} {row.state} {row.problem_code}, held by {row.holder or 'nobody'}"
            )


def journal_is_behind_nothing(story: "Story") -> None:
    """I17: after a power cut every receipt of the database is in the journal outside it."""
    from django.conf import settings

    from sosuckhoe.hospital.delivery.models import Receipt

    text = settings.HOME.receipts.read_text(errors="replace") if settings.HOME.receipts.exists() else ""
    numbers = set()
    for text_of_line in text.splitlines():
        try:
            line = json.loads(text_of_line)
        except ValueError:
            continue
        numbers.add(number := line["transaction_number"])
        issued = story.portal.numbers.get(number)
        if issued is not None and issued.sha256 != line["document_sha256"]:
            story.violated("I3", f"the journal outside has receipt {number} for other bytes")
    for number in Receipt.objects.values_list("transaction_number", flat=True):
        if number not in numbers:
            story.violated("I17", f"receipt {number} is not in the journal outside the database")


def at_rest(story: "Story") -> None:
    """Everything at the end."""
    _nothing_lost(story)
    _receipts(story)
    _documents(story)
    _steps(story)
    doors_are_recorded(story)
    _claims(story)
    _journal(story)
    _secrets(story)
    journal_is_behind_nothing(story)
    from sosuckhoe.hospital.journal.chain import verify_chain

    if not verify_chain().whole:
        story.violated("I11", "the journal's chain is broken")


def _nothing_lost(story: "Story") -> None:
    from sosuckhoe.hospital.delivery.models import LostSubmission

    versions = {key: hashlib.sha256(content).hexdigest() for key, content in frozen().items()}
    rows_of = {key_of(row): row for row in rows()}
    for key, sha256 in story.acknowledged.items():
        if versions.get(key) != sha256:
            story.violated("I1", f"{key} was acknowledged and is {'changed' if key in versions else 'gone'}")
    for key in versions:
        if key not in story.attempted:
            story.violated("I2", f"{key} came from nowhere")
        if key not in rows_of:
            story.violated("I2", f"lost: {key} has no submission")
    newest_of: dict[str, int] = {}
    order_of: dict[str, list[int]] = {}
    for visit, number in versions:
        newest_of[visit] = max(number, newest_of.get(visit, 0))
    for arrived in story.portal.arrivals:
        if arrived.stored:
            order_of.setdefault(arrived.visit, []).append(arrived.version)
    for (visit, number), row in rows_of.items():
        if row.state not in FINAL:
            story.violated("I12", f"stuck: {visit} v{number} {row.state} {row.problem_code}")
        newest = newest_of[visit]
        if row.state == "SUPERSEDED" and number == newest:
            story.violated("I2", f"lost: {visit} v{number} is superseded by nothing")
        if number == newest and number not in order_of.get(visit, []):
            story.violated("I2", f"lost: {visit} v{number} is {row.state} and the portal has not got it")
    listed = set(LostSubmission.objects.values_list("visit_code", "version"))
    for arrived in story.portal.arrivals:
        if arrived.stored and arrived.key not in versions and listed_as(arrived.key) not in listed:
            story.violated("I2", f"lost: {arrived.key} left before the restore and nobody is told of it")
    for visit, order in order_of.items():
        if order != sorted(order):
            story.violated("I4", f"{visit}: versions took effect in the order {order}")


def _receipts(story: "Story") -> None:
    """I3: received if and only if a receipt is stored, and it is the portal's for exactly these bytes."""
    from sosuckhoe.hospital.delivery.models import Receipt, Submission

    for row in Submission.ledger.filter(state__in=["RECEIVED", "ACCEPTED", "FINDINGS"]):
        if not row.receipts.exists():
            story.violated("I3", f"{row.pk} is {row.state} without a receipt")
    what = (
        "submission__version__visit",
        "submission__check_in",
        "submission__health_check",
        "attempt__document",
    )
    for receipt in Receipt.objects.select_related(*what):
        issued = story.portal.numbers.get(receipt.transaction_number)
        ours = (*key_of(receipt.submission), receipt.document_sha256)
        if issued is None:
            story.violated("I3", f"receipt {receipt.transaction_number} was never given")
        elif (issued.visit, issued.version, issued.sha256) != ours:
            story.violated(
                "I3", f"receipt {receipt.transaction_number} belongs to {issued.visit} v{issued.version}"
            )
        if receipt.attempt.submission_id != receipt.submission_id:
            story.violated("I3", f"receipt {receipt.transaction_number} is bound to another attempt")


def _documents(story: "Story") -> None:
    """I6, I7: signed bytes are what was built from the version, and are never made anew once they may be out."""
    from sosuckhoe.hospital.delivery.models import SignedDocument

    contents = frozen()
    what = ("submission__version__visit", "submission__check_in", "submission__health_check")
    for document in SignedDocument.objects.select_related(*what):
        if story.put_back and document.size == 0:
            pass  # lost with the database and not to be made again: the hash alone is kept, and says so
        elif hashlib.sha256(document.content).hexdigest() != document.sha256:
            story.violated("I6", f"document {document.pk} is not what was signed")
        if document.record_sha256 != hashlib.sha256(contents[key_of(document.submission)]).hexdigest():
            story.violated("I6", f"document {document.pk} is of another record")
    sent: dict[tuple[str, int], set[str]] = {}
    for arrived in story.portal.arrivals:
        if not (arrived.refused or (arrived.declared_absent and not arrived.stored)):
            sent.setdefault((arrived.visit, arrived.version), set()).add(arrived.sha256)
    for key, hashes in sent.items():
        if len(hashes) > 1:
            story.violated("I7", f"{key} was signed anew after it may have arrived")


def _journal(story: "Story") -> None:
    """I2: the line in the journal came with the version, in the same transaction."""
    from sosuckhoe.hospital.journal.models import Entry
    from sosuckhoe.hospital.visits.models import CheckIn, HealthCheck, RecordVersion

    entries = Entry.objects.filter(action__in=["visit-closed", "visit-corrected"])
    lines = [(line.object_id, line.detail["version"]) for line in entries]
    versions = [
        (str(visit), number) for visit, number in RecordVersion.objects.values_list("visit_id", "number")
    ]
    if sorted(lines) != sorted(versions):
        story.violated("I2", f"the journal tells of {len(lines)} versions and there are {len(versions)}")
    for action, model in (("check-in-told", CheckIn), ("health-check-taken", HealthCheck)):
        told = sorted(Entry.objects.filter(action=action).values_list("object_id", flat=True))
        if told != sorted(str(pk) for pk in model.objects.values_list("pk", flat=True)):
            story.violated(
                "I2", f"the journal tells of {len(told)} times {action}, which is not what there is"
            )


def _claims(story: "Story") -> None:
    """Nothing is claimed while sending is paused (I21) or a restored copy is on hold (I17), who is silent is asked once in
    a while only, and who has asked for it not at all (I12)."""
    from datetime import datetime

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT submission, state, destination, paused, failures, held, since, quiet_until FROM prove_claim ORDER BY id"
        )
        claims = cursor.fetchall()
    asked: dict[int, datetime] = {}
    for submission, state, destination, paused, failures, held, since, quiet_until in claims:
        if held:
            story.violated("I17", f"{submission} is claimed while a restored copy is on hold")
        if state != "SENDING":
            continue
        if paused:
            story.violated("I21", f"{submission} is claimed although sending is paused")
        now, before = datetime.fromisoformat(since), asked.pop(destination, None)
        if story.put_back or story.clock_was_wrong:
            continue
        if failures < 3 and quiet_until is not None and now < datetime.fromisoformat(quiet_until):
            story.violated("I12", f"a destination that has asked to be left alone is called at {now}")
        if failures >= 3:
            if before is not None and (now - before).total_seconds() < QUIET:
                story.violated("I12", f"a silent destination is asked again after {now - before}")
            asked[destination] = now


def _secrets(story: "Story") -> None:
    """I14: no token and no password is kept with what was said."""
    from sosuckhoe.hospital.delivery.models import Attempt

    for attempt in Attempt.objects.exclude(request_head="", answer_head=""):
        if any(secret in attempt.request_head + attempt.answer_head for secret in story.portal.secrets):
            story.violated("I14", f"a secret is kept with attempt {attempt.pk}")
            return


def leases(story: "Story", before: dict[int, tuple[int, object]], mine: set[tuple[int, int]]) -> None:
    """I16: who breathes renews what it holds and nothing else."""
    for pk, fence, lease in _leases():
        if pk in before and before[pk] != (fence, lease) and (pk, fence) not in mine:
            story.violated("I16", f"the lease of {pk} is renewed by one that does not hold it")


def claimed_by_others(line: object) -> set[tuple[int, int]]:
    """Number and fence of what other lines of work have claimed to send."""
    from sosuckhoe.hospital.delivery.models import Submission

    rows = Submission.ledger.filter(state="SENDING").exclude(holder=getattr(line, "holder", ""))
    return set(rows.values_list("pk", "fence"))


def others_keep_theirs(story: "Story", line: object) -> None:
    """I16: whoever comes late moves nothing that somebody else has claimed meanwhile."""
    for pk, fence in story.claimed_by_others - claimed_by_others(line):
        story.violated("I16", f"{pk}, claimed by another under fence {fence}, is moved by one that came late")


def leases_now() -> dict[int, tuple[int, object]]:
    return {pk: (fence, lease) for pk, fence, lease in _leases()}


def _leases() -> list[tuple[int, int, object]]:
    from sosuckhoe.hospital.delivery.models import Submission

    return list(Submission.ledger.exclude(holder="").values_list("pk", "fence", "lease_until"))


def _steps(story: "Story") -> None:
    """Every committed step is lawful, UNKNOWN is left by doors, or where nothing had left, and fences grow (I5, I16)."""
    from django.db import connection

    from sosuckhoe.hospital.delivery.models import Attempt

    with connection.cursor() as cursor:
        cursor.execute("SELECT submission, before, after, fence, problem, held FROM prove_step ORDER BY id")
        steps = cursor.fetchall()
    left: dict[int, int] = {}
    strange: dict[int, int] = {}
    claims: dict[int, int] = {}
    for submission, before, after, fence, problem, held in steps:
        if after not in LAWFUL.get(before, set()) | (
            AFTER_RESTORE.get(before, set()) if story.put_back else set()
        ):
            story.violated("I5", f"{submission}: {before} → {after} is no step")
        if (before, after) == ("UNKNOWN", "SIGNED"):
            if held:
                story.violated("I17", f"{submission} is to go out again while a restored copy is on hold")
            left[submission] = left.get(submission, 0) + 1
            strange[submission] = strange.get(submission, 0) + (
                problem not in ("NO-ANSWER", "NOT-WAITED-FOR")
            )
        if after == "SENDING":
            if fence <= claims.get(submission, 0):
                story.violated("I16", f"{submission}: claimed again under fence {fence}")
            claims[submission] = fence
    known, back = {row.pk: key_of(row) for row in rows()}, never_left(story)
    for submission, all_times in left.items():
        times = all_times - back[submission]
        if times > story.said_absent.get(submission, 0) and not story.declared_for(known[submission][0]):
            story.violated("I5", f"{submission} left UNKNOWN without a door")
        by_people = story.said_absent.get(submission, 0) + story.sent_again.get(submission, 0)
        if strange[submission] > by_people:
            story.violated(
                "I5", f"{submission}: a strange answer was answered by the same bytes, asking nobody"
            )
    for row in rows().filter(pk__in={s for s, _, after, *_ in steps if after == "REFUSED"}):
        told = [a for a in story.portal.arrivals if a.behaviour == "204" and a.key == key_of(row)]
        times = sum(step[0] == row.pk and step[2] == "REFUSED" for step in steps)
        if times > len(told):
            story.violated("I3", f"{key_of(row)} is booked as refused and the portal never said so")
    for attempt in Attempt.objects.filter(ended_at__isnull=True):
        story.violated("I5", f"attempt {attempt.pk} was never closed")
