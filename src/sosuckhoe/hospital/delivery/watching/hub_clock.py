"""The hub's own clock: which health checks are late, and which will be today (SKDT-R15 to R17).

It runs from NGAYLAP until the first receipt of any version, as the portal's do from the discharge. Whatever is open is
counted, however old: it is little, and the ledger's index finds it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ..health_checks import WORKING_DAY_ENDS
from ..hub.settings import HubSettings
from ..models import Destination, DestinationKind, Receipt, Submission
from ..states import TRANSMITTED, State
from ..withheld import not_withheld
from .deadlines import Clock, HourOfSameDay, Hours

OVER = TRANSMITTED | {State.SUPERSEDED}


HUB_CLOCKS: Mapping[str, Clock] = {
    "24h": Clock(
        "hub-24-hours",
        "Gửi khám sức khỏe lên trục trong 24 giờ",
        "SKDT-R15–R17",
        "QĐ 1551/QĐ-BYT",
        "closed",
        Hours(24),
        "received",
        certain=False,
        assumption="Tính từ NGAYLAP của tệp; chỉ có ngày thì tính từ 0 giờ ngày đó.",
    ),
    "working_day": Clock(
        "hub-working-day",
        "Gửi khám sức khỏe lên trục trong ngày",
        "SKDT-R15–R17",
        "Một tài liệu đọc QĐ 2062/QĐ-BYT",
        "closed",
        HourOfSameDay(WORKING_DAY_ENDS),
        "received",
        certain=False,
        assumption=f"Tính đến {WORKING_DAY_ENDS} giờ của ngày ghi ở NGAYLAP.",
    ),
}
"""By the hub's setting ``due``."""
HUB_CLOCK_IDS = frozenset(clock.id for clock in HUB_CLOCKS.values())


def clock_of(hub: Destination) -> Clock:
    return HUB_CLOCKS.get(HubSettings.of(hub.hub).due, HUB_CLOCKS["24h"])


def clocks_in_use() -> list[Clock]:
    """Those of the hubs there are."""
    found = {clock.id: clock for clock in map(clock_of, hubs())}
    return list(found.values())


def hubs() -> list[Destination]:
    return list(Destination.objects.filter(kind=DestinationKind.HUB))


def late(now: datetime) -> QuerySet[Submission]:
    """Health checks that are not received and whose time is over."""
    return _due(None, now)


def due_today(now: datetime) -> QuerySet[Submission]:
    """Those that will be late before the day is over."""
    return _due(now, _midnight(now) + timedelta(days=1))


def late_by_clock(now: datetime) -> dict[str, int]:
    """How many are late, by the clock's id; nothing where none is."""
    there = {each.pk: each for each in hubs()}
    rows = late(now).order_by().values_list("destination").annotate(Count("pk")) if there else ()
    found: dict[str, int] = {}
    for hub, count in rows:
        clock = clock_of(there[hub]).id
        found[clock] = found.get(clock, 0) + count
    return found


def _due(after: datetime | None, before: datetime) -> QuerySet[Submission]:
    """Open ones that are due from ``after`` on and before ``before``."""
    wanted = Q(pk__in=[])
    for hub in hubs():
        settings = HubSettings.of(hub.hub)
        period = Q(destination=hub, health_check__made_on__lt=made_before(before, settings))
        if after is not None:
            period &= Q(health_check__made_on__gte=made_before(after, settings))
        wanted |= period
    return _open().filter(wanted)


def made_before(due: datetime, settings: HubSettings) -> datetime:
    """What was made before this moment was due before ``due``, and nothing else was."""
    if settings.due != "working_day":
        return due - timedelta(hours=24)
    midnight = _midnight(due)
    ended = due > midnight + timedelta(hours=WORKING_DAY_ENDS)
    return midnight + timedelta(days=1) if ended else midnight


def _midnight(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)


def _open() -> QuerySet[Submission]:
    """Unfinished ones of check-ups that no receipt was ever got for."""
    # From the check-up to its receipts: the other way round would read all receipts of the hub for each row.
    received = _same().filter(Exists(Receipt.objects.filter(submission=OuterRef("pk"), practice=None)))
    return unfinished().filter(~Exists(received))


def unfinished() -> QuerySet[Submission]:
    """The newest version of each check-up where it is not received. What must not be sent is over."""
    newer = _same().filter(health_check__number__gt=OuterRef("health_check__number"))
    states = [state for state in State.values if state not in OVER]
    rows = Submission.ledger.filter(health_check__isnull=False, state__in=states)
    return rows.filter(~Exists(newer), not_withheld("health_check"))


def _same() -> QuerySet[Submission]:
    """Of one submission: those of its check-up at its hub."""
    return Submission.ledger.filter(
        destination=OuterRef("destination"),
        health_check__facility=OuterRef("health_check__facility"),
        health_check__code=OuterRef("health_check__code"),
    )
