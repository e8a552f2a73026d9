"""Outages, read from our own calls."""

from datetime import timedelta

import pytest
from tests.unit.reconciling.conftest import NOW, Books
from tests.unit.reconciling.hub_books import HubBooks

from sosuckhoe.hospital.delivery.models import Incident, Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching.incidents import (
    Call,
    NeedsEvidence,
    is_silent,
    outages_of,
    record_incidents,
    silences,
    state_cause,
)
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.visits.models import CheckIn

MINUTE = timedelta(minutes=1)


def calls(text: str) -> list[Call]:
    """``s`` silent, ``a`` answered, ``o`` our own doing, one a minute."""
    kinds = {"s": ("NotSent", "NO-CONNECTION"), "a": ("Accepted", "200"), "o": ("NotSent", "INTERRUPTED")}
    return [
        Call(number, NOW + number * MINUTE, NOW + number * MINUTE, *kinds[letter])
        for number, letter in enumerate(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aaaa", []),
        ("assa", []),
        ("asssa", [(1, 3, 4)]),
        ("asss", [(1, 3, None)]),
        ("sssassssa", [(0, 3, 3), (4, 4, 8)]),
        ("sosos", [(0, 3, None)]),
        ("ssooa", []),
        ("", []),
    ],
)
def test_an_outage_is_three_silent_calls_in_a_row_until_the_next_answer(text, expected):
    found = [(one.first.id, one.calls, one.ending and one.ending.id) for one in silences(calls(text))]
    assert found == expected


@pytest.mark.parametrize(
    ("outcome", "code", "silent"),
    [
        ("Accepted", "200", False),
        ("Rejected", "205", False),
        ("Unknown", "CODE-999", False),
        ("Unknown", "NO-ANSWER", True),
        ("TryLater", "500", True),
        ("TryLater", "HTTP-503", True),
        ("TryLater", "401", False),
        ("NotSent", "GIVEN-BACK", None),
        ("NotSent", "LOGIN-NO-ANSWER", True),
        ("NotSent", "LOGIN-403", False),
        ("NotSent", "SECRET-MISSING", None),
        ("NotSent", "SECRET-UNREADABLE", None),
        *(("NotSent", code, None) for code in ("NOT-SENT", "LEASE-ENDED", "INTERRUPTED", "DOCUMENT-DAMAGED")),
        ("NotSent", "HOST-NOT-ALLOWED", None),
        ("NotSent", "LOGIN-401", False),
        ("Unknown", "EARLY-ANSWER", False),
        ("TryLater", "CM_SYSTEM_ERROR", True),
        *(("TryLater", code, False) for code in ("CM_AUTH_EXPIRED", "CM_AUTH_PERMISSION")),
        ("NotSent", "LOGIN-CM_AUTH_ACCOUNT_FAIL", False),
    ],
)
def test_only_calls_that_the_other_side_left_unanswered_are_silent(outcome, code, silent):
    assert is_silent(Call(1, NOW, NOW, outcome, code)) is silent


def test_a_crash_of_ours_is_no_outage_of_the_portal():
    assert is_silent(Call(1, NOW, NOW, "Unknown", "NO-ANSWER", written=False)) is None


def silent_hour(books: Books):
    """Three unanswered calls for one signed visit, while another waits signed and a third was received before."""
    before = books.put(State.RECEIVED, received_at=NOW - timedelta(hours=3))
    tried = books.put(State.SIGNED)
    waiting = books.put(State.SIGNED)
    held = books.put(State.HELD)
    for minute in range(3):
        books.attempt(tried, NOW + minute * MINUTE, outcome="NotSent", code="NO-CONNECTION")
    return before, tried, waiting, held


def test_an_outage_becomes_an_incident_tied_to_the_visits_it_delayed(books):
    _, tried, waiting, _ = silent_hour(books)
    assert record_incidents() == 1
    incident = Incident.objects.get()
    assert (incident.started_at, incident.ended_at, incident.silent_calls) == (NOW, None, 3)
    assert set(incident.delayed.all()) == {tried, waiting}


def test_the_next_answer_closes_the_incident_and_later_visits_are_not_its_own(books):
    _, tried, waiting, _ = silent_hour(books)
    record_incidents()
    end = NOW + timedelta(hours=1)
    books.attempt(waiting, end)
    after = books.put(State.SIGNED, since=end + MINUTE)
    assert record_incidents() == 1
    incident = Incident.objects.get()
    assert incident.ended_at == end + timedelta(seconds=1)
    assert set(incident.delayed.all()) == {tried, waiting} and after not in incident.delayed.all()


