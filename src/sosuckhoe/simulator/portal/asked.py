"""A call of a service as the rooms behind the middleware see it."""

from typing import Any, Protocol

from django.http import HttpRequest

from .addresses import Service
from .models import Call


class Strikes(Protocol):
    """The scenarios of the fault desk that strike this call."""

    def has(self, key: str) -> bool: ...

    def value(self, key: str, name: str, default: Any) -> Any: ...


class ServiceRequest(HttpRequest):
    """A request with its service, its line of the history, and what strikes it. For type checkers only."""

    came_at: float
    """By ``time.monotonic``."""
    service: Service
    call: Call
    strikes: Strikes
