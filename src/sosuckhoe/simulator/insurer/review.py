"""The portal's later checks: small ones of its own, from the standard's tables, as TT 12/2026 Đ9 describes them.

Late filing within 6 hours, form of each field within 24, sums between summary and detail within 48. What is found
waits for its hour on the simulated clock, is seen on the portal's page only, and is gone after 60 days.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from sosuckhoe.healthbook.standard import Edition, Field, NoEdition, edition_on
from sosuckhoe.simulator.portal import reading
from sosuckhoe.simulator.portal.models import RECORD, Finding, Submission
from sosuckhoe.simulator.portal.options import Options, options
from sosuckhoe.simulator.portal.statements import change
from sosuckhoe.simulator.portal.turns import working

LATE, STRUCTURE, MISMATCH = "late", "structure", "mismatch"
TOLERANCE = Decimal(1)
"""One đồng, for roundings."""


@dataclass(frozen=True)
class Found:
    kind: str
    table: str
    row: int | None
    field: str
    value: str
    sentence: str


def review_due(now: datetime) -> int:
    """Review what has not been reviewed yet. Each submission is its own transaction."""
    waiting = Submission.objects.filter(kind=RECORD, reviewed_at=None).order_by("pk")
    rules, count = options(), 0
    for submission in waiting.iterator(chunk_size=50):
        with working, transaction.atomic():
            arrived = reading.read(reading.parse(bytes(submission.data)), RECORD)
            found = [_scheduled(submission, one, rules) for one in review(arrived, submission.received_at)]
            Finding.objects.bulk_create(found)
            change(
                Submission, submission.pk, "reviewed_at = %s", connection.ops.adapt_datetimefield_value(now)
            )
        count += 1
    return count


def _scheduled(submission: Submission, found: Found, rules: Options) -> Finding:
    hours = {
        LATE: rules.late_filing_hours,
        STRUCTURE: rules.structure_hours,
        MISMATCH: rules.mismatch_hours,
    }[found.kind]
    return Finding(
        submission=submission,
        kind=found.kind,
        table=found.table,
        row=found.row,
        field=found.field,
        value=found.value[:255],
        sentence=found.sentence,
        visible_from=submission.received_at + timedelta(hours=hours),
        visible_until=submission.received_at + timedelta(days=rules.memory_days),
    )


def review(arrived: reading.Arrived, received_at: datetime) -> list[Found]:
    """Everything the portal finds in a record."""
    name, ended = reading.ever("XML1", "discharged_at", arrived.first("XML1"))
    try:
        moment = datetime.strptime(ended, "%Y%m%d%H%M")  # noqa: DTZ007 - given its zone below
        edition = edition_on(moment.date())
    except (ValueError, NoEdition):
        return [Found(STRUCTURE, "XML1", 1, name, ended, "Không có chuẩn dữ liệu cho thời điểm ra viện này")]
    found = list(_fields(arrived, edition)) + list(_sums(arrived, edition))
    if received_at - timezone.make_aware(moment) > timedelta(days=options().late_after_days):
        found.append(Found(LATE, "XML1", 1, name, ended, "Hồ sơ gửi muộn so với thời điểm ra viện"))
    return found


def _fields(arrived: reading.Arrived, edition: Edition) -> Iterator[Found]:
    for name, rows in arrived.tables.items():
        if name not in edition.tables:
            yield Found(
                STRUCTURE, name, None, "", "", f"{name} không có trong chuẩn áp dụng cho ngày ra viện"
            )
            continue
        table = edition.tables[name]
        for number, row in enumerate(rows, start=1):
            for field in table.fields:
                value = row.get(field.official, "")
                sentence = _wrong(field, value)
                if sentence:
                    yield Found(STRUCTURE, name, number, field.official, value, sentence)
            for official in row.keys() - table.by_official.keys():
                yield Found(STRUCTURE, name, number, official, row[official], "Trường không có trong chuẩn")


def _wrong(field: Field, value: str) -> str:
    if not value:
        return "Thiếu trường bắt buộc" if field.need == "always" else ""
    # What is ASCII has one form and one length.
    length = len(value) if value.isascii() else len(unicodedata.normalize("NFC", value))
    if field.max_length and length > field.max_length:
        return f"Dài hơn {field.max_length} ký tự"
    kind = field.kind.removesuffix("_list")
    has_form = _FORMS.get(kind)
    if has_form is None:
        return ""
    parts = [value] if kind == field.kind else value.split(";")
    return "" if all(has_form(part) for part in parts if part) else f"Không đúng dạng {kind}"


def _is_day(text: str) -> bool:
    """``yyyyMMdd``; unknown day or month as zeros."""
    if not re.fullmatch(r"[0-9]{8}", text):
        return False
    try:
        date(int(text[:4]), int(text[4:6]) or 1, int(text[6:]) or 1)
    except ValueError:
        return False
    return True


def _is_moment(text: str) -> bool:
    return (
        len(text) == 12
        and _is_day(text[:8])
        and re.fullmatch(r"([01][0-9]|2[0-3])[0-5][0-9]", text[8:]) is not None
    )


_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_FORMS: dict[str, Callable[[str], object]] = {
    "integer": re.compile("[0-9]+").fullmatch,
    "decimal": _DECIMAL.fullmatch,
    "date8": _is_day,
    "datetime12": _is_moment,
    "date8_or_datetime12": lambda text: _is_day(text) or _is_moment(text),
}
"""Kinds that have a form; every text has that of the others."""


def _sum(rows: Iterable[reading.Row], field: str) -> Decimal:
    total = Decimal(0)
    for row in rows:
        text = row.get(field, "0")
        if _DECIMAL.fullmatch(text):  # anything else is reported as a fault of form
            total += Decimal(text)
    return total


def _as_first_named(row: reading.Row, edition: Edition, table: str) -> reading.Row:
    """A row with the names its renamed fields had before: sums are reckoned under those."""
    known = edition.tables[table].by_official if table in edition.tables else {}
    return {
        known[name].former[0] if name in known and known[name].former else name: text
        for name, text in row.items()
    }


def _sums(arrived: reading.Arrived, edition: Edition) -> Iterator[Found]:
    """Totals of table 1 against the lines of tables 2 and 3."""
    visit = _as_first_named(arrived.first("XML1"), edition, "XML1")
    medicines, services = (
        [_as_first_named(row, edition, name) for row in arrived.tables.get(name, [])]
        for name in ("XML2", "XML3")
    )
    if not medicines and not services:
        return
    supplies = [row for row in services if row.get("MA_VAT_TU") or row.get("MA_NHOM") in ("10", "11")]
    for total, rows, field, where in (
        ("T_THUOC", medicines, "THANH_TIEN_BV", "XML2"),
        ("T_VTYT", supplies, "THANH_TIEN_BV", "vật tư của XML3"),
        ("T_TONGCHI_BV", [*medicines, *services], "THANH_TIEN_BV", "XML2 và XML3"),
        ("T_TONGCHI_BH", [*medicines, *services], "THANH_TIEN_BH", "XML2 và XML3"),
    ):
        stated, reckoned = _sum([visit], total), _sum(rows, field)
        if abs(stated - reckoned) > TOLERANCE:
            yield Found(
                MISMATCH, "XML1", 1, total, visit.get(total, ""), f"Tổng {field} của {where} là {reckoned}"
            )
