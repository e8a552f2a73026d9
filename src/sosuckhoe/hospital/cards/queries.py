"""Look-ups that still want a person, and those that belong to a visit."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from ..staff.models import Facility
from ..visits.models import Visit
from .answers import Standing
from .models import LookUp

RECHECKED_WITHIN = timedelta(hours=24)
MOST = 20


def to_ask_again(facility: Facility | None) -> list[LookUp]:
    """Cards of the last day that nobody could confirm yet: asked again before the visit ends (identity.md §6)."""
    since = timezone.now() - RECHECKED_WITHIN
    rows = LookUp.objects.filter(facility=facility, kind=LookUp.Kind.CARD, asked_at__gte=since)
    seen: set[str] = set()
    found = []
    for row in rows.order_by("-asked_at")[:500]:
        if row.card_number in seen:
            continue
        seen.add(row.card_number)
        if not row.is_open and row.standing in ("", Standing.PENDING):
            found.append(row)
    return found[:MOST]


def latest(facility: Facility | None, most: int = 10) -> list[LookUp]:
    return list(LookUp.objects.filter(facility=facility, kind=LookUp.Kind.CARD)[:most])


def of_visit(visit: Visit) -> QuerySet[LookUp]:
    """What was asked about the patient's cards while the visit lasted, a day before and after included."""
    numbers = visit.patient.identifiers.values("value")
    day = timedelta(days=1)
    began = (visit.arrived_at or visit.closed_at) - day
    ended = max(visit.closed_at, visit.discharged_at or visit.closed_at) + day
    return LookUp.objects.filter(
        Q(patient=visit.patient_id) | Q(card_number__in=numbers),
        kind=LookUp.Kind.CARD,
        asked_at__range=(began, ended),
    )
