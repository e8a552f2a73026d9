"""Whatever is signed and sent, of any kind: found by its codes, named as a role may see it, with the page of its kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from string import hexdigits
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from ...delivery.models import Destination, Submission
from ...staff.models import Facility
from . import privacy

SHORTEST = 12
"""Characters of a hash from which it is looked for."""


def with_carried(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """What a list shows of each kind, without the contents of records and files."""
    carried = rows.select_related("version__visit__patient", "check_in", "health_check", "destination")
    return carried.defer("version__record_json", "health_check__document")


def found_by_code(code: str, *, numbers: bool = False) -> QuerySet[Submission]:
    """By the code of a visit or a health check, a transaction number, the hub's message id (msg_id), or the
    beginning of a hash: of the signed file, or else of the unsigned one or of what was frozen.

    ``numbers``: also by any number of the person, for whoever may look for people. Each code is looked up in an index
    of its own: one condition over all of them would read the whole ledger.
    """
    is_hash = len(code) >= SHORTEST and set(code) <= set(hexdigits)
    wanted = [
        Q(version__visit__visit_code=code),
        Q(check_in__visit_code=code),
        Q(health_check__facility__in=Facility.objects.all(), health_check__code=code),
        Q(documents__hub_message__msg_id=code),
        Q(receipts__destination__in=Destination.objects.all(), receipts__transaction_number=code),
    ]
    if numbers:
        wanted.append(Q(version__visit__patient__identifiers__value=code))
        wanted.append(Q(check_in__patient__identifiers__value=code))
    if is_hash:
        wanted.append(_begins("documents__sha256", code))
    found = _any_of(wanted)
    if is_hash and not found:
        # No index has these, so they are asked for last.
        others = ("documents__unsigned_sha256", "version__sha256", "check_in__sha256", "health_check__sha256")
        found = _any_of(_begins(name, code) for name in others)
    return Submission.ledger.filter(pk__in=found)


def _begins(name: str, code: str) -> Q:
    """As a range, which an index serves in every database."""
    start = code.lower()
    return Q(**{f"{name}__gte": start, f"{name}__lt": f"{start}g"})


def _any_of(wanted: Iterable[Q]) -> set[int]:
    return {pk for each in wanted for pk in Submission.ledger.filter(each).values_list("pk", flat=True)}


def address_of(row: Submission) -> str:
    """The page where it is dealt with."""
    if row.health_check_id:
        return reverse("web:delivery_health_check", args=[row.pk])
    if row.version is None:
        return reverse("web:check_in_one", args=[row.check_in_id])
    return reverse("web:visit", args=[row.version.visit_id]) + "#gui"


def full_name_of(row: Submission) -> str:
    """Who it is about; empty for a health check, of whose contents nothing is read."""
    if row.version is not None:
        return row.version.visit.patient.full_name
    return row.check_in.row.get("full_name", "") if row.check_in else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of a list that holds every kind."""

    row: Submission
    kind: str
    name: str
    """As this person may see it; of a health check, of whom nothing is known here, its code."""
    code: str
    address: str


def shown(person: Any, row: Submission) -> Shown:
    if row.health_check is not None:
        kind = f"Khám sức khỏe, bản {row.health_check.number}"
    elif row.check_in is not None:
        kind = f"Báo {row.check_in.get_stage_display().lower()}"
    else:
        kind = f"Hồ sơ, bản {row.version_number}"
    name = privacy.name_for(person, full_name_of(row)) or row.visit_code
    return Shown(row, kind, name, "" if name == row.visit_code else row.visit_code, address_of(row))
