import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from tests.health_check_file import Export
from tests.unit.web.test_hub_pages import switch_on

from sosuckhoe.hospital.delivery.backups.schedule import Backups
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import (
    Attempt,
    Destination,
    Incident,
    Pulse,
    SignedDocument,
    SigningKey,
    Submission,
)
from sosuckhoe.hospital.delivery.restoring.noticing import declare
from sosuckhoe.hospital.delivery.watching import pulse, time_source
from sosuckhoe.hospital.delivery.watching import watched as board
from sosuckhoe.hospital.delivery.watching.reconciling_run import forget_counts
from sosuckhoe.hospital.delivery.watching.rehashing import check_stored
from sosuckhoe.hospital.delivery.watching.time_source import TimeSource
from sosuckhoe.hospital.delivery.watching.watched import ALARMS, Watched, alarms, watched
from sosuckhoe.hospital.staff.models import Facility
from sosuckhoe.hospital.web.delivery import metrics


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    forget_counts()


def read(**headers: str) -> dict[str, dict[tuple[str, ...], float]]:
    answer = Client().get("/metrics", **headers)
    assert answer.status_code == 200
    return {
        family.name: {tuple(sample.labels.values()): sample.value for sample in family.samples}
        for family in text_string_to_metric_families(answer.content.decode())
    }


def codes() -> set[str]:
    return {alarm.code for alarm in alarms(watched(timezone.now()))}


def test_the_metrics_count_what_the_ledger_has(ward):
    found = read()
    states = {state for _, state in found["sosuckhoe_submissions"]}
    assert sum(found["sosuckhoe_submissions"].values()) == Submission.ledger.count()
    assert states == set(Submission.ledger.values_list("state", flat=True))
    assert found["sosuckhoe_restore_hold"][()] == 0
    assert found["sosuckhoe_submission_oldest_seconds"].keys() == found["sosuckhoe_submissions"].keys()


def test_an_outage_is_counted_until_it_has_ended(ward):
    attempt = Attempt.objects.select_related("submission").earliest("pk")
    assert read()["sosuckhoe_incidents_open"][()] == 0
    Incident.objects.create(
        destination_id=attempt.submission.destination_id,
        first_attempt=attempt,
        started_at=attempt.started_at,
        silent_calls=3,
    )
    assert read()["sosuckhoe_incidents_open"][()] == 1
    Incident.objects.update(ended_at=timezone.now(), ending_attempt=Attempt.objects.latest("pk"))
    assert read()["sosuckhoe_incidents_open"][()] == 0


def test_what_is_free_on_the_disk_is_measured_where_the_program_writes(ward, home):
    told = read()["sosuckhoe_disk_free_bytes"][()]
    assert told == pytest.approx(shutil.disk_usage(home).free, rel=0.2)


def test_no_personal_data_is_in_the_metrics(ward):
    text = Client().get("/metrics").content.decode()
    for row in Submission.objects.select_related("version__visit__patient"):
        assert row.version.visit.visit_code not in text
        assert row.version.visit.patient.full_name not in text
        for number in row.version.visit.patient.identifiers.all():
            assert number.value not in text


def test_another_machine_needs_the_token_and_so_does_whoever_comes_through_a_proxy(ward, home):
    assert Client(REMOTE_ADDR="10.0.0.7").get("/metrics").status_code == 403
    assert Client(HTTP_X_FORWARDED_FOR="10.0.0.7").get("/metrics").status_code == 403
    (home / "secrets" / "metrics-token").write_text("mot-ma-dai\n")
    far = Client(REMOTE_ADDR="10.0.0.7")
    assert far.get("/metrics", HTTP_AUTHORIZATION="Bearer khac").status_code == 403
    assert far.get("/metrics", HTTP_AUTHORIZATION="Bearer mot-ma-dai").status_code == 200


def test_switched_off_there_is_no_such_page(ward, settings):
    settings.METRICS = False
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/healthz").content == b"ok\n"