def test_an_outage_that_is_noted_only_afterwards_is_tied_to_all_that_it_delayed(books):
    """As the nightly count finds it: what waited has its receipt by now, or was refused."""
    end = NOW + timedelta(hours=1)
    books.put(State.RECEIVED, received_at=NOW - timedelta(hours=3))
    books.put(State.REFUSED)
    received = books.put(State.RECEIVED, received_at=end)
    refused = books.put(State.REFUSED)
    for minute in range(3):
        books.attempt(received, NOW + minute * MINUTE, outcome="NotSent", code="NO-CONNECTION")
    books.attempt(refused, end + MINUTE, outcome="Rejected", code="205")
    assert record_incidents() == 1
    incident = Incident.objects.get()
    assert incident.ended_at == end + timedelta(seconds=1)
    assert set(incident.delayed.all()) == {received, refused}


def test_a_silent_service_of_check_ins_is_no_outage_of_the_portal(books):
    told = CheckIn.objects.create(
        facility=books.facility,
        facility_code="99999",
        visit_code="MAU1",
        stage=CheckIn.Stage.ARRIVAL,
        number=1,
        row_json=b"{}",
        sha256="c" * 64,
        edition_id="2026-1931",
        by="test",
        at=NOW,
    )
    document = books.put(State.SIGNED).document
    row = Submission.objects.create(
        check_in=told, destination=books.destination, state=State.WAITING, since=NOW, created_at=NOW
    )
    for minute in range(3):
        books.attempt(row, NOW + minute * MINUTE, outcome="NotSent", code="NO-CONNECTION", document=document)
    assert record_incidents() == 0


def test_a_silent_hub_is_an_outage_of_the_hub_tied_to_the_health_checks_it_delayed(books):
    hub_books = HubBooks.beside(books)
    portals = books.put(State.SIGNED)
    books.attempt(portals, NOW, outcome="NotSent", code="NO-CONNECTION")
    hub_books.put(State.RECEIVED, received_at=NOW - timedelta(hours=1))
    tried, waiting = hub_books.put(State.SIGNED), hub_books.put(State.SIGNED)
    for minute in range(3):
        books.attempt(tried, NOW + minute * MINUTE, outcome="NotSent", code="LOGIN-NO-ANSWER")
    assert record_incidents() == 1
    incident = Incident.objects.get()
    assert (incident.destination, incident.started_at, incident.silent_calls) == (hub_books.hub, NOW, 3)
    assert set(incident.delayed.all()) == {tried, waiting}
    books.attempt(tried, NOW + 5 * MINUTE)
    assert record_incidents() == 1
    incident.refresh_from_db()
    assert incident.ended_at is not None and not outages_of(books.destination.pk)


def test_recording_twice_changes_nothing(books):
    silent_hour(books)
    assert [record_incidents() for _ in range(3)] == [1, 0, 0]
    assert Entry.objects.filter(action="incident-noted").count() == 1


def test_looking_back_is_bounded_but_an_open_outage_is_followed_from_its_beginning(books):
    silent_hour(books)
    assert record_incidents(since=NOW + 10 * MINUTE) == 0
    assert record_incidents(since=NOW - MINUTE) == 1
    books.attempt(books.put(State.SIGNED), NOW + 20 * MINUTE)
    assert record_incidents(since=NOW + 15 * MINUTE) == 1
    assert Incident.objects.get().silent_calls == 3


def test_a_second_outage_is_an_incident_of_its_own(books):
    _, tried, _, _ = silent_hour(books)
    books.attempt(tried, NOW + 10 * MINUTE)
    record_incidents()
    for minute in range(20, 23):
        books.attempt(tried, NOW + minute * MINUTE, outcome="TryLater", code="HTTP-503")
    assert record_incidents() == 1
    assert Incident.objects.count() == 2
    assert Incident.objects.filter(ended_at=None).get().started_at == NOW + 20 * MINUTE


def test_a_cause_is_stated_by_a_person_with_evidence_and_only_the_gateways_moves_deadlines(books):
    silent_hour(books)
    record_incidents()
    incident = Incident.objects.get()
    assert [each.extends for each in outages_of(books.destination.pk)] == [False]
    with pytest.raises(NeedsEvidence):
        state_cause(by="hoa", incident=incident, cause="gateway", told="  ")
    with pytest.raises(NeedsEvidence):
        state_cause(by="hoa", incident=incident, cause="weather", told="thông báo")
    state_cause(by="hoa", incident=incident, cause="network", told="Đứt cáp, đã báo 09:10")
    assert [each.extends for each in outages_of(books.destination.pk)] == [False]
    state_cause(by="hoa", incident=incident, cause="gateway", told="Thông báo của cổng lúc 09:00")
    assert [each.extends for each in outages_of(books.destination.pk)] == [True]
    assert Entry.objects.filter(action="incident-cause-stated").count() == 2
