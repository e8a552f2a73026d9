"""Sentences about what was just done, with a way back where there is one."""

from django.contrib import messages
from django.http import HttpRequest


def done(request: HttpRequest, sentence: str, *, undo: str = "") -> None:
    """Tell the person what happened; ``undo`` is the address whose POST takes it back."""
    messages.add_message(request, messages.SUCCESS, sentence, extra_tags=undo)


def not_done(request: HttpRequest, sentence: str) -> None:
    """Tell the person what was not done, or only in part, and why."""
    messages.add_message(request, messages.WARNING, sentence)
