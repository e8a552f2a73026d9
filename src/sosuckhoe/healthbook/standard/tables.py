"""The tables of the standard (bảng XML0–XML15) and their fields, merged from the decisions that made them."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources.abc import Traversable

NO_LIMIT = "-"
"""In a decision's CSV: the decision lifted the length limit. An empty cell leaves a fact as it was."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field (chỉ tiêu) of a table, as in force."""

    official: str
    """The name on paper and in XML, such as ``NGAY_RA``."""
    english: str
    """The name in code, such as ``discharged_at``. The only translation there is."""
    kind: str
    """string, code, codes, integer, decimal, date8, datetime12, a ``…_list``, or date8_or_datetime12."""
    max_length: int | None
    """In characters after NFC; None where no limit is published."""
    need: str
    """always, conditional (see ``condition``) or optional."""
    condition: str
    label_vi: str
    label_en: str
    codes: str
    """Name of the code list its values point into, or empty."""
    place: str
    """Where the text says so: decision, table, item."""
    confidence: str
    note: str
    history: tuple[str, ...] = ()
    """The places of all decisions that added or changed this field, oldest first."""


@dataclass(frozen=True)
class Table:
    """One table (bảng) of the standard, as in force."""

    official: str
    """``XML0`` to ``XML15``."""
    english: str
    """The name in code, such as ``medicines``."""
    wrapper: tuple[str, ...]
    """Element names from the inner document's root down to the element that holds one row."""
    title_vi: str
    title_en: str
    cardinality: str
    when_required: str
    fields: tuple[Field, ...]
    dropped: tuple[tuple[str, str], ...] = ()
    """Fields the table had once: official name, and the place in the text that dropped it."""

    @cached_property
    def by_official(self) -> Mapping[str, Field]:
        return {field.official: field for field in self.fields}

    @cached_property
    def by_english(self) -> Mapping[str, Field]:
        return {field.english: field for field in self.fields}

    @property
    def repeats(self) -> bool:
        """Whether a visit may hold several rows of this table."""
        return self.cardinality.startswith(("0..n", "1..n"))

    def field(self, name: str) -> Field:
        """The field with this official or English name. Raises KeyError."""
        found = self.by_official.get(name) or self.by_english.get(name)
        if found is None:
            raise KeyError(f"{self.official} has no field {name}")
        return found


def read_csv(file: Traversable) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))


def tables_of(folder: Traversable, before: Mapping[str, Table]) -> dict[str, Table]:
    """The tables after the decision in ``folder``, given those ``before`` it.

    Raises ValueError where a row contradicts what was there: the data are ours, so that is a mistake of ours.
    """
    after = dict(before)
    titles = folder.joinpath("tables.csv")
    if titles.is_file():
        for row in read_csv(titles):
            after[row["table"]] = Table(
                official=row["table"],
                english=row["english"],
                wrapper=tuple(row["wrapper"].split("/")),
                title_vi=row["title_vi"],
                title_en=row["title_en"],
                cardinality=row["cardinality"],
                when_required=row["when_required"],
                fields=(),
            )
    rows = folder.joinpath("tables")
    if rows.is_dir():
        for file in sorted(rows.iterdir(), key=lambda entry: entry.name):
            name = file.name.removesuffix(".csv")
            if file.name.endswith(".csv"):
                changes = read_csv(file)
                drops = tuple((row["field"], row["place"]) for row in changes if row["change"] == "drop")
                table = after[name]
                after[name] = replace(
                    table, fields=_changed(table, changes), dropped=(*table.dropped, *drops)
                )
    return after


def _changed(table: Table, rows: Iterable[dict[str, str]]) -> tuple[Field, ...]:
    fields = list(table.fields)
    places = {field.official: index for index, field in enumerate(fields)}

    def index(name: str) -> int:
        if name not in places:
            raise ValueError(f"{table.official}: {name} is not a field of the table this decision changes")
        return places[name]

    for row in rows:
        change, name = row["change"], row["field"]
        if change == "add":
            if name in places:
                raise ValueError(f"{table.official}: {name} is there already")
            fields.insert(index(row["after"]) + 1 if row["after"] else len(fields), _field(row, None))
        elif change == "change":
            fields[index(name)] = _field(row, fields[index(name)])
        elif change == "rename":
            fields[index(row["after"])] = _field(row, fields[index(row["after"])])
        elif change == "drop":
            del fields[index(name)]
        else:
            raise ValueError(f"{table.official}: {name}: what is the change {change!r}?")
        places = {field.official: position for position, field in enumerate(fields)}
    return tuple(fields)


def _field(row: Mapping[str, str], before: Field | None) -> Field:
    def fact(column: str) -> str:
        return row[column] or (getattr(before, column) if before else "")

    if row["max_length"]:
        max_length = None if row["max_length"] == NO_LIMIT else int(row["max_length"])
    else:
        max_length = before.max_length if before else None
    return Field(
        official=row["field"],
        english=fact("english"),
        kind=fact("kind"),
        max_length=max_length,
        need=fact("need"),
        condition=fact("condition"),
        label_vi=fact("label_vi"),
        label_en=fact("label_en"),
        codes=fact("codes"),
        place=row["place"],
        confidence=row["confidence"],
        note=fact("note"),
        history=(*(before.history if before else ()), row["place"]),
    )
