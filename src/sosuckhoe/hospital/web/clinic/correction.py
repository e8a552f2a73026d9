"""Correcting one value: the new value and its reason, a preview, then the next version. The old one stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from ....healthbook.record import Record
from ....healthbook.standard import Edition, Field, Table
from ...delivery.closing import Checked, OtherPerson, check, correct_visit, edition_for
from ...journal.chain import note
from ...staff import policies
from ...visits.models import RecordVersion, Visit
from ..shell.access import page
from ..shell.toasts import done
from . import queries
from .layout import NARROW_BY_LAW

MOST_CHOICES = 120
"""Code lists longer than this are typed, not chosen."""


@dataclass(frozen=True, slots=True)
class Target:
    """The one place of a record that is to change."""

    table: Table
    field: Field
    row: int

    @property
    def path(self) -> str:
        return f"{self.table.official}.{self.field.official}"

    def value_in(self, record: Record) -> str:
        rows = record.rows(self.table.english)
        return rows[self.row - 1].get(self.field.english, "") if self.row <= len(rows) else ""

    def changed(self, record: Record, value: str) -> Record:
        """A copy of the record with the new value; an empty value takes the field out."""
        tables = {name: [dict(row) for row in rows] for name, rows in record.tables.items()}
        row = tables[self.table.english][self.row - 1]
        if value:
            row[self.field.english] = value
        else:
            row.pop(self.field.english, None)
        return Record(tables)


class Correction(forms.Form):
    value = forms.CharField(label="Giá trị mới", required=False, strip=True, max_length=60000)
    reason = forms.CharField(
        label="Lý do sửa",
        max_length=1000,
        help_text="Lý do đi cùng bản mới và được giữ mãi trong hồ sơ.",
        error_messages={"required": "Xin ghi lý do sửa."},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, target: Target, choices: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["value"]
        if choices:
            options = [("", "(bỏ trống)")] + [(code, f"{code} – {name}") for code, name in choices.items()]
            field.widget = forms.Select(choices=options)
        elif target.field.max_length is None or target.field.max_length > 200:
            field.widget = forms.Textarea(attrs={"rows": 5})
        field.help_text = HINTS.get(target.field.kind, "")


HINTS = {
    "datetime12": "12 chữ số năm-tháng-ngày-giờ-phút, ví dụ 202611150705 là 07:05 ngày 15/11/2026.",
    "date8": "8 chữ số năm-tháng-ngày, ví dụ 20261115.",
    "decimal": "Dùng dấu chấm cho phần lẻ, như trong tệp: 150000.50",
    "codes": "Nhiều mã cách nhau bằng dấu chấm phẩy.",
}


def _target(request: HttpRequest, record: Record, edition: Edition) -> Target:
    table_name, _, field_name = request.GET.get("cho", "").partition(".")
    try:
        table = edition.table(table_name)
        field = table.field(field_name)
        row = int(request.GET.get("dong", "1"))
    except (KeyError, ValueError) as wrong:
        raise Http404 from wrong
    if (
        table.english in NARROW_BY_LAW
        or field.english == "visit_code"
        or not 1 <= row <= len(record.rows(table.english))
    ):
        raise Http404
    return Target(table, field, row)


def _choices(target: Target, record: Record, edition: Edition) -> Mapping[str, str]:
    listed = edition.codes.get(target.field.codes)
    day = record.discharge_day()
    if listed is None or day is None or target.field.kind != "code":
        return {}
    valid = listed.on(day)
    return (
        {}
        if len(valid) > MOST_CHOICES or not listed.closed
        else {c: each.name_vi for c, each in valid.items()}
    )


@page(policies.check_can_close_visits)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    visit = get_object_or_404(queries.visits(), pk=pk)
    latest = visit.latest
    record, now = latest.record, timezone.now()
    edition = edition_for(record, now)
    target = _target(request, record, edition)
    before = target.value_in(record)
    form = Correction(
        request.POST or None,
        target=target,
        choices=_choices(target, record, edition),
        initial={"value": before, "version": latest.number},
    )
    checked: Checked | None = None
    if request.method == "GET":
        note(request.user, "visit-read", "visit", visit.pk, record=True, table=target.table.official)
    elif form.is_valid():
        problem = _problem(form, latest, before)
        if problem:
            form.add_error(*problem)
        else:
            checked = check(
                target.changed(record, form.cleaned_data["value"]), facility=visit.facility, at=now
            )
            if request.POST.get("step") == "save":
                saved = _save(request, visit, checked, form)
                if saved:
                    return saved
    errors = [fault for fault in checked.faults if fault.severity == "error"] if checked else []
    return render(
        request,
        "web/clinic/correct.html",
        {
            "visit": visit,
            "target": target,
            "before": before,
            "form": form,
            "latest": latest,
            "preview": checked is not None and not form.errors,
            "after": form.cleaned_data.get("value", "") if checked else "",
            "errors": errors,
            "here_still": [f for f in errors if f.path == target.path and (f.row or 1) == target.row],
            "findings": latest.findings.filter(path=target.path),
        },
        status=422 if form.errors else 200,
    )


def _problem(form: Correction, latest: RecordVersion, before: str) -> tuple[str | None, str] | None:
    if form.cleaned_data["version"] != latest.number:
        return None, (
            f"Trong lúc sửa, hồ sơ đã có bản {latest.number}. Xem lại giá trị hiện nay ở dưới rồi sửa tiếp."
        )
    if form.cleaned_data["value"] == before:
        return "value", "Giá trị mới giống giá trị đang có."
    return None


def _save(request: HttpRequest, visit: Visit, checked: Checked, form: Correction) -> HttpResponse | None:
    try:
        closed = correct_visit(
            visit=visit,
            checked=checked,
            by=request.user,
            at=timezone.now(),
            reason=form.cleaned_data["reason"],
        )
    except OtherPerson as refusal:
        form.add_error(None, str(refusal))
        return None
    sentence = f"Đã lưu bản {closed.version.number}."
    done(
        request,
        f"{sentence} Hồ sơ còn lỗi khác nên vẫn tạm giữ."
        if closed.held
        else f"{sentence} Hồ sơ sẽ tự được ký và gửi.",
        undo=reverse("web:visit_undo", args=[visit.pk, closed.version.number]),
    )
    return HttpResponseRedirect(reverse("web:visit", args=[visit.pk]))
