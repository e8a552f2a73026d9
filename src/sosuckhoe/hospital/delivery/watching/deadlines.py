"""Clocks of the law as data: from which event, how long, whom it binds, where it stands and how sure that is.

Everything is computed from recorded moments, in Vietnam's time. What the text leaves open is an assumption that the
clock states itself. A draft is measured beside the rules in force and never makes anything late.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from .working_calendar import WorkingCalendar, end_of, local_day

Event = Literal["closed", "received", "finding"]
Goal = Literal["received", "settled", "corrected", "none"]
Binds = Literal["hospital", "insurer"]


@dataclass(frozen=True, slots=True)
class Hours:
    count: int

    def due(self, event: datetime, calendar: WorkingCalendar) -> datetime:
        return event + timedelta(hours=self.count)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Until the end of the n-th working day; the day of the event does not count. 0: the same day, or the next
    working day when it falls on a day off."""

    count: int

    def due(self, event: datetime, calendar: WorkingCalendar) -> datetime:
        day = local_day(event)
        return end_of(calendar.after(day, self.count) if self.count else calendar.working_day_from(day))


@dataclass(frozen=True, slots=True)
class HourOfSameDay:
    hour: int

    def due(self, event: datetime, calendar: WorkingCalendar) -> datetime:
        return end_of(local_day(event)) - timedelta(hours=24 - self.hour)


