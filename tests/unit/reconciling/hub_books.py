"""Health checks as rows on their way to the Ministry's hub, beside the visits of ``Books``."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.unit.reconciling.conftest import NOW, UNSIGNED, Books

from sosuckhoe.hospital.delivery import receipts
from sosuckhoe.hospital.delivery.models import (
    Destination,
    DestinationKind,
    Receipt,
    SignedDocument,
    Submission,
)
from sosuckhoe.hospital.delivery.states import TRANSMITTED, State
from sosuckhoe.hospital.visits.models import HealthCheck


@dataclass
class HubBooks:
    """Writes what a hub's worker would have left behind."""

    books: Books
    hub: Destination
    count: int = 0

    @classmethod
    def beside(cls, books: Books, **settings: object) -> "HubBooks":
        hub = Destination.objects.create(
            name="Trục mẫu",
            kind=DestinationKind.HUB,
            facility=books.facility,
            base_url="http://127.0.0.1:9",
            account="mau",
            secret_reference="env:KHONG",
            hub=settings,
        )
        return cls(books, hub)

    def check(
        self, made_on: datetime | None = NOW - timedelta(hours=2), *, code: str = "", number: int = 1
    ) -> HealthCheck:
        self.count += 1
        return HealthCheck.objects.create(
            facility=self.books.facility,
            facility_code="99999",
            code=code or f"KSK{self.count:06}",
            number=number,
            document=b"<KHAMSUCKHOE/>",
            sha256=f"h{self.count:063}",
            made_on=made_on,
            by="test",
            at=made_on or NOW - timedelta(hours=2),
        )

    def put(
        self,
        state: State,
        check: HealthCheck | None = None,
        *,
        since: datetime = NOW - timedelta(hours=1),
        received_at: datetime | None = None,
        problem_code: str = "",
    ) -> Submission:
        """In this state, with everything that must stand behind it."""
        needs = state in {State.HELD, State.REFUSED, State.UNKNOWN}
        row = Submission.ledger.create(
            health_check=check or self.check(),
            destination=self.hub,
            state=State.WAITING,
            since=since,
            created_at=since,
            problem_code=problem_code or ("PS_DS_VERIFY_FAIL" if needs else ""),
            problem="Còn vướng." if needs else "",
        )
        if state not in UNSIGNED and state != State.SUPERSEDED:
            row.document = SignedDocument.objects.create(
                submission=row,
                number=1,
                content=b"{}",
                sha256=f"e{row.pk:063}",
                unsigned_sha256=f"f{row.pk:063}",
                record_sha256=row.health_check.sha256,
                size=2,
                key=self.books.key,
                certificate_fingerprint="f" * 64,
                signed_at=since,
                signer="test",
            )
        if state in TRANSMITTED:
            receipt = row.receipts.create(
                destination=self.hub,
                attempt=self.books.attempt(row, received_at or since),
                transaction_number=f"TXN{row.pk:06}",
                received_at=received_at or since,
                document_sha256=row.document.sha256,
            )
            self.journal(receipt)
        if state == State.SENDING:
            row.holder, row.lease_until = "test", NOW + timedelta(hours=1)
        row.state = state
        row.save()
        return row

    def journal(self, receipt: Receipt) -> None:
        row = receipt.submission
        receipts.append(
            receipts.ReceiptLine(
                "99999", row.visit_code, row.version_number, self.hub.pk, row.pk, 1, 1, receipt.document_sha256,
                receipt.transaction_number, receipt.received_at.isoformat(), "", "",
            )
        )  # fmt: skip
