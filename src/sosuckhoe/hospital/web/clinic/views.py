"""The visit page and what opens from it. Every look at a record is in the journal before the page leaves."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_POST

from ....healthbook.book import BookEntry, book_entry
from ....healthbook.record import Record
from ....healthbook.standard import Edition, NoEdition, edition_on
from ....healthbook.validation import OWNERS, Fault, advice_on, how_to_mend
from ....healthbook.validation.fixes import FIXES
from ....healthbook.validation.gathering import alike, rows_said
from ....healthbook.validation.reasons import why
from ...cards.queries import of_visit
from ...delivery.mending import overruling
from ...delivery.models import Attempt
from ...delivery.withheld import mark_of
from ...journal.chain import note
from ...patients.queries import identifiers_of
from ...staff import policies
from ...staff.models import Role
from ...visits.choices import tables_to_send
from ...visits.desks import may_mend
from ...visits.models import Finding, RecordVersion, Visit
from ..shell import privacy, words
from ..shell.access import page
from ..shell.labels import place
from ..shell.navigation import check_can_work
from ..shell.ways import ways
from . import queries
from .differences import changes
from .layout import NARROW_BY_LAW
from .record_view import RecordView

SENSITIVE = {
    "hiv": "HIV/AIDS",
    "mental": "sức khỏe tâm thần",
    "abortion": "đình chỉ thai nghén",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as this person may see it."""

    finding: Finding
    what: str
    where: str
    value: str
    correctable: bool
    fixable: bool
    """The rule knows safe changes; whether one fits here is found when it is asked for."""
    overrulable: bool
    """This person may stand by the value."""
    advice: str
    why: str
    count: int
    """In how many rows the same habit of the exporter was met."""


def _edition(version: RecordVersion) -> Edition | None:
    try:
        return version.edition
    except NoEdition:
        return None


def _advice(finding: Finding, version: RecordVersion, edition: Edition | None) -> str:
    """How to mend this finding, with the values of its version."""
    fault = Fault(
        finding.rule,
        finding.path,
        finding.row,
        "error",
        finding.message,
        finding.source,
        finding.value,
        finding.owner if finding.owner in OWNERS else "records",
    )
    return advice_on(fault, version.record, edition)


def _told(person: Any, version: RecordVersion, findings: Iterable[Finding]) -> list[tuple[str, list[Told]]]:
    """Findings grouped by who mends them, errors before warnings; a habit in many rows is one of them."""
    edition = _edition(version)
    groups: dict[str, list[Told]] = {}
    may_correct = policies.can_close_visits(person)
    for found in alike(findings, overruling.by_whom):
        finding, several = found[0], len(found) > 1
        seen = privacy.sees_fault(person, finding.owner)
        where = place(finding.path) + ("" if several else _row(finding))
        told = Told(
            finding,
            (finding.message if seen else f"Có lỗi ở {where}.") + rows_said(found),
            where if seen else "",
            finding.value if seen else "",
            may_correct and _correctable(finding.path),
            may_mend(person, finding.owner) and _correctable(finding.path) and finding.rule in FIXES,
            may_mend(person, finding.owner) and overruling.can_overrule(finding),
            _advice(finding, version, edition) if seen else how_to_mend(finding.rule),
            why(finding.rule),
            len(found),
        )
        groups.setdefault(words.owner(finding.owner), []).append(told)
    return list(groups.items())


def _row(finding: Finding) -> str:
    return f", dòng {finding.row}" if finding.row else ""


def _correctable(path: str) -> bool:
    """A field of a table, not one that the law narrows and not the visit's own code."""
    table, _, field = path.partition(".")
    return table.startswith("XML") and table != "XML6" and field not in ("", "MA_LK")


def _preview(visit: Visit, record: Record, edition: Edition) -> BookEntry:
    """The entry as it will read, from the tables that really leave the hospital."""
    sent = tables_to_send(
        record,
        insured=visit.insured,
        facility=visit.facility,
        day=record.discharge_day() or visit.closed_at.date(),
    )
    leaving = Record({name: record.rows(name) for name in sent})
    return book_entry(leaving, edition, facilities={visit.facility_code: visit.facility.name})


