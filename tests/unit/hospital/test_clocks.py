"""A difference of clocks is told where it is certain, whoever is wrong, and never because an answer was slow (F49)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import format_datetime

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.crash.stage import Portal

from sosuckhoe.hospital.delivery.last_answers import LastAnswer, last_answers
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.watching.clocks import certain_gap, gap_of, gaps
from sosuckhoe.hospital.delivery.watching.watched import alarms, watched

from .conftest import House
from .test_worker import _fresh_sessions, closed, strike, work

__all__ = ["_fresh_sessions", "closed"]
NOW = datetime(2026, 11, 29, 8, 0, 0, tzinfo=UTC)
SECOND, NOTHING = timedelta(seconds=1), timedelta(0)


def answer(ahead: float = 0, took: float = 0.2, *, written: float = 0.5, at: datetime = NOW) -> LastAnswer:
    """Of a call that took so many seconds, written after such a share of it; this machine is ``ahead`` by seconds."""
    headers = Message()
    truth = at + timedelta(seconds=took * written - ahead)
    headers["Date"] = format_datetime(truth.replace(microsecond=0), usegmt=True)
    return LastAnswer(at, at + timedelta(seconds=took), "200", headers)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # the machine may be busy
@given(
    ahead=st.floats(-5000, 5000),
    took=st.floats(0, 90),
    written=st.floats(0, 1),
    moment=st.integers(0, 999_999),
)
def test_no_more_is_told_than_the_clocks_differ(
    ahead: float, took: float, written: float, moment: int
) -> None:
    one = answer(ahead, took, written=written, at=NOW.replace(microsecond=moment))
    gap = certain_gap(one)
    assert gap is not None
    real, told = ahead, gap.total_seconds()
    assert abs(told) <= abs(real) + 1e-5 and told * real >= 0
    assert abs(real) - abs(told) <= took + 1 + 1e-5, "and no less than the call's length and a second allow"


def test_the_newest_few_must_agree() -> None:
    wrong, right = answer(-30), answer()
    assert gap_of([wrong] * 3, NOW) <= -28 * SECOND  # type: ignore[operator]
    assert gap_of([wrong] * 2, NOW) is None
    assert gap_of([right, wrong, wrong, wrong], NOW) == NOTHING, "mended"
    assert gap_of([wrong, wrong, answer(30)], NOW) == NOTHING
    assert gap_of([wrong, wrong, answer(-10), wrong], NOW) >= -10 * SECOND  # type: ignore[operator]
    assert gap_of([wrong] * 3, NOW + timedelta(days=2)) is None, "of another day"


@pytest.mark.parametrize(
    "date", ["", "hôm nay", "Sun, 29 Nov 2026 08:00:00 -0000", "Sun, 99 Nov 2026 08:00:00 GMT"]
)
def test_what_tells_no_moment_tells_nothing(date: str) -> None:
    one = answer()
    del one.headers["Date"]
    one.headers["Date"] = date
    assert certain_gap(one) is None


def test_what_may_have_been_written_before_the_call_tells_nothing() -> None:
    one = answer(-60)
    early = LastAnswer(one.bytes_from, one.ended_at, "EARLY-ANSWER", one.headers)
    turned_back = LastAnswer(one.ended_at, one.bytes_from, "200", one.headers)
    assert certain_gap(early) is certain_gap(turned_back) is None


def differs() -> list[str]:
    return [one.sentence for one in alarms(watched(timezone.now())) if one.code == "clocks-differ"]


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "how"), [(-60, "nhanh"), (60, "chậm")])
def test_a_portal_whose_clock_is_wrong_is_told_as_a_difference_until_it_is_right(
    minutes: int, how: str, closed: Callable[..., Submission], connected: House, portal: Portal
) -> None:
    for _ in range(3):
        assert not differs()
        strike(portal, "clock-skew", parameters={"minutes": minutes})
        work(closed())
    (said,) = differs()
    assert f"của {connected.destination.name} lệch nhau" in said and f"máy này {how} hơn" in said
    assert "59 phút" in said or "60 phút" in said
    work(closed())
    assert not differs()
    assert gaps(timezone.now()) == {connected.destination.pk: NOTHING}
    assert len(last_answers()[connected.destination.pk]) == 4
