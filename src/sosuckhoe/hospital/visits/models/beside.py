"""What stands beside visits: check-ins of open ones, health checks, and codes marked as not to be sent."""

from functools import cached_property

from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate

from ....healthbook.record import Record, Row
from ....healthbook.standard import Edition, NoEdition, edition_on
from ...patients.models import Patient
from ...staff.models import Facility
from ..compressed import CompressedBytes
from .visits import SourceFile


class CheckIn(models.Model):
    """A check-in (báo vào khám, XML0): what is told of a visit while it is still open. Frozen, never changed.

    The visit itself need not be here yet, and nothing of a check-in goes into the register of patients: it is
    provisional, and a slip in it must not stand in the record's way.
    """

    class Stage(models.TextChoices):
        """After which first cost it is due (QĐ 4750/QĐ-BYT)."""

        ARRIVAL = "arrival", "Vào khám"
        ADMISSION = "admission", "Vào điều trị"

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="check_ins")
    facility_code = models.CharField(max_length=5)
    visit_code = models.CharField(max_length=100)
    stage = models.CharField(max_length=10, choices=Stage.choices)
    number = models.PositiveIntegerField()
    """1; more where the one before was never received and is replaced."""
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="check_ins"
    )
    """Who it is about, where they were known already."""
    arrived_at = models.DateTimeField(null=True, blank=True)
    row_json = CompressedBytes()
    """The one row of table 0 as canonical JSON, UTF-8."""
    sha256 = models.CharField(max_length=64)
    """Of ``row_json``."""
    edition_id = models.CharField(max_length=20)
    source_file = models.ForeignKey(
        SourceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="check_ins"
    )
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "visit_code", "stage", "number"], name="a_stage_is_told_once"
            )
        ]
        indexes = [models.Index(fields=["visit_code"])]

    def __str__(self) -> str:
        return f"check-in {self.visit_code} {self.stage}"

    @cached_property
    def row(self) -> Row:
        return Record.from_json(self.row_json.decode()).first("check_in")

    @property
    def edition(self) -> Edition:
        """The edition of the day of arrival; of the day it was told where that is missing or before every edition."""
        told = localdate(self.at)
        try:
            return edition_on(localdate(self.arrived_at) if self.arrived_at else told)
        except NoEdition:
            return edition_on(told)


class HealthCheck(models.Model):
    """A periodic or screening health check (khám sức khỏe) as another system exported it. Frozen, never changed.

    It is no visit: no record is made of it, and nothing of it goes to the insurer. What the tables of its component
    files hold is not known here (annex 01 of QĐ 2062/QĐ-BYT), so the file itself is what is kept.
    """

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="health_checks")
    facility_code = models.CharField(max_length=5)
    code = models.CharField(max_length=100)
    """MA_LK of its component files; the first of its hash where they have none."""
    number = models.PositiveIntegerField()
    """1; more for a corrected file."""
    reason = models.CharField(max_length=1000, blank=True)
    document = CompressedBytes()
    """KHAMSUCKHOE as it came, without the facility's signature."""
    sha256 = models.CharField(max_length=64)
    """Of ``document``."""
    made_on = models.DateTimeField(null=True, blank=True)
    """NGAYLAP: the nearest the envelope comes to the end of the check-up. A day alone is its first moment."""
    remarks = models.JSONField(default=list, blank=True)
    """What was found and lets it pass: rule, path and sentence each."""
    source_file = models.ForeignKey(
        SourceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="health_checks"
    )
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["facility", "code", "number"], name="health_checks_are_numbered")
        ]

    def __str__(self) -> str:
        return f"health check {self.code} v{self.number}"


class Withheld(models.Model):
    """A mark (không gửi qua kênh này): what stands under this code is neither signed nor sent, whatever comes of it.

    For a file under state secrecy, which does not use the ordinary channel (TT 12, Điều 9 khoản 5). The mark stands on
    the code, so that it holds for the check-in, the visit and every later version, also for one that comes tomorrow.
    """

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="withheld")
    facility_code = models.CharField(max_length=5)
    code = models.CharField(max_length=100)
    """The visit code (MA_LK), or the code of a health check."""
    why = models.CharField(max_length=1000)
    by = models.CharField(max_length=150)
    since = models.DateTimeField()
    settled_how = models.CharField(max_length=1000, blank=True)
    """What was done about files that had left before the mark."""
    settled_by = models.CharField(max_length=150, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    lifted_why = models.CharField(max_length=1000, blank=True)
    lifted_by = models.CharField(max_length=150, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "code"],
                condition=Q(lifted_at__isnull=True),
                name="a_code_is_withheld_once",
            )
        ]

    def __str__(self) -> str:
        return f"withheld {self.pk}"
