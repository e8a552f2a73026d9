"""The page of reconciling: numbers that open lists, deeds with a dry run, files that are refused in words."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from tests.unit.reconciling.conftest import Books
from tests.unit.reconciling.test_reconciling import MAKES

from sosuckhoe.hospital.delivery.models import CalendarDay, PortalFinding, Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching import counting
from sosuckhoe.hospital.journal.models import Entry


@pytest.fixture
def today(books: Books, monkeypatch) -> Books:
    """Visits closed just now, as the page counts the last days."""
    plain = books.visit
    monkeypatch.setattr(
        Books, "visit", lambda self, closed_at=None, **more: plain(closed_at or timezone.now(), **more)
    )
    return books


def test_without_any_visit_the_page_says_so(desk):
    page = desk("records").get(reverse("web:delivery_reconciling")).content.decode()
    assert "Chưa có đợt khám nào kết thúc trong thời gian này" in page


def test_an_equality_names_its_gaps_and_each_opens_its_list(today, desk):
    for _ in range(3):
        today.put(State.RECEIVED)
    today.put(State.HELD)
    client = desk("records")
    page = client.get(reverse("web:delivery_reconciling") + "?ky=hom-nay").content.decode()
    assert (
        "<strong>4</strong> đã kết thúc = <strong>3</strong> đã ký + <a" in page
        and "1 giữ vì lỗi</a>" in page
    )
    listed = client.get(reverse("web:delivery_reconciling_list") + "?vi=FAULTS&ky=hom-nay").content.decode()
    assert "MAU000004" in listed and "MAU000003" not in listed


def test_a_role_that_does_not_read_names_sees_initials(today, desk):
    today.put(State.HELD)
    address = reverse("web:delivery_reconciling_list") + "?vi=FAULTS"
    assert "NGUYỄN VĂN MẪU" in desk("records").get(address).content.decode()
    page = desk("it").get(address).content.decode()
    assert "NGUYỄN VĂN MẪU" not in page and "N. V. M." in page


def test_a_cause_is_run_again_only_after_the_preview_and_with_a_reason(today, desk):
    MAKES["SET-UP"](today)
    client, address = desk("it"), reverse("web:delivery_reconciling_rerun")
    preview = client.post(address, {"vi": "SET-UP"})
    assert preview.status_code == 200 and "Chưa có gì thay đổi" in preview.content.decode()
    assert client.post(address, {"vi": "SET-UP", "step": "save", "reason": " "}).status_code == 422
    assert Submission.objects.get().state == State.HELD
    assert client.post(address, {"vi": "SET-UP", "step": "save", "reason": "đã sửa"}).status_code == 302
    assert Submission.objects.get().state == State.WAITING


def test_a_cause_for_people_cannot_be_run_again_from_the_page(today, desk):
    MAKES["UNKNOWN"](today)
    assert desk("it").post(reverse("web:delivery_reconciling_rerun"), {"vi": "UNKNOWN"}).status_code == 404
    page = desk("it").get(reverse("web:delivery_reconciling_list") + "?vi=UNKNOWN").content.decode()
    assert "Xem trước" not in page


def test_a_finding_is_typed_or_imported_and_what_fits_nothing_is_said(today, desk):
    row = today.put(State.RECEIVED)
    code = row.version.visit.visit_code
    client, address = desk("records"), reverse("web:delivery_reconciling_findings")
    client.post(address, {"ma_lk": code, "ma_loi": "E1", "noi_dung": "sai"})
    file = SimpleUploadedFile("loi.csv", f"ma_lk,ma_loi\n{code},E2\nKHONG-CO,E3\n".encode())
    answer = client.post(address, {"tep": file}, follow=True).content.decode()
    assert "Đã ghi 1 lỗi cổng báo. 1 dòng chưa ghi được (dòng 3" in answer
    assert "#look" in answer[answer.index('class="toasts"') :], "a refusal does not look like something done"
    assert set(PortalFinding.objects.values_list("code", flat=True)) == {"E1", "E2"}
    row.refresh_from_db()
    assert row.state == State.FINDINGS


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a,b\n", b"ngay,loai\n99/99/2027,nghi\n"])
def test_a_calendar_file_of_another_form_loads_nothing_and_says_so(desk, content):
    file = SimpleUploadedFile("lich.csv", content)
    answer = desk("it").post(reverse("web:delivery_reconciling_calendar"), {"tep": file}, follow=True)
    assert 'class="toast' in answer.content.decode() and not CalendarDay.objects.exists()


def test_a_loaded_year_no_longer_asks_for_its_holidays(today, desk):
    today.put(State.RECEIVED)
    client, address = desk("it"), reverse("web:delivery_reconciling")
    where_counted = [address, reverse("web:delivery"), reverse("web:admin")]
    for each in where_counted:
        page = client.get(each).content.decode()
        assert "Chưa nạp ngày nghỉ lễ" in page and '#lich"' in page, each
    this = timezone.localdate().year
    rows = "".join(f"01/01/{year},nghi,thử\n" for year in (this, this + 1))
    file = SimpleUploadedFile("lich.csv", f"ngay,loai,ten\n{rows}".encode())
    client.post(reverse("web:delivery_reconciling_calendar"), {"tep": file})
    for each in where_counted:
        assert "Chưa nạp ngày nghỉ lễ" not in client.get(each).content.decode(), each


def test_counting_on_demand_leaves_a_line_and_only_for_who_steers(today, desk):
    today.put(State.HELD)
    assert desk("planning").post(reverse("web:delivery_reconciling_count")).status_code == 403
    assert desk("records").post(reverse("web:delivery_reconciling_count")).status_code == 302
    assert Entry.objects.get(action="reconciled").detail["causes"] == {"FAULTS": 1}


@pytest.mark.django_db(transaction=True)
def test_what_takes_long_is_counted_in_the_background_and_the_last_count_is_shown_with_its_time(
    today, desk, monkeypatch
):
    monkeypatch.setattr(counting, "AT_ONCE", 0)
    monkeypatch.setattr(counting, "_kept", {})
    let_go = threading.Event()
    for name in ("look", "reconcile_now"):
        real = getattr(counting, name)
        monkeypatch.setattr(
            counting, name, lambda *days, real=real, **how: (let_go.wait(60), real(*days, **how))[1]
        )

    def finish() -> None:
        let_go.set()
        for thread in threading.enumerate():
            if thread.name == "count":
                thread.join(60)
        let_go.clear()

    row = today.put(State.HELD)
    client, address = desk("records"), reverse("web:delivery_reconciling") + "?ky=hom-nay"
    first = client.get(address).content.decode()
    assert "Đang đếm 1 đợt khám" in first and "giữ vì lỗi" not in first
    still = client.get(address, headers={"HX-Request": "true"})
    assert "<html" not in still.content.decode() and "HX-Refresh" not in still.headers
    assert counting.known(31) is None, "whoever watches does not wait either"
    finish()
    there = client.get(address, headers={"HX-Request": "true"})
    assert there.headers["HX-Refresh"] == "true"
    assert "1 giữ vì lỗi</a>" in client.get(address).content.decode()
    # After something was done the old count is shown, with its time, until the new one is there.
    Submission.objects.filter(pk=row.pk).update(problem_code="IDENTITY")
    page = client.post(
        reverse("web:delivery_reconciling_count"), {"ky": "hom-nay"}, follow=True
    ).content.decode()
    assert "Đang đối chiếu và sẽ ghi sổ khi xong" in page and "1 giữ vì lỗi</a>" in page
    assert not Entry.objects.filter(action="reconciled").exists()
    finish()
    assert Entry.objects.get(action="reconciled").actor == "records"
    assert "giữ để đối chiếu người bệnh</a>" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("given", "at", "why"),
    [
        ({"ma_lk": "KHONG-CO"}, "ma_lk", "Không thấy hồ sơ đã tiếp nhận nào có mã này."),
        ({"ma_lk": "  "}, "ma_lk", "Không thấy hồ sơ đã tiếp nhận nào có mã này."),
        ({"ma_loi": "  "}, "ma_loi", "Thiếu mã lỗi."),
    ],
    ids=["unknown", "no-visit", "no-code"],
)
def test_a_finding_that_is_refused_comes_back_as_typed_with_the_error_at_its_field(
    desk, today, given, at, why
):
    code = today.put(State.RECEIVED).version.visit.visit_code
    typed = {
        "ma_lk": code,
        "ma_loi": "E-9",
        "duong_dan": "XML1.NGAY_RA",
        "noi_dung": "ra <sớm>",
        "ky": "7",
    } | given
    client, address = desk("records"), reverse("web:delivery_reconciling_findings")
    answer = client.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 422 and not PortalFinding.objects.exists()
    for name, value in typed.items():
        if name != "ky":
            assert f'name="{name}" value="{escape(value.strip())}"' in page
    assert page.count("aria-invalid") == 1
    assert f'aria-invalid="true" aria-describedby="{at}-problem"' in page.partition(f'id="{at}"')[2][:300]
    assert why in page.partition(f'id="{at}-problem"')[2].partition("</span>")[0]
    mended = client.post(address, typed | {"ma_lk": code, "ma_loi": "E-9"}, follow=True)
    assert "Đã ghi lỗi cổng báo." in mended.content.decode()
    assert PortalFinding.objects.get().message == "ra <sớm>"
