"""The report as an Excel workbook: a summary, then one sheet for each owner with its findings.

Written row by row, so that a month of a hospital needs no more memory than a day. Every text is a text: nothing in
it is ever calculated (B101).
"""

import os
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties

from sosuckhoe.healthbook.validation import OWNERS, Checked

from .findings import COLUMNS, findings_of
from .tally import Tally, words

SHEETS = {
    "reception": "Tiếp đón",
    "clinician": "Bác sĩ, điều dưỡng",
    "pharmacy": "Dược",
    "cashier": "Thu ngân",
    "laboratory": "Xét nghiệm, CĐHA",
    "records": "Hồ sơ bệnh án, KHTH",
    "it": "Công nghệ thông tin",
}
"""Names of sheets, which may have 31 characters."""
MOST_ROWS = 1_000_000
"""Of one sheet; Excel ends at 1,048,576."""
LONGEST = 32_000
"""Characters of one cell; Excel ends at 32,767."""

_CALCULATED = re.compile(r"^[\s\x00]*[=+\-@＝＋－＠\t\r]")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HEAD = Font(bold=True, color="FFFFFF")
_TEAL = PatternFill("solid", fgColor="0B6B74")
_WRAPPED = Alignment(vertical="top", wrap_text=True)


def plain(text: str) -> str:
    """A text that no spreadsheet calculates, here or after it was saved as CSV."""
    shown = _FORBIDDEN.sub(lambda found: f"\\x{ord(found[0]):02x}", text[:LONGEST])
    return f"'{shown}" if _CALCULATED.match(shown) or _CALCULATED.match(text) else shown


class Report:
    """A workbook being written. ``add`` results, then ``finish``; without ``finish`` no file is left."""

    def __init__(self, path: Path, day: date) -> None:
        self.path, self.day = path, day
        self.book = Workbook(write_only=True)
        self.summary = self._new_sheet("Tổng hợp")
        for letter, width in zip("ABCD", (24, 14, 14, 102), strict=True):
            self.summary.column_dimensions[letter].width = width
        self._rows: dict[str, int] = {}
        self._number: dict[str, int] = {}
        self._sheets = {owner: self._sheet(owner, 1) for owner in OWNERS}

    def add(self, results: Iterable[Checked]) -> None:
        """The findings of one file."""
        for result in results:
            for owner, finding in findings_of(result):
                if self._rows[owner] >= MOST_ROWS:
                    self._close(owner)
                    self._sheets[owner] = self._sheet(owner, self._number[owner] + 1)
                self._sheets[owner].append(
                    [self._cell(self._sheets[owner], value) for value in finding.cells]
                )
                self._rows[owner] += 1

    def finish(self, tally: Tally) -> None:
        """Write the summary and put the file in its place, whole."""
        for owner in self._sheets:
            self._close(owner)
        self._summarise(tally)
        unfinished = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.book.save(unfinished)
            os.replace(unfinished, self.path)
        finally:
            unfinished.unlink(missing_ok=True)

    def _new_sheet(self, title: str) -> Any:
        """A sheet that prints on A4, as wide as the paper."""
        sheet = self.book.create_sheet(title)
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToHeight = 0
        return sheet

    def _sheet(self, owner: str, number: int) -> Any:
        sheet = self._new_sheet(SHEETS[owner] + (f" {number}" if number > 1 else ""))
        sheet.freeze_panes = "A2"
        sheet.print_title_rows = "1:1"
        for place, width in enumerate(COLUMNS.values()):
            sheet.column_dimensions[chr(ord("A") + place)].width = width
        sheet.append(self._heads(sheet, list(COLUMNS)))
        self._rows[owner], self._number[owner] = 1, number
        return sheet

    def _close(self, owner: str) -> None:
        last = chr(ord("A") + len(COLUMNS) - 1)
        self._sheets[owner].auto_filter.ref = f"A1:{last}{self._rows[owner]}"

    def _summarise(self, tally: Tally) -> None:
        add = self._line
        add("Kết quả kiểm tra hồ sơ XML", bold=True)
        add(
            f"Ngày kiểm tra {self.day:%d/%m/%Y}. Sổ này có dữ liệu người bệnh: chỉ gửi cho người có trách nhiệm sửa."
        )
        add()
        for name, number in (
            ("Tệp", tally.files),
            ("Đợt khám", tally.visits),
            ("Có lỗi", tally.visits_with_errors),
            ("Không dùng được", tally.unusable),
            ("Lỗi", tally.errors.total()),
            ("Cảnh báo", tally.warnings.total()),
        ):
            add(name, number)
        add()
        self._head(["Bộ phận", "Lỗi", "Cảnh báo", ""])
        for owner, name in OWNERS.items():
            add(SHEETS[owner], tally.owners["error"][owner], tally.owners["warning"][owner], name)
        for severity, title in (("error", "Lỗi"), ("warning", "Cảnh báo")):
            add()
            self._head([f"{title} theo quy tắc", "Số lần", "Cộng dồn", "Điều gì"])
            for cause in tally.causes(severity):
                add(cause.rule, cause.count, cause.running, words(cause.rule))

    def _line(self, *values: Any, bold: bool = False) -> None:
        cells = [self._cell(self.summary, value, wrapped=False) for value in values]
        for cell, value in zip(cells, values, strict=True):
            if isinstance(value, float):
                cell.number_format = "0.0%"
            if bold:
                cell.font = Font(bold=True, size=14)
        self.summary.append(cells)

    def _head(self, values: list[str]) -> None:
        self.summary.append(self._heads(self.summary, values))

    @staticmethod
    def _heads(sheet: Any, values: Sequence[str]) -> list[Any]:
        cells = []
        for value in values:
            cell = WriteOnlyCell(sheet, value)
            cell.font, cell.fill = _HEAD, _TEAL
            cells.append(cell)
        return cells

    @staticmethod
    def _cell(sheet: Any, value: Any, *, wrapped: bool = True) -> Any:
        if not isinstance(value, str):
            return WriteOnlyCell(sheet, value)
        cell = WriteOnlyCell(sheet, plain(value))
        cell.data_type = "s"
        if wrapped:
            cell.alignment = _WRAPPED
        return cell
