import re

import pytest
from django.urls import reverse
from tests.unit.web.ward import clean, connect, exported, held

from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.signing.verify_evidence import FROM_JOURNAL
from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.hospital.delivery.models import Attempt, Submission
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.patients.models import Patient
from sosuckhoe.hospital.visits.models import RecordVersion, Visit
from sosuckhoe.hospital.web.clinic.differences import changes
from sosuckhoe.hospital.web.clinic.record_view import RecordView


def page_of(client, taken) -> str:
    answer = client.get(reverse("web:visit", args=[taken.visit_id]))
    assert answer.status_code == 200
    return answer.content.decode()


def taken_for(ward, rule):
    return next(
        taken for taken in ward.taken
        if taken.visit_id and RecordVersion.objects.filter(visit=taken.visit_id, findings__rule=rule).exists()
    )  # fmt: skip


def test_looking_at_a_visit_is_in_the_journal_with_who_and_which(ward, as_role):
    page_of(as_role(ward, "clinician"), ward.taken[0])
    line = Entry.objects.filter(action="visit-read").latest("seq")
    assert (line.actor, line.kind, line.object_id) == ("clinician", "visit", str(ward.taken[0].visit_id))


def test_it_shows_identity_record_findings_versions_delivery_and_what_the_patient_will_read(ward, as_role):
    page = page_of(as_role(ward, "records"), ward.taken[0])
    visit = Visit.objects.select_related("patient").get(pk=ward.taken[0].visit_id)
    assert visit.patient.full_name in page
    for identifier in visit.patient.identifiers.all():
        assert identifier.value in page
    assert visit.latest.record.visit["discharge_diagnosis"] in page
    assert visit.latest.sha256[:12] in page
    assert Submission.objects.get(version=visit.latest).receipts.get().transaction_number in page
    assert "Người bệnh sẽ đọc" in page


def test_reception_sees_who_and_where_it_stands_but_no_clinical_content(ward, as_role):
    visit = Visit.objects.select_related("patient").get(pk=ward.taken[0].visit_id)
    page = page_of(as_role(ward, "reception"), ward.taken[0])
    assert visit.patient.full_name in page
    assert visit.latest.record.visit["discharge_diagnosis"] not in page
    assert "Người bệnh sẽ đọc" not in page


def test_it_staff_see_initials_and_the_history_of_sending_only(ward, as_role):
    visit = Visit.objects.select_related("patient").get(pk=ward.taken[0].visit_id)
    page = page_of(as_role(ward, "it"), ward.taken[0])
    assert visit.patient.full_name not in page
    assert not any(each.value in page for each in visit.patient.identifiers.filter(kind="personal_id"))
    assert "Biên nhận có mã giao dịch" in page


def test_a_missing_required_value_is_said_to_be_missing_and_what_was_not_asked_is_set_apart(ward):
    version = taken_for(ward, "SHP-001")
    found = RecordVersion.objects.get(visit=version.visit_id)
    visit = RecordView(found.record, found.edition).blocks()[0]
    cells = {cell.official: cell for group in visit.groups for cell in group.cells}
    assert cells["MA_BENH_CHINH"].missing
    assert "MA_HUYEN" not in cells and visit.left_out


def test_codes_stand_beside_their_names_of_the_day():
    record = Record.of(
        {"visit": [{"sex_code": "2", "visit_type_code": "01", "discharged_at": "202611150705"}]}
    )
    view = RecordView(record, edition_on(record.discharge_day()))
    cells = {cell.official: cell for group in view.blocks()[0].groups for cell in group.cells}
    assert (cells["GIOI_TINH"].text, cells["GIOI_TINH"].name) == ("2", "Nữ")
    assert cells["NGAY_RA"].text == "15/11/2026 07:05"


def test_a_malformed_value_is_shown_as_it_stands():
    record = Record.of({"visit": [{"arrived_at": "hôm qua", "discharged_at": "202611150705"}]})
    cells = {
        cell.official: cell.text
        for group in RecordView(record, edition_on(record.discharge_day())).blocks()[0].groups
        for cell in group.cells
    }
    assert cells["NGAY_VAO"] == "hôm qua"


def test_a_long_table_shows_its_beginning_and_its_own_page_has_all_rows(ward, as_role):
    longest = max((file for file in exported() if file.expected == "clean"), key=lambda file: len(file.data))
    taken = ward.take(longest)
    rows = RecordVersion.objects.get(visit=taken.visit_id).record.rows("medicines")
    assert len(rows) > 20
    client = as_role(ward, "clinician")
    short = page_of(client, taken)
    whole = client.get(reverse("web:visit_table", args=[taken.visit_id, "medicines"])).content.decode()
    assert f"Xem cả {len(rows)} dòng" in short
    assert whole.count("Đủ chỉ tiêu của dòng") == len(rows)


