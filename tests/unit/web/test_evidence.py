"""The page of proof and what is taken away from it."""

import pytest
from django.urls import reverse

from sosuckhoe.healthbook.signing import verify_evidence
from sosuckhoe.hospital.delivery.models import Incident, Receipt
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.visits.models import CheckIn, RecordVersion


@pytest.fixture
def received(ward) -> RecordVersion:
    return Receipt.objects.order_by("pk")[0].submission.version


def address(version: RecordVersion, wanted: str = "") -> str:
    return reverse("web:evidence", args=[version.pk]) + (f"?tai-ve={wanted}" if wanted else "")


def test_the_page_names_the_file_the_receipt_and_the_seal_of_the_container(ward, as_role, received):
    client = as_role(ward, "records")
    page = client.get(address(received)).content.decode()
    receipt = Receipt.objects.get(submission__version=received)
    container = client.get(address(received, "goi"))
    assert container["Content-Disposition"].endswith('-v1.zip"')
    seal = verify_evidence.Container(container.content).manifest_sha256
    for fact in (
        received.visit.visit_code,
        receipt.transaction_number,
        receipt.document_sha256,
        received.submissions.get().document.certificate_fingerprint,
        seal,
    ):
        assert fact in page
    assert [entry.action for entry in Entry.objects.order_by("-seq")[:2]] == [
        "evidence-taken",
        "evidence-read",
    ]


def test_the_verifier_is_offered_beside_it(ward, as_role, received):
    answer = as_role(ward, "it").get(address(received, "kiem-tra"))
    with open(verify_evidence.__file__, "rb") as stream:
        assert answer.content == stream.read()


def test_who_may_not_read_records_sees_the_proof_but_takes_no_record_away(ward, as_role, received):
    client = as_role(ward, "it")
    page = client.get(address(received)).content.decode()
    assert received.visit.patient.full_name not in page
    assert "?tai-ve=goi" not in page
    assert client.get(address(received, "goi")).status_code == 403
    assert not Entry.objects.filter(action="evidence-taken").exists()


def test_a_version_of_every_state_has_its_page(ward, as_role):
    client = as_role(ward, "records")
    for version in RecordVersion.objects.all():
        assert client.get(address(version)).status_code == 200


def test_a_check_in_has_its_page_and_whoever_may_tell_of_visits_takes_its_container(ward, as_role):
    check_in = CheckIn.objects.order_by("pk")[0]
    address = reverse("web:evidence_check_in", args=[check_in.pk])
    reception = as_role(ward, "reception")
    assert address in reception.get(reverse("web:check_in_one", args=[check_in.pk])).content.decode()
    page = reception.get(address).content.decode()
    assert check_in.row["full_name"] in page and "Bằng chứng ký và gửi báo vào khám" in page
    container = reception.get(f"{address}?tai-ve=goi")
    assert container["Content-Disposition"].endswith('-vao-kham-1.zip"')
    assert verify_evidence.Container(container.content).manifest_sha256 in page
    assert Entry.objects.get(action="evidence-taken").kind == "check-in"


def test_who_reads_no_records_sees_a_check_ins_proof_without_its_name(ward, as_role):
    check_in = CheckIn.objects.order_by("pk")[0]
    address = reverse("web:evidence_check_in", args=[check_in.pk])
    client = as_role(ward, "it")
    page = client.get(address).content.decode()
    assert check_in.row["full_name"] not in page and "?tai-ve=goi" not in page
    assert client.get(f"{address}?tai-ve=goi").status_code == 403


def test_the_proof_names_what_delayed_it(ward, as_role):
    incident = Incident.objects.get()
    version = incident.delayed.first().version
    page = as_role(ward, "records").get(address(version)).content.decode()
    assert "Sự cố làm chậm" in page and f"số {incident.pk}, mất điện" in page
