"""The frame of every page, for ``base.html`` alone."""

from django import template
from django.http import HttpRequest

from ..shell.context import Shell

register = template.Library()


@register.simple_tag
def shell_of(request: HttpRequest) -> Shell:
    return Shell(request)
