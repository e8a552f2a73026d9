"""The editions' tables arranged for reading: from a root element to its table, from a tag to its field."""

from functools import lru_cache

from ..standard import Edition, NoEdition, Table, decisions, edition_on
from ..standard.editions import of_decisions, when_read_anew


class Shape:
    """One table of one edition, arranged for reading: compiled once, used for every row."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.official = table.official
        self.english = table.english
        self.names = [field.official for field in table.fields]
        self.keys = [field.english for field in table.fields]
        self.width = len(self.names)
        self.places = {field.official: index for index, field in enumerate(table.fields)}
        self.tags = table.wrapper


class Shapes:
    """All tables of an edition, and the way from a root element to its table."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.by_official = {name: Shape(table) for name, table in edition.tables.items()}
        for other in _nearest_first(edition):
            for name, table in other.tables.items():
                self.by_official.setdefault(name, Shape(table))
        self.by_root = {shape.tags[0]: shape for shape in self.by_official.values()}
        # Seen in files of the former format: the list element, or the row itself, stands as the root.
        for shape in list(self.by_root.values()):
            for tag in shape.tags[1:]:
                self.by_root.setdefault(tag, shape)


def _nearest_first(edition: Edition) -> list[Edition]:
    """Where a table that an edition has not is read from: the first edition that will have it, else the last that had."""
    since = edition.decisions[-1].in_force
    later = [one for one in reversed(editions_known()) if one.decisions[-1].in_force > since]
    return later + [one for one in editions_known() if one.decisions[-1].in_force <= since]


_SHAPES: dict[int, Shapes] = {}


def shapes_of(edition: Edition) -> Shapes:
    found = _SHAPES.get(id(edition))
    if found is None or found.edition is not edition:
        if len(_SHAPES) > 64:
            _SHAPES.clear()
        found = _SHAPES[id(edition)] = Shapes(edition)
    return found


when_read_anew(_SHAPES.clear)


@of_decisions
@lru_cache(maxsize=1)
def editions_known() -> tuple[Edition, ...]:
    """One edition for each decision that changed tables, newest first."""
    found: dict[str, Edition] = {}
    for decision in reversed(decisions()):
        try:
            edition = edition_on(decision.in_force)
        except NoEdition:
            continue
        found.setdefault(edition.id, edition)
    return tuple(found.values())


@of_decisions
@lru_cache(maxsize=8)
def names_ever(table: str, english: str) -> tuple[str, ...]:
    """The official names a field of a table (official name) has or had, newest first."""
    found = [edition.tables[table] for edition in editions_known() if table in edition.tables]
    fields = [one.by_english[english] for one in found if english in one.by_english]
    return tuple(dict.fromkeys(field.official for field in fields))


@of_decisions
@lru_cache(maxsize=4096)
def decisions_with(table: str, field: str) -> str:
    """The decisions in whose edition the table has the field, oldest first, for a sentence."""
    return ", ".join(
        [decision.number for decision in edition.decisions if decision.changes_tables][-1]
        for edition in reversed(editions_known())
        if table in edition.tables and field in edition.tables[table].by_official
    )
