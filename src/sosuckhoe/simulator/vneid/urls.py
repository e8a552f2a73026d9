from django.urls import path

from . import views

app_name = "vneid"
urlpatterns = [
    path("", views.sign_in, name="sign-in"),
    path("thoat/", views.sign_out, name="sign-out"),
    path("dieu-khoan/", views.terms, name="terms"),
    path("so/", views.book, name="book"),
    path("so/<int:person>/", views.book, name="book-of"),
    path("so/<int:person>/dot-kham/<int:pk>/", views.visit, name="visit"),
    path("nguoi-than/", views.family, name="family"),
]
