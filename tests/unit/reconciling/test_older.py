"""Older visits that still have work: seen in every count, alarm and list; what is finished is not read for it."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.unit.reconciling.conftest import Books
from tests.unit.reconciling.hub_books import HubBooks

from sosuckhoe.cli import main
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching import counting, portal_findings
from sosuckhoe.hospital.delivery.watching.older import older_open
from sosuckhoe.hospital.delivery.watching.reconciling_run import last_days, look, reconcile_tonight
from sosuckhoe.hospital.delivery.watching.watched import alarms, watched
from sosuckhoe.hospital.delivery.withholding import withhold
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.web.delivery.metrics import _Look

S = State


@pytest.fixture
def long_ago(books: Books, monkeypatch) -> Books:
    """Visits closed 45 days ago, received the same day where they are."""
    monkeypatch.setattr(counting, "_kept", {})
    closed = timezone.now() - timedelta(days=45)
    plain, put = books.visit, books.put
    monkeypatch.setattr(books, "visit", lambda closed_at=closed, **more: plain(closed_at, **more))
    monkeypatch.setattr(
        books,
        "put",
        lambda state, visit=None, **more: put(
            state, visit or books.visit(), **{"since": closed + timedelta(hours=1), **more}
        ),
    )
    return books


def told(books: Books, row: Submission, days_ago: int = 6) -> None:
    """The portal told of a fault in it, some days after all was well."""
    books.finding(row, timezone.now() - timedelta(days=days_ago))
    Submission.objects.filter(pk=row.pk, state=S.RECEIVED).update(state=S.FINDINGS)


def late(days: int = 31) -> dict[str, set[str]]:
    """The clocks that are late, each with the codes of its visits."""
    found: dict[str, set[str]] = {}
    for story, due in look(*last_days(days)).late():
        found.setdefault(due.clock.id, set()).add(story.visit_code)
    return found


@pytest.mark.parametrize("days", [1, 7, 31])
def test_a_visit_held_for_45_days_is_late_whatever_period_is_looked_at(long_ago, days):
    code = long_ago.put(S.HELD).visit_code
    long_ago.put(S.RECEIVED)
    assert late(days)["at-once"] == {code}
    result = look(*last_days(days))
    assert {code: len(gaps) for code, gaps in result.older.by_cause.items()} == {"FAULTS": 1}
    assert not result.complete and not result.gaps and result.lines[0].whole == 0, "no equality counts it"


@pytest.mark.parametrize("state", [S.WAITING, S.HELD, S.SIGNED, S.SENDING, S.UNKNOWN, S.REFUSED, S.FINDINGS])
def test_whatever_is_open_is_found_and_what_is_finished_is_not(long_ago, state):
    row = long_ago.put(state)
    for over in (S.RECEIVED, S.ACCEPTED):
        long_ago.put(over)
    cancelled = long_ago.put(S.HELD)
    type(cancelled.version.visit).objects.filter(pk=cancelled.version.visit_id).update(cancelled=True)
    long_ago.put(S.HELD, code="WITHHELD")
    result = look(*last_days(31))
    assert [story.visit_code for story in result.older.stories] == [row.visit_code]


def test_a_finding_told_late_has_its_two_working_days_however_old_the_visit_is(long_ago):
    row = long_ago.put(S.RECEIVED)
    assert look(*last_days(31)).older is None
    portal_findings.note_rows(
        by="records", rows=[portal_findings.FindingRow(1, row.visit_code, "", "E1", "", "")]
    )
    result = look(*last_days(31))
    assert [due.clock.id for _, due in result.older.dues if due.clock.start == "finding"] == [
        "correct-2-days"
    ]
    told(long_ago, row)
    assert late() == {"correct-2-days": {row.visit_code}, "settle-7-days": {row.visit_code}, "settle-before-5th": {row.visit_code}}  # fmt: skip


def test_a_finding_of_a_replaced_version_is_work_until_it_is_settled(long_ago):
    """Its submission is in no open state, and neither is the correction's, which was received before it was told."""
    visit = long_ago.visit(insured=False)
    first = long_ago.put(S.RECEIVED, visit)
    Submission.objects.filter(pk=first.pk).update(state=S.SUPERSEDED)
    long_ago.put(S.ACCEPTED, visit)
    corrected = long_ago.put(S.RECEIVED, other := long_ago.visit())
    Submission.objects.filter(pk=corrected.pk).update(state=S.SUPERSEDED)
    told(long_ago, corrected, days_ago=30)
    long_ago.put(S.RECEIVED, other, since=timezone.now() - timedelta(days=20))
    assert look(*last_days(31)).older is None, "what a received correction answers is no work"
    told(long_ago, first)
    result = look(*last_days(31))
    assert late() == {"correct-2-days": {visit.visit_code}}
    assert [gap.visit for gap in result.older.by_cause["FINDINGS"]] == [visit.pk]


