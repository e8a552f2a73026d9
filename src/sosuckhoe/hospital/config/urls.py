"""The addresses of the pages."""

from django.urls import include, path

urlpatterns = [path("", include("sosuckhoe.hospital.web.urls"))]
handler500 = "sosuckhoe.hospital.web.shell.trouble.server_error"
