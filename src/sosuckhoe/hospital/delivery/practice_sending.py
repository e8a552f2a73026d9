"""A person's word on what only a simulator has received: it goes to the real place now, or it was practice and stays.

To the place it was at, once that is no simulator, the same task goes on: signed anew, a further attempt, and its own
receipt in time. To another place it gets a task there, as whatever is sent late does; the old task is replaced by it.
What is really received is never offered, and whoever presses twice finds nothing left to do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from ..journal.chain import note
from ..visits.models import Visit
from .actions import NeedsReason, NotInThisState, release, send_earlier
from .ledger import enqueue_health_check, step
from .models import Destination, DestinationKind, Submission
from .practice import practice_destinations
from .practised import ELSEWHERE, PRACTICE, STAYS_PRACTICE, is_received
from .states import NoSuchStep, State
from .withheld import mark_on
from .withholding import left, settle, withhold

SENT_ANEW = "practice-sent-anew"
ONLY_PRACTICE = "Tệp đã rời máy chỉ đến cổng mô phỏng, không đến nơi nhận thật nào."


@dataclass(frozen=True, slots=True)
class Moving:
    submission: Submission
    to: Destination


@dataclass(frozen=True, slots=True)
class LeftOut:
    submission: Submission
    why: str


@dataclass(frozen=True)
class Plan:
    """A dry run."""

    moving: Sequence[Moving]
    left_out: Sequence[LeftOut]


def real_destinations() -> list[Destination]:
    """Where it may go now: what is switched on and gave no sign of being a simulator since it was last changed."""
    rows = Destination.objects.filter(enabled=True).select_related("facility").order_by("name")
    simulators = practice_destinations()
    return [each for each in rows if each.pk not in simulators]


def plan_sending(rows: Iterable[Submission], to: Destination | None = None) -> Plan:
    """What would go where. ``to``: for what fits there; None: where it was, or the only place there is. Reads only."""
    there, moving, left_out = real_destinations(), [], []
    for row in rows:
        fit = [each for each in there if _fits(row, each)]
        own = [each for each in fit if each == (to or row.destination)]
        chosen = own[0] if own else fit[0] if len(fit) == 1 and to is None else None
        why = _obstacle(row) or ("" if chosen else _no_place(fit, to))
        if why or chosen is None:
            left_out.append(LeftOut(row, why))
        else:
            moving.append(Moving(row, chosen))
    return Plan(moving, left_out)


def _fits(row: Submission, there: Destination) -> bool:
    wanted = DestinationKind.HUB if row.health_check_id else DestinationKind.PORTAL
    return there.kind == wanted and there.facility_id == row.destination.facility_id


def _no_place(fit: Sequence[Destination], to: Destination | None) -> str:
    if not fit:
        return (
            "Cơ sở chưa có nơi nhận thật nào đang bật. Sửa địa chỉ nơi nhận cũ hoặc khai nơi nhận mới trước."
        )
    return "Không gửi được đến nơi đã chọn." if to else "Cơ sở có nhiều nơi nhận: chọn một nơi."


def _obstacle(row: Submission) -> str:
    if row.state != State.HELD or row.problem_code != PRACTICE[0]:
        return "Vừa được xử lý."
    if is_received(row):
        return "Nơi nhận thật đã có."
    if mark_on(row) is not None:
        return "Được đánh dấu không gửi qua kênh này."
    if row.version is not None and row.version.visit.cancelled:
        return "Đợt khám đã hủy."
    if row.version is not None and row.version.findings.filter(severity="error", overruled_by="").exists():
        return "Còn lỗi phải sửa trong hồ sơ."
    return ""


def send_for_real(*, by: Any, rows: Iterable[Submission], reason: str, to: Destination | None = None) -> int:
    """Do what ``plan_sending`` says, one after the other. Returns how many went on. Raises NeedsReason."""
    why, sent = _reason(reason), 0
    for each in plan_sending(rows, to).moving:
        try:
            with transaction.atomic():
                sent += _send(by, each, why)
        except (NotInThisState, NoSuchStep):
            continue  # somebody else was there first
    return sent


def _send(by: Any, moving: Moving, why: str) -> bool:
    row = _locked(moving.submission)
    if _obstacle(row):
        return False
    note(by, SENT_ANEW, "submission", row.pk, destination=moving.to.pk, reason=why)
    if moving.to == row.destination:
        release(by=by, submission=row, reason=why, sign_anew=True)
        return True
    now = timezone.now()
    if row.version is not None:
        send_earlier(by=by, destination=moving.to, versions=[row.version], reason=why)
    elif (
        row.health_check is not None
        and not row.health_check.submissions.filter(destination=moving.to).exists()
    ):
        enqueue_health_check(row.health_check, [moving.to], at=now)
    if not step(row, State.SUPERSEDED, at=now, problem_code=ELSEWHERE[0], problem=ELSEWHERE[1]):
        raise NotInThisState(NotInThisState.__doc__)
    return True


def mark_as_practice(*, by: Any, rows: Iterable[Submission], reason: str) -> int:
    """These were practice: no version of them goes out, as of anything marked so, and no report counts them as real."""
    why, marked = _reason(reason), 0
    for each in rows:
        with transaction.atomic():
            row = _locked(each)
            if row.state != State.HELD or row.problem_code != PRACTICE[0] or is_received(row):
                continue
            visit = row.version.visit if row.version else None
            note(by, STAYS_PRACTICE, "submission", row.pk, reason=why, was_test=bool(visit and visit.test))
            mark = withhold(
                by=by,
                facility=row.facility,
                facility_code=row.facility_code,
                code=row.visit_code,
                why=f"Đợt tập với cổng mô phỏng. {why}",
            )
            if visit is not None:
                Visit.objects.filter(pk=visit.pk).update(test=True)
            gone = left(mark)
            if (
                mark.settled_at is None
                and gone.exists()
                and not gone.filter(receipts__practice=None).exists()
            ):
                settle(by=by, mark=mark, how=ONLY_PRACTICE)
            marked += 1
    return marked


def _locked(row: Submission) -> Submission:
    rows = Submission.ledger.select_for_update(of=("self",))
    return rows.select_related("destination", "version__visit", "health_check", "document").get(pk=row.pk)


def _reason(text: str) -> str:
    if not text.strip():
        raise NeedsReason(NeedsReason.__doc__)
    return text.strip()[:500]