def test_the_alarm_the_metric_and_the_board_tell_of_it_and_lead_to_the_list_that_has_it(long_ago, desk):
    row = long_ago.put(S.HELD, long_ago.visit(insured=False))
    seen = watched(timezone.now())
    assert seen.late == {"at-once": 1}
    (alarm,) = [each for each in alarms(seen) if each.code == "late"]
    assert "31" not in alarm.next_step
    (overdue,) = [each for each in _Look(seen).collect() if each.name == "sosuckhoe_clocks_overdue"]
    assert [(each.labels, each.value) for each in overdue.samples] == [({"clock": "at-once"}, 1)]
    assert "31" not in overdue.documentation
    client = desk("records")
    board = client.get(reverse("web:delivery")).content.decode()
    address = reverse("web:delivery_reconciling_list") + "?ky=31-ngay&amp;han=qua-han"
    assert f'<a href="{address}">' in board
    listed = client.get(address.replace("&amp;", "&")).content.decode()
    assert row.visit_code in listed
    assert f"kết thúc {timezone.localtime(row.version.visit.closed_at):%d/%m/%Y}" in listed


@pytest.mark.parametrize("period", ["hom-nay", "7-ngay", "31-ngay"])
def test_the_page_has_them_apart_and_opens_their_list(long_ago, desk, period):
    client, address = desk("records"), reverse("web:delivery_reconciling")
    empty = client.get(address, {"ky": period}).content.decode()
    assert "Không còn lượt gửi nào dở dang của đợt kết thúc trước" in empty
    row = long_ago.put(S.HELD)
    page = client.get(address, {"ky": period, "dem": "lai"}).content.decode()
    assert "1 lượt kết thúc trước" in page and page.count(row.visit_code) == 3, "late by three clocks"
    listed = client.get(reverse("web:delivery_reconciling_list"), {"ky": period, "cu": "FAULTS"})
    assert row.visit_code in listed.content.decode() and "1 lượt kết thúc trước" in listed.content.decode()
    apart = client.get(reverse("web:delivery_reconciling_list"), {"ky": period, "vi": "FAULTS"})
    assert row.visit_code not in apart.content.decode()


def test_a_whole_cause_of_them_goes_again(long_ago, desk):
    row = long_ago.put(S.HELD, code="125")
    client, address = desk("it"), reverse("web:delivery_reconciling_rerun")
    preview = client.post(address, {"cu": "SET-UP"}).content.decode()
    assert row.visit_code in preview and Submission.objects.get().state == S.HELD
    client.post(address, {"cu": "SET-UP", "step": "save", "reason": "đã sửa"})
    assert Submission.objects.get().state == S.WAITING
    over = client.get(reverse("web:delivery_reconciling_list"), {"cu": "SET-UP"})
    assert over.status_code == 200 and "Không còn lượt nào" in over.content.decode()


