"""What reception and records do with identities."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from ..journal.chain import note
from .models import Identifier, Kind


class NotContested(ValueError):
    """Số này không nằm trong diện chờ đối chiếu."""


@transaction.atomic
def settle_contested(*, by: Any, identifier: Identifier, is_theirs: bool, on: date) -> None:
    """Reception found out whose personal number it is.

    ``is_theirs``: the number is the patient's it was contested for; whoever held it before has it ended.
    """
    if identifier.kind != Kind.CONTESTED_PERSONAL_ID or identifier.until is not None:
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
