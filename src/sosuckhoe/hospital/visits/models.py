"""A visit, the versions of its record, the faults found in them, and the files they came from."""

from functools import cached_property

from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate

from ...healthbook.record import Record, Row
from ...healthbook.standard import Edition, NoEdition, edition_on
from ..patients.models import Patient
from ..staff.models import Facility, Unit
from .compressed import CompressedBytes


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


class HospitalPolicy(models.Model):
    """A choice the texts leave to the hospital: its value since a day, with reason and person."""

    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, null=True, blank=True, related_name="policies"
    )
    """Empty: for every facility."""
    name = models.CharField(max_length=60)
    value = models.JSONField()
    reason = models.TextField()
    by = models.CharField(max_length=150)
    since = models.DateField()
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "-since", "-id"]
        indexes = [models.Index(fields=["name", "-since"])]

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"


class CatalogueImport(models.Model):
    """A list that was loaded: from which file, by whom, since when, and what it changed."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="catalogue_imports")
    kind = models.CharField(max_length=40)
    """A key of ``catalogue_kinds.KINDS``."""
    since = models.DateField()
    """The first day on which changed and removed rows are no longer valid."""
    source = models.CharField(max_length=255)
    """The text and annex, or form, it comes from."""
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    added = models.PositiveIntegerField()
    closed = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["facility", "kind", "-id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.since}"


class CatalogueRow(models.Model):
    """One dated row of a list. What it says never changes: a change closes it and opens another."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="catalogue_rows")
    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=255)
    values = models.JSONField()
    """The row as in the file, under official names."""
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    """The last day. Before ``since``: it never held, because it was replaced on its own first day."""
    opened_in = models.ForeignKey(CatalogueImport, on_delete=models.PROTECT, related_name="opened_rows")
    gone_in = models.ForeignKey(
        CatalogueImport, on_delete=models.PROTECT, null=True, blank=True, related_name="gone_rows"
    )
    """The load whose file no longer had this row as it was."""

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["facility", "kind", "code"]),
            models.Index(fields=["facility", "kind", "gone_in"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
