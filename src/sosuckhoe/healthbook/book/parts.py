"""What a book entry is made of: sections with lines and groups of rows, all ready to be shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Value:
    """One value as the citizen reads it, with where it came from."""

    text: str
    path: str
    """Its official place, such as ``XML1.NGAY_RA``."""
    raw: str
    """As sent."""
    sensitive: str = ""
    """The category (``hiv``, ``mental``, ``abortion``) when showing it needs a decision, else empty."""


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled line with one value or several."""

    no: str
    """Number of the field in the book; empty on papers."""
    label: str
    values: tuple[Value, ...]

    @property
    def text(self) -> str:
        return "; ".join(value.text for value in self.values)

    @property
    def sensitive(self) -> str:
        return next((value.sensitive for value in self.values if value.sensitive), "")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a group; a cell without a source is None."""

    cells: tuple[Value | None, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(cell.text if cell else "" for cell in self.cells)

    @property
    def sensitive(self) -> str:
        return next((cell.sensitive for cell in self.cells if cell and cell.sensitive), "")


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that repeat: cards, representatives, results, medicines, procedures."""

    key: str
    numbers: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the book, or one paper."""

    key: str
    number: str
    title: str
    lines: tuple[Line, ...]
    groups: tuple[Group, ...]

    def line(self, no: str) -> Line | None:
        return next((line for line in self.lines if line.no == no), None)

    def group(self, key: str) -> Group | None:
        return next((group for group in self.groups if group.key == key), None)


@dataclass(frozen=True, slots=True)
class Absence:
    """A section that the visit does not have, and why, so that a screen can say so instead of showing nothing."""

    section: str
    title: str
    reason: str
    """``no-summary-sent``, ``nothing-sent``, ``no-source`` (the standard has no field for it) or ``hidden``."""
    sentence_vi: str
