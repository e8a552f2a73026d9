"""A person under care and the identifiers they have had."""

from django.db import models
from django.db.models import Q


class Patient(models.Model):
    """Somebody who was a patient here. The name is kept as written; numbers live in ``Identifier``."""

    full_name = models.CharField(max_length=255)
    name_fold = models.CharField(max_length=255, db_index=True)
    born_text = models.CharField(max_length=12)
    """The birth date as on paper, which may know the year only: ``196700000000``."""
    born_on = models.DateField(null=True, blank=True, db_index=True)
    sex_code = models.CharField(max_length=1, blank=True)
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["name_fold", "born_text"])]

    def __str__(self) -> str:
        return f"patient {self.pk}"


class Kind(models.TextChoices):
    """What a number is. A person has many over a life."""

    PERSONAL_ID = "personal_id", "Số định danh cá nhân"
    CANCELLED_PERSONAL_ID = "cancelled_personal_id", "Số định danh đã hủy"
    CONTESTED_PERSONAL_ID = "contested_personal_id", "Số định danh chờ đối chiếu"
    OLD_IDENTITY_CARD = "old_identity_card", "Số CMND 9 số"
    PASSPORT = "passport", "Số hộ chiếu"
    CERTIFICATE_OF_IDENTITY = "certificate_of_identity", "Số giấy chứng nhận căn cước"
    E_IDENTITY_ACCOUNT = "e_identity_account", "Mã tài khoản định danh điện tử"
    INSURANCE_CARD = "insurance_card", "Mã thẻ BHYT"
    SOCIAL_INSURANCE_NUMBER = "social_insurance_number", "Mã số BHXH"
    BIRTH_CERTIFICATE_FORM = "birth_certificate_form", "Số giấy chứng sinh"
    PATIENT_CODE = "patient_code", "Mã người bệnh"
    OTHER = "other", "Giấy tờ khác"


class Source(models.TextChoices):
    """How we came to know a number."""

    IDENTITY_QR = "qr", "Quét QR thẻ căn cước"
    CHIP = "chip", "Đọc chip"
    VNEID = "vneid", "VNeID"
    CARD_LOOK_UP = "card_look_up", "Tra cứu thẻ BHYT"
    TYPED = "typed", "Nhập tay"
    IMPORTED = "imported", "Từ tệp hồ sơ"


class Identifier(models.Model):
    """A number of a person, with the days we hold it for valid."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=30, choices=Kind.choices)
    value = models.CharField(max_length=100)
    issuer = models.CharField(max_length=20, blank=True)
    """Who gave the number where numbers repeat between issuers: facility code, issuing country."""
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    """The last day it was valid; empty while it is."""
    source = models.CharField(max_length=20, choices=Source.choices)
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["kind", "-noted_at"]
        indexes = [models.Index(fields=["value", "kind"])]
        constraints = [
            models.UniqueConstraint(
                fields=["value"],
                condition=Q(kind="personal_id", until__isnull=True),
                name="a_valid_personal_id_is_one_persons",
            ),
            models.UniqueConstraint(
                fields=["patient", "kind", "value", "issuer"],
                condition=Q(until__isnull=True),
                name="a_number_is_noted_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of patient {self.patient_id}"
