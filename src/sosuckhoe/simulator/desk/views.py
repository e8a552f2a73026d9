"""The desk for people."""

from django.http import HttpRequest, HttpResponse


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Mô phỏng – dữ liệu không có thật")
