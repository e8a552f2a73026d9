"""Every call of a service leaves a row in the history, written before the reply and marked once it has left."""

import logging
import threading
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from sosuckhoe.simulator.clock import models as clock

from .addresses import service_at
from .models import Call
from .statements import add, change
from .turns import knock, working

log = logging.getLogger(__name__)


class Recorded:
    """Around every service: gives the request its ``call`` and its ``service``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        service = service_at(request.path)
        assert service is not None
        request.service = service  # type: ignore[attr-defined]
        request.came_at = knock()  # type: ignore[attr-defined]
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
        as_stored = (call.http_status, call.reply, call.faults)
        call.http_status = response.status_code
        broken = getattr(response, "reset_connection", False)
        call.reply = Call.DROPPED if broken else Call.PENDING
        if call.pk is None:
            add(call)
        elif as_stored != (call.http_status, call.reply, call.faults):
            with working:
                call.save()
        if not broken:
            _leaving.add(call)
            response.on_left = lambda taken: _left(call, taken)  # type: ignore[attr-defined]
        return response


SOON = 0.1
"""Seconds within which it is written down that a reply has left; the next record that is stored takes it along."""
_leaving: set[Call] = set()
_noted: list[tuple[str, int]] = []
_settled = threading.Condition()
_awaited = False


def _left(call: Call, taken: bool) -> None:
    global _awaited
    with _settled:
        _noted.append((Call.SENT if taken else Call.DROPPED, call.pk))
        _leaving.discard(call)
        _settled.notify_all()
        if _awaited:
            return
        _awaited = True
    later = threading.Timer(SOON, _write_down_soon)
    later.daemon = True
    later.start()


def _write_down_soon() -> None:
    global _awaited
    with _settled:
        _awaited = False
    write_down()


def write_down() -> None:
    """Which replies have left by now, in the commit that is being made or in one of its own."""
    with working:
        with _settled:
            noted, _noted[:] = list(_noted), []
        try:
            if noted:
                change(Call, "reply = ?", *noted)
        except BaseException:
            with _settled:
                _noted[:0] = noted
            raise


def settle(seconds: float = 0.5) -> None:
    """Wait a moment for replies that are just leaving: their callers have them before we have noted it."""
    with _settled:
        _settled.wait_for(lambda: not _leaving, timeout=seconds)
    write_down()
