import re

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.unit.web.ward import clean, connect

from sosuckhoe.hospital.delivery.actions import note_portal_findings
from sosuckhoe.hospital.delivery.models import (
    Destination,
    DestinationKind,
    PortalFinding,
    Pulse,
    Receipt,
    ReceiptLookUp,
    Said,
    Submission,
)
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.journal.models import Entry

BOARD = "/gui/"


def rows(answer) -> int:
    return len(re.findall(r'class="opens"', answer.content.decode()))


def test_without_a_destination_the_board_says_what_to_set_up(empty_ward, as_role):
    page = as_role(empty_ward, "it").get(BOARD).content.decode()
    assert "Chưa khai nơi nhận nào" in page and reverse("web:admin_destinations") in page
    other = as_role(empty_ward, "records").get(BOARD).content.decode()
    assert "Chưa khai nơi nhận nào" in other and reverse("web:admin_destinations") not in other


@pytest.mark.parametrize("period", ["hom-nay", "7-ngay", "30-ngay", "tat-ca"])
def test_every_number_of_the_board_is_the_length_of_the_list_it_opens(ward, as_role, period):
    client = as_role(ward, "records")
    page = client.get(f"{BOARD}?ky={period}").content.decode()
    funnel = re.findall(r'<li><a href="(/gui/danh-sach/\?buoc=[^"]+)">.*?<strong>(\d+)</strong>', page, re.S)
    tiles = re.findall(r'href="(/gui/danh-sach/\?trang-thai=[^"]+)"><span class="tile-number">(\d+)', page)
    assert len(funnel) == 5 and len(tiles) == 7
    for address, number in funnel + tiles:
        assert rows(client.get(address.replace("&amp;", "&"))) == int(number), address


def test_the_funnel_counts_to_received_without_a_fault_and_claims_nothing_about_vneid(ward, as_role):
    client, received = as_role(ward, "records"), Submission.objects.get(state=State.RECEIVED)

    def numbers() -> list[int]:
        page = client.get(f"{BOARD}?ky=tat-ca").content.decode()
        assert "Bệnh viện không nhìn thấy bước này" in page
        return [int(each) for each in re.findall(r"<strong>(\d+)</strong>", page)][:5]

    # What is received has no fault as long as nobody has told one: nobody's word is waited for, as in reconciling.
    assert numbers() == [7, 4, 2, 1, 1]
    note_portal_findings(by=ward.people["records"], submission=received, findings=[("XML1", "", "sai")])
    assert numbers() == [7, 4, 2, 1, 0]


def test_pausing_needs_a_reason_works_at_once_and_can_be_undone(ward, as_role):
    client, pk = as_role(ward, "it"), ward.destination.pk
    client.post(reverse("web:delivery_pause", args=[pk]), {"reason": "  "})
    assert not Destination.objects.get(pk=pk).paused
    answer = client.post(reverse("web:delivery_pause", args=[pk]), {"reason": "cổng bảo trì"}, follow=True)
    page = answer.content.decode()
    assert Destination.objects.get(pk=pk).paused
    assert "Tạm dừng" in page and "cổng bảo trì" in page and "Hoàn tác" in page
    assert Entry.objects.filter(action="destination-paused", actor="it").exists()
    undo = re.search(r'action="([^"]+)">(?:(?!<form).)*Hoàn tác', page, re.S).group(1)
    client.post(undo)
    assert not Destination.objects.get(pk=pk).paused


@pytest.mark.parametrize(
    ("role", "may"), [("records", True), ("it", True), ("planning", False), ("clinician", False)]
)
def test_only_who_steers_delivery_may_pause_it(ward, as_role, role, may):
    as_role(ward, role).post(reverse("web:delivery_pause", args=[ward.destination.pk]), {"reason": "thử"})
    assert Destination.objects.get(pk=ward.destination.pk).paused is may


def test_the_top_bar_says_in_a_word_how_sending_goes(ward, as_role):
    client = as_role(ward, "reception")

    def word() -> str:
        return client.get(reverse("web:sending_word")).content.decode()

    assert "Không chạy" in word(), "records wait and no sending program is alive"
    Pulse.objects.create(name="may-gui", at=timezone.now())
    assert "Gửi bình thường" in word()
    Destination.objects.update(failures=3)
    assert "Cổng không trả lời" in word()
    client_it = as_role(ward, "it")
    client_it.post(reverse("web:delivery_pause", args=[ward.destination.pk]), {"reason": "thử"})
    assert "Tạm dừng" in word()


