"""Telling that a visit has begun: a form with the fields of table 0 and nothing else, and where each check-in is."""

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from ....healthbook.book.display import Names, day_of, value_texts
from ....healthbook.standard import Field
from ...cards.models import LookUp
from ...delivery.check_ins import AlreadyTold, NotNeeded, faults_of, tell
from ...delivery.models import Attempt, Submission
from ...delivery.withheld import mark_of
from ...journal.chain import note
from ...staff import policies
from ...staff.models import Facility
from ...visits.check_ins import is_emergency
from ...visits.models import CheckIn
from ..shell import privacy, words
from ..shell.access import page
from ..shell.paging import page_of
from ..shell.sent import found_by_code
from ..shell.toasts import done
from ..shell.ways import ways
from .forms import CheckInForm, from_look_up

SEES = (policies.check_can_look_up_cards, policies.check_can_see_delivery)


@page(policies.check_can_look_up_cards)
@require_http_methods(["GET", "POST"])
def check_in(request: HttpRequest) -> HttpResponse:
    facility = request.user.facility or Facility.objects.order_by("id").first()
    now = timezone.now()
    if request.method == "GET":
        asked = request.GET.get("tra", "")
        look_up = LookUp.objects.filter(pk=asked).first() if asked.isdigit() and len(asked) < 18 else None
        initial = from_look_up(look_up) if look_up else {}
        return _form(request, CheckInForm(initial={"arrived_at": now, "ordered_at": now, **initial}))
    form = CheckInForm(request.POST)
    if facility is None or not form.is_valid():
        return _form(request, form)
    row = form.row(facility.code)
    faults = [] if is_emergency(row) else faults_of(row, facility=facility, at=now)
    for fault in faults:
        if fault.severity == "error":
            form.refuse(fault)
    if form.errors:
        return _form(request, form)
    try:
        told = tell(row=row, facility=facility, facility_code=facility.code, by=request.user, at=now)
    except NotNeeded as reason:
        form.add_error(None, str(reason))
        return _form(request, form)
    except IntegrityError:
        form.add_error(None, AlreadyTold.__doc__ or "")
        return _form(request, form)
    done(request, "Đã ghi báo vào khám. Hệ thống tự ký và gửi; việc khám không phải đợi.")
    return HttpResponseRedirect(reverse("web:check_in_one", args=[told.check_in.pk]))


def _form(request: HttpRequest, form: CheckInForm) -> HttpResponse:
    return render(request, "web/cards/check_in.html", {"form": form}, status=422 if form.errors else 200)


@page(*SEES)
@require_GET
def check_ins(request: HttpRequest) -> HttpResponse:
    """Newest first; by a code, and what needs a person can be chosen."""
    state, code = request.GET.get("trang-thai", ""), request.GET.get("ma", "").strip()[:100]
    rows = Submission.ledger.filter(check_in__isnull=False)
    if code:
        numbers = policies.can_read_patients(request.user)
        rows = found_by_code(code, numbers=numbers).filter(check_in__isnull=False)
    chosen = rows.filter(state=state) if state in words.SUBMISSION else rows
    shown = page_of(
        chosen.select_related("check_in", "destination"),
        by="created_at",
        after=request.GET.get("sau", ""),
        newest_first=True,
    )
    counts = {each: rows.filter(state=each).count() for each in ("UNKNOWN", "HELD", "REFUSED", "SIGNED")}
    state = state if state in words.SUBMISSION else ""
    return render(
        request,
        "web/cards/check_ins.html",
        {
            "rows": [(row, _name(request.user, row.check_in)) for row in shown.rows],
            "count": chosen.count(),
            "code": code,
            "state": words.state(state) if state else None,
            "filters": [
                (words.state(each), _address(ma=code, **{"trang-thai": each}), each == state, count)
                for each, count in counts.items()
                if count
            ],
            "all": _address(ma=code),
            "may_tell": policies.can_look_up_cards(request.user),
            "first": shown.first,
            "start": _address(ma=code, **{"trang-thai": state}),
            "next": _address(ma=code, **{"trang-thai": state, "sau": shown.next}) if shown.next else "",
        },
    )


def _address(**asked: str) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return reverse("web:check_ins") + (f"?{urlencode(kept)}" if kept else "")


@page(*SEES)
@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """What one check-in says, and how far it is."""
    found = get_object_or_404(CheckIn.objects.select_related("facility", "patient"), pk=pk)
    note(request.user, "check-in-read", "check-in", found.pk)
    submissions = found.submissions.select_related("destination", "check_in").order_by("id")
    table, reads = found.edition.table("check_in"), reader(found)
    seen = privacy.sees_names(request.user)
    return render(
        request,
        "web/cards/check_in_one.html",
        {
            "check_in": found,
            "name": _name(request.user, found),
            "submissions": [(each, ways(each)) for each in submissions],
            "withheld": mark_of(found.facility_id, found.visit_code),
            "receipts": [receipt for each in submissions for receipt in each.receipts.all()],
            "attempts": Attempt.objects.filter(submission__in=submissions)
            .defer("answer")
            .select_related("submission__destination")
            .order_by("-started_at"),
            "fields": [
                (field.label_vi, field.official, reads(field, found.row[field.english]))
                for field in table.fields
                if field.english in found.row
            ]
            if seen
            else [],
            "sees_raw": policies.can_see_delivery(request.user),
            "may_steer": policies.can_steer_delivery(request.user),
        },
    )


def reader(check_in: CheckIn) -> Callable[[Field, str], str]:
    """How the values of a check-in are read: times as people write them, codes by their names."""
    arrived = day_of(check_in.row.get("arrived_at", ""))
    names = Names(check_in.edition, discharged=arrived, arrived=arrived, facilities={}, practitioners={})
    ordered = day_of(check_in.row.get("ordered_at", ""))

    def reads(field: Field, raw: str) -> str:
        text = "; ".join(value_texts(field, raw, names, ordered=ordered))
        return raw if text == f"mã {raw}" else text

    return reads


def _name(person: Any, check_in: CheckIn | None) -> str:
    return privacy.name_for(person, check_in.row.get("full_name", "")) if check_in else ""
