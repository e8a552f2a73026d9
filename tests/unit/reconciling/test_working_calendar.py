"""Which days are worked in Vietnam, by what was loaded."""

from datetime import date, datetime, timedelta

import pytest

from sosuckhoe.hospital.delivery.models import CalendarDay
from sosuckhoe.hospital.delivery.watching.working_calendar import (
    VIETNAM,
    CalendarUnreadable,
    WorkingCalendar,
    load_days,
    read_days,
    stored_calendar,
    years_without_holidays,
)
from sosuckhoe.hospital.journal.models import Entry

BLOCK = """ngay,loai,ten
05/02/2027,nghi,Khối Tết (ngày thử)
06/02/2027,nghi,Khối Tết (ngày thử)
07/02/2027,nghi,Khối Tết (ngày thử)
08/02/2027,nghi,Khối Tết (ngày thử)
09/02/2027,nghi,Khối Tết (ngày thử)
10/02/2027,nghi,Khối Tết (ngày thử)
2027-02-20,lam,Làm bù (ngày thử)
"""


@pytest.fixture
def loaded() -> WorkingCalendar:
    rows = read_days(BLOCK)
    return WorkingCalendar(
        frozenset(row.day for row in rows if not row.working),
        frozenset(row.day for row in rows if row.working),
    )


def test_a_weekday_is_worked_and_a_weekend_is_not():
    week = [WorkingCalendar().works(date(2026, 11, 23) + timedelta(days=n)) for n in range(7)]
    assert week == [True] * 5 + [False] * 2


def test_a_loaded_holiday_is_off_and_a_swapped_saturday_is_worked(loaded):
    assert not loaded.works(date(2027, 2, 8))
    assert loaded.works(date(2027, 2, 20))
    assert not loaded.works(date(2027, 2, 21))


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-11-23", 1, "2026-11-24"),
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-11-20", 2, "2026-11-24"),
        ("2026-11-30", 7, "2026-12-09"),
        ("2026-12-31", 1, "2027-01-01"),  # no holiday is loaded: the calendar does not invent one
        ("2028-02-28", 1, "2028-02-29"),
        ("2028-02-28", 2, "2028-03-01"),
        ("2027-02-26", 1, "2027-03-01"),
        ("2027-02-04", 1, "2027-02-11"),
        ("2027-02-04", 2, "2027-02-12"),
        ("2027-02-07", 1, "2027-02-11"),
        ("2027-02-19", 1, "2027-02-20"),
        ("2027-02-19", 2, "2027-02-22"),
        ("2027-02-04", 7, "2027-02-19"),
        ("2027-02-05", 8, "2027-02-20"),
    ],
)
def test_working_days_are_counted_from_the_day_after(loaded, day, count, expected):
    assert loaded.after(date.fromisoformat(day), count) == date.fromisoformat(expected)


def test_two_counts_one_after_the_other_are_their_sum(loaded):
    for offset in range(500):
        day = date(2026, 11, 1) + timedelta(days=offset)
        assert loaded.after(loaded.after(day, 2), 3) == loaded.after(day, 5)
        assert loaded.works(loaded.after(day, 1))


def test_a_year_without_holidays_says_so(loaded):
    assert loaded.unknown_years([date(2026, 5, 1), date(2027, 5, 1), date(2028, 1, 1)]) == [2026, 2028]


def test_a_calendar_names_exactly_its_days(loaded):
    assert loaded.version != WorkingCalendar().version
    assert loaded.version == WorkingCalendar(frozenset(loaded.off), frozenset(loaded.on)).version
    assert (
        WorkingCalendar(off=frozenset({date(2027, 1, 1)})).version
        != WorkingCalendar(on=frozenset({date(2027, 1, 1)})).version
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ngay,loai\n",
        "day,kind\n01/01/2027,nghi\n",
        "ngay,loai\n31/02/2027,nghi\n",
        "ngay,loai\n01/01/2027,off\n",
        "ngay,loai\n01/01/2027,nghi\n2027-01-01,lam\n",
        "ngay,loai\n,\n",
    ],
)
def test_a_file_that_is_not_a_calendar_is_refused_whole(text):
    with pytest.raises(CalendarUnreadable):
        read_days(text)


def test_spaces_around_the_columns_do_no_harm():
    assert read_days("ngay, loai, ten\n01/01/2027, nghi, Thử\n")[0].name == "Thử"


def test_loading_keeps_days_changes_their_meaning_and_is_noted(db):
    load_days(by="test", rows=read_days("\ufeff" + BLOCK))
    load_days(by="test", rows=read_days("ngay,loai,ten\n10/02/2027,lam,Đổi ý\n"))
    calendar = stored_calendar()
    assert CalendarDay.objects.count() == 7
    assert calendar.works(date(2027, 2, 10)) and not calendar.works(date(2027, 2, 9))
    last = Entry.objects.order_by("-seq").first()
    assert (last.action, last.object_id, last.detail) == ("calendar-loaded", calendar.version, {"count": 1})


def test_the_next_years_holidays_are_missed_two_months_before_it(db):
    load_days(by="test", rows=read_days("ngay,loai\n02/09/2026,nghi\n"))
    assert years_without_holidays(datetime(2026, 11, 1, 12, tzinfo=VIETNAM)) == []
    assert years_without_holidays(datetime(2026, 11, 3, 12, tzinfo=VIETNAM)) == [2027]
