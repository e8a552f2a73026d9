"""A process is killed at each gap of a visit's life; afterwards nothing is lost and nothing doubled."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from .checker import check, history
from .stage import STOPS_WITHIN, Hospital, Portal, until
from .wire import Wire

INTAKE = ("K01", "K02", "K04", "K03", "K05", "K06")
BEFORE_ANY_BYTE = ("K07", "K08", "K09", "K10", "K11", "K12", "K13", "K14", "K15-LENT", "K15", "K16")
BYTES_ARE_OUT = ("K17", "K18", "K20", "K21", "K19")
ANSWER_IS_NOTED = ("K19-NOTED", "K22")
VISITS = 20


def test_a_file_killed_on_its_way_in_enters_whole_or_not_at_all(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path]
) -> None:
    house, folder = hospital(False), files(8)
    acknowledged: set[str] = set()
    for point in INTAKE:
        acknowledged |= set(house.is_killed_at(f"{point}:2", "take", str(folder)).split())
        found = house.state()
        # A visit has its version and its one submission, or does not exist.
        assert len(found["submissions"]) == found["versions"]
        assert len(acknowledged) <= found["versions"] <= len(acknowledged) + 1
        assert found["chain_is_whole"]
    house.do("take", str(folder))
    assert check(house, portal, visits=8, repeats=False) == {"WAITING": 8}


def test_a_worker_killed_at_every_gap_loses_nothing_and_doubles_nothing(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path]
) -> None:
    house = hospital(False)
    house.do("take", str(files(VISITS)))
    for point in (*BEFORE_ANY_BYTE, *BYTES_ARE_OUT, *ANSWER_IS_NOTED):
        house.is_killed_at(point, "deliver")
    house.do("deliver", "2")
    states = check(house, portal, visits=VISITS, repeats=False)
    # Exactly those whose bytes had left and whose answer nobody had written down are unknown.
    assert states == {"RECEIVED": VISITS - len(BYTES_ARE_OUT), "UNKNOWN": len(BYTES_ARE_OUT)}


def test_whoever_dies_after_writing_the_anchor_is_taken_for_no_older_copy(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path]
) -> None:
    house = hospital(False)
    house.do("take", str(files(2)))
    house.is_killed_at("K25", "deliver")
    lines = [json.loads(line) for line in (house.home / "receipts.jsonl").read_text().splitlines()]
    assert any("anchored_at" in line for line in lines)
    house.do("deliver")
    # What was being sent at that moment may be unknown; nothing is held.
    assert set(check(house, portal, visits=2, repeats=False)) <= {"RECEIVED", "UNKNOWN"}


def test_where_the_portal_replaces_by_visit_code_the_same_bytes_settle_what_was_unknown(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path]
) -> None:
    house = hospital(True)
    house.do("take", str(files(3)))
    for point in ("K17", "K18", "K21"):
        house.is_killed_at(point, "deliver")
    house.do("deliver")
    assert check(house, portal, visits=3, repeats=True) == {"RECEIVED": 3}


@pytest.mark.parametrize("point", ["K16", "K21"])
def test_a_worker_frozen_past_its_lease_sends_nothing_a_second_time(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path], point: str
) -> None:
    house = hospital(False)
    house.do("take", str(files(2)))
    with house.frozen_at(point, "deliver-one"):
        house.do("deliver")
    assert check(house, portal, visits=2, repeats=False) == {"RECEIVED": 2}
    assert sum(call["service"] == "record" for call in history(portal)) == 2


def test_two_workers_started_by_mistake_send_each_record_once(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path]
) -> None:
    house = hospital(False)
    house.do("take", str(files(VISITS)))
    for process in [house.start("deliver", "2") for _ in range(2)]:
        process.ends_well()
    assert check(house, portal, visits=VISITS, repeats=False) == {"RECEIVED": VISITS}
    assert sum(call["service"] == "record" for call in history(portal)) == VISITS


def test_a_worker_told_to_stop_finishes_what_it_has_in_hand(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path]
) -> None:
    house = hospital(False)
    house.do("take", str(files(3)))
    portal.desk("faults", {"scenario": "latency", "path": "record", "parameters": {"seconds": 1.0}})
    process = house.start("deliver")
    until(lambda: any(call["service"] == "token" for call in history(portal)))
    process.signal(signal.SIGTERM)
    process.ends_well(STOPS_WITHIN)
    states = check(house, portal, visits=3, repeats=False)
    assert set(states) <= {"RECEIVED", "SIGNED", "WAITING"}


def test_a_wire_that_cuts_stalls_and_lies_loses_nothing_and_doubles_nothing(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path]
) -> None:
    house, wire = hospital(False), Wire(portal.address, seed=3)
    house.do("take", str(files(VISITS)))
    house.do("send-to", wire.address)
    process = house.start("deliver", "4")
    until(lambda: wire.done.total() - wire.done["well"] >= 4)
    process.signal(signal.SIGKILL)
    process.wait(STOPS_WITHIN)
    wire.well = True
    house.do("deliver")
    wire.close()
    # Whatever was not whole is for a person, or waits for its time; nothing that may have arrived goes out again.
    assert set(check(house, portal, visits=VISITS, repeats=False)) <= {"RECEIVED", "UNKNOWN", "SIGNED"}
