import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.unit.web.ward import clean, connect, exported, held, unreadable

from sosuckhoe.hospital.delivery import erasing
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.visits.models import RecordVersion, SourceFile, Visit
from sosuckhoe.hospital.web.reception import views

IMPORT = "/nhan/"


def upload(client, *files, **more):
    given = [SimpleUploadedFile(name, data, "text/xml") for name, data in files]
    return client.post(IMPORT, {"files": given, **more})


def file(exported_file):
    return exported_file.name, exported_file.data


def test_each_file_gets_its_own_result_and_a_bad_one_stops_no_other(empty_ward, as_role):
    connect(empty_ward)
    client = as_role(empty_ward, "records")
    upload(client, file(clean(0)))
    answer = upload(client, file(clean(0)), file(clean(1)), file(held("SHP-001")), file(unreadable()))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Kết quả 4 tệp" in page
    assert re.findall(r"(\d+) (chờ gửi|tạm giữ|đã nhận trước|không nhận)", page) == [
        ("1", "chờ gửi"), ("1", "tạm giữ"), ("1", "đã nhận trước"), ("1", "không nhận"),
    ]  # fmt: skip
    assert unreadable().rule in page
    assert Visit.objects.count() == 3


def test_a_file_sent_twice_is_one_visit(empty_ward, as_role):
    client = as_role(empty_ward, "it")
    for _ in range(3):
        upload(client, file(clean(0)))
    assert Visit.objects.count() == 1
    assert SourceFile.objects.get().repeats == 2


def test_nothing_chosen_is_said_kindly(empty_ward, as_role):
    answer = as_role(empty_ward, "it").post(IMPORT, {"reason": "gõ nhầm"})
    assert answer.status_code == 422
    assert "Chưa chọn tệp nào" in answer.content.decode()
    assert "gõ nhầm" in answer.content.decode()


def test_an_upload_that_is_too_large_is_refused_before_it_is_read(empty_ward, as_role, monkeypatch):
    monkeypatch.setattr(views, "LARGEST_UPLOAD", 5000)
    answer = upload(as_role(empty_ward, "it"), file(clean(0)))
    assert answer.status_code == 413
    assert "thư mục chờ" in answer.content.decode()
    assert not SourceFile.objects.exists()


