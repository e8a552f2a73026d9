"""Closing a visit and correcting one: one transaction holds visit, version, findings, submissions and journal line."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from ...healthbook.record import Record
from ...healthbook.standard import Edition, NoEdition, edition_on
from ...healthbook.validation import Fault, Policy, check_record
from ..journal.chain import note
from ..patients.models import Patient
from ..patients.recognition import is_same_person, note_numbers, recognise_or_register
from ..staff.models import Facility
from ..visits.actions import freeze, open_visit
from ..visits.choices import checking_policy
from ..visits.facts import closing_of, facts_of
from ..visits.models import ClosingSource, RecordVersion, SourceFile, Visit
from .check_ins import received
from .crashpoints import here
from .ledger import destinations_of, enqueue
from .models import DestinationKind, Submission

FAULTS_HOLD = ("FAULTS", "Hồ sơ còn lỗi phải sửa trước khi gửi.")
IDENTITY_HOLDS = (
    "IDENTITY",
    "Số định danh trong hồ sơ đang thuộc người khác họ tên hoặc ngày sinh. Tiếp đón đối chiếu rồi xử lý.",
)


class OtherPerson(ValueError):
    """Mã đợt khám này đã thuộc người bệnh khác. Kiểm tra lại MA_LK ở phần mềm xuất tệp."""


class NeedsReason(ValueError):
    """Đợt khám này đã có. Nếu là bản sửa, hãy ghi lý do sửa rồi nhập lại."""


@dataclass(frozen=True)
class Closed:
    """What closing left behind."""

    visit: Visit
    version: RecordVersion
    submissions: tuple[Submission, ...]
    faults: tuple[Fault, ...]

    @property
    def held(self) -> bool:
        return any(submission.problem_code for submission in self.submissions)


@dataclass(frozen=True)
class Checked:
    """A record and what was found in it, before any transaction begins."""

    record: Record
    edition: Edition
    faults: tuple[Fault, ...]


def edition_for(record: Record, at: datetime) -> Edition:
    """The edition of the day of discharge; of today where that is missing or before every edition."""
    day = record.discharge_day()
    try:
        return edition_on(day or timezone.localdate(at))
    except NoEdition:
        return edition_on(timezone.localdate(at))


def rules_for(record: Record, *, facility: Facility, day: date) -> Policy:
    """The hospital's decisions, and what its ledger knows of this visit."""
    return checking_policy(facility=facility, day=day, check_ins=received(record, facility=facility))


def check(record: Record, *, facility: Facility, at: datetime) -> Checked:
    """Everything wrong in a record today."""
    edition, day = edition_for(record, at), timezone.localdate(at)
    policy = rules_for(record, facility=facility, day=day)
    return Checked(record, edition, tuple(check_record(record, edition, day=day, policy=policy)))


def close_visit(
    *,
    checked: Checked,
    facility: Facility,
    facility_code: str,
    by: Any,
    at: datetime,
    source_file: SourceFile | None = None,
    test: bool = False,
) -> Closed:
    """Close a visit for the first time."""
    record, facts = checked.record, facts_of(checked.record)
    with transaction.atomic():
        recognised = recognise_or_register(record, issuer=facility_code)
        closed_at, source = (at, ClosingSource.CLINICIAN) if source_file is None else closing_of(facts, at)
        visit = open_visit(
            record=record,
            facts=facts,
            facility=facility,
            facility_code=facility_code,
            patient=recognised.patient,
            closed_at=closed_at,
            closing_source=source,
            test=test,
        )
        here("K02")
        faults = (*_contested(recognised.contested), *checked.faults)
        return _freeze(visit, checked, faults, by=by, at=at, reason="", source_file=source_file)


def correct_visit(
    *,
    visit: Visit,
    checked: Checked,
    by: Any,
    at: datetime,
    reason: str,
    source_file: SourceFile | None = None,
) -> Closed:
    """The next version of a visit. Whatever of the older one nobody can have received is replaced."""
    if not reason.strip():
        raise NeedsReason(NeedsReason.__doc__)
    with transaction.atomic():
        visit = Visit.objects.select_for_update().select_related("facility", "patient").get(pk=visit.pk)
        check_same_person(visit.patient, checked.record)
        before = visit.latest
        contested = note_numbers(visit.patient, checked.record.visit, issuer=visit.facility_code)
        faults = (*_contested(contested), *checked.faults)
        closed = _freeze(visit, checked, faults, by=by, at=at, reason=reason.strip(), source_file=source_file)
        keep_overrulings(before, closed.version)
        return closed


def keep_overrulings(before: RecordVersion, after: RecordVersion) -> None:
    """Somebody stood by a value; where it is the same value, they still do."""
    for row in before.findings.exclude(overruled_by=""):
        after.findings.filter(rule=row.rule, path=row.path, row=row.row, value=row.value).update(
            overruled_by=row.overruled_by, overruled_why=row.overruled_why, overruled_at=row.overruled_at
        )


def check_same_person(patient: Patient, record: Record) -> None:
    """A visit code is one person's for life (B48); a misspelt name may be mended when a number agrees."""
    number = record.visit.get("personal_id", "")
    same_number = bool(number) and patient.identifiers.filter(value=number, until__isnull=True).exists()
    if not same_number and not is_same_person(patient, record.visit):
        raise OtherPerson(OtherPerson.__doc__)


def _freeze(
    visit: Visit,
    checked: Checked,
    faults: tuple[Fault, ...],
    *,
    by: Any,
    at: datetime,
    reason: str,
    source_file: SourceFile | None,
) -> Closed:
    facts = facts_of(checked.record)
    version = freeze(
        visit=visit,
        record=checked.record,
        facts=facts,
        edition_id=checked.edition.id,
        faults=faults,
        by=by,
        at=at,
        reason=reason,
        source_file=source_file,
    )
    errors = [fault for fault in faults if fault.severity == "error"]
    held = None
    if errors:
        held = IDENTITY_HOLDS if any(fault.rule == IDENTITY_RULE for fault in errors) else FAULTS_HOLD
    destinations = destinations_of(visit.facility, DestinationKind.PORTAL)
    submissions = enqueue(version, destinations, at=at, held=held)
    here("K04")
    note(
        by,
        "visit-closed" if version.number == 1 else "visit-corrected",
        "visit",
        visit.pk,
        version=version.number,
        sha256=version.sha256,
        errors=len(errors),
    )
    here("K03")
    return Closed(visit, version, tuple(submissions), faults)


IDENTITY_RULE = "HOSP-IDENTITY"
"""Not a rule of the standard: what only this hospital's register can know."""


def _contested(number: str) -> list[Fault]:
    """Empty where nobody else has the record's number."""
    if not number:
        return []
    return [
        Fault(
            rule=IDENTITY_RULE,
            path="XML1.SO_CCCD",
            row=None,
            severity="error",
            message=f"Số {number} đang là số định danh của người khác họ tên hoặc ngày sinh ở cơ sở này.",
            source="Danh sách người bệnh của cơ sở",
            value=number,
            owner="reception",
        )
    ]
