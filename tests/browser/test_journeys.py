"""A few journeys as people make them, most of them without a mouse."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from tests.unit.fixes.conftest import SPACED, Clinic
from tests.unit.web.ward import PASSWORD, clean, held

from sosuckhoe.hospital.delivery.models import Destination, Pulse, Submission
from sosuckhoe.hospital.visits.models import RecordVersion, Visit
from sosuckhoe.hospital.web.fixes import many, stepping
from sosuckhoe.hospital.web.shell import saving


def test_from_signing_in_to_a_visit_with_the_keyboard_alone(desk):
    page = desk.nobody()
    page.goto(desk.address + "/viec/")
    expect(page).to_have_title("Đăng nhập · Sổ Sức Khỏe")
    page.keyboard.press("Tab")
    page.keyboard.type("clinician")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Việc cần làm")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("j")
    first = page.locator("a.opens").first
    expect(first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("a.opens").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()
    name = first.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    page.wait_for_url(re.compile(r"/dot-kham/\d+/$"))


def test_slash_goes_to_the_search_and_a_question_mark_shows_the_keys(desk):
    page = desk.open(desk.signed_in("records"), "/")
    visit = Visit.objects.select_related("patient").first()
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Phím tắt")
    expect(help_).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type(visit.visit_code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=visit.visit_code)).to_be_visible()


def test_a_fault_is_corrected_and_the_visit_goes_on_its_way(desk):
    page = desk.open(desk.signed_in("clinician"), "/viec/?vi=SHP-001:XML1.MA_BENH_CHINH")
    page.locator("a.opens").first.click()
    page.get_by_role("link", name="Sửa chỗ này").click()
    page.get_by_label("Giá trị mới").fill("H10.9")
    page.get_by_label("Lý do sửa").fill("bác sĩ ghi thiếu")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_text("Hồ sơ không còn lỗi")).to_be_visible()
    page.get_by_role("button", name="Lưu bản 2").click()
    expect(page.get_by_text("Đã lưu bản 2")).to_be_visible()
    expect(page.locator(".page-head").get_by_text("Chờ ký")).to_be_visible()
    assert RecordVersion.objects.get(number=2).reason == "bác sĩ ghi thiếu"


def test_a_faulty_and_a_good_file_are_uploaded_together_by_choosing_and_by_dropping(desk):
    page = desk.open(desk.signed_in("records"), "/nhan/")
    good, faulty = clean(9), held("FMT-022")
    page.locator("#files").set_input_files(
        [
            {"name": good.name, "mimeType": "text/xml", "buffer": good.data},
            {"name": faulty.name, "mimeType": "text/xml", "buffer": faulty.data},
            {"name": "hong.xml", "mimeType": "text/xml", "buffer": b"<GIAMDINHHS><THONG"},
        ]
    )
    expect(page.get_by_text("Đã chọn 3 tệp")).to_be_visible()
    page.get_by_role("button", name="Nhận tệp").click()
    results = page.get_by_role("region", name="Kết quả 3 tệp")
    expect(results.get_by_text("Đã nhận", exact=True)).to_be_visible()
    expect(results.get_by_text("Nhận, tạm giữ")).to_be_visible()
    expect(results.get_by_text("Không nhận", exact=True)).to_be_visible()
    expect(results.get_by_text("FILE-TRUNCATED")).to_be_visible()

    another = clean(10).data.decode("utf-8-sig")
    page.locator(".drop").evaluate(
        """(frame, text) => {
            const carried = new DataTransfer();
            carried.items.add(new File([text], "tha.xml", {type: "text/xml"}));
            frame.dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
        }""",
        another,
    )
    expect(page.get_by_text("Đã chọn 1 tệp")).to_be_visible()
    page.get_by_role("button", name="Nhận tệp").click()
    expect(page.get_by_role("link", name="tha.xml")).to_be_visible()


def test_sending_is_paused_with_a_reason_and_the_pause_is_taken_back(desk):
    Pulse.objects.create(name="may-gui", at=timezone.now())
    page = desk.open(desk.signed_in("it"), "/gui/")
    page.get_by_text("Tạm dừng", exact=True).click()
    page.get_by_label("Lý do tạm dừng").fill("cổng bảo trì đến 22:00")
    page.get_by_role("button", name="Tạm dừng gửi").click()
    expect(page.locator("#sending")).to_contain_text("Tạm dừng")
    expect(page.get_by_text("cổng bảo trì đến 22:00")).to_be_visible()
    assert Destination.objects.get().paused
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.locator("#sending")).to_contain_text("Gửi bình thường")
    assert not Destination.objects.get().paused


def test_a_number_of_the_six_month_report_opens_its_list_and_the_list_its_visits(desk):
    page = desk.open(desk.signed_in("planning"), "/bao-cao/sau-thang/")
    total = page.locator(".matrix tfoot td a").first
    number = int(total.inner_text())
    assert number > 0
    total.focus()
    page.keyboard.press("Enter")
    expect(page.locator("table.list tbody tr")).to_have_count(number)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/dot-kham/\d+/$"))


def test_the_report_prints_on_a_page_without_the_program_around_it(desk):
    page = desk.open(desk.signed_in("planning"), "/bao-cao/sau-thang/")
    page.emulate_media(media="print")
    for hidden in (".bar", ".nav", ".period", ".page-head"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.get_by_text("Thủ trưởng đơn vị")).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_a_row_of_a_list_opens_wherever_it_is_clicked(desk):
    page = desk.open(desk.signed_in("records"), "/viec/")
    page.locator("table.list tbody tr").first.locator("td").nth(3).click()
    page.wait_for_url(re.compile(r"/dot-kham/\d+/$"))


def test_records_held_for_the_signature_are_marked_with_a_key_and_released_after_a_preview(desk):
    page = desk.open(desk.signed_in("records"), "/viec/?vi=125")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_role("button", name="Xem trước khi cho gửi 1 hồ sơ").click()
    page.get_by_label("Lý do cho gửi").fill("đã đăng ký lại chứng thư")
    page.get_by_role("button", name="Cho gửi 1 hồ sơ").click()
    expect(page.get_by_text("Đã cho gửi 1 hồ sơ.")).to_be_visible()


def test_the_pages_work_without_scripts(desk, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(desk.address + "/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill("records")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("navigation", name="Danh mục việc").get_by_role("link", name="Nhận hồ sơ").click()
    page.locator("#files").set_input_files(
        [{"name": "a.xml", "mimeType": "text/xml", "buffer": clean(8).data}]
    )
    page.get_by_role("button", name="Nhận tệp").click()
    expect(page.get_by_role("link", name="a.xml")).to_be_visible()
    context.close()


def test_one_kind_of_fault_is_mended_in_many_visits_and_one_of_them_taken_back(desk, monkeypatch):
    monkeypatch.setattr(many, "STEP", 1)
    clinic = Clinic(desk.ward)
    visits = [clinic.close(**SPACED) for _ in range(4)]
    before = {visit.pk: bytes(visit.latest.record_json) for visit in visits}
    page = desk.open(desk.signed_in("records"), "/sua-hang-loat/")
    page.get_by_role("row").filter(has_text="FMT-015").get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("4 hồ sơ, 4 chỗ")).to_be_visible()
    expect(page.locator("del.code")).to_have_text(["␣2"] * 4)
    assert RecordVersion.objects.filter(visit__in=visits).count() == 4, "looking changes nothing"
    page.get_by_role("button", name="Sửa 4 hồ sơ").click()
    expect(page.get_by_role("heading", name="Đã sửa 4 hồ sơ")).to_be_visible()
    assert set(RecordVersion.objects.filter(number=2).values_list("visit", flat=True)) == set(before)

    chosen = visits[1]
    desk.open(page, f"/dot-kham/{chosen.pk}/")
    page.get_by_role("button", name="Trở lại bản trước").click()
    expect(page.get_by_text("Đã lưu bản 3, nội dung như bản 1.")).to_be_visible()
    for visit in visits:
        stored = bytes(visit.latest.record_json)
        assert (stored == before[visit.pk]) == (visit == chosen)
        assert bytes(visit.versions.get(number=1).record_json) == before[visit.pk]


def test_a_new_check_of_held_visits_is_stopped_with_the_keyboard_while_it_runs(desk, monkeypatch):
    monkeypatch.setattr(stepping, "STEP", 1)
    clinic = Clinic(desk.ward)
    for _ in range(20):
        clinic.close(**SPACED)
    page = desk.open(desk.signed_in("it"), "/quy-tac/FMT-015/")
    page.get_by_role("button", name="Kiểm tra lại 20 hồ sơ").click()
    page.get_by_role("button", name="Dừng ở đây").focus()
    page.wait_for_function(
        "before => document.querySelector('progress').value > before + 1",
        arg=page.locator("progress").evaluate("bar => bar.value"),
    )
    page.keyboard.press("Enter")
    expect(page.get_by_text("hồ sơ chưa làm vì đã dừng")).to_be_visible()


def test_a_new_check_that_can_save_nothing_waits_on_its_page_and_goes_on_from_there(desk, monkeypatch):
    monkeypatch.setattr(stepping, "STEP", 1)
    clinic = Clinic(desk.ward)
    for _ in range(3):
        clinic.close(**SPACED)
    page = desk.open(desk.signed_in("it"), "/quy-tac/FMT-015/")
    with monkeypatch.context() as after_the_first_step:
        said = iter([""])
        after_the_first_step.setattr(saving, "cannot_save", lambda: next(said, "Đĩa chỉ cho đọc."))
        page.get_by_role("button", name="Kiểm tra lại 3 hồ sơ").click()
        expect(page.get_by_text("Đĩa chỉ cho đọc.")).to_be_visible()
    page.get_by_role("button", name="Làm tiếp").press("Enter")
    expect(page.get_by_text("Đã kiểm tra lại 3 hồ sơ")).to_be_visible()


FOCUSED = """() => {
    const focused = document.activeElement, place = focused.getBoundingClientRect(), look = getComputedStyle(focused)
    const around = parseFloat(look.outlineWidth) * (look.outlineStyle != "none")
    return {name: focused.id || focused.innerText.trim(), end: focused == document.body, around,
            top: place.top - around, under: innerHeight - place.top - (focused.tagName == "TEXTAREA" ? 24 : place.height) - around}
}"""


def stops(page):
    """Every place that Tab comes to, each to be seen with its ring: of a field of several lines the first."""
    found = []
    while True:
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at["end"]:
            return found
        assert at["around"] >= 2 and at["top"] >= 0 and at["under"] >= 0, at
        found.append(at["name"])
        assert len(found) < 100, "Tab comes to no end"


@pytest.mark.parametrize("width", [360, 1280])
def test_a_destination_is_mended_with_the_keyboard_alone(desk, width):
    there = Destination.objects.get(kind="portal")
    page = desk.open(desk.signed_in("it", width=width), f"/quan-tri/noi-nhan/{there.pk}/")
    order = stops(page)
    first = order.index("id_base_url")
    assert order[first:] == [
        *("id_base_url", "id_account", "id_password", "id_path_edition"),
        *("id_calls_at_once", "id_calls_per_minute"),
        *("id_receipt_look_up", "id_replaces_by_visit_code", "id_repeats_check_ins", "id_replaces_evidence"),
        *("id_enabled", "Lưu"),
    ]
    page.locator("#id_receipt_look_up").focus()
    page.keyboard.type("/tra-cuu")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert Destination.objects.get(pk=there.pk).receipt_look_up == "/tra-cuu"


@pytest.mark.parametrize("width", [360, 1280])
def test_what_is_unknown_is_settled_with_the_keyboard_alone(desk, width):
    unclear = Submission.ledger.get(state="UNKNOWN")
    page = desk.open(desk.signed_in("records", width=width), f"/gui/chua-ro/{unclear.pk}/")
    order = stops(page)
    first = order.index("number")
    assert order[first : first + 5] == [
        "number",
        "reason-there",
        "Ghi biên nhận",
        "reason-not",
        "Gửi lại đúng tệp đã ký",
    ]
    page.locator("#number").focus()
    page.keyboard.type("GD-BAN-PHIM")
    page.keyboard.press("Tab")
    page.keyboard.type("thấy lúc 09:15")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dot-kham/**")
    assert unclear.receipts.get().transaction_number == "GD-BAN-PHIM"