def hiv_visit(ward):
    file = next(file for file in exported() if b"CHI_TIEU_CHAM_SOC" in file.data or _has_hiv(file))
    return ward.take(file)


def _has_hiv(file) -> bool:
    return b"XML6" in file.data and file.expected == "clean"


def test_content_the_law_narrows_opens_only_for_a_reason_that_stays_in_the_journal(ward, as_role):
    taken = next(
        (
            t
            for t in (hiv_visit(ward),)
            if RecordVersion.objects.get(visit=t.visit_id).record.rows("hiv_care")
        ),
        None,
    )
    assert taken is not None
    regimen = RecordVersion.objects.get(visit=taken.visit_id).record.first("hiv_care")["hiv_confirmed_date"]
    day = f"{regimen[6:8]}/{regimen[4:6]}/{regimen[:4]}"
    client, address = as_role(ward, "clinician"), reverse("web:visit_open_narrow", args=[taken.visit_id])
    closed = page_of(client, taken)
    assert "Lý do xem" in closed and day not in closed.split('id="hiv_care"')[1].split("</section>")[0]
    assert "Lý do xem" in client.post(address, {"reason": " "}).content.decode()
    opened = client.post(address, {"reason": "bác sĩ điều trị"}).content.decode()
    assert "Lý do xem" not in opened
    line = Entry.objects.get(action="narrow-content-read")
    assert (line.actor, line.detail["reason"]) == ("clinician", "bác sĩ điều trị")
    assert as_role(ward, "planning").post(address, {"reason": "báo cáo"}).status_code == 403
    assert client.get(reverse("web:visit_table", args=[taken.visit_id, "hiv_care"])).status_code == 404


def test_a_hostile_name_is_text_wherever_it_stands(ward, as_role):
    hostile = "<script>alert('x')</script><img src=x onerror=alert(1)>"
    Patient.objects.all().update(full_name=hostile, name_fold="script alert")
    Submission.objects.filter(state="UNKNOWN").update(problem=hostile)
    client = as_role(ward, "records")
    unknown = Submission.objects.get(state="UNKNOWN").pk
    addresses = [
        reverse("web:visit", args=[ward.taken[0].visit_id]), "/", "/viec/", "/gui/", "/tim/?tim=script",
        "/tim/?tim=" + "%3Cscript%3Ealert(1)%3C/script%3E", f"/gui/chua-ro/{unknown}/",
        "/gui/danh-sach/?trang-thai=RECEIVED", "/gui/danh-sach/?ma=%3Cscript%3E",
        "/bao-cao/sau-thang/danh-sach/?the=co",
    ]  # fmt: skip
    for address in addresses:
        page = client.get(address).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page, address


def correct(client, taken, path, value, reason="gõ nhầm", *, step="save", version=1, row=""):
    address = (
        reverse("web:visit_correct", args=[taken.visit_id]) + f"?cho={path}" + (f"&dong={row}" if row else "")
    )
    return client.post(address, {"value": value, "reason": reason, "version": version, "step": step})


def test_a_correction_is_previewed_then_saved_as_the_next_version_with_its_reason(ward, as_role):
    taken, client = taken_for(ward, "SHP-001"), as_role(ward, "clinician")
    preview = correct(client, taken, "XML1.MA_BENH_CHINH", "H10.9", step="preview")
    assert preview.status_code == 200 and "Lưu bản 2" in preview.content.decode()
    assert RecordVersion.objects.filter(visit=taken.visit_id).count() == 1
    answer = correct(client, taken, "XML1.MA_BENH_CHINH", "H10.9", "bác sĩ xem lại")
    assert answer.status_code == 302
    old, new = RecordVersion.objects.filter(visit=taken.visit_id)
    assert "main_disease_code" not in old.record.visit
    assert (new.record.visit["main_disease_code"], new.reason, new.by) == (
        "H10.9",
        "bác sĩ xem lại",
        "clinician",
    )
    (change,) = changes(old.record, new.record, new.edition)
    assert (change.path, change.before, change.after) == ("XML1.MA_BENH_CHINH", "", "H10.9")
    compare = client.get(reverse("web:visit_compare", args=[taken.visit_id, 2])).content.decode()
    assert "<ins>H10.9</ins>" in compare


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"version": 7},
        {"value": "202611160621"},
    ],
)
def test_a_correction_without_reason_without_change_or_on_an_old_version_saves_nothing(ward, as_role, wrong):
    taken = taken_for(ward, "XFD-029")
    same = RecordVersion.objects.get(visit=taken.visit_id).record.visit["discharged_at"]
    given = {"value": "202611161200", **wrong}
    if "value" in wrong:
        given["value"] = same
    answer = correct(as_role(ward, "clinician"), taken, "XML1.NGAY_RA", **given)
    assert answer.status_code == 422
    assert RecordVersion.objects.filter(visit=taken.visit_id).count() == 1
    if given["value"] != same:
        assert given["value"] in answer.content.decode()


