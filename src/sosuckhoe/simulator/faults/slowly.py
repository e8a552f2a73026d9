"""A portal that reads slowly: so many bytes of a body a second, whatever the sender's patience (F42)."""

import select
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from sosuckhoe.simulator.portal.asked import ServiceRequest

SHORTEST = 0.05
"""Seconds between two reads at least: a fast pace takes larger bites."""
HUNG_UP = select.POLLRDHUP | select.POLLHUP | select.POLLERR


def read_slowly(request: ServiceRequest, parameters: Mapping[str, Any]) -> None:
    """Read the body at ``bytes_per_second``; what comes after reads it from memory.

    A sender that hangs up is waited for no longer: what has arrived of it by then is read at once, and where that is
    all, the portal goes on and stores it, as a real one would that finds the whole body in its buffers.
    """
    pace = float(parameters["bytes_per_second"])
    pause = max(SHORTEST, 1 / pace)
    bite, body, waits = max(1, round(pace * pause)), BytesIO(), True
    line = select.poll()
    line.register(request.META["gunicorn.socket"], HUNG_UP)
    while part := request.read(bite if waits else 65536):
        body.write(part)
        waits = waits and not line.poll(pause * 1000)
    body.seek(0)
    # Django's own way of giving back a body that has been read (HttpRequest.body).
    request._body, request._stream = body.getvalue(), body  # type: ignore[attr-defined]
