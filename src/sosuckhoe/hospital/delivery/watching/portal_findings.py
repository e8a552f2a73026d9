"""Findings of the portal that somebody read there: typed one by one or imported from a file, kept with their visit.

The portal has no interface that gives them to machines (gateway.md §7). A finding belongs to the version whose
receipt it names, else to the newest version that the portal has received.
"""

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from ..actions import note_portal_findings
from ..answers import as_text
from ..models import Submission

COLUMNS = ("ma_lk", "ma_giao_dich", "ma_loi", "duong_dan", "noi_dung")
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One line of what the portal said."""

    line: int
    visit_code: str
    transaction_number: str
    code: str
    path: str
    message: str


@dataclass(frozen=True)
class Noted:
    """What an import did: every row is in exactly one of the three."""

    new: int
    known: int
    refused: tuple[tuple[int, str], ...]


class FileUnreadable(ValueError):
    """Tệp lỗi từ cổng chưa đúng mẫu. Chưa ghi dòng nào."""


class NotReceived(ValueError):
    """Không thấy hồ sơ đã tiếp nhận nào có mã này."""


def read_findings(text: str) -> list[FindingRow]:
    """Rows of a CSV with the columns ma_lk, ma_giao_dich, ma_loi, duong_dan, noi_dung; the first two may be empty in
    turn. Comma or semicolon, as spreadsheets write them."""
    # Line ends of every kind; a quotation mark that is never closed would take all rows after it into its message.
    text = as_text(text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        return _rows(reader)
    except csv.Error:
        raise FileUnreadable(
            f"Không đọc được tệp ở quãng dòng {reader.line_num}: ô quá dài, hoặc có dấu ngoặc kép không đóng. Chưa ghi dòng nào."
        ) from None


def _rows(reader: "csv.DictReader[str]") -> list[FindingRow]:
    names = {(name or "").strip().lower() for name in reader.fieldnames or ()}
    if "ma_loi" not in names or not {"ma_lk", "ma_giao_dich"} & names:
        raise FileUnreadable(f"Dòng đầu của tệp cần là: {','.join(COLUMNS)}. Chưa ghi dòng nào.")
    rows = []
    for number, raw in enumerate(reader, start=2):
        row = {
            (name or "").strip().lower(): (value or "").strip()
            for name, value in raw.items()
            if name is not None and not isinstance(value, list)
        }
        if any(row.values()):
            rows.append(FindingRow(number, *(row.get(name, "") for name in COLUMNS)))
        if len(rows) > MOST_ROWS:
            raise FileUnreadable(f"Tệp dài hơn {MOST_ROWS} dòng. Chia nhỏ rồi nhập lại. Chưa ghi dòng nào.")
    if not rows:
        raise FileUnreadable("Tệp không có dòng lỗi nào.")
    return rows


def note_rows(*, by: Any, rows: list[FindingRow]) -> Noted:
    """Keep what is new. The same finding again while it is open is known already, so a file may come twice."""
    of: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    found: dict[int, Submission] = {}
    refused = []
    for row in rows:
        if not row.code:
            refused.append((row.line, "Thiếu mã lỗi."))
            continue
        submission = the_received(row.visit_code, row.transaction_number)
        if submission is None:
            refused.append((row.line, _why_not(row)))
            continue
        found[submission.pk] = submission
        of[submission.pk].append((row.code[:40], row.path[:80], row.message))
    new = known = 0
    for pk, findings in of.items():
        made = _keep_new(by, found[pk], findings)
        new, known = new + made, known + len(findings) - made
    return Noted(new, known, tuple(refused))


def _why_not(row: FindingRow) -> str:
    """Nothing fits, or the number and the code that the row names are of two different records here."""
    number = row.transaction_number
    if len(_facilities(_received(row.visit_code, number))) > 1:
        return "Hơn một cơ sở có mã này. Ghi cả mã đợt khám và mã giao dịch, hoặc ghi lỗi ở trang của hồ sơ."
    owner = the_received("", number) if row.visit_code and number else None
    if owner is None:
        return str(NotReceived.__doc__)
    if owner.visit_code == row.visit_code:
        return (
            f"Mã giao dịch {number} trong sổ là của báo vào khám, không phải của hồ sơ. Kiểm tra trên cổng."
        )
    return (
        f"Mã giao dịch {number} trong sổ là của MA_LK khác ({owner.visit_code}), không phải {row.visit_code}. "
        "Kiểm tra trên cổng mã này thuộc hồ sơ nào trước khi ghi lỗi."
    )


@transaction.atomic
def _keep_new(by: Any, submission: Submission, findings: list[tuple[str, str, str]]) -> int:
    submission = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    here = submission.portal_findings.filter(settled_at__isnull=True)
    open_ones = set(here.values_list("code", "path", "message"))
    fresh = [each for each in dict.fromkeys(findings) if each not in open_ones]
    if fresh:
        note_portal_findings(by=by, submission=submission, findings=fresh)
    return len(fresh)


def the_received(visit_code: str, transaction_number: str) -> Submission | None:
    """The version that the portal spoke of; none where two facilities have what is named."""
    rows = _received(visit_code, transaction_number)
    return None if len(_facilities(rows)) > 1 else rows.order_by("-version__number", "-pk").first()


def _received(visit_code: str, transaction_number: str) -> QuerySet[Submission]:
    named = {"receipts__transaction_number": transaction_number, "version__visit__visit_code": visit_code}
    named = {column: value for column, value in named.items() if value}
    rows: QuerySet[Submission] = Submission.objects.filter(receipts__isnull=False, **named)
    return rows if named else rows.none()


def _facilities(rows: QuerySet[Submission]) -> set[int]:
    return set(rows.values_list("version__visit__facility", flat=True))
