"""Catalogues (danh mục) a hospital brings: its own approved ones, and national lists we do not hold whole.

    Catalogues.of({"medicines": [{"MA_THUOC": "40.1", "TEN_THUOC": "…", "DON_GIA": "1250", "TU_NGAY": "20260101"}]})

A row is valid from ``TU_NGAY`` to ``DEN_NGAY``, both yyyymmdd and both optional; a change is a row closed and a row
opened, so a code may have several rows. Other columns are those of the forms of TT 12/2026/TT-BYT. A list that is not
given says nothing: what needs it stays silent.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

Day = Literal["discharge", "order", "act", "result"]
"""Which day of a visit chooses the rows of a list: NGAY_RA, NGAY_YL, the day of what was done, NGAY_KQ."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A list that may be brought."""

    code: str
    """The column that holds the code."""
    chosen_by: Day
    because: str
    """The text, or the reason where no text says so, why that day chooses."""


_APPROVED = (
    "Danh mục được duyệt, có hiệu lực vào ngày y lệnh (TT 12/2026/TT-BYT, cột TU_NGAY và DEN_NGAY; COD-013)"
)
_STATED = "Giá trị ghi khi kết thúc đợt khám, nên theo ngày ra viện như chuẩn dữ liệu"
LISTS: Mapping[str, Loaded] = {
    "medicines": Loaded("MA_THUOC", "order", _APPROVED),  # form 03/DM
    "services": Loaded("MA_DICH_VU", "order", _APPROVED),  # form 05/DM
    "supplies": Loaded("MA_VAT_TU", "order", _APPROVED),  # form 04/DM
    "devices": Loaded("MA_MAY", "order", _APPROVED),  # form 06/DM
    # Form 02/DM, with our own column DUOC_KE_DON (1: may prescribe).
    "staff": Loaded("MA_BAC_SI", "act", "Người hành nghề phải có trong danh mục vào ngày làm việc đó (mẫu 02/DM)"),
    "departments": Loaded("MA_KHOA", "discharge", "QĐ 1804/QĐ-BYT áp dụng cho đợt khám kết thúc từ 01/08/2026"),  # 01/DM
    "icd10": Loaded("MA_BENH", "discharge", "TT 06/2026/TT-BYT áp dụng theo ngày ra viện"),
    "facilities": Loaded("MA_CSKCB", "discharge", _STATED),  # the insurer's list
    "communes": Loaded("MAXA", "discharge", _STATED),  # administrative units, with MATINH
    "occupations": Loaded("MA_NGHE_NGHIEP", "discharge", _STATED),  # QĐ 34/2020/QĐ-TTg
    "nationalities": Loaded("MA_QUOCTICH", "discharge", _STATED),  # TT 07/2016/TT-BCA, phụ lục 2
    "traditional_diseases": Loaded("MA_BENH_YHCT", "discharge", _STATED),
    "long_term_diseases": Loaded("MA_BENH", "discharge", _STATED),
    "procedures": Loaded("MA_PTTT_QT", "discharge", _STATED),  # QĐ 4440/QĐ-BYT 2020
    "regimens": Loaded("MA_PHAC_DO", "discharge", _STATED),  # QĐ 5937/QĐ-BYT 2021, phụ lục 10
    "fuels": Loaded("MA_XANG_DAU", "order", "QĐ 3276/QĐ-BYT 2025, phụ lục 2: theo ngày y lệnh vận chuyển"),
    "national_services": Loaded("MA_DICH_VU", "order", "QĐ 2010/QĐ-BYT 2025: theo ngày y lệnh"),
    "traditional_services": Loaded("MA_DICH_VU", "order", "Cùng ngày với danh mục dịch vụ mà nó trích ra"),
    "shortest_times": Loaded("MA_DICH_VU", "act", "Quy trình kỹ thuật đang áp dụng vào ngày thực hiện"),
    "indicators": Loaded("MA_CHI_SO", "result", "QĐ 1227/QĐ-BYT 2025, trước đó QĐ 7603: theo ngày có kết quả"),
}  # fmt: skip
"""The lists there may be, each with the day that chooses its rows and why. Rules ask them with that day (tested)."""

KEYS = {name: found.code for name, found in LISTS.items()}
"""The lists and the column that holds the code."""
_MARKS = re.compile(r"[^A-Z0-9]")


@lru_cache(maxsize=4096)
def compact(code: str) -> str:
    """``E11.9†`` as ``E119``: files and lists write disease codes with and without dot and mark."""
    return _MARKS.sub("", code.upper())


_BESIDE_A_SERVICE = re.compile(r"_[A-Z]+$|\.K\..*$")


def base_of(service: str) -> str:
    """A service's code without ``_TB``, ``_GT``, ``_TT``, and without ``.K.`` and the facility it was sent to."""
    return _BESIDE_A_SERVICE.sub("", service)


COMPACT = frozenset({"icd10", "long_term_diseases"})
"""Lists whose codes are held, and asked, in their compact form."""


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
                code = compact(row[key]) if name in COMPACT else row[key]
                found[code] = (*found.get(code, ()), entry)
        return cls(lists)

    def rows(self, name: str, code: str, day: date) -> list[Entry] | None:
        """The rows of a code valid on a day; None where the list was not given."""
        found = self.lists.get(name)
        return None if found is None else [entry for entry in found.get(code, ()) if entry.valid_on(day)]

    def has(self, name: str) -> bool:
        """Whether a list was given."""
        return name in self.lists

    def know(self, name: str, code: str, day: date) -> bool:
        """Whether a code is valid on a day; True where the list was not given."""
        return self.rows(name, code, day) != []

    def unknown(self, name: str, codes: Iterable[str], day: date) -> list[str]:
        """The codes that are not valid on a day; none where the list was not given."""
        return [code for code in codes if not self.know(name, code, day)] if name in self.lists else []


def _day(text: str) -> date | None:
    if not text:
        return None
    if len(text) != 8 or not text.isdigit():
        raise ValueError(f"{text!r} is not yyyymmdd")
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
