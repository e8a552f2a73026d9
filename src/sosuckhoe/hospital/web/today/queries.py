"""The few numbers of the home page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from ...delivery.models import SigningKey
from ...staff.models import Role
from ...visits.models import SourceFile
from ..shell.work import work

OWNER_OF_ROLE: Mapping[str, tuple[str, ...]] = {
    Role.RECEPTION: ("reception",),
    Role.CLINICIAN: ("clinician", "pharmacy", "laboratory"),
    Role.RECORDS: ("records", "cashier"),
    Role.IT: ("it",),
}
"""Which faults each role usually mends."""


@dataclass(frozen=True, slots=True)
class Pile:
    """Work of one owner."""

    owner: str
    count: int
    oldest: datetime


def piles() -> list[Pile]:
    rows = work().values("owner").annotate(count=Count("id"), oldest=Min("since")).order_by()
    return sorted(
        (Pile(row["owner"], row["count"], row["oldest"]) for row in rows), key=lambda pile: -pile.count
    )


def mine(found: Iterable[Pile], roles: Iterable[str]) -> list[Pile]:
    owners = {owner for role in roles for owner in OWNER_OF_ROLE.get(role, ())}
    return [pile for pile in found if pile.owner in owners]


def quarantined() -> int:
    return SourceFile.objects.filter(
        outcome__in=(SourceFile.Outcome.REFUSED, SourceFile.Outcome.NEEDS_REASON)
    ).count()


def key_that_ends_last() -> SigningKey | None:
    keys = SigningKey.objects.filter(retired_at__isnull=True).defer("certificate_pem")
    return max(keys, key=lambda key: key.not_after, default=None)
