"""From closed to received without a fault: how many came how far. The home page, the delivery board and reconciling show the
same numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from ...delivery.ledger import newer_versions
from ...delivery.models import Destination, Submission
from ...delivery.states import TRANSMITTED, State
from ...visits.models import Visit

S = State
PERIODS: Mapping[str, tuple[str, int | None]] = {
    "hom-nay": ("Kết thúc hôm nay", 1),
    "7-ngay": ("7 ngày qua", 7),
    "30-ngay": ("30 ngày qua", 30),
    "tat-ca": ("Từ đầu", None),
}
STEPS: Mapping[str, tuple[str, frozenset[str] | None]] = {
    "da-ket-thuc": ("Đã kết thúc", None),
    "da-ky": (
        "Đã ký",
        frozenset({S.SIGNED, S.SENDING, S.REFUSED, S.UNKNOWN, *TRANSMITTED}),
    ),
    "da-gui": ("Đã gửi đi", frozenset({S.SENDING, S.REFUSED, S.UNKNOWN, *TRANSMITTED})),
    "da-tiep-nhan": ("Đã tiếp nhận", frozenset(TRANSMITTED)),
    "khong-loi": ("Không có lỗi cổng báo", frozenset({S.RECEIVED, S.ACCEPTED})),
}
"""The steps of the funnel and the states that have passed them."""


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    word: str
    count: int
    whole: int
    oldest_behind: datetime | None
    """Since when the oldest visit has not come as far as this step."""

    @property
    def behind(self) -> int:
        return self.whole - self.count


def since_of(period: str) -> datetime | None:
    days = PERIODS[period][1]
    if days is None:
        return None
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days - 1)


def visits(period: str) -> QuerySet[Visit]:
    rows = Visit.objects.filter(cancelled=False)
    since = since_of(period)
    return rows.filter(closed_at__gte=since) if since else rows


def latest_submissions(
    period: str = "tat-ca", destination: Destination | None = None
) -> QuerySet[Submission]:
    """One row a visit and destination: the newest version's."""
    rows = Submission.objects.filter(~newer_versions(), version__visit__cancelled=False)
    if destination is not None:
        rows = rows.filter(destination=destination)
    since = since_of(period)
    return rows.filter(version__visit__closed_at__gte=since) if since else rows


def funnel(period: str, destination: Destination | None) -> list[Step]:
    """How many closed visits came how far, from two grouped counts."""
    closed = visits(period).aggregate(count=Count("id"), oldest=Min("closed_at"))
    by_state = {
        row["state"]: row
        for row in latest_submissions(period, destination)
        .values("state")
        .annotate(count=Count("id"), oldest=Min("version__visit__closed_at"))
        .order_by()
    }
    steps = []
    for key, (word, states) in STEPS.items():
        if states is None:
            steps.append(Step(key, word, closed["count"], closed["count"], None))
            continue
        behind = [row["oldest"] for state, row in by_state.items() if state not in states]
        steps.append(
            Step(
                key,
                word,
                sum(row["count"] for state, row in by_state.items() if state in states),
                closed["count"],
                min(behind) if behind else None,
            )
        )
    return steps