def _page(request: HttpRequest, visit: Visit, opened: frozenset[str] = frozenset()) -> HttpResponse:
    person = request.user
    reads = policies.can_read_records(person)
    versions = queries.versions_of(visit)
    submissions = queries.submissions_of(visit)
    latest = versions[0] if versions else None
    told = queries.findings_of(latest) if latest else []
    context: dict[str, Any] = {
        "visit": visit,
        "name": privacy.name_for(person, visit.patient.full_name),
        "sees_names": privacy.sees_names(person),
        "reads": reads,
        "identifiers": identifiers_of(visit.patient) if privacy.sees_names(person) else [],
        "look_ups": list(of_visit(visit).defer("answer")) if privacy.sees_names(person) else [],
        "may_look_up": policies.can_look_up_cards(person),
        "may_settle": may_mend(person, "reception"),
        "check_ins": queries.check_ins_of(visit),
        "versions": versions,
        "submissions": submissions,
        "submission": submissions[0] if submissions else None,
        "withheld": mark_of(visit.facility_id, visit.visit_code),
        "ways": ways(submissions[0]) if submissions else None,
        "state": queries.state_of(submissions),
        "events": queries.history(versions, submissions),
        "incidents": queries.incidents_of(submissions),
        "sees_raw": policies.can_see_delivery(person),
        "may_correct": policies.can_close_visits(person),
        "may_steer": policies.can_steer_delivery(person),
        "type_name": _code_name("visit_types", visit.type_code, visit),
        "category_name": _code_name("patient_categories", visit.category_code, visit),
        "findings": _told(person, latest, told) if latest else [],
        "latest": latest,
        "open_errors": len(alike(found for found in told if found.severity == "error")),
    }
    if reads and latest:
        edition = _edition(latest)
        context["edition"] = edition
        if edition:
            context["blocks"] = RecordView(latest.record, edition).blocks(opened=opened)
            context["book"] = _preview(visit, latest.record, edition)
            context["sensitive"] = [SENSITIVE.get(each, each) for each in context["book"].sensitive]
    return render(request, "web/clinic/visit.html", context)


def _code_name(codes: str, code: str, visit: Visit) -> str:
    day = localdate(visit.discharged_at or visit.closed_at)
    try:
        listed = edition_on(day).codes.get(codes)
    except NoEdition:
        return ""
    return (listed.name_of(code, day) if listed else None) or ""


@page(check_can_work)
@require_GET
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.visits(), pk=pk)
    if privacy.sees_names(request.user):
        note(request.user, "visit-read", "visit", found.pk, record=policies.can_read_records(request.user))
    return _page(request, found)


@page(policies.check_can_read_records)
@require_POST
def open_narrow(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the tables that the law narrows, for a reason that stays in the journal."""
    found = get_object_or_404(queries.visits(), pk=pk)
    reason = request.POST.get("reason", "").strip()
    if not request.user.has_role(Role.CLINICIAN, Role.RECORDS):
        raise policies.CannotReadRecords
    if not reason:
        return _page(request, found)
    note(request.user, "narrow-content-read", "visit", found.pk, reason=reason[:500])
    return _page(request, found, NARROW_BY_LAW)


@page(policies.check_can_read_records)
@require_GET
def whole_table(request: HttpRequest, pk: int, table: str) -> HttpResponse:
    """All rows of a repeating table."""
    found = get_object_or_404(queries.visits(), pk=pk)
    version = found.latest
    edition = _edition(version)
    if edition is None or table in NARROW_BY_LAW:
        raise Http404
    try:
        known = edition.table(table)
    except KeyError as wrong:
        raise Http404 from wrong
    note(request.user, "visit-read", "visit", found.pk, record=True, table=known.official)
    return render(
        request,
        "web/clinic/table.html",
        {
            "visit": found,
            "name": found.patient.full_name,
            "shown": RecordView(version.record, edition).block(known),
            "whole": True,
        },
    )


@page(policies.check_can_read_records)
@require_GET
def compare(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The difference between a version and the one before it."""
    found = get_object_or_404(queries.visits(), pk=pk)
    version = get_object_or_404(found.versions, number=number)
    before = get_object_or_404(found.versions, number=number - 1)
    edition = _edition(version)
    if edition is None:
        raise Http404
    note(request.user, "versions-compared", "visit", found.pk, version=number)
    return render(
        request,
        "web/clinic/compare.html",
        {
            "visit": found,
            "name": found.patient.full_name,
            "version": version,
            "before": before,
            "changes": list(changes(before.record, version.record, edition)),
        },
    )


@page(policies.check_can_see_delivery)
@require_GET
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """Both sides of one exchange with the portal, as they were; secrets are masked where they were noted."""
    found = get_object_or_404(
        Attempt.objects.select_related(
            "submission__destination",
            "submission__version__visit__patient",
            "submission__check_in",
            "submission__health_check",
            "document__key",
        ).defer("submission__version__record_json"),
        pk=pk,
    )
    carried = found.submission
    seen = carried.version.visit if carried.version else None
    told = carried.check_in.row if carried.check_in else {}
    full_name = seen.patient.full_name if seen else told.get("full_name", "")
    reads = policies.can_read_records(request.user)
    note(request.user, "exchange-read", "attempt", found.pk, visit=seen and seen.pk, content=reads)
    return render(
        request,
        "web/clinic/attempt.html",
        {
            "attempt": found,
            "visit": seen,
            "name": privacy.name_for(request.user, full_name),
            "answer_head": found.answer_head.strip(),
            "answer": found.answer.decode("utf-8", "replace") if found.answer else "",
            "body": found.document.content.decode("utf-8", "replace") if reads else "",
            "receipt": getattr(found, "receipt", None),
            "look": queries.ANSWERS.get(found.outcome, queries.ANSWERS["Unknown"]),
        },
    )
