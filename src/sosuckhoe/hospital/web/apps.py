from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "sosuckhoe.hospital.web"
    label = "web"
    verbose_name = "Màn hình"
