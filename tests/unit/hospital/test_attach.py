"""Prepared here, signed elsewhere, attached: only exactly what was given out, signed by a declared certificate."""

import io
import re
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.utils import timezone
from tests.unit.signing.material import AUTHORITY

from sosuckhoe.healthbook.document import read
from sosuckhoe.healthbook.signing import FileSigner, sign
from sosuckhoe.hospital.delivery import actions, evidence
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import (
    Destination,
    PreparedDocument,
    SignedDocument,
    SigningKey,
    Submission,
)
from sosuckhoe.hospital.delivery.secrets import keep_secret
from sosuckhoe.hospital.delivery.signers import attach, declaring
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import Worker
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.staff.actions import add_facility
from sosuckhoe.hospital.staff.models import Facility
from sosuckhoe.hospital.visits.choices import choose

from .conftest import sha256
from .test_intake import changed
from .test_worker import renamed

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def holder() -> FileSigner:
    return AUTHORITY.issue("BỆNH VIỆN MẪU", at=datetime.now(UTC), days=900)


@pytest.fixture
def office(home: Path, facility: Facility, holder: FileSigner) -> Facility:
    """A facility whose only key is on a token at somebody's own machine."""
    declaring.add_elsewhere_key(
        by="giang",
        facility=facility,
        name="Token phòng KHTH",
        certificate=declaring.pem(holder.certificate).encode(),
    )
    destination(facility, "Cổng mô phỏng")
    return facility


def destination(facility: Facility, name: str) -> Destination:
    return actions.add_destination(
        by="giang",
        facility=facility,
        name=name,
        base_url="http://127.0.0.1:9",
        account="99999_BV",
        secret_reference=keep_secret("portal", "x"),
    )


@pytest.fixture
def close(office: Facility, clean: list[bytes]) -> Callable[..., Submission]:
    numbers = iter(range(1000))

    def do(code: str = "", **how: object) -> Submission:
        taken = take_file(
            "visit.xml",
            renamed(clean[0], code or f"99999.26.ATT{next(numbers)}"),
            by="giang",
            at=timezone.now(),
            **how,  # type: ignore[arg-type]
        )
        return Submission.objects.filter(
            version__visit=taken.visit_id, version__number=taken.version
        ).order_by("id")[0]

    return do


def prepared(office: Facility) -> list[bytes]:
    package = attach.prepare(by="giang", facility=office)
    with zipfile.ZipFile(io.BytesIO(package.data)) as archive:
        return [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]


def by_hand(document: bytes, holder: FileSigner) -> bytes:
    return sign(document, holder, signature_id="S-1")


def outcome(data: bytes, name: str = "x.xml") -> tuple[bool, str]:
    (one,) = attach.attach(by="giang", name=name, data=data)
    one.name.encode()  # can be printed, whatever it was on the disk
    return one.taken, one.code


def test_what_was_given_out_comes_back_signed_and_goes_on(
    close: Callable[..., Submission], office: Facility, holder: FileSigner
) -> None:
    submission = close()
    (document,) = prepared(office)
    signed = by_hand(document, holder)
    (done,) = attach.attach(by="giang", name="ky.xml", data=signed)
    assert (done.taken, done.visit_code) == (True, submission.version.visit.visit_code)
    submission.refresh_from_db()
    kept = submission.document
    assert submission.state == State.SIGNED and kept is not None
    assert (kept.content, kept.unsigned_sha256, kept.signer) == (signed, sha256(document), "giang")
    assert Entry.objects.filter(action="signature-attached", object_id=str(submission.pk)).exists()
    assert outcome(signed) == (False, "NOT-WAITING")
    assert b"giang" in evidence.container_for(submission.version)


def test_the_worker_leaves_such_records_to_the_person(close: Callable[..., Submission]) -> None:
    submission = close()
    assert Worker("test").sign_one()
    submission.refresh_from_db()
    assert (submission.state, submission.problem_code) == (State.WAITING, "SIGN-ELSEWHERE")


