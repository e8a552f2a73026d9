"""Made = signed = sent = received, of health checks: every gap has its cause, and visits are counted as before."""

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from tests.unit.reconciling.conftest import NOW, Books
from tests.unit.reconciling.hub_books import HubBooks

from sosuckhoe.cli import main
from sosuckhoe.hospital.delivery.models import Destination, Receipt
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching import reconciling_run
from sosuckhoe.hospital.delivery.watching.deadlines import Outage
from sosuckhoe.hospital.delivery.watching.gap_causes import CAUSES
from sosuckhoe.hospital.delivery.watching.hub_reconciling import OF_HEALTH_CHECKS, reconcile_health_checks
from sosuckhoe.hospital.delivery.watching.reconciling import reconcile
from sosuckhoe.hospital.delivery.watching.working_calendar import WorkingCalendar
from sosuckhoe.hospital.journal.models import Entry

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


@pytest.fixture
def hub(books: Books) -> HubBooks:
    return HubBooks.beside(books)


def count(first: date = FIRST, last: date = LAST, **more):
    return reconcile_health_checks(first, last, at=NOW, calendar=WorkingCalendar(), **more)


STATES = {
    State.WAITING: "TO-SIGN",
    State.SIGNED: "TO-SEND",
    State.SENDING: "IN-FLIGHT",
    State.UNKNOWN: "UNKNOWN",
    State.REFUSED: "REFUSED",
    State.HELD: "SET-UP",
    State.SUPERSEDED: "SUPERSEDED-ALONE",
}


def test_every_equality_holds_and_every_gap_has_its_cause(hub):
    for state in (*STATES, State.RECEIVED, State.RECEIVED):
        hub.put(state)
    hub.check(code="KSK-KHONG-TRUC")
    found = count()
    assert {cause: len(gaps) for cause, gaps in found.by_cause.items()} == dict.fromkeys(
        (*STATES.values(), "NO-TASK"), 1
    )
    assert all(line.holds for line in found.lines)
    assert [(line.before, line.whole, line.passed) for line in found.lines] == [
        ("closed", 10, 6),
        ("signed", 6, 5),
        ("sent", 5, 2),
    ]
    assert all("cổng" not in OF_HEALTH_CHECKS.causes[code].next_step.lower() for code in found.by_cause)
    assert not found.complete and found.as_json()["stages"] == {
        "closed": 10,
        "signed": 6,
        "sent": 5,
        "received": 2,
    }


def test_only_the_newest_file_of_a_check_up_counts_and_waits_for_what_is_unclear_before_it(hub):
    hub.put(State.UNKNOWN, hub.check(code="KSK-SUA"))
    hub.put(State.SIGNED, hub.check(code="KSK-SUA", number=2))
    hub.put(State.SUPERSEDED, hub.check(code="KSK-THAY"))
    hub.put(State.RECEIVED, hub.check(code="KSK-THAY", number=2))
    found = count()
    assert len(found.stories) == 2 and set(found.by_cause) == {"OLDER-VERSION"}


def test_it_counts_by_the_day_it_was_made_and_by_the_day_it_came_where_that_is_missing(hub):
    hub.put(State.RECEIVED, hub.check(NOW - 40 * DAY), received_at=NOW - 39 * DAY)
    assert count() is None
    hub.put(State.RECEIVED, hub.check(None))
    assert len(count().stories) == 1 and count().complete


def test_a_file_received_before_the_period_is_no_contradiction(hub):
    hub.put(State.FINDINGS, hub.check(NOW - 60 * DAY, code="KSK-CU"), received_at=NOW - 59 * DAY)
    hub.put(State.RECEIVED, hub.check(NOW - DAY, code="KSK-CU", number=2))
    assert count().complete


def test_a_receipt_that_the_journal_outside_does_not_have_is_a_gap(hub, home):
    hub.put(State.RECEIVED)
    assert count().complete
    (home / "receipts.jsonl").unlink()
    assert set(count().by_cause) == {"RECEIPT-NOT-IN-JOURNAL"}


