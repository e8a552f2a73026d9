"""Pages and forms while nothing can be saved: what can be read is served, whatever would write is told so in a sentence."""

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ...delivery.saving import NEXT_STEP, cannot_save, could_not_save

READS = ("GET", "HEAD", "OPTIONS")


class Saving:
    """Around every page and form. A form is refused before it has done anything: what it did would leave no trace. A page
    that wants to note who reads it fails by itself, and its failure gets the same sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._answer(request)
        finally:
            if could_not_save() and not connection.in_atomic_block:
                connection.close()  # what it began with would stay when it can be written again

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.method not in READS and (why := cannot_save()):
            return _refused(request, why)
        response = self._get_response(request)
        if response.status_code in (500, 503) and (why := cannot_save()):
            return _refused(request, why)
        return response


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    asked = {"why": why, "next_step": NEXT_STEP, "reads": request.method in READS}
    response = render(request, "503_read_only.html", asked, status=503)
    if request.headers.get("HX-Request") and not asked["reads"]:
        response["HX-Refresh"] = (
            "true"  # a piece of a page has no place for it; the page itself shows the banner
        )
    return response
