"""Reconciling a month: what counting costs, that it grows with the visits alone, and what opening the page costs.

Run: ``.venv/bin/python bench/reconcile.py`` (about a minute). The last line is one line of JSON. Processor time only;
what the ratios mean: ``bench/README.md``.
"""

import json
import os
import tempfile
from datetime import timedelta
from statistics import median
from typing import Any

from measuring import conditions, cpu_seconds

VISITS = (2_000, 20_000)
PASSES = 5
HOME = tempfile.mkdtemp(prefix="sosuckhoe-bench-")
os.environ["SOSUCKHOE_HOME"] = HOME


def fill(count: int) -> None:
    """So many visits of a month, all received but one in fifty, as rows without files behind them."""
    from django.utils import timezone

    from sosuckhoe.hospital.delivery import receipts
    from sosuckhoe.hospital.delivery.models import Attempt, Destination, Receipt, SignedDocument, Submission
    from sosuckhoe.hospital.delivery.models import SigningKey as Key
    from sosuckhoe.hospital.patients.models import Patient
    from sosuckhoe.hospital.staff.models import Facility
    from sosuckhoe.hospital.visits.models import RecordVersion, Visit

    now = timezone.now()
    facility = Facility.objects.get()
    there = Destination.objects.get()
    key = Key.objects.get()
    patient = Patient.objects.get()
    begin = Visit.objects.count()
    for start in range(begin, count, 1000):
        numbers = range(start, min(start + 1000, count))
        moments = [now - timedelta(minutes=1 + 2 * number % 40_000) for number in numbers]
        visits = Visit.objects.bulk_create(
            Visit(facility=facility, facility_code="99999", visit_code=f"BENCH{number:07}", patient=patient,
                  type_code="01", category_code="1", insured=True, closed_at=at, closing_source="discharge")
            for number, at in zip(numbers, moments, strict=True)
        )  # fmt: skip
        versions = RecordVersion.objects.bulk_create(
            RecordVersion(visit=visit, number=1, by="bench", at=visit.closed_at, edition_id="2026-1931",
                          record_json=b"{}", sha256=f"{visit.pk:064}")
            for visit in visits
        )  # fmt: skip
        rows = Submission.objects.bulk_create(
            Submission(
                version=version, destination=there, state="WAITING", since=version.at, created_at=version.at
            )
            for version in versions
        )
        sent = [row for row in rows if row.pk % 50]
        documents = SignedDocument.objects.bulk_create(
            SignedDocument(submission=row, number=1, content=b"<x/>", sha256=f"{row.pk:064}", size=4, key=key,
                           unsigned_sha256="u" * 64, record_sha256=f"{row.version.visit_id:064}",
                           certificate_fingerprint="f" * 64, signed_at=row.since, signer="bench")
            for row in sent
        )  # fmt: skip
        attempts = Attempt.objects.bulk_create(
            Attempt(submission=row, document=document, number=1, fence=1, holder="bench", started_at=row.since,
                    bytes_from=row.since, ended_at=row.since, outcome="Accepted", code="200")
            for row, document in zip(sent, documents, strict=True)
        )  # fmt: skip
        Receipt.objects.bulk_create(
            Receipt(submission=row, destination=there, attempt=attempt, transaction_number=f"GD{row.pk:08}",
                    received_at=row.since, document_sha256=f"{row.pk:064}")
            for row, attempt in zip(sent, attempts, strict=True)
        )  # fmt: skip
        for row, document in zip(sent, documents, strict=True):
            row.state, row.document = "RECEIVED", document
            receipts.append_sent(  # not flushed: the bench's journal need not survive anything
                receipts.ReceiptLine("99999", row.version.visit.visit_code, 1, there.pk, row.pk, 1, 1,
                                     document.sha256, f"GD{row.pk:08}", row.since.isoformat(), "", "")  # type: ignore[arg-type]
            )  # fmt: skip
        Submission.objects.bulk_update(sent, ["state", "document"])


def set_up() -> None:
    from django.utils import timezone

    from sosuckhoe.hospital.config.start import prepare
    from sosuckhoe.hospital.delivery.models import Destination, SigningKey
    from sosuckhoe.hospital.patients.models import Patient
    from sosuckhoe.hospital.staff.actions import add_facility

    prepare()
    facility, now = add_facility(by="bench", name="Bệnh viện Mẫu", code="99999"), timezone.now()
    Destination.objects.create(
        name="Cổng mẫu",
        facility=facility,
        base_url="http://127.0.0.1:9",
        account="x",
        secret_reference="env:X",
    )
    year = timedelta(days=365)
    SigningKey.objects.create(
        facility=facility,
        name="x",
        certificate_pem="",
        fingerprint="f" * 64,
        not_before=now - year,
        not_after=now + year,
    )
    Patient.objects.create(full_name="NGUYỄN VĂN MẪU", name_fold="nguyen van mau", born_text="198001010000")


def bare_read(first: Any, last: Any) -> int:
    """The same rows, read and nothing done with them."""
    from sosuckhoe.hospital.delivery.models import Receipt, SignedDocument, Submission
    from sosuckhoe.hospital.delivery.watching.stories import bounds
    from sosuckhoe.hospital.visits.models import RecordVersion, Visit

    begin, end = bounds(first, last)
    period = {"closed_at__gte": begin, "closed_at__lt": end}
    of = {f"version__visit__{name}": value for name, value in period.items()}
    through = {f"submission__{name}": value for name, value in of.items()}
    rows = [
        Visit.objects.filter(**period).values_list("pk", "visit_code", "insured", "closed_at"),
        RecordVersion.objects.filter(visit__closed_at__gte=begin, visit__closed_at__lt=end).values_list("pk", "number", "sha256"),
        Submission.objects.filter(**of).values_list("pk", "version_id", "state", "since", "problem"),
        SignedDocument.objects.filter(**through).values_list("pk", "sha256", "record_sha256"),
        Receipt.objects.filter(**through).values_list("transaction_number", "document_sha256", "received_at"),
    ]  # fmt: skip
    return sum(sum(1 for _ in each.iterator()) for each in rows)


def main() -> None:
    from sosuckhoe.hospital.config.start import setup_django

    setup_django()
    set_up()
    from sosuckhoe.hospital.delivery.watching import counting
    from sosuckhoe.hospital.delivery.watching.reconciling_run import last_days, look

    first, last = last_days(31)
    seconds: dict[int, float] = {}
    over: float = 0.0
    for count in VISITS:
        fill(count)
        look(first, last)
        pairs = [
            (cpu_seconds(lambda: look(first, last)), cpu_seconds(lambda: bare_read(first, last)))
            for _ in range(PASSES)
        ]
        result = look(first, last)
        assert len(result.stories) == count, len(result.stories)
        assert set(result.by_cause) == {"TO-SIGN"} and all(line.holds for line in result.lines)
        seconds[count] = median(whole for whole, _ in pairs)
        over = median(whole / bare for whole, bare in pairs)
        print(f"{count} visits: {seconds[count]:.2f} s, {over:.2f} × a bare read of the same rows")
    opened = cpu_seconds(lambda: counting.known(31) or counting.known(31))
    small, large = VISITS
    print(f"what a page pays while the count runs in the background: {opened * 1000:.1f} ms")
    ratios = {
        "count_over_bare_read": round(over, 2),
        "growth_per_visit": round(seconds[large] / seconds[small] / (large / small), 2),
        "page_share_of_count": round(opened / seconds[large], 3),
    }
    print(json.dumps({"bench": "reconcile", "ratios": ratios, "conditions": conditions()}))


if __name__ == "__main__":
    main()
