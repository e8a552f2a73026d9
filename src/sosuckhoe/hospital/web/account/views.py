"""Sign-in, sign-out and one's own password. There are no default accounts anywhere."""

from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ...journal.chain import note
from ...staff.actions import change_password as change_password_of
from ...staff.models import Facility, Person
from ..shell.access import open_before_password, page
from ..shell.toasts import done
from .forms import ChangePassword, SignIn


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    onward = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(
        onward, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        onward = "/"
    if request.user.is_authenticated:
        return HttpResponseRedirect(onward)
    form = SignIn(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            person = authenticate(request, **form.cleaned_data)
            if getattr(request, "axes_locked_out", False):
                request.axes_locked_out = False  # type: ignore[attr-defined]  # we answer, in Vietnamese
                return render(request, "429.html", status=429)
            if person is not None:
                login(request, person)
                note(person, "signed-in", "person", person.pk)
                return HttpResponseRedirect(onward)
            form.add_error(None, "Tên đăng nhập hoặc mật khẩu chưa đúng.")
    return render(
        request,
        "web/account/sign_in.html",
        {
            "form": form,
            "onward": onward,
            "facility": Facility.objects.filter(until__isnull=True).first(),
            "nobody_yet": not Person.objects.exists(),
        },
        status=status,
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        note(request.user, "signed-out", "person", request.user.pk)
    logout(request)
    return HttpResponseRedirect(reverse("web:sign_in"))


@sensitive_post_parameters("old", "new", "again")
@page()
@open_before_password
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    person = request.user
    first = person.must_change_password
    form = ChangePassword(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        change_password_of(by=person, person=person, password=form.cleaned_data["new"])
        update_session_auth_hash(request, person)
        done(request, "Đã đổi mật khẩu.")
        return HttpResponseRedirect(reverse("web:today"))
    return render(
        request,
        "web/account/change_password.html",
        {"form": form, "first": first},
        status=422 if form.is_bound else 200,
    )
