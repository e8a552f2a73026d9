"""Official labels for places in a record: ``XML1.NGAY_RA`` is "Ngày ra viện" of table 1."""

from functools import lru_cache

from django.utils import timezone

from ....healthbook.standard import Edition, NoEdition, edition_on


def running_edition() -> Edition:
    return edition_on(timezone.localdate())


@lru_cache(maxsize=2048)
def _label(path: str, edition_id: str) -> str:
    table, _, field = path.partition(".")
    edition = running_edition()
    try:
        found = edition.table(table)
        return found.field(field).label_vi if field else found.title_vi
    except (KeyError, NoEdition):
        return ""


def label(path: str) -> str:
    """The Vietnamese label of a path; empty where the running standard has none."""
    return _label(path, running_edition().id) if path else ""


def place(path: str | None) -> str:
    """``Ngày ra viện (XML1.NGAY_RA)``: what people call it and what the paper calls it."""
    if not path:
        return ""
    found = label(path)
    return f"{found} ({path})" if found else path