def test_too_many_files_at_once_are_refused_in_the_same_words(empty_ward, as_role, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    answer = upload(as_role(empty_ward, "it"), *[(f"{n}.xml", b"<x/>") for n in range(4)])
    assert answer.status_code == 413
    assert "100 tệp" in answer.content.decode()
    assert not SourceFile.objects.exists()


@pytest.mark.parametrize("role", ["reception", "clinician", "auditor"])
def test_who_may_not_import_uploads_nothing(empty_ward, as_role, role):
    assert upload(as_role(empty_ward, role), file(clean(0))).status_code == 403
    assert not SourceFile.objects.exists()


def changed(exported_file) -> bytes:
    """The same visit, exported again with another first name on paper."""
    original = exported_file.data
    for old, new in ((b"<LY_DO_VV>", b"<LY_DO_VV>X "), (b"<LY_DO_VV><![CDATA[", b"<LY_DO_VV><![CDATA[X ")):
        if old in original:
            return original.replace(old, new, 1)
    raise AssertionError("no inline export among the files")


def test_a_correction_of_a_known_visit_asks_for_its_reason_and_keeps_the_file_meanwhile(empty_ward, as_role):
    client = as_role(empty_ward, "records")
    first = next(each for each in exported() if each.expected == "clean" and b"<LY_DO_VV>" in each.data)
    upload(client, file(first))
    page = upload(client, ("sua.xml", changed(first))).content.decode()
    waiting = SourceFile.objects.get(outcome="needs-reason")
    assert "Cần lý do sửa" in page and f"/nhan/chua-nhan/{waiting.pk}/" in page
    client.post(f"/nhan/chua-nhan/{waiting.pk}/", {"reason": " "})
    assert RecordVersion.objects.count() == 1
    client.post(f"/nhan/chua-nhan/{waiting.pk}/", {"reason": "lý do vào viện ghi thiếu"})
    assert [version.reason for version in RecordVersion.objects.order_by("number")] == [
        "",
        "lý do vào viện ghi thiếu",
    ]


def test_the_quarantine_says_what_where_and_what_to_do(empty_ward, as_role):
    client = as_role(empty_ward, "records")
    upload(client, file(unreadable()))
    page = client.get("/nhan/chua-nhan/").content.decode()
    kept = SourceFile.objects.get()
    assert kept.code in page and kept.name in page
    assert (settings.HOME.path / kept.quarantine_path).read_bytes() == unreadable().data


def test_a_hostile_file_name_is_text(empty_ward, as_role):
    page = upload(as_role(empty_ward, "it"), ("<img src=x onerror=alert(1)>.xml", b"<x/>")).content.decode()
    assert "<img src=x" not in page and "&lt;img src=x" in page


def test_the_drop_folder_is_shown_with_what_lies_in_it(empty_ward, as_role):
    (settings.HOME.drop / "a.xml").write_bytes(b"<x/>")
    page = as_role(empty_ward, "it").get(IMPORT).content.decode()
    assert str(settings.HOME.drop) in page and "Đang có 1 tệp" in page


def test_a_person_is_found_by_name_with_or_without_marks_and_by_any_number(empty_ward, as_role):
    client = as_role(empty_ward, "records")
    binh = next(
        each for each in exported() if each.expected == "clean" and _name(empty_ward, each) == "Trần Mẫu Bình"
    )
    visit = Visit.objects.select_related("patient").get(visit_code=binh.visit_code)
    numbers = visit.patient.identifiers.values_list("value", flat=True)
    for text in ("Bình", "bình", "BINH", "tran mau binh", "  binh  ", *numbers):
        assert f'href="/dot-kham/{visit.pk}/"' in client.get("/tim/", {"tim": text}).content.decode(), text


def _name(ward, exported_file) -> str:
    taken = ward.take(exported_file)
    return Visit.objects.select_related("patient").get(pk=taken.visit_id).patient.full_name


def test_a_visit_is_found_by_its_code_also_by_who_may_not_search_people(empty_ward, as_role):
    empty_ward.take(clean(0))
    visit = Visit.objects.select_related("patient").get()
    it = as_role(empty_ward, "it")
    assert f'href="/dot-kham/{visit.pk}/"' in it.get("/tim/", {"tim": visit.visit_code}).content.decode()
    by_name = it.get("/tim/", {"tim": visit.patient.full_name}).content.decode()
    assert f'href="/dot-kham/{visit.pk}/"' not in by_name


def test_a_file_that_breaks_the_program_stops_no_other_and_leaves_nothing_half_way(
    empty_ward, as_role, monkeypatch
):
    take = views.take_file

    def breaks_on_the_first(name, data, **how):
        if name == clean(0).name:
            raise ZeroDivisionError
        return take(name, data, **how)

    monkeypatch.setattr(views, "take_file", breaks_on_the_first)
    answer = upload(as_role(empty_ward, "records"), file(clean(0)), file(clean(1)))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "ERROR-ZeroDivisionError" in page and "1 không nhận" in page
    assert [visit.visit_code for visit in Visit.objects.all()] == [clean(1).visit_code]


def test_the_copy_of_a_refused_file_is_erased_with_a_reason_or_when_its_time_is_over(empty_ward, as_role):
    client = as_role(empty_ward, "records")
    upload(client, file(unreadable()), ("khac.xml", b"<KHAC/>"))
    upload(client, file(clean(0)))
    first, second = SourceFile.objects.filter(outcome="refused").order_by("pk")
    refused = client.post(f"/nhan/chua-nhan/{first.pk}/xoa/", {"reason": " "})
    assert refused.status_code == 422 and "Chưa xóa. Hãy ghi vì sao" in refused.content.decode()
    assert erasing.copy_of(first.sha256).exists()
    page = client.post(f"/nhan/chua-nhan/{first.pk}/xoa/", {"reason": "tệp của nơi khác"}, follow=True)
    assert "đã xóa 1 tệp" in page.content.decode() and first.name not in page.content.decode()
    assert not erasing.copy_of(first.sha256).exists()
    now = timezone.now()
    assert erasing.erase_what_is_over(at=now + timedelta(days=29)) == 0
    assert erasing.erase_what_is_over(at=now + timedelta(days=31)) == 1
    assert not erasing.copy_of(second.sha256).exists()
    assert (
        "tệp của nơi khác"
        in Entry.objects.get(action="file-erased", object_id=str(first.pk)).detail["reason"]
    )
    # What was taken in is not erased here, and bytes that come again are kept again.
    taken = SourceFile.objects.get(outcome="taken")
    with pytest.raises(erasing.NotErasable):
        erasing.erase_file(by="giang", file=taken, why="thử", at=now)
    upload(client, file(unreadable()))
    first.refresh_from_db()
    assert first.erased_at is None and erasing.copy_of(first.sha256).exists()
