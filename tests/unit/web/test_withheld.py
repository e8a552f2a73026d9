"""The page of codes that are not to go out: marking, lifting, and what left before."""

import re

import pytest

from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.withheld import marks
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