def test_a_silent_worker_is_an_alarm_within_five_minutes_and_the_board_shows_the_same(ward, as_role):
    now = timezone.now()
    Pulse.objects.create(name="may-gui", at=now)
    assert "worker-silent" not in codes()
    Pulse.objects.update(at=now - timedelta(minutes=4, seconds=30))
    assert "worker-silent" in codes()
    assert read()["sosuckhoe_alarm"][("worker-silent",)] == 1
    assert "Chương trình gửi không chạy" in as_role(ward, "it").get("/gui/").content.decode()


def test_a_clock_that_is_ahead_neither_silences_the_alarm_nor_raises_it(ward, monkeypatch):
    ahead = timezone.now() + timedelta(hours=1)
    Pulse.objects.create(name="may-gui-da-tat", at=ahead)
    assert "worker-silent" in codes()
    monkeypatch.setattr(pulse, "_last", {})
    assert pulse.beat(ahead) and "worker-silent" not in codes()
    assert pulse.beat(timezone.now()), "the clock was set right"


NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def look(**changes: Any) -> Watched:
    """A house where all is well, but for what is changed."""
    well: dict[str, Any] = {
        "at": NOW,
        "states": {("Cổng", "RECEIVED"): (9, NOW - 90 * DAY)},
        "held": {},
        "attempts": {},
        "destinations": {"Cổng": Destination(name="Cổng")},
        "keys": {},
        "signs_until": (("Bệnh viện", NOW + 400 * DAY),),
        "incidents": 0,
        "pulse": NOW,
        "checked_at": NOW,
        "chain_is_whole": True,
    }
    return Watched(**{**well, **changes})


def since(state: str, ago: timedelta) -> dict[str, Any]:
    return {"states": {("Cổng", state): (1, NOW - ago)}}


def portal(**columns: Any) -> dict[str, Any]:
    return {"destinations": {"Cổng": Destination(name="Cổng", **columns)}}


def ends(in_time: timedelta) -> dict[str, Any]:
    return {"signs_until": (("Bệnh viện", NOW + in_time), ("Phòng khám", NOW + 400 * DAY))}


def missed(ago: timedelta, **known: Any) -> dict[str, Any]:
    """The last good backup was so long ago; one is due every day."""
    return {"backups": Backups(**{"hours": 24, "good_at": NOW - ago, **known})}


