"""The portal's later checks: small ones of its own, from the standard's tables, as TT 12/2026 Đ9 describes them.

Late filing within 6 hours, form of each field within 24, sums between summary and detail within 48. What is found
waits for its hour on the simulated clock, is seen on the portal's page only, and is gone after 60 days.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from unicodedata import normalize

from django.db import transaction
from django.utils import timezone

from sosuckhoe.healthbook.standard import NoEdition, edition_on
from sosuckhoe.healthbook.standard.editions import of_decisions
from sosuckhoe.simulator.portal import reading
from sosuckhoe.simulator.portal.models import LATE, MISMATCH, RECORD, STRUCTURE, Finding, Submission
from sosuckhoe.simulator.portal.options import Options, options
from sosuckhoe.simulator.portal.turns import working

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


AT_ONCE = 8
"""Reviewed in one transaction and one turn: whoever calls meanwhile waits for so many at most."""
PATIENCE = timedelta(minutes=10)
"""What may wait waits so long, by the real clock."""


def review_due(now: datetime, *, may_wait: Callable[[], bool] = lambda: False) -> int:
    """Review what has not been reviewed yet. What nobody could see by now stays while ``may_wait`` says so."""
    waiting = Submission.objects.filter(kind=RECORD, reviewed_at=None).order_by("received_at", "pk")
    rules, count = options(), 0
    soonest = timedelta(hours=min(rules.late_filing_hours, rules.structure_hours, rules.mismatch_hours))
    while some := list(waiting[:AT_ONCE]):
        unseen, fresh = some[0].received_at + soonest > now, some[0].received_on + PATIENCE > timezone.now()
        if unseen and fresh and may_wait():
            break
        with working, transaction.atomic():
            for one in some:
                arrived = reading.read(reading.parse(bytes(one.data)), RECORD)
                Finding.objects.bulk_create(
                    _scheduled(one, found, rules) for found in review(arrived, one.received_at)
                )
            Submission.objects.filter(pk__in=[one.pk for one in some]).update(reviewed_at=now)
        count += len(some)
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
        moment = datetime(*(int(ended[start:end]) for start, end in _PARTS))  # type: ignore[arg-type]  # noqa: DTZ001
        if not _is_moment(ended):
            raise ValueError(ended)
        day = moment.date()
        edition_on(day)
    except (ValueError, NoEdition):
        return [Found(STRUCTURE, "XML1", 1, name, ended, "Không có chuẩn dữ liệu cho thời điểm ra viện này")]
    found = [one for table, rows in arrived.tables.items() for one in _fields(table, rows, day)]
    found += _sums(arrived, day)
    if received_at - timezone.make_aware(moment) > timedelta(days=options().late_after_days):
        found.append(Found(LATE, "XML1", 1, name, ended, "Hồ sơ gửi muộn so với thời điểm ra viện"))
    return found


_PARTS = ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12))
Form = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Asks:
    """What a table asks of its rows."""

    always: frozenset[str]
    fields: Mapping[str, tuple[int | None, Form | None, str]]
    """By official name: how long at most, the form and what that is called."""
    first_named: Mapping[str, str]
    """Names as they are today by those that renamed fields had first: sums are reckoned under those."""


@of_decisions
@lru_cache(maxsize=4096)
def _asks(name: str, day: date) -> Asks | None:
    """What the edition of that day asks; None where it has no such table."""
    table = edition_on(day).tables.get(name)
    if table is None:
        return None
    return Asks(
        frozenset(field.official for field in table.fields if field.need == "always"),
        {field.official: (field.max_length, _form(field.kind), field.kind) for field in table.fields},
        {field.former[0]: field.official for field in table.fields if field.former},
    )


def _form(kind: str) -> Form | None:
    single = _FORMS.get(kind.removesuffix("_list"))
    if single is None or kind in _FORMS:
        return single
    return lambda text: all(single(part) for part in text.split(";") if part)


def _fields(table: str, rows: list[reading.Row], day: date) -> Iterator[Found]:
    asks = _asks(table, day)
    if asks is None:
        yield Found(STRUCTURE, table, None, "", "", f"{table} không có trong chuẩn áp dụng cho ngày ra viện")
        return
    fields, always = asks.fields, asks.always
    for number, row in enumerate(rows, start=1):
        for official, value in row.items():
            if official not in fields:
                yield Found(STRUCTURE, table, number, official, value, "Trường không có trong chuẩn")
                continue
            longest, has_form, kind = fields[official]
            # What is ASCII has one form and one length.
            if longest and longest < (len(value) if value.isascii() else len(normalize("NFC", value))):
                yield Found(STRUCTURE, table, number, official, value, f"Dài hơn {longest} ký tự")
            elif has_form is not None and not has_form(value):
                of = kind.removesuffix("_list")
                yield Found(STRUCTURE, table, number, official, value, f"Không đúng dạng {of}")
        if not always <= row.keys():
            for official in sorted(always - row.keys()):
                yield Found(STRUCTURE, table, number, official, "", "Thiếu trường bắt buộc")


@lru_cache(maxsize=4096)
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
    return len(text) == 12 and _is_day(text[:8]) and _CLOCK.fullmatch(text, 8) is not None


_CLOCK = re.compile("([01][0-9]|2[0-3])[0-5][0-9]")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_FORMS: Mapping[str, Form] = {
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


def _sums(arrived: reading.Arrived, day: date) -> Iterator[Found]:
    """Totals of table 1 against the lines of tables 2 and 3."""
    medicines, services = arrived.tables.get("XML2", []), arrived.tables.get("XML3", [])
    if not medicines and not services:
        return

    def called(table: str, first: str) -> str:
        asks = _asks(table, day)
        return asks.first_named.get(first, first) if asks else first

    supply, group = called("XML3", "MA_VAT_TU"), called("XML3", "MA_NHOM")
    supplies = [row for row in services if row.get(supply) or row.get(group) in ("10", "11")]
    everything = (("XML2", medicines), ("XML3", services))
    for first, parts, field, where in (
        ("T_THUOC", everything[:1], "THANH_TIEN_BV", "XML2"),
        ("T_VTYT", (("XML3", supplies),), "THANH_TIEN_BV", "vật tư của XML3"),
        ("T_TONGCHI_BV", everything, "THANH_TIEN_BV", "XML2 và XML3"),
        ("T_TONGCHI_BH", everything, "THANH_TIEN_BH", "XML2 và XML3"),
    ):
        total, visit = called("XML1", first), arrived.first("XML1")
        reckoned = sum((_sum(rows, called(table, field)) for table, rows in parts), Decimal(0))
        if abs(_sum([visit], total) - reckoned) > TOLERANCE:
            yield Found(
                MISMATCH, "XML1", 1, first, visit.get(total, ""), f"Tổng {field} của {where} là {reckoned}"
            )
