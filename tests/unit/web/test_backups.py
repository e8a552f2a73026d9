"""Whether a backup was missed: known from two files of the home, said on the board and in the metrics (F65)."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.unit.web.test_metrics import codes, read

from sosuckhoe.hospital.delivery.backups import schedule, taking
from sosuckhoe.hospital.delivery.backups.problems import BackupProblem

HOUR = timedelta(hours=1)


def set_hours(home: Path, text: str, ago: timedelta = timedelta(0)) -> None:
    file = home / "backup-hours.txt"
    file.write_text(text)
    at = (timezone.now() - ago).timestamp()
    os.utime(file, (at, at))


def note_good(ago: timedelta) -> None:
    schedule.note_good(timezone.now() - ago, Path("/mnt/o-roi/sosuckhoe-mau"), 1000, 1.0)


def test_without_a_schedule_the_board_says_so_and_nothing_is_missed(ward, as_role, home):
    note_good(99 * 24 * HOUR)
    schedule.note_failure(timezone.now(), "hết chỗ")
    assert "Lịch: chưa đặt" in as_role(ward, "it").get("/gui/").content.decode()
    assert not {"backup-missed", "backup-failed"} & codes()
    assert "sosuckhoe_backup_interval_seconds" not in read()


def test_a_backup_that_did_not_come_is_an_alarm_within_the_hour(ward, as_role, home):
    set_hours(home, "24\n", ago=99 * 24 * HOUR)
    note_good(24.5 * HOUR)
    assert "backup-missed" not in codes()
    note_good(25 * HOUR)
    assert "backup-missed" in codes()
    found = read()
    assert found["sosuckhoe_alarm"][("backup-missed",)] == 1
    assert found["sosuckhoe_backup_age_seconds"][()] == pytest.approx(25 * 3600, abs=60)
    assert found["sosuckhoe_backup_interval_seconds"][()] == 24 * 3600
    page = as_role(ward, "it").get("/gui/").content.decode()
    assert "Đã quá giờ sao lưu" in page and "mỗi 24 giờ" in page
    note_good(timedelta(0))
    assert "backup-missed" not in codes()


def test_where_there_never_was_one_the_time_runs_from_when_the_schedule_was_set(ward, home):
    set_hours(home, "6")
    assert "backup-missed" not in codes()
    set_hours(home, "6", ago=7 * HOUR)
    assert "backup-missed" in codes()


def test_a_clock_that_was_ahead_does_not_silence_it(ward, home):
    set_hours(home, "6", ago=7 * HOUR)
    note_good(-48 * HOUR)
    assert "backup-missed" in codes()


@pytest.mark.parametrize("text", ["mỗi ngày", "-1", "1.5", "99999"])
def test_a_schedule_nobody_can_read_is_told_and_is_not_none(ward, as_role, home, text):
    set_hours(home, text)
    assert "backup-missed" in codes()
    assert "không đọc được" in as_role(ward, "it").get("/gui/").content.decode()


def test_a_failed_try_is_an_alarm_at_once_with_its_reason_until_the_next_good_one(ward, as_role, home):
    set_hours(home, "24")
    note_good(HOUR)
    with pytest.raises(BackupProblem):
        taking.take(home / "khong-gan")
    assert "backup-failed" in codes()
    assert "gắn ổ" in as_role(ward, "it").get("/gui/").content.decode()
    note_good(timedelta(0))
    assert "backup-failed" not in codes()


def test_a_full_home_costs_the_note_and_not_the_copy(ward, home, tmp_path):
    (home / schedule.FACTS).mkdir()  # nothing can take its place
    note_good(timedelta(0))
    assert not [each for each in home.iterdir() if each.name.startswith(f"{schedule.FACTS}.")]
