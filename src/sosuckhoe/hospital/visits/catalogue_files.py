"""Reading a list from Excel (.xlsx) or CSV: rows of text under official names, or one sentence why not.

A file is taken whole or not at all. Codes are text: what a spreadsheet turned into a number may have lost zeros
(``01`` became 1, ``88.70`` became 88.7), so such a column is refused with the row where it was seen.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from unicodedata import combining, normalize

from .catalogue_icd10 import icd10_row, starts_icd10
from .catalogue_kinds import FROM, TO, Kind

LARGEST = 64 * 1024 * 1024
UNPACKED = 1024 * 1024 * 1024
MOST_ROWS = 500_000
HEADER_WITHIN = 30
"""Rows looked at for the header: forms begin with a title and the facility's name."""
TOLD = 5
"""Wrong rows named in the sentence."""


class UnusableFile(ValueError):
    """The file cannot be used; the sentence says why and what to do. The list in use stays as it is."""


@dataclass(frozen=True)
class FileRows:
    """What a file says."""

    rows: tuple[Mapping[str, str], ...]
    left_out: tuple[str, ...]
    """Columns that are not kept."""


def read_rows(kind: Kind, data: bytes) -> FileRows:
    """The rows of a list. Raises UnusableFile."""
    if not data:
        raise UnusableFile("Tệp không có nội dung. Xuất hoặc tải lại tệp.")
    if len(data) > LARGEST:
        raise UnusableFile(
            f"Tệp lớn quá {LARGEST // 1024 // 1024} MB. Kiểm tra lại có đúng tệp danh mục không."
        )
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnusableFile(
            "Tệp Excel đời cũ (.xls). Mở bằng Excel, lưu thành .xlsx hoặc CSV UTF-8 rồi nhập lại."
        )
    lines = _from_excel(data) if data.startswith(b"PK") else _from_csv(data)
    return _mapped(kind, lines)


Line = tuple[int, Sequence[Any]]
"""The row's number in the file, and its cells."""


def _from_excel(data: bytes) -> list[Line]:
    from openpyxl import load_workbook

    broken = "Tệp Excel bị hỏng hoặc bị cắt ngang. Tải lại, hoặc mở bằng Excel rồi lưu lại."
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > UNPACKED:
                raise UnusableFile("Tệp Excel giải nén ra quá lớn. Kiểm tra lại có đúng tệp danh mục không.")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        found = [_some(sheet.iter_rows(values_only=True)) for sheet in sheets]
    except UnusableFile:
        raise
    except Exception as problem:  # openpyxl raises whatever its parts raise
        raise UnusableFile(broken) from problem
    filled = [lines for lines in found if lines]
    if len(filled) > 1:
        raise UnusableFile("Tệp Excel có nhiều trang tính có dữ liệu. Giữ lại một trang tính rồi nhập lại.")
    return filled[0] if filled else []