LIMITS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("read-only", {"cannot_save": ""}, {"cannot_save": "Cơ sở dữ liệu đang chỉ cho đọc."}),
    ("restore-hold", {"restore_hold": False}, {"restore_hold": True}),
    ("disk-full", {"room": 200 * 10**6}, {"room": 200 * 10**6 - 1}),
    ("disk-filling", {"room": 2 * 10**9}, {"room": 2 * 10**9 - 1}),
    ("disk-filling", {"room": 200 * 10**6 - 1}, {"room": 200 * 10**6}),
    ("chain-broken", {"chain_is_whole": None}, {"chain_is_whole": False}),
    ("damaged", {"damaged": 0}, {"damaged": 1}),
    ("worker-silent", {"pulse": NOW - 4 * MINUTE}, {"pulse": NOW - 4 * MINUTE - SECOND}),
    ("worker-silent", {"pulse": None}, {"pulse": None, **since("WAITING", SECOND)}),
    ("worker-silent", {"pulse": None, **since("HELD", SECOND)}, {"pulse": None, **since("SIGNED", SECOND)}),
    ("key-ended", ends(SECOND), ends(timedelta(0))),
    ("key-refused", {"keys_refused": ()}, {"keys_refused": ("Dịch vụ ký",)}),
    ("key-ends", ends(30 * DAY + SECOND), ends(30 * DAY)),
    ("key-ends", ends(timedelta(0)), ends(SECOND)),
    ("paused", portal(), portal(paused_at=NOW)),
    ("portal-silent", portal(failures=2), portal(failures=3)),
    ("unknown-long", since("UNKNOWN", 30 * MINUTE), since("UNKNOWN", 30 * MINUTE + SECOND)),
    ("waits-long", since("SIGNED", 30 * MINUTE), since("SIGNED", 30 * MINUTE + SECOND)),
    ("waits-long", since("WAITING", 30 * MINUTE), since("WAITING", 30 * MINUTE + SECOND)),
    ("clocks-differ", {"clocks": {"Cổng": 2 * SECOND}}, {"clocks": {"Cổng": 2.1 * SECOND}}),
    ("clocks-differ", {"clocks": {"Cổng": -2 * SECOND}}, {"clocks": {"Cổng": -2.1 * SECOND}}),
    ("clock-lost", {"time": TimeSource(15.999999, 64)}, {"time": TimeSource(16.0, 0)}),
    ("clock-lost", {"time": None}, {"time": TimeSource(16.0, 64)}),
    ("disk-slow", {"flush": 1.0}, {"flush": 1.1}),
    ("log-large", {"log": 64 * 2**20}, {"log": 64 * 2**20 + 1}),
    ("transaction-old", {"transaction": 60 * MINUTE}, {"transaction": 60 * MINUTE + SECOND}),
    ("late", {"late": {}}, {"late": {"at-once": 1}}),
    ("late", {"late": {}}, {"late": {"hub-24-hours": 1}}),
    ("practice-receipts", {"held": {"FAULTS": 1}}, {"held": {"PRACTICE": 1}}),
    ("backup-missed", missed(24 * HOUR + 45 * MINUTE), missed(24 * HOUR + 45 * MINUTE + SECOND)),
    ("backup-missed", missed(30 * DAY, hours=None), missed(30 * DAY, good_at=None, since=NOW - 2 * DAY)),
    ("backup-missed", missed(HOUR), missed(HOUR, hours=None, unreadable=True)),
    ("backup-failed", missed(HOUR, hours=None, failed_at=NOW), missed(HOUR, failed_at=NOW, why="hết chỗ")),
    ("not-checked", {"checked_at": NOW - 26 * 60 * MINUTE}, {"checked_at": NOW - 26 * 60 * MINUTE - SECOND}),
]
"""Of each alarm: what is still well, and what is no longer."""


@pytest.mark.parametrize(("code", "well", "no_longer"), LIMITS)
def test_every_alarm_is_off_while_all_is_well_and_on_from_its_limit(code, well, no_longer):
    assert code not in {alarm.code for alarm in alarms(look(**well))}
    assert code in {alarm.code for alarm in alarms(look(**no_longer))}


def test_in_a_house_where_all_is_well_there_is_no_alarm_and_each_has_its_limit():
    assert not list(alarms(look()))
    assert {code for code, _, _ in LIMITS} == set(ALARMS)


