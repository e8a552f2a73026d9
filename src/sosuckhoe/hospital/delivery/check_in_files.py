"""Taking in a file of check-ins (XML0), signed by the other system or not: it is signed anew like every record.

One file may tell of several visits. It enters whole, in one transaction, or not at all.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ...healthbook import validation
from ...healthbook.document import Reading
from ...healthbook.record import Row
from ...healthbook.validation import Fault
from ..staff.models import Facility
from ..visits.check_ins import is_emergency
from ..visits.choices import checking_policy
from ..visits.facts import moment
from ..visits.models import SourceFile
from .check_ins import NotNeeded, Told, first_sentences, tell
from .crashpoints import here
from .source_files import Outcome, Refused, Taken, enter_file, facility_of, known_file

TRIES = 4
SIGNED = "STR-011"
"""The rule that asks for the signature, which is our own next step."""


def take_check_ins(
    name: str, data: bytes, digest: str, reading: Reading, *, by: Any, door: str, at: datetime
) -> Taken:
    """Put the rows of a file into the ledger. Raises Refused."""
    rows = reading.visits[0].record.rows("check_in")
    if not rows:
        raise Refused("FILE-NO-VISIT", "Tệp báo vào khám không có dòng nào. Hãy xuất lại tệp.")
    if any(not row.get("visit_code") for row in rows):
        raise Refused("VISIT-CODE-MISSING", "Có dòng XML0 thiếu MA_LK. Hãy xuất lại tệp.")
    # Each leaves alone, so its number within the message is the first.
    alone = [{**row, "row_number": "1"} for row in rows] if len(rows) > 1 else rows
    placed = [(row, *_facility(row)) for row in alone]
    if not all(is_emergency(row) for row in rows):
        _check(data, placed[0][1], signed=reading.has_signature, at=at)
    for attempt in range(TRIES):
        try:
            return _enter(name, data, digest, placed, by=by, door=door, at=at)
        except IntegrityError:
            # Somebody took the same file, or told of the same visit, at the same instant: look again.
            known = known_file(digest)
            if known is not None:
                return known
            if attempt == TRIES - 1:
                raise
    raise AssertionError


def _facility(row: Row) -> tuple[Facility, str]:
    arrived = moment(row.get("arrived_at", ""))
    day = timezone.localdate(arrived) if arrived else None
    return facility_of(row.get("facility_code", ""), day, "XML0.MA_CSKCB")


def _check(data: bytes, facility: Facility, *, signed: bool, at: datetime) -> None:
    day = timezone.localdate(at)
    (found,) = validation.check(data, day=day, policy=checking_policy(facility=facility, day=day))
    faults: list[Fault] = [fault for fault in found.faults if fault.rule != SIGNED or signed]
    if any(fault.severity == "error" for fault in faults):
        raise Refused("CHECK-IN-FAULTS", first_sentences(faults))


def _enter(
    name: str,
    data: bytes,
    digest: str,
    rows: list[tuple[Row, Facility, str]],
    *,
    by: Any,
    door: str,
    at: datetime,
) -> Taken:
    with transaction.atomic():
        file = enter_file(name, data, digest, by=by, door=door, at=at)
        told: list[Told] = []
        reasons: list[str] = []
        for row, facility, code in rows:
            try:
                told.append(
                    tell(row=row, facility=facility, facility_code=code, by=by, at=at, source_file=file)
                )
            except NotNeeded as reason:
                reasons.append(str(reason))
        code, sentence = _said(len(told), reasons)
        SourceFile.objects.filter(pk=file.pk).update(code=code, sentence=sentence)
        here("K05")
    here("K06")
    return Taken(Outcome.TAKEN, code, sentence, file.pk)


def _said(told: int, reasons: list[str]) -> tuple[str, str]:
    if not told:
        return "CHECK-IN-NOT-NEEDED", reasons[0]
    sentence = "Đã nhận báo vào khám, chờ ký và gửi."
    if told > 1 or reasons:
        sentence = f"Đã nhận {told} báo vào khám, chờ ký và gửi."
    if reasons:
        sentence += f" {len(reasons)} dòng không phải gửi: {reasons[0]}"
    return "CHECK-IN-TAKEN", sentence