def test_a_destinations_own_card_says_that_the_sending_program_does_not_run(ward, as_role):
    """Only where something waits for it, and whatever waits elsewhere."""
    other = Destination.objects.create(
        facility=ward.facility,
        name="Trục",
        kind=DestinationKind.HUB,
        base_url="http://127.0.0.1:9",
        account="99999",
    )
    client = as_role(ward, "it")

    def cards() -> list[str]:
        page = client.get(reverse("web:delivery")).content.decode()
        return re.findall(
            r"Gửi bình thường|Không chạy|Chậm", page.split('id="health-title"')[1].split("</section>")[0]
        )

    assert cards() == ["Không chạy", "Gửi bình thường"]
    Submission.ledger.filter(state__in=["SIGNED", "WAITING"]).update(destination=other)
    assert cards() == ["Gửi bình thường", "Không chạy"]
    Pulse.objects.create(name="may-gui", at=timezone.now())
    assert cards() == ["Gửi bình thường", "Gửi bình thường"]


@pytest.mark.parametrize("kind", ["visit", "transaction", "hash"])
def test_a_submission_is_found_by_any_of_its_codes(ward, as_role, kind):
    receipt = Receipt.objects.select_related("submission__version__visit").get()
    code = {
        "visit": receipt.submission.version.visit.visit_code,
        "transaction": receipt.transaction_number,
        "hash": receipt.document_sha256[:12],
    }[kind]
    answer = as_role(ward, "it").get(f"/gui/danh-sach/?ma={code}")
    assert rows(answer) == 1
    assert receipt.submission.version.visit.visit_code in answer.content.decode()


def test_a_code_nobody_has_is_said_to_be_unknown(ward, as_role):
    assert "Không thấy mã này" in as_role(ward, "it").get("/gui/danh-sach/?ma=KHONG-CO").content.decode()


def leave(client, submission, door, **given):
    return client.post(reverse("web:delivery_leave_unknown", args=[submission.pk, door]), given)


def test_a_person_who_saw_it_on_the_portal_writes_its_number_down(ward, as_role):
    submission, client = Submission.objects.get(state="UNKNOWN"), as_role(ward, "records")
    page = client.get(reverse("web:delivery_unknown", args=[submission.pk])).content.decode()
    assert "Chưa rõ cổng đã nhận hay chưa" in page
    missing = leave(client, submission, "da-co", number="", reason="thấy trên cổng")
    assert missing.status_code == 422 and "thấy trên cổng" in missing.content.decode()
    assert 'href="#number"' in missing.content.decode()
    twice = leave(client, submission, "chua-co", reason=" ").content.decode()
    assert twice.count('aria-invalid="true"') == 1 and 'href="#reason-not"' in twice, (
        "each door keeps its own words"
    )
    leave(client, submission, "da-co", number="GD-123", reason="thấy lúc 09:15")
    submission.refresh_from_db()
    assert submission.state == "RECEIVED"
    assert Receipt.objects.get(submission=submission).stated_by == "records"


@pytest.mark.parametrize(
    ("door", "given", "at", "why"),
    [
        ("da-co", {"number": " ", "reason": "thấy"}, "number", "Hãy ghi mã giao dịch"),
        ("da-co", {"number": "GD-1", "reason": " "}, "reason-there", "Hãy ghi rõ đã xem gì"),
        ("chua-co", {"reason": " "}, "reason-not", "Hãy ghi rõ đã xem gì"),
    ],
    ids=["no-number", "no-reason", "no-reason-not"],
)
def test_what_a_door_lacks_is_said_at_its_field(ward, as_role, door, given, at, why):
    submission = Submission.objects.get(state="UNKNOWN")
    page = leave(as_role(ward, "records"), submission, door, **given).content.decode()
    assert page.count('aria-invalid="true"') == 1 and f'href="#{at}"' in page
    assert f'aria-invalid="true" aria-describedby="{at}-problem"' in page.partition(f'id="{at}"')[2][:300]
    assert why in page.partition(f'id="{at}-problem"')[2].partition("</span>")[0]


def test_where_nothing_typed_is_wrong_no_field_is_marked(ward, as_role):
    submission = Submission.objects.exclude(state__in=["UNKNOWN", "HELD"]).first()
    answer = leave(as_role(ward, "records"), submission, "da-co", number="GD-1", reason="thấy")
    assert answer.status_code == 422 and "aria-invalid" not in answer.content.decode()


