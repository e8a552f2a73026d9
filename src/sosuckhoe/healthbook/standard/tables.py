"""The tables of the standard (bảng XML0–XML15 and what is added later) and their fields, as in force on a day."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

KINDS = {
    "string": "chữ",
    "code": "mã",
    "codes": "nhiều mã, cách nhau bằng dấu ;",
    "integer": "số nguyên",
    "decimal": "số thập phân",
    "date8": "ngày yyyymmdd",
    "datetime12": "thời điểm yyyymmddHHMM",
    "date8_list": "nhiều ngày yyyymmdd, cách nhau bằng dấu ;",
    "datetime12_list": "nhiều thời điểm yyyymmddHHMM, cách nhau bằng dấu ;",
    "integer_list": "nhiều số nguyên, cách nhau bằng dấu ;",
    "date8_or_datetime12": "ngày yyyymmdd hoặc thời điểm yyyymmddHHMM",
}
"""What a field may hold, and what that is called."""

NEEDS = {"always": "bắt buộc", "conditional": "có điều kiện", "optional": "không bắt buộc"}
"""Whether a field must be filled, and what that is called."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field (chỉ tiêu) of a table, as in force."""

    official: str
    """The name on paper and in XML, such as ``NGAY_RA``."""
    english: str
    """The name in code, such as ``discharged_at``: the only translation there is, and the field's identity for life.
    A decision that renames a field leaves it alone."""
    kind: str
    """A key of ``KINDS``."""
    max_length: int | None
    """In characters after NFC; None where no limit is published."""
    need: str
    """A key of ``NEEDS``: always, conditional (see ``condition``) or optional."""
    condition: str
    label_vi: str
    label_en: str
    codes: str
    """Name of the code list its values point into, or empty."""
    place: str
    """Where the text says so: decision, table, item."""
    confidence: str
    """Of what a decision last said about it."""
    need_confidence: str
    """Of the decision that last settled ``need``: a doubtful new length makes nobody doubt that it must be filled."""
    note: str
    history: tuple[str, ...] = ()
    """The places of all decisions that added or changed this field, oldest first."""
    former: tuple[str, ...] = ()
    """Official names it had before, oldest first."""


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
    place: str = ""
    """Where the text that brought or last changed the table says so."""
    bearers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Every official name that ever stood in the table, with the English name of the field that bore it first."""

    @cached_property
    def by_official(self) -> Mapping[str, Field]:
        return {field.official: field for field in self.fields}

    @cached_property
    def by_english(self) -> Mapping[str, Field]:
        return {field.english: field for field in self.fields}

    @property
    def numbering(self) -> Field | None:
        """The field that numbers the rows (STT), where they are numbered."""
        found = self.by_english.get("row_number")
        return found if found is not None and found.kind == "integer" else None

    @property
    def repeats(self) -> bool:
        """Whether a visit may hold several rows of this table."""
        return self.cardinality.startswith(("0..n", "1..n"))

    def field(self, name: str) -> Field:
        """The field with this official or English name, or that had this official name once. Raises KeyError."""
        found = self.by_official.get(name) or self.by_english.get(name) or self.meant(name)
        if found is None:
            raise KeyError(f"{self.official} has no field {name}")
        return found

    def meant(self, name: str) -> Field | None:
        """The field that code means by an official name: the one that bore it first, whatever it is called today.

        Rules, fixes and their data name fields as printed when they were written. A later decision may rename such a
        field, even give its old name to another: they follow the field. None where the table has it no more, or not yet.
        """
        return self.by_english.get(self.bearers.get(name, ""))

    def known_as(self, field: Field) -> tuple[str, ...]:
        """The official names by which code may mean a field, in the order in which it had them."""
        names = (*field.former, field.official)
        return tuple(name for name in names if self.bearers.get(name) == field.english)
