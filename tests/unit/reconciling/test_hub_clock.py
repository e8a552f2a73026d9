"""The hub's clock over the whole ledger: what is late, and what will be today."""

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reconciling.conftest import NOW, Books, at
from tests.unit.reconciling.hub_books import HubBooks

from sosuckhoe.hospital.delivery.health_checks import due_at
from sosuckhoe.hospital.delivery.hub.settings import HubSettings
from sosuckhoe.hospital.delivery.models import Destination
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching.hub_clock import (
    HUB_CLOCKS,
    due_today,
    late,
    late_by_clock,
    made_before,
)
from sosuckhoe.hospital.visits.models import HealthCheck, Withheld

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MOMENTS = st.integers(-5 * 24 * 60, 5 * 24 * 60).map(lambda minutes: NOW + minutes * MINUTE)


@pytest.fixture
def hub(books: Books) -> HubBooks:
    return HubBooks.beside(books)


@pytest.mark.parametrize("setting", HUB_CLOCKS)
@given(made=MOMENTS, moment=MOMENTS)
def test_the_bound_for_the_database_says_what_the_deadline_says(setting, made, moment):
    settings = HubSettings(due=setting)
    assert (made < made_before(moment, settings)) == (due_at(HealthCheck(made_on=made), settings) < moment)


def test_late_is_from_the_deadline_on_and_what_will_be_today_before_it(hub):
    row = hub.put(State.WAITING, hub.check(NOW - DAY))
    assert not late(NOW).exists() and list(due_today(NOW)) == [row]
    assert list(late(NOW + MINUTE)) == [row] and not due_today(NOW + MINUTE).exists()
    assert not due_today(NOW - DAY).exists(), "tomorrow's is not today's"
    assert late_by_clock(NOW) == {} and late_by_clock(NOW + MINUTE) == {"hub-24-hours": 1}


def test_each_hub_has_its_own_reading_of_the_deadline(hub, books):
    other = HubBooks(
        books,
        Destination.objects.create(
            name="Trục tỉnh",
            kind="hub",
            facility=books.facility,
            base_url="http://127.0.0.1:9",
            account="mau",
            secret_reference="env:KHONG",
            hub={"due": "working_day"},
        ),
        count=500,
    )
    made = at("2026-11-23 08:00")
    here, there = hub.put(State.SIGNED, hub.check(made)), other.put(State.SIGNED, other.check(made))
    evening = at("2026-11-23 17:01")
    assert list(late(evening)) == [there] and list(due_today(at("2026-11-23 16:00"))) == [there]
    assert late_by_clock(evening + DAY) == {"hub-24-hours": 1, "hub-working-day": 1}
    assert set(late(evening + DAY)) == {here, there}


@pytest.mark.parametrize("state", [each for each in State.values if each not in ("ACCEPTED", "FINDINGS")])
def test_only_what_is_open_can_be_late(hub, state):
    row = hub.put(State(state), hub.check(NOW - 3 * DAY))
    assert list(late(NOW)) == ([] if state in ("RECEIVED", "SUPERSEDED") else [row])


def test_a_correction_of_what_was_received_is_not_late_again(hub):
    first = hub.check(NOW - 3 * DAY, code="KSK-SUA")
    hub.put(State.RECEIVED, first)
    hub.put(State.WAITING, hub.check(NOW - 3 * DAY, code="KSK-SUA", number=2))
    assert not late(NOW).exists()


def test_versions_of_one_check_up_are_late_once(hub):
    hub.put(State.UNKNOWN, hub.check(NOW - 3 * DAY, code="KSK-SUA"))
    newest = hub.put(State.WAITING, hub.check(NOW - 3 * DAY, code="KSK-SUA", number=2))
    assert list(late(NOW)) == [newest] and late_by_clock(NOW) == {"hub-24-hours": 1}


def test_what_must_not_be_sent_and_what_has_no_moment_are_never_late(hub, books):
    hub.put(State.HELD, hub.check(NOW - 3 * DAY, code="KSK-MAT"))
    hub.put(State.SIGNED, hub.check(None))
    mark = Withheld.objects.create(
        facility=books.facility, facility_code="99999", code="KSK-MAT", why="thử", by="test", since=NOW
    )
    assert not late(NOW).exists()
    Withheld.objects.filter(pk=mark.pk).update(lifted_at=NOW, lifted_by="test", lifted_why="thử")
    assert late(NOW).count() == 1


def test_visits_and_check_ins_are_not_on_the_hubs_clock_and_it_asks_little(
    hub, books, django_assert_max_num_queries
):
    books.put(State.SIGNED)
    for number in range(9):
        hub.put(State.WAITING, hub.check(NOW - (number + 2) * DAY))
    with django_assert_max_num_queries(3):
        assert late_by_clock(NOW) == {"hub-24-hours": 9}
    if connection.vendor == "sqlite":
        # From the check-up, not through all receipts of the hub.
        plan = late(NOW).explain()
        assert "ledger_claim" in plan and "delivery_receipt_submission_id" in plan
        assert "delivery_receipt_destination_id" not in plan
