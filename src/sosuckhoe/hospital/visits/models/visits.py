"""A visit, the versions of its record, the faults found in them, and the files they came from."""

from functools import cached_property

from django.db import models
from django.db.models import Q

from ....healthbook.record import Record
from ....healthbook.standard import Edition, edition_on
from ...patients.models import Patient
from ...staff.models import Facility, Unit
from ..compressed import CompressedBytes


class ClosingSource(models.TextChoices):
    """How the moment of closing is known."""

    CLINICIAN = "clinician", "Kết thúc trên phần mềm này"
    DISCHARGE = "discharge", "Theo thời điểm kết thúc đợt trong tệp"
    INTAKE = "intake", "Theo lúc nhận tệp"


class Visit(models.Model):
    """One course of care under one link code (MA_LK) for life; what lists and reports ask for, as columns."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="visits")
    facility_code = models.CharField(max_length=5)
    """The facility's code at the time of the visit."""
    visit_code = models.CharField(max_length=100)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="visits")
    type_code = models.CharField(max_length=10)
    category_code = models.CharField(max_length=10)
    insured = models.BooleanField()
    """A card was used: MA_THE_BHYT filled and MA_DOITUONG_KCB not 9."""
    arrived_at = models.DateTimeField(null=True, blank=True)
    discharged_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField()
    """When it was first closed; corrections do not move it."""
    closing_source = models.CharField(max_length=20, choices=ClosingSource.choices)
    department_code = models.CharField(max_length=50, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="visits")
    total_amount = models.DecimalField(max_digits=17, decimal_places=2, null=True, blank=True)
    cancelled = models.BooleanField(default=False)
    test = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facility", "visit_code"], name="a_visit_code_is_used_once")
        ]
        indexes = [
            models.Index(fields=["closed_at", "type_code", "insured"]),
            models.Index(fields=["discharged_at"]),
            models.Index(fields=["visit_code"]),
        ]

    def __str__(self) -> str:
        return self.visit_code

    @property
    def latest(self) -> "RecordVersion":
        return self.versions.order_by("-number")[0]


class SourceFile(models.Model):
    """A file that came in, by its content: the same bytes again are the same file."""

    class Door(models.TextChoices):
        UPLOAD = "upload", "Tải lên"
        DROP = "drop", "Thư mục chờ"
        CLI = "cli", "Dòng lệnh"

    class Outcome(models.TextChoices):
        TAKEN = "taken", "Đã nhận"
        REPEAT = "repeat", "Đã nhận trước đó"
        REFUSED = "refused", "Không nhận"
        NEEDS_REASON = "needs-reason", "Cần lý do sửa"

    sha256 = models.CharField(max_length=64, unique=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="files")
    """The visit it brought; empty when it was refused."""
    name = models.CharField(max_length=255)
    door = models.CharField(max_length=10, choices=Door.choices)
    size = models.PositiveBigIntegerField()
    stored = CompressedBytes(null=True)
    """The file itself, unless it was too large or unreadable: then see ``quarantine_path``."""
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    code = models.CharField(max_length=40, blank=True)
    sentence = models.TextField(blank=True)
    quarantine_path = models.CharField(max_length=255, blank=True)
    """The quarantined copy, relative to the home folder."""
    by = models.CharField(max_length=150)
    came_at = models.DateTimeField()
    repeats = models.PositiveIntegerField(default=0)
    """How often the same bytes came again."""
    erased_at = models.DateTimeField(null=True, blank=True)
    """When its copy was erased; only of files that were not taken in."""
    erased_by = models.CharField(max_length=150, blank=True)
    erased_why = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = [models.Index(fields=["outcome", "-came_at"])]

    def __str__(self) -> str:
        return f"{self.name} {self.outcome}"


class RecordVersion(models.Model):
    """A frozen record: never changed. A correction is the next number, with its reason."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    edition_id = models.CharField(max_length=20)
    record_json = CompressedBytes()
    """The record as canonical JSON, UTF-8."""
    sha256 = models.CharField(max_length=64)
    """Of ``record_json``."""
    source_file = models.ForeignKey(
        SourceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="versions"
    )

    class Meta:
        ordering = ["visit", "number"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "number"], name="versions_are_numbered"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="a_correction_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} v{self.number}"

    @cached_property
    def record(self) -> Record:
        return Record.from_json(self.record_json.decode())

    @property
    def edition(self) -> Edition:
        """The edition that judges this record; the one of the day it was frozen when NGAY_RA is missing."""
        return edition_on(self.record.discharge_day() or self.at.date())


class Finding(models.Model):
    """A fault found in a version: what, where, the value, and who usually mends it."""

    version = models.ForeignKey(RecordVersion, on_delete=models.PROTECT, related_name="findings")
    rule = models.CharField(max_length=40, db_index=True)
    path = models.CharField(max_length=80)
    """Official names, such as ``XML1.NGAY_RA``."""
    row = models.PositiveIntegerField(null=True, blank=True)
    severity = models.CharField(max_length=10)
    message = models.TextField()
    source = models.TextField(blank=True)
    value = models.TextField(blank=True)
    owner = models.CharField(max_length=40, blank=True)
    overruled_by = models.CharField(max_length=150, blank=True)
    overruled_why = models.TextField(blank=True)
    overruled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["version", "severity"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(severity__in=["error", "warning"]), name="a_finding_is_an_error_or_a_warning"
            ),
            models.CheckConstraint(
                condition=Q(overruled_by="") | ~Q(overruled_why=""), name="overruling_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.path}"
