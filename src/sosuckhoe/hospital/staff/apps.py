from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "sosuckhoe.hospital.staff"
    label = "staff"
