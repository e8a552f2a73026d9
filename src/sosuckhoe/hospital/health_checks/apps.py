from django.apps import AppConfig


class HealthChecksConfig(AppConfig):
    name = "sosuckhoe.hospital.health_checks"
    label = "health_checks"
