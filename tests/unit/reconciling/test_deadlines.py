"""Clocks of the law, to the second, in Vietnam's time."""

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.unit.reconciling.conftest import at

from sosuckhoe.hospital.delivery.watching.deadlines import CLOCKS, Moments, Outage, dues
from sosuckhoe.hospital.delivery.watching.working_calendar import WorkingCalendar

TET = WorkingCalendar(
    off=frozenset(date(2027, 2, day) for day in range(5, 11)), on=frozenset({date(2027, 2, 20)})
)
NOW = at("2026-11-23 09:00")


def due(clock: str, closed: str | datetime, calendar: WorkingCalendar = TET, **more):
    closed_at = at(closed) if isinstance(closed, str) else closed
    now = more.pop("now", NOW)
    outages = more.pop("outages", ())
    found = dues(Moments(closed_at, more.pop("insured", True), **more), calendar, now=now, outages=outages)
    (one,) = [each for each in found if each.clock.id == clock]
    return one


@pytest.mark.parametrize(
    ("clock", "closed", "last_second"),
    [
        ("at-once", "2026-11-23 08:00", "2026-11-23 23:59:59"),
        ("at-once", "2026-11-23 00:00", "2026-11-23 23:59:59"),
        ("at-once", "2026-11-21 23:59:59", "2026-11-23 23:59:59"),
        ("at-once", "2026-11-22 00:00", "2026-11-23 23:59:59"),
        ("at-once", "2027-02-05 10:00", "2027-02-11 23:59:59"),
        ("at-once", "2027-02-20 10:00", "2027-02-20 23:59:59"),
        ("at-once", "2026-12-31 23:59:59", "2026-12-31 23:59:59"),
        ("at-once", "2028-02-29 12:00", "2028-02-29 23:59:59"),
        ("settle-7-days", "2026-11-23 08:00", "2026-12-02 23:59:59"),
        ("settle-7-days", "2026-11-21 08:00", "2026-12-01 23:59:59"),
        ("settle-7-days", "2026-12-31 23:59:59", "2027-01-11 23:59:59"),
        ("settle-7-days", "2027-01-01 00:00", "2027-01-12 23:59:59"),
        ("settle-7-days", "2027-02-04 10:00", "2027-02-19 23:59:59"),
        ("settle-7-days", "2028-02-22 10:00", "2028-03-02 23:59:59"),
        ("settle-before-5th", "2026-11-30 23:59:59", "2026-12-04 23:59:59"),
        ("settle-before-5th", "2026-12-01 00:00", "2027-01-04 23:59:59"),
        ("settle-before-5th", "2026-12-31 23:59:59", "2027-01-04 23:59:59"),
        ("settle-before-5th", "2028-01-31 12:00", "2028-02-04 23:59:59"),
        ("settle-before-5th", "2028-02-29 12:00", "2028-03-04 23:59:59"),
        ("draft-3-hours", "2026-12-31 22:30", "2027-01-01 01:30:00"),
    ],
)
def test_a_clock_ends_at_its_last_second(clock, closed, last_second):
    assert due(clock, closed).due_at.replace(microsecond=0) == at(last_second)


def test_every_day_of_two_years_has_its_due_in_order():
    """730 days: no clock ends before it began, and a later visit is never due earlier."""
    for clock in ("at-once", "settle-7-days", "settle-before-5th"):
        ends = [due(clock, at("2027-01-01 12:00") + timedelta(days=n)).due_at for n in range(730)]
        assert ends == sorted(ends)
        assert all(end > at("2027-01-01 12:00") + timedelta(days=n) for n, end in enumerate(ends))


def test_the_day_is_vietnams_whatever_zone_the_moment_is_written_in():
    utc = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)  # 00:30 on Monday the 23rd in Vietnam
    assert due("at-once", utc).due_at == due("at-once", "2026-11-23 00:30").due_at
    before = datetime(2026, 11, 23, 16, 59, 59, tzinfo=UTC)
    after = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert due("at-once", after).due_at - due("at-once", before).due_at == timedelta(days=1)


def test_late_begins_after_the_last_instant_and_says_by_how_much():
    one = due("at-once", "2026-11-20 08:00")
    assert not one.is_late(one.due_at)
    assert one.is_late(one.due_at + timedelta(microseconds=1))
    assert one.over_by(one.due_at + timedelta(days=2)) == timedelta(days=2)
    assert one.will_be_late_today(at("2026-11-20 09:00"))
    assert not one.will_be_late_today(at("2026-11-19 09:00"))
    assert not one.will_be_late_today(at("2026-11-21 09:00"))


def test_what_was_received_late_stays_late_and_what_came_in_time_never_becomes_late():
    late = due("at-once", "2026-11-20 08:00", received_at=at("2026-11-21 01:00"))
    kept = due("at-once", "2026-11-20 08:00", received_at=at("2026-11-20 08:01"))
    for now in (NOW, NOW + timedelta(days=300)):
        assert late.over_by(now) == late.done_at - late.due_at > timedelta(0)
        assert not kept.is_late(now)


def test_clocks_that_bind_the_insurer_start_with_the_receipt_and_make_nobody_here_late():
    received = at("2026-11-20 10:00")
    for clock, hours in {
        "answer-6-hours": 6,
        "answer-24-hours": 24,
        "answer-48-hours": 48,
        "shown-24-hours": 24,
    }.items():
        one = due(clock, "2026-11-20 09:00", received_at=received)
        assert one.due_at == received + timedelta(hours=hours)
        assert not one.is_late(NOW) and one.clock.binds == "insurer"
    assert not [
        each for each in dues(Moments(received, True), TET, now=NOW) if each.clock.start == "received"
    ]


