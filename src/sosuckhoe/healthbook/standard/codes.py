"""Code lists (danh mục dùng chung), each code with the days it was valid and the annex it comes from."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from .mistakes import Line


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

    @property
    def certain(self) -> bool:
        """Whether nobody doubts the code; a decision need not say so."""
        return self.confidence not in ("medium", "low", "reconstructed")

    def valid_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


_REMARK = re.compile(r" *\([^)]*\)")
_NUMBER = re.compile(r"(?<![0-9])[0-9]+(?=/)")
"""The number of a decision, as in QĐ 1804/QĐ-BYT."""


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

    def cited_beside(self, place: str, day: date | None = None) -> str:
        """``place`` and the texts that the certain codes of a day come from, each once and without its remarks.

        Without a day: of all codes there ever were. A text whose number ``place`` has already is not said again.
        """
        codes = self.on(day).values() if day else self.rows
        texts = dict.fromkeys(_REMARK.sub("", row.source) for row in codes if row.certain)
        said = set(_NUMBER.findall(place))
        new = [text for text in texts if text not in place and said.isdisjoint(_NUMBER.findall(text))]
        return "; ".join([place, *new])

    def name_of(self, code: str, day: date) -> str | None:
        found = self.on(day).get(code)
        return found.name_vi if found else None


COLUMNS = ("code", "name_vi", "name_en", "since", "until", "source", "confidence")
CHOOSING_DAYS = ("discharge", "order", "arrival")


def codes_from(lines: Iterable[Line]) -> list[Code]:
    """The codes of one decision's file; what is wrong with a line is told there, and the line left out."""
    found: list[tuple[Line, Code]] = []
    for line in lines:
        code = _code(line)
        if code is None:
            continue
        other = next((at for at, one in found if one.code == code.code and _overlap(one, code)), None)
        if other is None:
            found.append((line, code))
        else:
            line.wrong(
                f"Mã {code.code} có hiệu lực chồng ngày với dòng {other.number}. Sửa since, until để hai khoảng ngày tách nhau."
            )
    return [code for _, code in found]


def merged(before: Iterable[Code], new: Iterable[Code], tell: Callable[[Code, str], None]) -> list[Code]:
    """The rows of a list after one more decision. A row told anew, with the same first day, takes the place of the
    earlier one: so a decision ends a code. Rows whose days overlap are told."""
    new = list(new)
    told_anew = {(code.code, code.since) for code in new}
    kept = [code for code in before if (code.code, code.since) not in told_anew]
    by_code: dict[str, list[Code]] = {}
    for code in kept:
        by_code.setdefault(code.code, []).append(code)
    for code in new:
        for other in by_code.get(code.code, ()):
            if _overlap(other, code):
                since = f"{other.since:%Y-%m-%d}" if other.since else "trống"
                tell(
                    code,
                    f"Mã {code.code} đã có hiệu lực trong khoảng này theo {other.source}. Muốn kết thúc mã cũ thì ghi lại "
                    f"dòng đó với since {since} và ngày cuối ở until.",
                )
                break
    return kept + new


def _overlap(one: Code, other: Code) -> bool:
    """Whether two rows of a code say different things of some day. Rows that differ in the list's own columns only may
    stand side by side, such as one for inpatients and one for outpatients."""
    if (one.since, one.until, one.name_vi) == (
        other.since,
        other.until,
        other.name_vi,
    ) and one.more != other.more:
        return False
    first, last = (
        max(one.since or date.min, other.since or date.min),
        min(one.until or date.max, other.until or date.max),
    )
    return first <= last


def _code(line: Line) -> Code | None:
    days: dict[str, date | None] = {}
    for column in ("since", "until"):
        try:
            days[column] = date.fromisoformat(line[column]) if line[column] else None
        except ValueError:
            line.wrong(
                f"Ngày “{line[column]}” ở cột {column} không có thật. Ghi năm-tháng-ngày, ví dụ 2027-03-01."
            )
            return None
    since, until = days["since"], days["until"]
    if not line["code"]:
        line.wrong("Dòng này chưa có mã. Điền cột code.")
    elif since and until and until < since:
        line.wrong(
            f"Mã {line['code']} hết hiệu lực ({until}) trước khi có hiệu lực ({since}). Sửa since hoặc until."
        )
    else:
        return Code(
            code=line["code"],
            name_vi=line["name_vi"],
            name_en=line["name_en"],
            since=since,
            until=until,
            source=line["source"],
            confidence=line["confidence"],
            more={name: text for name, text in line.cells.items() if name not in COLUMNS},
        )
    return None
