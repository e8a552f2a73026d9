"""The six-month report: "Báo cáo tình hình triển khai Sổ sức khỏe điện tử VNeID" (reports.md §1).

A pure function of stored visits and receipts, a period, and a definition that is printed with it. Every number is the
length of a list that ``visits_of`` gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ....healthbook.standard import Code, NoEdition, edition_on
from ...patients.models import Identifier, Kind
from ...staff.models import Facility
from ...visits.choices import chosen
from ...visits.models import RecordVersion, Visit
from ..models import Attempt, Receipt

TITLE = "Báo cáo tình hình triển khai Sổ sức khỏe điện tử VNeID"
ROWS: Mapping[int, str] = {
    1: "Khám bệnh ngoại trú",
    2: "Điều trị ngoại trú",
    3: "Lĩnh thuốc theo hẹn",
    4: "Điều trị nội trú",
    5: "Điều trị ban ngày",
    6: "Khám chữa bệnh từ xa",
}
LEFT_OUT = 0
"""In the hospital's own placing of codes (choice ``six_month_rows``): not in the table."""

EXCLUSIONS: Mapping[str, str] = {
    "cancelled": "Đợt khám đã hủy",
    "test": "Đợt khám thử",
    "withdrawn": "Thu hồi đề nghị thanh toán (mã đối tượng 8)",
    "unidentified": "Người bệnh chưa có giấy tờ nhận dạng",
    "checkup": "Khám sức khỏe, khám sàng lọc (gửi theo kênh riêng)",
    "left-out": "Loại hình cơ sở quyết định không xếp vào bảng",
}
WITHDRAWN_CATEGORY = "8"
MEANINGS: Mapping[str, str] = {
    "received": "cổng trả mã 200 kèm mã giao dịch cho đợt khám",
    "sent": "hồ sơ đã được gửi đi",
}
DAYS: Mapping[str, str] = {
    "closing": "lúc kết thúc đợt khám trên phần mềm",
    "discharge": "thời điểm kết thúc đợt NGAY_RA",
}


@dataclass(frozen=True)
class Period:
    """From the first moment to before the last, in the hospital's zone."""

    first: date
    last: date

    @classmethod
    def half_year(cls, year: int, half: int) -> "Period":
        """1 January to 30 June, or 1 July to 31 December."""
        if half not in (1, 2):
            raise ValueError("a year has two halves")
        return (
            cls(date(year, 1, 1), date(year, 6, 30))
            if half == 1
            else cls(date(year, 7, 1), date(year, 12, 31))
        )

    @property
    def start(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def end(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))


@dataclass(frozen=True)
class Definition:
    """What the words mean in this report: printed on it."""

    facility: Facility
    transmitted_means: str
    counting_day: str
    rows: Mapping[str, int]
    """The hospital's own placing of type codes."""

    @property
    def column(self) -> str:
        return "closed_at" if self.counting_day == "closing" else "discharged_at"

    def sentences(self) -> list[str]:
        lines = [
            f"Lượt tính theo {DAYS[self.counting_day]}.",
            f"Đã liên thông: {MEANINGS[self.transmitted_means]}, tính đến lúc lập báo cáo.",
            "Sử dụng thẻ BHYT: có mã thẻ và mã đối tượng khác 9.",
        ]
        lines += [
            f"Mã loại hình {code}: {ROWS[row] if row else 'không xếp vào bảng'} (quy định của cơ sở)."
            for code, row in sorted(self.rows.items())
        ]
        return lines


@dataclass(frozen=True, slots=True)
class Cell:
    """Số lượt and Đã liên thông."""

    visits: int = 0
    transmitted: int = 0

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(self.visits + other.visits, self.transmitted + other.transmitted)


@dataclass(frozen=True)
class SixMonthReport:
    """The table and what stands beside it."""

    period: Period
    definition: Definition
    made_at: datetime
    cells: Mapping[tuple[int, bool], Cell]
    """By row and whether insurance was used."""
    excluded: Mapping[str, int]
    unmapped: Mapping[str, int]
    """Visits by type code that has no row: the report is not complete until they are placed."""
    all_closed: int
    only_older_received: int
    """Counted as transmitted although the newest version is not (a warning)."""

    def total(self, insured: bool) -> Cell:
        return sum((self.cells[row, insured] for row in ROWS), Cell())

    @property
    def is_complete(self) -> bool:
        return not self.unmapped

    @property
    def adds_up(self) -> bool:
        counted = self.total(True).visits + self.total(False).visits
        return counted + sum(self.excluded.values()) + sum(self.unmapped.values()) == self.all_closed


def definition_for(facility: Facility, day: date) -> Definition:
    return Definition(
        facility=facility,
        transmitted_means=chosen("transmitted_means", facility=facility, day=day),
        counting_day=chosen("counting_day", facility=facility, day=day),
        rows={
            str(code): int(row) for code, row in chosen("six_month_rows", facility=facility, day=day).items()
        },
    )


