"""A planted fault is found where it is, under its rule, with nothing misleading beside it, and only while the rule holds."""

from datetime import date

import pytest

from sosuckhoe.healthbook.validation import Fault, Policy, check
from sosuckhoe.healthbook.validation.catalogues import Catalogues

from . import planted
from .chart import DAYS, Chart
from .planted import Planted
from .test_clean import TODAY, UNSIGNED
from .visits import VISITS

BARE, EQUIPPED = Policy(), Policy(catalogues=Catalogues.of(planted.KNOWN))
PLANTED = [
    pytest.param(one, policy, id=f"{one.rule} {one.place} {one.visit}")
    for policy, several in (
        (BARE, (planted.FORMATS, planted.CROSS_FIELD, planted.CROSS_TABLE, planted.CODES, planted.BUSINESS)),
        (EQUIPPED, (planted.CATALOGUED,)),
    )
    for list_ in several
    for one in list_
]


def found(chart: Chart, policy: Policy) -> set[tuple[str, str]]:
    return {
        (fault.rule, place_of(fault))
        for result in check(chart.file(), day=TODAY, policy=policy)
        for fault in result.faults
        if fault.rule not in UNSIGNED
    }


def place_of(fault: Fault) -> str:
    table, dot, name = fault.path.partition(".")
    return f"{table}#{fault.row}{dot}{name}" if fault.row else fault.path


@pytest.mark.parametrize(("one", "policy"), PLANTED)
def test_the_planted_fault_is_found_where_it_is_and_nothing_else(one: Planted, policy: Policy) -> None:
    write, _ = VISITS[one.visit]
    before, chart = found(write(one.decision), policy), write(one.decision)
    planted.put(chart, one.change)
    now = found(chart, policy) - before
    expected = (one.said_as or one.rule, one.place)
    assert expected in now
    assert {rule for rule, place in now if (rule, place) != expected} <= set(one.also)


@pytest.mark.parametrize(("one", "policy"), PLANTED)
def test_a_rule_says_nothing_of_a_visit_before_its_day(one: Planted, policy: Policy) -> None:
    write, decisions = VISITS[one.visit]
    for decision in decisions:
        if DAYS[decision] >= date.fromisoformat(one.since) or not one.sure_to_be_silent_before:
            continue
        chart = write(decision)
        if not all(
            chart.knows(path.partition("#")[0].partition(".")[0], path.rpartition(".")[2])
            for path in one.change
        ):
            continue
        planted.put(chart, one.change)
        assert one.rule not in {rule for rule, _ in found(chart, policy)}, decision
