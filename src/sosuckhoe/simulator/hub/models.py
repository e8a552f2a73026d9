from django.db import models


class HubAccount(models.Model):
    """An interconnection account of a facility, and the two keys the hub knows of it."""

    username = models.CharField(max_length=80, unique=True)
    password = models.CharField(max_length=80)
    """In clear: this is a practice hub and every password in it is invented."""
    sender_id = models.CharField(max_length=13, unique=True)
    message_key = models.TextField()
    """PEM of the public key that messages are signed with."""
    certificates = models.JSONField(default=list)
    """PEM of the facility's certificates, by which the files inside are signed."""


class HubToken(models.Model):
    """One log-in."""

    token = models.CharField(max_length=80, unique=True)
    account = models.ForeignKey(HubAccount, on_delete=models.CASCADE)
    until = models.DateTimeField()


class HubMessage(models.Model):
    """One message that was kept: a health check, or the same one again under another msg_id."""

    account = models.ForeignKey(HubAccount, on_delete=models.PROTECT, related_name="messages")
    message_id = models.CharField(max_length=80, unique=True)
    """The same msg_id again with the same bytes counts once."""
    transaction = models.CharField(max_length=40, unique=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    """Of the document inside."""
    version = models.PositiveIntegerField()
    """How many messages with these bytes there were: a new msg_id for the same content is a new version."""
    document = models.BinaryField()
    received_at = models.DateTimeField()
    """By the simulated clock."""

    class Meta:
        ordering = ["-pk"]
