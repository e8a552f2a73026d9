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
    """Hands the reply over and calls ``response.on_sent`` once the last byte was taken."""

    def __init__(self, response: Any) -> None:
        self.response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self.response
        on_sent = getattr(self.response, "on_sent", None)
        if on_sent is not None:
            on_sent()

    def close(self) -> None:
        self.response.close()
