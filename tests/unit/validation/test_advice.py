"""What to do about one fault is said with its own values, in words of the ward."""

import re

import pytest

from sosuckhoe.healthbook.validation import RULES, Fault, advice_on, check, check_record
from sosuckhoe.healthbook.validation.mending import PLACE, sentences
from sosuckhoe.healthbook.validation.proofs import Case, cases_of, proven
from sosuckhoe.healthbook.validation.rules.allowed import ALLOWED

PROVED = sorted(proven() - ALLOWED.keys())


def first_fault(rule: str) -> tuple[Case, Fault] | None:
    for case in cases_of(rule):
        if case.file is None and not case.passes:
            faults = check_record(case.record, case.edition, day=case.day, policy=case.policy)
            return case, next(fault for fault in faults if fault.rule == rule)
    return None


@pytest.mark.parametrize("rule", PROVED)
def test_advice_has_no_gap_and_speaks_no_code_of_ours(rule: str) -> None:
    found = first_fault(rule)
    if found is None:
        file = next(case for case in cases_of(rule) if not case.passes)
        results = [one.advised() for one in check(file.file or b"", day=file.day, policy=file.policy)]
        said = next(fault.mend for one in results for fault in one.faults if fault.rule == rule)
    else:
        case, fault = found
        said = advice_on(fault, case.record, case.edition)
    assert said.endswith(".") and not PLACE.search(said) and "  " not in said and " ," not in said
    assert "None" not in said and (found is None or not re.search(r"XML\d", said))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("XFD-029", ["đang là", "15/09/2026", "thành lúc sau"]),
        ("XFD-045", ["ở dòng 1", "y lệnh"]),
        ("BUS-012", ["Điều trị ngoại trú bệnh dài ngày", "thành 08"]),
        ("XTB-004", ["đang là", "thuốc"]),
    ],
)
def test_advice_names_the_values_and_where_they_go(rule: str, words: list[str]) -> None:
    case, fault = first_fault(rule) or pytest.fail(rule)
    said = advice_on(fault, case.record, case.edition)
    assert all(word in said for word in words), said


def test_every_rule_on_values_has_a_sentence_of_its_own() -> None:
    assert {rule.id for rule in RULES} <= sentences().keys()


def test_a_fault_without_its_record_still_says_what_to_do() -> None:
    fault = Fault("XFD-029", "XML1.NGAY_RA", None, "error", "", "", "202609010800")
    assert "bệnh án" in advice_on(fault, None, None)


def test_a_place_has_advice_of_its_own_where_the_work_differs() -> None:
    said = {
        fault.path: advice_on(fault, case.record, case.edition)
        for case in cases_of("BUS-038")
        for fault in check_record(case.record, case.edition, day=case.day)
        if fault.rule == "BUS-038"
    }
    assert "lập phiếu chuyển" in said["XML13"] and "lập phiếu chuyển" not in said["XML1.MA_LOAI_RV"]
