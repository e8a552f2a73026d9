"""The generated checker says exactly what the rules and tables say, and never fails itself."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sosuckhoe.healthbook.record import Record, Sheet, Tables
from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.healthbook.validation import Policy, check_record, generated_source
from sosuckhoe.healthbook.validation.generating import INTERNAL

from .a_visit import visit
from .oracle import any_record, slowly_checked

DAYS = (date(2024, 2, 1), date(2024, 11, 1), date(2025, 3, 1), date(2026, 9, 1))
TODAY = date(2026, 9, 15)
EDITION = edition_on(DAYS[-1])


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0), st.sampled_from(DAYS), st.booleans())
def test_it_finds_exactly_what_the_slow_oracle_finds(seed: int, day: date, summaries: bool) -> None:
    edition, policy = edition_on(day), Policy(summary_for_every_visit=summaries)
    record = any_record(seed, edition)
    found = Counter(check_record(record, edition, day=TODAY, policy=policy, consequences=True))
    assert found == slowly_checked(record, edition, TODAY, policy)


def test_the_oracle_agrees_on_an_ordinary_visit() -> None:
    record = visit(arrived_at="202609150845", admitted_at="202609150800", medicines_total_amount="1")
    found = Counter(check_record(record, EDITION, day=TODAY, consequences=True))
    assert found == slowly_checked(record, EDITION, TODAY, Policy())
    assert {fault.rule for fault in found} >= {"XFD-030", "XTB-004", "XTB-013"}


_TEXT = st.text(max_size=40) | st.sampled_from(["1", "202609150800", ";", "\ud800", "9" * 400, "-0", "１２"])
_TABLES = st.fixed_dictionaries(
    {},
    optional={
        table.english: st.lists(
            st.dictionaries(st.sampled_from([field.english for field in table.fields]), _TEXT), max_size=3
        )
        for table in EDITION.tables.values()
    },
)


@settings(max_examples=100, deadline=None)
@given(_TABLES, st.booleans())
def test_checking_never_raises_whatever_the_record_holds(
    tables: dict[str, list[dict[str, str]]], whole: bool
) -> None:
    for fault in check_record(Record(tables), EDITION, day=TODAY, whole=whole):
        assert fault.message and fault.source


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_table_of_every_edition_has_a_checker(day: date) -> None:
    edition = edition_on(day)
    for table in edition.tables.values():
        assert f"def check_{table.english}(" in generated_source(table.english, edition)
        assert not INTERNAL & {field.english for field in table.fields}


def test_what_is_generated_can_be_read() -> None:
    source = generated_source("XML2", EDITION)
    assert "quantity_column = quantity_plain.column(quantity_texts)" in source  # judged as a column
    assert "wrong = quantity * unit_price - hospital_amount" in source  # XFD-001, inline
    assert source.count("record.columns('medicines', FIELDS)") == 1  # every value is read once
    assert "for number, row in enumerate(record.rows('visit'), 1):" in generated_source(
        "XML1", EDITION
    )  # a single row


def test_the_discharge_day_chooses_the_rules_not_today() -> None:
    old = visit(discharged_at="202412311015", arrived_at="202412310730", signatory_code="1")
    edition = old.edition()
    assert edition is not None
    assert "FMT-038" in {fault.rule for fault in check_record(old, edition, day=TODAY)}
    assert "FMT-038" not in {fault.rule for fault in check_record(visit(), EDITION, day=TODAY)}


def test_a_table_that_was_not_given_says_nothing_about_sums() -> None:
    record = Record({"visit": [visit().visit]})
    assert not [
        fault for fault in check_record(record, EDITION, day=TODAY, whole=False) if fault.rule[:3] == "XTB"
    ]
    assert "XTB-004" in {fault.rule for fault in check_record(record, EDITION, day=TODAY)}


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0), st.sampled_from(DAYS))
def test_a_table_that_came_as_columns_is_judged_like_one_of_rows(seed: int, day: date) -> None:
    edition = edition_on(day)
    record = any_record(seed, edition)
    sheets: Tables = {}
    for table in edition.tables.values():
        keys = tuple(field.english for field in table.fields)
        if rows := record.rows(table.english):
            sheets[table.english] = Sheet(keys, [*zip(*[map(row.get, keys) for row in rows], strict=True)])
    laid_out = Record(sheets)
    assert check_record(laid_out, edition, day=TODAY) == check_record(record, edition, day=TODAY)
    assert laid_out == record
