from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "sosuckhoe.hospital.visits"
    label = "visits"
