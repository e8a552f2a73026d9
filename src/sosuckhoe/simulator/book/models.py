from django.contrib.auth.hashers import check_password, make_password
from django.db import models


def holder_of(personal_id: str = "", card: str = "") -> str:
    """Whose book: by personal ID, else by card."""
    return f"id:{personal_id}" if personal_id else f"card:{card}" if card else ""


class Citizen(models.Model):
    """A made-up person with an account on the practice VNeID, or a dependant of one."""

    personal_id = models.CharField(max_length=20, unique=True, null=True)
    """None for a newborn whose number was not given yet: known by card then."""
    full_name = models.CharField(max_length=255)
    birth = models.CharField(max_length=10)
    """As on paper, ``dd/MM/yyyy`` or a part of it."""
    password = models.CharField(max_length=128, blank=True)
    """Empty: cannot sign in, a representative reads this book."""
    agreed_at = models.DateTimeField(null=True)
    """When the terms of the book were agreed to (simulated clock)."""

    def holders(self) -> list[str]:
        own = [holder_of(self.personal_id)] if self.personal_id else []
        return own + [holder_of(card=card.number) for card in self.cards.all()]

    def set_password(self, raw: str) -> None:
        self.password = make_password(raw) if raw else ""

    def may_enter(self, raw: str) -> bool:
        return bool(self.password) and check_password(raw, self.password)


class CitizenCard(models.Model):
    citizen = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="cards")
    number = models.CharField(max_length=15, unique=True)


class Representation(models.Model):
    """Who manages whose book (người đại diện)."""

    representative = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="represents")
    dependant = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="represented_by")
    relation = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["representative", "dependant"], name="represents_once")
        ]


class Entry(models.Model):
    """One visit in somebody's book: the newest published version."""

    holder = models.CharField(max_length=60, db_index=True)
    facility_code = models.CharField(max_length=5)
    facility_name = models.CharField(max_length=255, blank=True)
    visit_code = models.CharField(max_length=100)
    copy = models.PositiveIntegerField(default=1)
    """Above one only where the fault desk made the portal count a repeat twice."""
    transaction = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    record = models.JSONField()
    """Rows by English names (healthbook.record)."""
    arrived_at = models.CharField(max_length=12, blank=True)
    discharged_at = models.CharField(max_length=12, blank=True)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facility_code", "visit_code", "copy"], name="entry_visit_once")
        ]
        ordering = ["-discharged_at", "-pk"]
