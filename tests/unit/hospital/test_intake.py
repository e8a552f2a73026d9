"""Files come in whole, once, and with a reason when they correct; everything else is quarantined with a code."""

import re
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from sosuckhoe.demo.his_export import ExportedFile
from sosuckhoe.hospital.delivery.erasing import erase_what_is_over
from sosuckhoe.hospital.delivery.intake import Taken, shown_name, take_file
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.patients.models import Identifier, Kind, Patient
from sosuckhoe.hospital.visits.models import RecordVersion, SourceFile, Visit

from .conftest import NOW, House, sha256, submission_of

Take = Callable[..., Taken]
pytestmark = pytest.mark.django_db


def changed(data: bytes, field: str, value: str) -> bytes:
    """The file with another value in a field of table 1."""
    found = re.search(rb"<LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE>([^<]+)<", data)
    assert found
    inner = b64decode(found[1]).decode()
    altered, count = re.subn(rf"<{field}>.*?</{field}>", f"<{field}>{value}</{field}>", inner, flags=re.S)
    assert count == 1
    return data.replace(found[1], b64encode(altered.encode()))


def test_a_clean_file_becomes_a_visit_with_its_version_and_one_submission(
    take: Take, clean: list[bytes], house: House
) -> None:
    taken = take(clean[0])
    assert (taken.outcome, taken.errors) == ("taken", 0)
    visit = Visit.objects.get(pk=taken.visit_id)
    assert (visit.facility, visit.facility_code) == (house.facility, "99999")
    version = visit.latest
    assert version.sha256 == sha256(version.record_json)
    assert version.source_file is not None
    assert version.source_file.stored == clean[0]
    assert submission_of(taken).state == State.WAITING
    assert Entry.objects.filter(action="visit-closed", object_id=str(visit.pk)).count() == 1


def test_a_destination_that_is_switched_off_gets_no_new_visit(
    take: Take, clean: list[bytes], house: House
) -> None:
    Destination.objects.update(enabled=False)
    take(clean[0])
    assert not Submission.ledger.exists()


def test_an_unsigned_export_is_not_told_to_be_signed_because_we_sign_it_next(
    take: Take, clean: list[bytes]
) -> None:
    version = Visit.objects.get(pk=take(clean[0]).visit_id).latest
    assert not version.findings.filter(rule="STR-010").exists()


def test_a_rule_that_breaks_costs_its_own_file_only_and_the_file_is_kept(
    take: Take, clean: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object, **more: object) -> None:
        raise RuntimeError("Trần Mẫu Bình 099190000002")

    with monkeypatch.context() as patch:
        patch.setattr("sosuckhoe.hospital.delivery.intake.validation.check", broken)
        taken = take(clean[0])
        assert (taken.outcome, taken.code) == ("refused", "CHECK-STOPPED")

        def alone(record: object, edition: object, rule: str, **more: object) -> list[object]:
            return broken() if rule == "XTB-006" else []

        patch.setattr("sosuckhoe.hospital.delivery.broken_rule.findings_of_one", alone)
        patch.setattr("sosuckhoe.hospital.delivery.broken_rule._known", [])
        named = take(clean[1])
    assert named.sentence.startswith("Quy tắc XTB-006 của chương trình bị hỏng")
    kept = SourceFile.objects.get(pk=taken.file_id)
    assert (Path(settings.HOME.path) / kept.quarantine_path).read_bytes() == clean[0]
    assert take(clean[0]).outcome == "taken"


def test_a_file_with_faults_is_taken_and_held_back(take: Take, faulty: bytes) -> None:
    taken = take(faulty)
    assert taken.outcome == "taken"
    assert taken.held
    submission = submission_of(taken)
    assert (submission.state, submission.problem_code) == (State.HELD, "FAULTS")
    assert submission.version.findings.filter(rule="XFD-029", severity="error").exists()


def test_the_same_bytes_again_give_the_same_answer_and_no_effect(take: Take, clean: list[bytes]) -> None:
    first = take(clean[0])
    again = take(clean[0], name="another-name.xml")
    assert (again.outcome, again.visit_id) == ("repeat", first.visit_id)
    assert Visit.objects.count() == RecordVersion.objects.count() == Submission.objects.count() == 1
    assert Entry.objects.filter(kind="visit").count() == 1