def test_the_hubs_clock_runs_and_an_outage_is_told_beside_it_but_moves_nothing(hub):
    hub.put(State.SIGNED, hub.check(NOW - 2 * DAY))
    hub.put(State.SIGNED, hub.check(NOW - DAY + timedelta(hours=2)))
    hub.put(State.RECEIVED, hub.check(NOW - 2 * DAY), received_at=NOW - 2 * DAY + timedelta(hours=1))
    outage = Outage(7, NOW - 2 * DAY, NOW - DAY, True)
    found = count(outages={hub.hub.pk: [outage]})
    assert [(due.clock.id, due.incidents, due.extension) for _, due in found.late()] == [
        ("hub-24-hours", (7,), timedelta(0))
    ]
    assert len(found.late_today()) == 1
    Destination.objects.filter(pk=hub.hub.pk).update(hub={"due": "working_day"})
    assert {due.clock.id for _, due in count().late()} == {"hub-working-day"}


def test_a_destination_that_is_chosen_shows_its_own(hub, books):
    hub.put(State.SIGNED)
    assert count(destination=books.destination) is None
    assert len(count(destination=hub.hub).stories) == 1
    books.put(State.RECEIVED)
    visits = reconcile(FIRST, LAST, at=NOW, calendar=WorkingCalendar())
    assert len(visits.stories) == 1 and visits.complete, "health checks are in no count of visits"


def test_the_whole_is_complete_only_when_both_are_and_the_journal_keeps_both(hub, books, monkeypatch):
    monkeypatch.setattr(reconciling_run.timezone, "now", lambda: NOW)
    books.put(State.RECEIVED)
    row = hub.put(State.SIGNED)
    found = reconciling_run.reconcile_now(FIRST, LAST, by="test")
    assert not found.gaps and not found.complete
    line = Entry.objects.get(action="reconciled").detail
    assert (line["count"], line["causes"], line["health_checks"]) == (0, {}, {"TO-SEND": 1})
    assert found.as_json()["health_checks"]["gaps"][0]["visit"] == row.health_check.code


def test_many_are_read_in_as_many_questions_as_few(hub, django_assert_max_num_queries):
    hub.put(State.RECEIVED)
    with django_assert_max_num_queries(12) as few:
        count()
    for _ in range(8):
        hub.put(State.RECEIVED)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(count().stories) == 9


def test_the_command_says_both(hub, books, monkeypatch, capsys):
    monkeypatch.setattr("sosuckhoe.cli.reconcile.start", lambda: None)
    hub.put(State.UNKNOWN)
    asked = ["reconcile", "--from", FIRST.isoformat(), "--to", LAST.isoformat()]
    assert main(asked) == 1
    told = capsys.readouterr().out
    assert "1 phiếu khám sức khỏe đã lập = 1 đã ký" in told and "[UNKNOWN]" in told
    assert "Không có chỗ lệch nào" not in told
    assert main([*asked, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["health_checks"]["causes"] == {"UNKNOWN": 1}
    assert Receipt.objects.count() == 0 and set(OF_HEALTH_CHECKS.causes) == set(CAUSES)


def test_the_page_has_the_equalities_and_every_number_opens_its_list(hub, desk):
    row, client = hub.put(State.UNKNOWN, hub.check(timezone.now() - 2 * DAY)), desk("planning")
    page = client.get(reverse("web:delivery_reconciling"), {"ky": "31-ngay"}).content.decode()
    assert "phiếu khám sức khỏe đã lập" in page and "1 phiếu quá hạn" in page
    assert "Gửi khám sức khỏe lên trục trong 24 giờ" in page
    address = f"{reverse('web:delivery_reconciling_list')}?ky=31-ngay&phieu=UNKNOWN"
    assert escape(address) in page
    found = client.get(address).content.decode()
    assert reverse("web:delivery_health_check", args=[row.pk]) in found and "1 lượt" in found
    assert client.get(address.replace("UNKNOWN", "KHAC")).status_code == 404
