"""Catalogues (danh mục) a hospital brings: its own approved ones, and national lists we do not hold whole.

    Catalogues.of({"medicines": [{"MA_THUOC": "40.1", "TEN_THUOC": "…", "DON_GIA": "1250", "TU_NGAY": "20260101"}]})

A row is valid from ``TU_NGAY`` to ``DEN_NGAY``, both yyyymmdd and both optional; a change is a row closed and a row
opened, so a code may have several rows. Other columns are those of the forms of TT 12/2026/TT-BYT. A list that is not
given says nothing: what needs it stays silent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

KEYS = {
    "medicines": "MA_THUOC",  # form 03/DM; the day of the order chooses, as in COD-013
    "services": "MA_DICH_VU",  # form 05/DM; the day of the order
    "supplies": "MA_VAT_TU",  # form 04/DM; the day of the order
    "devices": "MA_MAY",  # form 06/DM; the day of the order
    "staff": "MA_BAC_SI",  # form 02/DM, with our own column DUOC_KE_DON (1: may prescribe); the day of the act
    "facilities": "MA_CSKCB",  # the insurer's list; the day of discharge
    "communes": "MAXA",  # administrative units, with MATINH; the day of discharge
    "occupations": "MA_NGHE_NGHIEP",  # QĐ 34/2020/QĐ-TTg; the day of discharge
    "nationalities": "MA_QUOCTICH",  # TT 07/2016/TT-BCA, phụ lục 2; the day of discharge
    "traditional_diseases": "MA_BENH_YHCT",  # the day of discharge
    "procedures": "MA_PTTT_QT",  # QĐ 4440/QĐ-BYT 2020; the day of discharge
    "fuels": "MA_XANG_DAU",  # QĐ 3276/QĐ-BYT 2025, phụ lục 2; the day of the order
    "national_services": "MA_DICH_VU",  # QĐ 2010/QĐ-BYT 2025, phụ lục 1 to 4; the day of the order
    "indicators": "MA_CHI_SO",  # QĐ 1227/QĐ-BYT 2025, else QĐ 7603, phụ lục 11; the day of the result
    "regimens": "MA_PHAC_DO",  # QĐ 5937/QĐ-BYT 2021, phụ lục 10; the day of discharge
}
"""The lists there may be and the column that holds the code; beside each, which day of a visit chooses its rows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One dated row."""

    values: Mapping[str, str]
    since: date | None
    until: date | None
    """The last day, or None while valid."""

    def valid_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Catalogues:
    """Lists by name, each by code."""

    lists: Mapping[str, Mapping[str, tuple[Entry, ...]]] = field(default_factory=dict)

    @classmethod
    def of(cls, tables: Mapping[str, Iterable[Mapping[str, str]]]) -> "Catalogues":
        """Catalogues from rows of text. Raises KeyError for a list or a code column unknown, ValueError for a date."""
        lists: dict[str, dict[str, tuple[Entry, ...]]] = {}
        for name, rows in tables.items():
            key, found = KEYS[name], lists.setdefault(name, {})
            for row in rows:
                entry = Entry(dict(row), _day(row.get("TU_NGAY", "")), _day(row.get("DEN_NGAY", "")))
                found[row[key]] = (*found.get(row[key], ()), entry)
        return cls(lists)

    def rows(self, name: str, code: str, day: date) -> list[Entry] | None:
        """The rows of a code valid on a day; None where the list was not given."""
        found = self.lists.get(name)
        return None if found is None else [entry for entry in found.get(code, ()) if entry.valid_on(day)]

    def know(self, name: str, code: str, day: date) -> bool:
        """Whether a code is valid on a day; True where the list was not given."""
        return self.rows(name, code, day) != []

    def know_all(self, name: str, codes: Iterable[str], day: date) -> bool:
        """Whether every code is valid on a day; True where the list was not given."""
        return name not in self.lists or all(self.know(name, code, day) for code in codes)


def _day(text: str) -> date | None:
    if not text:
        return None
    if len(text) != 8 or not text.isdigit():
        raise ValueError(f"{text!r} is not yyyymmdd")
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
