from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "sosuckhoe.hospital.journal"
    label = "journal"
