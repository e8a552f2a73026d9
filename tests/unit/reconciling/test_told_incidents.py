"""Maintenance that was announced and outages that no call of ours could see, told by a person."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.unit.reconciling.conftest import Books

from sosuckhoe.hospital.delivery.actions import pause
from sosuckhoe.hospital.delivery.models import Incident
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching.deadlines import Moments, dues
from sosuckhoe.hospital.delivery.watching.incidents import (
    outages_of,
    record_incidents,
    running,
    state_cause,
)
from sosuckhoe.hospital.delivery.watching.told_incidents import (
    NotPossible,
    Told,
    answered_within,
    beside,
    correct,
    tell,
    withdraw,
)
from sosuckhoe.hospital.delivery.watching.working_calendar import WorkingCalendar
from sosuckhoe.hospital.journal.models import Entry

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def now() -> Any:
    return timezone.now().replace(microsecond=0)


def told(books: Books, now: Any, begins: float, ends: float | None, **more: Any) -> Told:
    """``begins``, ``ends``: hours from now."""
    return Told(
        **{
            "destination": books.destination,
            "started_at": now + begins * HOUR,
            "ended_at": None if ends is None else now + ends * HOUR,
            "cause": "planned",
            "announced_by": "BHXH tỉnh (mẫu)",
            "announced_at": now - 30 * HOUR,
            "evidence": "Công văn mẫu 12/TB, đã báo các khoa",
            **more,
        }
    )


def due(books: Books, now: Any, closed_at: Any, clock: str = "settle-7-days", received_at: Any = None) -> Any:
    found = dues(
        Moments(closed_at, True, received_at=received_at),
        WorkingCalendar(),
        now=now,
        outages=outages_of(books.destination.pk),
    )
    return next(each for each in found if each.clock.id == clock)


def test_who_pauses_for_an_announced_maintenance_does_not_lose_its_time(books, now):
    waiting = books.put(State.SIGNED, since=now - 5 * HOUR)
    before = books.put(State.RECEIVED, since=now - 9 * HOUR, received_at=now - 8 * HOUR)
    pause(by="hoa", destination=books.destination, reason="cổng bảo trì")
    assert record_incidents() == 0 and outages_of(books.destination.pk) == []
    plain = due(books, now, now - 6 * HOUR)
    incident = tell(by="hoa", told=told(books, now, -4, -1))
    assert set(incident.delayed.all()) == {waiting} and before not in incident.delayed.all()
    moved = due(books, now, now - 6 * HOUR)
    assert moved.incidents == (incident.pk,) and moved.due_at == plain.due_at + 3 * HOUR
    line = Entry.objects.get(action="incident-told")
    assert line.detail["count"] == 1 and "Công văn mẫu" in line.detail["reason"]


@pytest.mark.parametrize(
    ("cause", "moves"),
    [("planned", True), ("gateway", True), ("network", False), ("power", False), ("unknown", False)],
)
def test_only_the_gateways_own_time_moves_a_deadline(books, now, cause, moves):
    tell(by="hoa", told=told(books, now, -4, -1, cause=cause))
    one = due(books, now, now - 6 * HOUR)
    assert one.incidents and bool(one.extension) is moves


def test_a_maintenance_that_lies_ahead_delays_nothing_yet_and_is_followed_when_it_comes(books, now):
    waiting = books.put(State.SIGNED, since=now - HOUR)
    incident = tell(by="hoa", told=told(books, now, 10, 12))
    assert not incident.delayed.exists() and not due(books, now, now - HOUR).incidents
    assert not running(now).exists() and running(now + 11 * HOUR).get() == incident
    half = due(books, now + 11 * HOUR, now + 9 * HOUR)
    assert half.extension == HOUR
    Incident.objects.update(started_at=now - MINUTE)
    record_incidents()
    assert set(incident.delayed.all()) == {waiting}


def test_a_silence_our_calls_met_within_it_gives_its_time_once(books, now):
    """As it is: maintenance from 4 hours ago, three unanswered calls in it, an answer an hour after its announced end."""
    row = books.put(State.SIGNED, since=now - 6 * HOUR)
    for minute in range(3):
        books.attempt(row, now - 3 * HOUR + minute * MINUTE, outcome="NotSent", code="NO-CONNECTION")
    incident = tell(by="hoa", told=told(books, now, -4, -2))
    books.attempt(row, now - HOUR)
    assert record_incidents() == 1
    seen = Incident.objects.get(first_attempt__isnull=False)
    assert beside(incident) == [seen] and beside(seen) == [incident]
    assert set(seen.delayed.all()) == set(incident.delayed.all()) == {row}
    plain = due(books, now, now - 6 * HOUR)
    assert plain.extension == 2 * HOUR and set(plain.incidents) == {incident.pk, seen.pk}
    state_cause(by="hoa", incident=seen, cause="gateway", told="Cổng báo bảo trì kéo dài")
    assert due(books, now, now - 6 * HOUR).extension == 3 * HOUR + timedelta(seconds=1)


def test_what_our_calls_meet_is_recorded_as_ever_beside_what_was_told(books, now):
    """The last incident may be one that was told and has no call of ours."""
    tell(by="hoa", told=told(books, now, -0.5, None, cause="gateway"))
    row = books.put(State.SIGNED, since=now - 6 * HOUR)
    for minute in range(3):
        books.attempt(row, now - 3 * HOUR + minute * MINUTE, outcome="NotSent", code="NO-CONNECTION")
    assert [record_incidents(), record_incidents()] == [1, 0]


def test_an_open_one_is_closed_later_and_what_it_delayed_is_looked_for_anew(books, now):
    early = books.put(State.SIGNED, since=now - 5 * HOUR)
    incident = tell(by="hoa", told=told(books, now, -4, None, cause="power"))
    late = books.put(State.SIGNED, since=now - HOUR)
    record_incidents()
    assert set(incident.delayed.all()) == {early, late}
    correct(by="hoa", incident=incident, told=told(books, now, -4, -2, cause="power"))
    incident.refresh_from_db()
    assert incident.ended_at == now - 2 * HOUR and set(incident.delayed.all()) == {early}
    assert Entry.objects.filter(action="incident-told-anew").count() == 1


def test_what_was_told_by_mistake_is_withdrawn_and_moves_nothing(books, now):
    books.put(State.SIGNED, since=now - 5 * HOUR)
    incident = tell(by="hoa", told=told(books, now, -4, -1))
    with pytest.raises(NotPossible):
        withdraw(by="hoa", incident=incident, reason=" ")
    withdraw(by="hoa", incident=incident, reason="nhầm ngày")
    assert not due(books, now, now - 6 * HOUR).incidents and not incident.delayed.exists()
    record_incidents()
    assert not incident.delayed.exists() and not running(now).exists()
    with pytest.raises(NotPossible):
        correct(by="hoa", incident=incident, told=told(books, now, -4, -2))
    assert Entry.objects.get(action="incident-withdrawn").detail["reason"] == "nhầm ngày"
    tell(by="hoa", told=told(books, now, -4, -1))


@pytest.mark.parametrize(
    ("begins", "ends", "more", "field"),
    [
        (-1, -2, {}, "ended_at"),
        (-1, -1, {}, "ended_at"),
        (1, None, {"cause": "gateway"}, "started_at"),
        (-1, 1, {"cause": "power"}, "ended_at"),
        (800, None, {}, "started_at"),
        (-800, None, {"announced_at": "earlier"}, "started_at"),
        (-800, -1, {"announced_at": "earlier"}, "ended_at"),
        (-1, None, {"cause": "weather"}, "cause"),
        (-1, None, {"announced_by": " "}, "announced_by"),
        (-1, None, {"evidence": " "}, "evidence"),
        (-40, None, {}, "announced_at"),
    ],
)
def test_times_that_cannot_be_are_refused_in_words_and_nothing_is_noted(
    books, now, begins, ends, more, field
):
    if more.get("announced_at"):
        more = {"announced_at": now - 1000 * HOUR}
    with pytest.raises(NotPossible) as refusal:
        tell(by="hoa", told=told(books, now, begins, ends, **more))
    assert refusal.value.field == field
    assert not Incident.objects.exists() and not Entry.objects.filter(action="incident-told").exists()


def test_an_announcement_that_lies_ahead_is_refused(books, now):
    with pytest.raises(NotPossible):
        tell(by="hoa", told=told(books, now, 5, None, announced_at=now + HOUR))


def test_the_same_told_twice_is_one(books, now):
    tell(by="hoa", told=told(books, now, -4, -1))
    with pytest.raises(NotPossible):
        tell(by="hoa", told=told(books, now, -4, -1))
    assert Incident.objects.count() == 1


def test_what_our_calls_saw_is_not_told_otherwise(books, now):
    row = books.put(State.SIGNED, since=now - 6 * HOUR)
    for minute in range(3):
        books.attempt(row, now - 3 * HOUR + minute * MINUTE, outcome="NotSent", code="NO-CONNECTION")
    record_incidents()
    seen = Incident.objects.get()
    with pytest.raises(NotPossible):
        correct(by="hoa", incident=seen, told=told(books, now, -4, -1))
    with pytest.raises(NotPossible):
        withdraw(by="hoa", incident=seen, reason="không phải")
    for change in ({"withdrawn_at": now}, {"first_attempt": None, "told": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Incident.objects.filter(pk=seen.pk).update(**change)


def test_answers_within_the_time_speak_against_it(books, now):
    row = books.put(State.RECEIVED, since=now - 6 * HOUR, received_at=now - 3 * HOUR)
    incident = tell(by="hoa", told=told(books, now, -4, -1))
    books.attempt(row, now - 2 * HOUR, outcome="NotSent", code="NO-CONNECTION")
    assert answered_within(incident) == 1
