"""What the portal announces on its pages: maintenance, from 12 hours before to a day after, as its rules ask (TT 12/2026)."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest

from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.faults.models import Fault

REMEMBERED = timedelta(days=1)
"""So long after its end it is still said that everything works again."""


def announced(request: HttpRequest) -> dict[str, Any]:
    """For templates: ``maintenance``, asked only where a page shows it."""
    return {"maintenance": maintenance}


def maintenance() -> list[dict[str, Any]]:
    """Each window that lies ahead, is on, or is just over: from, until, and ``state``."""
    now, found = clock.now(), []
    for row in Fault.objects.filter(scenario="maintenance-window").order_by("pk"):
        begins, ends = (datetime.fromisoformat(row.parameters[name]) for name in ("from", "until"))
        if now >= ends + REMEMBERED:
            continue
        state = "ahead" if now < begins else "on" if now < ends else "over"
        found.append({"begins": begins, "ends": ends, "state": state})
    return found
