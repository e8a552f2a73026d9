from django.db import models


class Issuer(models.Model):
    """An authority whose practice key is at hand, so that it can answer for what it issued."""

    fingerprint = models.CharField(max_length=64, unique=True)
    pem = models.TextField()
    key_pem = models.TextField()
    """In clear: nothing it signs is real."""
