"""The little piece that every page asks for again: the word about sending."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ...staff import policies
from .access import page
from .sending import sending_now


@page()
@require_GET
def sending_word(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "web/shell/sending.html",
        {"sending": sending_now(), "may_open": policies.can_see_delivery(request.user)},
    )
