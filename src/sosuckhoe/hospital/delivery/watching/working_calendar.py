"""Working days in Vietnam: weekdays, less the public holidays, plus the weekend days that are worked instead.

Holidays differ from year to year and are announced by decision, so none is written into the program: somebody loads
them. A year without any loaded holiday is counted by weekends alone and says so.
"""

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from ...journal.chain import account_of, note
from ..models import CalendarDay

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
WEEKEND = frozenset({5, 6})
END_OF_DAY = time.max
MOST_ROWS = 5000
HORIZON = timedelta(days=60)
"""How far ahead the holidays should be known."""


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked. ``off`` and ``on`` are the days that differ from their weekday."""

    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        return day in self.on or (day.weekday() not in WEEKEND and day not in self.off)

    def working_day_from(self, day: date) -> date:
        """The day itself when it is worked, else the next that is."""
        while not self.works(day):
            day += timedelta(days=1)
        return day

    def after(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``, which itself does not count."""
        for _ in range(count):
            day = self.working_day_from(day + timedelta(days=1))
        return day

    def knows(self, year: int) -> bool:
        """Whether any holiday of the year is loaded."""
        return any(day.year == year for day in self.off)

    def unknown_years(self, days: Iterable[date]) -> list[int]:
        return sorted({day.year for day in days if not self.knows(day.year)})

    @property
    def version(self) -> str:
        """Names exactly this set of days: a deadline can say which calendar it was computed with."""
        text = ",".join(f"-{day}" for day in sorted(self.off)) + "".join(f"+{day}" for day in sorted(self.on))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def local_day(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()


def end_of(day: date) -> datetime:
    """The last instant of a day in Vietnam."""
    return datetime.combine(day, END_OF_DAY, tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True)
class DayRow:
    day: date
    working: bool
    name: str = ""


class CalendarUnreadable(ValueError):
    """Tệp lịch chưa đúng mẫu. Không có ngày nào được nạp."""


KINDS = {"nghi": False, "lam": True}


def read_days(text: str) -> list[DayRow]:
    """Rows of a CSV with the columns ngay, loai (``nghi`` or ``lam``) and ten. All or nothing."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    if not {"ngay", "loai"} <= {(name or "").strip() for name in reader.fieldnames or ()}:
        raise CalendarUnreadable("Tệp lịch cần dòng đầu là: ngay,loai,ten. Không có ngày nào được nạp.")
    rows: dict[date, DayRow] = {}
    for number, raw in enumerate(reader, start=2):
        row = {str(name).strip(): value for name, value in raw.items() if not isinstance(value, list)}
        if number > MOST_ROWS:
            raise CalendarUnreadable(f"Tệp lịch dài hơn {MOST_ROWS} dòng. Không có ngày nào được nạp.")
        day, kind = _day((row["ngay"] or "").strip()), (row["loai"] or "").strip().lower()
        if day is None or kind not in KINDS:
            raise CalendarUnreadable(
                f"Dòng {number}: cần ngày như 01/01/2027 và loại là nghi hoặc lam. Không có ngày nào được nạp."
            )
        if day in rows and rows[day].working is not KINDS[kind]:
            raise CalendarUnreadable(
                f"Dòng {number}: ngày {day:%d/%m/%Y} vừa nghỉ vừa làm. Không có ngày nào được nạp."
            )
        rows[day] = DayRow(day, KINDS[kind], (row.get("ten") or "").strip()[:120])
    if not rows:
        raise CalendarUnreadable("Tệp lịch không có dòng ngày nào.")
    return [rows[day] for day in sorted(rows)]


def _day(text: str) -> date | None:
    """``01/02/2027`` or ``2027-02-01``."""
    parts = text.split("/")
    try:
        return date.fromisoformat(
            "-".join(reversed([part.zfill(2) for part in parts])) if len(parts) == 3 else text
        )
    except ValueError:
        return None


@transaction.atomic
def load_days(*, by: Any, rows: list[DayRow]) -> int:
    """Keep these days; a day that was loaded before takes its new meaning, others stay."""
    now, actor = timezone.now(), account_of(by)
    for row in rows:
        CalendarDay.objects.update_or_create(
            day=row.day,
            defaults={"working": row.working, "name": row.name, "noted_at": now, "noted_by": actor},
        )
    note(by, "calendar-loaded", "calendar", stored_calendar().version, count=len(rows))
    return len(rows)


def stored_calendar() -> WorkingCalendar:
    days = CalendarDay.objects.values_list("day", "working")
    return WorkingCalendar(
        off=frozenset(day for day, working in days if not working),
        on=frozenset(day for day, working in days if working),
    )


def years_without_holidays(now: datetime) -> list[int]:
    """The years of now and of what is due soon of which no holiday is loaded: their deadlines are by weekends alone."""
    return stored_calendar().unknown_years([local_day(now), local_day(now + HORIZON)])
