"""What changes staff and facilities. Every action is atomic and leaves its line in the journal."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from ..journal.chain import note
from .models import Facility, FacilityCode, Person, Role, RoleHeld, Unit


class UsernameTaken(ValueError):
    """Tên đăng nhập này đã có người dùng. Hãy chọn tên khác."""


class UnknownRole(ValueError):
    """Vai trò này không có trong hệ thống."""


@transaction.atomic
def add_facility(
    *,
    by: Any,
    name: str,
    code: str,
    hub_code: str = "",
    address: str = "",
    province_code: str = "",
    since: date | None = None,
) -> Facility:
    facility = Facility.objects.create(name=name, address=address, province_code=province_code, since=since)
    FacilityCode.objects.create(facility=facility, code=code, hub_code=hub_code, since=since)
    note(by, "facility-added", "facility", facility.pk, code=code)
    return facility


@transaction.atomic
def change_facility_code(
    *, by: Any, facility: Facility, code: str, hub_code: str = "", since: date
) -> FacilityCode:
    """Give a facility a new code from a day on. Visits keep the code of their time."""
    facility.codes.filter(until__isnull=True).update(until=since - timedelta(days=1))
    changed = FacilityCode.objects.create(facility=facility, code=code, hub_code=hub_code, since=since)
    note(by, "facility-code-changed", "facility", facility.pk, code=code, since=since.isoformat())
    return changed


@transaction.atomic
def add_unit(*, by: Any, facility: Facility, department_code: str, name: str) -> Unit:
    unit = Unit.objects.create(facility=facility, department_code=department_code, name=name)
    note(by, "unit-added", "unit", unit.pk, department_code=department_code)
    return unit


@transaction.atomic
def add_person(
    *,
    by: Any,
    username: str,
    full_name: str,
    roles: Iterable[str],
    password: str,
    facility: Facility | None = None,
    unit: Unit | None = None,
    must_change_password: bool = True,
) -> Person:
    """Add somebody who may sign in. The password must be a good one; it is to be changed at the first sign-in."""
    if Person.objects.filter(username=username).exists():
        raise UsernameTaken(UsernameTaken.__doc__)
    person = Person(
        username=username,
        full_name=full_name,
        facility=facility,
        unit=unit,
        must_change_password=must_change_password,
    )
    validate_password(password, person)
    person.set_password(password)
    person.save()
    wanted = _set_roles(person, roles)
    note(by, "person-added", "person", person.pk, username=username, roles=wanted)
    return person


@transaction.atomic
def change_roles(*, by: Any, person: Person, roles: Iterable[str]) -> None:
    wanted = _set_roles(person, roles)
    note(by, "roles-changed", "person", person.pk, roles=wanted)


@transaction.atomic
def register_for_cards(*, by: Any, person: Person, portal_id: str) -> None:
    """Note the number under which the portal knows the person as one who looks up cards; empty: not any more."""
    person.portal_id = portal_id
    person.save(update_fields=["portal_id"])
    note(by, "person-registered-for-cards", "person", person.pk, registered=bool(portal_id))


@transaction.atomic
def change_password(*, by: Any, person: Person, password: str, must_change: bool = False) -> None:
    validate_password(password, person)
    person.set_password(password)
    person.must_change_password = must_change
    person.save(update_fields=["password", "must_change_password"])
    note(by, "password-changed", "person", person.pk)


@transaction.atomic
def deactivate(*, by: Any, person: Person) -> None:
    """Close an account. The person's lines in the journal stay."""
    person.is_active = False
    person.save(update_fields=["is_active"])
    note(by, "person-deactivated", "person", person.pk)


def _set_roles(person: Person, roles: Iterable[str]) -> list[str]:
    wanted = sorted({str(role) for role in roles})
    if not set(wanted) <= set(Role.values):
        raise UnknownRole(UnknownRole.__doc__)
    RoleHeld.objects.filter(person=person).delete()
    RoleHeld.objects.bulk_create([RoleHeld(person=person, role=role) for role in wanted])
    person.__dict__.pop("roles", None)
    return wanted
