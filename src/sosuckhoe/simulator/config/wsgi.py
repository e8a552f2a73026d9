"""The WSGI door: Django's application, and the two things Django cannot do by itself.

It tells the history whether a reply really left, and it can break the connection instead of answering.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.wsgi import get_wsgi_application

from sosuckhoe.simulator.faults.broken import break_connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosuckhoe.simulator.config.settings")
_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    response = _django(environ, start_response)
    if getattr(response, "reset_connection", False):
        response.close()
        break_connection(environ["gunicorn.socket"])
    return _Watched(response)


class _Watched:
    """Hands the reply over, then calls ``response.on_left`` with whether the last byte was taken."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.taken = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self.response
        self.taken = True

    def close(self) -> None:
        on_left = getattr(self.response, "on_left", None)
        if on_left is not None:
            on_left(self.taken)
        self.response.close()
