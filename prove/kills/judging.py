"""The judgement of a scene, from the other sides' books and the ledger: one thing received once, whatever it carries."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Key = tuple[str, str]
"""Kind and code."""


@dataclass(frozen=True)
class Arrival:
    """What a book of the other side says that it stored."""

    kind: str
    code: str
    sha256: str
    transaction: str

    @property
    def key(self) -> Key:
        return self.kind, self.code


@dataclass
class Judgement:
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def judged(
    ledger: dict[str, Any], arrivals: Iterable[Arrival], acknowledged: Iterable[str], *, replaces: bool
) -> Judgement:
    """``acknowledged``: codes that somebody was told are taken. ``replaces``: the same bytes may arrive again."""
    found = Judgement()
    rows: dict[Key, dict[str, Any]] = {(row["kind"], row["code"]): row for row in ledger["rows"]}
    if not ledger["chain_is_whole"]:
        found.remarks.append("the journal's chain is broken")
    if not len(ledger["rows"]) == len(rows) == ledger["frozen"]:
        found.remarks.append(f"{ledger['frozen']} are frozen and {len(ledger['rows'])} in the ledger")
    taken = {code for _, code in rows}
    found.lost += [f"{code} was acknowledged and is not there" for code in acknowledged if code not in taken]
    stored: dict[Key, Counter[str]] = defaultdict(Counter)
    numbers: dict[str, Key] = {}
    for arrival in arrivals:
        stored[arrival.key][arrival.sha256] += 1
        numbers[arrival.transaction] = arrival.key
    for key, row in rows.items():
        name = " ".join(key)
        if row["state"] == "RECEIVED" and not stored[key][row["sha256"]]:
            found.lost.append(f"{name} is received and the other side has not got it")
        if row["state"] != "RECEIVED":
            found.stuck.append(f"{name} is {row['state']} ({row['problem']})")
        for number in row["receipts"]:
            if numbers.get(number) != key:
                found.remarks.append(f"{name} has the receipt {number} of {numbers.get(number)}")
    for key, bytes_ in stored.items():
        times, name = bytes_.total(), " ".join(key)
        if len(bytes_) > 1 or (times > 1 and not replaces):
            found.doubled.append(f"{name}: stored {times} times, {len(bytes_)} different")
        if times and (key not in rows or rows[key]["sha256"] not in bytes_):
            found.doubled.append(f"{name}: other bytes arrived than those stored")
    return found
