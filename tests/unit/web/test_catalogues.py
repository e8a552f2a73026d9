"""Loading a list on the page: seen first, then loaded; what was typed and the list in use survive a bad file."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sosuckhoe.hospital.visits import catalogues
from sosuckhoe.hospital.visits.models import CatalogueImport, CatalogueRow

ADDRESS = "/quan-tri/danh-muc/medicines/"
HEAD = "MA_THUOC,TEN_THUOC,DON_GIA\n"
ROWS = [f"40.{number:03},Thuốc Mẫu {number},{number}50\n" for number in range(1, 11)]


@pytest.fixture
def it(empty_ward, as_role):
    catalogues._catalogues.cache_clear()
    return as_role(empty_ward, "it")


def upload(client, text, *, since="01/09/2026", source="mẫu 03/DM"):
    file = SimpleUploadedFile("thuoc.csv", text.encode())
    return client.post(ADDRESS, {"file": file, "since": since, "source": source})


def hidden(answer):
    page = answer.content.decode()
    return dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', page)) | {"step": "load"}


def test_a_list_is_seen_then_loaded(it):
    seen = upload(it, HEAD + "".join(ROWS))
    assert seen.status_code == 200
    assert "40.001" in seen.content.decode() and CatalogueRow.objects.count() == 0
    assert it.post(ADDRESS, hidden(seen)).status_code == 302
    assert CatalogueImport.objects.get().by == "it"
    assert CatalogueRow.objects.count() == 10
    assert "thêm 10" in it.get(ADDRESS).content.decode()
    assert "chưa nhập" in it.get("/quan-tri/danh-muc/").content.decode()


def test_a_changed_price_is_shown_with_before_and_after(it):
    it.post(ADDRESS, hidden(upload(it, HEAD + "".join(ROWS))))
    page = upload(
        it, HEAD + "40.001,Thuốc Mẫu 1,199\n" + "".join(ROWS[1:]), since="01/10/2026"
    ).content.decode()
    assert "DON_GIA: 150 thành 199" in page and "dòng cũ đến 30/09/2026" in page


def test_a_bad_file_is_refused_and_what_was_typed_stays(it):
    answer = upload(it, HEAD + ROWS[0] + "40.002,Thu", source="phụ lục riêng")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "dòng 3" in page and "phụ lục riêng" in page and "error-summary" in page


def test_a_shorter_file_is_loaded_only_when_confirmed(it):
    it.post(ADDRESS, hidden(upload(it, HEAD + "".join(ROWS))))
    seen = upload(it, HEAD + "".join(ROWS[:4]), since="01/10/2026")
    assert it.post(ADDRESS, hidden(seen)).status_code == 422
    assert CatalogueImport.objects.count() == 1
    assert it.post(ADDRESS, hidden(seen) | {"confirmed": "1"}).status_code == 302
    assert CatalogueImport.objects.count() == 2


def test_what_somebody_else_loaded_meanwhile_is_shown_before_anything_is_loaded(it):
    seen = upload(it, HEAD + "".join(ROWS))
    it.post(ADDRESS, hidden(upload(it, HEAD + "".join(ROWS[:9]))))
    answer = it.post(ADDRESS, hidden(seen))
    assert answer.status_code == 422
    assert "người khác nhập" in answer.content.decode()
    assert it.post(ADDRESS, hidden(answer)).status_code == 302
    assert CatalogueRow.objects.count() == 10


def test_a_file_that_is_no_longer_kept_is_asked_for_again(it):
    seen = hidden(upload(it, HEAD + "".join(ROWS)))
    assert it.post(ADDRESS, seen | {"kept": "0" * 64}).status_code == 422
    assert it.post(ADDRESS, seen | {"kept": "../secret-key"}).status_code == 422
    assert CatalogueRow.objects.count() == 0


def test_an_unknown_list_is_not_there(it):
    assert it.get("/quan-tri/danh-muc/khong-co/").status_code == 404
