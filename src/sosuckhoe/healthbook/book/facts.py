"""The book's published facts, read from the CSV files beside this module."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class BookField:
    """One numbered field of the book (QĐ 1332/QĐ-BYT, part B), perhaps split (``8.1``)."""

    no: str
    """Its number: a place in reading order, never a key; only 9, 12–15 and 41–45 are certain."""
    section: str
    group: str
    """The repeating group it is a column of, or empty for a single line."""
    label_vi: str
    label_en: str
    tables: tuple[str, ...]
    """English names of the tables it is read from; empty where the standard has no source."""
    fields: tuple[str, ...]
    unit: str
    shown: str
    """Whether the citizen sees it: yes, no or unknown (QĐ 31/QĐ-BYT groups; the flag of each field is unread)."""
    repeats: str
    fhir: str
    confidence: str

    @property
    def has_source(self) -> bool:
        return bool(self.tables and self.fields)


@dataclass(frozen=True, slots=True)
class SectionTitle:
    """A section of the book, or a paper shown beside it."""

    key: str
    number: str
    title_vi: str
    title_en: str


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line of a paper that has the same value as paper (QĐ 31/QĐ-BYT, Điều 1)."""

    section: str
    label_vi: str
    table: str
    field: str
    source: str


@dataclass(frozen=True, slots=True)
class Hint:
    """What betrays a sensitive category: a hint to look again, not law."""

    category: str
    kind: str
    """disease (a code or its beginning), word, medicine, medicine-in-company or table."""
    value: str
    source: str


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _field(row: Mapping[str, str]) -> BookField:
    return BookField(
        no=row["no"],
        section=row["section"],
        group=row["group"],
        label_vi=row["label_vi"],
        label_en=row["label_en"],
        tables=tuple(row["table"].split()),
        fields=tuple(name for name in row["fields"].split(";") if name),
        unit=row["unit"],
        shown=row["shown"],
        repeats=row["repeats"],
        fhir=row["fhir"],
        confidence=row["confidence"],
    )


FIELDS: tuple[BookField, ...] = tuple(_field(row) for row in _rows("fields.csv"))
SECTIONS: Mapping[str, SectionTitle] = {
    row["key"]: SectionTitle(row["key"], row["number"], row["title_vi"], row["title_en"])
    for row in _rows("sections.csv")
}
PAPERS: tuple[PaperLine, ...] = tuple(PaperLine(**row) for row in _rows("papers.csv"))
HINTS: tuple[Hint, ...] = tuple(Hint(**row) for row in _rows("sensitive.csv"))
NAMES: Mapping[tuple[str, str], str] = {
    (row["field"], row["code"]): row["name_vi"] for row in _rows("names.csv")
}
"""Names of single codes of lists we do not hold, each with its source in ``names.csv``."""
