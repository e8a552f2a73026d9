"""Which facility a page speaks of."""

from typing import Any

from ...staff.models import Facility


def facility_for(person: Any) -> Facility | None:
    """The person's own, or the first one that is still open; None before any is set up."""
    return person.facility or Facility.objects.filter(until__isnull=True).first()
