"""What somebody read on the portal, kept with the version it speaks of."""

import pytest
from django.urls import reverse
from tests.unit.reconciling.conftest import NOW
from tests.unit.reconciling.test_reconciling import causes, count

from sosuckhoe.hospital.delivery.models import PortalFinding
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching.portal_findings import FileUnreadable, note_rows, read_findings
from sosuckhoe.hospital.staff.actions import add_facility

HEAD = "ma_lk,ma_giao_dich,ma_loi,duong_dan,noi_dung\n"


def note(text: str):
    return note_rows(by="hoa", rows=read_findings(text))


def test_imported_findings_become_tasks_with_a_clock(books):
    rows = [books.put(State.RECEIVED) for _ in range(3)]
    text = HEAD + "".join(
        f"{row.version.visit.visit_code},,E{number},XML1.NGAY_RA,sai\n" for number, row in enumerate(rows)
    )
    assert note("\ufeff" + text).new == 3
    result = count()
    assert causes(result) == {"FINDINGS": 3}
    assert len([due for _, due in result.dues if due.clock.id == "correct-2-days"]) == 3


def test_the_same_file_twice_changes_nothing(books):
    row = books.put(State.RECEIVED)
    text = HEAD + f"{row.version.visit.visit_code},,E1,,sai\n" * 2
    assert (note(text).new, note(text).new, note(text).known) == (1, 0, 2)
    assert PortalFinding.objects.count() == 1


def test_a_transaction_number_names_the_version_also_an_old_one(books):
    visit = books.visit()
    first = books.put(State.RECEIVED, visit)
    second = books.put(State.RECEIVED, visit)
    note(f"{HEAD},{first.receipts.get().transaction_number},E1,,muộn\n{visit.visit_code},,E2,,mới\n")
    assert first.portal_findings.get().code == "E1"
    assert second.portal_findings.get().code == "E2"


def test_a_transaction_number_beside_the_code_of_another_visit_is_refused(books):
    row, other = books.put(State.RECEIVED), books.put(State.RECEIVED)
    number = row.receipts.get().transaction_number
    noted = note(f"{HEAD}{other.version.visit.visit_code},{number},E1,,x\n")
    assert (noted.new, [line for line, _ in noted.refused]) == (0, [2])
    ((_, why),) = noted.refused
    owner = row.version.visit.visit_code
    assert (
        f"Mã giao dịch {number} trong sổ là của MA_LK khác ({owner})" in why and "Kiểm tra trên cổng" in why
    )
    unknown = note(f"{HEAD}{other.version.visit.visit_code},KHONG-CO,E1,,x\n")
    assert unknown.refused == ((2, "Không thấy hồ sơ đã tiếp nhận nào có mã này."),)


def test_a_finding_after_61_days_still_finds_its_visit(books):
    row = books.put(State.ACCEPTED, books.visit(NOW.replace(month=9)))
    assert note(f"{HEAD}{row.version.visit.visit_code},,E1,,muộn\n").new == 1


def test_rows_that_fit_nothing_are_told_with_their_line_and_the_rest_is_kept(books):
    row = books.put(State.RECEIVED)
    waiting = books.put(State.SIGNED)
    code = row.version.visit.visit_code
    noted = note(
        f"{HEAD}KHONG-CO,,E1,,x\n{code},,,,x\n,,E1,,x\n{waiting.version.visit.visit_code},,E1,,x\n{code},,E1,,x\n"
    )
    assert noted.new == 1 and [line for line, _ in noted.refused] == [2, 3, 4, 5]


def test_a_spreadsheets_semicolons_are_read_too(books):
    row = books.put(State.RECEIVED)
    text = HEAD.replace(",", ";") + f"{row.version.visit.visit_code};;E1;XML2;thiếu, sai\n"
    assert note(text).new == 1
    assert PortalFinding.objects.get().message == "thiếu, sai"


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", HEAD, HEAD + ",,,,\n", "ma_loi\nE1\n"])
def test_a_file_of_another_form_is_refused_whole(text):
    with pytest.raises(FileUnreadable):
        read_findings(text)


def test_what_the_portal_says_again_after_it_was_settled_is_a_task_again(books):
    row = books.put(State.RECEIVED)
    text = f"{HEAD}{row.version.visit.visit_code},,E1,,sai\n"
    assert note(text).new == 1
    row.portal_findings.update(settled_at=NOW)
    assert note(text).new == 1


