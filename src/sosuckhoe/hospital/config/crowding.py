"""What the pages can hold: beyond it a browser is told at once to come again, instead of being left to wait (F73).

So many requests are worked on together, so many wait a while for their turn, and whoever comes then is refused before
anything of theirs was read: nothing is half done, and the pages stay quick for those who are in.
"""

from collections.abc import Callable, Iterable
from functools import cache
from threading import Semaphore
from typing import Any

from django.template import loader

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

AT_ONCE, WAITING = 8, 8
"""Requests of one process. More at once would share the same processor, and each hold a connection to the database."""
REFUSING = 4
"""Threads kept free for those who are refused, which takes no time, and for what needs no turn."""
PATIENCE = 10.0
"""Seconds to wait for a turn."""
AGAIN_AFTER = 5
NEEDS_NO_TURN = ("/static/", "/healthz")
"""A page half shown helps nobody, and a crowd is no reason to start the program anew."""


class Bounded:
    """An application that takes no more than it can hold."""

    def __init__(
        self,
        application: Application,
        *,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        patience: float = PATIENCE,
    ) -> None:
        self._application, self._patience = application, patience
        self._turns, self._places = Semaphore(at_once), Semaphore(at_once + waiting)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(NEEDS_NO_TURN):
            return self._application(environ, start_response)
        if not self._places.acquire(blocking=False):
            return _refused(start_response)
        try:
            if not self._turns.acquire(timeout=self._patience):
                return _refused(start_response)
            try:
                return self._application(environ, start_response)
            finally:
                self._turns.release()
        finally:
            self._places.release()


def _refused(start_response: Callable[..., Any]) -> list[bytes]:
    page = _page()
    start_response(
        "503 Service Unavailable",
        [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(page))),
            ("Retry-After", str(AGAIN_AFTER)),
            ("Cache-Control", "no-store"),
        ],
    )
    return [page]


@cache
def _page() -> bytes:
    return loader.get_template("crowded.html").render().encode()
