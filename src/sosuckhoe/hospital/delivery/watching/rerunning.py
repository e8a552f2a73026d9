"""Letting a whole cause go again: first which ones would move and which would not, then, when somebody says so, do it.

Of visits, check-ins and health checks alike, each with the deeds it has. Nothing here repeats a file whose outcome is
not known, overrules a fault or goes around a pause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ...journal.chain import note
from ...visits.models import HealthCheck, RecordVersion
from ..actions import NeedsReason, NotInThisState, check_can_release, release, send_earlier
from ..hub import untasked
from ..ledger import destinations_of
from ..models import Destination, DestinationKind, Submission
from ..states import NoSuchStep, State
from .reconciling import Gap

VERSION, CHECK_IN, HEALTH_CHECK = "version", "check_in", "health_check"
"""What a gap is of, by the column of its submission."""
DEEDS = {
    "SET-UP": "Ký lại và cho gửi",
    "HELD-BY-PERSON": "Cho gửi",
    "KEY": "Thử ký ngay",
    "PORTAL-DOWN": "Thử gửi ngay khi cổng trả lời",
    "TO-SEND": "Gửi ngay, không đợi nhịp",
    "NO-TASK": "Gửi bù",
}
"""What running a cause again does. Other causes need a person for each visit."""
DEEDS_OF: Mapping[str, Mapping[str, str]] = {
    VERSION: DEEDS,
    # Of a visit without a check-in in time the record says it all.
    CHECK_IN: {code: deed for code, deed in DEEDS.items() if code != "NO-TASK"},
    HEALTH_CHECK: DEEDS | {"PORTAL-DOWN": "Thử gửi ngay khi trục trả lời"},
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    gap: Gap
    why: str


@dataclass(frozen=True)
class Plan:
    """A dry run."""

    cause: str
    moving: Sequence[Gap]
    left_out: Sequence[LeftOut]
    of: str = VERSION

    @property
    def deed(self) -> str:
        return DEEDS_OF[self.of][self.cause]


class CannotRunAgain(ValueError):
    """Nhóm này không chạy lại được cả loạt. Mở từng hồ sơ để xử lý."""


def plan(cause: str, gaps: Sequence[Gap], of: str = VERSION) -> Plan:
    """Which gaps of a cause would move. Reads only."""
    if cause not in DEEDS_OF[of]:
        raise CannotRunAgain(CannotRunAgain.__doc__)
    if cause == "NO-TASK":
        return _plan_checks(gaps) if of == HEALTH_CHECK else _plan_earlier(gaps)
    pks = [gap.submission for gap in gaps if gap.submission]
    known = Submission.ledger.filter(pk__in=pks, **{f"{of}__isnull": False})
    rows = {row.pk: row for row in known.select_related(of, *(["version__visit"] if of == VERSION else []))}
    moving, left_out = [], []
    for gap in gaps:
        why = _obstacle(cause, rows.get(gap.submission or 0))
        if why:
            left_out.append(LeftOut(gap, why))
        else:
            moving.append(gap)
    return Plan(cause, moving, left_out, of)


def _obstacle(cause: str, row: Submission | None) -> str:
    wanted = {
        "KEY": State.WAITING,
        "PORTAL-DOWN": State.SIGNED,
        "TO-SEND": State.SIGNED,
    }.get(cause, State.HELD)
    if row is None or row.state != wanted:
        return "Vừa được xử lý."
    if wanted != State.HELD:
        return ""
    if row.version and row.version.findings.filter(severity="error", overruled_by="").exists():
        return "Còn lỗi phải sửa trong hồ sơ."
    try:
        check_can_release(row, sign_anew=cause == "SET-UP")
    except NotInThisState as refusal:
        return str(refusal)
    return ""


def _plan_earlier(gaps: Sequence[Gap]) -> Plan:
    moving, left_out = [], []
    for gap in gaps:
        version = _newest(gap)
        if version is None:
            left_out.append(LeftOut(gap, "Đợt này chưa có bản hồ sơ nào."))
        elif not _destinations(gap, version):
            left_out.append(LeftOut(gap, "Cơ sở chưa có nơi nhận nào đang bật."))
        else:
            moving.append(gap)
    return Plan("NO-TASK", moving, left_out)


def _plan_checks(gaps: Sequence[Gap]) -> Plan:
    found = untasked.plan(_checks(gaps))
    moving = {each.health_check.pk for each in found.moving}
    why = {each.health_check.pk: each.why for each in found.left_out}
    left_out = [
        LeftOut(gap, why.get(gap.visit or 0, "Vừa được xử lý.")) for gap in gaps if gap.visit not in moving
    ]
    return Plan("NO-TASK", [gap for gap in gaps if gap.visit in moving], left_out, HEALTH_CHECK)


def _checks(gaps: Sequence[Gap]) -> list[HealthCheck]:
    return list(untasked.untasked().filter(pk__in=[gap.visit for gap in gaps]).select_related("facility"))


def _newest(gap: Gap) -> RecordVersion | None:
    return RecordVersion.objects.filter(visit=gap.visit).select_related("visit").order_by("-number").first()


def _destinations(gap: Gap, version: RecordVersion) -> list[Destination]:
    rows = destinations_of(version.visit.facility, DestinationKind.PORTAL)
    return list(rows.filter(pk=gap.destination) if gap.destination else rows)


def run_again(*, by: Any, cause: str, gaps: Sequence[Gap], reason: str, of: str = VERSION) -> int:
    """Do what ``plan`` says, now, one after the other. Returns how many moved."""
    if not reason.strip():
        raise NeedsReason(NeedsReason.__doc__)
    chosen = plan(cause, gaps, of).moving
    if cause == "NO-TASK" and of == HEALTH_CHECK:
        return untasked.give_tasks(by=by, rows=_checks(chosen), reason=reason)
    if cause == "NO-TASK":
        return sum(_send_earlier(by, gap, reason) for gap in chosen)
    if cause in ("KEY", "PORTAL-DOWN", "TO-SEND"):
        return _wake(by, cause, chosen, reason)
    moved = 0
    for gap in chosen:
        submission = Submission.ledger.select_related("version", "check_in", "health_check").get(
            pk=gap.submission
        )
        try:
            release(by=by, submission=submission, reason=reason, sign_anew=cause == "SET-UP")
            moved += 1
        except (NotInThisState, NoSuchStep):
            continue
    return moved


@transaction.atomic
def _wake(by: Any, cause: str, gaps: Sequence[Gap], reason: str) -> int:
    """Take the rest away that back-off gave them. A silent portal still gets one probe at a time."""
    state = State.WAITING if cause == "KEY" else State.SIGNED
    pks = [gap.submission for gap in gaps]
    moved = Submission.ledger.filter(pk__in=pks, state=state).update(not_before=None, delays=0)
    note(by, "run-again", "cause", cause, count=moved, reason=reason.strip())
    return moved


def _send_earlier(by: Any, gap: Gap, reason: str) -> int:
    version = _newest(gap)
    if version is None:
        return 0
    made = [
        send_earlier(by=by, destination=each, versions=[version], reason=reason)
        for each in _destinations(gap, version)
    ]
    return int(any(made))