def test_every_metric_says_what_was_seen(db, monkeypatch):
    seen = look(
        states={("Cổng", "SIGNED"): (4, NOW - MINUTE), ("Cổng", "RECEIVED"): (9, NOW - DAY)},
        held={"RESTORED-LEFT": 2},
        attempts={("Cổng", "Accepted"): 7},
        destinations={
            "Cổng": Destination(name="Cổng", failures=5, answered_at=NOW - 2 * MINUTE),
            "Trục": Destination(name="Trục", paused_at=NOW),
        },
        keys={"ab12": NOW + 3 * DAY},
        late={"at-once": 6},
        incidents=8,
        pulse=NOW - 11 * SECOND,
        checked_at=NOW - 12 * SECOND,
        chain_is_whole=False,
        damaged=13,
        restore_hold=True,
        cannot_save="Cơ sở dữ liệu đang chỉ cho đọc.",
        room=14,
        time=TimeSource(16.0, 64),
        flush=14.5,
        log=15,
        transaction=16 * SECOND,
        clocks={"Cổng": timedelta(0), "Trục": -15 * SECOND},
    )
    monkeypatch.setattr(metrics, "watched", lambda now: seen)
    found = read()
    on = {name for (name,), value in found.pop("sosuckhoe_alarm").items() if value}
    assert on == {alarm.code for alarm in alarms(seen)}
    assert found == {
        "sosuckhoe_submissions": {("Cổng", "SIGNED"): 4, ("Cổng", "RECEIVED"): 9},
        "sosuckhoe_submission_oldest_seconds": {("Cổng", "SIGNED"): 60, ("Cổng", "RECEIVED"): 86400},
        "sosuckhoe_held": {("RESTORED-LEFT",): 2},
        "sosuckhoe_attempts": {("Cổng", "Accepted"): 7},
        "sosuckhoe_paused": {("Cổng",): 0, ("Trục",): 1},
        "sosuckhoe_failures_in_a_row": {("Cổng",): 5, ("Trục",): 0},
        "sosuckhoe_last_answer_age_seconds": {("Cổng",): 120},
        "sosuckhoe_clock_ahead_seconds": {("Cổng",): 0, ("Trục",): -15},
        "sosuckhoe_certificate_days_left": {("ab12",): 3},
        "sosuckhoe_clocks_overdue": {("at-once",): 6},
        "sosuckhoe_incidents_open": {(): 8},
        "sosuckhoe_restore_hold": {(): 1},
        "sosuckhoe_read_only": {(): 1},
        "sosuckhoe_disk_free_bytes": {(): 14},
        "sosuckhoe_clock_held": {(): 0},
        "sosuckhoe_clock_largest_error_seconds": {(): 16},
        "sosuckhoe_disk_flush_seconds": {(): 14.5},
        "sosuckhoe_sqlite_log_bytes": {(): 15},
        "sosuckhoe_oldest_transaction_seconds": {(): 16},
        "sosuckhoe_worker_pulse_age_seconds": {(): 11},
        "sosuckhoe_stored_check_age_seconds": {(): 12},
        "sosuckhoe_stored_damaged": {(): 13},
        "sosuckhoe_journal_chain_whole": {(): 0},
    }


def test_another_facilitys_certificate_does_not_hide_that_this_ones_ends(ward):
    assert not {"key-ends", "key-ended"} & codes()
    other = Facility.objects.create(name="Phòng khám Mẫu")
    key = SigningKey.objects.create(
        facility=other,
        name="sắp hết",
        fingerprint="0" * 64,
        not_before=timezone.now() - 300 * DAY,
        not_after=timezone.now() + 7 * DAY,
    )
    assert "key-ends" in codes()
    SigningKey.objects.filter(pk=key.pk).update(not_after=timezone.now() - DAY)
    assert "key-ended" in codes()
    (said,) = [one.sentence for one in alarms(watched(timezone.now())) if one.code == "key-ended"]
    assert said.startswith("Phòng khám Mẫu: ")
    assert ("0" * 16,) in read()["sosuckhoe_certificate_days_left"]
    SigningKey.objects.filter(pk=key.pk).update(retired_at=timezone.now())
    assert not {"key-ends", "key-ended"} & codes()
    assert ("0" * 16,) not in read()["sosuckhoe_certificate_days_left"]


@pytest.mark.parametrize(
    ("source", "word"),
    [
        (None, "không biết có được đồng bộ hay không"),
        (TimeSource(0.1, 0), "được giữ theo nguồn giờ chuẩn"),
        (TimeSource(16.0, 64), "chưa đồng bộ"),
    ],
)
def test_the_board_says_what_is_known_of_this_machines_clock(ward, as_role, monkeypatch, source, word):
    monkeypatch.setattr(board, "time_source", lambda: source)
    page = as_role(ward, "it").get("/gui/").content.decode()
    assert f"Đồng hồ của máy này: {word}." in page
    assert "clock-lost" not in codes(), "a machine for practice may never have had a source"
    monkeypatch.setattr(time_source, "_noted", {})
    time_source.note_time_source(TimeSource(0.1, 0))
    assert ("clock-lost" in codes()) == (word == "chưa đồng bộ")
    assert ("sosuckhoe_clock_held" in read()) == (source is not None)


