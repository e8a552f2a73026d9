"""After a rule changed, held visits are checked again: each in its own transaction, with its line in the journal."""

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.unit.fixes.conftest import SPACED, WRONG_TOTAL
from tests.unit.fixes.test_severities import change

from sosuckhoe.hospital.delivery.mending import rechecking
from sosuckhoe.hospital.delivery.mending.overruling import stand_by
from sosuckhoe.hospital.delivery.mending.rechecking import held, recheck, recheck_all
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.visits.models import Finding
from sosuckhoe.hospital.web.fixes import stepping


def again(clinic, **more):
    return recheck_all(
        by=clinic.ward.people["it"], versions=list(held().values_list("pk", flat=True)), at=timezone.now(),
        reason="Thử", **more,
    )  # fmt: skip


def states():
    return sorted(Submission.objects.values_list("state", flat=True))


def test_a_rule_made_a_warning_lets_go_what_it_alone_held(clinic):
    clinic.close(**SPACED)
    clinic.close(**SPACED, **WRONG_TOTAL)
    change(clinic, "FMT-015", "warning")
    assert states() == ["HELD", "HELD"]
    done = again(clinic)
    assert (len(done.released), len(done.still_held)) == (1, 1)
    assert states() == ["HELD", "WAITING"]
    assert set(Finding.objects.filter(rule="FMT-015").values_list("severity", flat=True)) == {"warning"}
    assert Entry.objects.filter(action="visit-rechecked").count() == 2
    assert not Finding.objects.exclude(overruled_by="").exists()


def test_a_rule_switched_off_leaves_nothing_behind(clinic):
    clinic.close(**SPACED)
    change(clinic, "FMT-015", "off")
    again(clinic)
    assert states() == ["WAITING"] and not Finding.objects.exists()


def test_nothing_changes_where_no_rule_did(clinic):
    clinic.close(**WRONG_TOTAL)
    before = list(Finding.objects.order_by("rule").values_list("rule", "path", "severity", "message"))
    assert len(again(clinic).still_held) == 1
    assert list(Finding.objects.order_by("rule").values_list("rule", "path", "severity", "message")) == before


def test_who_stood_by_a_value_still_does(clinic):
    clinic.close(**SPACED, **WRONG_TOTAL)
    finding = Finding.objects.get(rule="FMT-015")
    stand_by(by=clinic.ward.people["records"], finding_id=finding.pk, reason="Đúng", at=timezone.now())
    again(clinic)
    finding.refresh_from_db()
    assert finding.overruled_by == "records" and Finding.objects.filter(rule="FMT-015").count() == 1


def test_a_visit_that_moved_on_meanwhile_is_left_alone(clinic):
    version = clinic.close(**SPACED).latest
    change(clinic, "FMT-015", "off")
    Submission.objects.update(problem_code="HELD-BY-PERSON")
    assert recheck(by="it", version_id=version.pk, at=timezone.now(), reason="Thử") == "moved"
    assert states() == ["HELD"] and Finding.objects.exists()


def test_one_that_breaks_changes_nothing_and_stops_no_other(clinic, monkeypatch):
    broken = clinic.close(**SPACED).latest
    clinic.close(**SPACED)
    change(clinic, "FMT-015", "off")
    real = rechecking.check

    def check(record, **rest):
        if record.visit_code == broken.visit.visit_code:
            raise RuntimeError
        return real(record, **rest)

    monkeypatch.setattr(rechecking, "check", check)
    done = again(clinic)
    assert (done.broken, len(done.released)) == ([broken.pk], 1)
    assert broken.findings.count() == 1


def test_the_page_offers_it_and_goes_on_in_steps_that_can_be_stopped(clinic, as_role, monkeypatch):
    monkeypatch.setattr(stepping, "STEP", 1)
    for _ in range(2):
        clinic.close(**SPACED)
    client, address = as_role("it"), reverse("web:rule_recheck", args=["FMT-015"])
    client.post(reverse("web:rule", args=["FMT-015"]), {"muc": "warning", "reason": "Giao ban"})
    said = client.get(reverse("web:rule", args=["FMT-015"])).content.decode()
    assert "2 hồ sơ đang tạm giữ có lỗi này" in said and "Kiểm tra lại 2 hồ sơ đang tạm giữ" in said
    first = client.post(address, {"pham-vi": "loi-nay"})
    assert "1 trên 2 hồ sơ" in first.content.decode() and states() == ["HELD", "WAITING"]
    rest = first.context["waiting"]
    stopped = client.post(address, {"chon": rest, "duoc": "1", "dung": "1"}).content.decode()
    assert "1 hồ sơ chưa làm vì đã dừng" in stopped and states() == ["HELD", "WAITING"]
    last = client.post(address, {"chon": rest, "duoc": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert "Đã kiểm tra lại 2 hồ sơ" in last and "<html" not in last and states() == ["WAITING", "WAITING"]


@pytest.mark.parametrize("role", ["records", "clinician", "reception"])
def test_only_who_sets_up_may(clinic, as_role, role):
    address = reverse("web:rule_recheck", args=["FMT-015"])
    assert as_role(role).post(address, {"pham-vi": "moi"}).status_code == 403
