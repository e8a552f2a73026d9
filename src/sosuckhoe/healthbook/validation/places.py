"""Where a fault stands, as people say it: the table and the field by their official labels, official names beside them."""

from functools import lru_cache

from ..standard import Edition, decisions, edition_on

ENVELOPES = frozenset({"FILE", "GIAMDINHHS", "CHI_TIEU_TRANG_THAI_KCB"})
"""The file as a whole, and the roots of files."""
WHOLE = "Cả tệp"


@lru_cache(maxsize=4096)
def said_place(path: str, edition: str | None = None) -> tuple[str, str]:
    """Table and field; a part of the envelope as it is written there. ``edition``: its id, else the newest in force."""
    table_name, _, field_name = path.partition(".")
    if table_name in ENVELOPES:
        return WHOLE, field_name
    table = _edition(edition).tables.get(table_name)
    if table is None:
        return table_name, field_name
    field = table.by_official.get(field_name)
    label = f"{field.label_vi} ({field_name})" if field else field_name
    return f"{table_name} {table.title_vi}", label


@lru_cache(maxsize=16)
def _edition(id: str | None) -> Edition:
    known = [decision for decision in decisions() if decision.changes_tables]
    chosen = next((decision for decision in known if decision.id == id), known[-1])
    return edition_on(chosen.in_force, expected=True)
