"""How severe a rule is at this facility (đổi mức quy tắc): one recorded decision a change, with person and reason.

All changes in force are one choice, ``severities``: rule to ``error``, ``warning`` or ``off``. What was changed when,
by whom and why is read from the decisions' differences.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from ...healthbook.validation import listed_rule
from ..staff.models import Facility
from .choices import NeedsReason, choose, chosen
from .models import HospitalPolicy

NAME = "severities"
LEVELS: Mapping[str, str] = {"error": "Lỗi", "warning": "Cảnh báo", "off": "Tắt"}


class UnknownRule(KeyError):
    """Không có quy tắc nào mang mã này."""


class UnknownLevel(ValueError):
    """Mức của quy tắc chỉ là lỗi, cảnh báo hoặc tắt."""


class AlreadySo(ValueError):
    """Quy tắc đang ở mức này."""


@dataclass(frozen=True)
class Decision:
    """One change of one rule."""

    rule: str
    before: str
    """A key of ``LEVELS``; empty for the rule's own severity."""
    after: str
    reason: str
    by: str
    since: date
    noted_at: datetime


def in_force(*, facility: Facility | None, day: date) -> dict[str, str]:
    """Rules whose severity is changed on a day."""
    changed = dict.fromkeys(chosen("rules_off", facility=facility, day=day), "off")
    return changed | dict(chosen(NAME, facility=facility, day=day))


@transaction.atomic
def change_severity(
    *, by: Any, facility: Facility | None, rule: str, level: str, reason: str, day: date
) -> HospitalPolicy:
    """From today a rule is an error, a warning or off here; ``level`` empty: as the rule itself says."""
    known = listed_rule(rule)
    if known is None or known.kind == "allowed":  # what refuses nothing has no severity
        raise UnknownRule(rule)
    if level and level not in LEVELS:
        raise UnknownLevel(level)
    if not reason.strip():
        raise NeedsReason(NeedsReason.__doc__)
    now = in_force(facility=facility, day=day)
    if now.get(rule, "") == level:
        raise AlreadySo(AlreadySo.__doc__)
    off = list(chosen("rules_off", facility=facility, day=day))
    if rule in off:
        kept = [each for each in off if each != rule]
        choose(by=by, name="rules_off", value=kept, reason=reason, since=day, facility=facility)
    value = dict(chosen(NAME, facility=facility, day=day))
    value.pop(rule, None)
    if level:
        value[rule] = level
    return choose(by=by, name=NAME, value=value, reason=reason, since=day, facility=facility)


def history(*, facility: Facility | None) -> list[Decision]:
    """Every change of every rule, newest first."""
    rows = HospitalPolicy.objects.filter(name=NAME).filter(Q(facility=facility) | Q(facility__isnull=True))
    found: list[Decision] = []
    before: Mapping[str, str] = {}
    for row in rows.order_by("since", "pk"):
        for rule in sorted(before.keys() | row.value.keys()):
            old, new = before.get(rule, ""), row.value.get(rule, "")
            if old != new:
                found.append(Decision(rule, old, new, row.reason, row.by, row.since, row.noted_at))
        before = row.value
    return found[::-1]
