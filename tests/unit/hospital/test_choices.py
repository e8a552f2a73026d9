"""What the texts leave open is decided by somebody, for a reason, since a day."""

from dataclasses import fields
from datetime import date
from importlib import import_module
from unicodedata import normalize

import pytest
from django.apps import apps

from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.validation import Policy
from sosuckhoe.hospital.staff.models import Facility
from sosuckhoe.hospital.visits.check_ins import are_told
from sosuckhoe.hospital.visits.choices import (
    CHOICES,
    NeedsReason,
    UnknownChoice,
    checking_policy,
    choose,
    chosen,
    tables_to_send,
)
from sosuckhoe.hospital.web.admin.choice_values import YES_OR_NO

migration = import_module("sosuckhoe.hospital.visits.migrations.0008_check_ins_by_yes_or_no")
pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)
RECORD = Record(
    {name: [{"visit_code": "A"}] for name in ("visit", "medicines", "hiv_care", "medical_assessment")}
)


def test_without_a_decision_the_safe_default_holds(facility: Facility) -> None:
    assert all(chosen(name, facility=facility, day=DAY) == CHOICES[name].default for name in CHOICES)
    assert checking_policy(facility=facility, day=DAY).summary_for_every_visit


def test_a_decision_holds_from_its_day_on_and_earlier_days_keep_theirs(facility: Facility) -> None:
    for value, since in ((False, date(2026, 3, 1)), (True, date(2026, 9, 1))):
        choose(by="kien", name="summary_for_every_visit", value=value, reason="Họp giao ban", since=since)
    days = (date(2026, 2, 1), date(2026, 3, 1), date(2026, 8, 31), date(2026, 9, 1))
    assert [chosen("summary_for_every_visit", facility=facility, day=day) for day in days] == [
        True,
        False,
        False,
        True,
    ]


def test_a_facilitys_own_decision_comes_before_that_for_all(facility: Facility) -> None:
    choose(by="kien", name="rules_off", value=["A"], reason="Thử", since=DAY, facility=facility)
    choose(by="kien", name="rules_off", value=["B"], reason="Thử", since=DAY)
    assert chosen("rules_off", facility=facility, day=DAY) == ["A"]
    assert chosen("rules_off", facility=None, day=DAY) == ["B"]


def test_a_decision_needs_a_reason_and_a_known_name() -> None:
    with pytest.raises(NeedsReason):
        choose(by="kien", name="rules_off", value=[], reason=" ", since=DAY)
    with pytest.raises(UnknownChoice):
        choose(by="kien", name="anything", value=1, reason="Thử", since=DAY)


def test_hiv_care_leaves_only_with_insured_visits_unless_decided(facility: Facility) -> None:
    assert tables_to_send(RECORD, insured=True, facility=facility, day=DAY) == [
        "visit",
        "medicines",
        "hiv_care",
    ]
    assert tables_to_send(RECORD, insured=False, facility=facility, day=DAY) == ["visit", "medicines"]
    choose(by="kien", name="tables_for_uninsured", value=["medicines"], reason="QĐ 2733", since=DAY)
    assert tables_to_send(RECORD, insured=False, facility=facility, day=DAY) == ["visit", "medicines"]
    choose(by="kien", name="tables_for_uninsured", value=[], reason="QĐ 2733", since=DAY)
    assert tables_to_send(RECORD, insured=False, facility=facility, day=DAY) == ["visit"]


def test_every_base_salary_reaches_the_checker_with_its_first_day(facility: Facility) -> None:
    for value, since, whose in (
        (1_000_000, date(2024, 1, 1), None),
        (2_000_000, date(2026, 1, 1), None),
        (3_000_000, date(2026, 1, 1), facility),
        (None, date(2026, 10, 1), None),
    ):
        choose(by="kien", name="base_salary", value=value, reason="Nghị định", since=since, facility=whose)
    policy = checking_policy(facility=facility, day=DAY)
    days = (date(2023, 12, 31), date(2024, 1, 1), date(2025, 12, 31), DAY)
    assert [policy.base_salary_on(day) for day in days] == [None, 1_000_000, 1_000_000, 3_000_000]


def test_going_back_to_no_choice_is_a_decision_too(facility: Facility) -> None:
    for value, since in ((["visit"], date(2026, 1, 1)), (None, date(2026, 6, 1))):
        choose(by="kien", name="tables_for_uninsured", value=value, reason="Họp giao ban", since=since)
    assert chosen("tables_for_uninsured", facility=facility, day=DAY) is None
    assert chosen("tables_for_uninsured", facility=facility, day=date(2026, 5, 31)) == ["visit"]


CHOSEN_AS = {
    "summary_for_every_visit": "summary_for_every_visit",
    "severities": "severities",
    "off": "rules_off",
    "base_salaries": "base_salary",
    "largest_file": "largest_file_megabytes",
}
NO_CHOICE = {
    "signature_required": "the hospital checks before it signs",
    "catalogues": "brought on the page of catalogues, each with its source",
    "check_ins": "what the ledger knows",
}


def test_every_field_of_the_policy_has_its_place_among_the_choices_or_a_reason_why_not() -> None:
    assert {each.name for each in fields(Policy)} == {*CHOSEN_AS, *NO_CHOICE}
    assert set(CHOSEN_AS.values()) <= set(CHOICES)
    assert all(choice.sentence and choice.source for choice in CHOICES.values())


def test_every_choice_between_yes_and_no_is_asked_as_one() -> None:
    assert {name for name, choice in CHOICES.items() if isinstance(choice.default, bool)} == YES_OR_NO


def test_the_largest_file_that_was_chosen_reaches_the_checker(facility: Facility) -> None:
    assert checking_policy(facility=facility, day=DAY).largest_file == Policy().largest_file
    choose(by="kien", name="largest_file_megabytes", value=40, reason="cổng trả lời", since=DAY)
    assert checking_policy(facility=facility, day=DAY).largest_file == 40_000_000


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("no", False),
        (" Không, chỉ nhận mẫu", False),
        (normalize("NFD", "không"), False),
        ("False", False),
        ("", False),
        ("yes", True),
        ("Có", True),
        ("nơi nào cũng gửi", True),
        (False, False),
        (True, True),
    ],
)
def test_what_was_typed_before_it_was_asked_as_yes_or_no_counts_as_it_was_meant(
    facility: Facility, typed: str | bool, told: bool
) -> None:
    day = date(2026, 3, 1)
    choose(
        by="an", name="check_ins_are_sent", value=typed, reason="chỉ nhận mẫu", since=day, facility=facility
    )
    choose(by="an", name="transmitted_means", value="no", reason="thử", since=day)
    migration.read_what_was_typed(apps, None)
    assert are_told(facility, DAY) is told
    assert chosen("transmitted_means", facility=facility, day=DAY) == "no"
