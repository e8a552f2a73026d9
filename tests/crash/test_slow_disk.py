"""Every flush of the disk takes long: the queue grows, and nobody loses to another what it is sending (F19)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from .checker import check, history
from .stage import LEASE_SECONDS, Hospital, Portal

VISITS = 6
SMALLER = 30 / LEASE_SECONDS
"""All times are so many times smaller than in a hospital: the lease, the flush, SQLite's patience."""
LATE = 1.5 * LEASE_SECONDS
"""When the portal answers."""
FLUSH, PATIENCE = 2 / SMALLER, 20 / SMALLER
SLOWLY = ("on-a-slow-disk", f"{FLUSH}", f"{PATIENCE}")
MORE_SLOWLY = ("on-a-slow-disk", f"{3 * FLUSH}", f"{PATIENCE}")


@pytest.fixture
def database() -> str:
    """SQLite: PostgreSQL's own flushes are in another process."""
    return ""


def test_on_a_slow_disk_a_sender_keeps_what_it_has_and_sends_each_record_once(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path]
) -> None:
    house, folder = hospital(False), str(files(VISITS))
    late = {"scenario": "late-reply", "path": "record", "next_calls": VISITS, "parameters": {"seconds": LATE}}
    portal.desk("faults", late)
    taking, sending = (house.start(*SLOWLY, *deed) for deed in (("take", folder), ("deliver", "3")))
    taking.ends_well()
    sending.ends_well()
    # Whoever found no room to write is taken in when there is, as the watched folder does.
    house.do(*SLOWLY, "take", folder)
    house.do(*SLOWLY, "deliver", "3")
    assert check(house, portal, visits=VISITS, repeats=False) == {"RECEIVED": VISITS}
    tries = [one for row in house.state()["submissions"] for one in row["attempts"] if one[1] != "GIVEN-BACK"]
    assert tries == [["Accepted", "200"]] * VISITS, "a lease was lost while its holder was at work"
    assert len([call for call in history(portal) if call["service"] == "record"]) == VISITS
    assert "disk-slow" not in house.do("alarms").split()
    assert "disk-slow" in house.do("on-a-slow-disk", "2", "20", "alarms").split()


def test_two_senders_on_a_slow_disk_make_nothing_unclear_and_send_each_record_once(
    hospital: Callable[[bool], Hospital], portal: Portal, files: Callable[[int], Path]
) -> None:
    """They wait for each other's flushes so long that leases end before a first byte."""
    house, few = hospital(False), 3
    house.do("take", str(files(few)))
    for sender in [house.start(*MORE_SLOWLY, "deliver", "2") for _ in range(2)]:
        sender.ends_well()
    assert check(house, portal, visits=few, repeats=False) == {"RECEIVED": few}
    # A head without a body is no call: whoever finds its lease ended then lets it be.
    calls = [call for call in history(portal) if call["service"] == "record" and call["visit_code"]]
    assert len(calls) == few
