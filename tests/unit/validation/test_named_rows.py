"""Rules that look at whole columns say which rows are wrong; proofs only say that something is."""

from datetime import date
from typing import Any

import pytest

from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.healthbook.validation import check_record

VISIT = {
    "arrived_at": "202609150800",
    "discharged_at": "202609151800",
    "visit_type_code": "03",
    "treatment_days": "2",
}


def rows(rule: str, services: list[dict[str, str]], **more: Any) -> list[int | None]:
    record = Record({"visit": [VISIT | more.pop("visit", {})], "services": services, **more})
    faults = check_record(record, edition_on(date(2026, 9, 15)), day=date(2026, 11, 23))
    return [fault.row for fault in faults if fault.rule == rule]


def bed(quantity: str = "1", **more: str) -> dict[str, str]:
    return {
        "cost_group_code": "15",
        "quantity": quantity,
        "ordered_at": "202609150800",
        "bed_codes": "H001",
    } | more


EXAM = {"cost_group_code": "13", "quantity": "1", "scope_code": "1", "ordered_at": "202609150800"}


def test_every_bed_line_of_a_short_stay_is_named() -> None:
    assert rows("BUS-002", [bed(), EXAM, bed()], visit={"discharged_at": "202609151000"}) == [1, 3]


def test_too_many_bed_days_are_said_once_at_the_last_bed_line() -> None:
    assert rows("BUS-003", [bed(), bed(), EXAM]) == [2]
    assert rows("BUS-008", [bed(), bed(), EXAM]) == [2]


def test_every_examination_after_the_first_is_named() -> None:
    assert rows("BUS-011", [bed(), EXAM, EXAM, EXAM]) == [3, 4]


def test_the_later_line_of_a_bed_billed_twice_is_named() -> None:
    assert rows("BUS-010", [EXAM, bed(), bed(bed_codes="H002"), bed()]) == [4]


def test_the_repeated_line_is_named_and_not_the_first() -> None:
    test = {"cost_group_code": "1", "service_code": "23.0001.1494", "ordered_at": "202609150800"}
    other = test | {"service_code": "23.0002.1494"}
    assert rows("BUS-023", [test, other, test, other, test]) == [3, 4, 5]


def test_the_result_of_another_day_is_named() -> None:
    services = [{"service_code": "23.0001.1494", "result_at": "202609150900"}]
    results = [
        {"service_code": "23.0001.1494", "result_at": "202609150900"},
        {"service_code": "23.0001.1494", "result_at": "202609140900"},
    ]
    assert rows("XTB-020", services, results=results) == [2]


@pytest.mark.parametrize(("group", "severity"), [("18", "error"), ("1", "warning")])
def test_only_tests_may_be_done_after_discharge(group: str, severity: str) -> None:
    line = {"cost_group_code": group, "performed_at": "202609151801"}
    record = Record({"visit": [VISIT], "services": [line]})
    faults = check_record(record, edition_on(date(2026, 9, 15)), day=date(2026, 11, 23))
    assert [fault.severity for fault in faults if fault.rule == "XTB-015"] == [severity]


def test_a_rule_names_the_one_code_that_is_wrong() -> None:
    record = Record(
        {"visit": [VISIT | {"main_disease_code": "A01.0", "other_disease_codes": "A02.0;M54.5;I10"}]}
    )
    faults = check_record(record, edition_on(date(2026, 9, 15)), day=date(2026, 11, 23))
    found = [fault for fault in faults if fault.rule == "BUS-030"]
    assert [(fault.value, fault.path) for fault in found] == [("M54.5", "XML1.MA_BENH_KT")]
    assert "“M54.5”" in found[0].message


def test_sensitive_text_is_not_copied_into_its_fault() -> None:
    record = Record({"visit": [VISIT], "treatment_summary": [{"course": "Người bệnh HIV, sốt"}]})
    faults = check_record(record, edition_on(date(2026, 9, 15)), day=date(2026, 11, 23))
    found = [fault for fault in faults if fault.rule == "BOOK-004"]
    assert [(fault.path, fault.value) for fault in found] == [("XML8", "")]
    assert "HIV" not in found[0].message
