"""Staff accounts: who may sign in, and what they are here for."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from ...staff import actions, policies
from ...staff.models import Person, Role, RoleHeld
from ..shell.access import page
from ..shell.toasts import done, not_done
from . import actions as own
from .forms import AddPerson, NewPassword, PortalId, Roles, first_facility


@page(policies.check_can_manage_staff)
@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest) -> HttpResponse:
    form = AddPerson(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        person = actions.add_person(
            by=request.user,
            username=given["username"],
            full_name=given["full_name"].strip(),
            roles=given["roles"],
            password=given["password"],
            facility=given["unit"].facility if given["unit"] else first_facility(),
            unit=given["unit"],
        )
        done(request, f"Đã thêm {person.full_name}. Mật khẩu ban đầu phải đổi ở lần đăng nhập đầu tiên.")
        return HttpResponseRedirect(reverse("web:admin_staff"))
    people = (
        Person.objects.select_related("unit")
        .prefetch_related("roles_held")
        .order_by("-is_active", "username")
    )
    return render(
        request,
        "web/admin/staff.html",
        {
            "people": sorted(people, key=lambda each: (not each.is_active, given_name(each.full_name))),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def given_name(name: str) -> tuple[str, str]:
    """Vietnamese people look for each other by the last word of the name."""
    words = name.split()
    return (words[-1].casefold() if words else "", name.casefold())


@page(policies.check_can_manage_staff)
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Person.objects.select_related("unit"), pk=pk)
    roles = Roles(
        request.POST if request.POST.get("deed") == "roles" else None, initial={"roles": sorted(found.roles)}
    )
    password = NewPassword(request.POST if request.POST.get("deed") == "password" else None)
    portal = PortalId(
        request.POST if request.POST.get("deed") == "portal" else None,
        initial={"portal_id": found.portal_id},
    )
    if portal.is_bound and portal.is_valid():
        actions.register_for_cards(by=request.user, person=found, portal_id=portal.cleaned_data["portal_id"])
        done(request, f"Đã ghi số tra thẻ của {found.full_name}.")
        return HttpResponseRedirect(reverse("web:admin_staff"))
    if roles.is_bound and roles.is_valid():
        if _last_administrator(found) and Role.ADMINISTRATOR not in roles.cleaned_data["roles"]:
            roles.add_error(
                "roles", "Đây là người quản trị cuối cùng, nên vai trò Quản trị cần được giữ lại."
            )
        else:
            actions.change_roles(by=request.user, person=found, roles=roles.cleaned_data["roles"])
            done(request, f"Đã đổi vai trò của {found.full_name}.")
            return HttpResponseRedirect(reverse("web:admin_staff"))
    if password.is_bound and password.is_valid():
        actions.change_password(
            by=request.user, person=found, password=password.cleaned_data["password"], must_change=True
        )
        done(request, f"Đã đặt lại mật khẩu của {found.full_name}.")
        return HttpResponseRedirect(reverse("web:admin_staff"))
    return render(
        request,
        "web/admin/person.html",
        {
            "person": found,
            "roles": roles,
            "portal": portal,
            "password": password,
            "self": found.pk == request.user.pk,
        },
        status=422 if roles.errors or password.errors or portal.errors else 200,
    )


@page(policies.check_can_manage_staff)
@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account, or open it again."""
    found = get_object_or_404(Person, pk=pk)
    back = reverse("web:admin_switch", args=[found.pk])
    if not found.is_active:
        own.reactivate(by=request.user, person=found)
        done(request, f"Đã mở lại tài khoản của {found.full_name}.", undo=back)
    elif found.pk == request.user.pk or _last_administrator(found):
        not_done(request, "Chưa khóa: không thể tự khóa mình, và luôn cần ít nhất một người quản trị.")
    else:
        actions.deactivate(by=request.user, person=found)
        done(request, f"Đã khóa tài khoản của {found.full_name}.", undo=back)
    return HttpResponseRedirect(reverse("web:admin_staff"))


def _last_administrator(person: Person) -> bool:
    others = RoleHeld.objects.filter(role=Role.ADMINISTRATOR, person__is_active=True).exclude(person=person)
    return Role.ADMINISTRATOR in person.roles and not others.exists()
