"""What is kept under a hash is hashed again at night, whatever it is: one byte that changed on the disk is told (F16)."""

import hashlib

import pytest
from django.db import connection
from django.utils import timezone
from tests.unit.web.ward import Ward

from sosuckhoe.hospital.delivery.erasing import copy_of, erase_file
from sosuckhoe.hospital.delivery.models import PreparedDocument, SignedDocument, StatusAnswer, Submission
from sosuckhoe.hospital.delivery.watching.rehashing import check_stored, last_check
from sosuckhoe.hospital.delivery.watching.watched import alarms, watched
from sosuckhoe.hospital.visits.models import CheckIn, HealthCheck, RecordVersion, SourceFile

KEPT = {
    "document": (SignedDocument, "content"),
    "prepared": (PreparedDocument, "content"),
    "version": (RecordVersion, "record_json"),
    "check-in": (CheckIn, "row_json"),
    "health-check": (HealthCheck, "document"),
    "file": (SourceFile, "stored"),
    "status-answer": (StatusAnswer, "content"),
}
CONTENT = b"<mau>" * 40


@pytest.fixture
def full(ward: Ward) -> Ward:
    """The ward, and one of each kind that it does not have by itself."""
    now, digest = timezone.now(), hashlib.sha256(CONTENT).hexdigest()
    HealthCheck.objects.create(
        facility=ward.facility,
        facility_code="99999",
        code="KSK-MAU",
        number=1,
        document=CONTENT,
        sha256=digest,
        remarks=[],
        by="records",
        at=now,
    )
    PreparedDocument.objects.create(
        submission=Submission.objects.all()[0],
        content=CONTENT,
        unsigned_sha256=digest,
        prepared_at=now,
        prepared_by="it",
    )
    StatusAnswer.objects.create(sha256=digest, content=CONTENT)
    return ward


def codes() -> set[str]:
    return {each.code for each in alarms(watched(timezone.now()))}


def flip(kind: str) -> int:
    """One bit of one row, behind the program's back; returns the row's key."""
    model, column = KEPT[kind]
    table, row = model._meta.db_table, model.objects.exclude(**{column: None}).order_by("pk")[0]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_update")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
        cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", [row.pk])
        stored = bytearray(cursor.fetchone()[0])
        stored[len(stored) // 2] ^= 0x40
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [bytes(stored), row.pk])
    return row.pk


def test_what_is_whole_is_counted_and_nothing_is_told(full: Ward) -> None:
    found = check_stored(by="night")
    assert all(found.counts[kind] for kind in [*KEPT, "copy"]), found.counts
    assert not any(found.damaged.values()) and "damaged" not in codes()


@pytest.mark.parametrize("kind", KEPT)
def test_one_bit_is_found_in_whatever_is_kept_under_a_hash(full: Ward, kind: str) -> None:
    key = flip(kind)
    found = check_stored(by="night")
    assert {name: keys for name, keys in found.damaged.items() if keys} == {kind: (key,)}
    entry = last_check()
    assert entry is not None and entry.detail["damaged"] == [f"{kind} {key}"]
    assert "damaged" in codes()


@pytest.mark.parametrize("how", ["flipped", "gone"])
def test_the_copy_of_a_file_that_was_not_taken_in_is_judged_until_it_is_erased(full: Ward, how: str) -> None:
    file = SourceFile.objects.exclude(quarantine_path="").get()
    place = copy_of(file.sha256)
    if how == "gone":
        place.unlink()
    else:
        place.write_bytes(place.read_bytes()[:-1] + b"\x00")
    assert check_stored(by="night").damaged["copy"] == (file.pk,)
    erase_file(by="records", file=file, why="gửi nhầm", at=timezone.now())
    assert not check_stored(by="night").damaged["copy"]
