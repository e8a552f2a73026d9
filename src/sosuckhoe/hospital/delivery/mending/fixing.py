"""Making the changes that a rule proposes: previewed, made as a correction with its reason, taken back byte for byte.

Every change is the next version of the record, frozen, checked and queued like any other correction. What a rule
proposes, and why that is safe, is the library's (``healthbook.validation.fixes``).
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ....healthbook.standard import Edition
from ....healthbook.validation import Fault, Policy, check_record
from ....healthbook.validation.fixes import Fix, Moved, applied, fixes_of, together
from ....healthbook.validation.fixes.proposing import merged
from ...journal.chain import note
from ...staff.policies import NotAllowed, can_close_visits
from ...visits.desks import check_may_mend
from ...visits.models import Finding, RecordVersion, Visit
from ..closing import Closed, OtherPerson, check, correct_visit, edition_for, keep_overrulings, rules_for
from ..models import Submission
from ..states import State

log = logging.getLogger("sosuckhoe.delivery")

REASON = "Sửa theo đề xuất: "
"""How the reason of every version made here begins."""
NARROW = "XML6"
"""What the law narrows (HIV) is mended by a person who opened it for a reason, never in passing."""
MOST = 200
"""Visits of one batch."""


class Stale(ValueError):
    """Hồ sơ vừa có bản mới. Mở lại để xem giá trị hiện nay rồi sửa tiếp."""


class NothingToFix(ValueError):
    """Không còn đề xuất nào cho chỗ này. Có thể đã có người sửa."""


class NothingToUndo(ValueError):
    """Đây là bản đầu tiên của hồ sơ, nên không có bản nào để trở lại."""


class SentAlready(ValueError):
    """Bản này đã gửi hoặc đang gửi. Muốn trở lại bản trước, xin ghi lý do; bản trở lại sẽ được gửi thay."""


class _Desk:
    """A version as its rules see it today."""

    def __init__(self, version: RecordVersion, at: datetime) -> None:
        self.version, self.day = version, timezone.localdate(at)
        self.edition: Edition = edition_for(version.record, version.at)
        self.policy: Policy = rules_for(version.record, facility=version.visit.facility, day=self.day)
        self.faults: list[Fault] = [
            *check_record(version.record, self.edition, day=self.day, policy=self.policy),
            *_of_the_writer(version),
        ]

    def fixes(self, rule: str, path: str) -> list[Fix]:
        found = fixes_of(
            self.version.record,
            self.edition,
            self.faults,
            day=self.day,
            policy=self.policy,
            only=[(rule, path)],
        )
        return [fix for fix in found if all(change.table != NARROW for change in fix.changes)]


def proposals(version: RecordVersion, rule: str, path: str, *, at: datetime) -> list[Fix]:
    """What is proposed for one kind of fault in a version, a fix a fault, all of one kind."""
    found = _Desk(version, at).fixes(rule, path)
    return [fix for fix in found if fix.kind == found[0].kind]


def fix(
    *, by: Any, visit_id: int, number: int, rule: str, path: str, kind: str, at: datetime, rows: Iterable[int | None] | None = None
) -> Closed:  # fmt: skip
    """Make a proposed change: the next version of the visit. ``rows``: at these alone.

    ``number``: the version that was looked at. Raises Stale, NothingToFix, NotYourDesk, OtherPerson.
    """
    with transaction.atomic():
        visit, version = _locked(visit_id, number)
        desk = _Desk(version, at)
        wanted = None if rows is None else set(rows)
        found = [
            each
            for each in desk.fixes(rule, path)
            if each.kind == kind and (wanted is None or each.row in wanted)
        ]
        chosen = together(version.record, desk.edition, found, day=desk.day, policy=desk.policy)
        if not chosen:
            raise NothingToFix(NothingToFix.__doc__)
        for each in chosen:
            check_may_mend(by, each.owner)
        record = applied(version.record, merged(chosen), desk.edition)
        checked = check(record, facility=visit.facility, at=at)
        closed = correct_visit(visit=visit, checked=checked, by=by, at=at, reason=_reason(chosen))
        note(
            by,
            "fix-applied",
            "visit",
            visit.pk,
            rule=rule,
            path=path,
            change=kind,
            count=len(chosen),
            version=closed.version.number,
        )
    return closed


def _reason(fixes: Sequence[Fix]) -> str:
    rows = [str(each.row) for each in fixes if each.row]
    where = f", dòng {', '.join(rows[:10])}{' …' if len(rows) > 10 else ''}" if rows else ""
    title = fixes[0].title
    return f"{REASON}{title[0].lower()}{title[1:]} ({fixes[0].path}{where}; quy tắc {fixes[0].rule})"


def _locked(visit_id: int, number: int) -> tuple[Visit, RecordVersion]:
    visit = (
        Visit.objects.select_for_update(of=("self",)).select_related("facility", "patient").get(pk=visit_id)
    )
    version = visit.latest
    if version.number != number:
        raise Stale(Stale.__doc__)
    return visit, version


def _of_the_writer(version: RecordVersion) -> list[Fault]:
    """What could not be written as a file when it was to be signed."""
    return [
        Fault(row.rule, row.path, row.row, "error", row.message, row.source, row.value, owner="it")
        for row in version.findings.filter(rule__startswith="WRITE-")
    ]


@dataclass(frozen=True)
class Alike:
    """A held visit with what is proposed for it."""

    visit: Visit
    number: int
    fixes: tuple[Fix, ...]


@dataclass(frozen=True)
class Batch:
    """The same change for many held visits."""

    rows: list[Alike]
    kinds: dict[str, int]
    """Visits by kind of change."""
    kind: str
    without: int
    """Visits with this fault for which nothing safe is known."""
    total: int
    """Visits held with this fault; more than were looked at when there are very many."""

    @property
    def places(self) -> int:
        return sum(len(row.fixes) for row in self.rows)


def held_with(rule: str, path: str) -> QuerySet[RecordVersion]:
    """Versions held back that have this fault, oldest visit first."""
    held = Submission.objects.filter(state=State.HELD).values("version")
    faults = Finding.objects.filter(rule=rule, path=path, overruled_by="", version__in=held).values("version")
    return (
        RecordVersion.objects.filter(pk__in=faults)
        .select_related("visit__patient", "visit__facility")
        .order_by("visit__closed_at", "pk")
    )


def alike(rule: str, path: str, *, at: datetime, kind: str = "") -> Batch:
    """Every held visit with this fault, and the change proposed for it."""
    versions = held_with(rule, path)
    found: list[tuple[RecordVersion, list[Fix]]] = []
    for version in versions[:MOST]:
        found.append((version, _Desk(version, at).fixes(rule, path)))
    kinds: dict[str, int] = {}
    for _, fixes in found:
        for name in {each.kind for each in fixes}:
            kinds[name] = kinds.get(name, 0) + 1
    kind = kind if kind in kinds else max(kinds, key=lambda name: kinds[name], default="")
    rows = [
        Alike(version.visit, version.number, tuple(each for each in fixes if each.kind == kind))
        for version, fixes in found
        if any(each.kind == kind for each in fixes)
    ]
    return Batch(rows, kinds, kind, sum(not fixes for _, fixes in found), versions.count())


@dataclass
class Report:
    """What became of a batch."""

    done: list[tuple[int, int]] = field(default_factory=list)
    """Visit and the number of the version made."""
    refused: list[tuple[int, str]] = field(default_factory=list)
    """Visit and why nothing was done, in Vietnamese."""


_REFUSALS = (Stale, NothingToFix, NothingToUndo, SentAlready, Moved, OtherPerson, NotAllowed)
BROKEN = "Chưa làm được vì lỗi của chương trình; lỗi đã được ghi lại cho công nghệ thông tin."


def fix_alike(
    *, by: Any, rule: str, path: str, kind: str, chosen: Iterable[tuple[int, int]], at: datetime
) -> Report:
    """The same change for many visits, each on its own: what fails for one leaves the others done."""
    report = Report()
    for visit_id, number in chosen:
        try:
            closed = fix(by=by, visit_id=visit_id, number=number, rule=rule, path=path, kind=kind, at=at)
            report.done.append((visit_id, closed.version.number))
        except _REFUSALS as refusal:
            report.refused.append((visit_id, str(refusal)))
        except Exception:
            log.exception("fix %s at %s of visit %s", rule, path, visit_id)
            report.refused.append((visit_id, BROKEN))
    return report


def was_sent(version: RecordVersion) -> bool:
    """Whether any bytes of it may have left."""
    tried = version.submissions.filter(attempts__isnull=False)
    return tried.exists() or version.submissions.filter(state=State.SENDING).exists()


def check_may_undo(by: Any, version: RecordVersion) -> None:
    if version.by != getattr(by, "username", None) and not can_close_visits(by):
        raise NotAllowed


def undo(*, by: Any, visit_id: int, number: int, at: datetime, reason: str = "") -> Closed:
    """The record of the version before, byte for byte, as the next version.

    Once something may have left the house that is an ordinary correction: it says why. Raises Stale,
    NothingToUndo, SentAlready, NotAllowed.
    """
    with transaction.atomic():
        visit, version = _locked(visit_id, number)
        if number < 2:
            raise NothingToUndo(NothingToUndo.__doc__)
        check_may_undo(by, version)
        list(version.submissions.select_for_update())
        if was_sent(version) and not reason.strip():
            raise SentAlready(SentAlready.__doc__)
        before = visit.versions.get(number=number - 1)
        why = f"Hoàn tác bản {number}" + (f": {reason.strip()}" if reason.strip() else "")
        checked = check(before.record, facility=visit.facility, at=at)
        closed = correct_visit(visit=visit, checked=checked, by=by, at=at, reason=why)
        if closed.version.sha256 != before.sha256:
            raise AssertionError("undo did not restore the record byte for byte")
        keep_overrulings(before, closed.version)
        note(by, "fix-undone", "visit", visit.pk, version=closed.version.number, undone=number)
    return closed


def undo_alike(*, by: Any, chosen: Iterable[tuple[int, int]], at: datetime) -> Report:
    """Take a batch back: visit and number of the version made, each on its own."""
    report = Report()
    for visit_id, number in chosen:
        try:
            closed = undo(by=by, visit_id=visit_id, number=number, at=at)
            report.done.append((visit_id, closed.version.number))
        except _REFUSALS as refusal:
            report.refused.append((visit_id, str(refusal)))
        except Exception:
            log.exception("undo of visit %s", visit_id)
            report.refused.append((visit_id, BROKEN))
    return report
