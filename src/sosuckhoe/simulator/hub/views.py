"""The page of the practice hub: what it has received."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .models import HubAccount, HubMessage


def received(request: HttpRequest) -> HttpResponse:
    rows = HubMessage.objects.select_related("account")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "hub/received.html", {"page": page, "accounts": HubAccount.objects.count()})
