"""A facility with its key, a portal that really answers, and files as another system exports them."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.crash.stage import ACCOUNT, KEY_PASSWORD, PASSWORD, Paper, Portal

from sosuckhoe.demo.his_export import ExportedFile, export
from sosuckhoe.hospital.delivery import actions
from sosuckhoe.hospital.delivery.intake import Taken, take_file
from sosuckhoe.hospital.delivery.models import Destination, SigningKey, Submission
from sosuckhoe.hospital.delivery.secrets import keep_secret
from sosuckhoe.hospital.staff.actions import add_facility
from sosuckhoe.hospital.staff.models import Facility

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@dataclass(frozen=True)
class House:
    """The hospital under test."""

    facility: Facility
    destination: Destination
    key: SigningKey


@pytest.fixture(scope="session")
def paper() -> Paper:
    return Paper.new()


@pytest.fixture(scope="session")
def _running_portal(tmp_path_factory: pytest.TempPathFactory, paper: Paper) -> Iterator[Portal]:
    started = Portal.start(tmp_path_factory.mktemp("simulator") / "portal", paper)
    yield started
    started.stop()


@pytest.fixture
def portal(_running_portal: Portal) -> Iterator[Portal]:
    """The simulator's process, calm before and after each test."""
    yield _running_portal
    _running_portal.desk("faults", method="DELETE")
    _running_portal.desk(f"accounts/{ACCOUNT}", {"locked": False})
    _running_portal.desk("options", {"repeats": "replace"})


@pytest.fixture
def facility(db: None) -> Facility:
    return add_facility(by="test", name="Bệnh viện Mẫu", code="99999", hub_code="9900000099999")


def house_with(facility: Facility, paper: Paper, base_url: str) -> House:
    key = actions.add_signing_key(
        by="test",
        facility=facility,
        name="Chứng thư thực hành",
        pkcs12=paper.pkcs12,
        password=KEY_PASSWORD,
    )
    destination = actions.add_destination(
        by="test",
        facility=facility,
        name="Cổng mô phỏng",
        base_url=base_url,
        account=ACCOUNT,
        secret_reference=keep_secret("portal", PASSWORD),
    )
    return House(facility, destination, key)


@pytest.fixture
def house(home: Path, facility: Facility, paper: Paper) -> House:
    """A hospital whose portal nobody listens at: for everything before sending."""
    return house_with(facility, paper, "http://127.0.0.1:9")


@pytest.fixture
def connected(home: Path, facility: Facility, paper: Paper, portal: Portal) -> House:
    """A hospital and the simulated portal."""
    return house_with(facility, paper, portal.address)


@pytest.fixture(scope="session")
def exported() -> list[ExportedFile]:
    return list(export(TODAY))


@pytest.fixture(scope="session")
def clean(exported: list[ExportedFile]) -> list[bytes]:
    """Files without faults, a visit each."""
    return [file.data for file in exported if file.expected == "clean"]


@pytest.fixture(scope="session")
def faulty(exported: list[ExportedFile]) -> bytes:
    """A readable file with a fault that holds it back."""
    return next(file.data for file in exported if file.expected == "held" and file.rule == "XFD-029")


@pytest.fixture
def take(house: House) -> Callable[..., Taken]:
    """Take a file in, at the hospital without a portal."""

    def do(data: bytes, name: str = "visit.xml", **how: object) -> Taken:
        return take_file(name, data, **{"by": "giang", "at": NOW, **how})  # type: ignore[arg-type]

    return do


def submission_of(taken: Taken) -> Submission:
    return Submission.objects.select_related("version__visit", "destination", "document").get(
        version__visit=taken.visit_id, version__number=taken.version
    )


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