@pytest.mark.parametrize(
    "place", ["XML1.MA_LK", "XML1.KHONG_CO", "XML99.X", "XML6.NGAYKD_HIV", "", "XML2.LIEU_DUNG&dong=9999"]
)
def test_places_that_are_not_to_be_corrected_here_do_not_exist(ward, as_role, place):
    client = as_role(ward, "clinician")
    assert (
        client.get(reverse("web:visit_correct", args=[ward.taken[0].visit_id]) + f"?cho={place}").status_code
        == 404
    )


def test_the_visit_page_asks_the_database_as_often_for_a_long_record_as_for_a_short_one(
    ward, as_role, django_assert_max_num_queries
):
    ordered = sorted(
        (file for file in exported() if file.expected == "clean"), key=lambda file: len(file.data)
    )
    short, long = ward.take(ordered[0]), ward.take(ordered[-1])
    client = as_role(ward, "records")
    page_of(client, short)
    with django_assert_max_num_queries(40) as few:
        page_of(client, short)
    with django_assert_max_num_queries(len(few.captured_queries)):
        page_of(client, long)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"code": FROM_JOURNAL}, "Nguyên văn trả lời không còn"),
        ({"bytes_from": None}, "Chưa phần nào rời máy"),
        ({"ended_at": None}, "Chưa ghi được trả lời nào"),
        ({}, "Không có trả lời."),
    ],
)
def test_an_exchange_without_an_answer_says_why_there_is_none(ward, as_role, columns, told):
    attempt = Attempt.objects.filter(ended_at__isnull=False).order_by("pk")[0]
    Attempt.objects.filter(pk=attempt.pk).update(answer=b"", answer_head="", **columns)
    page = as_role(ward, "records").get(reverse("web:visit_attempt", args=[attempt.pk])).content.decode()
    assert told in page


def test_both_sides_of_an_exchange_are_shown_and_the_file_only_to_who_reads_records(ward, as_role):
    attempt = Submission.objects.get(version__visit=ward.taken[0].visit_id).attempts.get()
    address = reverse("web:visit_attempt", args=[attempt.pk])
    records, it = (as_role(ward, role).get(address).content.decode() for role in ("records", "it"))
    assert "guiHoSoXmlQD3176" in records and "guiHoSoXmlQD3176" in it
    assert "&quot;maKetQua&quot;:&quot;200&quot;" in it
    assert "GIAMDINHHS" in records and "GIAMDINHHS" not in it
    assert Entry.objects.filter(action="exchange-read").count() == 2


def test_one_record_is_held_back_and_let_go_again_with_reasons(empty_ward, as_role):
    connect(empty_ward)
    taken = empty_ward.take(clean())
    client, pk = as_role(empty_ward, "records"), empty_ward.submission(taken).pk
    client.post(reverse("web:delivery_steer", args=[pk, "giu-lai"]), {"reason": "chờ bác sĩ"})
    assert empty_ward.submission(taken).state == "HELD"
    client.post(reverse("web:delivery_steer", args=[pk, "cho-gui"]), {"reason": ""})
    assert empty_ward.submission(taken).state == "HELD"
    client.post(reverse("web:delivery_steer", args=[pk, "cho-gui"]), {"reason": "bác sĩ đồng ý"})
    assert empty_ward.submission(taken).state == "WAITING"


def test_sending_in_spite_of_faults_keeps_who_and_why_beside_each_fault(ward, as_role):
    taken = taken_for(ward, "XFD-029")
    client, pk = as_role(ward, "records"), ward.submission(taken).pk
    client.post(reverse("web:delivery_steer", args=[pk, "cho-gui"]), {"reason": "giờ trên máy sai"})
    page = page_of(client, taken)
    name = ward.people["records"].full_name
    assert re.search(rf"{name} giữ nguyên giá trị này .*: giờ trên máy sai", page)


def test_a_clean_visit_after_held_ones_says_there_is_nothing_to_mend(empty_ward, as_role):
    connect(empty_ward)
    empty_ward.take(held("XFD-029"))
    page = page_of(as_role(empty_ward, "clinician"), empty_ward.take(clean(1)))
    assert "Không còn lỗi" in page or "Cảnh báo" in page