def deed(client, row, name, **given):
    return client.post(reverse("web:delivery_steer", args=[row.pk, name]), given)


def test_a_fault_that_comes_when_the_earlier_ones_are_settled_is_work_again_and_can_be_settled(books, desk):
    """The portal speaks after 24 hours of the form, after 48 of the sums: what was free of faults may get one."""
    row, client = books.put(State.FINDINGS), desk("records")
    page = reverse("web:visit", args=[row.version.visit_id])
    deed(client, row, "het-vuong", reason="đã sửa trên cổng")
    row.refresh_from_db()
    assert row.state == State.ACCEPTED
    shown = client.get(page).content.decode()
    assert "Ghi lỗi cổng báo" in shown and "Ghi không còn vướng" not in shown
    deed(client, row, "loi-tu-cong", code="E47")
    assert "Cổng báo lỗi nội dung:" not in client.get(page).content.decode(), "nothing follows"
    deed(client, row, "het-vuong", reason="không còn")
    note(f"{HEAD}{row.version.visit.visit_code},,E48,XML1.T_TONGCHI_BV,lệch tổng\n")
    row.refresh_from_db()
    assert row.state == State.FINDINGS
    listed = client.get("/viec/?loai=loi-noi-dung").content.decode()
    assert "NGUYỄN VĂN MẪU" in listed
    deed(client, row, "het-vuong", reason="đã tra, khớp")
    row.refresh_from_db()
    assert row.state == State.ACCEPTED and count().complete


def test_a_fault_told_of_a_version_that_was_replaced_meanwhile_does_not_run_for_ever(books, desk):
    """It is said of the old number after the new one was received: who looks says on the visit's page what is so."""
    visit = books.visit()
    first, newest = books.put(State.SUPERSEDED, visit), books.put(State.ACCEPTED, visit)
    finding = books.finding(first, NOW)
    assert [due.done_at for _, due in count().dues if due.clock.id == "correct-2-days"] == [None]
    client = desk("records")
    assert "Ghi không còn vướng" in client.get(reverse("web:visit", args=[visit.pk])).content.decode()
    deed(client, newest, "het-vuong", reason="bản mới đã hết lỗi này")
    finding.refresh_from_db()
    newest.refresh_from_db()
    assert finding.settled_at is not None and newest.state == State.ACCEPTED
    assert None not in [due.done_at for _, due in count().dues if due.clock.id == "correct-2-days"]


@pytest.mark.parametrize(
    "damaged",
    [",,E1,,{}\n".format("x" * 200_000), ',,E1,,"đầu câu trích\n', ',,E1,,"a" b\n'],
    ids=["long", "open", "torn"],
)
def test_a_file_that_no_reader_reads_is_refused_as_a_whole(books, damaged):
    """A quotation mark that is not closed would take every row after it into its own message."""
    code = books.put(State.RECEIVED).version.visit.visit_code
    with pytest.raises(FileUnreadable, match="Chưa ghi dòng nào"):
        read_findings(f"{HEAD}{code},,E0,,trước\n{code}{damaged}{code},,E2,,sau\n")


def test_line_ends_of_every_kind_and_what_is_no_text(books):
    code = books.put(State.RECEIVED).version.visit.visit_code
    assert note(f"{HEAD}{code},,E1,,a\0b\r{code},,E2,,c\r\n".replace("\n", "\r")).new == 2
    assert set(PortalFinding.objects.values_list("code", "message")) == {("E1", "a\ufffdb"), ("E2", "c")}


def test_a_code_that_two_facilities_have_is_nobodys_until_a_number_says_whose(books):
    first, other = books.put(State.RECEIVED), books.put(State.RECEIVED)
    code = first.version.visit.visit_code
    there = add_facility(by="test", name="Cơ sở hai", code="99998")
    type(other.version.visit).objects.filter(pk=other.version.visit_id).update(
        facility=there, visit_code=code
    )
    noted = note(f"{HEAD}{code},,E1,,x\n")
    assert noted.new == 0 and "Hơn một cơ sở" in noted.refused[0][1]
    assert note(f"{HEAD}{code},{first.receipts.get().transaction_number},E1,,x\n").new == 1
    assert first.portal_findings.get().code == "E1"
