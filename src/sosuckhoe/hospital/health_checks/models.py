from django.db import models

from ..staff.models import Facility
from ..visits.compressed import CompressedBytes
from ..visits.models import SourceFile


class HealthCheck(models.Model):
    """One periodic or screening health check, as another system wrote it. Frozen, never changed.

    What its parts mean is not read here: the field tables of QĐ 2062/QĐ-BYT are not at hand (moh-hub.md §7).
    """

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="health_checks")
    facility_code = models.CharField(max_length=13)
    """As the file says: five or thirteen characters."""
    content = CompressedBytes()
    """The file's bytes, not yet signed by the facility."""
    sha256 = models.CharField(max_length=64, unique=True)
    """Of ``content``; it is also what the check-up is known by, for no field that names one is known."""
    signature_place = models.CharField(max_length=20)
    source_file = models.ForeignKey(SourceFile, on_delete=models.PROTECT, related_name="health_checks")
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    """When it came. The 24 hours of QĐ 1551/QĐ-BYT run from the end of the check-up, which the file does not tell
    in a field we know; so they are counted from here."""

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What people and receipts call it."""
        return f"KSK-{self.sha256[:12]}"
