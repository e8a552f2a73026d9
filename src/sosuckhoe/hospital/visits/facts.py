"""What lists and reports ask about a visit, read from its record."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.utils import timezone

from ...healthbook.record import Record
from .models import ClosingSource

UNINSURED_CATEGORY = "9"
"""MA_DOITUONG_KCB of somebody who pays all, with or without a card (reports.md §1.1)."""


@dataclass(frozen=True)
class VisitFacts:
    """The searchable columns of a visit."""

    type_code: str
    category_code: str
    insured: bool
    arrived_at: datetime | None
    discharged_at: datetime | None
    department_code: str
    total_amount: Decimal | None


def facts_of(record: Record) -> VisitFacts:
    row = record.visit
    category = row.get("patient_category_code", "")
    return VisitFacts(
        type_code=row.get("visit_type_code", "")[:10],
        category_code=category[:10],
        insured=bool(row.get("insurance_card_number")) and category != UNINSURED_CATEGORY,
        arrived_at=moment(row.get("arrived_at", "")),
        discharged_at=moment(row.get("discharged_at", "")),
        department_code=row.get("department_codes", "").split(";")[0].strip()[:50],
        total_amount=_amount(row.get("hospital_total_amount", "")),
    )


def moment(text: str) -> datetime | None:
    """A time on paper (``yyyyMMddHHmm``) in the hospital's zone; None when absent or malformed."""
    if len(text) != 12 or not text.isascii() or not text.isdigit():
        return None
    try:
        naive = datetime.strptime(text, "%Y%m%d%H%M")  # noqa: DTZ007 - the zone is added below
    except ValueError:
        return None
    return timezone.make_aware(naive)


def closing_of(facts: VisitFacts, taken_at: datetime) -> tuple[datetime, str]:
    """When an imported visit was closed.

    The day of discharge is the day of closing in practice, except where NGAY_RA is the last day of medicines and
    lies ahead (types 02, 05, 07): then the visit was closed at the latest when its file came (reports.md §1.1).
    """
    if facts.discharged_at is not None and facts.discharged_at <= taken_at:
        return facts.discharged_at, ClosingSource.DISCHARGE
    return taken_at, ClosingSource.INTAKE


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < Decimal(10) ** 15 else None
