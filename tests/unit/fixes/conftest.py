"""A hospital with somewhere to send to, and visits of invented people with one thing wrong in each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from tests.unit.validation.a_visit import visit as a_visit
from tests.unit.web.ward import Ward, connect, small_hospital

from sosuckhoe.demo.cast import HOUSE
from sosuckhoe.healthbook.record import Record
from sosuckhoe.hospital.delivery.closing import check, close_visit
from sosuckhoe.hospital.visits.models import Visit

WRONG_TOTAL = {"hospital_total_amount": "999999.00"}
SPACED = {"sex_code": " 2"}


@dataclass
class Clinic:
    ward: Ward
    count: int = 0

    def close(self, record: Record | None = None, **changes: str) -> Visit:
        """Close a visit whose table 1 has these values otherwise."""
        self.count += 1
        code = f"MAU-{self.count:04}"
        record = record or a_visit(medicines=1, services=1, results=1)
        for rows in record.tables.values():
            for row in rows:
                row["visit_code"] = code
        record.visit.update(
            {"full_name": f"Nguyễn Mẫu {_SPELLED[self.count % 10]}", "facility_code": HOUSE.code}, **changes
        )
        record.visit["personal_id"] = f"0790900000{self.count:02}"
        facility, now = self.ward.facility, timezone.now()
        checked = check(Record.of(record.tables), facility=facility, at=now)
        return close_visit(
            checked=checked, facility=facility, facility_code=HOUSE.code, by="giang", at=now
        ).visit


_SPELLED = ("Mười", "Một", "Hai", "Ba", "Bốn", "Năm", "Sáu", "Bảy", "Tám", "Chín")


@pytest.fixture(autouse=True)
def _cheap_passwords(settings) -> None:
    """Signing in is tested elsewhere."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clinic(db: None, home: Path) -> Clinic:
    return Clinic(connect(small_hospital()))


@pytest.fixture
def as_role(clinic: Clinic) -> Callable[[str], Client]:
    """A browser in which somebody of this role is signed in."""

    def sign_in(role: str) -> Client:
        client = Client()
        client.force_login(clinic.ward.people[role], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
