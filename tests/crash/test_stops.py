"""A sender is told to stop: within its time it has finished, or given back, what it had in hand (F06)."""

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from .checker import check, history
from .stage import STOPS_WITHIN, Deed, Hospital, Portal, until

HELD = 60.0
"""Seconds in which the portal says nothing."""
SOON, LATE = "3", "60"
"""Seconds in which the sender is to end."""
GAPS = ("K12", "K15-LENT", "K16", "K18", "K19-NOTED")
"""While it signs, when it has claimed, before the first byte, after the last one, and when the answer has come."""


def attempts(house: Hospital) -> Counter[tuple[str, str]]:
    return Counter(tuple(each) for row in house.state()["submissions"] for each in row["attempts"])


def hold(portal: Portal, scenario: str, path: str) -> None:
    parameters = {"seconds": HELD}
    portal.desk("faults", {"scenario": scenario, "path": path, "next_calls": 1, "parameters": parameters})


def told_until_it_ends(process: Deed) -> bool:
    """Two signals at one moment arrive as one, so somebody in a hurry presses on."""
    process.signal(signal.SIGTERM)
    return not process.is_alive()


@pytest.mark.parametrize("seconds, hurried", [(SOON, False), (LATE, True)], ids=["once", "again"])
def test_a_call_that_is_still_open_then_is_cut_and_may_have_arrived(
    hospital: Callable[[bool], Hospital],
    portal: Portal,
    files: Callable[[int], Path],
    seconds: str,
    hurried: bool,
) -> None:
    house = hospital(False)
    house.do("take", str(files(3)))
    hold(portal, "late-reply", "record")
    process = house.start("deliver", "1", seconds)
    until(lambda: any(call["service"] == "record" for call in history(portal)))
    process.signal(signal.SIGTERM)
    if hurried:
        until(lambda: told_until_it_ends(process))
    process.ends_well(STOPS_WITHIN)
    states = check(house, portal, visits=3, repeats=False)
    assert states["UNKNOWN"] == 1 and states["SENDING"] == 0
    assert attempts(house)["Unknown", "NOT-WAITED-FOR"] == 1
    house.do("deliver")
    assert check(house, portal, visits=3, repeats=False) == {"RECEIVED": 2, "UNKNOWN": 1}


def test_what_waits_for_a_login_is_given_back_and_goes_out_the_next_time(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path]
) -> None:
    house = hospital(False)
    house.do("take", str(files(3)))
    hold(portal, "late-reply", "token")
    process = house.start("deliver", "1", SOON)
    until(lambda: any(row["state"] == "SENDING" for row in house.state()["submissions"]))
    process.signal(signal.SIGTERM)
    process.ends_well(STOPS_WITHIN)
    assert set(check(house, portal, visits=3, repeats=False)) <= {"SIGNED", "WAITING"}
    assert set(attempts(house)) == {("NotSent", "GIVEN-BACK")}
    house.do("deliver")
    assert check(house, portal, visits=3, repeats=False) == {"RECEIVED": 3}


def test_told_at_any_gap_it_leaves_nothing_in_hand_and_nothing_unknown(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path]
) -> None:
    house = hospital(False)
    house.do("take", str(files(len(GAPS))))
    for point in GAPS:
        house.start("deliver", "1", SOON, crash=f"{point}:1:SIGTERM").ends_well(STOPS_WITHIN)
        states = check(house, portal, visits=len(GAPS), repeats=False)
        assert set(states) <= {"RECEIVED", "SIGNED", "WAITING"}, point
    house.do("deliver")
    assert check(house, portal, visits=len(GAPS), repeats=False) == {"RECEIVED": len(GAPS)}
