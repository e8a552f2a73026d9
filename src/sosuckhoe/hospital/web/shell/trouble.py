"""What a browser is told when a page could not be made: the database's trouble passes, so it says when to come again."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import loader
from django.views import defaults

AGAIN_AFTER = 10
"""Seconds."""


def server_error(request: HttpRequest) -> HttpResponseBase:
    """503 where the database cannot be reached, has no connection left, is locked or full (F26); 500 for all else.

    Made without the database: this is Django's ``handler500``, called while the exception is being handled.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        text = loader.get_template("503.html").render()
        return HttpResponse(text, status=503, headers={"Retry-After": str(AGAIN_AFTER)})
    return defaults.server_error(request)
