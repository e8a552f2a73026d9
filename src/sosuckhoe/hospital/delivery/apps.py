from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "sosuckhoe.hospital.delivery"
    label = "delivery"
