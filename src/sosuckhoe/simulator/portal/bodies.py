"""Reading what was posted: form or JSON, nothing else. A plus sign in a form is a space, as everywhere."""

import json
from urllib.parse import parse_qsl

from django.http import HttpRequest

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Unreadable(Exception):
    """The body cannot be read as the content type says."""


def kind_of(request: HttpRequest) -> str:
    return (request.content_type or "").lower()


def fields_of(request: HttpRequest) -> dict[str, str]:
    """The posted fields by name, spelt as posted. JSON null reads as empty."""
    kind, body = kind_of(request), request.body
    try:
        if kind == FORM:
            return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=50))
        if kind == JSON:
            found = json.loads(body)
            if isinstance(found, dict):
                return {str(name): _text(value) for name, value in found.items()}
    except (ValueError, RecursionError) as problem:
        raise Unreadable(str(problem)) from problem
    raise Unreadable(f"content type {kind or 'missing'}")


def _text(value: object) -> str:
    if isinstance(value, dict | list | bool):
        raise ValueError("a field holds a structure")
    text = "" if value is None else str(value)
    text.encode()  # half a surrogate pair is no text
    return text
