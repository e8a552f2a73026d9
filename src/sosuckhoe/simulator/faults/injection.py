"""Lets the scenarios that are switched on strike a call: before it, inside it, after it."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from sosuckhoe.simulator.portal.asked import ServiceRequest

from . import after, before
from .broken import reset
from .outage import silent
from .switching import Strikes, strikes_of


class Struck:
    """Around every service: gives the request its ``strikes``; those of the phase "during" are read by the portal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = cast(ServiceRequest, request)
        if silent():
            return reset()
        strikes = asked.strikes = strikes_of(asked)
        asked.call.faults = list(strikes.by_key)
        for key, parameters in strikes.by_key.items():
            if key in before.ANSWERS:
                answer = before.ANSWERS[key](asked, parameters)
                if answer is not None:
                    if not getattr(answer, "reset_connection", False):
                        # Whoever is answered in words was listened to: said to the head alone, the words would mean
                        # something else, and which of the two they are would be chance.
                        _ = asked.body
                    return answer
        return _spoiled(asked, self.get_response(request), strikes)


def _spoiled(request: ServiceRequest, response: HttpResponseBase, strikes: Strikes) -> HttpResponseBase:
    for key, parameters in strikes.by_key.items():
        # Only a plain answer can be spoiled; one that is broken already stays as it is.
        if key in after.ANSWERS and isinstance(response, HttpResponse) and response.content:
            response = after.ANSWERS[key](request, response, parameters)
    return response
