"""The page of what only a simulator received: how many, which, a dry run, and somebody's word on it."""

import pytest
from django.conf import settings
from django.utils import timezone

from sosuckhoe.hospital.delivery import actions
from sosuckhoe.hospital.delivery.models import Attempt, Destination, Submission
from sosuckhoe.hospital.delivery.practice_receipts import note_practice_receipts
from sosuckhoe.hospital.journal.models import Entry

PAGE, DECIDE = "/gui/bien-nhan-tap/", "/gui/bien-nhan-tap/quyet-dinh/"


@pytest.fixture
def practised(ward) -> Submission:
    """What the busy hospital had received was received by a simulator; then production was declared."""
    Attempt.objects.filter(receipt__isnull=False).update(answer_head="HTTP/1.1 200 OK\nX-Simulator: mo phong")
    (settings.HOME.path / "PRODUCTION").touch()
    note_practice_receipts(timezone.now())
    return Submission.objects.get(state="HELD", problem_code="PRACTICE")


def real() -> Destination:
    old = Destination.objects.get()
    return actions.add_destination(
        by="test",
        facility=old.facility,
        name="Cổng thật",
        base_url="http://127.0.0.1:10",
        account=old.account,
        secret_reference=old.secret_reference,
    )


def test_the_board_and_reconciling_lead_to_the_page_that_says_which(ward, as_role, practised):
    client = as_role(ward, "records")
    board = client.get("/gui/").content.decode()
    assert "1 hồ sơ, phiếu chỉ có biên nhận của cổng mô phỏng" in board and PAGE in board
    listed = client.get("/doi-chieu/danh-sach/?vi=PRACTICE&ky=31-ngay").content.decode()
    assert PAGE in listed
    page = client.get(PAGE).content.decode()
    assert practised.visit_code in page


def test_it_is_looked_at_first_then_done_with_a_reason_and_once(ward, as_role, practised):
    client, there = as_role(ward, "records"), real()
    asked = {"chon": str(practised.pk), "viec": "gui-that", "noi": str(there.pk)}
    preview = client.post(DECIDE, asked).content.decode()
    assert "Cổng thật" in preview and practised.visit_code in preview
    refused = client.post(DECIDE, {**asked, "step": "save", "reason": "đã đổi cổng"})
    assert refused.status_code == 422 and 'value="đã đổi cổng"' in refused.content.decode()
    assert not Submission.objects.filter(destination=there).exists()
    sure = {**asked, "step": "save", "reason": "đã đổi cổng", "looked": "on"}
    assert "1 hồ sơ, phiếu chờ ký" in client.post(DECIDE, sure, follow=True).content.decode()
    assert "vừa được xử lý" in client.post(DECIDE, sure, follow=True).content.decode()
    assert Submission.objects.filter(destination=there).count() == 1
    assert Entry.objects.get(action="practice-sent-anew").detail["reason"] == "đã đổi cổng"
    history = client.get(f"/dot-kham/{practised.version.visit_id}/").content.decode()
    assert "Biên nhận tập của cổng mô phỏng" in history


def test_all_are_marked_as_practice_at_once(ward, as_role, practised):
    client = as_role(ward, "it")
    asked = {"tat-ca": "1", "viec": "dot-tap", "step": "save", "reason": "người tập", "looked": "on"}
    assert "ghi là đợt tập" in client.post(DECIDE, asked, follow=True).content.decode()
    assert "Không còn hồ sơ nào" in client.get(PAGE).content.decode()
    assert practised.visit_code in client.get("/gui/khong-gui/").content.decode()


def test_who_may_not_steer_sees_it_and_decides_nothing(ward, as_role, practised):
    client = as_role(ward, "planning")
    assert 'name="viec"' not in client.get(PAGE).content.decode()
    assert client.post(DECIDE, {"tat-ca": "1"}).status_code == 403
