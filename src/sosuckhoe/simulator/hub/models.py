from django.db import models


class HubAccount(models.Model):
    """A facility's agent account at the hub, with the public half of its message key."""

    username = models.CharField(max_length=40, unique=True)
    password = models.CharField(max_length=128)
    """In clear: everybody here is invented."""
    sender_id = models.CharField(max_length=13, unique=True)
    facility_code = models.CharField(max_length=5)
    """Whose registered certificates may sign the documents."""
    key_pem = models.TextField()


class HubToken(models.Model):
    """One login."""

    token = models.CharField(max_length=80, unique=True)
    account = models.ForeignKey(HubAccount, on_delete=models.CASCADE)
    until = models.DateTimeField()


class HealthCheck(models.Model):
    """One accepted message, as it arrived. Never changed."""

    txn_id = models.CharField(max_length=40, unique=True)
    account = models.ForeignKey(HubAccount, on_delete=models.PROTECT)
    msg_id = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    """Of the whole body."""
    document_sha256 = models.CharField(max_length=64, db_index=True)
    """Of the signed envelope."""
    document = models.BinaryField()
    version = models.PositiveIntegerField()
    """A new msg_id for the same content counts as a new version."""
    received_at = models.DateTimeField()
    personal_id = models.CharField(max_length=20, blank=True, db_index=True)
    """Whose it is, as far as the file says so (``facts.py``)."""
    code = models.CharField(max_length=100, blank=True)
    made_on = models.CharField(max_length=14, blank=True)
    grade = models.CharField(max_length=1, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "msg_id"], name="hub_message")]
