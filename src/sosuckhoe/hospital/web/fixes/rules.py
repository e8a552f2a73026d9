"""The rules as this hospital uses them: how often they spoke, were overruled, what was decided, and a trial."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from ....healthbook.validation import Listed, listed_rule, listed_rules
from ...delivery.check_ins import received
from ...delivery.mending import overruling
from ...delivery.mending.holding_back import not_left
from ...delivery.mending.rechecking import held
from ...journal.chain import note
from ...staff import policies
from ...visits.choices import NeedsReason
from ...visits.models import Finding, Visit
from ...visits.severities import LEVELS, AlreadySo, change_severity, history, in_force
from ...visits.trial import PATIENCE, try_rule
from ..shell import people, privacy, words
from ..shell.access import page
from ..shell.facility import facility_for
from ..shell.toasts import done

MONTH = timedelta(days=31)
RECENT = 10
_PLACE = re.compile(r"\{[^}]*\}")
CHECKS = (policies.check_can_set_up, policies.check_can_read_records, policies.check_can_report)


@dataclass(frozen=True, slots=True)
class Row:
    rule: Listed
    sentence: str
    level: str
    changed: bool
    alarms: overruling.Alarms | None


FILTERS = {
    "xem-lai": "Bị bỏ qua nhiều",
    "doi-muc": "Đã đổi mức",
    "co-phat-hien": "Có phát hiện trong 90 ngày",
    "moi": "Mọi quy tắc",
}


def said(rule: Listed) -> str:
    """The sentence of a rule where its values are not known yet."""
    return _PLACE.sub("…", rule.sentence)


def _alarms() -> dict[str, overruling.Alarms]:
    now = timezone.now()
    return {each.rule: each for each in overruling.alarms(since=now - overruling.PERIOD, until=now)}


def _level(rule: Listed, changed: str = "") -> str:
    return LEVELS[changed] if changed else LEVELS.get(rule.severity, rule.level)


def _rows(person: Any) -> list[Row]:
    changed = in_force(facility=facility_for(person), day=timezone.localdate())
    alarms = _alarms()
    return [
        Row(
            rule,
            said(rule),
            _level(rule, changed.get(rule.id, "")),
            rule.id in changed,
            alarms.get(rule.id),
        )
        for rule in listed_rules()
    ]


def _is_shown(row: Row, wish: str) -> bool:
    if wish == "xem-lai":
        return row.alarms is not None and row.alarms.for_review
    if wish == "doi-muc":
        return row.changed
    return wish == "moi" or row.alarms is not None


@page(*CHECKS)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    rows = _rows(request.user)
    counts = {wish: sum(_is_shown(row, wish) for row in rows) for wish in FILTERS}
    asked = request.GET.get("loc", "")
    wish = asked if asked in FILTERS else next(name for name in FILTERS if counts[name])
    shown = [row for row in rows if _is_shown(row, wish)]
    if wish != "moi":
        shown.sort(key=lambda row: (-(row.alarms.share if row.alarms else 0), row.rule.id))
    return render(
        request,
        "web/fixes/rules.html",
        {
            "rows": shown,
            "wish": wish,
            "filters": [
                (text, f"?{urlencode({'loc': name})}", counts[name], name == wish)
                for name, text in FILTERS.items()
            ],
            "review": counts["xem-lai"],
        },
    )


def _rule(id: str) -> Listed:
    found = listed_rule(id)
    if found is None:
        raise Http404
    return found


@page(*CHECKS)
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, id: str) -> HttpResponse:
    rule, person = _rule(id), request.user
    facility, day = facility_for(person), timezone.localdate()
    level, reason, error = request.POST.get("muc", ""), request.POST.get("reason", ""), ""
    if request.method == "POST":
        policies.check_can_set_up(person)
        if rule.kind == "allowed":
            raise Http404
        try:
            change_severity(
                by=person,
                facility=facility,
                rule=id,
                level=level if level in LEVELS else "",
                reason=reason[:1000],
                day=day,
            )
        except (NeedsReason, AlreadySo) as refusal:
            error = str(refusal)
        else:
            word = LEVELS[level] if level in LEVELS else f"mức gốc ({LEVELS[rule.severity]})"
            waiting = held(id, facility=facility).count()
            more = f" {waiting} hồ sơ đang tạm giữ có lỗi này: bấm “Kiểm tra lại” ở dưới." if waiting else ""
            unsent = not_left(facility=facility).count() if level == "error" else 0
            more += f" {unsent} hồ sơ chưa gửi được kết thúc theo mức cũ: xem ở dưới." if unsent else ""
            done(request, f"Từ nay {id} là {word.lower()}.{more}")
            return HttpResponseRedirect(reverse("web:rule", args=[id]))
    changed = in_force(facility=facility, day=day).get(id, "")
    return render(
        request,
        "web/fixes/rule.html",
        {
            "rule": rule,
            "sentence": said(rule),
            "owners": [words.owner(each) for each in rule.owners],
            "own": _level(rule),
            "changed": changed,
            "level": _level(rule, changed),
            "levels": LEVELS,
            "chosen": level or changed or rule.severity,
            "reason": reason,
            "error": error,
            "alarms": _alarms().get(id),
            "waiting": held(id, facility=facility).count(),
            "waiting_for_all": held(facility=facility).count(),
            "unsent": not_left(facility=facility).count() if rule.kind not in ("file", "allowed") else 0,
            "decisions": [
                (each, LEVELS.get(each.before, "Mức gốc"), LEVELS.get(each.after, "Mức gốc"))
                for each in history(facility=facility)
                if each.rule == id
            ],
            "overruled": _overruled(person, id),
            "may_set_up": policies.can_set_up(person) and rule.kind != "allowed",
        },
        status=422 if error else 200,
    )


def _overruled(person: Any, id: str) -> list[tuple[Finding, str]]:
    """Who stood by what, for people who read records."""
    if not policies.can_read_records(person):
        return []
    rows = Finding.objects.filter(rule=id).exclude(overruled_by="").select_related("version__visit__patient")
    recent = list(rows.defer("version__record_json").order_by("-overruled_at")[:RECENT])
    people.know(row.overruled_by for row in recent)
    return [(row, privacy.name_for(person, row.version.visit.patient.full_name)) for row in recent]


@page(*CHECKS)
@require_GET
def trial(request: HttpRequest, id: str) -> HttpResponse:
    """Last month's visits, looked at with this rule alone. Nothing is stored but that somebody looked."""
    rule, person, now = _rule(id), request.user, timezone.now()
    level = request.GET.get("muc", "")
    level = level if level in ("error", "warning") else rule.severity
    if rule.kind == "allowed":
        raise Http404
    on_records = rule.kind != "file"
    found = None
    if on_records:
        facility = facility_for(person)
        asks = facility is not None and "@policy" in rule.reads
        found = try_rule(
            id,
            facility=facility,
            since=now - MONTH,
            until=now,
            day=timezone.localdate(),
            level=level,
            patience=PATIENCE,
            check_ins=partial(received, facility=facility) if asks else None,
        )
        note(person, "rule-tried", "rule", id, count=found.visits, found=found.hits)
    visits = Visit.objects.select_related("patient").in_bulk(
        [each.visit_id for each in found.examples] if found else []
    )
    return render(
        request,
        "web/fixes/trial.html",
        {
            "rule": rule,
            "sentence": said(rule),
            "level": level,
            "word": LEVELS[level].lower(),
            "trial": found,
            "per_visit": found.cost_ms / found.visits if found and found.visits else 0.0,
            "since": now - MONTH,
            "examples": [
                (
                    visits[each.visit_id],
                    privacy.name_for(person, visits[each.visit_id].patient.full_name),
                    each.faults[0].message if privacy.sees_fault(person, each.faults[0].owner) else "",
                    len(each.faults) - 1,
                    each.other_errors,
                )
                for each in (found.examples if found else [])
                if each.visit_id in visits
            ],
            "changed": in_force(facility=facility_for(person), day=timezone.localdate()).get(id, ""),
            "may_set_up": policies.can_set_up(person),
        },
    )
