"""A rule made stricter: what has not left yet is counted, and held by a named person; what was tried is left alone."""

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.unit.fixes.conftest import SPACED
from tests.unit.fixes.test_severities import change

from sosuckhoe.hospital.delivery.keeping import note_attempt
from sosuckhoe.hospital.delivery.mending.holding_back import hold_back_all, not_left, preview
from sosuckhoe.hospital.delivery.mending.rechecking import held, recheck_all
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.worker import Worker
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.visits.choices import NeedsReason
from sosuckhoe.hospital.web.fixes import stepping

RULE = "FMT-015"


@pytest.fixture
def lenient(clinic):
    """The rule is a warning: what it finds goes its way."""
    change(clinic, RULE, "warning")
    return clinic


def submission_of(visit):
    return Submission.objects.get(version__visit=visit)


def test_waiting_and_signed_are_counted_and_held_and_the_others_stay(lenient):
    signed, clean = lenient.close(**SPACED), lenient.close()
    assert Worker("test").sign_one() and Worker("test").sign_one()
    waiting = lenient.close(**SPACED)
    change(lenient, RULE, "error")
    now, facility = timezone.now(), lenient.ward.facility
    found = preview(facility=facility, at=now, patience=8.0)
    assert (found.total, found.held, found.complete, dict(found.rules)) == (3, 2, True, {RULE: 2})
    assert {row.state for row in Submission.objects.all()} == {"SIGNED", "WAITING"}, "a preview holds nothing"
    everything = list(not_left(facility=facility).values_list("pk", flat=True))
    with pytest.raises(NeedsReason):
        hold_back_all(by="giang", versions=everything, at=now, reason=" ")
    done = hold_back_all(by="giang", versions=everything, at=now, reason="siết từ hôm nay")
    assert (len(done.held), len(done.stays)) == (2, 1)
    for visit in (signed, waiting):
        row = submission_of(visit)
        assert (row.state, row.problem_code) == ("HELD", "FAULTS")
        assert row.version.findings.filter(rule=RULE, severity="error", overruled_by="").exists()
    assert submission_of(clean).state == "SIGNED"
    lines = Entry.objects.filter(action="visit-held-back")
    assert [(line.actor, line.detail["reason"]) for line in lines] == [("giang", "siết từ hôm nay")] * 2
    # Loosened again, checking again lets each go on from where it stood.
    change(lenient, RULE, "warning")
    recheck_all(by="giang", versions=list(held().values_list("pk", flat=True)), at=now, reason="nới")
    assert [submission_of(visit).state for visit in (signed, waiting)] == ["SIGNED", "WAITING"]


def test_what_the_key_meets_under_the_stricter_word_is_held_and_shown_as_an_error(lenient):
    visit = lenient.close(**SPACED)
    change(lenient, RULE, "error")
    assert Worker("test").sign_one()
    row = submission_of(visit)
    assert (row.state, row.problem_code) == ("HELD", "FAULTS")
    assert set(row.version.findings.filter(rule=RULE).values_list("severity", flat=True)) == {"error"}


def test_what_was_tried_may_have_arrived_and_is_left_alone(lenient):
    visit = lenient.close(**SPACED)
    assert Worker("test").sign_one()
    row = submission_of(visit)
    row.attempt_count = 1
    note_attempt(row)
    change(lenient, RULE, "error")
    assert not not_left().exists()
    done = hold_back_all(by="giang", versions=[row.version_id], at=timezone.now(), reason="siết")
    assert done.moved == [row.version_id] and submission_of(visit).state == "SIGNED"


def test_the_page_counts_first_asks_for_a_reason_and_goes_on_in_steps(lenient, as_role, monkeypatch):
    monkeypatch.setattr(stepping, "STEP", 1)
    for _ in range(2):
        lenient.close(**SPACED)
    client = as_role("it")
    client.post(reverse("web:rule", args=[RULE]), {"muc": "error", "reason": "Giao ban"})
    said = client.get(reverse("web:rule", args=[RULE])).content.decode()
    assert "2 hồ sơ chưa gửi được kết thúc theo mức cũ" in said
    address = reverse("web:rule_hold_back", args=[RULE])
    assert address in said and "Giữ lại 2 hồ sơ" in client.get(address).content.decode()
    deed = reverse("web:rule_hold_back_do", args=[RULE])
    assert client.post(deed, {"bat-dau": "1", "reason": " "}).status_code == 422
    first = client.post(deed, {"bat-dau": "1", "reason": "Giao ban"})
    assert "1 trên 2 hồ sơ" in first.content.decode()
    rest = {"chon": first.context["waiting"], "reason": "Giao ban", "giu": "1"}
    last = client.post(deed, rest, headers={"HX-Request": "true"}).content.decode()
    assert "2 hồ sơ có lỗi mới, nay tạm giữ" in last and "<html" not in last
    assert set(Submission.objects.values_list("state", flat=True)) == {"HELD"}
    assert as_role("records").get(address).status_code == 403
    trial = client.get(reverse("web:rule_trial", args=[RULE])).content.decode()
    assert "đợt sẽ bị giữ chỉ vì quy tắc này" in trial
