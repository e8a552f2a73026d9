from django.urls import path

from . import desk, views

urlpatterns = [
    path("vtss/service/ras/v1/login", views.log_in),
    path("vtss/service/certificates/info", views.certificates),
    path("vtss/service/signHash", views.sign_hash),
    path("vtss/service/requests/status", views.status),
    path("_simulator/signing-service", desk.credentials),
]