@dataclass(frozen=True, slots=True)
class BeforeDayOfNextMonth:
    day: int

    def due(self, event: datetime, calendar: WorkingCalendar) -> datetime:
        month = local_day(event).replace(day=1) + timedelta(days=32)
        return end_of(month.replace(day=self.day) - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Clock:
    """One rule."""

    id: str
    name: str
    obligation: str
    """Its id in obligations.md."""
    source: str
    start: Event
    length: Hours | HourOfSameDay | WorkingDays | BeforeDayOfNextMonth
    goal: Goal
    """What stops it; ``none``: nothing that the hospital can see."""
    binds: Binds = "hospital"
    insured_only: bool = False
    certain: bool = True
    assumption: str = ""
    """What the program assumes where the text is silent."""
    drafted: bool = False
    since: date | None = None
    until: date | None = None
    """For visits closed from ``since`` to before ``until``: a change of the law leaves older visits theirs."""

    def governs(self, closed: date) -> bool:
        return (self.since is None or self.since <= closed) and (self.until is None or closed < self.until)


CLOCKS: tuple[Clock, ...] = (
    Clock(
        "at-once",
        "Gửi ngay sau khi kết thúc đợt",
        "BHYT-GD-R19",
        "TT 48/2017 Đ6 k1, Đ13 k7",
        "closed",
        WorkingDays(0),
        "received",
        certain=False,
        assumption="Văn bản nói “ngay sau khi kết thúc”, không nêu số giờ; ở đây tính đến hết ngày làm việc đó. "
        "Đợt không dùng BHYT được tính như đợt dùng BHYT.",
    ),
    Clock(
        "settle-7-days",
        "Sửa, ký xong trong 7 ngày làm việc",
        "BHYT-GD-R20",
        "TT 48/2017 Đ7 k1",
        "closed",
        WorkingDays(7),
        "settled",
        insured_only=True,
        certain=False,
        assumption="Đếm từ ngày làm việc sau ngày kết thúc. Việc đề nghị thanh toán nằm ngoài phần mềm này.",
    ),
    Clock(
        "settle-before-5th",
        "Xong trước ngày 5 tháng sau",
        "BHYT-GD-R20",
        "TT 48/2017 Đ7 k1",
        "closed",
        BeforeDayOfNextMonth(5),
        "settled",
        insured_only=True,
        certain=False,
        assumption="Văn bản nói về mục cuối tháng, quý, năm; ở đây áp cho mọi đợt BHYT của tháng và không lùi khi "
        "ngày 5 là ngày nghỉ.",
    ),
    Clock(
        "correct-2-days",
        "Sửa lỗi cổng báo trong 2 ngày làm việc",
        "BHYT-GD-R22",
        "TT 12/2026 Đ9 k2–3",
        "finding",
        WorkingDays(2),
        "corrected",
        certain=False,
        assumption="Đếm từ lúc lỗi được ghi vào phần mềm, vì cổng không có giao diện báo lỗi cho máy.",
    ),
    Clock(
        "answer-6-hours",
        "Cổng báo việc gửi chậm",
        "BHYT-GD-R22",
        "TT 12/2026 Đ9 k2–3",
        "received",
        Hours(6),
        "none",
        binds="insurer",
    ),
    Clock(
        "answer-24-hours",
        "Cổng báo lỗi cấu trúc từng trường",
        "BHYT-GD-R22",
        "TT 12/2026 Đ9 k2–3",
        "received",
        Hours(24),
        "none",
        binds="insurer",
    ),
    Clock(
        "answer-48-hours",
        "Cổng báo sai tổng số",
        "BHYT-GD-R22",
        "TT 12/2026 Đ9 k2–3",
        "received",
        Hours(48),
        "none",
        binds="insurer",
    ),
    Clock(
        "shown-24-hours",
        "Hiện trên Sổ sức khỏe",
        "SKDT-R02",
        "QĐ 2733 PL01",
        "received",
        Hours(24),
        "none",
        binds="insurer",
    ),
    Clock(
        "draft-3-hours",
        "Gửi trong 3 giờ (dự thảo, chưa có hiệu lực)",
        "BHYT-GD-R34",
        "Dự thảo, dự kiến từ 01/01/2027",
        "closed",
        Hours(3),
        "received",
        certain=False,
        assumption="Mới là dự thảo: chỉ đo để biết trước, không tính là quá hạn.",
        drafted=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Outage:
    """A time without answers. It moves deadlines only where the gateway itself was down (BHYT-GD-R21)."""

    id: int
    started_at: datetime
    ended_at: datetime | None
    extends: bool


@dataclass(frozen=True, slots=True)
class Moments:
    """What is recorded of one visit at one destination."""

    closed_at: datetime
    insured: bool
    received_at: datetime | None = None
    """The first receipt of any version."""
    settled_at: datetime | None = None
    """Since when the newest version is received and no finding is open."""
    findings: tuple[tuple[datetime, datetime | None], ...] = ()
    """Of each finding: noted, and settled or replaced by a received correction."""


@dataclass(frozen=True, slots=True)
class Due:
    """One clock of one visit."""

    clock: Clock
    started_at: datetime
    due_at: datetime
    done_at: datetime | None
    incidents: tuple[int, ...] = ()
    """Outages between start and end."""
    extension: timedelta = timedelta(0)
    """How much later it is due because the gateway was down."""

    @property
    def counts(self) -> bool:
        """Whether missing it makes the hospital late."""
        return not self.clock.drafted and self.clock.binds == "hospital"

    def over_by(self, now: datetime) -> timedelta:
        """How much it was or is missed; nothing when kept so far."""
        return max((self.done_at or now) - self.due_at, timedelta(0))

    def is_late(self, now: datetime) -> bool:
        return self.counts and bool(self.over_by(now))

    def will_be_late_today(self, now: datetime) -> bool:
        return (
            self.counts
            and self.done_at is None
            and now <= self.due_at
            and local_day(self.due_at) == local_day(now)
        )


def dues(
    moments: Moments,
    calendar: WorkingCalendar,
    *,
    now: datetime,
    outages: Sequence[Outage] = (),
    clocks: Iterable[Clock] = CLOCKS,
) -> list[Due]:
    """Every clock that runs or ran for a visit."""
    found = []
    for clock in clocks:
        if not clock.governs(local_day(moments.closed_at)) or (clock.insured_only and not moments.insured):
            continue
        for started_at, done_at in _runs(clock, moments):
            found.append(_due(clock, started_at, done_at, calendar, now, outages))
    return found


def _runs(clock: Clock, moments: Moments) -> list[tuple[datetime, datetime | None]]:
    if clock.start == "finding":
        return list(moments.findings)
    start = moments.closed_at if clock.start == "closed" else moments.received_at
    if start is None:
        return []
    done = {"received": moments.received_at, "settled": moments.settled_at}.get(clock.goal)
    return [(start, done)]


def _due(
    clock: Clock,
    started_at: datetime,
    done_at: datetime | None,
    calendar: WorkingCalendar,
    now: datetime,
    outages: Sequence[Outage],
) -> Due:
    first = clock.length.due(started_at, calendar)
    due_at, given_until = first, started_at
    met: list[int] = []
    for outage in sorted(outages, key=lambda each: each.started_at):
        # A maintenance that is announced has taken no time from anybody yet.
        begin, end = max(outage.started_at, started_at), min(outage.ended_at or now, now)
        if begin > min(due_at, done_at or due_at, now) or end <= started_at:
            continue
        met.append(outage.id)
        if outage.extends and clock.binds == "hospital":
            # Two that overlap, as an announced maintenance and the silence our calls met in it, give their time once.
            due_at += max(end - max(begin, given_until), timedelta(0))
            given_until = max(given_until, end)
    return Due(clock, started_at, due_at, done_at, tuple(met), due_at - first)
