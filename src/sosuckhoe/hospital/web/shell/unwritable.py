"""Characters that nothing here can keep: no XML document holds them, and PostgreSQL takes no NUL.

Nobody types them; a scanner, a broken copy or somebody who tries doors sends them. They are dropped at the door, from
what is asked and from what is typed, so no page has to think of them. Files stay the bytes they are.
"""

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict

UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Unwritable:
    """Middleware, the last: what reaches a view in a query or a form can be kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *arguments: Any) -> None:
        # Reading a form reads the body. Where the token is not asked for before the view, the view wants to look first.
        if not getattr(view, "csrf_exempt", False):
            drop_unwritable(request)


def drop_unwritable(request: HttpRequest) -> None:
    request.GET = _writable(request.GET)
    request.POST = _writable(request.POST)


def _writable(given: QueryDict) -> QueryDict:
    if not any(UNWRITABLE.search(each) for name, values in given.lists() for each in (name, *values)):
        return given
    kept = QueryDict(mutable=True)
    for name, values in given.lists():
        for value in values:
            kept.appendlist(UNWRITABLE.sub("", name), UNWRITABLE.sub("", value))
    kept._mutable = False
    return kept
