"""Who may open a page. The table of rights is ``staff.policies``; here it meets requests."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from ...staff.policies import NotAllowed
from . import people

View = Callable[..., HttpResponse]
Check = Callable[[Any], None]


def page(*checks: Check) -> Callable[[View], View]:
    """A page for people who are signed in and pass one of the checks (any person, when none is given).

    Pages are never kept in a cache: the next person at the desk must not find them with the back button.
    """

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            person = request.user
            if not person.is_authenticated:
                if request.headers.get("HX-Request"):
                    return HttpResponse(status=204, headers={"HX-Refresh": "true"})
                return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
            if person.must_change_password and not getattr(view, "open_before_password", False):
                return HttpResponseRedirect(reverse("web:change_password"))
            try:
                _passes_one(person, checks)
                with people.remembered():
                    return view(request, *args, **kwargs)
            except NotAllowed as refusal:
                raise PermissionDenied(str(refusal)) from refusal

        guarded.checks = checks  # type: ignore[attr-defined]
        return guarded

    return decorate


def open_before_password(view: View) -> View:
    """Marks the few pages that a person with a first password may use before choosing their own."""
    view.open_before_password = True  # type: ignore[attr-defined]
    return view


def _passes_one(person: Any, checks: tuple[Check, ...]) -> None:
    refusal: NotAllowed | None = None
    for check in checks:
        try:
            return check(person)
        except NotAllowed as wrong:
            refusal = wrong
    if refusal:
        raise refusal
