"""Loading a list in two steps: a file is shown as changes, then loaded. Nothing changes in between."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from ...staff import policies
from ...staff.models import Facility
from ...visits.catalogue_files import LARGEST, UnusableFile
from ...visits.catalogue_kinds import KINDS, Kind
from ...visits.catalogues import Change, NeedsConfirmation, NeedsSource, Plan, Stale, load, preview
from ...visits.models import CatalogueImport, CatalogueRow
from ..shell.access import page
from ..shell.fields import REQUIRED
from ..shell.toasts import done
from . import set_aside

SHOWN = 20
"""Changes of each sort shown."""


class Given(forms.Form):
    """A file, since when, and which text it comes from."""

    file = forms.FileField(
        label="Tệp danh mục",
        help_text="Excel (.xlsx) có một trang tính, hoặc CSV UTF-8. Cột mã ở dạng Văn bản.",
        error_messages={**REQUIRED, "empty": "Tệp này rỗng."},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv", "class": "file-input"}),
    )
    since = forms.DateField(
        label="Thay đổi có hiệu lực từ ngày",
        help_text="Dòng nào tự ghi TU_NGAY thì theo ngày của dòng.",
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        error_messages={**REQUIRED, "invalid": "Ngày cần dạng ngày/tháng/năm, ví dụ 15/11/2026."},
        widget=forms.DateInput(
            attrs={
                "class": "short",
                "inputmode": "numeric",
                "placeholder": "15/11/2026",
                "autocomplete": "off",
            },
            format="%d/%m/%Y",
        ),
    )
    source = forms.CharField(
        label="Nguồn", help_text="Văn bản và phụ lục, hoặc mẫu.", max_length=255, error_messages=REQUIRED
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(f"Tệp lớn quá {LARGEST // 1024 // 1024} MB.")
        return file


class Repeated(Given):
    """The same again, once the file is set aside."""

    file = None
    kept = forms.CharField()
    name = forms.CharField(max_length=255)
    after_import = forms.IntegerField(min_value=0)
    confirmed = forms.BooleanField(required=False)


def _facility() -> Facility | None:
    return Facility.objects.filter(until__isnull=True).first()


@page(policies.check_can_set_up)
@require_GET
def catalogues(request: HttpRequest) -> HttpResponse:
    facility = _facility()
    latest = {one.kind: one for one in CatalogueImport.objects.filter(facility=facility).order_by("id")}
    today = timezone.localdate()
    valid = Q(since=None) | Q(since__lte=today), Q(until=None) | Q(until__gte=today)
    rows = CatalogueRow.objects.filter(*valid, facility=facility).values("kind").annotate(number=Count("id"))
    counts = {row["kind"]: row["number"] for row in rows}
    lists = [(kind, facts, latest.get(kind), counts.get(kind, 0)) for kind, facts in KINDS.items()]
    return render(request, "web/catalogues/lists.html", {"lists": lists, "facility": facility})


@page(policies.check_can_set_up)
@require_http_methods(["GET", "POST"])
def catalogue(request: HttpRequest, kind: str) -> HttpResponse:
    facts, facility = KINDS.get(kind), _facility()
    if facts is None or facility is None:
        raise Http404
    if request.POST.get("step") == "load":
        return _load(request, kind, facts, facility)
    if request.method == "GET":
        return _page(
            request,
            kind,
            facts,
            facility,
            Given(initial={"source": facts.source, "since": timezone.localdate()}),
        )
    form = Given(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, kind, facts, facility, form)
    file, given = form.cleaned_data["file"], form.cleaned_data
    data = file.read()
    try:
        plan = preview(kind=kind, name=file.name, data=data, facility=facility, since=given["since"])
    except UnusableFile as problem:
        form.add_error("file", f"{problem} Danh mục đang dùng giữ nguyên.")
        return _page(request, kind, facts, facility, form)
    return _preview(request, kind, facts, plan, set_aside.put(data), given["source"])


def _page(
    request: HttpRequest, kind: str, facts: Kind, facility: Facility, form: forms.Form, problem: str = ""
) -> HttpResponse:
    loads = CatalogueImport.objects.filter(facility=facility, kind=kind)[:10]
    return render(
        request,
        "web/catalogues/list.html",
        {"kind": kind, "facts": facts, "form": form, "loads": loads, "problem": problem},
        status=422 if form.errors or problem else 200,
    )


def _preview(
    request: HttpRequest, kind: str, facts: Kind, plan: Plan, kept: str, source: str, problem: str = ""
) -> HttpResponse:
    sorts = (("Thêm", plan.added), ("Đổi", plan.changed), ("Hết hiệu lực", plan.closed))
    shown = [
        (
            title,
            len(changes),
            [_shown(facts, change) for change in changes[:SHOWN]],
            max(0, len(changes) - SHOWN),
        )
        for title, changes in sorts
    ]
    return render(
        request,
        "web/catalogues/preview.html",
        {
            "kind": kind,
            "facts": facts,
            "plan": plan,
            "kept": kept,
            "source": source,
            "sorts": shown,
            "problem": problem,
        },
        status=422 if problem else 200,
    )


@dataclass(frozen=True)
class Shown:
    """One change for the screen."""

    code: str
    name: str
    columns: list[tuple[str, str, str]]
    """Column, before, after."""
    change: Change


def _shown(facts: Kind, change: Change) -> Shown:
    old, new = (change.before.values if change.before else {}), change.after or {}
    values = new or old
    name = next(
        (values[column] for column in facts.columns if column.startswith("TEN") and column in values), ""
    )
    both = bool(old and new)
    columns = (
        [(column, old.get(column, ""), new.get(column, "")) for column in change.code_columns] if both else []
    )
    return Shown(values[facts.code], name, columns, change)


def _load(request: HttpRequest, kind: str, facts: Kind, facility: Facility) -> HttpResponse:
    form = Repeated(request.POST)
    if not form.is_valid():
        raise BadRequest
    given = form.cleaned_data
    again = Given(initial={"source": given["source"], "since": given["since"]})
    try:
        data = set_aside.get(given["kept"])
        plan = preview(kind=kind, name=given["name"], data=data, facility=facility, since=given["since"])
    except (set_aside.NotThere, UnusableFile) as problem:
        return _page(request, kind, facts, facility, again, str(problem))
    if plan.after_import != given["after_import"]:
        return _preview(request, kind, facts, plan, given["kept"], given["source"], str(Stale.__doc__))
    try:
        load(
            plan=plan,
            source=given["source"],
            by=request.user,
            at=timezone.now(),
            confirmed=given["confirmed"],
        )
    except (NeedsConfirmation, NeedsSource, Stale) as problem:
        return _preview(request, kind, facts, plan, given["kept"], given["source"], str(problem))
    set_aside.drop(given["kept"])
    done(request, f"Đã nhập danh mục {facts.title}: thêm {len(plan.added)}, đổi {len(plan.changed)}, hết hiệu lực {len(plan.closed)} dòng.")  # fmt: skip
    return HttpResponseRedirect(reverse("web:admin_catalogue", args=[kind]))
