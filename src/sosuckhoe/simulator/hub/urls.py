from django.urls import path

from . import desk, views

app_name = "hub"
urlpatterns = [
    path("truc-bo-y-te/", views.received, name="received"),
    path("_simulator/hub", desk.hub, name="desk"),
]
