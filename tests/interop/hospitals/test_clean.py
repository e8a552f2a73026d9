"""Nothing is held against a file that is right, whichever system wrote it and whatever decision it was written under."""

from datetime import date

import pytest

from sosuckhoe.healthbook.validation import Fault, check

from .chart import Chart
from .paper import DECISIONS, WRAPPERS, Style, envelope, fields, published
from .visits import VISITS

TODAY = date(2026, 11, 28)
UNSIGNED = {"STR-010", "STR-011"}
"""Our files bear no signature, which is told of those from 2026 on."""
WRITTEN = [
    pytest.param(write, decision, id=f"{name} under {decision}")
    for name, (write, decisions) in VISITS.items()
    for decision in decisions
]
STYLES = [
    Style(namespaces=True, cdata=True),
    Style(indented=False, self_closing=True),
    Style(crlf=True, mark=True, declared=False),
]


def faults_of(data: bytes) -> list[Fault]:
    return [
        fault for result in check(data, day=TODAY) for fault in result.faults if fault.rule not in UNSIGNED
    ]


@pytest.mark.parametrize(("write", "decision"), WRITTEN)
def test_a_correct_visit_has_no_fault(write, decision) -> None:
    chart: Chart = write(decision)
    results = check(chart.file(), day=TODAY)
    assert [result.edition for result in results] == [EDITIONS[decision]]
    assert [result.visit_code for result in results] == [chart.code]
    assert faults_of(chart.file()) == []
    for style in STYLES:
        assert faults_of(chart.file(style)) == [], style


EDITIONS = {"130": "2023-130", "4750": "2024-4750", "3176": "2025-3176", "1931": "2026-1931"}


def test_a_visit_among_others_in_one_file_has_no_fault() -> None:
    charts = [write("3176") for write, _ in list(VISITS.values())[:4]]
    data = envelope(charts[0].facility, "20250311", [chart.documents() for chart in charts])
    results = check(data, day=TODAY)
    assert [result.visit_code for result in results] == [chart.code for chart in charts]
    assert {fault.rule for result in results for fault in result.faults} <= {"STR-005"}


def test_every_table_and_every_field_is_filled_somewhere() -> None:
    """So that the visits above say something about the whole standard."""
    filled = {
        (table, name)
        for write, decisions in VISITS.values()
        for decision in decisions
        for table, rows in write(decision).tables.items()
        for row in rows
        for name, text in row.items()
        if text
    }
    missing = {(row["table"], row["field"]) for row in published() if row["table"] != "XML12"} - filled
    assert {name for _, name in missing} <= SELDOM, sorted(missing)
    assert {table for table, _ in filled} == set(WRAPPERS) - {"XML12"}


SELDOM = {"MA_LY_DO_VNT", "VI_TRI_TH_DVKT", "DU_PHONG", "HO_TEN_CON"}
"""Lists of codes that no ministry has issued yet, the field kept for later, and a name not chosen."""


def test_the_lists_of_fields_are_as_long_as_published() -> None:
    """README of the reference, "What each decision changed"."""
    counts = {decision: [len(fields(table, decision)) for table in WRAPPERS] for decision in DECISIONS}
    newest = [26, 66, 39, 47, 12, 9, 47, 26, 22, 35, 13, 23, 35, 37, 22, 20]
    assert counts == {
        "130": [18, 65, 38, 47, 12, 9, 31, 25, 22, 34, 12, 22, 35, 0, 0, 0],
        "4750": [*newest[:13], 39, *newest[14:]],
        "3176": newest,
        "1931": newest,
    }
