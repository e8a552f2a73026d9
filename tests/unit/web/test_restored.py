import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from tests.unit.web.ward import clean

from sosuckhoe.hospital.delivery import actions, receipts
from sosuckhoe.hospital.delivery.models import LostSubmission, Receipt, Restore, SignedDocument, Submission
from sosuckhoe.hospital.delivery.restoring.anchoring import anchor
from sosuckhoe.hospital.delivery.restoring.hold import current, on_hold
from sosuckhoe.hospital.delivery.restoring.matching import MAYBE, reconcile_restore
from sosuckhoe.hospital.delivery.restoring.noticing import declare
from sosuckhoe.hospital.delivery.restoring.telling import lines_of
from sosuckhoe.hospital.delivery.worker import Worker
from sosuckhoe.hospital.journal.models import Entry

PAGE = "/gui/khoi-phuc/"
DO = "web:delivery_restored_do"


def post(client, deed: str, **fields: str):
    return client.post(reverse(DO, args=[deed]), fields, follow=True)


def test_a_declared_restore_is_seen_in_the_bar_on_the_board_on_the_worklist_and_today(ward, as_role):
    client = as_role(ward, "records")
    assert "Giữ sau khôi phục" not in client.get("/").content.decode()
    post(client, "bao", reason="khôi phục bản 02:00")
    for address in ("/", "/gui/", "/viec/"):
        text = client.get(address).content.decode()
        assert "Giữ sau khôi phục" in text and PAGE in text, address
    assert "khôi phục bản 02:00" in client.get(PAGE).content.decode()


def test_nothing_is_signed_or_claimed_while_a_restore_holds(ward):
    ward.take(clean(5))
    assert set(Submission.objects.values_list("state", flat=True)) >= {"WAITING", "SIGNED"}
    declare(by="test", reason="thử")
    worker = Worker("test")
    assert not worker.sign_one() and not worker.send_one()


def test_the_way_through_the_page_ends_with_a_name_a_reason_and_lines_in_the_journal(ward, as_role):
    client = as_role(ward, "records")
    post(client, "bao", reason="khôi phục bản 02:00")
    assert post(client, "cho-gui", reason="xong").status_code == 422 and on_hold()
    post(client, "doi-chieu", **{"so-ngoai": "mat"})
    assert current().journal_whole is False
    assert post(client, "cho-gui", reason="  ").status_code == 422 and on_hold()
    post(client, "cho-gui", reason="đã tra cổng đến 10:00")
    restore = Restore.objects.get()
    assert (restore.released_by, restore.released_why, on_hold()) == (
        "records",
        "đã tra cổng đến 10:00",
        False,
    )
    deeds = list(Entry.objects.filter(kind="restore").order_by("seq").values_list("action", flat=True))
    assert deeds == ["restore-noticed", "restore-reconciled", "restore-released"]


def test_a_damaged_line_of_the_journal_outside_is_named_on_the_page_and_reconciling_waits(ward, as_role):
    client = as_role(ward, "records")
    receipts.append_fact(receipts.AnchorLine("hôm qua", 0, 0, "0" * 64))
    number = len(settings.HOME.receipts.read_text().splitlines())
    declare(by="test", reason="thử")
    said = f"dòng {number}: thời điểm anchored_at ghi “hôm qua”"
    page = client.get(PAGE).content.decode()
    assert said in page and "không có dòng nào" not in page and "Sổ ngoài đã mất" not in page
    assert "Việc tiếp theo: sửa dòng hỏng của sổ ngoài, rồi đối chiếu." in page
    assert any("Tiếp theo: sửa dòng hỏng" in each for each in lines_of(current(), most=9))
    refused = post(client, "doi-chieu", **{"so-ngoai": "du"})
    assert refused.status_code == 422 and refused.content.decode().count(said) == 2
    assert current().reconciled_at is None


def test_the_page_calls_a_journal_whole_only_where_it_knows_more_than_the_copy(ward, as_role):
    def chosen() -> list[str]:
        page = as_role(ward, "records").get(PAGE).content.decode()
        return re.findall(r'name="so-ngoai" value="(\w+)" checked', page)

    anchor(timezone.now())
    declare(by="test", reason="bản sao và sổ ngoài của nó")
    assert chosen() == []
    reconcile_restore(by="test", restore=current(), journal_whole=False)
    assert chosen() == ["mat"]
    Restore.objects.update(journal_whole=None, anchor={"seq": 10**6, "hash": "0" * 64, "at": ""})
    assert chosen() == ["du"]


