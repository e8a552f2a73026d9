"""A planted fault is found where it is, under its rule, with nothing misleading beside it, and only while the rule holds."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from sosuckhoe.healthbook.validation import Fault, Policy, check
from sosuckhoe.healthbook.validation.catalogues import Catalogues

from . import given, planted, whole_files
from .chart import DAYS, Chart
from .planted import Change, Planted
from .test_clean import TODAY, UNSIGNED
from .test_exports import ODD
from .visits import VISITS

BARE, EQUIPPED = Policy(), Policy(catalogues=Catalogues.of(planted.KNOWN))
PLANTED = [
    pytest.param(one, policy, id=f"{one.rule} {one.place} {one.visit}")
    for policy, several in (
        (
            BARE,
            (
                planted.FORMATS,
                planted.CROSS_FIELD,
                planted.CROSS_TABLE,
                planted.CODES,
                planted.BUSINESS,
                planted.ONE_WRONG_VALUE,
                given.PLAIN,
            ),
        ),
        (EQUIPPED, (planted.CATALOGUED,)),
    )
    for list_ in several
    for one in list_
]
PUBLISHED = Path(__file__).parents[2] / "rules" / "published_rules.txt"


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


@cache
def found_before(visit: str, decision: str, equipped: bool) -> frozenset[tuple[str, str]]:
    """What is said of a visit as it was written: many faults are planted in the same one."""
    return frozenset(found(VISITS[visit][0](decision), EQUIPPED if equipped else BARE))


def judged(one: Planted, decision: str, change: Change, before: Policy, policy: Policy) -> None:
    """The change is made under a decision: its own finding is new, and whatever else is new was expected."""
    chart = VISITS[one.visit][0](decision)
    planted.put(chart, change)
    now = found(chart, policy) - found_before(one.visit, decision, before is EQUIPPED)
    expected = (one.said_as or one.rule, one.place)
    assert expected in now, decision
    assert {rule for rule, place in now if (rule, place) != expected} <= set(one.also), decision


@pytest.mark.parametrize(("one", "policy"), PLANTED)
def test_the_planted_fault_is_found_where_it_is_and_nothing_else(one: Planted, policy: Policy) -> None:
    judged(one, one.decision, one.change, policy, policy)


@pytest.mark.parametrize(("one", "policy"), PLANTED)
def test_it_is_found_under_every_decision_its_rule_holds_for(one: Planted, policy: Policy) -> None:
    for decision in VISITS[one.visit][1]:
        if decision == one.decision or decision == "130" or DAYS[decision] < date.fromisoformat(one.since):
            continue
        if callable(one.change) or one.alone or not one.holds_under(decision):
            continue
        judged(one, decision, dict(on_the_day(one, decision)), policy, policy)


def on_the_day(one: Planted, decision: str) -> Iterator[tuple[str, str]]:
    """The change with its days as far from the visit's own day as they were."""
    moved = DAYS[decision] - DAYS[one.decision]
    for path, text in one.change.items():  # type: ignore[union-attr]
        try:
            day = datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            yield path, text
        else:
            near = abs(day - DAYS[one.decision]) < timedelta(days=400)
            yield path, f"{day + moved:%Y%m%d}{text[8:]}" if near else text


@pytest.mark.parametrize("one", given.GIVEN, ids=lambda one: f"{one.rule} {one.visit}")
def test_what_is_given_beside_the_file_shows_the_fault_under_every_decision(one: given.Given) -> None:
    for decision in VISITS[one.visit][1]:
        chart = VISITS[one.visit][0](decision)
        if DAYS[decision] >= date.fromisoformat(one.since):
            judged(one, decision, one.change, BARE, one.policy)
        else:
            planted.put(chart, one.change)
            assert one.rule not in {rule for rule, _ in found(chart, one.policy)}, decision


