"""People, roles and facility codes: no defaults, every right in one table, every change in the journal."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.staff import actions, policies
from sosuckhoe.hospital.staff.models import Facility, FacilityCode, Person, Role

pytestmark = pytest.mark.django_db
PASSWORD = "mot-cau-du-dai-de-nho"


def person(username: str = "giang", *roles: str) -> Person:
    return actions.add_person(
        by="test", username=username, full_name="Vũ Mẫu Giang", roles=roles, password=PASSWORD
    )


def test_nobody_can_sign_in_before_somebody_was_added() -> None:
    assert not Person.objects.exists()


def test_a_new_person_must_change_the_password_and_is_in_the_journal() -> None:
    added = person("giang", Role.RECORDS)
    assert added.must_change_password
    assert added.check_password(PASSWORD)
    assert PASSWORD not in str(list(Entry.objects.values("detail")))
    assert Entry.objects.get(action="person-added").detail == {"username": "giang", "roles": ["records"]}


@pytest.mark.parametrize("password", ["", "ngan", "1234567890123", "password123"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        actions.add_person(by="test", username="x", full_name="X", roles=[], password=password)
    assert not Person.objects.exists()


def test_a_username_is_given_once() -> None:
    person()
    with pytest.raises(actions.UsernameTaken):
        person()


def test_a_role_must_be_one_we_know() -> None:
    with pytest.raises(actions.UnknownRole):
        person("x", "director")


def test_changed_roles_count_at_once() -> None:
    someone = person("giang", Role.RECORDS)
    assert policies.can_import_files(someone)
    actions.change_roles(by="test", person=someone, roles=[Role.AUDITOR])
    assert not policies.can_import_files(someone)
    assert policies.can_read_journal(someone)


def test_a_closed_account_may_nothing() -> None:
    someone = person("giang", *Role.values)
    actions.deactivate(by="test", person=someone)
    assert not any(policies._may(someone, deed) for deed in policies.MAY)


@pytest.mark.parametrize("deed", sorted(policies.MAY))
def test_every_right_is_a_pair_that_asks_and_raises(deed: str) -> None:
    allowed = person("may", next(iter(policies.MAY[deed])))
    stranger = person("not")
    can, check = getattr(policies, f"can_{deed}"), getattr(policies, f"check_can_{deed}")
    check(allowed)
    assert can(allowed) and not can(stranger) and not can(None)
    with pytest.raises(policies.NotAllowed) as refusal:
        check(stranger)
    assert type(refusal.value) is not policies.NotAllowed
    assert str(refusal.value) == type(refusal.value).__doc__


def test_every_role_may_something_or_is_named_as_without_rights() -> None:
    used = frozenset().union(*policies.MAY.values())
    assert set(Role.values) - used == {Role.TRAINER}


def test_a_facility_keeps_the_codes_it_had(facility: Facility) -> None:
    actions.change_facility_code(by="test", facility=facility, code="99997", since=date(2026, 10, 1))
    found = Facility.objects.get()
    assert found.code == "99997"
    assert list(found.codes.order_by("-pk").values_list("code", "since", "until")) == [
        ("99997", date(2026, 10, 1), None),
        ("99999", None, date(2026, 9, 30)),
    ]


def test_two_facilities_never_share_a_code_in_force(facility: Facility) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.add_facility(by="test", name="Khác", code=facility.code)
    assert FacilityCode.objects.count() == 1
