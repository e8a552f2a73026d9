"""What people tell of: a maintenance (bảo trì) the gateway announced, or an outage that no call of ours could see.

While a destination is paused nothing is called, so nothing is silent: who pauses for a maintenance says so here. It ties
to visits and moves deadlines by the same rules as what our calls saw; where both speak of one time, it counts once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ...journal.chain import account_of, note
from ..models import Attempt, Destination, Incident, OutageCause
from .incidents import Call, delayed_by, is_silent, tie

LONGEST = timedelta(days=31)
"""A guard against a wrong month or year, which would move deadlines by as much; what lasts longer is told in parts."""


class NotPossible(ValueError):
    """What was told cannot be so. ``field``: which of ``Told`` is to be looked at."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Told:
    """What a person says of an outage. Texts as typed; times with a zone."""

    destination: Destination
    started_at: datetime
    ended_at: datetime | None
    """None while it is not over, or where no end was announced."""
    cause: str
    announced_by: str
    announced_at: datetime
    evidence: str


@transaction.atomic
def tell(*, by: Any, told: Told) -> Incident:
    """Note it, and what it has delayed so far."""
    _check(told)
    same = Incident.objects.filter(
        destination=told.destination, started_at=told.started_at, cause=told.cause, withdrawn_at__isnull=True
    )
    if same.filter(first_attempt__isnull=True).exists():
        raise NotPossible("started_at", "Sự cố này đã được ghi. Mở sự cố đã ghi để sửa.")
    incident = Incident.objects.create(**_columns(by, told))
    tie(incident)
    _note(by, "incident-told", incident, told)
    return incident


@transaction.atomic
def correct(*, by: Any, incident: Incident, told: Told) -> None:
    """Say it anew, as its end when it is over: what it delayed is looked for anew. The journal keeps what was said."""
    incident = _told(incident)
    _check(told)
    Incident.objects.filter(pk=incident.pk).update(**_columns(by, told))
    incident.refresh_from_db()
    incident.delayed.set(delayed_by(incident))
    _note(by, "incident-told-anew", incident, told)


@transaction.atomic
def withdraw(*, by: Any, incident: Incident, reason: str) -> None:
    """It was told by mistake: it stays on the list and moves nothing."""
    incident = _told(incident)
    if not reason.strip():
        raise NotPossible("reason", "Xin ghi lý do.")
    Incident.objects.filter(pk=incident.pk).update(withdrawn_at=timezone.now())
    incident.delayed.clear()
    note(
        by,
        "incident-withdrawn",
        "destination",
        incident.destination_id,
        incident=incident.pk,
        reason=reason.strip(),
    )


def answered_within(incident: Incident) -> int:
    """How many of our calls the destination answered in a time in which it was told to be away."""
    calls = Attempt.objects.filter(
        submission__destination=incident.destination_id,
        started_at__gte=incident.started_at,
        ended_at__lte=incident.ended_at or timezone.now(),
    ).values_list("pk", "started_at", "ended_at", "outcome", "code", "request_head")
    return sum(is_silent(Call(*row[:5], written=bool(row[5]))) is False for row in calls.iterator())


def beside(incident: Incident) -> list[Incident]:
    """Others of the same destination that share time with it."""
    rows = Incident.objects.filter(destination=incident.destination_id, withdrawn_at__isnull=True)
    if incident.ended_at is not None:
        rows = rows.filter(started_at__lt=incident.ended_at)
    return [
        each
        for each in rows.exclude(pk=incident.pk)
        if each.ended_at is None or each.ended_at > incident.started_at
    ]


def _told(incident: Incident) -> Incident:
    locked = Incident.objects.select_for_update().get(pk=incident.pk)
    if locked.first_attempt_id is not None:
        raise NotPossible(
            "started_at", "Sự cố này ghi từ các lần gọi của hệ thống; chỉ ghi thêm nguyên nhân."
        )
    if locked.withdrawn_at is not None:
        raise NotPossible("started_at", "Sự cố này đã được rút.")
    return locked


def _check(told: Told) -> None:
    now = timezone.now()
    planned = told.cause == OutageCause.PLANNED
    if told.cause not in OutageCause.values:
        raise NotPossible("cause", "Hãy chọn nguyên nhân.")
    if told.ended_at is not None and told.ended_at <= told.started_at:
        raise NotPossible("ended_at", "Lúc kết thúc phải sau lúc bắt đầu.")
    if not planned and told.started_at > now:
        raise NotPossible("started_at", "Lúc bắt đầu chưa đến. Chỉ bảo trì có báo trước mới ghi trước được.")
    if not planned and told.ended_at is not None and told.ended_at > now:
        raise NotPossible(
            "ended_at", "Lúc kết thúc chưa đến. Nếu chưa hết thì để trống, khi hết thì ghi sau."
        )
    if told.started_at > now + LONGEST:
        raise NotPossible("started_at", "Lúc bắt đầu còn hơn 31 ngày nữa. Hãy xem lại tháng và năm.")
    if (told.ended_at or max(now, told.started_at)) - told.started_at > LONGEST:
        field = "ended_at" if told.ended_at else "started_at"
        raise NotPossible(
            field, "Sự cố dài hơn 31 ngày. Hãy xem lại tháng và năm; nếu đúng thì ghi thành nhiều đoạn."
        )
    if told.announced_at > now:
        raise NotPossible("announced_at", "Lúc được báo chưa đến. Hãy xem lại.")
    if planned and told.announced_at > told.started_at:
        raise NotPossible(
            "announced_at", "Báo sau lúc bắt đầu thì không phải báo trước. Hãy chọn “Cổng tiếp nhận ngừng”."
        )
    if not told.announced_by.strip():
        raise NotPossible("announced_by", "Hãy ghi ai báo hoặc ai thấy.")
    if not told.evidence.strip():
        raise NotPossible("evidence", "Hãy ghi bằng chứng.")


def _columns(by: Any, told: Told) -> dict[str, Any]:
    return {
        "destination": told.destination,
        "started_at": told.started_at,
        "ended_at": told.ended_at,
        "cause": told.cause,
        "announced_by": told.announced_by.strip(),
        "announced_at": told.announced_at,
        "told": told.evidence.strip(),
        "stated_by": account_of(by),
        "stated_at": timezone.now(),
    }


def _note(by: Any, action: str, incident: Incident, told: Told) -> None:
    note(
        by,
        action,
        "destination",
        told.destination.pk,
        incident=incident.pk,
        code=told.cause,
        since=told.started_at.isoformat(),
        until=told.ended_at.isoformat() if told.ended_at else "",
        reason=f"{told.announced_by.strip()} {told.announced_at.isoformat()}: {told.evidence.strip()}",
        count=incident.delayed.count(),
    )
