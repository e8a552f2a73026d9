"""The record (hồ sơ): the values of one visit, arranged by the standard's tables.

Values are text exactly as they stand on paper (``"202609011030"``, ``"150000.00"``, ``"01"``), under English
names; a field without a value is not in its row. Keeping text keeps everything: a malformed date can still
be shown to the person who mends it, and reading back what was written changes nothing. ``typed`` gives
dates and exact decimals to whoever reckons.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from .standard import Edition, NoEdition, edition_on

Row = dict[str, str]
Column = Sequence[str | None]
"""One field in all rows of a table; None where a row has no value."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table laid out by columns, as it is read from a file and checked."""

    keys: tuple[str, ...]
    """English names."""
    columns: Sequence[Column]
    """In the order of the keys, all of one length."""
    beyond_ascii: tuple[int, ...] = ()
    """Places of the columns that hold more than plain letters, digits and signs."""

    def __len__(self) -> int:
        return len(self.columns[0])

    def rows(self) -> list[Row]:
        return [
            {key: text for key, text in zip(self.keys, texts, strict=True) if text is not None}
            for texts in zip(*self.columns, strict=True)
        ]


Tables = dict[str, list[Row] | Sheet]


class Record:
    """One visit's rows by table, both under English names: ``record.rows("medicines")[0]["dose"]``.

    A table stays as it came, as rows or as a sheet, until its rows are asked for; from then on it is those rows.
    """

    def __init__(self, tables: Tables | dict[str, list[Row]] | None = None) -> None:
        self._tables: Tables = {} if tables is None else cast(Tables, tables)

    @property
    def tables(self) -> dict[str, list[Row]]:
        """All tables the visit has, as rows."""
        for table in self._tables:
            self.rows(table)
        return cast(dict[str, list[Row]], self._tables)

    def rows(self, table: str) -> list[Row]:
        """The rows of a table (English name); empty when the visit has none."""
        found = self._tables.get(table, [])
        if isinstance(found, Sheet):
            found = self._tables[table] = found.rows()
        return found

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return len(self._tables.get(table, ()))

    def has(self, table: str) -> bool:
        return table in self._tables

    def columns(self, table: str, keys: tuple[str, ...]) -> Sequence[Column]:
        """Columns of a table that has rows, in the order of the keys."""
        found = self._tables[table]
        if not isinstance(found, Sheet):
            return [*zip(*[map(row.get, keys) for row in found], strict=True)]
        if found.keys == keys:
            return found.columns
        absent = (None,) * len(found)
        known = dict(zip(found.keys, found.columns, strict=True))
        return [known.get(key, absent) for key in keys]

    def first(self, table: str) -> Row:
        """The row of a table that occurs once; empty when the visit has none."""
        rows = self.rows(table)
        return rows[0] if rows else {}

    def __eq__(self, other: object) -> bool:
        return self.tables == other.tables if isinstance(other, Record) else NotImplemented

    def __repr__(self) -> str:
        return f"Record({self.tables!r})"

    @property
    def visit(self) -> Row:
        """The row of table 1 (XML1), which every visit has."""
        return self.first("visit")

    @property
    def visit_code(self) -> str:
        """MA_LK, the link code of the visit for life."""
        return self.visit.get("visit_code", "")

    def discharge_day(self) -> date | None:
        """The day of NGAY_RA, which chooses the edition; None when absent or malformed."""
        text = self.visit.get("discharged_at", "")
        try:
            return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
        except ValueError:
            return None

    def edition(self) -> Edition | None:
        """The edition that judges this record; None when its discharge day is unknown or before every edition."""
        day = self.discharge_day()
        try:
            return edition_on(day) if day else None
        except NoEdition:
            return None

    def to_json(self) -> str:
        """Canonical JSON: the same record gives the same text, so it can be hashed."""
        return json.dumps(self.tables, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Record":
        return cls(json.loads(text))

    @classmethod
    def of(cls, tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> "Record":
        """A record from any mapping of rows; empty values and None are left out."""
        return cls(
            {
                name: [
                    {key: str(value) for key, value in row.items() if value not in (None, "")} for row in rows
                ]
                for name, rows in tables.items()
            }
        )
