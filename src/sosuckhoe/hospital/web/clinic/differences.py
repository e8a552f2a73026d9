"""What changed between two versions of a record, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass

from ....healthbook.record import Record
from ....healthbook.standard import Edition
from .layout import NARROW_BY_LAW


@dataclass(frozen=True, slots=True)
class Change:
    table: str
    """The official title of the table."""
    path: str
    row: int | None
    label: str
    before: str
    after: str


def changes(before: Record, after: Record, edition: Edition) -> Iterator[Change]:
    """Every field whose text differs, in the standard's order. Rows are compared by their place."""
    for table in edition.tables.values():
        if table.english in NARROW_BY_LAW:
            continue
        old, new = before.rows(table.english), after.rows(table.english)
        for place in range(max(len(old), len(new))):
            was = old[place] if place < len(old) else {}
            now = new[place] if place < len(new) else {}
            if was == now:
                continue
            for field in table.fields:
                one, two = was.get(field.english, ""), now.get(field.english, "")
                if one != two:
                    yield Change(
                        table.title_vi,
                        f"{table.official}.{field.official}",
                        place + 1 if table.repeats else None,
                        field.label_vi,
                        one,
                        two,
                    )
