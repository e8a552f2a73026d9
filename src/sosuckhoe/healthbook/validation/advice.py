"""What to do about one fault (cách sửa), with its own values, for somebody who knows neither this program nor XML.

    advice_on(fault, record, edition)
    # Mở bệnh án xem hai giờ này. Giờ ra viện ghi nhầm thì sửa (đang là 08:00 ngày 01/09/2026) thành lúc sau …

The sentences are data, ``mending.csv``, one a rule, and one more for a place (``BUS-038 XML13``) or a desk (``SHP-001 cashier``) where the work differs. ``{o}`` is the field by its label, ``{b}`` the table by its title, ``{v}`` what stands there, ``{r}``
the row with what it is about, ``{n}`` its number where the word is there already, ``{NGAY_VAO}`` a field of the same row, or of XML1 where the table has none of that name.
What the value should be is said only where the other values prove it.
"""

from collections.abc import Callable

from ..record import Record, Row
from ..standard import Edition, Field, Table
from .fault import Fault
from .gathering import HABITS
from .mending import PLACE, how_to_mend, sentences
from .rules.envelope import FILE_RULES, words_for
from .typed import reader_of
from .wording import LONGEST, in_sentence, meaning, said, said_in, with_meaning

TOLD_BY = {
    "XML2": ("TEN_THUOC", "MA_THUOC"),
    "XML3": ("TEN_VAT_TU", "TEN_DICH_VU", "MA_VAT_TU", "MA_DICH_VU"),
    "XML4": ("TEN_CHI_SO", "MA_DICH_VU"),
    "XML5": ("THOI_DIEM_DBLS",),
}
"""What a person knows a row by; a supply names the service it was used in, too."""


def advice_on(fault: Fault, record: Record | None, edition: Edition | None) -> str:
    """One Vietnamese text: what to open, what to change, with the values at hand. Never raises.

    Without a record, or for what is wrong with the file as a whole, the advice is the rule's general one with the
    place before it.
    """
    known = sentences()
    keys = (f"{fault.rule} {fault.path}", f"{fault.rule} {fault.owner}", fault.rule)
    sentence = next((known[key] for key in keys if key in known), None)
    table = edition.tables.get(fault.path.partition(".")[0]) if edition is not None else None
    if sentence is None or record is None or edition is None or table is None:
        return _placed(fault, table, edition)
    place = _Place(fault, record, edition, table)
    return PLACE.sub(lambda found: place.said(found[1]), sentence).replace("đang là (trống)", "đang trống")


def _placed(fault: Fault, table: Table | None, edition: Edition | None) -> str:
    """The general advice, after the field it is about."""
    field = table.by_official.get(fault.path.partition(".")[2]) if table is not None else None
    general = how_to_mend(words_for(fault.rule, fault.value))
    if table is None or field is None or edition is None or fault.rule in FILE_RULES:
        return general
    row = f", dòng {fault.row}" if fault.row is not None else ""
    value = f", đang là {said(None, fault.value)}" if fault.value else ""
    title = f"{table.title_vi[:1].lower()}{table.title_vi[1:]}"
    return f"Ở {_named(field)} (bảng {title}{row}{value}): {general[:1].lower()}{general[1:]}"


def _named(field: Field) -> str:
    return f"ô “{field.label_vi}”"


class _Place:
    """Where a fault is, and what stands around it."""

    def __init__(self, fault: Fault, record: Record, edition: Edition, table: Table) -> None:
        self.fault, self.record, self.edition, self.table = fault, record, edition, table
        self.row = self._row_of(table)

    def _row_of(self, table: Table) -> Row:
        rows = self.record.rows(table.english)
        number = self.fault.row if table is self.table and self.fault.row is not None else 1
        return rows[number - 1] if 0 < number <= len(rows) else {}

    def said(self, name: str) -> str:
        known: dict[str, Callable[[], str]] = {
            "o": self._field,
            "b": lambda: in_sentence(self.table.title_vi),
            "v": self._value,
            "r": self._where,
            "n": self._number,
        }
        if name in known:
            return known[name]()
        table, field = self._find(name)
        if table is None or field is None:
            return "(trống)"
        if table.repeats and (table is not self.table or self.fault.row is None):
            texts = dict.fromkeys(row.get(field.english, "") for row in self.record.rows(table.english))
            return "; ".join(self._text(field, text) for text in list(texts)[:3] if text) or "(trống)"
        return self._text(field, self._row_of(table).get(field.english, ""))

    def _find(self, name: str) -> tuple[Table | None, Field | None]:
        other, dot, official = name.rpartition(".")
        for table in (
            (self.edition.tables.get(other),) if dot else (self.table, self.edition.tables.get("XML1"))
        ):
            if table is not None and (field := table.meant(official)) is not None:
                return table, field
        return None, None

    def _field(self) -> str:
        field = self.table.by_official.get(self.fault.path.partition(".")[2])
        return _named(field) if field is not None else f"bảng “{self.table.title_vi}”"

    def _value(self) -> str:
        field = self.table.by_official.get(self.fault.path.partition(".")[2])
        if field is None or self.fault.rule in HABITS:  # how it is written is what is wrong
            return said(None, self.fault.value)
        return self._text(field, self.fault.value)

    def _text(self, field: Field, text: str) -> str:
        reader = reader_of(field)
        value = reader[text] if reader is not None and text else None
        shown = said(None, text) if field.kind == "codes" else said_in(field, value, text)
        name = meaning(self.edition, field, text, self.record.discharge_day()) if text else ""
        return with_meaning(shown, name)

    def _number(self) -> str:
        return self._where().removeprefix(" ở dòng") if self.fault.row is not None else " này"

    def _where(self) -> str:
        if self.fault.row is None:
            return ""
        names = TOLD_BY.get(self.table.official, ())
        fields = [field for name in names if (field := self.table.meant(name)) is not None]
        found = next((field for field in fields if self.row.get(field.english)), None)
        text = self.row[found.english] if found is not None else ""
        if found is None or self.fault.path == f"{self.table.official}.{found.official}":
            return f" ở dòng {self.fault.row}"
        known = self._text(found, text[:LONGEST])
        return f" ở dòng {self.fault.row}" + (f" {known}" if known.startswith("“") else f", lúc {known}")