def test_the_same_record_exported_anew_is_a_repeat(take: Take, clean: list[bytes]) -> None:
    first = take(clean[0])
    again = take(re.sub(rb"<NGAYLAP>\d+<", b"<NGAYLAP>20261201<", clean[0]))
    assert (again.outcome, again.code, again.visit_id) == ("repeat", "RECORD-REPEATED", first.visit_id)
    assert RecordVersion.objects.count() == 1


def test_other_content_under_a_known_visit_code_needs_a_reason(take: Take, clean: list[bytes]) -> None:
    take(clean[0])
    other = changed(clean[0], "DIA_CHI", "Thôn 2, xã Mẫu, Thành phố Hồ Chí Minh")
    refused = take(other)
    assert (refused.outcome, refused.code) == ("needs-reason", "VISIT-NEEDS-REASON")
    assert RecordVersion.objects.count() == 1
    corrected = take(other, reason="Sửa địa chỉ")
    assert (corrected.outcome, corrected.version) == ("taken", 2)
    states = Submission.objects.order_by("version__number").values_list("state", flat=True)
    assert list(states) == [State.SUPERSEDED, State.WAITING]
    assert SourceFile.objects.get(sha256=sha256(other)).outcome == "taken"


def test_a_visit_code_of_another_person_is_refused_whatever_the_reason(
    take: Take, clean: list[bytes]
) -> None:
    take(clean[0])
    other = changed(changed(clean[0], "HO_TEN", "Trần Mẫu Khác"), "SO_CCCD", "099090000999")
    assert take(other, reason="Sửa tên").code == "VISIT-OTHER-PERSON"
    assert RecordVersion.objects.count() == 1


def test_a_number_of_somebody_else_holds_the_record_and_merges_nobody(
    take: Take, clean: list[bytes], exported: list[ExportedFile]
) -> None:
    first = take(clean[0])
    holder = Visit.objects.get(pk=first.visit_id).patient
    number = holder.identifiers.get(kind=Kind.PERSONAL_ID).value
    stranger = next(data for data in clean[1:] if number.encode() not in b64decode(_inner(data)))
    taken = take(changed(stranger, "SO_CCCD", number))
    visit = Visit.objects.get(pk=taken.visit_id)
    assert visit.patient != holder
    assert submission_of(taken).problem_code == "IDENTITY"
    assert Identifier.objects.filter(kind=Kind.PERSONAL_ID, value=number).get().patient == holder
    assert visit.patient.identifiers.filter(kind=Kind.CONTESTED_PERSONAL_ID, value=number).exists()
    assert visit.latest.findings.filter(owner="reception", path="XML1.SO_CCCD").exists()


def test_a_correction_of_something_else_keeps_the_hold_for_a_contested_number(
    take: Take, clean: list[bytes]
) -> None:
    holder = Visit.objects.get(pk=take(clean[0]).visit_id).patient
    number = holder.identifiers.get(kind=Kind.PERSONAL_ID).value
    stranger = next(data for data in clean[1:] if number.encode() not in b64decode(_inner(data)))
    contested = changed(stranger, "SO_CCCD", number)
    take(contested)
    again = take(changed(contested, "DIEN_THOAI", "0990000000"), reason="Sửa số điện thoại")
    assert (again.version, submission_of(again).problem_code) == (2, "IDENTITY")
    own = take(changed(stranger, "DIEN_THOAI", "0990000000"), reason="Trả lại đúng số định danh")
    assert (own.version, submission_of(own).state) == (3, State.WAITING)
    person = Visit.objects.get(pk=own.visit_id).patient
    assert person.identifiers.filter(kind=Kind.PERSONAL_ID, until=None).exists(), (
        "the register knows the right number"
    )


def test_a_correction_to_a_number_that_somebody_else_has_is_held_back(take: Take, clean: list[bytes]) -> None:
    holder = Visit.objects.get(pk=take(clean[0]).visit_id).patient
    number = holder.identifiers.get(kind=Kind.PERSONAL_ID).value
    stranger = next(data for data in clean[1:] if number.encode() not in b64decode(_inner(data)))
    take(stranger)
    again = take(changed(stranger, "SO_CCCD", number), reason="Gõ lại số định danh")
    assert (again.version, submission_of(again).problem_code) == (2, "IDENTITY")


def _inner(data: bytes) -> bytes:
    found = re.search(rb"<LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE>([^<]+)<", data)
    assert found
    return found[1]


