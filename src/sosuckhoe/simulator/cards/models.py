from django.db import models


class Card(models.Model):
    """One card. Dates as the portal writes them, ``dd/MM/yyyy``, empty where there is none."""

    number = models.CharField(max_length=15, unique=True)
    insurance_number = models.CharField(max_length=10, db_index=True)
    """The social-insurance number: characters 6 to 15, unless the set-up says otherwise."""
    personal_id = models.CharField(max_length=20, blank=True, db_index=True)
    full_name = models.CharField(max_length=255)
    birth = models.CharField(max_length=10)
    """``dd/MM/yyyy``, ``MM/yyyy`` or ``yyyy``."""
    sex = models.CharField(max_length=20)
    """A word: Nam, Nữ, Chưa xác định."""
    address = models.TextField(blank=True)
    facility_code = models.CharField(max_length=5)
    facility_name = models.CharField(max_length=255, blank=True)
    issuer = models.CharField(max_length=255, blank=True)
    valid_from = models.CharField(max_length=10, blank=True)
    valid_to = models.CharField(max_length=10, blank=True)
    area = models.CharField(max_length=2, blank=True)
    five_years_from = models.CharField(max_length=10, blank=True)
    employer_code = models.CharField(max_length=20, blank=True)
    employer_name = models.CharField(max_length=255, blank=True)
    new_number = models.CharField(max_length=15, blank=True)
    new_valid_from = models.CharField(max_length=10, blank=True)
    new_valid_to = models.CharField(max_length=10, blank=True)
    new_facility_code = models.CharField(max_length=5, blank=True)
    new_facility_name = models.CharField(max_length=255, blank=True)
    result = models.CharField(max_length=3, blank=True)
    """A code the register answers whatever the dates say (001, 110, 121 …); empty to let it follow the dates."""
    history = models.JSONField(default=list)
    """Past courses of treatment, as Lskcb2025 lists them."""
    copayments = models.JSONField(default=list)
    """As TraCuuTienMCCT lists them."""


class LookUp(models.Model):
    """Who asked about a card, which later askers are shown (dsLichSuKT2018)."""

    card = models.CharField(max_length=15, db_index=True)
    user = models.CharField(max_length=40)
    at = models.DateTimeField()
    code = models.CharField(max_length=3)
    message = models.CharField(max_length=255)
