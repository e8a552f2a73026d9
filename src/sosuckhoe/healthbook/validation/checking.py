"""Checking one record: every table's generated checker, then the rules the hospital changed."""

from collections import Counter
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import chain

from ..record import Record
from ..standard import Edition
from ..standard.decision import EXPECTED
from .columns import Columns
from .consequences import Reads, reads_of, without_consequences
from .fault import Fault, in_reading_order
from .generating import CheckTable, Generated, generate
from .naming import columns_read
from .policy import Policy
from .rule import Rule
from .settling import rules_of

MOST = 5000
"""Faults told of one record: nobody reads more, and a hostile file can have millions."""
NOT_INSURED = "9"
"""MA_DOITUONG_KCB of a visit without insurance."""


def check_record(
    record: Record,
    edition: Edition,
    *,
    day: date,
    policy: Policy | None = None,
    whole: bool = True,
    consequences: bool = False,
) -> list[Fault]:
    """Every fault of a record, in reading order. Never raises, whatever the record holds.

    ``edition``: the one in force on the day of discharge (``record.edition()``). ``day``: the day of checking, for
    rules that ask whether something lies in the future. ``whole``: False when only some tables of the visit are
    at hand, so that nothing can be said about a table that is not there. ``consequences``: also what only follows from
    a malformed value (see ``consequences``).
    """
    policy = policy or Policy()
    faults: list[Fault] = []
    code_day = deciding_day(record, edition)
    insured = is_insured(record)
    columns = Columns(record, whole)

    def add(fault: Fault) -> None:
        if len(faults) >= MOST:
            raise _Enough
        faults.append(fault)

    try:
        checkers = _checkers(_Known(edition), code_day)
        for table in checkers.order:
            if record.has(table):
                checkers[table](record, columns, insured, code_day, day, policy, add)
    except _Enough:
        faults.append(_enough())
    if policy.off or policy.severities:
        faults = [under(policy, fault) for fault in faults if fault.rule not in policy.off]
    if not consequences:
        faults = without_consequences(faults, _reads(_Known(edition)))
    faults.sort(key=in_reading_order)
    return faults


class _Enough(Exception):
    """More faults than anybody reads."""


def _enough() -> Fault:
    message = f"Hồ sơ có quá nhiều lỗi; chỉ nêu {MOST} lỗi đầu. Hãy kiểm tra lại cách xuất tệp."
    return Fault("SHP-005", "FILE", None, "error", message, "Giới hạn của chương trình", owner="it")


def deciding_day(record: Record, edition: Edition) -> date:
    """The day that chooses rules and codes: the discharge; for a check-in the arrival; never today.

    Where neither is known, the day on which the edition given came into force. In the preview of an announced
    decision, no earlier than that decision.
    """
    first = edition.decisions[-1].in_force
    found = record.discharge_day() or _day(record.first("check_in").get("arrived_at", "")) or first
    announced = [decision.in_force for decision in edition.decisions if decision.status == EXPECTED]
    return max([found, *announced])


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def is_insured(record: Record) -> bool:
    """Whether the visit is settled with the insurance fund, as far as the record says."""
    visit = record.visit
    category = visit.get("patient_category_code", "")
    if category:
        return category != NOT_INSURED
    return "insurance_card_number" in visit


def under(policy: Policy, fault: Fault) -> Fault:
    severity = policy.severities.get(fault.rule)
    return replace(fault, severity=severity) if severity else fault


class _Known:
    """An edition as a key: two editions made of the same decisions are the same."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.key = edition.key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and (other.edition is self.edition or other.key == self.key)

    def __hash__(self) -> int:
        return hash(self.key)


def active_rules(edition: Edition, table: str, day: date) -> tuple[Rule, ...]:
    """The rules of a table that hold for a visit that ended on ``day``, under the names of the edition."""
    return tuple(rule for rule in _settled(_Known(edition)).get(table, ()) if rule.applies_on(day))


@lru_cache(maxsize=64)
def _settled(known: _Known) -> dict[str, tuple[Rule, ...]]:
    """The rules of every table of an edition."""
    return {table: rules_of(known.edition, table) for table in known.edition.tables}


def _all_settled(known: _Known) -> tuple[Rule, ...]:
    return tuple(chain.from_iterable(_settled(known).values()))


@lru_cache(maxsize=64)
def _reads(known: _Known) -> Reads:
    return reads_of(_all_settled(known))


def generated_source(table: str, edition: Edition, day: date | None = None) -> str:
    """The generated checker of a table (official or English name), to be read."""
    day = day or edition.decisions[-1].in_force
    return _generated(_Known(edition), edition.table(table).official, day).source


def name_of(edition: Edition) -> str:
    """The edition's id, without asking its folders again for every visit."""
    return _name_of(_Known(edition))


@lru_cache(maxsize=64)
def _name_of(known: _Known) -> str:
    return known.edition.id


class _Checkers(dict[str, CheckTable]):
    """The checkers of a day by table (English name), each written out when the first record has that table."""

    def __init__(self, known: _Known, day: date) -> None:
        super().__init__()
        self.known, self.day, self.order = known, day, _order(known)

    def __missing__(self, table: str) -> CheckTable:
        official = self.known.edition.table(table).official
        check = self[table] = _generated(self.known, official, self.day).check
        return check


@lru_cache(maxsize=512)
def _checkers(known: _Known, day: date) -> _Checkers:
    return _Checkers(known, day)


@lru_cache(maxsize=64)
def _order(known: _Known) -> tuple[str, ...]:
    """Tables that repeat come first, most read first: the columns they have read serve the others."""
    read = Counter(
        name.split(".")[0]
        for rule in _all_settled(known)
        for name in rule.reads
        if not name.startswith(rule.table)
    )
    tables = sorted(known.edition.tables.values(), key=lambda one: (not one.repeats, -read[one.official]))
    return tuple(table.english for table in tables)


def _generated(known: _Known, table: str, day: date) -> Generated:
    return _generate(known, table, active_rules(known.edition, table, day))


@lru_cache(maxsize=256)
def _generate(known: _Known, table: str, rules: tuple[Rule, ...]) -> Generated:
    shared = columns_read(known.edition, _all_settled(known))
    return generate(known.edition, known.edition.tables[table], rules, shared)
