"""Signing in, agreeing to the terms once, reading one's own book and those of the family one represents."""

from collections.abc import Callable
from functools import wraps

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from sosuckhoe.simulator.book.models import Citizen, Entry
from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.insurer.work import work

from .health_checks import health_checks_of
from .showing import facility_names, shown

KEY = "citizen"


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Who is signed in and has agreed to the terms; others are led there."""

    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: int) -> HttpResponse:
        citizen = Citizen.objects.filter(pk=request.session.get(KEY)).first()
        if citizen is None:
            return redirect("vneid:sign-in")
        if citizen.agreed_at is None and view.__name__ != "terms":
            return redirect("vneid:terms")
        return view(request, citizen, **kwargs)

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("number", "").replace(" ", "")
    errors = {}
    if request.method == "POST":
        citizen = Citizen.objects.filter(personal_id=typed).first() if typed else None
        if not typed:
            errors["number"] = "Anh/chị chưa nhập số định danh cá nhân."
        elif not request.POST.get("password"):
            errors["password"] = "Anh/chị chưa nhập mật khẩu thực hành."
        elif citizen is None or not citizen.may_enter(request.POST["password"]):
            errors["password"] = (
                "Số định danh hoặc mật khẩu chưa đúng. Anh/chị xem lại thẻ thực hành được phát."
            )
        else:
            request.session.flush()
            request.session[KEY] = citizen.pk
            return redirect("vneid:book")
    elif request.session.get(KEY):
        return redirect("vneid:book")
    return render(request, "vneid/sign_in.html", {"typed": typed, "errors": errors})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    return redirect("vneid:sign-in")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    error = ""
    if request.method == "POST":
        if request.POST.get("agree") == "yes":
            Citizen.objects.filter(pk=citizen.pk, agreed_at=None).update(agreed_at=clock.now())
            return redirect("vneid:book")
        error = "Anh/chị cần đánh dấu ô đồng ý trước khi xem sổ."
    return render(request, "vneid/terms.html", {"citizen": citizen, "error": error})


def _person(citizen: Citizen, pk: int | None) -> Citizen:
    """The person whose book is read: oneself, or somebody one represents."""
    if pk is None or pk == citizen.pk:
        return citizen
    found = Citizen.objects.filter(pk=pk, represented_by__representative=citizen).first()
    if found is None:
        raise Http404("Không có quyền xem sổ này.")
    return found


@signed_in
def book(request: HttpRequest, citizen: Citizen, person: int | None = None) -> HttpResponse:
    work()
    whose, facilities = _person(citizen, person), facility_names()
    entries = Entry.objects.filter(holder__in=whose.holders())
    visits = [shown(entry, facilities) for entry in entries]
    context = {
        "citizen": citizen,
        "whose": whose,
        "visits": visits,
        "checks": health_checks_of(whose, facilities),
        "updated": entries.aggregate(Max("published_at"))["published_at__max"],
        "family": citizen.represents.exists(),
    }
    return render(request, "vneid/book.html", context)


@signed_in
def visit(request: HttpRequest, citizen: Citizen, person: int, pk: int) -> HttpResponse:
    whose = _person(citizen, person)
    entry = Entry.objects.filter(pk=pk, holder__in=whose.holders()).first()
    if entry is None:
        raise Http404("Không có đợt khám này.")
    context = {"citizen": citizen, "whose": whose, "visit": shown(entry, facility_names()), "entry": entry}
    return render(request, "vneid/visit.html", context)


@signed_in
def family(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    people = citizen.represents.select_related("dependant").order_by("pk")
    return render(request, "vneid/family.html", {"citizen": citizen, "people": people})
