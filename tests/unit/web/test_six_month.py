import io
import re

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from tests.unit.web.ward import exported

from sosuckhoe.hospital.delivery.reports.six_month import ROWS
from sosuckhoe.hospital.staff.models import Facility
from sosuckhoe.hospital.visits.choices import choose
from sosuckhoe.hospital.visits.models import Visit
from sosuckhoe.hospital.web.reports.files import plain

REPORT = "/bao-cao/sau-thang/?nam=2026&nua=2"


@pytest.fixture
def planning(ward, as_role) -> Client:
    kinds = {}
    for file in exported():
        if file.expected == "clean":
            kinds.setdefault(file.visit_code, file)
    for file in list(kinds.values())[5:24]:
        ward.take(file)
    return as_role(ward, "planning")


def numbers(page: str) -> list[tuple[str, int]]:
    found = re.findall(r'<td data-label="[^"]+"><a href="([^"]+)"[^>]*>([\d.]+)</a>', page)
    return [(address.replace("&amp;", "&"), int(number.replace(".", ""))) for address, number in found]


def test_the_form_is_the_plan_s_word_for_word(planning):
    page = planning.get(REPORT).content.decode()
    headings = [
        "Báo cáo tình hình triển khai Sổ sức khỏe điện tử VNeID", "Loại hình khám bệnh, chữa bệnh",
        "Sử dụng thẻ BHYT", "Không sử dụng BHYT", "Số lượt", "Đã liên thông",
        "Khám bệnh ngoại trú", "Điều trị ngoại trú", "Lĩnh thuốc theo hẹn", "Điều trị nội trú",
        "Điều trị ban ngày", "Khám chữa bệnh từ xa", "Cộng",
    ]  # fmt: skip
    assert all(heading in page for heading in headings)
    assert len(numbers(page)) == 28


def test_every_cell_opens_the_list_it_counts_and_columns_add_up(planning):
    page = planning.get(REPORT).content.decode()
    cells = numbers(page)
    for address, number in cells:
        listed = planning.get(address).content.decode()
        assert len(re.findall(r"<tr><td>", listed)) == number, address
    for column in range(4):
        assert sum(number for _, number in cells[column:24:4]) == cells[24 + column][1]
    counted = cells[24][1] + cells[26][1]
    outside = sum(int(each) for each in re.findall(r'<li>[^<]+: <a href="[^"]+">(\d+)</a></li>', page))
    unmapped = re.search(r"(\d+) lượt chưa xếp vào dòng nào", page)
    assert counted + outside + (int(unmapped.group(1)) if unmapped else 0) == Visit.objects.count()


def test_transmitted_means_received_and_the_meaning_is_printed(planning):
    page = planning.get(REPORT).content.decode()
    transmitted = [number for _, number in numbers(page)][25] + [number for _, number in numbers(page)][27]
    assert transmitted == 1
    assert "cổng trả mã 200 kèm mã giao dịch" in page


def test_the_files_hold_the_same_numbers_and_nothing_that_calculates(ward, planning):
    Facility.objects.update(name='=HYPERLINK("https://example.com")')
    shown = [number for _, number in numbers(planning.get(REPORT).content.decode())]
    book = load_workbook(
        io.BytesIO(planning.get(reverse("web:six_month_download", args=["xlsx"]) + "?nam=2026&nua=2").content)
    )
    sheet = book.active
    table = [row for row in sheet.iter_rows(values_only=True) if row[1] in ROWS.values() or row[1] == "Cộng"]
    assert [value for row in table for value in row[2:6]] == shown
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert sheet["A2"].value.startswith("=HYPERLINK")
    written = planning.get(
        reverse("web:six_month_download", args=["csv"]) + "?nam=2026&nua=2"
    ).content.decode("utf-8-sig")
    assert "'=HYPERLINK" in written


@pytest.mark.parametrize("text", ["=1+1", "+84", "-5", "@SUM(A1)", "\tx"])
def test_a_text_that_a_spreadsheet_would_calculate_stays_a_text(text):
    assert plain(text) == f"'{text}"
    assert plain(5) == 5 and plain("Cộng") == "Cộng"


def test_what_has_no_row_is_named_and_placed_by_a_recorded_decision(ward, planning):
    Visit.objects.filter(pk=ward.taken[0].visit_id).update(type_code="10")
    page = planning.get(REPORT).content.decode()
    assert "Chưa chốt được" in page
    choose(
        by="test",
        name="six_month_rows",
        value={"10": 1},
        reason="thử",
        since=Visit.objects.latest("pk").closed_at.date(),
    )
    placed = planning.get(REPORT).content.decode()
    assert "Chưa chốt được" not in placed
    assert "Mã loại hình 10: Khám bệnh ngoại trú" in placed


@pytest.mark.parametrize("query", ["?nam=2026&nua=3", "?nam=xx", "?nam=1999&nua=1"])
def test_a_half_year_that_does_not_exist_is_not_found(empty_ward, as_role, query):
    assert as_role(empty_ward, "planning").get("/bao-cao/sau-thang/" + query).status_code == 404


@pytest.mark.parametrize("query", ["?dong=9", "?ngoai=la"])
def test_a_cell_that_does_not_exist_is_not_found(empty_ward, as_role, query):
    assert as_role(empty_ward, "planning").get("/bao-cao/sau-thang/danh-sach/" + query).status_code == 404


def test_an_administrator_opens_a_cell_without_seeing_who(ward, planning, as_role):
    address = numbers(planning.get(REPORT).content.decode())[24][0]
    page = as_role(ward, "administrator").get(address).content.decode()
    visit = Visit.objects.select_related("patient").filter(insured=True).first()
    assert visit.visit_code in page
    assert visit.patient.full_name not in page and "/dot-kham/" not in page
