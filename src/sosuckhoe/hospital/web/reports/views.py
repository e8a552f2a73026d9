"""The six-month report on the screen, on paper and as a file; all three from the same count."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from ...delivery.models import Submission
from ...delivery.reports import six_month as counting
from ...journal.chain import note
from ...staff import policies
from ...staff.models import Facility
from ...visits.models import Visit
from ..shell.access import page
from ..shell.facility import facility_for
from ..shell.navigation import can_work
from ..shell.paging import page_of
from ..shell.privacy import name_for
from . import files

HALVES: Mapping[int, str] = {1: "6 tháng đầu năm", 2: "6 tháng cuối năm"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The half-year that the address names; the running one when it names none."""

    year: int
    half: int

    @property
    def period(self) -> counting.Period:
        return counting.Period.half_year(self.year, self.half)

    @property
    def query(self) -> dict[str, int]:
        return {"nam": self.year, "nua": self.half}


def _asked(request: HttpRequest) -> Asked:
    today = timezone.localdate()
    try:
        year = int(request.GET.get("nam") or today.year)
        half = int(request.GET.get("nua") or (1 if today.month <= 6 else 2))
    except ValueError as wrong:
        raise Http404 from wrong
    if half not in HALVES or not 2023 <= year <= today.year + 1:
        raise Http404
    return Asked(year, half)


def _report(facility: Facility, asked: Asked) -> counting.SixMonthReport:
    return counting.six_month_report(facility=facility, period=asked.period, at=timezone.now())


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the table, what it counts, and its list."""

    value: int
    label: str
    address: str


COLUMNS = (
    (True, None, "Sử dụng thẻ BHYT: Số lượt"),
    (True, True, "Sử dụng thẻ BHYT: Đã liên thông"),
    (False, None, "Không sử dụng BHYT: Số lượt"),
    (False, True, "Không sử dụng BHYT: Đã liên thông"),
)
"""Insured or not; None for all visits, True for those transmitted; what a phone and a screen reader call it."""


def _numbers(report: counting.SixMonthReport, asked: Asked, row: int) -> list[Number]:
    found = []
    for insured, transmitted, label in COLUMNS:
        cell = report.cells[row, insured] if row else report.total(insured)
        query: dict[str, Any] = {**asked.query, "the": "co" if insured else "khong"}
        if row:
            query["dong"] = row
        if transmitted:
            query["lien-thong"] = "roi"
        found.append(Number(cell.transmitted if transmitted else cell.visits, label, _list_address(query)))
    return found


def _list_address(query: Mapping[str, Any]) -> str:
    return f"{reverse('web:six_month_cell')}?{urlencode(query)}"


@page(policies.check_can_report)
@require_GET
def six_month(request: HttpRequest) -> HttpResponse:
    asked, facility = _asked(request), facility_for(request.user)
    context: dict[str, Any] = {"asked": asked, "halves": HALVES, "years": _years(), "facility": facility}
    if facility:
        report = _report(facility, asked)
        context |= {
            "report": report,
            "title": counting.TITLE,
            "rows": [(row, name, _numbers(report, asked, row)) for row, name in counting.ROWS.items()],
            "total": _numbers(report, asked, 0),
            "excluded": [
                (counting.EXCLUSIONS[name], number, _list_address({**asked.query, "ngoai": name}))
                for name, number in report.excluded.items()
                if number
            ],
            "unmapped": sorted(report.unmapped.items()),
            "unmapped_count": sum(report.unmapped.values()),
            "unmapped_address": _list_address({**asked.query, "chua-xep": "1"}),
            "running": asked.period.end > timezone.now(),
            "downloads": urlencode(asked.query),
            "may_set_up": policies.can_set_up(request.user),
        }
    return render(request, "web/reports/six_month.html", context)


def _years() -> list[int]:
    first = Visit.objects.aggregate(first=Min("closed_at"))["first"]
    today = timezone.localdate().year
    return list(range(today, min(timezone.localtime(first).year if first else today, today) - 1, -1))


@page(policies.check_can_report)
@require_GET
def cell(request: HttpRequest) -> HttpResponse:
    """The list behind one number."""
    asked, facility = _asked(request), facility_for(request.user)
    if facility is None:
        raise Http404
    given = request.GET
    row = given.get("dong", "")
    excluded = given.get("ngoai", "")
    if (row and row not in map(str, counting.ROWS)) or (excluded and excluded not in counting.EXCLUSIONS):
        raise Http404
    definition = counting.definition_for(facility, timezone.localdate())
    insured = {"co": True, "khong": False}.get(given.get("the", ""))
    transmitted = {"roi": True, "chua": False}.get(given.get("lien-thong", ""))
    rows = counting.visits_of(
        period=asked.period,
        definition=definition,
        row=int(row) if row else None,
        insured=insured,
        transmitted=transmitted,
        excluded=excluded,
        unmapped=given.get("chua-xep") == "1",
    ).select_related("patient")
    shown = page_of(rows, by=definition.column, after=given.get("sau", ""))
    kept = {name: value for name, value in given.items() if name != "sau"}
    return render(
        request,
        "web/reports/cell.html",
        {
            "heading": _heading(row, insured, transmitted, excluded, given.get("chua-xep") == "1"),
            "asked": asked,
            "half": HALVES[asked.half],
            "back": f"{reverse('web:six_month')}?{urlencode(asked.query)}",
            "count": rows.count(),
            "rows": [
                (visit, name_for(request.user, visit.patient.full_name), state)
                for visit, state in _with_states(shown.rows)
            ],
            "opens": can_work(request.user),
            "first": shown.first,
            "start": _list_address(kept),
            "next": _list_address({**kept, "sau": shown.next}) if shown.next else "",
        },
    )


def _with_states(visits: Any) -> list[tuple[Any, str | None]]:
    states = dict(
        Submission.objects.filter(version__visit__in=[visit.pk for visit in visits])
        .order_by("version__number")
        .values_list("version__visit", "state")
    )
    return [(visit, states.get(visit.pk)) for visit in visits]


def _heading(row: str, insured: bool | None, transmitted: bool | None, excluded: str, unmapped: bool) -> str:
    if excluded:
        return f"Không tính vào bảng: {counting.EXCLUSIONS[excluded]}"
    if unmapped:
        return "Chưa xếp vào dòng nào"
    parts = [counting.ROWS[int(row)] if row else "Cộng"]
    if insured is not None:
        parts.append("sử dụng thẻ BHYT" if insured else "không sử dụng BHYT")
    if transmitted is not None:
        parts.append("đã liên thông" if transmitted else "chưa liên thông")
    return ", ".join(parts)


@page(policies.check_can_report)
@require_GET
def download(request: HttpRequest, form: str) -> HttpResponse:
    """The same table as a spreadsheet or as plain values, without anything that calculates."""
    asked, facility = _asked(request), facility_for(request.user)
    if facility is None or form not in files.FORMS:
        raise Http404
    note(
        request.user,
        "report-downloaded",
        "report",
        "six-month",
        period=f"{asked.year}-{asked.half}",
        form=form,
    )
    kind, write = files.FORMS[form]
    response = HttpResponse(write(_report(facility, asked)), content_type=kind)
    name = f"bao-cao-6-thang-{facility.code}-{asked.year}-{asked.half}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
