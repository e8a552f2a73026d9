"""Reading what was posted: form or JSON, nothing else. A plus sign in a form is a space, as everywhere."""

import json
from urllib.parse import unquote

from django.http import HttpRequest

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MOST_FIELDS = 50


class Unreadable(Exception):
    """The body cannot be read as the content type says."""


def kind_of(request: HttpRequest) -> str:
    return (request.content_type or "").lower()


def fields_of(request: HttpRequest) -> dict[str, str]:
    """The posted fields by name, spelt as posted. JSON null reads as empty."""
    kind, body = kind_of(request), request.body
    try:
        if kind == FORM:
            return _form(body.decode("utf-8"))
        if kind == JSON:
            found = json.loads(body)
            if isinstance(found, dict):
                return {str(name): _text(value) for name, value in found.items()}
    except (ValueError, RecursionError) as problem:
        raise Unreadable(str(problem)) from problem
    raise Unreadable(f"content type {kind or 'missing'}")


def _form(body: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in body.split("&") if pair]
    if len(pairs) > MOST_FIELDS:
        raise ValueError("too many fields")
    return {_plain(name): _plain(value) for name, _, value in pairs}


def _plain(text: str) -> str:
    text = text.replace("+", " ")
    if "%" not in text:
        return text
    # Base64 has three signs to escape and very many of them: no walk from one to the next where there are no others.
    base64 = text.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
    return unquote(text) if "%" in base64 else base64


def _text(value: object) -> str:
    if isinstance(value, dict | list | bool):
        raise ValueError("a field holds a structure")
    text = "" if value is None else str(value)
    text.encode()  # half a surrogate pair is no text
    return text
