"""The ledger: one submission per (version, destination), its signed bytes, both sides of every attempt, its receipts."""

from django.db import models
from django.db.models import F, Q

from ....healthbook.signing.verify_evidence import FROM_JOURNAL
from ...staff.models import Facility
from ...visits.compressed import CompressedBytes
from ...visits.models import CheckIn, HealthCheck, RecordVersion
from ..states import State
from .destinations import Destination
from .keys import CertificateStatus, SigningKey


class Records(models.Manager["Submission"]):
    """Only what carries a record: what boards, reports and reconciliation count."""

    def get_queryset(self) -> "models.QuerySet[Submission]":
        return super().get_queryset().filter(version__isnull=False)


class Submission(models.Model):
    """One record version on its way to one destination; or a check-in or a health check, under the same guarantees."""

    ledger = models.Manager()
    """Everything that is signed and sent."""
    objects = Records()
    """Records. A check-in is information only, a health check no visit: no figure and no list of records counts them."""

    version = models.ForeignKey(
        RecordVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="submissions"
    )
    check_in = models.ForeignKey(
        CheckIn, on_delete=models.PROTECT, null=True, blank=True, related_name="submissions"
    )
    health_check = models.ForeignKey(
        HealthCheck, on_delete=models.PROTECT, null=True, blank=True, related_name="submissions"
    )
    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="submissions")
    state = models.CharField(max_length=12, choices=State.choices)
    since = models.DateTimeField()
    """When it came into this state."""
    created_at = models.DateTimeField()
    fence = models.PositiveIntegerField(default=0)
    """Grows with every claim; whoever holds an older number may no longer write."""
    holder = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    """Not to be tried earlier."""
    attempt_count = models.PositiveIntegerField(default=0)
    delays = models.PositiveIntegerField(default=0)
    """Tries in a row that ended in 'later': the back-off grows with it."""
    problem_code = models.CharField(max_length=40, blank=True)
    problem = models.TextField(blank=True)
    """Why it is where it is, as a Vietnamese sentence."""
    document = models.ForeignKey(
        "SignedDocument", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    """The signed bytes that go out."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "destination"], name="one_submission_a_destination"),
            models.UniqueConstraint(fields=["check_in", "destination"], name="one_check_in_a_destination"),
            models.UniqueConstraint(
                fields=["health_check", "destination"], name="one_health_check_a_destination"
            ),
            models.CheckConstraint(
                condition=Q(version__isnull=False, check_in__isnull=True, health_check__isnull=True)
                | Q(version__isnull=True, check_in__isnull=False, health_check__isnull=True)
                | Q(version__isnull=True, check_in__isnull=True, health_check__isnull=False),
                name="a_submission_carries_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="a_submission_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="SENDING") | (~Q(holder="") & Q(lease_until__isnull=False)),
                name="what_is_being_sent_has_a_holder",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["WAITING", "HELD", "SUPERSEDED"]) | Q(document__isnull=False),
                name="nothing_goes_out_unsigned",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["HELD", "REFUSED", "UNKNOWN"]) | ~Q(problem_code=""),
                name="what_needs_a_person_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["destination", "state", "not_before", "id"], name="ledger_claim"),
            models.Index(fields=["state", "since"], name="ledger_age"),
            # What is next is read in this order, however many are done with.
            models.Index(fields=["state", "id"], name="ledger_next"),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk} {self.state}"

    # What it carries, whichever it is.

    @property
    def facility(self) -> Facility:
        return self.destination.facility

    @property
    def _carried(self) -> CheckIn | HealthCheck | RecordVersion:
        carried = self.check_in or self.health_check or self.version
        assert carried is not None, "the database lets it carry one thing"
        return carried

    @property
    def facility_code(self) -> str:
        """The facility's code at the time."""
        carried = self._carried
        return carried.visit.facility_code if isinstance(carried, RecordVersion) else carried.facility_code

    @property
    def visit_code(self) -> str:
        """MA_LK; of a health check its own code."""
        carried = self._carried
        if isinstance(carried, RecordVersion):
            return carried.visit.visit_code
        return carried.code if isinstance(carried, HealthCheck) else carried.visit_code

    @property
    def version_number(self) -> int:
        """Of the record or the health check; 0 for a check-in, which is no version of either."""
        carried = self._carried
        return 0 if isinstance(carried, CheckIn) else carried.number

    @property
    def content(self) -> tuple[bytes, str]:
        """What was frozen, and the hash it was frozen under."""
        carried = self._carried
        if isinstance(carried, RecordVersion):
            return carried.record_json, carried.sha256
        frozen = carried.document if isinstance(carried, HealthCheck) else carried.row_json
        return frozen, carried.sha256

    @property
    def stored_bytes(self) -> bytes:
        """What goes out, byte for byte."""
        assert self.document is not None, "nothing goes out unsigned"
        return self.document.content


class SignedDocument(models.Model):
    """Signed bytes, never changed. Exactly these go out."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField()
    content = CompressedBytes()
    sha256 = models.CharField(max_length=64, db_index=True)
    unsigned_sha256 = models.CharField(max_length=64)
    record_sha256 = models.CharField(max_length=64)
    """Of the version it was built from: they must agree."""
    size = models.PositiveIntegerField()
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="documents")
    certificate_fingerprint = models.CharField(max_length=64, db_index=True)
    signed_at = models.DateTimeField()
    signer = models.CharField(max_length=150)
    status = models.ForeignKey(
        CertificateStatus, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    """What the issuer had said of the certificate when it signed; empty where nobody is asked."""

    class Meta:
        ordering = ["submission", "number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="signed_documents_are_numbered")
        ]

    def __str__(self) -> str:
        return f"document {self.sha256[:12]}"


class HubMessage(models.Model):
    """What a hub knows a signed message by, beside the bytes that say it: so a message is found by it."""

    document = models.OneToOneField(SignedDocument, on_delete=models.PROTECT, related_name="hub_message")
    msg_id = models.CharField(max_length=100, db_index=True)

    def __str__(self) -> str:
        return self.msg_id


class PreparedDocument(models.Model):
    """An unsigned file given out to be signed elsewhere. What comes back is bound to it by its digest."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="prepared")
    content = CompressedBytes()
    """Canonical by construction, so its SHA-256 is the digest inside the signature."""
    unsigned_sha256 = models.CharField(max_length=64, db_index=True)
    prepared_at = models.DateTimeField()
    prepared_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["submission", "prepared_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "unsigned_sha256"], name="a_file_is_prepared_once_a_submission"
            )
        ]

    def __str__(self) -> str:
        return f"prepared {self.unsigned_sha256[:12]}"