def test_whoever_looks_sees_what_the_portal_answered_when_it_was_asked(ward, as_role):
    submission, client = Submission.objects.get(state="UNKNOWN"), as_role(ward, "records")
    address = reverse("web:delivery_unknown", args=[submission.pk])
    assert "Máy đã hỏi cổng" not in client.get(address).content.decode()
    Destination.objects.update(receipt_look_up="/tra-cuu")
    assert "Chưa hỏi lần nào" in client.get(address).content.decode()
    ReceiptLookUp.objects.create(submission=submission, at=timezone.now(), said=Said.NOT_THERE, sentence="…")
    page = client.get(address).content.decode()
    assert "Cổng không thấy tệp này" in page and "Chưa hỏi lần nào" not in page


def test_a_transaction_number_of_another_record_is_not_believed(ward, as_role):
    submission, client = Submission.objects.get(state="UNKNOWN"), as_role(ward, "records")
    taken = Receipt.objects.get().transaction_number
    assert leave(client, submission, "da-co", number=taken, reason="thấy").status_code == 422
    submission.refresh_from_db()
    assert submission.state == "UNKNOWN"


def test_what_is_not_on_the_portal_goes_out_again_as_the_same_bytes(ward, as_role):
    submission, client = Submission.objects.get(state="UNKNOWN"), as_role(ward, "records")
    document = submission.document_id
    leave(client, submission, "chua-co", reason="tra theo mã và theo ngày, không thấy")
    submission.refresh_from_db()
    assert (submission.state, submission.document_id) == ("SIGNED", document)


def test_sending_again_unasked_is_offered_only_where_the_destination_replaces(ward, as_role):
    submission, client = Submission.objects.get(state="UNKNOWN"), as_role(ward, "records")
    Destination.objects.update(replaces_by_visit_code=False)
    page = client.get(reverse("web:delivery_unknown", args=[submission.pk])).content.decode()
    assert "Gửi lại khi chưa tra" not in page
    assert leave(client, submission, "gui-lai").status_code == 422
    Destination.objects.update(replaces_by_visit_code=True)
    leave(client, submission, "gui-lai")
    submission.refresh_from_db()
    assert submission.state == "SIGNED"


def test_what_the_portal_reported_later_becomes_work_and_is_settled_again(ward, as_role):
    client = as_role(ward, "records")
    submission = Submission.objects.get(state="RECEIVED")
    steer = [
        reverse("web:delivery_steer", args=[submission.pk, deed]) for deed in ("loi-tu-cong", "het-vuong")
    ]
    client.post(steer[0], {"code": "", "message": "thiếu mã"})
    assert not PortalFinding.objects.exists()
    client.post(steer[0], {"code": "E01", "path": "XML1.NGAY_RA", "message": "ngày ra chưa hợp lệ"})
    submission.refresh_from_db()
    assert submission.state == "FINDINGS"
    assert "Cổng báo lỗi nội dung" in client.get("/viec/?loai=loi-noi-dung").content.decode()
    client.post(steer[1], {"reason": "đã sửa trên cổng"})
    submission.refresh_from_db()
    assert submission.state == "ACCEPTED"


def test_the_board_asks_as_often_for_many_records_as_for_few(
    empty_ward, as_role, django_assert_max_num_queries
):
    connect(empty_ward)
    empty_ward.take(clean(0))
    client = as_role(empty_ward, "it")
    client.get(BOARD)
    with django_assert_max_num_queries(45) as few:
        client.get(BOARD)
    for number in range(1, 8):
        empty_ward.take(clean(number))
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(BOARD)


def test_any_code_finds_the_submission_and_a_person_s_number_only_for_who_may_look_for_people(ward, as_role):
    row = (
        Submission.objects.filter(state="RECEIVED")
        .select_related("version__visit__patient", "document")
        .get()
    )
    number = row.version.visit.patient.identifiers.first().value
    codes = [
        row.version.visit.visit_code,
        row.receipts.get().transaction_number,
        row.document.sha256[:12],
        row.document.unsigned_sha256,
        row.version.sha256,
    ]
    client = as_role(ward, "records")
    for code in [*codes, number]:
        answer = client.get("/gui/danh-sach/", {"ma": code})
        assert row.version.visit.visit_code in answer.content.decode(), code
    it = as_role(ward, "it").get("/gui/danh-sach/", {"ma": number})
    assert rows(it) == 0


def test_a_pause_by_the_program_is_told_as_the_systems_own_in_whole_sentences(ward, as_role):
    Destination.objects.update(
        paused_at=timezone.now(), paused_by="worker", paused_why="Cổng báo tài khoản bị khóa."
    )
    page = as_role(ward, "records").get(reverse("web:delivery")).content.decode()
    assert "do hệ thống." in page and "worker" not in page and "khóa.." not in page
