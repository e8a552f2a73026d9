from django.urls import URLPattern

app_name = "vneid"
urlpatterns: list[URLPattern] = []
