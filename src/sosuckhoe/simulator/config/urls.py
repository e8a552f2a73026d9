"""Who answers at which address."""

from django.urls import include, path, re_path
from django.views.generic import RedirectView

from .dispatch import nowhere

urlpatterns = [
    re_path(r"^(?:[Aa][Pp][Ii]/|ocsp$|crl/)", nowhere),  # services never come here: ``wsgi.py``
    path("", RedirectView.as_view(pattern_name="desk:home")),
    path("", include("sosuckhoe.simulator.signing_service.urls")),
    path("_simulator/", include("sosuckhoe.simulator.desk.urls")),
    path("cong/", include("sosuckhoe.simulator.pages.urls")),
    path("vneid/", include("sosuckhoe.simulator.vneid.urls")),
]
