"""Keys: the facility's certificates, where each key is, who is asked about revocation, and what was answered."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from ...staff.models import Facility
from ...visits.compressed import CompressedBytes


class KeyKind(models.TextChoices):
    """What holds a signing key."""

    FILE = "pkcs12", "Tệp PKCS#12"
    TOKEN = "pkcs11", "Thiết bị ký (PKCS#11)"
    REMOTE = "remote", "Dịch vụ ký từ xa"
    ELSEWHERE = "elsewhere", "Ký ở máy khác rồi nộp lại"


class SigningKey(models.Model):
    """A certificate of the facility and where its key is. The key itself is never here."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="signing_keys")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=KeyKind.choices, default=KeyKind.FILE)
    path = models.CharField(max_length=255, blank=True)
    """Of a key file: relative to the home's keys folder."""
    place = models.JSONField(default=dict, blank=True)
    """Of other kinds: where the key is. Token: module, token, key. Service: url, client, profile, user, credential."""
    password_reference = models.CharField(max_length=255, blank=True)
    """Where the file's password, the token's PIN or the service's client secret is."""
    certificate_pem = models.TextField()
    fingerprint = models.CharField(max_length=64, unique=True)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    registered_at = models.DateTimeField(null=True, blank=True)
    """When it was registered on the portal."""
    registered_by = models.CharField(max_length=150, blank=True)
    """Who says so."""
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-not_after"]

    def __str__(self) -> str:
        return self.name

    def valid_at(self, moment: datetime) -> bool:
        return self.not_before <= moment <= self.not_after


class StatusKind(models.TextChoices):
    """How an issuer says whether a certificate is revoked."""

    OCSP = "ocsp", "Hỏi trực tuyến (OCSP)"
    CRL = "crl", "Tải danh sách thu hồi (CRL)"
    CRL_FILE = "crl-file", "Nạp tay danh sách thu hồi (CRL)"


class StatusSource(models.Model):
    """Who is asked whether a key's certificate is revoked. There is none until an administrator names one."""

    key = models.OneToOneField(SigningKey, on_delete=models.PROTECT, related_name="status_source")
    kind = models.CharField(max_length=10, choices=StatusKind.choices)
    url = models.CharField(max_length=500, blank=True)
    """Of OCSP and CRL; its host has to be on the machine's list, whoever wrote it."""
    crl = CompressedBytes(null=True)
    """Of a list loaded by hand."""
    issuer_pem = models.TextField()
    """The authority that issued the certificate."""
    authority_pem = models.TextField(blank=True)
    """The authority above it; then the issuer itself is looked for in that one's list."""
    authority_url = models.CharField(max_length=500, blank=True)
    """Where that list is; empty when it was loaded by hand."""
    authority_crl = CompressedBytes(null=True)
    fresh_seconds = models.PositiveIntegerField(default=3600)
    """Older than this, what was answered no longer counts, and signing pauses (faults.md F57)."""
    nonce_required = models.BooleanField(default=False)
    """Only answers made for our very question; not every responder can."""
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="crl-file", crl__isnull=False) | ~Q(kind="crl-file") & ~Q(url=""),
                name="a_status_source_can_be_asked",
            ),
            models.CheckConstraint(condition=Q(fresh_seconds__gte=60), name="freshness_is_a_minute_at_least"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of key {self.key_id}"


class StatusAnswer(models.Model):
    """An OCSP answer or a CRL, byte for byte; the same list is kept once."""

    sha256 = models.CharField(max_length=64, unique=True)
    content = CompressedBytes()

    def __str__(self) -> str:
        return f"answer {self.sha256[:12]}"


class CertificateStatus(models.Model):
    """What was known of a certificate after one question. Never changed."""

    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="statuses")
    asked_at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=StatusKind.choices)
    code = models.CharField(max_length=40)
    """STATUS-… of the certificate, or AUTHORITY-… when its issuer's own status is what is wrong."""
    said_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    """nextUpdate, as the issuer wrote it."""
    fresh_until = models.DateTimeField(null=True, blank=True)
    """Until when this may be relied on for signing, by the source's limit."""
    fresh_seconds = models.PositiveIntegerField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    answer = models.ForeignKey(StatusAnswer, on_delete=models.PROTECT, related_name="+")
    authority_answer = models.ForeignKey(
        StatusAnswer, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    issuers_pem = models.TextField()
    """The issuer, and the authority above it where that was asked."""

    class Meta:
        ordering = ["key", "-asked_at"]
        indexes = [models.Index(fields=["key", "-asked_at"], name="status_latest")]

    def __str__(self) -> str:
        return f"{self.code} at {self.asked_at}"
