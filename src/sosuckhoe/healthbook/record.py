"""The record (hồ sơ): the values of one visit, arranged by the standard's tables.

Values are text exactly as they stand on paper (``"202609011030"``, ``"150000.00"``, ``"01"``), under English
names; a field without a value is not in its row. Keeping text keeps everything: a malformed date can still
be shown to the person who mends it, and reading back what was written changes nothing. ``typed`` gives
dates and exact decimals to whoever reckons.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .standard import Edition, NoEdition, edition_on

Row = dict[str, str]


@dataclass
class Record:
    """One visit's rows by table, both under English names: ``record.rows("medicines")[0]["dose"]``."""

    tables: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, table: str) -> list[Row]:
        """The rows of a table (English name); empty when the visit has none."""
        return self.tables.get(table, [])

    def first(self, table: str) -> Row:
        """The row of a table that occurs once; empty when the visit has none."""
        rows = self.tables.get(table)
        return rows[0] if rows else {}

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
