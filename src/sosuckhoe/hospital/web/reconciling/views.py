"""What is read: the overview of a period, and the list behind each of its numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from ...delivery.models import Destination, Incident
from ...delivery.watching import hub_clock
from ...delivery.watching.counting import Count, count
from ...delivery.watching.deadlines import CLOCKS, Due
from ...delivery.watching.gap_causes import CAUSES, Cause
from ...delivery.watching.reconciling import Gap, Reconciliation
from ...delivery.watching.reconciling_run import last_days
from ...delivery.watching.rerunning import CHECK_IN, DEEDS_OF, HEALTH_CHECK, VERSION
from ...delivery.watching.stories import Story
from ...delivery.watching.working_calendar import stored_calendar, years_without_holidays
from ...journal.models import Entry
from ...staff import policies
from ...visits.models import Visit
from ..shell import privacy
from ..shell.access import page
from .incidents import newest

PERIODS = {"hom-nay": ("Hôm nay", 1), "7-ngay": ("7 ngày qua", 7), "31-ngay": ("31 ngày qua", 31)}
DEFAULT = "7-ngay"
SHOWN = 8
LISTED = 300
OF_HEALTH_CHECKS, OF_CHECK_INS = "phieu", "bao"
"""In the address: the cause of a gap is one of health checks, or of check-ins."""
OF_OLDER, OF_OLDER_CHECKS = "cu", "phieu-cu"
"""Or one of visits or of health checks that are older than the period."""
KINDS = {
    "vi": VERSION,
    OF_OLDER: VERSION,
    OF_HEALTH_CHECKS: HEALTH_CHECK,
    OF_OLDER_CHECKS: HEALTH_CHECK,
    OF_CHECK_INS: CHECK_IN,
}
"""What the cause that an address names is of."""
CLOCK_LISTS = {"qua-han": "Đã quá hạn", "hom-nay": "Đến hạn trong hôm nay"}


@dataclass(frozen=True, slots=True)
class Asked:
    period: str
    destination: Destination | None
    destinations: list[Destination]

    @property
    def first(self) -> date:
        return last_days(PERIODS[self.period][1])[0]

    @property
    def last(self) -> date:
        return last_days(1)[1]

    def address(self, route: str = "web:delivery_reconciling", **more: str) -> str:
        several = len(self.destinations) > 1
        kept = {
            "ky": self.period,
            "noi": str(self.destination.pk) if several and self.destination else "",
            **more,
        }
        return f"{reverse(route)}?{urlencode({name: value for name, value in kept.items() if value})}"


def asked(values: Any) -> Asked:
    destinations = list(Destination.objects.order_by("name"))
    wish = str(values.get("noi", ""))
    chosen = next((each for each in destinations if str(each.pk) == wish), None)
    if chosen is None and len(destinations) == 1:
        chosen = destinations[0]
    period = str(values.get("ky", DEFAULT))
    return Asked(period if period in PERIODS else DEFAULT, chosen, destinations)


def counted(wish: Asked, *, anew: bool = False, by: Any = None) -> Count:
    """The count that is kept, at most some minutes old where it is short; a long one may still be under way."""
    return count(PERIODS[wish.period][1], destination=wish.destination, anew=anew, by=by)


@dataclass(frozen=True, slots=True)
class CauseShown:
    code: str
    cause: Cause
    count: int
    oldest: Any
    address: str


def causes_shown(result: Reconciliation, wish: Asked, asked_by: str = "vi") -> list[CauseShown]:
    return [
        CauseShown(code, result.names.causes[code], len(gaps), gaps[0].since, _list_of(wish, asked_by, code))
        for code, gaps in result.by_cause.items()
    ]


def _list_of(wish: Asked, asked_by: str, code: str) -> str:
    return wish.address("web:delivery_reconciling_list", **{asked_by: code})


def _lines(result: Reconciliation, wish: Asked, asked_by: str = "vi") -> list[Any]:
    """Each equality with its parts: how many, what stopped them, and the list of them."""
    names = result.names.causes
    return [
        (line, [(count, names[code].name, _list_of(wish, asked_by, code)) for code, count in line.gaps])
        for line in result.lines
    ]


def _of_health_checks(wish: Asked, result: Reconciliation | None, now: datetime) -> dict[str, Any]:
    """The same of health checks, where a hub takes them. What is late is counted over all, as in its list."""
    if result is None:
        return {}
    return {
        "lines": _lines(result, wish, OF_HEALTH_CHECKS),
        "causes": causes_shown(result, wish, OF_HEALTH_CHECKS),
        "older": causes_shown(result.older, wish, OF_OLDER_CHECKS) if result.older else [],
        "older_count": len(result.older.stories) if result.older else 0,
        "late": hub_clock.late(now).count(),
        "today": hub_clock.due_today(now).count(),
    }


def _of_check_ins(wish: Asked, result: Reconciliation | None) -> dict[str, Any]:
    if result is None:
        return {}
    return {"lines": _lines(result, wish, OF_CHECK_INS), "causes": causes_shown(result, wish, OF_CHECK_INS)}


@dataclass(frozen=True, slots=True)
class ClockRow:
    visit: int
    visit_code: str
    name: str
    closed_at: datetime
    due: Due


def clock_rows(person: Any, pairs: Iterable[tuple[Story, Due]]) -> list[ClockRow]:
    chosen = list(pairs)
    names = _names(person, {story.visit for story, _ in chosen})
    return [
        ClockRow(story.visit, story.visit_code, names.get(story.visit, ""), story.closed_at, due)
        for story, due in chosen
    ]


def _names(person: Any, visits: Iterable[int | None]) -> dict[int, str]:
    rows = Visit.objects.filter(pk__in=[pk for pk in visits if pk]).values_list("pk", "patient__full_name")
    return {pk: privacy.name_for(person, name) for pk, name in rows}


@page(policies.check_can_see_delivery)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    wish = asked(request.GET)
    found = counted(wish, anew=request.GET.get("dem") == "lai")
    result = found.result
    if request.headers.get("HX-Request"):
        return _progress(request, wish, found)
    if result is None:
        return render(request, "web/reconciling/counting.html", _counting(wish, found))
    late, today = result.late(), result.late_today()
    return render(request, "web/reconciling/overview.html", {**_overview(request, wish, result), **_counting(wish, found), "late": clock_rows(request.user, late[:SHOWN]), "late_count": len(late), "today": clock_rows(request.user, today[:SHOWN]), "today_count": len(today)})  # fmt: skip


def _counting(wish: Asked, found: Count) -> dict[str, Any]:
    return {
        "wish": wish,
        "progress": found.progress,
        "address": wish.address(),
        "last_count": Entry.objects.filter(action="reconciled").order_by("-seq").first(),
    }


def _progress(request: HttpRequest, wish: Asked, found: Count) -> HttpResponse:
    """How far it has come; the whole page once it is there."""
    answer = render(request, "web/reconciling/progress.html", _counting(wish, found))
    if found.progress is None:
        answer.headers["HX-Refresh"] = "true"
    return answer


def _overview(request: HttpRequest, wish: Asked, result: Reconciliation) -> dict[str, Any]:
    calendar, now = stored_calendar(), timezone.now()
    draft = [due for _, due in result.dues if due.clock.drafted]
    return {
        "wish": wish,
        "result": result,
        "periods": [
            (name, Asked(key, wish.destination, wish.destinations).address(), key == wish.period)
            for key, (name, _) in PERIODS.items()
        ],
        "choices": [
            (each, Asked(wish.period, each, wish.destinations).address(), each == wish.destination)
            for each in wish.destinations
        ]
        if len(wish.destinations) > 1
        else [],
        "lines": _lines(result, wish),
        "causes": causes_shown(result, wish),
        "older": causes_shown(result.older, wish, OF_OLDER) if result.older else [],
        "again": wish.address(dem="lai"),
        "late_address": wish.address("web:delivery_reconciling_list", han="qua-han"),
        "today_address": wish.address("web:delivery_reconciling_list", han="hom-nay"),
        "clocks": [*CLOCKS, *hub_clock.clocks_in_use()],
        "health_checks": _of_health_checks(wish, result.health_checks, now),
        "check_ins": _of_check_ins(wish, result.check_ins),
        "draft_over": sum(bool(due.over_by(result.at)) for due in draft),
        "draft_count": len(draft),
        "unknown_years": years_without_holidays(now),
        "calendar": calendar,
        "incidents": newest()[:SHOWN],
        "incident_count": Incident.objects.count(),
        "may_steer": policies.can_steer_delivery(request.user),
        "may_set_up": policies.can_set_up(request.user),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class GapRow:
    gap: Gap
    name: str
    address: str


def gap_rows(person: Any, gaps: list[Gap], of: str = VERSION) -> list[GapRow]:
    """Each with the page of what it is of; nothing is known here of whom a health check is about."""
    if of != VERSION:
        return [GapRow(gap, "", _page_of(gap, of)) for gap in gaps]
    names = _names(person, {gap.visit for gap in gaps})
    return [GapRow(gap, names.get(gap.visit or 0, ""), _page_of(gap, of)) for gap in gaps]


def _page_of(gap: Gap, of: str) -> str:
    if of == HEALTH_CHECK:
        return reverse("web:delivery_health_check", args=[gap.submission]) if gap.submission else ""
    if gap.visit is None:
        return ""
    return reverse("web:check_in_one" if of == CHECK_IN else "web:visit", args=[gap.visit]) + (
        "" if of == CHECK_IN else "#gui"
    )


def cause_asked(values: Any) -> tuple[str, str]:
    """By which name an address or a form asks for a cause, and its code."""
    name = next((each for each in KINDS if values.get(each) in CAUSES), "vi")
    return name, str(values.get(name, ""))


def of_kind(result: Reconciliation, name: str) -> Reconciliation | None:
    """The count that this name asks for."""
    return {
        "vi": result,
        OF_OLDER: result.older,
        OF_HEALTH_CHECKS: result.health_checks,
        OF_OLDER_CHECKS: result.health_checks and result.health_checks.older,
        OF_CHECK_INS: result.check_ins,
    }[name]


@page(policies.check_can_see_delivery)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The visits, health checks or check-ins behind a cause, or the visits behind a clock."""
    wish, (name, code), clock = asked(request.GET), cause_asked(request.GET), request.GET.get("han", "")
    result = counted(wish).result
    if result is None:
        return HttpResponseRedirect(wish.address())
    shown: dict[str, Any] = {"wish": wish, "back": wish.address(), "code": code}
    counts = of_kind(result, name)
    if code in CAUSES:
        gaps, deeds = counts.by_cause.get(code, []) if counts else [], DEEDS_OF[KINDS[name]]
        runs = code in deeds and policies.can_steer_delivery(request.user)
        shown |= {
            "cause": (counts.names.causes if counts else CAUSES)[code],
            "asked_by": name,
            "of": KINDS[name],
            "older": name in (OF_OLDER, OF_OLDER_CHECKS),
            "gaps": gap_rows(request.user, gaps[:LISTED], KINDS[name]),
            "count": len(gaps),
            "deed": deeds[code] if runs else "",
            "practice": code == "PRACTICE",
        }
    elif clock in CLOCK_LISTS:
        pairs = result.late() if clock == "qua-han" else result.late_today()
        rows_due = clock_rows(request.user, pairs[:LISTED])
        shown |= {"title": CLOCK_LISTS[clock], "dues": rows_due, "count": len(pairs)}
    else:
        raise Http404
    return render(request, "web/reconciling/list.html", {**shown, "most": LISTED})
