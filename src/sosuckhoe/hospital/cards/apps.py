from django.apps import AppConfig


class CardsConfig(AppConfig):
    name = "sosuckhoe.hospital.cards"
    label = "cards"
