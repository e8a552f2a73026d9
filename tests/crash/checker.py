"""What must hold whatever happened (faults.md §4), read from the portal's books and the ledger."""

from collections import Counter
from typing import Any

from .stage import Hospital, Portal

RECEIVED = "RECEIVED"


def effects(portal: Portal) -> Counter[tuple[str, str]]:
    """How often the portal stored each (visit code, bytes)."""
    calls = [call for call in history(portal) if call["service"] == "record" and call["stored"]]
    return Counter((call["visit_code"], call["sha256"]) for call in calls)


def history(portal: Portal) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []
    while True:
        after = calls[-1]["id"] if calls else 0
        page = portal.desk(f"history.json?after={after}&limit=500")
        if not page:
            return calls
        calls += page


def check(hospital: Hospital, portal: Portal, *, visits: int, repeats: bool) -> Counter[str]:
    """Assert that nothing was lost and nothing doubled; returns how many submissions are in each state.

    ``repeats``: the same bytes may reach the portal again, because it replaces by visit code.
    """
    state, stored = hospital.state(), effects(portal)
    rows = state["submissions"]
    assert len(rows) == state["versions"] == visits
    assert state["chain_is_whole"]
    signed = {row["visit_code"]: row["sha256"] for row in rows}
    for row in rows:
        # Received if and only if a receipt is stored, and then the portal has exactly these bytes.
        assert (row["state"] == RECEIVED) == bool(row["receipts"]), row
        if row["state"] == RECEIVED:
            assert stored[row["visit_code"], row["sha256"]] >= 1, f"lost: {row}"
        assert row["documents"] <= 1, f"signed anew: {row}"
    for (visit_code, sha256), times in stored.items():
        assert sha256 == signed[visit_code], "bytes arrived that are not the stored ones"
        assert times == 1 or repeats, f"doubled: {visit_code} {times} times"
    numbers = [number for row in rows for number in row["receipts"]]
    assert len(numbers) == len(set(numbers)) == state["receipts"]
    return Counter(row["state"] for row in rows)
