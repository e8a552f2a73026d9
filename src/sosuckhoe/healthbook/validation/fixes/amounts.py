"""Amounts that a formula of the standard fixes: the rule has reckoned, the derived field takes what it found.

Only where every part of the formula is faultless, the difference is one đồng or more (less is rounding), and the
rest of the record agrees with the new amount: a line whose shares and totals stand by the old amount keeps it, because
then the quantity or the price may be what is wrong.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ...record import Row
from ...standard import Field
from ..checking import active_rules, deciding_day
from ..rule import ONE_DONG, Rule, Wanted
from ..typed import parse_decimal, reader_of
from .fix import Case, Change

CENT = Decimal("0.01")
MOST_DIGITS = 15
_SILENT = object()


def reckoned(case: Case) -> Iterable[Change]:
    """The amount that the rule's own formula gives."""
    for rule in _measuring(case):
        old, off = parse_decimal(case.text), _measured(case, rule)
        if old is None or off is None or abs(off) < ONE_DONG or not _parts_are_faultless(case, rule):
            continue
        new = (old + off).quantize(CENT, ROUND_HALF_UP)
        if 0 <= new < 10**MOST_DIGITS:
            return case.here(_written(new, case.text))
    return []


def reckoned_without_a_rate(case: Case) -> Iterable[Change]:
    """The same for a line of services whose service rate is 100: with another rate there are several formulas."""
    return reckoned(case) if case.value("XML3.TYLE_TT_DV", case.place) == "100" else []


def _measuring(case: Case) -> list[Rule]:
    """The active rules with the fault's id that measure the field it points at."""
    rules = active_rules(case.edition, case.table_name, deciding_day(case.record, case.edition))
    return [
        rule for rule in rules if rule.id == case.fault.rule and rule.at == case.fault.path and rule.measures
    ]


def _measured(case: Case, rule: Rule) -> Decimal | None:
    values = [_value(case, rule, read, want) for read, want in zip(rule.reads, rule.wants, strict=True)]
    if any(value is _SILENT for value in values):
        return None
    off = rule.check(*values)
    return off if isinstance(off, Decimal) and off.is_finite() else None


def _value(case: Case, rule: Rule, read: str, want: Wanted) -> Any:
    table_name, _, field_name = read.rpartition(".")
    table = case.edition.tables[table_name or rule.table]
    field = table.by_official[field_name]
    if want.shape == "value":
        return _typed(field, case.row_of(table.official, 1 if table_name else case.place), want)
    values = [_typed(field, row, want) for row in case.record.rows(table.english)]
    return _SILENT if any(value is _SILENT for value in values) else values


def _typed(field: Field, row: Row, want: Wanted) -> Any:
    text, reader = row.get(field.english), reader_of(field)
    if text is None:
        return None if want.optional else _SILENT
    if reader is None or (want.inner is str and field.kind != "code"):
        return text
    value = reader[text]
    return _SILENT if value is None else value


def _parts_are_faultless(case: Case, rule: Rule) -> bool:
    for read in rule.reads:
        own = "." not in read
        path = f"{rule.table}.{read}" if own else read
        if path != rule.at and not case.is_faultless(path, case.place if own else None):
            return False
    return True


def _written(amount: Decimal, like: str) -> str:
    """As the old amount was written: with two decimals, or as a whole number where nothing is lost."""
    if "." not in like and amount == amount.to_integral_value():
        return str(amount.to_integral_value())
    return str(amount)
