"""The record as a page shows it: label over value, names beside codes, absence said as absence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ....healthbook.book.display import day_of, moment_text, number_text
from ....healthbook.record import Record, Row
from ....healthbook.standard import Edition, Field, Table
from . import layout


@dataclass(frozen=True, slots=True)
class Cell:
    label: str
    official: str
    text: str
    name: str = ""
    """What the code means, where a list says so."""
    missing: bool = False
    """Required by the standard and not there."""
    wide: bool = False
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a repeating table: the columns that identify it, and everything else below."""

    number: int
    cells: tuple[Cell, ...]
    more: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One table of the record."""

    official: str
    english: str
    title: str
    groups: tuple[Group, ...] = ()
    columns: tuple[Cell, ...] = ()
    lines: tuple[Line, ...] = ()
    total: int = 0
    left_out: tuple[str, ...] = field(default=())
    """Labels of fields that were not asked or do not apply."""
    locked: bool = False
    """Narrowed by law: shown only after a reason is given."""

    @property
    def narrow(self) -> bool:
        return self.english in layout.NARROW_BY_LAW

    @property
    def rest(self) -> int:
        return self.total - len(self.lines)


class RecordView:
    """Shows the tables of one record under its edition."""

    def __init__(self, record: Record, edition: Edition) -> None:
        self.record, self.edition = record, edition
        self.days: Mapping[str, date | None] = {
            "discharge": record.discharge_day(),
            "arrival": day_of(record.visit.get("arrived_at", "")),
        }

    def blocks(self, *, opened: Iterable[str] = ()) -> list[Block]:
        """Every table the visit has, in the standard's order."""
        found = []
        for table in self.edition.tables.values():
            if not self.record.rows(table.english):
                continue
            if table.english in layout.NARROW_BY_LAW and table.english not in opened:
                found.append(
                    Block(
                        table.official,
                        table.english,
                        table.title_vi,
                        total=len(self.record.rows(table.english)),
                        locked=True,
                    )
                )
            else:
                found.append(self.block(table, layout.ROWS_AT_FIRST))
        return found

    def block(self, table: Table, most: int | None = None) -> Block:
        rows = self.record.rows(table.english)
        if table.repeats:
            columns = [table.by_english[n] for n in self._columns(table) if any(n in row for row in rows)]
            return Block(
                table.official,
                table.english,
                table.title_vi,
                columns=tuple(Cell(each.label_vi, each.official, "") for each in columns),
                lines=tuple(
                    self._line(table, number, row, columns) for number, row in enumerate(rows[:most], 1)
                ),
                total=len(rows),
            )
        groups, left_out = self._groups(table, rows[0])
        return Block(table.official, table.english, table.title_vi, groups=groups, total=1, left_out=left_out)

    def _columns(self, table: Table) -> Iterable[str]:
        named = (
            layout.COLUMNS.get(table.english)
            or [each.english for each in table.fields if each.english not in ("visit_code", "row_number")][:6]
        )
        return [name for name in named if name in table.by_english]

    def _line(self, table: Table, number: int, row: Row, columns: list[Field]) -> Line:
        shown = {each.english for each in columns} | {"visit_code", "row_number"}
        more = [
            self.cell(each, row)
            for each in table.fields
            if each.english not in shown and (each.english in row or each.need == "always")
        ]
        return Line(number, tuple(self.cell(each, row) for each in columns), tuple(more))

    def _groups(self, table: Table, row: Row) -> tuple[tuple[Group, ...], tuple[str, ...]]:
        left_out: list[str] = []
        placed: set[str] = {"visit_code", "row_number"}
        groups: list[Group] = []
        named = layout.GROUPS if table.english == "visit" else ()
        for title, names in named:
            groups.append(Group(title, self._cells(table, row, names, left_out)))
            placed.update(names)
        rest = [each.english for each in table.fields if each.english not in placed]
        groups.append(Group(layout.REST if named else "", self._cells(table, row, rest, left_out)))
        return tuple(group for group in groups if group.cells), tuple(left_out)

    def _cells(self, table: Table, row: Row, names: Iterable[str], left_out: list[str]) -> tuple[Cell, ...]:
        cells = []
        for name in names:
            known = table.by_english.get(name)
            if known is None:
                continue
            if name in row or known.need == "always":
                cells.append(self.cell(known, row))
            else:
                left_out.append(known.label_vi)
        return tuple(cells)

    def cell(self, known: Field, row: Row) -> Cell:
        raw = row.get(known.english, "")
        wide = known.english in layout.LONG_TEXT and len(raw) > 40
        if not raw:
            return Cell(known.label_vi, known.official, "", missing=known.need == "always")
        return Cell(
            known.label_vi,
            known.official,
            self._text(known, raw),
            self._name(known, raw, row),
            False,
            wide,
            raw,
        )

    def _text(self, known: Field, raw: str) -> str:
        kind = known.kind.removesuffix("_list")
        parts = raw.split(";") if known.kind.endswith("_list") else [raw]
        if kind in ("date8", "datetime12", "date8_or_datetime12"):
            return "; ".join(moment_text(p) if len(p) == 12 else _day(p) for p in parts)
        if kind == "decimal":
            return "; ".join(number_text(p) for p in parts) + (
                " đ" if known.english.endswith("_amount") else ""
            )
        return raw

    def _name(self, known: Field, raw: str, row: Row) -> str:
        codes = self.edition.codes.get(known.codes)
        if codes is None:
            return ""
        day = (
            day_of(row.get("ordered_at", ""))
            if codes.chosen_by == "order"
            else self.days.get(codes.chosen_by)
        )
        if day is None:
            return ""
        parts = raw.split(";") if known.kind == "codes" else [raw]
        return "; ".join(name for part in parts if (name := codes.name_of(part.strip(), day)))


def _day(text: str) -> str:
    found = day_of(text) if len(text) == 8 else None
    return f"{found:%d/%m/%Y}" if found else text
