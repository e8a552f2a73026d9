"""The checker told again, slowly and plainly: every field asked, every rule called on its own, nothing generated."""

import random
from collections import Counter
from datetime import date
from typing import Any

from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import Edition, Field, Table
from sosuckhoe.healthbook.validation import Fault, Policy, Rule
from sosuckhoe.healthbook.validation.checking import active_rules, deciding_day, is_insured
from sosuckhoe.healthbook.validation.rule import ROUNDING, Wanted
from sosuckhoe.healthbook.validation.shape import shape_of
from sosuckhoe.healthbook.validation.site import Site
from sosuckhoe.healthbook.validation.typed import day_reader, reader_of

SILENT = object()
TIMES = ("datetime12", "date8_or_datetime12")


def slowly_checked(record: Record, edition: Edition, day: date, policy: Policy) -> Counter[Fault]:
    return Counter(
        [fault for table in edition.tables.values() for fault in _shapes(record, edition, table)]
        + [
            fault
            for table in edition.tables.values()
            for rule in active_rules(edition, table.official, deciding_day(record, edition))
            for fault in _rule(record, edition, table, rule, day, policy)
        ]
    )


def _shapes(record: Record, edition: Edition, table: Table) -> list[Fault]:
    faults, last = [], None
    rows = record.rows(table.english)
    when, insured = deciding_day(record, edition), is_insured(record)
    for number, row in enumerate(rows, 1):
        place = number if table.repeats or len(rows) > 1 else None
        for field in table.fields:
            text = row.get(field.english)
            flaw = shape_of(edition, table, field).flaw(text, place, when, insured)
            if flaw is not None:
                faults.append(flaw)
            elif field.official == "STT":
                position = int(text) if text else None
                if position is not None and (
                    position < 1 or (table.repeats and last is not None and position != last + 1)
                ):
                    before = last if table.repeats else None
                    faults.append(Site.sequence(table)(text or "", place if table.repeats else None, before))
        if "STT" in table.by_official and table.repeats:
            last = reader_of(table.field("STT"))[row.get("row_number")] or None  # type: ignore[index]
    return faults


def _rule(
    record: Record, edition: Edition, table: Table, rule: Rule, day: date, policy: Policy
) -> list[Fault]:
    rows = record.rows(table.english)
    own = any("." not in read and not read.startswith(("@", "XML")) for read in rule.reads)
    site, faults = Site(edition, rule), []
    for number, row in enumerate(rows if own else rows[:1], 1):
        values = [
            _value(record, edition, table, row, read, want, day, policy)
            for read, want in zip(rule.reads, rule.wants, strict=True)
        ]
        if any(value is SILENT for value in values):
            continue
        said = rule.check(*values)
        at = (number if table.repeats or len(rows) > 1 else None) if own else None
        if rule.names_rows:
            faults += [site.fault(record, wrong, None, day) for wrong in said]
        elif rule.names_members:
            faults += [site.fault(record, at, row if own else None, day, wrong) for wrong in said]
        elif rule.measures:
            if abs(said) >= ROUNDING:
                faults.append(site.fault(record, at, row if own else None, day, said))
        elif not said:
            faults.append(site.fault(record, at, row if own else None, day))
    return faults


def _value(
    record: Record, edition: Edition, table: Table, row: Any, read: str, want: Wanted, day: date, policy: Policy
) -> Any:  # fmt: skip
    if read == "@day":
        return day
    if read == "@policy":
        return policy
    name, dot, official = read.partition(".")
    if not dot and read.startswith("XML"):
        return len(record.rows(edition.tables[read].english))
    if not dot:
        field = table.field(read)
        text = row.get(field.english)
        if field.kind == "code" and text is not None:
            shape = shape_of(edition, table, field)
            if shape.flaw(text, None, deciding_day(record, edition), is_insured(record)) is not None:
                return SILENT
        return _typed(field, text, want)
    other = edition.tables[name]
    field = other.field(official)
    if not other.repeats:
        return _typed(field, record.first(other.english).get(field.english), want)
    one = Wanted("value", want.inner, want.optional)
    values = [_typed(field, row.get(field.english), one) for row in record.rows(other.english)]
    if any(value is SILENT for value in values):
        return SILENT
    return set(values) if want.shape == "set" else values


def _typed(field: Field, text: str | None, want: Wanted) -> Any:
    if text is None:
        return None if want.optional else SILENT
    reader = reader_of(field)
    if reader is None or (want.inner is str and want.shape == "value" and field.kind != "code"):
        return text
    if want.inner is date and field.kind in TIMES:
        reader = day_reader(field)
    value = reader[text]
    return SILENT if value is None else value


POOL = {
    "datetime12": ["202609150800", "202609150815", "202609151000", "202609160000", "20260915", "199003050000", "x"],
    "date8": ["20260915", "20260914", "20260930", "20260231", "202609150800"],
    "date8_or_datetime12": ["20260915", "202609150800", "9"],
    "decimal": ["0", "1", "2.5", "100", "1000.00", "-1", "1,5", "1.2345", "80", "39000"],
    "integer": ["0", "1", "2", "30", "100", "101", "-1", "1.0", "a"],
    "code": ["0", "1", "2", "3", "01", "03", "05", "09", "9", "13", "15", "8", "10", "12", "K1", "1.1", "79", "79001",
             "23.0001.1494", "VC.79002", "J02.9", "I10", " x", "K" * 300],
    "codes": ["I10", "I10;J02.9", "1", "1;3", "A;;B", "A; B", "H001", "DN4790000000001", "0000001.C.79"],
    "date8_list": ["20260101", "20261231", "20260101;20261231", "20260914", ";20261231"],
    "datetime12_list": ["202609150800", "202609150800;202609160800", "1"],
    "integer_list": ["3000", "0;1", "1;;2"],
    "string": ["Trần Bình", "a  b", "12", "BINH-0001", "CSST", "1 viên * 2 lần", "G1;N1", "079190000001", "x" * 2000],
}  # fmt: skip
"""Values that are right, nearly right and wrong, by kind of field."""


def any_record(seed: int, edition: Edition) -> Record:
    """A record with rows in most tables and values of every quality."""
    chance = random.Random(seed)
    full = chance.choice((0.3, 0.7, 0.95))
    tables = {}
    for table in edition.tables.values():
        if chance.random() < 0.75:
            tables[table.english] = [
                {
                    field.english: str(number) if field.official == "STT" and chance.random() < 0.8
                    else chance.choice(POOL[field.kind])
                    for field in table.fields
                    if chance.random() < full
                }
                for number in range(1, chance.choice((1, 1, 2, 4)) + 1)
            ]  # fmt: skip
    return Record(tables)
