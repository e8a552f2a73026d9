"""Freezing records. A version is never changed: what is wrong becomes the next version, with a reason."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ...healthbook.record import Record
from ...healthbook.validation import Fault
from ..journal.chain import account_of, note
from ..patients.models import Patient
from ..staff.models import Facility, Unit
from .facts import VisitFacts
from .models import Finding, RecordVersion, SourceFile, Visit


def record_bytes(record: Record) -> bytes:
    """The record as it is frozen: canonical JSON in UTF-8."""
    return record.to_json().encode()


def open_visit(
    *,
    record: Record,
    facts: VisitFacts,
    facility: Facility,
    facility_code: str,
    patient: Patient,
    closed_at: datetime,
    closing_source: str,
    test: bool = False,
) -> Visit:
    """The row of a visit. Call inside the transaction that freezes its first version."""
    return Visit.objects.create(
        facility=facility,
        facility_code=facility_code,
        visit_code=record.visit_code,
        patient=patient,
        closed_at=closed_at,
        closing_source=closing_source,
        test=test,
        unit=_unit(facility, facts),
        **_columns(facts),
    )


def freeze(
    *,
    visit: Visit,
    record: Record,
    facts: VisitFacts,
    edition_id: str,
    faults: Iterable[Fault],
    by: Any,
    at: datetime,
    reason: str = "",
    source_file: SourceFile | None = None,
) -> RecordVersion:
    """The next version of a visit with what was found in it. Call inside a transaction."""
    content = record_bytes(record)
    number = visit.versions.count() + 1
    version = RecordVersion.objects.create(
        visit=visit,
        number=number,
        reason=reason,
        by=account_of(by),
        at=at,
        edition_id=edition_id,
        record_json=content,
        sha256=hashlib.sha256(content).hexdigest(),
        source_file=source_file,
    )
    add_findings(version, faults)
    if number > 1:
        Visit.objects.filter(pk=visit.pk).update(unit=_unit(visit.facility, facts), **_columns(facts))
    return version


def add_findings(version: RecordVersion, faults: Iterable[Fault]) -> None:
    Finding.objects.bulk_create(
        Finding(
            version=version,
            rule=fault.rule,
            path=fault.path,
            row=fault.row,
            severity=fault.severity,
            message=fault.message,
            source=fault.source,
            value=fault.value,
            owner=fault.owner,
        )
        for fault in faults
    )


def overrule(*, by: Any, findings: Iterable[Finding], reason: str, at: datetime) -> int:
    """Send in spite of these faults, for a reason. Each is counted against its rule."""
    actor = account_of(by)
    chosen = [finding.pk for finding in findings]
    count = Finding.objects.filter(pk__in=chosen, overruled_by="").update(
        overruled_by=actor, overruled_why=reason, overruled_at=at
    )
    if count:
        note(by, "findings-overruled", "finding", chosen[0], count=count)
    return count


def _columns(facts: VisitFacts) -> dict[str, Any]:
    return {
        "type_code": facts.type_code,
        "category_code": facts.category_code,
        "insured": facts.insured,
        "arrived_at": facts.arrived_at,
        "discharged_at": facts.discharged_at,
        "department_code": facts.department_code,
        "total_amount": facts.total_amount,
    }


def _unit(facility: Facility, facts: VisitFacts) -> Unit | None:
    if not facts.department_code:
        return None
    return Unit.objects.filter(facility=facility, department_code=facts.department_code).first()