@pytest.mark.parametrize(("role", "may"), [("it", True), ("planning", False), ("reception", False)])
def test_only_who_steers_delivery_may_reconcile_and_release(ward, as_role, role, may):
    declare(by="test", reason="thử")
    post(as_role(ward, role), "doi-chieu", **{"so-ngoai": "mat"})
    assert (current().reconciled_at is not None) is may


def held_after_a_restore(ward) -> Submission:
    """A visit that waited for the key in the copy; nobody can say whether it left since."""
    ward.take(clean(5))
    restore = declare(by="test", reason="thử")
    reconcile_restore(by="test", restore=restore, journal_whole=False)
    return Submission.objects.filter(state="HELD", problem_code=MAYBE).order_by("-pk")[0]


def test_a_person_who_saw_it_on_the_portal_writes_the_receipt_and_its_bytes_stay_unknown(ward, as_role):
    client, held = as_role(ward, "records"), held_after_a_restore(ward)
    door = reverse("web:delivery_leave_unknown", args=[held.pk, "da-co"])
    assert client.get(reverse("web:delivery_unknown", args=[held.pk])).status_code == 200
    client.post(door, {"number": "GD-KP-1", "reason": "thấy lúc 09:15"})
    held.refresh_from_db()
    receipt = Receipt.objects.get(submission=held)
    assert held.state == "RECEIVED"
    assert (receipt.stated_by, receipt.document_sha256, held.document.size) == ("records", "", 0)


def test_a_person_who_did_not_find_it_lets_it_be_signed_and_sent(ward, as_role):
    client, held = as_role(ward, "records"), held_after_a_restore(ward)
    client.post(
        reverse("web:delivery_leave_unknown", args=[held.pk, "chua-co"]),
        {"reason": "tra hai cách, không thấy"},
    )
    held.refresh_from_db()
    assert held.state == "WAITING"


def test_the_doors_of_an_older_version_promise_nothing_that_would_send_it_over_a_newer_one(ward, as_role):
    client, restore = as_role(ward, "records"), declare(by="test", reason="thử")
    row = Submission.objects.filter(state="UNKNOWN").first()
    address = reverse("web:delivery_unknown", args=[row.pk])
    again = reverse("web:delivery_leave_unknown", args=[row.pk, "gui-lai"])
    before = client.get(address).content.decode()
    assert again in before and "Gửi lại đúng tệp đã ký</button>" in before
    LostSubmission.objects.create(
        restore=restore,
        facility_code=row.version.visit.facility_code,
        visit_code=row.visit_code,
        version=2,
        destination=row.destination_id,
        document_sha256="a" * 64,
        left_at=restore.noticed_at,
    )
    page = client.get(address).content.decode()
    assert again not in page and "Gửi lại đúng tệp đã ký" not in page
    assert "ghi xong thì tạm giữ" in page and "Ghi là chưa có</button>" in page
    not_there = reverse("web:delivery_leave_unknown", args=[row.pk, "chua-co"])
    client.post(not_there, {"reason": "tra hai cách, không thấy"})
    row.refresh_from_db()
    assert (row.state, row.problem_code) == ("HELD", "RESTORED-NEWER")


def test_a_visit_that_left_before_comes_back_held_and_cannot_be_released_as_new(ward, as_role):
    restore = declare(by="test", reason="thử")
    known = Submission.objects.filter(version__number=1).first()
    LostSubmission.objects.create(
        restore=restore,
        facility_code=known.version.visit.facility_code,
        visit_code=known.version.visit.visit_code,
        version=2,
        destination=known.destination_id,
        document_sha256="a" * 64,
        transaction_number="GD-KP-2",
        left_at=restore.noticed_at,
    )
    from sosuckhoe.hospital.delivery.ledger import LEFT_BEFORE, left_before

    assert left_before(known)
    Submission.objects.filter(pk=known.pk).update(state="HELD", problem_code=LEFT_BEFORE[0], document=None)
    known.refresh_from_db()
    with pytest.raises(actions.LeftBefore):
        actions.release(by=ward.people["records"], submission=known, reason="cứ gửi")
    page = as_role(ward, "records").get(PAGE).content.decode()
    assert "GD-KP-2" in page
    lost = LostSubmission.objects.get()
    post(as_role(ward, "records"), "xong", pk=str(lost.pk), reason="bản 2 đã nhập tay")
    assert not left_before(known)


