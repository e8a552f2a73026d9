import re

import pytest
from django.urls import reverse
from tests.unit.web.ward import clean, connect, exported, held

from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.visits.models import Finding
from sosuckhoe.hospital.web.shell import paging

WORKLIST = "/viec/"


def rows(page: str) -> int:
    return len(re.findall(r'<a class="opens" href="/dot-kham/', page))


def text(answer) -> str:
    return answer.content.decode()


def test_an_empty_list_says_why_it_is_empty(empty_ward, as_role):
    page = text(as_role(empty_ward, "records").get(WORKLIST))
    assert "Mọi hồ sơ đã qua kiểm tra" in page


def test_it_lists_everything_that_needs_a_person_and_nothing_else(ward, as_role):
    needing = Submission.objects.filter(state__in=["HELD", "REFUSED", "UNKNOWN", "FINDINGS"]).count()
    page = text(as_role(ward, "records").get(WORKLIST))
    assert needing == 4
    assert rows(page) == needing
    assert f"{needing} hồ sơ đang chờ người xử lý" in page


def test_every_filter_shows_as_many_rows_as_it_promises(ward, as_role):
    client = as_role(ward, "records")
    page = text(client.get(WORKLIST))
    filters = re.findall(r'<li><a href="([^"]+)"[^>]*>[^<]+<span class="numbers">(\d+)</span>', page)
    causes = re.findall(
        r'<a class="cause" href="([^"]+)"[^>]*>\s*<span class="cause-count">(\d+)</span>', page
    )
    assert len(filters) >= 5 and len(causes) >= 4
    for address, promised in filters + causes:
        shown = text(client.get(address.replace("&amp;", "&")))
        assert rows(shown) == int(promised), address


def test_a_fault_is_shown_with_its_place_and_who_mends_it(ward, as_role):
    finding = Finding.objects.filter(severity="error", rule="SHP-001").first()
    page = text(as_role(ward, "records").get(WORKLIST))
    assert finding.message in page
    assert finding.path in page
    assert "Bác sĩ, điều dưỡng" in page


def test_a_role_that_may_not_read_records_sees_the_place_of_a_fault_but_no_value_and_no_name(ward, as_role):
    finding = Finding.objects.filter(severity="error", rule="XFD-029").first()
    name = finding.version.visit.patient.full_name
    page = text(as_role(ward, "it").get(WORKLIST))
    assert finding.path in page
    assert finding.message not in page
    assert finding.value not in page
    assert name not in page


def test_following_the_pages_shows_every_row_once(ward, as_role, monkeypatch):
    monkeypatch.setattr(paging, "SIZE", 2)
    monkeypatch.setattr(paging.page_of, "__kwdefaults__", {**paging.page_of.__kwdefaults__, "size": 2})
    client, seen, address = as_role(ward, "records"), [], WORKLIST
    while address:
        page = text(client.get(address))
        seen += re.findall(r'class="opens" href="/dot-kham/(\d+)/"', page)
        onward = re.search(r'<a class="button button-small" href="([^"]+)">Xem tiếp', page)
        address = onward.group(1).replace("&amp;", "&") if onward else ""
    assert len(seen) == len(set(seen)) == 4


@pytest.mark.parametrize("query", ["?vi=khong-co:XML1.X", "?chu=khong-ai", "?loai=la", "?lau=1"])
def test_a_filter_that_fits_nothing_leads_back(ward, as_role, query):
    answer = as_role(ward, "records").get(WORKLIST + query)
    assert answer.status_code == 200


def test_a_mangled_place_in_the_list_is_a_bad_request_not_a_crash(ward, as_role):
    answer = as_role(ward, "records").get(WORKLIST + "?sau=hong")
    assert answer.status_code == 400
    assert "Trang không hiểu yêu cầu này" in text(answer)


def test_the_number_of_queries_does_not_grow_with_the_rows(
    empty_ward, as_role, django_assert_max_num_queries
):
    connect(empty_ward)
    files = [file for file in exported() if file.expected == "held"]
    empty_ward.take(files[0])
    client = as_role(empty_ward, "records")
    client.get(WORKLIST)
    with django_assert_max_num_queries(20) as few:
        client.get(WORKLIST)
    for file in files[1:9]:
        empty_ward.take(file)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(WORKLIST)


def test_records_held_for_the_set_up_are_released_together_after_a_preview(ward, as_role):
    client = as_role(ward, "records")
    refused = Submission.objects.get(problem_code="125")
    faulty = Submission.objects.filter(problem_code="FAULTS").first()
    chosen = {"chon": [refused.pk, faulty.pk]}
    preview = client.post(reverse("web:worklist_release"), chosen)
    assert "Cho gửi 1 hồ sơ" in text(preview)
    refused.refresh_from_db()
    assert refused.state == "HELD"
    unanswered = client.post(reverse("web:worklist_release"), {**chosen, "step": "save"})
    assert unanswered.status_code == 422
    client.post(
        reverse("web:worklist_release"),
        {**chosen, "step": "save", "reason": "đã đăng ký lại chứng thư", "sign_anew": "1"},
    )
    refused.refresh_from_db()
    faulty.refresh_from_db()
    assert (refused.state, faulty.state) == ("WAITING", "HELD")


def test_a_held_back_file_stands_under_its_cause(empty_ward, as_role):
    connect(empty_ward)
    empty_ward.take(held("FMT-022"))
    page = text(as_role(empty_ward, "reception").get(WORKLIST))
    assert "FMT-022" in page and "Tiếp đón sửa" in page


def test_a_rule_that_broke_is_told_in_words_and_leads_to_its_files(ward, as_role, monkeypatch):
    def broken(*arguments, **more):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("sosuckhoe.hospital.delivery.intake.validation.check", broken)
        take_file("mau.xml", clean(11).data, by="tester")
    page = text(as_role(ward, "records").get(WORKLIST))
    assert "1 tệp chưa nhận được vì một quy tắc kiểm tra của chương trình bị hỏng" in page
    assert reverse("web:import_quarantine") in page
    take_file("mau.xml", clean(11).data, by="tester")
    assert "bị hỏng" not in text(as_role(ward, "records").get(WORKLIST))
