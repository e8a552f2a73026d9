"""Lets the scenarios that are switched on strike a call: before it, inside it, after it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from . import after, before
from .broken import reset
from .outage import silent
from .switching import Strikes, strikes_of


class Struck:
    """Middleware: gives the request its ``strikes``; those of the phase "during" are read by the portal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.service is None:  # type: ignore[attr-defined]
            return self.get_response(request)
        if silent():
            return reset()
        strikes = request.strikes = strikes_of(request)  # type: ignore[attr-defined]
        request.call.faults = list(strikes.by_key)  # type: ignore[attr-defined]
        for key, parameters in strikes.by_key.items():
            if key in before.ANSWERS:
                answer = before.ANSWERS[key](request, parameters)
                if answer is not None:
                    return answer
        response = self.get_response(request)
        return _spoiled(request, response, strikes)


def _spoiled(request: HttpRequest, response: HttpResponseBase, strikes: Strikes) -> HttpResponseBase:
    for key, parameters in strikes.by_key.items():
        # Only a plain answer can be spoiled; one that is broken already stays as it is.
        whole = isinstance(response, HttpResponse) and not getattr(response, "reset_connection", False)
        if key in after.ANSWERS and whole and response.content:
            response = after.ANSWERS[key](request, response, parameters)
    return response
