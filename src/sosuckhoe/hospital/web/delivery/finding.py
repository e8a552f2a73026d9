"""Noting on a visit's page what the portal reported of its content. Refused, it comes back as it was typed."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from ...delivery import actions
from ...delivery.models import Submission
from ...delivery.states import NoSuchStep
from ..shell.sent import address_of
from ..shell.toasts import done


class FindingForm(forms.Form):
    code = forms.CharField(
        label="Mã lỗi trên cổng",
        max_length=40,
        error_messages={
            "required": "Xin ghi mã lỗi như trên cổng.",
            "max_length": "Mã lỗi dài quá 40 ký tự. Chỉ ghi mã; lời báo ghi ở ô dưới.",
        },
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )
    path = forms.CharField(
        label="Chỉ tiêu",
        max_length=80,
        required=False,
        help_text="Ví dụ XML1.NGAY_RA; không rõ thì để trống",
        error_messages={"max_length": "Chỉ tiêu dài quá 80 ký tự. Ghi như XML1.NGAY_RA."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    message = forms.CharField(
        label="Lời báo của cổng",
        max_length=500,
        required=False,
        error_messages={"max_length": "Lời báo dài quá 500 ký tự. Ghi phần chính."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def note_finding(request: HttpRequest, submission: Submission) -> HttpResponse:
    """Note one, and go back to the visit; or show the form again on a page of its own, at what is wrong."""
    form = FindingForm(request.POST)
    if form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        found = (given["code"], given["path"], given["message"])
        try:
            actions.note_portal_findings(by=request.user, submission=submission, findings=[found])
        except (actions.NotInThisState, NoSuchStep):
            form.add_error(None, str(actions.NotInThisState.__doc__))
        else:
            done(request, "Đã ghi lỗi nội dung do cổng báo.")
            return HttpResponseRedirect(address_of(submission))
    for name in form.fields:
        if name in form.errors:
            form.fields[name].widget.attrs["autofocus"] = True
            break
    shown = {"form": form, "submission": submission, "back": address_of(submission)}
    return render(request, "web/delivery/finding.html", shown, status=422)