class Attempt(models.Model):
    """One try: noted before the first byte, closed with what was said on both sides."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="attempts")
    document = models.ForeignKey(SignedDocument, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    fence = models.PositiveIntegerField()
    holder = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    bytes_from = models.DateTimeField(null=True, blank=True)
    """From this moment on bytes may have left. Empty: certainly none did."""
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    """Accepted, Rejected, TryLater, Unknown, or NotSent."""
    code = models.CharField(max_length=40, blank=True)
    sentence = models.TextField(blank=True)
    http_status = models.PositiveIntegerField(null=True, blank=True)
    gateway_code = models.CharField(max_length=20, blank=True)
    request_head = models.TextField(blank=True)
    """Request line and headers as sent, secrets masked; the body is the document's base64."""
    request_sha256 = models.CharField(max_length=64, blank=True)
    """Of the bytes inside the request, before base64: the document's hash."""
    answer_head = models.TextField(blank=True)
    answer = CompressedBytes(null=True)
    """The answer's body as it came, cut after a limit."""

    class Meta:
        ordering = ["submission", "number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="attempts_are_numbered"),
            models.CheckConstraint(
                condition=Q(bytes_from__isnull=True) | Q(bytes_from__gte=F("started_at")),
                name="an_attempt_is_noted_before_its_bytes",
            ),
        ]

    @property
    def is_from_journal(self) -> bool:
        """Its receipt is known from the journal outside alone: the answer itself is not kept."""
        return self.code == FROM_JOURNAL

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.submission_id}"


class Receipt(models.Model):
    """The destination's answer with a transaction number. Never changed."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="receipts")
    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="receipts")
    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="receipt")
    transaction_number = models.CharField(max_length=100)
    received_at = models.DateTimeField()
    """When the answer reached us."""
    stated_at = models.CharField(max_length=20, blank=True)
    """thoiGianTiepNhan, as the destination wrote it."""
    message = models.TextField(blank=True)
    document_sha256 = models.CharField(max_length=64)
    stated_by = models.CharField(max_length=150, blank=True)
    """Who read the number on the portal, a person or its look-up (``doors.LOOKED_UP``); empty when it came as an answer."""

    class Meta:
        ordering = ["submission", "received_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "transaction_number"], name="a_transaction_number_comes_once"
            ),
            models.CheckConstraint(condition=~Q(transaction_number=""), name="a_receipt_has_a_number"),
        ]

    def __str__(self) -> str:
        return f"receipt {self.transaction_number}"


class PracticeReceipt(models.Model):
    """A receipt that a simulator gave before it was declared that real patients are served. It stays, under this name."""

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="practice")
    noted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"practice receipt {self.receipt_id}"
