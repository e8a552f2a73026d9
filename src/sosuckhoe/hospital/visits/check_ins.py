"""What a check-in is about, and whether one is due at all."""

import hashlib
from datetime import date, datetime
from typing import Any

from ...healthbook.record import Record, Row
from ...healthbook.standard import Edition, NoEdition, edition_on
from ..journal.chain import account_of
from ..patients.recognition import recognise
from ..staff.models import Facility
from .choices import chosen
from .facts import moment
from .models import CheckIn, SourceFile

EMERGENCY = "2"
"""MA_DOITUONG_KCB of a visit in emergency, which is never told (QĐ 4750/QĐ-BYT; rules.csv BUS-018)."""


def stage_of(row: Row) -> str:
    """With a time of admission it is the second one of the visit."""
    return CheckIn.Stage.ADMISSION if row.get("admitted_at") else CheckIn.Stage.ARRIVAL


def is_emergency(row: Row) -> bool:
    return row.get("patient_category_code", "").partition(".")[0] == EMERGENCY


def edition_of(row: Row, day: date) -> Edition:
    """The edition of the day of arrival; of ``day`` where that is missing or before every edition."""
    arrived = moment(row.get("arrived_at", ""))
    try:
        return edition_on(arrived.date() if arrived else day)
    except NoEdition:
        return edition_on(day)


def are_told(facility: Facility, day: date) -> bool:
    """Whether this facility tells of visits: one that only takes samples for tests does not."""
    return bool(chosen("check_ins_are_sent", facility=facility, day=day))


def freeze_check_in(
    *,
    row: Row,
    number: int,
    facility: Facility,
    facility_code: str,
    by: Any,
    at: datetime,
    source_file: SourceFile | None,
) -> CheckIn:
    """Call inside the transaction that puts it into the ledger."""
    content = Record({"check_in": [row]}).to_json().encode()
    return CheckIn.objects.create(
        facility=facility,
        facility_code=facility_code,
        visit_code=row["visit_code"],
        stage=stage_of(row),
        number=number,
        patient=recognise(row, issuer=facility_code),
        arrived_at=moment(row.get("arrived_at", "")),
        row_json=content,
        sha256=hashlib.sha256(content).hexdigest(),
        edition_id=edition_of(row, at.date()).id,
        source_file=source_file,
        by=account_of(by),
        at=at,
    )