def _from_csv(data: bytes) -> list[Line]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise UnusableFile(
            "Tệp không phải Excel (.xlsx) hoặc CSV bảng mã UTF-8. Trong Excel chọn lưu thành “CSV UTF-8” rồi nhập lại."
        ) from problem
    if "\x00" in text:
        raise UnusableFile("Tệp không phải văn bản CSV. Chọn đúng tệp .xlsx hoặc CSV UTF-8.")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return _some(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as problem:
        raise UnusableFile("Tệp CSV bị cắt ngang hoặc sai dấu ngoặc kép. Xuất lại tệp.") from problem


def _some(lines: Iterable[Sequence[Any]]) -> list[Line]:
    """The rows that are not empty, with their numbers."""
    found: list[Line] = []
    for number, cells in enumerate(lines, 1):
        if any(cell not in (None, "") for cell in cells):
            if len(found) >= MOST_ROWS:
                raise UnusableFile(f"Tệp có hơn {MOST_ROWS:,} dòng. Kiểm tra lại có đúng tệp danh mục không.")
            found.append((number, cells))
    return found


def _mapped(kind: Kind, lines: list[Line]) -> FileRows:
    if kind.code == "MA_BENH" and (start := starts_icd10(lines)) is not None:
        return FileRows(tuple(_checked(kind, _icd10(lines[start:]))), ())
    for start, (_, cells) in enumerate(lines[:HEADER_WITHIN]):
        names = [_folded(cell) for cell in cells]
        official = [kind.also_called.get(name, name) for name in names]
        if all(name in official for name in kind.needed):
            twice = [name for name in kind.columns if official.count(name) > 1]
            if twice:
                raise UnusableFile(
                    f"Cột {twice[0]} có hai lần trong dòng tiêu đề. Giữ lại một cột rồi nhập lại."
                )
            rows = _under(kind, official, lines[start + 1 :])
            left_out = tuple(name for name in official if name and name not in kind.columns and name != "STT")
            return FileRows(tuple(_checked(kind, rows)), left_out)
    raise UnusableFile(
        f"Không thấy dòng tiêu đề có các cột {', '.join(kind.needed)}. Kiểm tra có đúng tệp “{kind.title}” không."
    )


def _folded(cell: Any) -> str:
    """A heading as an official name: ``Mã thuốc`` is MA_THUOC."""
    text = str(cell or "").strip().upper().replace("Đ", "D")
    text = "".join(letter for letter in normalize("NFD", text) if not combining(letter))
    return re.sub(r"[^A-Z0-9]+", "_", text).strip("_")


Numbered = tuple[int, dict[str, str]]


def _under(kind: Kind, official: list[str], lines: list[Line]) -> Iterator[Numbered]:
    wrong: list[str] = []
    for number, cells in lines:
        if len(cells) < len(official) or any(cell not in (None, "") for cell in cells[len(official) :]):
            wrong.append(f"dòng {number} có {len(cells)} cột, tiêu đề có {len(official)} cột")
            continue
        row = {}
        for name, cell in zip(official, cells, strict=False):
            if name in kind.columns and cell not in (None, ""):
                try:
                    row[name] = _text(kind, name, cell)
                except ValueError as problem:
                    wrong.append(f"dòng {number}, cột {name}: {problem}")
        if row:
            yield number, {name: text for name, text in row.items() if text}
    _refuse(wrong)


def _icd10(lines: list[Line]) -> Iterator[Numbered]:
    wrong: list[str] = []
    for number, cells in lines:
        try:
            row = icd10_row(cells)
        except ValueError as problem:
            wrong.append(f"dòng {number}: {problem}")
            continue
        if row:
            yield number, row
    _refuse(wrong)


def _refuse(wrong: list[str]) -> None:
    if wrong:
        more = f" và {len(wrong) - TOLD} chỗ khác" if len(wrong) > TOLD else ""
        raise UnusableFile(
            f"Tệp có chỗ không dùng được: {'; '.join(wrong[:TOLD])}{more}. Sửa rồi nhập lại cả tệp."
        )


def _text(kind: Kind, name: str, cell: Any) -> str:
    """A cell as text. Raises ValueError with the reason."""
    if name in (FROM, TO):
        return _day(cell)
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, (int, float)):
        if name in kind.text_columns:
            width = 5 if name == "MA_CSKCB" else kind.width if name == kind.code else None
            if isinstance(cell, int) and width and len(str(cell)) == width:
                return str(cell)
            raise ValueError(
                f"mã {cell} là ô dạng số nên có thể đã mất số 0; đặt cột thành dạng Văn bản và nhập lại mã"
            )
        number = Decimal(str(cell))
        return format(number.normalize() if number != number.to_integral() else number.to_integral(), "f")
    if isinstance(cell, (datetime, date)):
        raise ValueError("là ô dạng ngày; đặt cột thành dạng Văn bản")
    text = str(cell).strip()
    if name == kind.code and not text.isprintable():
        raise ValueError("mã có ký tự ẩn")
    return normalize("NFC", text)


def _day(cell: Any) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y%m%d}"
    text = str(cell).strip()
    forms = {r"\d{8}": "%Y%m%d", r"\d{12}": "%Y%m%d%H%M", r"\d{1,2}/\d{1,2}/\d{4}": "%d/%m/%Y", r"\d{4}-\d\d-\d\d": "%Y-%m-%d"}  # fmt: skip
    for pattern, form in forms.items():
        if re.fullmatch(pattern, text, re.ASCII):
            try:
                return f"{datetime.strptime(text, form):%Y%m%d}"  # noqa: DTZ007 - a day, no moment
            except ValueError:
                break
    raise ValueError(f"“{text[:20]}” không phải ngày; ghi như 20260901 hoặc 01/09/2026")


def _checked(kind: Kind, rows: Iterable[Numbered]) -> Iterator[dict[str, str]]:
    wrong: list[str] = []
    seen: set[tuple[tuple[str, str], ...]] = set()
    found = 0
    for number, row in rows:
        missing = [name for name in kind.needed if name not in row]
        if missing:
            wrong.append(f"dòng {number} thiếu {', '.join(missing)}")
            continue
        if FROM in row and TO in row and row[TO] < row[FROM]:
            wrong.append(f"dòng {number} có {TO} trước {FROM}")
        facts = tuple(sorted(row.items()))
        found += 1
        if facts not in seen:  # rows that differ only in columns not kept are one row
            seen.add(facts)
            yield row
    _refuse(wrong)
    if not found:
        raise UnusableFile("Tệp chỉ có dòng tiêu đề, không có mã nào. Xuất hoặc tải lại tệp.")