def test_a_file_signed_by_another_program_is_kept_as_that_program_wrote_it(
    close: Callable[..., Submission], office: Facility, holder: FileSigner, tmp_path: Path
) -> None:
    submission = close()
    (document,) = prepared(office)
    template = by_hand(document, holder).decode()
    for name in ("DigestValue", "SignatureValue", "X509Certificate"):
        start, end = template.index(f"<{name}>") + len(name) + 2, template.index(f"</{name}>")
        template = template[:start] + template[end:]
    (tmp_path / "t.xml").write_text(template)
    key = holder.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "k.pem").write_bytes(key)
    (tmp_path / "c.pem").write_text(declaring.pem(holder.certificate))
    subprocess.run(
        ["xmlsec1", "--sign", "--privkey-pem", "k.pem,c.pem", "--output", "o.xml", "t.xml"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    theirs = (tmp_path / "o.xml").read_bytes()
    assert outcome(theirs) == (True, "ATTACHED")
    submission.refresh_from_db()
    assert submission.document is not None and submission.document.content == theirs


def test_a_package_comes_back_as_a_package_each_file_judged_by_itself(
    close: Callable[..., Submission], office: Facility, holder: FileSigner
) -> None:
    for _ in range(3):
        close()
    first, second, third = prepared(office)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("thư mục/1.xml", by_hand(first, holder))
        archive.writestr("2.XML", by_hand(second.replace(b"<NGAYLAP>2", b"<NGAYLAP>3"), holder))
        archive.writestr("3.xml", third)
        archive.writestr("ghi chú.txt", "x")
    outcomes = {
        one.name: one.code for one in attach.attach(by="giang", name="goi.zip", data=stream.getvalue())
    }
    assert outcomes == {"thư mục/1.xml": "ATTACHED", "2.XML": "NOT-PREPARED", "3.xml": "NO-SIGNATURE"}
    assert SignedDocument.objects.count() == 1


def test_what_is_not_exactly_what_was_given_out_is_refused(
    close: Callable[..., Submission], office: Facility, holder: FileSigner
) -> None:
    submission = close()
    (document,) = prepared(office)
    stranger = AUTHORITY.issue("BỆNH VIỆN LẠ", at=datetime.now(UTC))
    old = AUTHORITY.issue("BỆNH VIỆN MẪU", at=datetime.now(UTC) - timedelta(days=400))
    signed = by_hand(document, holder)
    refused = {
        "unsigned": (document, "NO-SIGNATURE"),
        "another certificate": (by_hand(document, stranger), "CERTIFICATE-NOT-REGISTERED"),
        "an old certificate": (by_hand(document, old), "CERTIFICATE-EXPIRED"),
        "changed after signing": (signed.replace(b"99999", b"99998", 1), "DIGEST-MISMATCH"),
        "a comment in it": (signed.replace(b"99999", b"999<!-- -->99", 1), "DOCUMENT-COMMENT"),
        "changed before signing": (by_hand(document.replace(b"99999", b"99998", 1), holder), "NOT-PREPARED"),
        "written anew": (by_hand(document.replace(b"><", b">\n<", 3), holder), "NOT-PREPARED"),
        "not XML": (b"x", "DOCUMENT-NOT-XML"),
        "a broken package": (b"PK\3\4" + b"x" * 50, "FILE-UNREADABLE"),
    }
    for what, (data, code) in refused.items():
        assert outcome(data, "b\udcd0nh.xml") == (False, code), what
    submission.refresh_from_db()
    assert submission.state == State.WAITING and not SignedDocument.objects.exists()
    assert outcome(signed) == (True, "ATTACHED")


def test_another_facilitys_certificate_does_not_sign_for_this_one(
    close: Callable[..., Submission], office: Facility
) -> None:
    close()
    (document,) = prepared(office)
    clinic = add_facility(by="giang", name="Trạm Y tế Mẫu", code="99998")
    theirs = AUTHORITY.issue("TRẠM Y TẾ MẪU", at=datetime.now(UTC))
    declaring.add_elsewhere_key(
        by="giang", facility=clinic, name="T", certificate=theirs.certificate.public_bytes(Encoding.DER)
    )
    assert outcome(by_hand(document, theirs)) == (False, "NOT-PREPARED")


def test_a_version_that_was_corrected_meanwhile_is_not_signed_any_more(
    close: Callable[..., Submission], office: Facility, holder: FileSigner, clean: list[bytes]
) -> None:
    first = close("99999.26.SUA")
    (document,) = prepared(office)
    corrected = changed(renamed(clean[0], "99999.26.SUA"), "LY_DO_VV", "Khám theo hẹn")
    taken = take_file("sua.xml", corrected, by="giang", at=timezone.now(), reason="Ghi nhầm lý do")
    assert taken.version == 2
    first.refresh_from_db()
    assert first.state == State.SUPERSEDED
    assert outcome(by_hand(document, holder)) == (False, "NOT-WAITING")
    (second,) = prepared(office)
    assert outcome(by_hand(second, holder)) == (True, "ATTACHED")


def test_prepared_again_it_is_the_same_file_and_one_file_serves_every_destination(
    close: Callable[..., Submission], office: Facility, holder: FileSigner
) -> None:
    destination(office, "Cổng thứ hai")
    close()
    assert Submission.objects.count() == 2
    first = prepared(office)
    assert first == prepared(office) and len(first) == 1
    assert PreparedDocument.objects.count() == 2
    assert outcome(by_hand(first[0], holder)) == (True, "ATTACHED")
    assert set(Submission.objects.values_list("state", flat=True)) == {State.SIGNED}


def test_a_record_that_shows_faults_by_todays_rules_is_held_and_not_given_out(
    close: Callable[..., Submission], office: Facility, faulty: bytes
) -> None:
    taken = take_file("f.xml", faulty, by="giang", at=timezone.now())
    Submission.objects.filter(version__visit=taken.visit_id).update(
        state=State.WAITING, problem_code="", problem=""
    )
    Submission.objects.get().version.findings.all().delete()
    package = attach.prepare(by="giang", facility=office)
    assert (package.count, package.held) == (0, 1)
    assert Submission.objects.get().state == State.HELD


TODAY = date(2026, 11, 1)


@pytest.fixture
def uninsured(office: Facility, clean: list[bytes]) -> Submission:
    """A waiting record of a visit without health insurance that has lines of services and tests, too."""

    for data in clean:
        record = read(data).visits[0].record
        if (
            not record.visit.get("insurance_card_number")
            and record.rows("services")
            and record.rows("results")
        ):
            taken = take_file("v.xml", data, by="giang", at=timezone.now())
            return Submission.objects.get(version__visit=taken.visit_id, version__visit__insured=False)
    raise AssertionError


def kinds(document: bytes) -> set[bytes]:
    return set(re.findall(rb"<LOAIHOSO>(XML[0-9]+)</LOAIHOSO>", document))


def sent_for_uninsured(*tables: str) -> None:
    choose(by="kien", name="tables_for_uninsured", value=list(tables), reason="Thử", since=TODAY)


def test_what_was_chosen_not_to_be_sent_is_neither_given_out_again_nor_taken_back(
    uninsured: Submission, office: Facility, holder: FileSigner
) -> None:
    (whole,) = prepared(office)
    assert {b"XML3", b"XML4"} <= kinds(whole)
    sent_for_uninsured("medicines", "services")
    (done,) = attach.attach(by="giang", name="x.xml", data=by_hand(whole, holder))
    assert (done.taken, done.code) == (False, "TABLES-NOT-SENT-NOW") and "XML4" in done.sentence
    uninsured.refresh_from_db()
    assert uninsured.state == State.WAITING and not SignedDocument.objects.exists()
    (less,) = prepared(office)
    assert kinds(less) <= {b"XML1", b"XML2", b"XML3"} and b"XML3" in kinds(less)
    assert prepared(office) == [less], "unchanged while the choice is"
    assert outcome(by_hand(less, holder)) == (True, "ATTACHED")


def test_a_choice_taken_back_gives_out_the_first_file_again(uninsured: Submission, office: Facility) -> None:
    (whole,) = prepared(office)
    sent_for_uninsured()
    (least,) = prepared(office)
    assert kinds(least) == {b"XML1"}
    choose(by="kien", name="tables_for_uninsured", value=None, reason="Thử", since=TODAY)
    assert prepared(office) == [whole]


def test_what_a_rule_forbids_since_it_was_given_out_is_not_signed(
    office: Facility, holder: FileSigner, faulty: bytes
) -> None:
    choose(by="kien", name="rules_off", value=["XFD-029"], reason="Thử", since=TODAY)
    take_file("f.xml", faulty, by="giang", at=timezone.now())
    (document,) = prepared(office)
    choose(by="kien", name="rules_off", value=[], reason="Thử xong", since=TODAY)
    assert outcome(by_hand(document, holder)) == (False, "FAULTS")
    assert not SignedDocument.objects.exists()
    package = attach.prepare(by="giang", facility=office)
    assert (package.count, package.held) == (0, 1), "nobody signs for nothing"


def test_a_retired_key_signs_no_more(
    close: Callable[..., Submission], office: Facility, holder: FileSigner
) -> None:
    close()
    (document,) = prepared(office)
    declaring.retire(by="giang", key=SigningKey.objects.get(), at=timezone.now())
    assert outcome(by_hand(document, holder)) == (False, "CERTIFICATE-NOT-REGISTERED")
    assert not SignedDocument.objects.exists()


@pytest.mark.parametrize(
    "way", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_damaged_file_of_a_package_is_named_and_those_beside_it_count(
    close: Callable[..., Submission], office: Facility, holder: FileSigner, way: int
) -> None:
    for _ in range(3):
        close()
    documents = prepared(office)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", way) as archive:
        for number, document in enumerate(documents):
            archive.writestr(f"{number}.xml", by_hand(document, holder))
        hurt = archive.getinfo("1.xml")
    package = bytearray(stream.getvalue())
    began = hurt.header_offset + 30 + len("1.xml")
    for at in range(began + 8, began + 60):
        package[at] ^= 0x5A
    done = attach.attach(by="giang", name="goi.zip", data=bytes(package))
    assert [(one.name, one.code) for one in done] == [
        ("0.xml", "ATTACHED"),
        ("1.xml", "FILE-UNREADABLE"),
        ("2.xml", "ATTACHED"),
    ]
    assert SignedDocument.objects.count() == 2
    (again,) = attach.attach(by="giang", name="1.xml", data=by_hand(documents[1], holder))
    assert again.taken
