"""Every reply says that it is a simulation, whatever else happens to it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Simulator"
MARK = "sosuckhoe; mo phong, du lieu khong co that"


class Marked:
    """Middleware: the outermost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response[HEADER] = MARK
        return response
