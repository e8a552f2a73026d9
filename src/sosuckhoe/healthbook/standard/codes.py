"""Code lists (danh mục dùng chung), each code with the days it was valid and the annex it comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list. Codes are text: ``01`` is not one, ``1.10`` is not ``1.1``."""

    code: str
    name_vi: str
    name_en: str
    since: date | None
    until: date | None
    """The last day of validity, or None while valid."""
    source: str
    confidence: str
    more: Mapping[str, str]
    """The list's own further columns, such as ``six_month_row_default``."""

    def valid_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class CodeList:
    """A list of codes through time. The same code may stand several times with different days."""

    def __init__(self, name: str, rows: Iterable[Code], *, closed: bool, chosen_by: str) -> None:
        self.name = name
        self.rows = tuple(rows)
        self.closed = closed
        """Whether we hold the whole list: only then is a code that is missing here a fault."""
        self.chosen_by = chosen_by
        """Which day of a visit chooses the codes: discharge, order or arrival (see ``choosing``)."""
        self.on = lru_cache(maxsize=64)(self._on)

    def _on(self, day: date) -> Mapping[str, Code]:
        """The codes valid on a day; empty where no list is known for that day."""
        return {row.code: row for row in self.rows if row.valid_on(day)}

    def name_of(self, code: str, day: date) -> str | None:
        found = self.on(day).get(code)
        return found.name_vi if found else None


def codes_from(rows: Iterable[Mapping[str, str]]) -> list[Code]:
    known = ("code", "name_vi", "name_en", "since", "until", "source", "confidence")
    return [
        Code(
            code=row["code"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            since=date.fromisoformat(row["since"]) if row["since"] else None,
            until=date.fromisoformat(row["until"]) if row["until"] else None,
            source=row["source"],
            confidence=row["confidence"],
            more={name: value for name, value in row.items() if name not in known},
        )
        for row in rows
    ]
