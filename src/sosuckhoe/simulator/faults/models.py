from django.db import models


class Fault(models.Model):
    """A scenario switched on: for whom, on which path, for how many calls."""

    scenario = models.CharField(max_length=40)
    account = models.CharField(max_length=40, blank=True)
    """Only calls of this account; empty means all."""
    path = models.CharField(max_length=80, blank=True)
    """A path or a service's name (token, record, check_in, card …); empty means all."""
    parameters = models.JSONField(default=dict)
    skip = models.PositiveIntegerField(default=0)
    """Let so many matching calls pass first."""
    remaining = models.PositiveIntegerField(null=True)
    """Strike so many more calls; None means until switched off."""
    chance = models.FloatField(default=1.0)
    seed = models.BigIntegerField(default=1)
    """Decides, with the call's number, whether a chance below one strikes: the same seed, the same calls."""
    matched = models.PositiveIntegerField(default=0)
    struck = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    @property
    def spent(self) -> bool:
        return self.remaining == 0
