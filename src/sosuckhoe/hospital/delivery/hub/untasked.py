"""Health checks that came while their facility had no hub: offered once there is one, and given their task once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from ....healthbook.document import Unreadable
from ....healthbook.health_check import check_health_check, read_health_check
from ...journal.chain import note
from ...visits.choices import chosen
from ...visits.models import HealthCheck
from ..actions import NeedsReason
from ..crashpoints import here
from ..ledger import destinations_of, enqueue_health_check
from ..models import Destination, DestinationKind, Submission
from .settings import HubSettings

GIVEN = "health-check-sent-later"
"""The journal's word, a line each."""


@dataclass(frozen=True, slots=True)
class Moving:
    health_check: HealthCheck
    hubs: Sequence[Destination]


@dataclass(frozen=True, slots=True)
class LeftOut:
    health_check: HealthCheck
    why: str


@dataclass(frozen=True)
class Plan:
    """A dry run."""

    moving: Sequence[Moving]
    left_out: Sequence[LeftOut]


def untasked() -> QuerySet[HealthCheck]:
    """The newest file of each check-up, where it has no task anywhere. The oldest first."""
    newer = HealthCheck.objects.filter(
        facility=OuterRef("facility"), code=OuterRef("code"), number__gt=OuterRef("number")
    )
    tasks = Submission.ledger.filter(health_check=OuterRef("pk"))
    return HealthCheck.objects.filter(~Exists(newer), ~Exists(tasks)).order_by("at", "pk")


def offered() -> QuerySet[HealthCheck]:
    """Those whose facility has a hub that is switched on by now."""
    hubs = Destination.objects.filter(kind=DestinationKind.HUB, enabled=True)
    return untasked().filter(facility__in=hubs.values("facility"))


def plan(rows: Iterable[HealthCheck]) -> Plan:
    """What would get a task. Reads only."""
    moving, left_out = [], []
    for each in rows:
        hubs = list(destinations_of(each.facility, DestinationKind.HUB))
        why = _obstacle(each, hubs)
        if why:
            left_out.append(LeftOut(each, why))
        else:
            moving.append(Moving(each, hubs))
    return Plan(moving, left_out)


def _obstacle(check: HealthCheck, hubs: Sequence[Destination]) -> str:
    if not hubs:
        return "Cơ sở chưa có trục nào đang bật."
    if not chosen("health_checks_are_sent", facility=check.facility, day=timezone.localdate()):
        return "Cơ sở chưa bật gửi khám sức khỏe (trang Quy định)."
    # It was checked without a hub; what this one wants of its envelope is known only now.
    settings = HubSettings.of(hubs[0].hub)
    try:
        faults = check_health_check(
            read_health_check(bytes(check.document)),
            code_form=settings.code_form,
            within=settings.within,
            all_blocks=settings.all_blocks,
        )
    except Unreadable as problem:
        return str(problem.sentence)
    errors = [fault.message for fault in faults if fault.severity == "error"]
    return f"Trục này cần khác: {errors[0]}" if errors else ""


def give_tasks(*, by: Any, rows: Iterable[HealthCheck], reason: str) -> int:
    """Do what ``plan`` says, each in a transaction of its own. Returns how many got a task. Raises NeedsReason.

    Where it breaks off, what has its task keeps it and the rest is offered again; nobody gives a second one.
    """
    why, given = reason.strip()[:500], 0
    if not why:
        raise NeedsReason(NeedsReason.__doc__)
    for each in plan(rows).moving:
        try:
            with transaction.atomic():
                check = HealthCheck.objects.select_for_update().get(pk=each.health_check.pk)
                if not untasked().filter(pk=check.pk).exists():
                    continue
                enqueue_health_check(check, each.hubs, at=timezone.now())
                here("K04")
                note(by, GIVEN, "health-check", check.pk, reason=why)
        except IntegrityError:
            continue  # somebody else has just given it
        given += 1
    return given
