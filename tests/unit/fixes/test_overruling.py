"""Somebody stands by a value: that is noted, counted against the rule, and lets nothing go by itself."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests.unit.fixes.conftest import SPACED

from sosuckhoe.hospital.delivery.mending import overruling
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.visits.choices import choose
from sosuckhoe.hospital.visits.desks import NotYourDesk
from sosuckhoe.hospital.visits.models import Finding

HEAVY = {"weight_kg": "250.00"}


def stand_by(clinic, finding, by="records", reason="Đã xem lại bệnh án"):
    return overruling.stand_by(
        by=clinic.ward.people[by], finding_id=finding.pk, reason=reason, at=timezone.now()
    )


def let_overruling_release(clinic):
    choose(
        by="test", name="overruling_releases", value=True, reason="thử", since=date(2026, 1, 1),
        facility=clinic.ward.facility,
    )  # fmt: skip


def test_standing_by_a_value_keeps_who_why_and_when(clinic):
    clinic.close(**HEAVY)
    found = stand_by(clinic, Finding.objects.get(rule="FMT-032"), by="clinician").finding
    assert (found.overruled_by, found.overruled_why) == ("clinician", "Đã xem lại bệnh án")
    assert found.overruled_at is not None
    assert Entry.objects.filter(action="findings-overruled", actor="clinician").exists()


def test_an_overruled_error_still_holds_the_visit(clinic):
    clinic.close(**SPACED)
    done = stand_by(clinic, Finding.objects.get())
    assert (done.open_errors, done.released) == (0, 0)
    assert Submission.objects.get().state == State.HELD


def test_where_the_hospital_chose_so_the_last_overruled_error_lets_the_visit_go(clinic):
    let_overruling_release(clinic)
    clinic.close(**SPACED, ethnic_group_code="99")
    first, second = Finding.objects.filter(severity="error")
    assert stand_by(clinic, first).released == 0
    assert Submission.objects.get().state == State.HELD
    assert stand_by(clinic, second).released == 1
    assert Submission.objects.get().state == State.WAITING


def test_a_visit_held_by_a_person_is_not_let_go_by_overruling(clinic):
    let_overruling_release(clinic)
    clinic.close(**SPACED)
    Submission.objects.update(problem_code="HELD-BY-PERSON")
    assert stand_by(clinic, Finding.objects.get()).released == 0


def test_a_reason_the_right_desk_and_the_latest_version_are_needed(clinic):
    visit = clinic.close(**SPACED)
    finding = Finding.objects.get()
    with pytest.raises(overruling.NeedsReason):
        stand_by(clinic, finding, reason="  ")
    with pytest.raises(NotYourDesk):
        stand_by(clinic, finding, by="clinician")
    from sosuckhoe.hospital.delivery.mending import fixing

    fixing.fix(
        by=clinic.ward.people["records"], visit_id=visit.pk, number=1, rule="FMT-015",
        path="XML1.GIOI_TINH", kind="trim", at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(overruling.NotTheLatest):
        stand_by(clinic, finding)


def test_whose_number_it_is_cannot_be_overruled(clinic):
    visit = clinic.close(**SPACED)
    contested = Finding.objects.create(
        version=visit.latest, rule="HOSP-IDENTITY", path="XML1.SO_CCCD", severity="error", message="…", owner="reception"
    )  # fmt: skip
    with pytest.raises(overruling.CannotOverrule):
        stand_by(clinic, contested)


def test_it_can_be_withdrawn_while_the_visit_is_held(clinic):
    clinic.close(**SPACED)
    finding = Finding.objects.get()
    stand_by(clinic, finding)
    assert overruling.withdraw(by=clinic.ward.people["records"], finding_id=finding.pk).overruled_by == ""
    assert Entry.objects.filter(action="overruling-withdrawn").count() == 1
    let_overruling_release(clinic)
    stand_by(clinic, finding)
    with pytest.raises(overruling.TooLate):
        overruling.withdraw(by=clinic.ward.people["records"], finding_id=finding.pk)


def test_a_rule_overruled_in_more_than_one_visit_of_five_is_for_review(clinic):
    for _ in range(6):
        clinic.close(**HEAVY)
    for finding in Finding.objects.filter(rule="FMT-032")[:2]:
        stand_by(clinic, finding)
    now = timezone.now()
    (found,) = overruling.alarms(since=now - overruling.PERIOD, until=now + timedelta(minutes=1))
    assert (found.rule, found.visits, found.overruled, found.for_review) == ("FMT-032", 6, 2, True)
    assert overruling.alarms(since=now - timedelta(days=9), until=now - timedelta(days=8)) == []


def test_few_visits_or_a_fifth_are_not_for_review():
    assert not overruling.Alarms("A", 4, 4, None).for_review
    assert not overruling.Alarms("A", 10, 2, None).for_review
    assert overruling.Alarms("A", 10, 3, None).for_review
