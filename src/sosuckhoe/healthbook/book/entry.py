"""From a record to the entry that the citizen reads."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ..record import Record
from ..record import Row as RecordRow
from ..standard import Edition, Field
from .display import Names, day_of, measured_text, value_texts
from .facts import FIELDS, PAPERS, SECTIONS, BookField
from .parts import Absence, Group, Line, Row, Section, Value
from .sensitive import Watch

_PROCEDURE_GROUPS = frozenset({"8", "18"})
"""Cost groups of surgery and procedures (MA_NHOM, QĐ 5937/2021 PL3)."""
_PAPER_TABLES = ("appointment", "referral", "discharge_paper")
_RELATIONS = {"guardian_name": "Người giám hộ", "father_name": "Cha", "mother_name": "Mẹ"}
_WHY_ABSENT = {
    "no-summary-sent": "Cơ sở khám bệnh không gửi tóm tắt hồ sơ bệnh án (bảng 8) cho đợt này.",
    "nothing-sent": "Cơ sở khám bệnh không gửi nội dung này cho đợt khám.",
    "no-source": "Dữ liệu gửi lên chưa có chỗ cho nội dung này.",
    "hidden": "Nội dung này không hiển thị theo quy định của cơ sở khám bệnh.",
}


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One visit as the citizen reads it. Everything in it has a source in the record."""

    visit_code: str
    edition_id: str
    sections: tuple[Section, ...]
    """Those that hold something, in the book's order; papers last."""
    absent: tuple[Absence, ...]

    def section(self, key: str) -> Section | None:
        return next((section for section in self.sections if section.key == key), None)

    def line(self, no: str) -> Line | None:
        """The line with this number of the book, wherever it stands."""
        return next((line for section in self.sections if (line := section.line(no))), None)

    @property
    def sensitive(self) -> tuple[str, ...]:
        """The categories that something shown belongs to."""
        found = [line.sensitive for section in self.sections for line in section.lines]
        for section in self.sections:
            found += [row.sensitive for group in section.groups for row in group.rows]
        return tuple(dict.fromkeys(category for category in found if category))

    @property
    def papers(self) -> tuple[Section, ...]:
        return tuple(section for section in self.sections if section.key in _PAPER_TABLES)


def book_entry(
    record: Record,
    edition: Edition,
    *,
    hide: Collection[str] = (),
    facilities: Mapping[str, str] | None = None,
    practitioners: Mapping[str, str] | None = None,
) -> BookEntry:
    """The entry for a record under the edition of its discharge day.

    ``hide``: categories (see ``CATEGORIES``) whose values are left out. ``facilities`` and ``practitioners``:
    names by code, where the caller knows them; without a name the code stands.
    """
    return _Book(record, edition, frozenset(hide), facilities or {}, practitioners or {}).entry()


