"""What reception and records do with identities."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from ..journal.chain import note
from .models import Identifier, Kind, Patient, Source


class NotContested(ValueError):
    """Số này không nằm trong diện chờ đối chiếu."""


@transaction.atomic
def add_identifier(
    *,
    by: Any,
    patient: Patient,
    kind: str,
    value: str,
    source: str = Source.TYPED,
    issuer: str = "",
    since: date | None = None,
) -> Identifier:
    identifier = Identifier.objects.create(
        patient=patient, kind=kind, value=value, source=source, issuer=issuer, since=since
    )
    note(by, "identifier-added", "patient", patient.pk, kind=kind)
    return identifier


@transaction.atomic
def end_identifier(*, by: Any, identifier: Identifier, until: date) -> None:
    """The number is no longer valid after this day. It stays findable."""
    identifier.until = until
    identifier.save(update_fields=["until"])
    note(by, "identifier-ended", "patient", identifier.patient_id, kind=identifier.kind)


@transaction.atomic
def settle_contested(*, by: Any, identifier: Identifier, is_theirs: bool, on: date) -> None:
    """Reception found out whose personal number it is.

    ``is_theirs``: the number is the patient's it was contested for; whoever held it before has it ended.
    """
    if identifier.kind != Kind.CONTESTED_PERSONAL_ID:
        raise NotContested(NotContested.__doc__)
    if is_theirs:
        Identifier.objects.filter(kind=Kind.PERSONAL_ID, value=identifier.value, until__isnull=True).update(
            until=on - timedelta(days=1)
        )
        identifier.kind = Kind.PERSONAL_ID
    else:
        identifier.until = on
    identifier.save(update_fields=["kind", "until"])
    note(by, "identity-settled", "patient", identifier.patient_id, is_theirs=is_theirs)
