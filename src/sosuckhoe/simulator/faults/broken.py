"""Replies that never arrive whole."""

import errno
import socket
import struct
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing throws away what is unsent and sends RST."""


def reset() -> HttpResponse:
    """No reply at all: ``config/wsgi.py`` breaks the connection."""
    response = HttpResponse(b"")
    response.reset_connection = True  # type: ignore[attr-defined]
    return response


def cut(request: HttpRequest, data: bytes) -> StreamingHttpResponse:
    """Half of the reply, then a reset."""

    def half() -> Iterator[bytes]:
        yield data[: len(data) // 2]
        break_connection(request.META["gunicorn.socket"])

    response = StreamingHttpResponse(half(), content_type="application/json; charset=utf-8")
    response["Content-Length"] = str(len(data))
    return response


def break_connection(sock: socket.socket) -> None:
    """Make the worker close this connection with a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    raise ConnectionResetError(errno.ECONNRESET, "the fault desk breaks this connection")
