"""A rule's severity at one facility: a decision with person and reason, in force at the next check."""

from datetime import date

import pytest
from django.utils import timezone
from tests.unit.fixes.conftest import SPACED

from sosuckhoe.hospital.visits.choices import NeedsReason, checking_policy, choose
from sosuckhoe.hospital.visits.models import Finding
from sosuckhoe.hospital.visits.severities import (
    AlreadySo,
    UnknownLevel,
    UnknownRule,
    change_severity,
    history,
    in_force,
)


def change(clinic, rule, level, reason="Thống nhất tại giao ban"):
    return change_severity(
        by=clinic.ward.people["it"],
        facility=clinic.ward.facility,
        rule=rule,
        level=level,
        reason=reason,
        day=timezone.localdate(),
    )


def test_an_error_becomes_a_warning_and_no_longer_holds(clinic):
    change(clinic, "FMT-015", "warning")
    clinic.close(**SPACED)
    assert Finding.objects.get().severity == "warning"


def test_a_rule_that_is_off_says_nothing_and_comes_back(clinic):
    change(clinic, "FMT-015", "off")
    assert checking_policy(facility=clinic.ward.facility, day=timezone.localdate()).off == {"FMT-015"}
    clinic.close(**SPACED)
    assert not Finding.objects.exists()
    change(clinic, "FMT-015", "")
    clinic.close(**SPACED)
    assert Finding.objects.get().severity == "error"


def test_each_change_keeps_rule_person_and_reason(clinic):
    change(clinic, "FMT-015", "warning", "Lần một")
    change(clinic, "BUS-007", "off", "Lần hai")
    change(clinic, "FMT-015", "", "Lần ba")
    told = [
        (each.rule, each.before, each.after, each.reason, each.by)
        for each in history(facility=clinic.ward.facility)
    ]
    assert told == [
        ("FMT-015", "warning", "", "Lần ba", "it"),
        ("BUS-007", "", "off", "Lần hai", "it"),
        ("FMT-015", "", "warning", "Lần một", "it"),
    ]
    assert in_force(facility=clinic.ward.facility, day=timezone.localdate()) == {"BUS-007": "off"}


def test_a_rule_switched_off_on_the_settings_page_is_switched_on_here(clinic):
    choose(
        by="test", name="rules_off", value=["BUS-007"], reason="cũ", since=date(2026, 1, 1),
        facility=clinic.ward.facility,
    )  # fmt: skip
    assert in_force(facility=clinic.ward.facility, day=timezone.localdate()) == {"BUS-007": "off"}
    change(clinic, "BUS-007", "")
    assert in_force(facility=clinic.ward.facility, day=timezone.localdate()) == {}


@pytest.mark.parametrize(
    ("rule", "level", "reason", "refusal"),
    [
        ("XXX-999", "off", "vì", UnknownRule),
        ("FMT-015", "loud", "vì", UnknownLevel),
        ("FMT-015", "off", " ", NeedsReason),
        ("FMT-015", "", "vì", AlreadySo),
    ],
)
def test_what_makes_no_sense_is_refused(clinic, rule, level, reason, refusal):
    with pytest.raises(refusal):
        change(clinic, rule, level, reason)
