from django.urls import path

from . import views

app_name = "pages"
urlpatterns = [
    path("", views.sign_in, name="sign-in"),
    path("thoat/", views.sign_out, name="sign-out"),
    path("ho-so/", views.records, name="records"),
    path("ho-so/<int:pk>/", views.record, name="record"),
    path("chung-thu/", views.certificates, name="certificates"),
]