@pytest.mark.parametrize(
    ("rule", "number", "place", "data", "policy"),
    [
        pytest.param(rule, number, place, data, policy, id=f"{rule} {place} under {decision}")
        for rule, decision, number, place, data, policy in whole_files.spoiled()
    ],
)
def test_a_fault_of_the_whole_file_is_found_in_the_visit_it_concerns(
    rule: str, number: int, place: str, data: bytes, policy: Policy
) -> None:
    result = check(data, day=TODAY, policy=policy)[number]
    said = [fault for fault in result.faults if (fault.rule, place_of(fault)) == (rule, place)]
    assert len(said) == 1
    assert said[0].severity == ("error" if policy.signature_required else said[0].severity)
    beside = {fault.rule for fault in result.faults} - UNSIGNED - {rule}
    assert beside <= whole_files.ALSO.get(rule, set())


def test_a_whole_file_that_is_right_or_was_right_on_its_day_is_left_alone() -> None:
    for rule, data, policy in whole_files.sound():
        said = [fault for result in check(data, day=TODAY, policy=policy) for fault in result.faults]
        assert rule not in {fault.rule for fault in said}, (rule, said)


@pytest.mark.parametrize("rule", given.PERMITTED)
def test_a_permission_is_used_without_a_word(rule: str) -> None:
    visit, decision, change, _ = given.PERMITTED[rule]
    chart = VISITS[visit][0](decision)
    before = found(chart, EQUIPPED)
    planted.put(chart, change)
    assert {said for said in found(chart, BARE) if said not in before} == set()


def test_every_published_rule_is_planted_or_known_to_be_a_permission() -> None:
    published = {line.strip() for line in PUBLISHED.read_text(encoding="utf-8").splitlines() if line.strip()}
    records = {param.values[0].rule for param in PLANTED} | {one.rule for one in given.GIVEN}
    files = {rule for rule, *_ in whole_files.spoiled()} | {rule for rule, *_ in ODD}
    assert published - records - files == set(given.PERMITTED)
    assert not set(given.PERMITTED) & (records | files)


@pytest.mark.parametrize(("one", "policy"), PLANTED)
def test_a_rule_says_nothing_of_a_visit_before_its_day(one: Planted, policy: Policy) -> None:
    write, decisions = VISITS[one.visit]
    for decision in decisions:
        if DAYS[decision] >= date.fromisoformat(one.since) or not one.sure_to_be_silent_before:
            continue
        chart = write(decision)
        if not one.holds_under(decision):
            continue
        planted.put(chart, one.change)
        assert one.rule not in {rule for rule, _ in found(chart, policy)}, decision


@pytest.mark.parametrize(
    ("rule", "visit", "place", "codes", "wrong"),
    [
        ("FMT-022", "outpatient", ("XML1", 0, "MA_THE_BHYT"), "DN4797900000017;DN47979", "DN47979"),
        ("FMT-023", "emergency", ("XML1", 0, "MA_DKBD"), "79997;7999", "7999"),
        ("FMT-056", "inpatient", ("XML3", 4, "MA_GIUONG"), "H015;H01", "H01"),
        ("FMT-061", "outpatient", ("XML3", 2, "MA_MAY"), "XQ.1.MAU0002;HEMA.1.X", "HEMA.1.X"),
        ("FMT-064", "outpatient", ("XML3", 0, "MA_BAC_SI"), "0001/HCM-GPHN;0002.C.799", "0002.C.799"),
        ("FMT-078", "referred_out", ("XML13", 0, "MA_CSKCB_DI"), "7999;79996", "7999"),
        ("FMT-084", "hiv_care", ("XML6", 0, "MA_XU_TRI"), "1;9", "9"),
        ("FMT-085", "hiv_care", ("XML6", 0, "MA_TINH_TRANG_DK"), "4;10", "10"),
    ],
)
def test_of_several_codes_only_the_wrong_one_is_named(
    rule: str, visit: str, place: tuple[str, int, str], codes: str, wrong: str
) -> None:
    chart = VISITS[visit][0]("1931")
    table, row, name = place
    chart.tables[table][row][name] = codes
    [said] = [
        fault for result in check(chart.file(), day=TODAY) for fault in result.faults if fault.rule == rule
    ]
    right = next(code for code in codes.split(";") if code != wrong)
    assert said.value == wrong and f"“{wrong}”" in said.message and f"“{right}”" not in said.message
