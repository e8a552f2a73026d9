"""A proposed change is a correction like any other, only quicker; and it can be taken back."""

import hashlib

import pytest
from django.utils import timezone
from tests.unit.fixes.conftest import SPACED, WRONG_TOTAL
from tests.unit.validation.a_visit import visit as a_visit

from sosuckhoe.healthbook.record import Record
from sosuckhoe.hospital.delivery.closing import check, correct_visit
from sosuckhoe.hospital.delivery.mending import fixing
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.journal.chain import verify_chain
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.patients.models import Identifier, Kind, Patient
from sosuckhoe.hospital.visits.actions import overrule
from sosuckhoe.hospital.visits.desks import DESKS, NotYourDesk, may_mend
from sosuckhoe.hospital.visits.models import Finding

SEX = {"rule": "FMT-015", "path": "XML1.GIOI_TINH", "kind": "trim"}
TOTAL = {"rule": "XTB-006", "path": "XML1.T_TONGCHI_BV", "kind": "reckon"}


def make(clinic, visit, what, by="records", number=1, **how):
    return fixing.fix(
        by=clinic.ward.people[by], visit_id=visit.pk, number=number, at=timezone.now(), **what, **how
    )


def test_a_fix_is_the_next_version_with_its_reason_and_the_visit_goes_on(clinic):
    visit = clinic.close(**SPACED)
    assert Submission.objects.get().state == State.HELD
    closed = make(clinic, visit, SEX)
    assert (closed.version.number, closed.faults) == (2, ())
    assert closed.version.record.visit["sex_code"] == "2"
    assert closed.version.reason.startswith(fixing.REASON) and "XML1.GIOI_TINH" in closed.version.reason
    assert closed.version.by == "records"
    states = dict(Submission.objects.values_list("version__number", "state"))
    assert states == {1: State.SUPERSEDED, 2: State.WAITING}


def test_a_fix_is_in_the_journal_without_the_value(clinic):
    visit = clinic.close(**SPACED)
    make(clinic, visit, SEX)
    entry = Entry.objects.get(action="fix-applied")
    assert entry.actor == "records" and entry.object_id == str(visit.pk)
    assert entry.detail == {
        "rule": "FMT-015", "path": "XML1.GIOI_TINH", "change": "trim", "count": 1, "version": 2
    }  # fmt: skip
    assert verify_chain().whole


def test_all_rows_of_a_visit_or_some_of_them(clinic):
    record = a_visit(medicines=3, services=1)
    for row in record.rows("medicines"):
        row["quantity"] = "20,0"
    visit = clinic.close(record)
    what = {"rule": "FMT-004", "path": "XML2.SO_LUONG", "kind": "dot"}
    closed = make(clinic, visit, what, rows=[2])
    assert [row["quantity"] for row in closed.version.record.rows("medicines")] == ["20,0", "20.0", "20,0"]
    closed = make(clinic, visit, what, number=2)
    assert [row["quantity"] for row in closed.version.record.rows("medicines")] == ["20.0"] * 3


def test_only_the_desk_that_mends_a_fault_may_make_its_fix(clinic):
    visit = clinic.close(**WRONG_TOTAL)
    with pytest.raises(NotYourDesk):
        make(clinic, visit, TOTAL, by="clinician")
    with pytest.raises(NotYourDesk):
        make(clinic, visit, TOTAL, by="it")
    assert visit.versions.count() == 1
    assert make(clinic, visit, TOTAL).version.record.visit["hospital_total_amount"] == "63690.00"


def test_every_desk_has_somebody_and_a_closed_account_sits_nowhere(clinic):
    people = clinic.ward.people
    assert all(any(may_mend(person, owner) for person in people.values()) for owner in DESKS)
    people["records"].is_active = False
    assert not any(may_mend(people["records"], owner) for owner in DESKS)


def test_a_version_that_is_no_longer_the_latest_is_not_fixed(clinic):
    visit = clinic.close(**SPACED, **WRONG_TOTAL)
    make(clinic, visit, SEX)
    with pytest.raises(fixing.Stale):
        make(clinic, visit, TOTAL)
    with pytest.raises(fixing.NothingToFix):
        make(clinic, visit, SEX, number=2)
    assert visit.versions.count() == 2


def test_undo_restores_the_record_byte_for_byte(clinic):
    visit = clinic.close(**SPACED)
    make(clinic, visit, SEX)
    closed = fixing.undo(by=clinic.ward.people["records"], visit_id=visit.pk, number=2, at=timezone.now())
    first, _, third = visit.versions.order_by("number")
    assert closed.version == third
    assert bytes(third.record_json) == bytes(first.record_json)
    assert third.sha256 == first.sha256 == hashlib.sha256(bytes(third.record_json)).hexdigest()
    assert Submission.objects.get(version=third).state == State.HELD


def test_the_first_version_has_nothing_to_go_back_to(clinic):
    visit = clinic.close(**SPACED)
    with pytest.raises(fixing.NothingToUndo):
        fixing.undo(by=clinic.ward.people["records"], visit_id=visit.pk, number=1, at=timezone.now())


