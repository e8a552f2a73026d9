from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from sosuckhoe.hospital.delivery.models import Pulse, SignedDocument, Submission
from sosuckhoe.hospital.delivery.restoring.noticing import declare
from sosuckhoe.hospital.delivery.watching.reconciling_run import forget_counts
from sosuckhoe.hospital.delivery.watching.rehashing import check_stored
from sosuckhoe.hospital.delivery.watching.watched import alarms, watched


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
    assert found.damaged_documents == (signed.document_id,) and found.chain_is_whole
    assert found.documents == SignedDocument.objects.count()
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