class _Book:
    def __init__(
        self,
        record: Record,
        edition: Edition,
        hide: frozenset[str],
        facilities: Mapping[str, str],
        practitioners: Mapping[str, str],
    ) -> None:
        self.record, self.edition, self.hide = record, edition, hide
        self.watch = Watch(record, edition)
        self.hidden: set[str] = set()
        self.names = Names(
            edition,
            discharged=record.discharge_day(),
            arrived=day_of(record.visit.get("arrived_at", "")),
            facilities=facilities,
            practitioners=practitioners,
        )

    def entry(self) -> BookEntry:
        sections, absent = [], []
        for key, title in SECTIONS.items():
            lines = tuple(self.paper(key) if key in _PAPER_TABLES else self.lines(key))
            groups = () if key in _PAPER_TABLES else tuple(self.groups(key))
            if lines or groups:
                sections.append(Section(key, title.number, title.title_vi, lines, groups))
            elif key not in _PAPER_TABLES or key in self.hidden:
                reason = self.why_absent(key)
                absent.append(Absence(key, title.title_vi, reason, _WHY_ABSENT[reason]))
        return BookEntry(self.record.visit_code, self.edition.id, tuple(sections), tuple(absent))

    def why_absent(self, section: str) -> str:
        if section in self.hidden:
            return "hidden"
        if section == "summary":
            return "no-summary-sent"
        has_source = any(field.has_source for field in FIELDS if field.section == section)
        return "nothing-sent" if has_source else "no-source"

    # -- lines ------------------------------------------------------------------------------------------------

    def lines(self, section: str) -> Iterator[Line]:
        if section == "summary" and not self.record.rows("treatment_summary"):
            return
        for field in FIELDS:
            if field.section != section or field.group or field.shown == "no":
                continue
            values = tuple(self.values(section, field))
            if values:
                yield Line(field.no, field.label_vi, values)

    def values(self, section: str, book: BookField) -> Iterator[Value]:
        seen: set[str] = set()
        for table in book.tables:
            rows = self.record.rows(table)
            for row in rows if len(book.tables) > 1 else rows[:1]:
                for name in book.fields:
                    for value in self.of(section, table, row, name, unit=book.unit):
                        if value.text not in seen:
                            seen.add(value.text)
                            yield value

    def paper(self, section: str) -> Iterator[Line]:
        for line in PAPERS:
            if line.section == section:
                row = self.record.first(line.table)
                values = tuple(self.of(section, line.table, row, line.field))
                if values:
                    yield Line("", line.label_vi, values)

    # -- groups -----------------------------------------------------------------------------------------------

    def groups(self, section: str) -> Iterator[Group]:
        keys = dict.fromkeys(field.group for field in FIELDS if field.section == section and field.group)
        for key in keys:
            columns = [field for field in FIELDS if field.group == key and field.shown != "no"]
            if key == "cards":
                rows = self.cards(columns)
            elif key == "guardians":
                rows = self.guardians(columns)
            else:
                rows = self.rows(section, columns)
            shown = tuple(row for row in rows if any(row.cells))
            if shown:
                yield Group(key, tuple(c.no for c in columns), tuple(c.label_vi for c in columns), shown)

    def rows(self, section: str, columns: list[BookField]) -> Iterator[Row]:
        table = columns[0].tables[0]
        for row in self.record.rows(table):
            if section == "procedures" and row.get("cost_group_code") not in _PROCEDURE_GROUPS:
                continue
            cells = [self.cell(section, table, row, column) for column in columns]
            if section == "results" and cells[0] is None:
                cells[0] = self.service_name(row)
            category = next((cell.sensitive for cell in cells if cell and cell.sensitive), "")
            if category in self.hide:
                self.hidden.add(section)
                continue
            yield Row(tuple(cells))

    def cell(self, section: str, table: str, row: RecordRow, column: BookField) -> Value | None:
        values = [v for name in column.fields for v in self.of(section, table, row, name, keep=True)]
        if not values:
            return None
        joined = " " if column.no == "38.1" else "; "
        return Value(
            text=joined.join(value.text for value in values),
            path=values[0].path,
            raw=";".join(value.raw for value in values),
            sensitive=next((value.sensitive for value in values if value.sensitive), ""),
        )

    def service_name(self, row: RecordRow) -> Value | None:
        """An image has no indicator name; the service it belongs to has one."""
        code = row.get("service_code")
        for service in self.record.rows("services"):
            if code and service.get("service_code") == code:
                return next(self.of("results", "services", service, "service_name", keep=True), None)
        return None

    def cards(self, columns: list[BookField]) -> Iterator[Row]:
        """Several cards stand in one field joined by semicolons, in parallel lists."""
        visit = self.record.visit
        lists = [visit.get(column.fields[0], "").split(";") for column in columns]
        for number, card in enumerate(lists[0]):
            if not card:
                continue
            cells: list[Value | None] = []
            for column, members in zip(columns, lists, strict=True):
                alone = {column.fields[0]: members[number] if number < len(members) else ""}
                cells.append(next(self.of("person", "visit", alone, column.fields[0]), None))
            yield Row(tuple(cells))

    def guardians(self, columns: list[BookField]) -> Iterator[Row]:
        """Names the record knows; the relation is what the field says. Numbers and telephones have no field."""
        for name in columns[0].fields:
            for value in self.of(
                "guardians", "treatment_summary", self.record.first("treatment_summary"), name
            ):
                relation = Value(_RELATIONS[name], value.path, "")
                yield Row((value, relation, *(None for _ in columns[2:])))

    # -- values -----------------------------------------------------------------------------------------------

    def of(
        self, section: str, table: str, row: RecordRow, name: str, *, unit: str = "", keep: bool = False
    ) -> Iterator[Value]:
        """The values of one field as read. ``keep``: also sensitive ones, for rows that stand or fall whole."""
        raw = row.get(name, "")
        if not raw:
            return
        place = self.edition.table(table)
        field = place.by_english.get(name)
        if field is None:
            return
        for text, part in self.texts(field, raw, row):
            category = self.watch.of(table, name, part)
            if category in self.hide and not keep:
                self.hidden.add(section)
                continue
            shown = f"Tái khám ngày {text}" if name == "follow_up_dates" else f"{text} {unit}".strip()
            yield Value(shown, f"{place.official}.{field.official}", part, category)

    def texts(self, field: Field, raw: str, row: RecordRow) -> Iterator[tuple[str, str]]:
        ordered: date | None = day_of(row.get("ordered_at", ""))
        if field.english == "value":
            yield measured_text(raw), raw
            return
        listed = field.kind == "codes" or field.kind.endswith("_list")
        for part in raw.split(";") if listed else [raw]:
            for text in value_texts(field, part, self.names, ordered=ordered):
                yield text, part
