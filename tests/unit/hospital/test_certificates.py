"""Who is told before a certificate ends, and every signature made with one after a moment."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from tests.unit.signing.material import AUTHORITY

from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import SigningKey
from sosuckhoe.hospital.delivery.signers import certificates, declaring
from sosuckhoe.hospital.delivery.worker import Worker
from sosuckhoe.hospital.staff.models import Facility

from .conftest import House
from .test_worker import renamed

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def key(facility: Facility, *, days: int, start: datetime = NOW, registered: bool = True) -> SigningKey:
    signer = AUTHORITY.issue("BỆNH VIỆN MẪU", at=start, days=days)
    return declaring.add_elsewhere_key(
        by="giang",
        facility=facility,
        name=f"{days} ngày",
        certificate=declaring.pem(signer.certificate).encode(),
        registered_at=NOW if registered else None,
    )


@pytest.mark.parametrize(
    ("before_the_end", "step"),
    [
        (timedelta(days=30, seconds=1), None),
        (timedelta(days=30), 30),
        (timedelta(days=14, seconds=1), 30),
        (timedelta(days=14), 14),
        (timedelta(days=7, seconds=1), 14),
        (timedelta(days=7), 7),
        (timedelta(days=1, seconds=1), 7),
        (timedelta(days=1), 1),
        (timedelta(0), 1),
        (timedelta(seconds=-1), 0),
    ],
)
def test_the_steps_are_exact_to_the_second(
    facility: Facility, before_the_end: timedelta, step: int | None
) -> None:
    at = key(facility, days=100).not_after - before_the_end
    assert [due.step for due in certificates.calendar(at)] == ([] if step is None else [step])


def test_one_that_has_not_begun_is_shown_and_a_retired_one_is_not(facility: Facility) -> None:
    early = key(facility, days=100, start=NOW + timedelta(days=10))
    ended = key(facility, days=3)
    assert {due.key: due.step for due in certificates.calendar(NOW)} == {early: -1, ended: 7}
    SigningKey.objects.filter(pk=ended.pk).update(retired_at=NOW)
    assert [due.key for due in certificates.calendar(NOW)] == [early]


def test_a_successor_covers_only_when_it_is_registered_and_lasts_longer(facility: Facility) -> None:
    ending = key(facility, days=5)
    (due,) = certificates.calendar(NOW)
    assert (due.covered, due.days_left) == (False, 5)
    successor = key(facility, days=400, registered=False)
    assert not certificates.calendar(NOW)[0].covered
    SigningKey.objects.filter(pk=successor.pk).update(registered_at=NOW)
    assert [(due.key, due.covered) for due in certificates.calendar(NOW)] == [(ending, True)]


def test_every_signature_after_a_moment_is_listed(house: House, clean: list[bytes]) -> None:
    worker, moments = Worker("test"), []
    for number in range(3):
        take_file("v.xml", renamed(clean[0], f"99999.26.LO{number}"), by="giang", at=timezone.now())
        moments.append(timezone.now())
        assert worker.sign_one()
    fingerprint = house.key.fingerprint
    listed = certificates.signed_with(fingerprint, since=moments[1])
    assert [one.submission.version.visit.visit_code for one in listed] == ["99999.26.LO1", "99999.26.LO2"]
    assert certificates.signed_with(fingerprint.upper()).count() == 3
    assert not certificates.signed_with("0" * 64).exists()
    rows = list(certificates.as_rows(listed))
    assert [len(row) for row in rows] == [len(certificates.HEADING)] * 2
    assert rows[0][1] == "99999.26.LO1"
