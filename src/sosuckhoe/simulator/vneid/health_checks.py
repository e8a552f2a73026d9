"""Health checks (khám sức khỏe) as the practice app shows them; what is assumed is said in ``hub/facts.py``."""

from dataclasses import dataclass
from datetime import datetime

from sosuckhoe.simulator.book.models import Citizen
from sosuckhoe.simulator.hub.models import HealthCheck


@dataclass(frozen=True)
class ShownCheck:
    """The newest message about one check."""

    day: str
    """dd/MM/yyyy, or as written where it is no day."""
    facility: str
    grade: str
    txn_id: str
    received_at: datetime


def health_checks_of(citizen: Citizen, facilities: dict[str, str]) -> list[ShownCheck]:
    """Newest first; none for somebody without a personal number."""
    if not citizen.personal_id:
        return []
    rows = (
        HealthCheck.objects.filter(personal_id=citizen.personal_id).select_related("account").order_by("pk")
    )
    newest = {(row.account_id, row.code or row.msg_id): row for row in rows}
    return [
        ShownCheck(
            day=_day(row.made_on),
            facility=facilities.get(row.account.facility_code, row.account.facility_code),
            grade=row.grade,
            txn_id=row.txn_id,
            received_at=row.received_at,
        )
        for row in sorted(newest.values(), key=lambda row: (row.made_on, row.pk), reverse=True)
    ]


def _day(text: str) -> str:
    try:
        return f"{datetime.strptime(text[:8], '%Y%m%d'):%d/%m/%Y}"  # noqa: DTZ007 - only its day is shown
    except ValueError:
        return text