def test_unreadable_files_are_quarantined_whole_and_nothing_of_them_enters(
    take: Take, exported: list[ExportedFile]
) -> None:
    refused = [file for file in exported if file.expected == "refused"]
    assert refused
    for file in refused:
        taken = take(file.data, name=file.name)
        assert (taken.outcome, taken.code) == ("refused", file.rule)
        row = SourceFile.objects.get(pk=taken.file_id)
        assert (settings.HOME.path / row.quarantine_path).read_bytes() == file.data
        assert row.stored is None
    assert Visit.objects.count() == Patient.objects.count() == 0


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (rb"<SOLUONGHOSO>1<", b"<SOLUONGHOSO>2<", "FILE-COUNT"),
        (rb"(<HOSO>.*</HOSO>)", rb"\1\1", "FILE-SEVERAL-VISITS"),
    ],
)
def test_a_file_holds_exactly_one_visit(
    take: Take, clean: list[bytes], old: bytes, new: bytes, code: str
) -> None:
    assert take(re.sub(old, new, clean[0], flags=re.S)).code == code
    assert Visit.objects.count() == 0


def test_a_bare_table_is_no_visit(take: Take, clean: list[bytes]) -> None:
    assert take(b64decode(_inner(clean[0]))).code == "FILE-NOT-A-VISIT"


def test_a_visit_of_an_unknown_facility_is_refused(take: Take, clean: list[bytes]) -> None:
    assert take(changed(clean[0], "MA_CSKCB", "99001")).code == "FACILITY-UNKNOWN"


def test_a_visit_without_its_code_is_refused(take: Take, clean: list[bytes]) -> None:
    assert take(changed(clean[0], "MA_LK", "")).code == "VISIT-CODE-MISSING"


def test_a_frozen_version_cannot_be_changed(take: Take, clean: list[bytes]) -> None:
    version = Visit.objects.get(pk=take(clean[0]).visit_id).latest
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        RecordVersion.objects.filter(pk=version.pk).update(reason="khác")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\xml\\a.xml", "a.xml"),
        ("a\x00\nb.xml", "ab.xml"),
        ("a\u202ex.xml", "ax.xml"),
        ("b\udcd0nh.xml", "b\ufffdnh.xml"),
        ("", "(không tên)"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_file_name_is_only_ever_shown(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@pytest.mark.django_db(transaction=True)
def test_of_many_files_with_one_visit_code_at_the_same_instant_exactly_one_wins(
    house: House, clean: list[bytes]
) -> None:
    versions = [
        changed(clean[0], "DIA_CHI", f"Thôn {number}, xã Mẫu, Thành phố Hồ Chí Minh") for number in range(6)
    ]
    start, outcomes = threading.Barrier(6), []

    def enter(data: bytes) -> None:
        start.wait()
        try:
            outcomes.append(take_file("a.xml", data, by="giang", at=NOW).outcome)
        finally:
            connection.close()

    threads = [threading.Thread(target=enter, args=(data,)) for data in versions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["needs-reason"] * 5 + ["taken"]
    assert Visit.objects.count() == RecordVersion.objects.count() == Patient.objects.count() == 1


def test_the_home_keeps_no_copy_of_what_was_taken(take: Take, clean: list[bytes], home: Path) -> None:
    take(clean[0])
    assert list((home / "quarantine").iterdir()) == []


def test_of_a_file_that_was_refused_and_is_taken_now_no_copy_stays_behind(
    take: Take, clean: list[bytes], home: Path, django_capture_on_commit_callbacks: Any
) -> None:
    take(clean[0])
    other = changed(clean[0], "DIA_CHI", "Thôn 2, xã Mẫu, Thành phố Hồ Chí Minh")
    assert take(other).outcome == "needs-reason"
    copy = home / "quarantine" / f"{sha256(other)}.bin"
    assert copy.read_bytes() == other
    with django_capture_on_commit_callbacks() as after:
        assert take(other, reason="Sửa địa chỉ").outcome == "taken"
    assert copy.exists()  # as where the process dies right after the commit
    erase_what_is_over(at=NOW)
    assert not copy.exists()
    assert SourceFile.objects.get(sha256=sha256(other)).quarantine_path == ""
    copy.write_bytes(other)
    for each in after:
        each()
    assert not copy.exists()
