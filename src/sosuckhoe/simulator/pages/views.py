"""A facility's officer looks at what the portal has."""

import hmac
from collections.abc import Callable
from functools import wraps

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.insurer.work import work
from sosuckhoe.simulator.portal.models import Account, Submission
from sosuckhoe.simulator.portal.tokens import password_md5

from . import queries

KEY = "account"


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: int) -> HttpResponse:
        account = Account.objects.filter(pk=request.session.get(KEY)).first()
        return redirect("pages:sign-in") if account is None else view(request, account, **kwargs)

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    typed, error = request.POST.get("username", "").strip(), ""
    if request.method == "POST":
        account = Account.objects.filter(username=typed).first()
        given = password_md5(request.POST.get("password", ""))
        if account and not account.locked and hmac.compare_digest(given, account.password_md5):
            request.session.flush()
            request.session[KEY] = account.pk
            return redirect("pages:records")
        error = (
            "Tài khoản đang bị khóa. Mở khóa ở bàn điều khiển mô phỏng."
            if account and account.locked
            else "Tài khoản hoặc mật khẩu chưa đúng."
        )
    elif request.session.get(KEY):
        return redirect("pages:records")
    return render(request, "pages/sign_in.html", {"typed": typed, "error": error})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    return redirect("pages:sign-in")


@signed_in
def records(request: HttpRequest, account: Account) -> HttpResponse:
    work()
    now, asked = clock.now(), request.GET.dict()
    everything = queries.current(account, now)
    rows = queries.filtered(everything, asked, now)
    page = Paginator(rows, 50).get_page(asked.get("page"))
    for row in page:
        row.state = queries.described(row, now)
        row.reason = queries.REASONS.get(row.not_published, "")
    remembered = request.GET.copy()
    remembered.pop("page", None)
    context = {
        "account": account,
        "page": page,
        "any": everything.exists(),
        "asked": asked,
        "states": queries.STATES,
        "kinds": queries.KINDS,
        "now": now,
        "query": remembered.urlencode(),
    }
    return render(request, "pages/records.html", context)


@signed_in
def record(request: HttpRequest, account: Account, pk: int) -> HttpResponse:
    work()
    now = clock.now()
    chosen = Submission.objects.filter(pk=pk, account=account).defer("data").first()
    if chosen is None:
        raise Http404
    certificate = account.certificates.filter(fingerprint=chosen.certificate).first()
    context = {
        "account": account,
        "record": chosen,
        "kind": queries.KINDS[chosen.kind],
        "reason": queries.REASONS.get(chosen.not_published, ""),
        "versions": queries.versions(chosen),
        "findings": queries.findings(chosen, now),
        "certificate": certificate,
        "now": now,
    }
    return render(request, "pages/record.html", context)


@signed_in
def certificates(request: HttpRequest, account: Account) -> HttpResponse:
    rows = account.certificates.order_by("-valid_to")
    context = {"account": account, "rows": rows, "officers": account.officers.all(), "now": clock.now()}
    return render(request, "pages/certificates.html", context)