def test_after_sending_undo_is_a_correction_with_a_reason(clinic):
    visit = clinic.close(**SPACED)
    closed = make(clinic, visit, SEX)
    clinic.ward.sign()
    submission = Submission.objects.get(version=closed.version)
    assert submission.state == State.SIGNED
    from types import SimpleNamespace

    clinic.ward.receive(SimpleNamespace(visit_id=visit.pk, version=2))
    how = {"by": clinic.ward.people["records"], "visit_id": visit.pk, "number": 2, "at": timezone.now()}
    with pytest.raises(fixing.SentAlready):
        fixing.undo(**how)
    assert visit.versions.count() == 2
    closed = fixing.undo(**how, reason="Sửa nhầm đợt")
    assert closed.version.reason == "Hoàn tác bản 2: Sửa nhầm đợt"


def test_somebody_elses_fix_is_undone_by_who_may_correct_only(clinic):
    from sosuckhoe.hospital.staff.policies import NotAllowed

    visit = clinic.close(**SPACED)
    make(clinic, visit, SEX, by="reception")
    with pytest.raises(NotAllowed):
        fixing.undo(by=clinic.ward.people["it"], visit_id=visit.pk, number=2, at=timezone.now())
    closed = fixing.undo(by=clinic.ward.people["reception"], visit_id=visit.pk, number=2, at=timezone.now())
    assert closed.version.number == 3


def test_a_contested_identity_still_holds_the_visit_after_a_fix(clinic):
    other = Patient.objects.create(full_name="Trần Mẫu Khác", name_fold="tran mau khac", born_text="1950")
    Identifier.objects.create(patient=other, kind=Kind.PERSONAL_ID, value="079090000001")
    closed = make(clinic, clinic.close(**SPACED), SEX)
    assert [fault.rule for fault in closed.faults] == ["HOSP-IDENTITY"]
    assert Submission.objects.get(version=closed.version).state == State.HELD


def test_what_somebody_stood_by_stays_so_while_the_value_does(clinic):
    visit = clinic.close(**SPACED, weight_kg="250.00")
    finding = Finding.objects.get(rule="FMT-032")
    overrule(by="records", findings=[finding], reason="Đã cân lại", at=timezone.now())
    closed = make(clinic, visit, SEX)
    again = closed.version.findings.get(rule="FMT-032")
    assert (again.overruled_by, again.overruled_why) == ("records", "Đã cân lại")


def test_nobody_has_stood_by_a_value_that_came_after(clinic):
    visit = clinic.close(weight_kg="250.00")
    overrule(by="records", findings=list(Finding.objects.all()), reason="Đã cân lại", at=timezone.now())
    record, now = visit.latest.record, timezone.now()
    record.visit["weight_kg"] = "260.00"
    checked = check(Record.of(record.tables), facility=visit.facility, at=now)
    closed = correct_visit(visit=visit, checked=checked, by="records", at=now, reason="Cân lại")
    assert closed.version.findings.get(rule="FMT-032").overruled_by == ""


def test_a_batch_shows_what_would_change_and_for_whom_nothing_is_known(clinic):
    for _ in range(3):
        clinic.close(**SPACED)
    clinic.close(sex_code="Nữ")
    clinic.close(**WRONG_TOTAL)
    batch = fixing.alike("FMT-015", "XML1.GIOI_TINH", at=timezone.now())
    assert (len(batch.rows), batch.kinds, batch.kind, batch.without, batch.total) == (
        3,
        {"trim": 3},
        "trim",
        1,
        4,
    )
    assert batch.places == 3
    empty = fixing.alike("XFD-001", "XML2.THANH_TIEN_BV", at=timezone.now())
    assert (empty.rows, empty.kind, empty.total) == ([], "", 0)


def test_what_fails_for_one_visit_of_a_batch_leaves_the_others_done(clinic, monkeypatch):
    visits = [clinic.close(**SPACED) for _ in range(4)]
    make(clinic, visits[1], SEX)
    real = fixing.correct_visit

    def broken(*, visit, **how):
        if visit.pk == visits[2].pk:
            raise RuntimeError("disk full")
        return real(visit=visit, **how)

    monkeypatch.setattr(fixing, "correct_visit", broken)
    report = fixing.fix_alike(
        by=clinic.ward.people["records"], chosen=[(visit.pk, 1) for visit in visits], at=timezone.now(), **SEX
    )
    assert report.done == [(visits[0].pk, 2), (visits[3].pk, 2)]
    assert [visit for visit, _ in report.refused] == [visits[1].pk, visits[2].pk]
    assert visits[2].versions.count() == 1
    assert not Entry.objects.filter(object_id=str(visits[2].pk), action="visit-corrected").exists()


def test_a_batch_is_taken_back_as_a_whole(clinic):
    visits = [clinic.close(**SPACED) for _ in range(2)]
    person = clinic.ward.people["records"]
    report = fixing.fix_alike(by=person, chosen=[(visit.pk, 1) for visit in visits], at=timezone.now(), **SEX)
    back = fixing.undo_alike(by=person, chosen=report.done, at=timezone.now())
    assert back.refused == []
    for visit in visits:
        first, _, third = visit.versions.order_by("number")
        assert third.sha256 == first.sha256


def test_what_the_law_narrows_is_never_mended_in_passing(clinic):
    record = a_visit(medicines=1, services=1)
    record.tables["hiv_care"] = [{"visit_code": "x", "sex_code": "1"}]
    visit = clinic.close(record)
    assert Finding.objects.filter(rule="XTB-030", path="XML6.GIOI_TINH").exists()
    assert fixing.proposals(visit.latest, "XTB-030", "XML6.GIOI_TINH", at=timezone.now()) == []
