"""A fix: the change of a few fields, in words and as data; and the record with it applied."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ...record import Record, Row
from ...standard import Edition, Field, Table
from ..fault import Fault, Owner


class Moved(ValueError):
    """Giá trị trong hồ sơ không còn như lúc xem trước."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one row: what stands there and what will."""

    table: str
    """Official name, such as ``XML2``."""
    field: str
    """Official name, such as ``SO_LUONG``."""
    row: int
    """1-based place of the row in its table."""
    before: str
    """As on paper; empty where the field has no value."""
    after: str

    @property
    def path(self) -> str:
        return f"{self.table}.{self.field}"


@dataclass(frozen=True, slots=True)
class Fix:
    """A proposal for one fault."""

    rule: str
    path: str
    """Of the fault."""
    row: int | None
    """Of the fault."""
    kind: str
    """A key of ``KINDS``: alike fixes have the same."""
    title: str
    """What is done, in Vietnamese: ``Bỏ dấu cách thừa``."""
    why_safe: str
    """Why this needs no look at the chart, in Vietnamese."""
    owner: Owner
    """The desk whose people may make it."""
    changes: tuple[Change, ...]


class Case:
    """One fault in its record, as the kinds of change look at it."""

    def __init__(self, record: Record, edition: Edition, fault: Fault, faults: Sequence[Fault]) -> None:
        self.record, self.edition, self.fault, self.faults = record, edition, fault, faults
        self.table_name, _, self.field_name = fault.path.partition(".")

    @property
    def table(self) -> Table | None:
        return self.edition.tables.get(self.table_name)

    @property
    def field(self) -> Field | None:
        return self.table.by_official.get(self.field_name) if self.table else None

    @property
    def known_name(self) -> str:
        """The official name by which code means the field at fault, whatever it is called today."""
        names = self.table.known_as(self.field) if self.table and self.field else ()
        return names[0] if names else self.field_name

    @property
    def place(self) -> int | None:
        """1-based place of the row at fault; None where the fault is about a whole column."""
        if self.fault.row is None and self.table is not None and self.table.repeats:
            return None
        return self.fault.row or 1

    @property
    def row(self) -> Row:
        return self.row_of(self.table_name, self.place)

    def row_of(self, table: str, place: int | None = 1) -> Row:
        """A row of any table by its official name; empty where there is none."""
        known = self.edition.tables.get(table)
        rows = self.record.rows(known.english) if known else []
        return rows[place - 1] if place and place <= len(rows) else {}

    def value(self, path: str, place: int | None = 1) -> str:
        """The text at an official path; empty where it is absent."""
        table, _, field = path.partition(".")
        known = self.edition.tables.get(table)
        found = (known.meant(field) or known.by_official.get(field)) if known else None
        return self.row_of(table, place).get(found.english, "") if found else ""

    @property
    def text(self) -> str:
        """What stands in the field at fault."""
        return self.row.get(self.field.english, "") if self.field else ""

    def here(self, after: str) -> list[Change]:
        """The change of the field at fault; nothing when it would change nothing or empty the field."""
        if self.place is None or not self.text or not after or after == self.text:
            return []
        return [Change(self.table_name, self.field_name, self.place, self.text, after)]

    def is_faultless(self, path: str, place: int | None = None) -> bool:
        """Whether no fault points at a field (of one row, when ``place`` is given)."""
        table, _, name = path.partition(".")
        known = self.edition.tables.get(table)
        field = (known.meant(name) or known.by_official.get(name)) if known else None
        now = f"{table}.{field.official}" if field is not None else path
        return not any(
            fault.path == now and (place is None or (fault.row or 1) == place) for fault in self.faults
        )


Propose = Callable[[Case], Iterable[Change]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of safe change."""

    id: str
    title: str
    why_safe: str
    propose: Propose


def applied(record: Record, changes: Iterable[Change] | Fix, edition: Edition) -> Record:
    """A copy of the record with the changes; doing it again changes nothing. Raises ``Moved`` where other values
    stand than were looked at."""
    copy = Record({name: [dict(row) for row in rows] for name, rows in record.tables.items()})
    for change in changes.changes if isinstance(changes, Fix) else changes:
        table = edition.table(change.table)
        field = table.field(change.field).english
        rows = copy.rows(table.english)
        if change.row > len(rows) or rows[change.row - 1].get(field, "") not in (change.before, change.after):
            raise Moved(Moved.__doc__)
        if change.after:
            rows[change.row - 1][field] = change.after
        else:
            rows[change.row - 1].pop(field, None)
    return copy
