from datetime import datetime

from django.db import models

RECORD, CHECK_IN = "record", "check_in"


class Option(models.Model):
    """A rule of the portal set otherwise than by default. See ``options.py`` for what can be set."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.JSONField()


class Account(models.Model):
    """A facility's account (``99999_BV``). One facility, one account."""

    username = models.CharField(max_length=40, unique=True)
    facility_code = models.CharField(max_length=5, unique=True)
    facility_name = models.CharField(max_length=255)
    password_md5 = models.CharField(max_length=32)
    """Upper case hex. The real portal asks for MD5, so that is what there is to compare."""
    bad_logins = models.PositiveIntegerField(default=0)
    locked = models.BooleanField(default=False)
    restricted = models.BooleanField(default=False)
    """On the list of accounts that may not look up co-payments."""


class Officer(models.Model):
    """Somebody registered on the portal to look up cards for a facility."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="officers")
    name = models.CharField(max_length=255)
    personal_id = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "personal_id"], name="officer_once")]


class Certificate(models.Model):
    """A certificate registered for a facility, known by the SHA-256 of its DER bytes."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="certificates")
    fingerprint = models.CharField(max_length=64)
    pem = models.TextField()
    subject = models.TextField()
    serial = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    revoked = models.BooleanField(default=False)
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "fingerprint"], name="certificate_once")]


class Authority(models.Model):
    """A certificate authority the portal trusts."""

    fingerprint = models.CharField(max_length=64, unique=True)
    pem = models.TextField()


class Session(models.Model):
    """One login. The token is recomputed from this row at every call."""

    token_id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    address = models.CharField(max_length=45)
    filetime = models.BigIntegerField()
    expires_at = models.DateTimeField()
    revoked = models.BooleanField(default=False)


class Submission(models.Model):
    """One accepted call: the signed bytes as they arrived, under a new transaction number. Never changed."""

    transaction = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=8)
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    facility_code = models.CharField(max_length=5)
    """As the file says; the sender is ``account``."""
    visit_code = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    data = models.BinaryField()
    path = models.CharField(max_length=80)
    received_at = models.DateTimeField()
    """By the simulated clock."""
    received_on = models.DateTimeField(auto_now_add=True)
    """By the real one."""
    certificate = models.CharField(max_length=64, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    publish_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    not_published = models.CharField(max_length=40, blank=True)
    """Why the insurer does not publish it: a word of ``insurer.publication``."""
    counted_twice = models.BooleanField(default=False)
    """The fault desk made this repeat count as a second record of the visit."""

    class Meta:
        # What the insurer has yet to do is found without reading what it has done.
        indexes = [
            models.Index(
                fields=["kind", "received_at"],
                condition=models.Q(reviewed_at__isnull=True),
                name="submission_unreviewed",
            ),
            models.Index(
                fields=["kind", "publish_at"],
                condition=models.Q(published_at__isnull=True),
                name="submission_unpublished",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["facility_code", "visit_code", "kind", "version"], name="submission_version_once"
            )
        ]


LATE, STRUCTURE, MISMATCH = "late", "structure", "mismatch"
CODES = {LATE: "MP-MUON", STRUCTURE: "MP-DANG", MISMATCH: "MP-LECH"}


class Finding(models.Model):
    """Something the portal's later checks found (kết quả kiểm tra), for people to read on the portal's page."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=10)
    """late, structure or mismatch; of a finding given by hand any code"""
    table = models.CharField(max_length=5)
    row = models.PositiveIntegerField(null=True)
    field = models.CharField(max_length=40, blank=True)
    value = models.CharField(max_length=255, blank=True)
    sentence = models.TextField()
    visible_from = models.DateTimeField()
    visible_until = models.DateTimeField()

    @property
    def code(self) -> str:
        """As the portal's page shows it. Of our own making for what its checks find: the true ones are not public."""
        return CODES.get(self.kind, self.kind)

    @classmethod
    def visible(cls, at: datetime) -> models.QuerySet["Finding"]:
        return cls.objects.filter(visible_from__lte=at, visible_until__gt=at)


class Call(models.Model):
    """One call of a service: what came, what was done, what was answered. The effect ledger of checkers."""

    PENDING, SENT, DROPPED = "pending", "sent", "dropped"

    at = models.DateTimeField(auto_now_add=True)
    simulated_at = models.DateTimeField()
    service = models.CharField(max_length=30)
    path = models.CharField(max_length=200)
    address = models.CharField(max_length=45)
    account = models.CharField(max_length=40, blank=True)
    facility_code = models.CharField(max_length=20, blank=True)
    visit_code = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    """Of the decoded document, where the payload could be decoded."""
    stored = models.BooleanField(default=False)
    http_status = models.PositiveIntegerField(null=True)
    code = models.CharField(max_length=40, blank=True)
    """The result code in the body as the portal decided it, before any fault touched the reply."""
    transaction = models.CharField(max_length=40, blank=True)
    reply = models.CharField(max_length=8, default=PENDING)
    faults = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    remark = models.TextField(blank=True)
