"""The page of codes that are not to go out: marking, lifting, and what left before."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.unit.web.test_hub_pages import given, switch_on, unclear_health_check

from sosuckhoe.hospital.delivery.answers import NO_ANSWER
from sosuckhoe.hospital.delivery.models import Attempt, Destination, Submission
from sosuckhoe.hospital.delivery.settling import settle
from sosuckhoe.hospital.delivery.withheld import WITHHELD, marks
from sosuckhoe.hospital.delivery.worker import CheckInWorker
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.visits.models import Withheld

PAGE = "/gui/khong-gui/"


def mark(client, code: str, reason: str = "văn bản số 0"):
    return client.post(PAGE + "danh-dau/", {"code": code, "reason": reason}, follow=True)


def a_submission(*states: str) -> Submission:
    return Submission.objects.filter(state__in=states).select_related("version__visit").first()


def test_a_waiting_visit_is_marked_and_cannot_be_let_go_until_the_mark_is_lifted(ward, as_role):
    client, submission = as_role(ward, "records"), a_submission("WAITING", "SIGNED")
    visit = submission.version.visit
    assert PAGE in client.get(f"/dot-kham/{visit.pk}/").content.decode()
    text = mark(client, visit.visit_code).content.decode()
    assert "từ lúc này không ký và không gửi. Không có tệp nào của mã này đã rời máy." in text
    submission.refresh_from_db()
    assert (submission.state, submission.problem_code) == ("HELD", "WITHHELD")
    shown = client.get(f"/dot-kham/{visit.pk}/").content.decode()
    assert "Đã đánh dấu không gửi qua kênh này" in shown and "Lý do cho gửi" not in shown
    refused = client.post(f"/gui/ho-so/{submission.pk}/cho-gui/", {"reason": "thử"}, follow=True)
    assert "Bỏ đánh dấu ở trang Hồ sơ không gửi trước" in refused.content.decode()
    [found] = marks()
    assert client.post(f"{PAGE}{found.pk}/bo/", {"reason": " "}).status_code == 422
    client.post(f"{PAGE}{found.pk}/bo/", {"reason": "nhầm đợt"})
    submission.refresh_from_db()
    assert (submission.state, submission.problem_code) == ("HELD", "WITHHELD-LIFTED")
    assert [entry.action for entry in Entry.objects.filter(kind="withheld").order_by("seq")] == [
        "code-withheld",
        "code-withheld-lifted",
    ]


def test_what_left_before_stands_there_as_a_task_until_somebody_writes_what_was_done(ward, as_role):
    client, submission = as_role(ward, "it"), a_submission("RECEIVED", "ACCEPTED")
    text = mark(client, submission.version.visit.visit_code).content.decode()
    assert "1 tệp đã rời máy trước đó" in text and "1 mã có tệp đã rời máy trước khi đánh dấu" in text
    [found] = marks()
    client.post(f"{PAGE}{found.pk}/xong/", {"reason": "Đã báo bằng văn bản số 0"})
    text = client.get(PAGE).content.decode()
    assert "Đã báo bằng văn bản số 0" in text and "mã có tệp đã rời máy trước khi đánh dấu" not in text


@pytest.mark.parametrize(
    ("code", "reason", "wrong"),
    [("", "văn bản số 0", "code-to-mark"), ("99999.26.000001", "  ", "mark-reason")],
)
def test_a_mark_without_code_or_reason_is_refused_at_its_field_and_what_was_typed_stays(
    ward, as_role, code, reason, wrong
):
    answer = mark(as_role(ward, "records"), code, reason)
    assert answer.status_code == 422 and not Withheld.objects.exists()
    text = answer.content.decode()
    assert f'value="{code}"' in text
    assert re.findall(r'<input id="([\w-]+)"[^>]*aria-invalid="true"', text) == [wrong]


def test_only_who_steers_delivery_marks(ward, as_role):
    for role in ("planning", "reception", "auditor", "clinician"):
        assert mark(as_role(ward, role), "99999.26.000001").status_code == 403, role
    assert not Withheld.objects.exists()


def test_a_visit_held_for_its_faults_says_that_it_is_marked_too(ward, as_role):
    client, submission = as_role(ward, "records"), Submission.objects.filter(problem_code="FAULTS").first()
    visit = submission.version.visit
    mark(client, visit.visit_code)
    submission.refresh_from_db()
    assert submission.problem_code == "FAULTS", "why it was held before is not forgotten"
    shown = client.get(f"/dot-kham/{visit.pk}/").content.decode()
    assert "Đã đánh dấu không gửi qua kênh này" in shown and "Lý do cho gửi" not in shown


def test_check_ins_and_lifted_marks_are_told_as_what_they_are(ward, as_role):
    client, check_in = as_role(ward, "records"), Submission.ledger.filter(check_in__isnull=False).first()
    mark(client, check_in.visit_code)
    shown = client.get(f"/bao-vao-kham/{check_in.check_in_id}/").content.decode()
    assert "Đã đánh dấu không gửi qua kênh này" in shown
    sent = a_submission("RECEIVED", "ACCEPTED")
    mark(client, sent.version.visit.visit_code)
    [found] = marks().filter(code=sent.version.visit.visit_code)
    client.post(f"{PAGE}{found.pk}/bo/", {"reason": "nhầm đợt"})
    assert "rời máy trước khi đánh dấu" not in client.get(PAGE).content.decode(), "lifted: nobody's task"


def unclear(ward, as_role, kind: str) -> tuple[Submission, str]:
    """Of each kind one of which nobody knows whether it arrived, and its page."""
    if kind == "visit":
        row = a_submission("UNKNOWN")
        return row, reverse("web:visit", args=[row.version.visit_id])
    if kind == "health check":
        switch_on()
        as_role(ward, "it").post(reverse("web:admin_add_hub"), given())
        row = unclear_health_check()
        return row, reverse("web:delivery_health_check", args=[row.pk])
    worker = CheckInWorker("tests")
    worker.sign_one()
    ((row, attempt),) = worker.claim()
    settle(row, attempt, None, NO_ANSWER)
    # No byte had left; say that one may have.
    Attempt.objects.filter(pk=attempt.pk).update(bytes_from=timezone.now(), outcome="Unknown")
    return row, reverse("web:check_in_one", args=[row.check_in_id])


KINDS = ("visit", "check-in", "health check")


@pytest.mark.parametrize("kind", KINDS)
def test_an_unclear_one_that_is_marked_offers_only_what_can_happen_and_says_why(ward, as_role, kind):
    row, page = unclear(ward, as_role, kind)
    Destination.objects.update(
        replaces_by_visit_code=True, repeats_check_ins=True, replaces_evidence="thử nghiệm"
    )
    client, doors = as_role(ward, "records"), reverse("web:delivery_unknown", args=[row.pk])
    before = client.get(doors).content.decode()
    assert before.count("Gửi lại đúng tệp đã ký") == 2 and "Gửi lại khi chưa tra" in before
    mark(client, row.visit_code)
    for address in (page, doors):
        shown = client.get(address).content.decode()
        assert "Đã đánh dấu không gửi qua kênh này" in shown and "Gửi lại" not in shown
    assert (
        doors in client.get(page).content.decode() and "Ghi là chưa có" in client.get(doors).content.decode()
    )
    again = client.post(reverse("web:delivery_leave_unknown", args=[row.pk, "gui-lai"]))
    assert again.status_code == 422 and "Bỏ đánh dấu" in again.content.decode()

    said = client.post(
        reverse("web:delivery_leave_unknown", args=[row.pk, "chua-co"]),
        {"reason": "tra không thấy"},
        follow=True,
    ).content.decode()
    assert WITHHELD[1] in said and "Hệ thống gửi lại" not in said
    row.refresh_from_db()
    assert (row.state, row.problem_code) == ("HELD", "WITHHELD")
    assert "Lý do cho gửi" not in client.get(page).content.decode()
    [found] = marks()
    client.post(f"{PAGE}{found.pk}/bo/", {"reason": "nhầm mã"})
    # Somebody looked and it was not there: another signature is no second record.
    assert "Ký lại" in client.get(page).content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_may_have_arrived_and_was_marked_by_mistake_goes_as_it_was_signed(ward, as_role, kind):
    row, page = unclear(ward, as_role, kind)
    Destination.objects.update(replaces_by_visit_code=True, repeats_check_ins=True, replaces_evidence="thử")
    client = as_role(ward, "records")
    client.post(reverse("web:delivery_leave_unknown", args=[row.pk, "gui-lai"]))
    mark(client, row.visit_code)
    [found] = marks()
    client.post(f"{PAGE}{found.pk}/bo/", {"reason": "nhầm mã"})
    shown, document = client.get(page).content.decode(), Submission.ledger.get(pk=row.pk).document_id
    assert "thành hồ sơ thứ hai" in shown and 'name="sign_anew"' not in shown
    client.post(reverse("web:delivery_steer", args=[row.pk, "cho-gui"]), {"reason": "đã bỏ đánh dấu"})
    row.refresh_from_db()
    assert (row.state, row.document_id) == ("SIGNED", document)