def fix_address(taken, rule="XTB-006", path="XML1.T_TONGCHI_BV") -> str:
    return reverse("web:visit_fix", args=[taken.visit_id]) + f"?quy-tac={rule}&cho={path}"


def test_a_safe_fix_is_offered_looked_at_saved_as_a_version_and_taken_back(empty_ward, as_role):
    connect(empty_ward)
    taken, client = empty_ward.take(held("XTB-006")), as_role(empty_ward, "records")
    address = fix_address(taken)
    assert address.replace("&", "&amp;") in page_of(client, taken)
    before = RecordVersion.objects.get(visit=taken.visit_id).record.visit["hospital_total_amount"]
    preview = client.get(address).content.decode()
    assert f"<del>{before}</del>" in preview and "Vì sao an toàn" in preview
    assert RecordVersion.objects.filter(visit=taken.visit_id).count() == 1
    saved = client.post(address, follow=True).content.decode()
    assert "Hoàn tác" in saved
    first, second = RecordVersion.objects.filter(visit=taken.visit_id)
    assert [change.path for change in changes(first.record, second.record, second.edition)] == [
        "XML1.T_TONGCHI_BV"
    ]
    assert "XTB-006" in second.reason
    client.post(reverse("web:visit_undo", args=[taken.visit_id, 2]))
    third = RecordVersion.objects.get(visit=taken.visit_id, number=3)
    assert third.sha256 == first.sha256 and third.reason == "Hoàn tác bản 2"


def test_only_the_newest_version_is_taken_back(ward, as_role):
    taken, client = taken_for(ward, "SHP-001"), as_role(ward, "clinician")
    correct(client, taken, "XML1.MA_BENH_CHINH", "H10.9")
    for number in (1, 3):
        client.post(reverse("web:visit_undo", args=[taken.visit_id, number]))
    assert RecordVersion.objects.filter(visit=taken.visit_id).count() == 2


def test_where_no_change_is_safe_the_page_says_so_and_saves_nothing(ward, as_role):
    taken, client = taken_for(ward, "XFD-029"), as_role(ward, "clinician")
    address = fix_address(taken, "XFD-029", "XML1.NGAY_RA")
    for answer in (client.get(address), client.post(address)):
        assert "Chưa có đề xuất an toàn" in answer.content.decode()
    assert RecordVersion.objects.filter(visit=taken.visit_id).count() == 1
    assert client.get(reverse("web:visit_fix", args=[taken.visit_id])).status_code == 404


def test_every_finding_says_how_it_is_usually_mended(ward, as_role):
    page = page_of(as_role(ward, "clinician"), taken_for(ward, "SHP-001"))
    assert "Mở bệnh án, điền ô “Mã bệnh chính ICD-10”" in page


def test_an_unclear_outcome_never_asks_for_corrections_but_says_what_comes_next(ward, as_role):
    unclear = Submission.objects.select_related("destination").get(state="UNKNOWN")
    address = reverse("web:visit", args=[unclear.version.visit_id])
    for declared, said in (
        (True, "Hệ thống sẽ tự gửi lại đúng tệp đã ký"),
        (False, "tra trên cổng, rồi ghi đã có"),
    ):
        unclear.destination.replaces_by_visit_code = declared
        unclear.destination.replaces_evidence = "thử"
        unclear.destination.save()
        page = as_role(ward, "records").get(address).content.decode()
        assert said in page and "Sửa các lỗi ở dưới" not in page


@pytest.mark.parametrize(
    ("but", "wrong"),
    [({"code": " "}, "code"), ({"code": "M" * 41}, "code"), ({"message": "l" * 501}, "message")],
)
def test_a_finding_that_is_refused_comes_back_as_it_was_typed_at_what_is_wrong(ward, as_role, but, wrong):
    submission = Submission.objects.filter(state="RECEIVED").first()
    address = reverse("web:delivery_steer", args=[submission.pk, "loi-tu-cong"])
    typed = {"code": "MP01", "path": "XML1.NGAY_RA", "message": "Ngày ra sai", **but}
    client = as_role(ward, "records")
    refused = client.post(address, typed)
    page = refused.content.decode()
    assert refused.status_code == 422 and not submission.portal_findings.exists()
    assert 'value="XML1.NGAY_RA"' in page and page.count(" autofocus") == 1
    field = re.search(rf'<input[^>]* name="{wrong}"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in field and "autofocus" in field and f'id="id_{wrong}_error"' in page
    client.post(address, {**typed, "code": "MP01", "message": "Ngày ra sai"})
    found = submission.portal_findings.get()
    assert (found.code, found.path, found.message) == ("MP01", "XML1.NGAY_RA", "Ngày ra sai")
