"""Pages and forms while nothing can be saved: what can be read is served, whatever would write is told so in a sentence."""

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
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


SECRETS = frozenset({"password", "old", "new", "again", "pin", "secret"})
"""Names of fields that no page gives back."""


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    reads = request.method in READS
    asked = {"why": why, "next_step": NEXT_STEP, "reads": reads, "typed": None if reads else _typed(request)}
    if request.headers.get("HX-Request") and not reads:
        # It takes the place of the piece that asked: htmx shows nothing of an answer that says 503.
        return render(request, "web/shell/step_not_saved.html", asked)
    return render(request, "503_read_only.html", asked, status=503)


def _typed(request: HttpRequest) -> list[tuple[str, str]] | None:
    """What the form brought, by name, so that the answer can carry it: with the button back a browser forgets some of it.
    None where that cannot be, as of a file, or must not, as of a password."""
    if request.content_type != "application/x-www-form-urlencoded":
        return None
    try:
        given = request.POST
    except (SuspiciousOperation, OSError):  # too much of it, or cut off on its way
        return None
    if SECRETS & given.keys():
        return None
    return [(name, value) for name, values in given.lists() for value in values]