def test_where_the_journal_outside_is_lost_what_the_copy_holds_is_listed_too(ward, as_role):
    """It may have been released and sent after the copy was made: somebody looks before releasing it again."""
    held = Submission.objects.filter(state="HELD").first()
    restore = declare(by="test", reason="thử")
    client = as_role(ward, "records")
    assert "Tạm giữ từ bản cũ" not in client.get(PAGE).content.decode()
    reconcile_restore(by="test", restore=restore, journal_whole=False)
    page = client.get(PAGE).content.decode()
    assert "Tạm giữ từ bản cũ" in page and held.version.visit.visit_code in page


NOT_KNOWN_YET = "Chưa đối chiếu với sổ ngoài nên chưa biết có hồ sơ nào không."


def test_before_reconciling_the_page_says_that_nobody_knows_and_afterwards_what_it_came_to(ward, as_role):
    client = as_role(ward, "records")
    signed = Submission.objects.filter(state="SIGNED").first()
    restore = declare(by="test", reason="thử")
    LostSubmission.objects.create(
        restore=restore,
        facility_code=signed.facility_code,
        visit_code="99999.26.MAT-THEO-BAN-CU",
        version=1,
        destination=signed.destination_id,
        document_sha256="a" * 64,
        transaction_number="GD-KP-9",
        left_at=restore.noticed_at,
        settled_at=restore.noticed_at,
        settled_by="test",
    )
    page = client.get(PAGE).content.decode()
    assert page.count(NOT_KNOWN_YET) == 2, "of what is unclear, and of what is lost"
    assert "Không có hồ sơ nào." not in page and "tile-number" not in page
    LostSubmission.objects.update(settled_at=None, settled_by="")
    counts = reconcile_restore(by="test", restore=restore, journal_whole=False)
    assert counts["unknown"] >= 1 and counts["held"] >= 1 and counts["lost"] == 1
    page = client.get(PAGE).content.decode()
    assert NOT_KNOWN_YET not in page and "Không có hồ sơ nào." not in page
    tiles = re.findall(r'tile-number">([\d.]+)<', page)
    assert tiles == [str(counts[name]) for name in ("booked", "unknown", "held", "lost")]
    assert signed.visit_code in page and "99999.26.MAT-THEO-BAN-CU" in page
    listed = f"{counts['unknown'] + counts['held']} hồ sơ"
    assert listed in page, "the tiles count what is listed, check-ins too"
    check_in = Submission.ledger.get(check_in__isnull=False)
    assert check_in.visit_code in page and reverse("web:delivery_unknown", args=[check_in.pk]) in page


def test_a_whole_journal_outside_that_knows_nothing_more_leaves_the_lists_empty(empty_ward, as_role):
    restore = declare(by="test", reason="thử")
    reconcile_restore(by="test", restore=restore, journal_whole=True)
    page = as_role(empty_ward, "records").get(PAGE).content.decode()
    assert page.count("Không có hồ sơ nào.") == 2 and NOT_KNOWN_YET not in page


def test_where_a_restore_lost_the_bytes_the_page_offers_a_new_signature_and_no_repeat(ward, as_role):
    unclear = Submission.objects.filter(state="UNKNOWN").first()
    lost = SignedDocument(
        submission=unclear, number=9, content=b"", size=0, key=unclear.document.key, signed_at=timezone.now()
    )
    lost.save()
    Submission.objects.filter(pk=unclear.pk).update(document=lost)
    page = as_role(ward, "records").get(reverse("web:delivery_unknown", args=[unclear.pk])).content.decode()
    assert "Cho ký lại và gửi" in page and "phải ký tệp mới" in page
    assert "Gửi lại đúng tệp đã ký" not in page
