"""The judgement of a scene sees what went wrong with a visit, a check-in and a health check alike."""

from typing import Any

import pytest
from prove.kills.judging import Arrival, Judgement, judged
from prove.kills.kinds import KINDS, MIXED

from sosuckhoe.hospital.delivery.withheld import KINDS as COLUMNS

kinds = pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
CODE, BYTES, NUMBER = "PROVE000001", "a" * 64, "GD-1"


def row(kind: str, **but: Any) -> dict[str, Any]:
    told = {"state": "RECEIVED", "problem": "", "sha256": BYTES, "receipts": [NUMBER]}
    return {"kind": kind, "code": CODE, **told, **but}


def judge(
    rows: list[dict[str, Any]], arrivals: list[Arrival], *, replaces: bool = False, frozen: int = -1
) -> Judgement:
    count = len(rows) if frozen < 0 else frozen
    ledger = {"rows": rows, "frozen": count, "chain_is_whole": True}
    return judged(ledger, arrivals, [CODE], replaces=replaces)


def arrival(kind: str, number: str = NUMBER, sha256: str = BYTES, code: str = CODE) -> Arrival:
    return Arrival(kind, code, sha256, number)


def words(found: Judgement) -> set[str]:
    return {word for word in ("lost", "doubled", "stuck", "remarks") if getattr(found, word)}


def test_every_kind_the_ledger_knows_is_played() -> None:
    assert {kind.name for kind in MIXED} == {kind.name for kind in KINDS} == set(COLUMNS)


@kinds
def test_what_is_received_once_is_well(kind: str) -> None:
    assert words(judge([row(kind)], [arrival(kind)])) == set()


@kinds
def test_what_is_said_to_be_received_and_is_not_there_is_lost(kind: str) -> None:
    assert words(judge([row(kind, receipts=[])], [])) == {"lost"}
    other = next(each.name for each in KINDS if each.name != kind)
    assert "lost" in words(judge([row(kind)], [arrival(other)])), "the code of another kind is not this one"


@kinds
def test_what_was_acknowledged_and_is_not_in_the_ledger_is_lost(kind: str) -> None:
    assert words(judge([], [])) == {"lost"}
    assert words(judge([row(kind, code="PROVE000002")], [arrival(kind, code="PROVE000002")])) == {"lost"}


@kinds
def test_what_came_twice_or_as_other_bytes_is_doubled(kind: str) -> None:
    twice = [arrival(kind), arrival(kind, "GD-2")]
    assert words(judge([row(kind)], twice)) == {"doubled"}
    assert words(judge([row(kind)], twice, replaces=True)) == set()
    assert words(judge([row(kind)], [arrival(kind), arrival(kind, "GD-2", "b" * 64)], replaces=True)) == {
        "doubled"
    }
    assert "doubled" in words(judge([row(kind)], [arrival(kind), arrival(kind, code="PROVE000009")]))


@kinds
@pytest.mark.parametrize("state", ["WAITING", "SIGNED", "SENDING", "UNKNOWN", "HELD", "REFUSED"])
def test_what_has_not_come_to_its_end_is_stuck(kind: str, state: str) -> None:
    assert words(judge([row(kind, state=state, receipts=[])], [])) == {"stuck"}


@kinds
def test_a_receipt_of_something_else_and_a_frozen_one_without_a_way_are_remarked(kind: str) -> None:
    assert words(judge([row(kind, receipts=["GD-9"])], [arrival(kind)])) == {"remarks"}
    assert words(judge([row(kind)], [arrival(kind)], frozen=2)) == {"remarks"}
