"""Publishing received records into the citizens' books, each at its hour within the promised time."""

from datetime import datetime

from django.db import transaction

from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import NoEdition, edition_on
from sosuckhoe.simulator.book.models import Citizen, Entry, holder_of
from sosuckhoe.simulator.cards.models import Card
from sosuckhoe.simulator.portal import reading
from sosuckhoe.simulator.portal.models import RECORD, Submission
from sosuckhoe.simulator.portal.turns import working

REPLACED, UNIDENTIFIED, UNREADABLE = "replaced", "no identification", "no edition"


def publish_due(now: datetime) -> int:
    """Publish what is due. Each submission is its own transaction; running twice changes nothing."""
    due = Submission.objects.filter(
        kind=RECORD, publish_at__lte=now, published_at=None, not_published=""
    ).order_by("pk")
    published = 0
    # No statement stays open in between: what it reads would be older than what calls write meanwhile, and from there
    # SQLite lets nobody begin to write.
    while some := list(due.select_related("account")[:50]):
        for submission in some:
            with working:
                published += _publish(submission)
    return published


def _publish(submission: Submission) -> bool:
    """At the hour it was due: the insurer works all day, whenever we happen to look."""
    arrived = reading.read(reading.parse(bytes(submission.data)), RECORD)
    record = english(arrived)
    holder = holder_for(arrived.first("XML1"))
    with transaction.atomic():
        newer = Submission.objects.filter(
            facility_code=submission.facility_code,
            visit_code=submission.visit_code,
            kind=RECORD,
            version__gt=submission.version,
            counted_twice=False,
        ).exists()
        reason = REPLACED if newer else "" if holder else UNIDENTIFIED
        if record is None:
            reason = UNREADABLE
        if reason or record is None:
            submission.not_published = reason
            submission.save(update_fields=["not_published"])
            return False
        Entry.objects.update_or_create(
            facility_code=submission.facility_code,
            visit_code=submission.visit_code,
            copy=submission.version if submission.counted_twice else 1,
            defaults={
                "holder": holder,
                "facility_name": submission.account.facility_name,
                "transaction": submission.transaction,
                "version": submission.version,
                "sha256": submission.sha256,
                "record": record.tables,
                "arrived_at": record.visit.get("arrived_at", "")[:12],
                "discharged_at": record.visit.get("discharged_at", "")[:12],
                "published_at": submission.publish_at,
            },
        )
        submission.published_at = submission.publish_at
        submission.save(update_fields=["published_at"])
    return True


def english(arrived: reading.Arrived) -> Record | None:
    """The rows under English names, by the edition of the day of discharge; names it does not know are left out."""
    try:
        text = reading.ever("XML1", "discharged_at", arrived.first("XML1"))[1]
        day = datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007
        edition = edition_on(day)
    except (ValueError, NoEdition):
        return None
    tables = {}
    for official, rows in arrived.tables.items():
        if official in edition.tables:
            table = edition.table(official)
            names = {name: field.english for name, field in table.by_official.items()}
            tables[table.english] = [
                {names[name]: value for name, value in row.items() if name in names} for row in rows
            ]
    return Record(tables)


def holder_for(visit: reading.Row) -> str:
    """Whose book: the personal ID, else the owner of the card; empty when neither tells."""
    number = reading.ever("XML1", "personal_id", visit)[1]
    if (len(number) == 12 and number.isdigit()) or Citizen.objects.filter(personal_id=number or "-").exists():
        return holder_of(number)
    for card in reading.ever("XML1", "insurance_card_number", visit)[1].split(";"):
        if card:
            owner = Card.objects.filter(number=card).exclude(personal_id="").first()
            return holder_of(owner.personal_id if owner else "", card)
    return ""