def test_the_night_and_the_command_tell_of_them_and_a_chosen_period_does_not(long_ago, monkeypatch, capsys):
    row = long_ago.put(S.HELD)
    reconcile_tonight(timezone.localdate())
    line = Entry.objects.get(action="reconciled")
    assert line.detail == {"count": 0, "causes": {}, "older": {"FAULTS": 1}}
    monkeypatch.setattr("sosuckhoe.cli.reconcile.start", lambda: None)
    assert main(["reconcile"]) == 1
    text = capsys.readouterr().out
    assert "Cũ hơn còn việc" in text and "1 giữ vì lỗi [FAULTS]" in text and "Quá hạn: 3." in text
    assert main(["reconcile", "--format", "json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["stages"]["closed"] == 0 and result["causes"] == {}
    assert result["older"]["causes"] == {"FAULTS": 1}
    assert result["older"]["gaps"][0]["visit"] == row.visit_code
    assert {each["visit"] for each in result["late"]} == {row.visit_code}
    week = ["--from", str(timezone.localdate() - timedelta(days=6))]
    assert main(["reconcile", *week, "--format", "json"]) == 0
    assert "older" not in json.loads(capsys.readouterr().out)


def test_what_must_not_be_sent_is_never_late(books):
    closed = timezone.now() - timedelta(days=20)
    books.put(S.HELD, books.visit(closed), code="WITHHELD")
    assert look(*last_days(31)).by_cause.keys() == {"WITHHELD"}
    assert late() == {}


def test_finished_visits_are_not_read_to_find_them(long_ago):
    open_ones = {long_ago.put(S.HELD).version.visit_id for _ in range(2)}
    for _ in range(5):
        long_ago.put(S.RECEIVED)
    first = last_days(31)[0]
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert set(older_open(first)) == open_ones
    if connection.vendor == "sqlite":
        for query in seen.captured_queries:
            if "submission" not in query["sql"]:
                continue
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
                steps = [row[3] for row in cursor.fetchall()]
            scanned = [step for step in steps if step.startswith("SCAN") and "portalfinding" not in step]
            assert not scanned, steps


def test_a_health_check_that_the_hub_never_got_is_told_however_long_ago_it_was_made(
    books, desk, monkeypatch, capsys
):
    monkeypatch.setattr(counting, "_kept", {})
    hub, long_since = HubBooks.beside(books), timezone.now() - timedelta(days=45)
    row = hub.put(S.UNKNOWN, hub.check(long_since))
    hub.put(S.RECEIVED, hub.check(long_since), received_at=long_since)
    marked = hub.put(S.HELD, hub.check(long_since), problem_code="WITHHELD").health_check
    withhold(by="records", facility=marked.facility, facility_code="99999", code=marked.code, why="mẫu")
    found = look(*last_days(31)).health_checks
    assert not found.stories and not found.gaps and not found.complete
    assert {gap.visit_code for gap in found.older.by_cause["UNKNOWN"]} == {row.health_check.code}
    assert [story.visit_code for story, _ in found.late()] == [row.health_check.code]
    client = desk("records")
    page = client.get(reverse("web:delivery_reconciling")).content.decode()
    assert "1 phiếu quá hạn" in page and "1 phiếu lập trước" in page
    listed = client.get(reverse("web:delivery_reconciling_list"), {"phieu-cu": "UNKNOWN"}).content.decode()
    assert reverse("web:delivery_health_check", args=[row.pk]) in listed and "1 lượt lập trước" in listed
    monkeypatch.setattr("sosuckhoe.cli.reconcile.start", lambda: None)
    assert main(["reconcile"]) == 1
    assert "1 chưa rõ kết quả [UNKNOWN]" in capsys.readouterr().out
    assert Entry.objects.get(action="reconciled").detail["older_health_checks"] == {"UNKNOWN": 1}


def test_a_destination_that_is_chosen_shows_its_own_and_many_open_ones_are_counted_in_the_background(
    long_ago, monkeypatch
):
    row = long_ago.put(S.HELD)
    other = Destination.objects.create(
        name="Cổng khác",
        facility=long_ago.facility,
        base_url="http://127.0.0.1:9",
        account="khac",
        secret_reference="env:KHONG",
    )
    assert look(*last_days(7), destination=other).older is None
    assert look(*last_days(7), destination=row.destination).older is not None
    begun: list[str] = []
    monkeypatch.setattr(counting.threading.Thread, "start", lambda self: begun.append(self.name))
    monkeypatch.setattr(counting, "_running", {})
    monkeypatch.setattr(counting, "AT_ONCE", 0)
    assert counting.count(7).result is None and begun == ["count"]