def six_month_report(*, facility: Facility, period: Period, at: datetime) -> SixMonthReport:
    """Count. The same visits and receipts give the same report."""
    definition = definition_for(facility, timezone.localdate(at))
    cells = {(row, insured): Cell() for row in ROWS for insured in (True, False)}
    excluded = dict.fromkeys(EXCLUSIONS, 0)
    unmapped: dict[str, int] = {}
    for segment in _segments(period):
        counted = _visits(definition, segment)
        for reason, rows in _excluding(counted).items():
            excluded[reason] += rows.count()
        groups = (
            _countable(counted)
            .values("type_code", "insured", "is_transmitted")
            .annotate(number=Count("pk"))
            .order_by("type_code")
        )
        for group in groups:
            place = place_of(group["type_code"], segment.first, definition)
            number = group["number"]
            if isinstance(place, str):
                excluded[place] += number
            elif place is None:
                unmapped[group["type_code"]] = unmapped.get(group["type_code"], 0) + number
            else:
                key = place, group["insured"]
                cells[key] += Cell(number, number if group["is_transmitted"] else 0)
    return SixMonthReport(
        period=period,
        definition=definition,
        made_at=at,
        cells=cells,
        excluded=excluded,
        unmapped=unmapped,
        all_closed=_visits(definition, period).count(),
        only_older_received=_only_older(_countable(_visits(definition, period))).count(),
    )


def visits_of(
    *,
    period: Period,
    definition: Definition,
    row: int | None = None,
    insured: bool | None = None,
    transmitted: bool | None = None,
    excluded: str = "",
    unmapped: bool = False,
) -> QuerySet[Visit]:
    """The list behind a number: a cell, a total (``row=None``), an exclusion, or what has no row."""
    everything = _visits(definition, period)
    if excluded in ("cancelled", "test", "withdrawn", "unidentified"):
        return _excluding(everything)[excluded].order_by(definition.column, "pk")
    wanted = Q(pk__in=[])
    for segment in _segments(period):
        codes = set(_visits(definition, segment).order_by().values_list("type_code", flat=True).distinct())
        chosen_codes = [
            code
            for code in codes
            if _is_wanted(place_of(code, segment.first, definition), row, excluded, unmapped)
        ]
        wanted |= Q(type_code__in=chosen_codes) & _within(definition, segment)
    found = _countable(everything).filter(wanted)
    if insured is not None:
        found = found.filter(insured=insured)
    if transmitted is not None:
        found = found.filter(is_transmitted=transmitted)
    return found.order_by(definition.column, "pk")


def _is_wanted(place: int | str | None, row: int | None, excluded: str, unmapped: bool) -> bool:
    if unmapped:
        return place is None
    if excluded:
        return place == excluded
    return isinstance(place, int) and row in (None, place)


def place_of(type_code: str, day: date, definition: Definition) -> int | str | None:
    """The row of a type code on a day; the reason it is left out; or None when nobody has placed it."""
    own = definition.rows.get(type_code)
    if own is not None:
        return own if own != LEFT_OUT else "left-out"
    code = _visit_types(day).get(type_code)
    if code is None:
        return None
    if code.more.get("six_month_row_default"):
        return int(code.more["six_month_row_default"])
    return "checkup" if code.more.get("group") == "checkup" else None


def _visit_types(day: date) -> Mapping[str, Code]:
    try:
        return edition_on(day).codes["visit_types"].on(day)
    except NoEdition:
        return {}


def _segments(period: Period) -> list[Period]:
    """The period, cut where the list of visit types changes: each visit is placed by the list of its day."""
    rows = edition_on(max(period.last, date(2026, 8, 1))).codes["visit_types"].rows
    edges = {row.since for row in rows if row.since} | {
        row.until + timedelta(days=1) for row in rows if row.until
    }
    starts = sorted({period.first, *(edge for edge in edges if period.first < edge <= period.last)})
    ends = [*(start - timedelta(days=1) for start in starts[1:]), period.last]
    return [Period(start, end) for start, end in zip(starts, ends, strict=True)]


def _within(definition: Definition, period: Period) -> Q:
    return Q(**{f"{definition.column}__gte": period.start, f"{definition.column}__lt": period.end})


def _visits(definition: Definition, period: Period) -> QuerySet[Visit]:
    visits = Visit.objects.filter(_within(definition, period), facility=definition.facility)
    proofs: Any
    if definition.transmitted_means == "received":
        proofs = Receipt.objects.filter(submission__version__visit=OuterRef("pk"), practice=None)
    else:
        proofs = Attempt.objects.filter(
            submission__version__visit=OuterRef("pk"), bytes_from__isnull=False, receipt__practice=None
        )
    identity = Identifier.objects.filter(patient=OuterRef("patient"), until__isnull=True).exclude(
        kind__in=[Kind.PATIENT_CODE, Kind.CONTESTED_PERSONAL_ID, Kind.OTHER]
    )
    return visits.annotate(is_transmitted=Exists(proofs), has_identity=Exists(identity))


def _excluding(visits: QuerySet[Visit]) -> dict[str, QuerySet[Visit]]:
    """Each excluded visit once, under the first reason that fits."""
    rest, reasons = visits, {}
    for name, condition in (
        ("cancelled", Q(cancelled=True)),
        ("test", Q(test=True)),
        ("withdrawn", Q(category_code=WITHDRAWN_CATEGORY)),
        ("unidentified", Q(has_identity=False)),
    ):
        reasons[name] = rest.filter(condition)
        rest = rest.exclude(condition)
    return reasons


def _countable(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    return visits.filter(cancelled=False, test=False, has_identity=True).exclude(
        category_code=WITHDRAWN_CATEGORY
    )


def _only_older(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits whose newest version has no receipt while an older one has (reports.md §1.1)."""
    newer = RecordVersion.objects.filter(visit=OuterRef("visit"), number__gt=OuterRef("number"))
    received = Receipt.objects.filter(submission__version=OuterRef("pk"), practice=None)
    latest_unreceived = RecordVersion.objects.filter(~Exists(newer), ~Exists(received), visit=OuterRef("pk"))
    return visits.filter(is_transmitted=True).filter(Exists(latest_unreceived))
