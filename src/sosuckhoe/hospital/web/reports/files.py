"""The six-month report as a file: values only. A text that looks like a formula stays a text."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from ...delivery.reports.six_month import EXCLUSIONS, ROWS, TITLE, SixMonthReport

HEAD = (
    ("TT", "Loại hình khám bệnh, chữa bệnh", "Sử dụng thẻ BHYT", "", "Không sử dụng BHYT", ""),
    ("", "", "Số lượt", "Đã liên thông", "Số lượt", "Đã liên thông"),
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def _table(report: SixMonthReport) -> Iterator[tuple[Any, ...]]:
    for row, name in [*ROWS.items(), (0, "Cộng")]:
        pair = [report.cells[row, used] if row else report.total(used) for used in (True, False)]
        yield (
            row or "", name,
            pair[0].visits, pair[0].transmitted, pair[1].visits, pair[1].transmitted,
        )  # fmt: skip


def _before(report: SixMonthReport) -> Iterator[str]:
    yield TITLE
    yield f"{report.definition.facility.name} (mã {report.definition.facility.code})"
    yield f"Từ {report.period.first:%d/%m/%Y} đến {report.period.last:%d/%m/%Y}"


def _after(report: SixMonthReport) -> Iterator[str]:
    for name, number in report.excluded.items():
        if number:
            yield f"Không tính vào bảng: {EXCLUSIONS[name]}: {number}"
    for code, number in sorted(report.unmapped.items()):
        yield f"Chưa xếp dòng: mã loại hình {code or '(trống)'}: {number}"
    yield from report.definition.sentences()
    yield f"Lập lúc {timezone.localtime(report.made_at):%H:%M %d/%m/%Y}"


def plain(value: Any) -> Any:
    """A text that a spreadsheet would calculate gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def as_csv(report: SixMonthReport) -> bytes:
    """UTF-8 with a mark at the beginning, so that Excel shows Vietnamese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([[plain(line)] for line in _before(report)])
    writer.writerows(HEAD)
    writer.writerows([plain(value) for value in row] for row in _table(report))
    writer.writerows([[plain(line)] for line in _after(report)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(report: SixMonthReport) -> bytes:
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = "Báo cáo 6 tháng"
    for line in _before(report):
        sheet.append([line])
    sheet.append([])
    for row in (*HEAD, *_table(report)):
        sheet.append(row)
    _dress(sheet, first=len(list(_before(report))) + 2, rows=len(HEAD) + len(ROWS) + 1)
    sheet.append([])
    for line in _after(report):
        sheet.append([line])
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _dress(sheet: Worksheet, *, first: int, rows: int) -> None:
    """Borders, merged headings, widths: as the form is printed."""
    sheet["A1"].font = Font(bold=True, size=14)
    thin = Side(style="thin")
    for cells in sheet.iter_rows(min_row=first, max_row=first + rows - 1, max_col=6):
        for cell in cells:
            cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            heading = cell.row < first + len(HEAD)
            cell.font = Font(bold=heading or cell.row == first + rows - 1)
            if heading:
                cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for place in (
        f"A{first}:A{first + 1}",
        f"B{first}:B{first + 1}",
        f"C{first}:D{first}",
        f"E{first}:F{first}",
    ):
        sheet.merge_cells(place)
    for column, width in zip("ABCDEF", (6, 36, 14, 16, 14, 16), strict=True):
        sheet.column_dimensions[column].width = width


FORMS: Mapping[str, tuple[str, Callable[[SixMonthReport], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
}
