"""What every fix promises, on whatever record: its fault is gone, no new error comes, nothing else changes."""

import random
from collections import Counter
from datetime import date
from unicodedata import normalize

import pytest
from tests.unit.validation.a_visit import uninsured, visit
from tests.unit.validation.oracle import any_record

from sosuckhoe.demo.his_export import export
from sosuckhoe.healthbook.document import Unreadable, read
from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import Edition, edition_on
from sosuckhoe.healthbook.validation import Fault, check_record
from sosuckhoe.healthbook.validation.fixes import FIXES, Fix, applied, fixes_of, together
from sosuckhoe.healthbook.validation.proofs import cases_of, proven

DAY = date(2026, 11, 23)
SPOILS = {
    "blank before": lambda text: f" {text}",
    "zero width": lambda text: f"{text}\u200b",
    "decimal comma": lambda text: text.replace(".", ","),
    "thousands": lambda text: f"1.{text}",
    "more zeros": lambda text: f"{text}.0000" if "." not in text else f"{text}00",
    "lost zero": lambda text: text.lstrip("0"),
    "midnight": lambda text: f"{text}0000",
    "half a list": lambda text: f"{text};",
    "blanks in a list": lambda text: f"{text}; {text}",
    "small letters": lambda text: text.lower(),
    "another number": lambda text: f"{text}7",
    "decomposed": lambda text: normalize("NFD", text),
    "nothing": lambda text: "",
}


def keeps_its_promises(record: Record, edition: Edition, day: date = DAY) -> list[Fix]:
    before = check_record(record, edition, day=day, consequences=True)
    text = record.to_json()
    found = fixes_of(record, edition, before, day=day)
    for fix in found:
        after = applied(record, fix, edition)
        faults = check_record(after, edition, day=day, consequences=True)
        assert _count(faults, fix) < _count(before, fix), fix
        assert not _errors(faults) - _errors(before), fix
        assert differences(record, after, edition) == {
            (change.table, change.field, change.row): (change.before, change.after) for change in fix.changes
        }
        assert applied(after, fix, edition) == after
    assert record.to_json() == text
    return found


def differences(one: Record, two: Record, edition: Edition) -> dict[tuple[str, str, int], tuple[str, str]]:
    assert {name: len(rows) for name, rows in one.tables.items()} == {
        name: len(rows) for name, rows in two.tables.items()
    }
    found = {}
    for name, rows in one.tables.items():
        for place, row in enumerate(rows, 1):
            other = two.tables[name][place - 1]
            for field in row.keys() | other.keys():
                if row.get(field) != other.get(field):
                    table = edition.table(name)
                    key = (table.official, table.field(field).official, place)
                    found[key] = (row.get(field, ""), other.get(field, ""))
    return found


def _count(faults: list[Fault], fix: Fix) -> int:
    return sum((fault.rule, fault.path, fault.row) == (fix.rule, fix.path, fix.row) for fault in faults)


def _errors(faults: list[Fault]) -> Counter[tuple[str, str, int | None]]:
    return Counter((fault.rule, fault.path, fault.row) for fault in faults if fault.severity == "error")


def test_on_the_faulty_visits_of_the_demo():
    seen = 0
    for file in export(DAY):
        if file.expected != "held":
            continue
        try:
            reading = read(file.data)
        except Unreadable:
            continue
        for found in reading.visits:
            edition = found.edition or edition_on(DAY)
            seen += bool(keeps_its_promises(found.record, edition))
    assert seen >= 2


@pytest.mark.parametrize("spoil", SPOILS)
def test_on_clean_visits_with_one_value_spoilt(spoil):
    clean = (visit(), uninsured())
    chance, offered = random.Random(spoil), 0
    for _ in range(40):
        record = Record.of(chance.choice(clean).tables)
        name = chance.choice([*record.tables])
        row = chance.choice(record.tables[name])
        field = chance.choice([*row])
        row[field] = SPOILS[spoil](row[field])
        record = Record.of(record.tables)
        edition = edition_on(date(2026, 9, 15))
        offered += len(keeps_its_promises(record, edition))
    if spoil in ("blank before", "more zeros"):
        assert offered


@pytest.mark.parametrize("rule", sorted(FIXES.keys() & proven()))
def test_on_the_proofs_of_every_rule_that_has_fixes(rule):
    for case in cases_of(rule):
        if case.file is None:
            found = keeps_its_promises(case.record, case.edition, case.day)
            assert not [fix for fix in found if fix.rule == rule and case.passes]


@pytest.mark.parametrize("seed", range(25))
def test_on_records_of_every_quality(seed):
    edition = edition_on(date(2026, 9, 15))
    record = any_record(seed, edition)
    found = keeps_its_promises(record, edition)
    chosen = together(record, edition, found, day=DAY)
    changes = list(dict.fromkeys(change for fix in chosen for change in fix.changes))
    after = check_record(applied(record, changes, edition), edition, day=DAY, consequences=True)
    before = check_record(record, edition, day=DAY, consequences=True)
    assert not _errors(after) - _errors(before)


def test_the_table_names_rules_that_exist():
    from sosuckhoe.healthbook.validation import listed_rules

    of_the_writer = {"WRITE-NOT-NFC"}
    assert set(FIXES) - of_the_writer <= {rule.id for rule in listed_rules()}
