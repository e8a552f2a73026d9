"""Every call of a service leaves a row in the history, written before the reply and marked once it has left."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from sosuckhoe.simulator.clock import models as clock

from .addresses import service_at
from .models import Call

log = logging.getLogger(__name__)


class Recorded:
    """Middleware: gives the request its ``call`` and its ``service``; nothing happens to pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.service = service = service_at(request.path)  # type: ignore[attr-defined]
        if service is None:
            return self.get_response(request)
        call = request.call = Call(  # type: ignore[attr-defined]
            simulated_at=clock.now(),
            service=service.name,
            path=request.path[:200],
            address=str(request.META["REMOTE_ADDR"]),
        )
        if request.path != service.path:
            call.warnings.append(f"path spelt {request.path}")
            log.warning("path spelt %s instead of %s", request.path, service.path)
        response = self.get_response(request)
        call.http_status = response.status_code
        if getattr(response, "reset_connection", False) or getattr(response, "broken", False):
            call.reply = Call.DROPPED
        else:
            response.on_sent = lambda: Call.objects.filter(pk=call.pk).update(reply=Call.SENT)  # type: ignore[attr-defined]
        call.save()
        return response
