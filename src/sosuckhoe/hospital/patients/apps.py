from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "sosuckhoe.hospital.patients"
    label = "patients"
