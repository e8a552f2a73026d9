"""How the desk speaks to machines: JSON in, JSON out, and what was wrong in words."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse

View = Callable[..., HttpResponse]


def reply(data: Any, status: int = 200) -> JsonResponse:
    return JsonResponse(
        data, status=status, safe=False, encoder=DjangoJSONEncoder, json_dumps_params={"ensure_ascii": False}
    )


def body(request: HttpRequest) -> dict[str, Any]:
    """The posted object. The JSON content type is asked for so that no web page can post here unasked."""
    if request.content_type != "application/json":
        raise ValueError("post application/json")
    found = json.loads(request.body or b"{}")
    if not isinstance(found, dict):
        raise ValueError("post an object")
    return found


def allowing(*methods: str) -> Callable[[View], View]:
    """These methods only; a ValueError or TypeError inside becomes a 400 that says what was wrong."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return reply({"error": f"use {' or '.join(methods)}"}, 405)
            try:
                return view(request, *args, **kwargs)
            except (ValueError, TypeError) as problem:
                return reply({"error": str(problem)}, 400)

        return wrapped

    return decorate
