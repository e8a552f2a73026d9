"""The WSGI door: pages go through Django's application, services straight to whoever answers them.

It does two things Django cannot do by itself: it tells the history whether a reply really left, and it can break the
connection instead of answering.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.handlers.exception import convert_exception_to_response as guarded
from django.core.handlers.wsgi import WSGIRequest, get_path_info
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosuckhoe.simulator.config.settings")
_pages = get_wsgi_application()

# These know the models, so Django has to stand first.
from sosuckhoe.simulator.faults.broken import break_connection  # noqa: E402
from sosuckhoe.simulator.faults.injection import Struck  # noqa: E402
from sosuckhoe.simulator.portal.addresses import service_at  # noqa: E402
from sosuckhoe.simulator.portal.history import Recorded  # noqa: E402

from .dispatch import answer  # noqa: E402
from .marking import Marked  # noqa: E402

_service = Marked(guarded(Recorded(guarded(Struck(guarded(answer))))))
"""No session, no form token, no messages: what a page needs and a service has not."""


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if service_at(get_path_info(environ)) is None:
        response = _pages(environ, start_response)
    else:
        response = _service(WSGIRequest(environ))
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
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
