"""What checking a record promises as a whole."""

from datetime import date

import pytest

from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.healthbook.validation import RULES, Policy, check_record
from sosuckhoe.healthbook.validation.checking import MOST, deciding_day, is_insured

from .a_visit import uninsured, visit

TODAY = date(2026, 11, 23)
EDITION = edition_on(date(2026, 9, 15))


def rules_of(record: Record, policy: Policy | None = None) -> dict[str, str]:
    return {fault.rule: fault.severity for fault in check_record(record, EDITION, day=TODAY, policy=policy)}


@pytest.mark.parametrize("size", [(1, 1, 1), (2, 2, 2), (15, 10, 12), (0, 1, 1)], ids=str)
def test_an_ordinary_visit_has_no_fault(size: tuple[int, int, int]) -> None:
    assert check_record(visit(*size), EDITION, day=TODAY) == []


def test_a_visit_without_insurance_is_not_asked_for_insurance() -> None:
    assert check_record(uninsured(), EDITION, day=TODAY) == []


def test_faults_stand_in_the_order_of_tables_rows_and_fields() -> None:
    record = visit(3, 3, 0, full_name="Bình 2", sex_code="7")
    for row in record.rows("services"):
        row["quantity"] = "x"
    faults = check_record(record, EDITION, day=TODAY)
    places = [(int(fault.path.split(".")[0][3:]), fault.row or 0) for fault in faults]
    assert places == sorted(places)
    assert faults == check_record(record, EDITION, day=TODAY)


def test_a_rule_the_hospital_switched_off_is_silent() -> None:
    record = visit(arrived_at="202609151016")
    assert "XFD-029" in rules_of(record)
    assert "XFD-029" not in rules_of(record, Policy(off=frozenset({"XFD-029"})))


def test_the_hospital_may_change_a_severity() -> None:
    record = visit(arrived_at="202609151016")
    assert rules_of(record)["XFD-029"] == "error"
    assert rules_of(record, Policy(severities={"XFD-029": "warning"}))["XFD-029"] == "warning"


def test_the_summary_of_an_outpatient_visit_follows_the_policy() -> None:
    without = Record({name: rows for name, rows in visit().tables.items() if name != "treatment_summary"})
    assert rules_of(without, Policy(summary_for_every_visit=True))["BOOK-001"] == "warning"
    assert not {"BOOK-001", "BUS-035", "FMT-083"} & {*rules_of(without), *rules_of(visit())}
    rules = Policy(summary_for_every_visit=False)
    assert "BOOK-001" not in rules_of(without, rules)
    assert rules_of(visit(), rules)["FMT-083"] == "error"


def test_the_deciding_day_is_the_discharge_then_the_arrival_of_a_check_in() -> None:
    assert deciding_day(visit(), EDITION) == date(2026, 9, 15)
    assert deciding_day(Record({"check_in": [{"arrived_at": "202603010800"}]}), EDITION) == date(2026, 3, 1)
    assert deciding_day(Record({}), EDITION) == EDITION.decisions[-1].in_force


def test_a_visit_without_category_is_insured_when_it_has_a_card() -> None:
    assert is_insured(Record({"visit": [{"insurance_card_number": "DN4790000000001"}]}))
    assert not is_insured(Record({"visit": [{}]}))
    assert not is_insured(
        Record({"visit": [{"patient_category_code": "9", "insurance_card_number": "DN4790000000001"}]})
    )


def test_faults_beyond_counting_are_not_listed() -> None:
    record = Record({"medicines": [{"quantity": "x"}] * 2000})
    faults = check_record(record, EDITION, day=TODAY)
    assert len(faults) == MOST + 1
    assert "SHP-005" in {fault.rule for fault in faults}


def test_at_least_sixty_rules_of_the_published_list_are_kept() -> None:
    published = {rule.id for rule in RULES if rule.id[:3] in ("FMT", "XFD", "XTB", "COD", "BUS")}
    assert len(published) >= 60
