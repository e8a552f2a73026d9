"""Trying a rule on real visits changes nothing and says what it would find and cost."""

from datetime import timedelta

from django.utils import timezone
from tests.unit.fixes.conftest import SPACED, WRONG_TOTAL
from tests.unit.validation.a_visit import visit as a_visit

from sosuckhoe.healthbook.validation import Policy, check_record, listed_rules
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.visits.models import Finding
from sosuckhoe.hospital.visits.severities import change_severity
from sosuckhoe.hospital.visits.trial import findings_of_one, try_rule


def tried(clinic, rule, **how):
    now = timezone.now()
    return try_rule(
        rule,
        facility=clinic.ward.facility,
        since=now - timedelta(days=31),
        until=now + timedelta(minutes=1),
        day=timezone.localdate(),
        **how,
    )


def test_it_counts_visits_findings_and_what_would_be_held(clinic):
    for _ in range(3):
        clinic.close()
    clinic.close(**WRONG_TOTAL)
    clinic.close(**WRONG_TOTAL, **SPACED)
    before = Finding.objects.count(), Entry.objects.count()
    trial = tried(clinic, "XTB-006")
    assert (trial.visits, trial.total, trial.hits, trial.faults, trial.errors) == (5, 5, 2, 2, 2)
    assert trial.complete and trial.share == 0.4 and trial.of_stored == 2
    assert [len(each.faults) for each in trial.examples] == [1, 1]
    assert trial.held_for_it_alone == 0, "another rule on the same total holds them as well"
    assert 0 <= trial.cost_ms < 5000
    assert (Finding.objects.count(), Entry.objects.count()) == before


def test_it_tries_the_severity_asked_for_even_when_the_rule_is_off(clinic):
    change_severity(
        by="test", facility=clinic.ward.facility, rule="FMT-015", level="off", reason="thử", day=timezone.localdate()
    )  # fmt: skip
    clinic.close(**SPACED)
    trial = tried(clinic, "FMT-015")
    assert (trial.hits, trial.errors, trial.held_for_it_alone, trial.of_stored) == (1, 1, 1, 0)
    assert tried(clinic, "FMT-015", level="warning").errors == 0


def test_visits_outside_the_period_and_older_versions_do_not_count(clinic):
    old = clinic.close(**WRONG_TOTAL)
    type(old).objects.update(closed_at=timezone.now() - timedelta(days=60))
    mended = clinic.close(**SPACED)
    from sosuckhoe.hospital.delivery.mending import fixing

    fixing.fix(
        by=clinic.ward.people["records"], visit_id=mended.pk, number=1, rule="FMT-015",
        path="XML1.GIOI_TINH", kind="trim", at=timezone.now(),
    )  # fmt: skip
    assert tried(clinic, "XTB-006").total == 1
    assert tried(clinic, "FMT-015").hits == 0


def test_it_stops_when_patience_ends_and_says_how_far_it_came(clinic):
    for _ in range(3):
        clinic.close()
    seen = []
    trial = tried(clinic, "XTB-006", patience=0.0, progress=lambda each: seen.append(each.visits))
    assert (trial.visits, trial.total, trial.complete, seen) == (1, 3, False, [1])


def test_one_rule_alone_finds_what_it_finds_among_all():
    """On a record with many things wrong, for every rule there is."""
    record = a_visit(
        **SPACED, **WRONG_TOTAL, treatment_days="4", weight_kg="250", discharged_at="202609150700"
    )
    edition, day = record.edition(), timezone.localdate()
    together = check_record(record, edition, day=day)
    assert len({fault.rule for fault in together}) > 5
    for rule in listed_rules():
        alone = findings_of_one(record, edition, rule.id, day=day, policy=Policy())
        expected = [fault for fault in together if fault.rule == rule.id]
        assert sorted(map(str, alone)) == sorted(map(str, expected)), rule.id
