"""After receipt: publication within 24 simulated hours, findings at their hours, books by person (gateway.md §5, §11.7)."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from . import papers
from .conftest import ROOT
from .portal import RECORD, Login, Portal

Sign = Callable[[bytes], bytes]


def entry_of(portal: Portal, visit_code: str) -> tuple[str, dict[str, Any]] | None:
    found = [
        (holder, entry)
        for holder, entries in portal.desk("books.json").items()
        for entry in entries
        if entry["visit_code"] == visit_code
    ]
    assert len(found) <= 1
    return found[0] if found else None


def findings_of(portal: Portal, visit_code: str) -> list[dict[str, Any]]:
    return [one for one in portal.desk("findings.json") if one["visit_code"] == visit_code]


def test_a_received_record_is_in_the_book_within_24_simulated_hours(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    number = login.send(record).json["maGiaoDich"]
    assert entry_of(portal, visit_code) is None
    received = next(row for row in portal.desk("received.json") if row["visit_code"] == visit_code)
    portal.desk("clock", {"advance_hours": 24})
    holder, entry = entry_of(portal, visit_code)
    assert (holder, entry["transaction"]) == ("id:099190000001", number)
    taken = datetime.fromisoformat(received["received_at"])
    assert taken < datetime.fromisoformat(entry["published_at"]) <= taken + timedelta(hours=24)


def test_the_newest_version_replaces_the_entry_and_an_older_one_never_comes_back(
    portal: Portal, login: Login, signed: Sign, visit_code: str
) -> None:
    first, second, third = (signed(papers.record(MA_LK=visit_code, GHI_CHU=text)) for text in "123")
    login.send(first)
    newest = login.send(second).json["maGiaoDich"]
    portal.desk("clock", {"advance_hours": 24})
    assert entry_of(portal, visit_code)[1]["transaction"] == newest
    newest = login.send(third).json["maGiaoDich"]
    portal.desk("clock", {"advance_hours": 24})
    assert entry_of(portal, visit_code)[1]["transaction"] == newest


def test_a_card_finds_the_book_when_there_is_no_personal_id(
    portal: Portal, login: Login, signed: Sign, visit_code: str
) -> None:
    login.send(signed(papers.record(MA_LK=visit_code, SO_CCCD="")))
    newborn = f"{visit_code}.be"
    login.send(signed(papers.record(MA_LK=newborn, SO_CCCD="", MA_THE_BHYT="TE1990000000009")))
    portal.desk("publish", {"all": True})
    assert entry_of(portal, visit_code)[0] == "id:099190000001"
    assert entry_of(portal, newborn)[0] == "card:TE1990000000009"


def test_a_record_without_identification_is_not_published_until_it_is_sent_with_one(
    portal: Portal, login: Login, signed: Sign, visit_code: str
) -> None:
    login.send(signed(papers.record(MA_LK=visit_code, SO_CCCD="", MA_THE_BHYT="")))
    portal.desk("publish", {"all": True})
    assert entry_of(portal, visit_code) is None
    (row,) = [row for row in portal.desk("received.json") if row["visit_code"] == visit_code]
    assert row["not_published"] == "no identification"
    login.send(signed(papers.record(MA_LK=visit_code)))
    portal.desk("publish", {"all": True})
    assert entry_of(portal, visit_code)[0] == "id:099190000001"


def test_findings_appear_at_24_and_48_hours_and_are_gone_after_60_days(
    portal: Portal, login: Login, signed: Sign, visit_code: str
) -> None:
    now = datetime.fromisoformat(portal.desk("clock")["now"]) + timedelta(hours=7)
    today = {"NGAY_VAO": f"{now:%Y%m%d}0700", "NGAY_RA": f"{now:%Y%m%d}0800"}
    login.send(signed(papers.record(MA_LK=visit_code, HO_TEN="", NGAY_SINH="19901399", T_THUOC="1", **today)))
    assert findings_of(portal, visit_code) == []
    portal.desk("clock", {"advance_hours": 23.9})
    assert findings_of(portal, visit_code) == []
    portal.desk("clock", {"advance_hours": 0.2})
    seen = {one["field"] for one in findings_of(portal, visit_code)}
    assert {"HO_TEN", "NGAY_SINH"} <= seen and "T_THUOC" not in seen
    portal.desk("clock", {"advance_hours": 24})
    assert "T_THUOC" in {one["field"] for one in findings_of(portal, visit_code)}
    portal.desk("clock", {"advance_hours": 24 * 58})
    assert findings_of(portal, visit_code) == []


def test_a_late_record_is_reported_within_six_hours(
    portal: Portal, login: Login, signed: Sign, visit_code: str
) -> None:
    login.send(signed(papers.record(MA_LK=visit_code, NGAY_VAO="202609010700", NGAY_RA="202609010800")))
    portal.desk("clock", {"advance_hours": 6.1})
    assert [one["kind"] for one in findings_of(portal, visit_code)] == ["late"]


def test_findings_never_travel_in_an_answer(
    portal: Portal, login: Login, signed: Sign, visit_code: str
) -> None:
    data = signed(papers.record(MA_LK=visit_code, T_THUOC="1"))
    login.send(data)
    portal.desk("clock", {"advance_hours": 49})
    again = Login.take(portal).send(data, path=RECORD)
    assert set(again.json) == {"maKetQua", "maGiaoDich", "thoiGianTiepNhan", "thongDiep"}
    assert again.json["thongDiep"] == "Tiếp nhận thành công"


def test_publication_is_spread_by_the_seed(
    portal: Portal, login: Login, signed: Sign, visit_code: str
) -> None:
    codes = [f"{visit_code}.{n}" for n in range(12)]
    for code in codes:
        login.send(signed(papers.record(MA_LK=code)))
    portal.desk("clock", {"advance_hours": 12})
    early = [entry_of(portal, code) is not None for code in codes]
    assert set(early) == {True, False}
    portal.desk("clock", {"advance_hours": 12})
    assert all(entry_of(portal, code) for code in codes)


WAITING = """
import json, sys
from datetime import timedelta
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.insurer.review import PATIENCE, review_due
from sosuckhoe.simulator.portal.models import Account, Submission
call_command("migrate", verbosity=0)
account = Account.objects.create(username="99999_BV", facility_code="99999")
data, found = sys.stdin.buffer.read(), []
def busy(**changes):
    code = str(len(found))
    row = Submission.objects.create(transaction=code, kind="record", account=account, facility_code="99999",
        visit_code=code, version=1, sha256=code, data=data, received_at=clock.now())
    Submission.objects.filter(pk=row.pk).update(**changes)
    found.append(review_due(clock.now(), may_wait=lambda: True))
busy(visit_code="new")
busy(received_at=clock.now() - timedelta(hours=6))
busy(visit_code="new again")
busy(received_on=timezone.now() - PATIENCE, received_at=clock.now() - timedelta(hours=1))
busy(visit_code="last")
print(json.dumps([*found, review_due(clock.now())]))
"""


def test_only_what_nobody_can_see_yet_waits_for_a_quiet_moment_and_not_for_ever(
    tmp_path: Path, record: bytes
) -> None:
    settings = {
        "DJANGO_SETTINGS_MODULE": "sosuckhoe.simulator.config.settings",
        "SOSUCKHOE_SIMULATOR_HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT / "src"),
    }
    told = subprocess.run(
        [sys.executable, "-c", WAITING], input=record, env={**os.environ, **settings}, capture_output=True
    )
    assert told.returncode == 0, told.stderr.decode()
    # What could be seen by now, or has waited for long, takes along what came with it.
    assert json.loads(told.stdout) == [0, 2, 0, 2, 0, 1]