def test_a_restore_on_hold_is_an_alarm(ward):
    declare(by="test", reason="thử")
    assert "restore-hold" in codes() and read()["sosuckhoe_restore_hold"][()] == 1


@pytest.mark.parametrize("flip", ["inside", "so-that-it-does-not-unpack"])
def test_a_signed_file_damaged_on_the_disk_is_found_at_night_and_held(ward, flip):
    from django.db import connection

    signed = Submission.objects.filter(state="SIGNED").order_by("pk")[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM delivery_signeddocument WHERE id = %s", [signed.document_id])
        stored = bytearray(cursor.fetchone()[0])
        stored[len(stored) // 2 if flip == "inside" else 0] ^= 0x40
        cursor.execute(
            "DROP TRIGGER IF EXISTS delivery_signeddocument_no_update"
        ) if connection.vendor == "sqlite" else cursor.execute(
            "DROP TRIGGER delivery_signeddocument_append_only ON delivery_signeddocument"
        )
        cursor.execute(
            "UPDATE delivery_signeddocument SET content = %s WHERE id = %s",
            [bytes(stored), signed.document_id],
        )
    found = check_stored(by="night")
    assert found.damaged["document"] == (signed.document_id,) and found.chain_is_whole
    assert found.counts["document"] == SignedDocument.objects.count()
    signed.refresh_from_db()
    assert (signed.state, signed.problem_code) == ("HELD", "DOCUMENT-DAMAGED")
    assert "damaged" in codes()


def test_the_page_of_reconciling_counts_once_for_all_who_open_it(ward, as_role):
    client = as_role(ward, "records")
    first = client.get("/doi-chieu/").content.decode()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as again:
        second = client.get("/doi-chieu/").content.decode()
    assert not [
        q
        for q in again.captured_queries
        if "visits_recordversion" in q["sql"] and "visits_visit" in q["sql"] and "closed_at" in q["sql"]
    ]
    assert first.count("<li>") == second.count("<li>")
    with CaptureQueriesContext(connection) as counted:
        client.get("/doi-chieu/?dem=lai")
    assert len(counted) > len(again)


def test_a_late_health_check_is_an_alarm_and_a_metric_of_its_own_clock_and_opens_its_list(ward, as_role):
    switch_on()
    hub = Destination.objects.create(
        name="Trục mẫu",
        kind="hub",
        facility=ward.facility,
        base_url="http://127.0.0.1:9",
        account="mau",
        secret_reference="env:KHONG",
    )
    client, late = as_role(ward, "it"), f"{reverse('web:delivery_health_checks')}?xem=qua-han"
    assert late not in client.get("/gui/").content.decode()
    take_file("ksk.xml", Export().bytes(), by="test")
    assert Submission.ledger.filter(destination=hub).exists()
    page = client.get("/gui/").content.decode()
    assert "1 phiếu khám sức khỏe quá hạn gửi lên trục" in page and late in page
    found = read()
    assert found["sosuckhoe_alarm"][("late",)] == 1
    assert found["sosuckhoe_clocks_overdue"][("hub-24-hours",)] == 1
    at_hub, elsewhere = look(late={"hub-working-day": 2}), look(late={"at-once": 3})
    assert [(alarm.code, alarm.of_hub) for alarm in alarms(at_hub)] == [("late", True)]
    assert [(alarm.code, alarm.of_hub) for alarm in alarms(elsewhere)] == [("late", False)]
    assert [alarm.sentence[:2] for alarm in alarms(look(late={"at-once": 3, "hub-24-hours": 2}))] == [
        "3 ",
        "2 ",
    ]
