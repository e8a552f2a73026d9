"""Visits as rows: states, documents, receipts and findings without any file behind them, thousands in a second."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from tests.unit.web.ward import people

from sosuckhoe.hospital.delivery import receipts
from sosuckhoe.hospital.delivery.models import (
    Attempt,
    Destination,
    PortalFinding,
    Receipt,
    SignedDocument,
    SigningKey,
    Submission,
)
from sosuckhoe.hospital.delivery.states import TRANSMITTED, State
from sosuckhoe.hospital.patients.models import Patient
from sosuckhoe.hospital.staff.actions import add_facility, add_unit
from sosuckhoe.hospital.staff.models import Facility
from sosuckhoe.hospital.visits.models import ClosingSource, RecordVersion, Visit

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=VIETNAM)
UNSIGNED = {State.WAITING, State.HELD}


def at(text: str) -> datetime:
    """``2026-11-23 09:00`` in Vietnam."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@dataclass
class Books:
    """Writes what workers and people would have left behind."""

    facility: Facility
    destination: Destination
    key: SigningKey
    patient: Patient
    count: int = 0

    def visit(self, closed_at: datetime = NOW - timedelta(hours=2), **columns: Any) -> Visit:
        self.count += 1
        return Visit.objects.create(
            facility=self.facility,
            facility_code="99999",
            visit_code=f"MAU{self.count:06}",
            patient=self.patient,
            type_code="01",
            category_code="1",
            closed_at=closed_at,
            closing_source=ClosingSource.CLINICIAN,
            **{"insured": True, **columns},
        )

    def version(self, visit: Visit) -> RecordVersion:
        number = visit.versions.count() + 1
        return RecordVersion.objects.create(
            visit=visit,
            number=number,
            reason="sửa" if number > 1 else "",
            by="test",
            at=visit.closed_at,
            edition_id="2026-1931",
            record_json=b"{}",
            sha256=f"{visit.pk:058}{number:06}",
        )

    def put(
        self,
        state: State,
        visit: Visit | None = None,
        *,
        code: str = "",
        record_sha256: str = "",
        received_at: datetime | None = None,
        in_journal: bool = True,
        receipt_of: str = "",
        since: datetime = NOW - timedelta(hours=1),
    ) -> Submission:
        """A new version in this state, with everything that must stand behind it."""
        version = self.version(visit or self.visit())
        needs = state in {State.HELD, State.REFUSED, State.UNKNOWN}
        row = Submission.objects.create(
            version=version,
            destination=self.destination,
            state=State.WAITING,
            since=since,
            created_at=since,
            problem_code=code or ("FAULTS" if needs else ""),
            problem="Còn vướng." if code or needs else "",
        )
        if state not in UNSIGNED and state != State.SUPERSEDED:
            row.document = SignedDocument.objects.create(
                submission=row,
                number=1,
                content=b"<x/>",
                sha256=f"d{row.pk:063}",
                unsigned_sha256="u" * 64,
                record_sha256=record_sha256 or version.sha256,
                size=4,
                key=self.key,
                certificate_fingerprint="f" * 64,
                signed_at=since,
                signer="test",
            )
        if state in TRANSMITTED:
            self.receipt(row, received_at or since, in_journal=in_journal, sha256=receipt_of)
        if state == State.SENDING:
            row.holder, row.lease_until = "test", NOW + timedelta(hours=1)
        row.state = state
        row.save()
        if state == State.FINDINGS:
            self.finding(row, since)
        return row

    def attempt(
        self, row: Submission, when: datetime, *, outcome: str = "Accepted", code: str = "200", **columns: Any
    ) -> Attempt:
        return Attempt.objects.create(
            submission=row,
            document=columns.pop("document", row.document),
            number=row.attempts.count() + 1,
            fence=1,
            holder="test",
            started_at=when,
            ended_at=columns.pop("ended_at", when + timedelta(seconds=1)),
            bytes_from=None if outcome == "NotSent" else when,
            outcome=outcome,
            code=code,
            **{"request_head": "POST", **columns},
        )

    def receipt(
        self, row: Submission, when: datetime, *, in_journal: bool = True, sha256: str = ""
    ) -> Receipt:
        receipt = Receipt.objects.create(
            submission=row,
            destination=self.destination,
            attempt=self.attempt(row, when),
            transaction_number=f"GD{row.pk:06}",
            received_at=when,
            document_sha256=sha256 or row.document.sha256,
        )
        if in_journal:
            self.journal(row, receipt.transaction_number, when, receipt.document_sha256)
        return receipt

    def journal(self, row: Submission, number: str, when: datetime, sha256: str = "s" * 64) -> None:
        receipts.append(
            receipts.ReceiptLine(
                "99999", row.version.visit.visit_code, row.version.number, self.destination.pk, row.pk, 1, 1,
                sha256, number, when.isoformat(), "", "",
            )
        )  # fmt: skip

    def finding(self, row: Submission, when: datetime, settled_at: datetime | None = None) -> PortalFinding:
        return PortalFinding.objects.create(
            submission=row, code="E1", noted_at=when, noted_by="test", settled_at=settled_at
        )


@pytest.fixture
def books(db: None, home: Path) -> Books:
    facility = add_facility(by="test", name="Bệnh viện Mẫu", code="99999", hub_code="9900000099999")
    return Books(
        facility,
        Destination.objects.create(
            name="Cổng mẫu",
            facility=facility,
            base_url="http://127.0.0.1:9",
            account="mau",
            secret_reference="env:KHONG",
        ),
        SigningKey.objects.create(
            facility=facility,
            name="Chứng thư mẫu",
            certificate_pem="",
            fingerprint="f" * 64,
            not_before=NOW - timedelta(days=100),
            not_after=NOW + timedelta(days=100),
        ),
        Patient.objects.create(
            full_name="NGUYỄN VĂN MẪU", name_fold="nguyen van mau", born_text="198001010000"
        ),
    )


@pytest.fixture
def desk(books: Books, settings) -> Callable[[str], Client]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    staff = people(
        books.facility, add_unit(by="test", facility=books.facility, department_code="K01", name="Khoa")
    )

    def sign_in(role: str) -> Client:
        client = Client()
        client.force_login(staff[role], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