def test_three_findings_are_three_tasks_with_their_own_two_working_days():
    noted = [at("2026-11-20 10:00"), at("2026-11-21 10:00"), at("2027-02-04 10:00")]
    moments = Moments(NOW, True, findings=tuple((each, None) for each in noted))
    found = [each for each in dues(moments, TET, now=NOW) if each.clock.id == "correct-2-days"]
    assert [each.due_at.date() for each in found] == [
        date(2026, 11, 24),
        date(2026, 11, 24),
        date(2027, 2, 12),
    ]


def test_payment_clocks_run_for_insured_visits_only():
    ids = {each.clock.id for each in dues(Moments(NOW, False), TET, now=NOW)}
    assert ids == {"at-once", "draft-3-hours"}


def test_the_draft_is_measured_and_never_makes_anything_late():
    one = due("draft-3-hours", "2026-11-20 08:00")
    assert one.over_by(NOW) > timedelta(0)
    assert not one.is_late(NOW) and not one.will_be_late_today(at("2026-11-20 09:00"))
    assert "dự thảo" in one.clock.name and "chưa có hiệu lực" in one.clock.name
    assert [clock.id for clock in CLOCKS if clock.drafted] == ["draft-3-hours"]


def test_on_a_switch_date_the_rules_change_and_old_visits_keep_theirs():
    switch = date(2027, 1, 1)
    changed = [
        dataclasses.replace(clock, until=switch)
        if clock.id == "at-once"
        else dataclasses.replace(clock, since=switch, drafted=False)
        if clock.id == "draft-3-hours"
        else clock
        for clock in CLOCKS
    ]

    def binding(closed: str) -> set[str]:
        found = dues(Moments(at(closed), False), TET, now=at("2027-06-01 00:00"), clocks=changed)
        return {each.clock.id for each in found if each.counts}

    assert binding("2026-12-31 23:59:59") == {"at-once"}
    assert binding("2027-01-01 00:00") == binding("2027-01-02 00:00") == {"draft-3-hours"}


def test_an_outage_is_noted_and_only_the_gateways_own_moves_the_deadline():
    began, ended = at("2026-11-20 10:00"), at("2026-11-22 10:00")
    plain = due("at-once", "2026-11-20 08:00")
    noted = due("at-once", "2026-11-20 08:00", outages=[Outage(7, began, ended, extends=False)])
    moved = due("at-once", "2026-11-20 08:00", outages=[Outage(7, began, ended, extends=True)])
    assert plain.incidents == () and noted.incidents == moved.incidents == (7,)
    assert noted.due_at == plain.due_at
    assert moved.due_at == plain.due_at + timedelta(days=2) and moved.extension == timedelta(days=2)


def test_an_outage_before_the_visit_or_after_its_receipt_is_not_its_own():
    early = Outage(1, at("2026-11-19 10:00"), at("2026-11-20 07:00"), extends=True)
    later = Outage(2, at("2026-11-20 12:00"), None, extends=True)
    one = due("at-once", "2026-11-20 08:00", received_at=at("2026-11-20 09:00"), outages=[early, later])
    assert one.incidents == () and one.extension == timedelta(0)


def test_an_outage_within_the_time_that_another_one_gave_counts_too():
    first = Outage(1, at("2026-11-20 10:00"), at("2026-11-21 10:00"), extends=True)
    second = Outage(2, at("2026-11-21 12:00"), at("2026-11-21 13:00"), extends=True)
    plain = due("at-once", "2026-11-20 08:00")
    for outages in ([first, second], [second, first]):
        moved = due("at-once", "2026-11-20 08:00", outages=outages)
        assert moved.incidents == (1, 2) and moved.due_at == plain.due_at + timedelta(hours=25)


def test_an_outage_gives_the_insurer_no_more_time():
    outage = Outage(1, at("2026-11-20 10:00"), at("2026-11-20 12:00"), extends=True)
    one = due("answer-6-hours", "2026-11-20 08:00", received_at=at("2026-11-20 09:00"), outages=[outage])
    assert one.incidents == (1,) and one.due_at == at("2026-11-20 15:00")


def test_what_is_due_in_the_middle_of_a_day_is_late_from_then_on_and_no_longer_due_today():
    outage = Outage(1, at("2026-11-20 10:00"), at("2026-11-20 20:00"), extends=True)
    one = due("at-once", "2026-11-20 08:00", outages=[outage])
    before, after = at("2026-11-21 09:00"), at("2026-11-21 11:00")
    assert [one.will_be_late_today(now) for now in (before, after)] == [True, False]
    assert [one.is_late(now) for now in (before, after)] == [False, True]


def test_a_running_outage_counts_from_the_closing_until_now():
    outage = Outage(1, at("2026-11-19 10:00"), None, extends=True)
    one = due("at-once", "2026-11-20 08:00", outages=[outage], now=at("2026-11-20 11:00"))
    assert one.extension == timedelta(hours=3)


def test_every_clock_names_its_obligation_and_source_and_what_is_unsure_says_what_is_assumed():
    assert len({clock.id for clock in CLOCKS}) == len(CLOCKS)
    for clock in CLOCKS:
        assert clock.obligation and clock.source
        assert clock.certain or clock.assumption, clock.id
