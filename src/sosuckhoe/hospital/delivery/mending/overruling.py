"""Standing by a value (xác nhận “đúng như vậy”): a person overrules a finding for a reason, and that is counted.

Overruling says that the rule is wrong about this visit. It lets nothing go by itself: the visit stays held until
somebody releases it, unless the hospital decided otherwise (choice ``overruling_releases``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from ....healthbook.validation.gathering import alike
from ...journal.chain import note
from ...visits.actions import overrule
from ...visits.choices import chosen
from ...visits.desks import check_may_mend
from ...visits.models import Finding
from ..actions import release
from ..closing import FAULTS_HOLD, IDENTITY_RULE
from ..models import Submission
from ..states import State


class NeedsReason(ValueError):
    """Hãy ghi vì sao giá trị này đúng, để người xem lại sau này hiểu."""


class NotTheLatest(ValueError):
    """Lỗi này thuộc bản cũ của hồ sơ. Mở lại để xem bản hiện nay."""


class CannotOverrule(ValueError):
    """Lỗi này cần được đối chiếu, không xác nhận “đúng như vậy” được."""


class TooLate(ValueError):
    """Hồ sơ đã được cho gửi, nên không rút lại xác nhận được nữa."""


@dataclass(frozen=True)
class Overruled:
    """What standing by a value has led to."""

    finding: Finding
    open_errors: int
    """Errors of the version that nobody stood by."""
    released: int
    """Submissions that the hospital's choice let go."""


def _latest(finding_id: int) -> Finding:
    finding = (
        Finding.objects.select_for_update(of=("self",))
        .select_related("version__visit__facility")
        .get(pk=finding_id)
    )
    if finding.version.visit.latest.pk != finding.version_id:
        raise NotTheLatest(NotTheLatest.__doc__)
    return finding


def can_overrule(finding: Finding) -> bool:
    """Rules are a matter of opinion; whose number it is, and what cannot be written at all, are not."""
    return (
        not finding.overruled_by
        and finding.rule != IDENTITY_RULE
        and not finding.rule.startswith(("WRITE-", "SHP-005"))
    )


def by_whom(finding: Finding) -> tuple[str, datetime | None]:
    """Who stood by it, and when: findings of one habit are told as one while this is the same of them."""
    return finding.overruled_by, finding.overruled_at


def _told_as_one(finding: Finding) -> list[Finding]:
    """The finding and those of the same habit in other rows, which the visit's page shows as one with it."""
    beside = finding.version.findings.filter(
        rule=finding.rule, path=finding.path, severity=finding.severity, overruled_by=finding.overruled_by,
        overruled_at=finding.overruled_at,
    )  # fmt: skip
    groups = alike(beside.order_by("id"), by_whom)
    return next(found for found in groups if finding in found)


@transaction.atomic
def stand_by(*, by: Any, finding_id: int, reason: str, at: datetime) -> Overruled:
    """Overrule one finding of a visit's latest version, with those that are told as one with it."""
    if not reason.strip():
        raise NeedsReason(NeedsReason.__doc__)
    finding = _latest(finding_id)
    check_may_mend(by, finding.owner)
    if finding.overruled_by == "" and not can_overrule(finding):
        raise CannotOverrule(CannotOverrule.__doc__)
    overrule(by=by, findings=_told_as_one(finding), reason=reason.strip(), at=at)
    finding.refresh_from_db()
    open_errors = finding.version.findings.filter(severity="error", overruled_by="").count()
    released = 0
    if not open_errors and finding.severity == "error" and _releases(finding, at):
        for submission in _held_for_faults(finding):
            release(by=by, submission=submission, reason=f"Đã xác nhận mọi lỗi: {reason.strip()}"[:500])
            released += 1
    return Overruled(finding, open_errors, released)


def _releases(finding: Finding, at: datetime) -> bool:
    facility = finding.version.visit.facility
    return bool(chosen("overruling_releases", facility=facility, day=timezone.localdate(at)))


def _held_for_faults(finding: Finding) -> Iterable[Submission]:
    return Submission.objects.filter(
        version=finding.version, state=State.HELD, problem_code=FAULTS_HOLD[0]
    ).select_related("version")


@transaction.atomic
def withdraw(*, by: Any, finding_id: int) -> Finding:
    """Take it back, while the visit is still held."""
    finding = _latest(finding_id)
    check_may_mend(by, finding.owner)
    sent = finding.version.submissions.exclude(state=State.HELD)
    if finding.severity == "error" and sent.exists():
        raise TooLate(TooLate.__doc__)
    again = [one.pk for one in _told_as_one(finding)]
    Finding.objects.filter(pk__in=again).update(overruled_by="", overruled_why="", overruled_at=None)
    note(by, "overruling-withdrawn", "finding", finding.pk, rule=finding.rule)
    finding.refresh_from_db()
    return finding


PERIOD = timedelta(days=90)
OFTEN = 0.2
"""Overruled in more than one visit of five: the rule is listed for review."""
ENOUGH = 5
"""Visits from which on a share says something."""


@dataclass(frozen=True)
class Alarms:
    """How often a rule spoke and how often people said it was wrong."""

    rule: str
    visits: int
    """Visits in which it found something."""
    overruled: int
    """Those of them in which somebody stood by the value, or let the visit go in spite of it."""
    last: datetime | None

    @property
    def share(self) -> float:
        return self.overruled / self.visits if self.visits else 0.0

    @property
    def for_review(self) -> bool:
        """Overruled too often: it may be wrong, or wrong for this hospital."""
        return self.visits >= ENOUGH and self.share > OFTEN


def alarms(*, since: datetime, until: datetime) -> list[Alarms]:
    """Per rule, over versions frozen in a period; most often overruled first."""
    rows = (
        Finding.objects.filter(version__at__gte=since, version__at__lt=until)
        .values("rule")
        .annotate(
            visits=Count("version__visit", distinct=True),
            overruled=Count("version__visit", distinct=True, filter=~Q(overruled_by="")),
            last=Max("overruled_at"),
        )
        .order_by()
    )
    found = [Alarms(row["rule"], row["visits"], row["overruled"], row["last"]) for row in rows]
    return sorted(found, key=lambda each: (-each.for_review, -each.share, -each.visits, each.rule))
