"""Changes that only these pages make. Like every action: atomic, by a person, with a line in the journal."""

from typing import Any

from django.db import transaction

from ...delivery.actions import UnknownPath
from ...delivery.gateway import RECORD_PATHS, check_address
from ...delivery.models import Destination
from ...journal.chain import note
from ...staff.models import Facility, Person


@transaction.atomic
def change_hub(*, by: Any, destination: Destination, hub: dict[str, Any]) -> None:
    """Other settings from now on; what is signed already goes out as it was frozen."""
    destination.hub = hub
    destination.save(update_fields=["hub"])
    note(by, "destination-changed", "destination", destination.pk, settings=sorted(hub))


@transaction.atomic
def reactivate(*, by: Any, person: Person) -> None:
    """Open an account again."""
    person.is_active = True
    person.save(update_fields=["is_active"])
    note(by, "person-reactivated", "person", person.pk)


@transaction.atomic
def rename_facility(*, by: Any, facility: Facility, name: str, address: str, province_code: str) -> None:
    facility.name, facility.address, facility.province_code = name, address, province_code
    facility.save(update_fields=["name", "address", "province_code"])
    note(by, "facility-changed", "facility", facility.pk)


@transaction.atomic
def change_destination(
    *,
    by: Any,
    destination: Destination,
    base_url: str,
    account: str,
    secret_reference: str,
    enabled: bool,
    calls_at_once: int | None = None,
    calls_per_minute: int | None = None,
    replaces_by_visit_code: bool | None = None,
    repeats_check_ins: bool | None = None,
    replaces_evidence: str | None = None,
    receipt_look_up: str | None = None,
    path_edition: str | None = None,
) -> None:
    """Another address, path or account from now on; what waits goes there too. None: as it was.

    ``receipt_look_up`` opens the first door of UNKNOWN. The second door of UNKNOWN (``delivery/doors.py``) is declared for records and check-ins apart, on one evidence.
    """
    check_address(base_url)
    path_before = destination.path_edition
    if path_edition not in (None, *RECORD_PATHS):
        raise UnknownPath(UnknownPath.__doc__)
    destination.base_url = base_url.rstrip("/")
    destination.account, destination.secret_reference = account, secret_reference
    destination.enabled = enabled
    destination.calls_at_once, destination.calls_per_minute = calls_at_once, calls_per_minute
    columns = ["base_url", "account", "secret_reference", "enabled", "calls_at_once", "calls_per_minute"]
    declared = {
        "replaces_by_visit_code": replaces_by_visit_code,
        "repeats_check_ins": repeats_check_ins,
        "replaces_evidence": replaces_evidence,
        "receipt_look_up": receipt_look_up,
        "path_edition": path_edition,
    }
    for column, value in declared.items():
        if value is not None:
            setattr(destination, column, value)
            columns.append(column)
    destination.save(update_fields=columns)
    changed = destination.path_edition != path_before
    note(
        by,
        "destination-changed",
        "destination",
        destination.pk,
        base_url=destination.base_url,
        account=account,
        enabled=enabled,
        replaces_by_visit_code=destination.replaces_by_visit_code,
        repeats_check_ins=destination.repeats_check_ins,
        receipt_look_up=destination.receipt_look_up,
        **({"path_edition": f"{path_before} → {destination.path_edition}"} if changed else {}),
    )
