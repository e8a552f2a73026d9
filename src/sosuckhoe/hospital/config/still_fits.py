"""Pages of a program that is older than the database they stand on: none is served, for what it would write may be wrong."""

import time
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .start import Upgraded

LOOKS_EVERY = 2.0
"""Seconds for which a page that only reads trusts the last look. Whatever writes looks itself."""
READS = ("GET", "HEAD", "OPTIONS")


class StillFits:
    """Around every page and form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response, self._upgraded = get_response, Upgraded()
        self._why, self._looked_at = "", -LOOKS_EVERY

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if why := self._why_not(request.method in READS):
            return render(request, "503_upgraded.html", {"why": why}, status=503)
        return self._get_response(request)

    def _why_not(self, reads: bool) -> str:
        if not reads or time.monotonic() - self._looked_at >= LOOKS_EVERY:
            try:
                self._why = self._upgraded.why_stop()
            except DatabaseError:
                return ""  # the page will say so itself
            self._looked_at = time.monotonic()
        return self._why
