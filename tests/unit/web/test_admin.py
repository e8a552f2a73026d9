import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from tests.unit.web.ward import PASSWORD, connect

from sosuckhoe.hospital.delivery.answers import submission_answer
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.stopping import stop_account
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.staff.models import Facility, Person
from sosuckhoe.hospital.visits.choices import chosen
from sosuckhoe.hospital.visits.models import HospitalPolicy
from sosuckhoe.hospital.web.journal.words import Line

NEW = {
    "full_name": "Phạm Mẫu Mới",
    "username": "moi",
    "roles": ["reception"],
    "password": "mat-khau-ban-dau-dai",
}


@pytest.fixture
def admin(empty_ward, as_role):
    return as_role(empty_ward, "administrator")


@pytest.fixture
def it(empty_ward, as_role):
    return as_role(empty_ward, "it")


def test_a_new_person_must_choose_an_own_password_first(admin):
    assert admin.post("/quan-tri/nguoi-dung/", NEW).status_code == 302
    person = Person.objects.get(username="moi")
    assert person.must_change_password and person.roles == {"reception"}
    assert Entry.objects.filter(action="person-added", actor="administrator").exists()


@pytest.mark.parametrize(
    "wrong",
    [{"username": "records"}, {"username": "có dấu"}, {"password": "ngan"}, {"roles": []}, {"full_name": ""}],
)
def test_a_person_is_not_added_while_something_is_wrong_and_nothing_typed_is_lost(admin, wrong):
    answer = admin.post("/quan-tri/nguoi-dung/", {**NEW, **wrong})
    assert answer.status_code == 422
    assert Person.objects.count() == 8
    page = answer.content.decode()
    if "full_name" not in wrong:
        assert "Phạm Mẫu Mới" in page
    assert "error-summary" in page


def test_an_account_is_closed_and_opened_again_but_never_one_s_own_nor_the_last_administrator(
    admin, empty_ward
):
    records, self = empty_ward.people["records"], empty_ward.people["administrator"]
    admin.post(reverse("web:admin_switch", args=[records.pk]))
    assert not Person.objects.get(pk=records.pk).is_active
    admin.post(reverse("web:admin_switch", args=[records.pk]))
    assert Person.objects.get(pk=records.pk).is_active
    admin.post(reverse("web:admin_switch", args=[self.pk]))
    assert Person.objects.get(pk=self.pk).is_active


def test_the_last_administrator_keeps_the_role(admin, empty_ward):
    self = empty_ward.people["administrator"]
    answer = admin.post(reverse("web:admin_person", args=[self.pk]), {"deed": "roles", "roles": ["it"]})
    assert answer.status_code == 422
    assert "administrator" in Person.objects.get(pk=self.pk).roles


def test_roles_are_changed_and_a_password_is_set_anew_for_the_next_sign_in(admin, empty_ward):
    person = empty_ward.people["trainer"]
    address = reverse("web:admin_person", args=[person.pk])
    admin.post(address, {"deed": "roles", "roles": ["planning", "trainer"]})
    admin.post(address, {"deed": "password", "password": "mat-khau-tam-moi"})
    changed = Person.objects.get(pk=person.pk)
    assert changed.roles == {"planning", "trainer"}
    assert changed.check_password("mat-khau-tam-moi") and changed.must_change_password


@pytest.mark.parametrize(
    ("code", "hub_code", "sentence"),
    [
        ("9900000099999", "", "Mã 13 chữ số là mã của trục"),
        ("9999", "", "có 5 ký tự"),
        ("99998", "99998", "có 13 chữ số"),
    ],
)
def test_the_two_codes_of_a_facility_are_not_mixed_up(it, code, hub_code, sentence):
    answer = it.post(
        "/quan-tri/co-so/", {"deed": "codes", "code": code, "hub_code": hub_code, "since": "01/12/2026"}
    )
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Facility.objects.get().code == "99999"


def test_a_new_code_holds_from_its_day_and_the_old_one_stays_for_before(it):
    it.post("/quan-tri/co-so/", {"deed": "codes", "code": "99998", "hub_code": "", "since": "01/12/2026"})
    facility = Facility.objects.get()
    assert [(each.code, each.until and each.until.isoformat()) for each in facility.codes.order_by("-pk")] == [
        ("99998", None), ("99999", "2026-11-30"),
    ]  # fmt: skip


DESTINATION = {
    "name": "Cổng BHXH", "base_url": "http://127.0.0.1:9", "account": "99999_BV",
    "password": "bi-mat-cua-cong", "path_edition": "3176",
}  # fmt: skip


def unchanged(there):
    """What the page of a destination posts when nothing was touched."""
    return {
        "base_url": there.base_url,
        "account": there.account,
        "path_edition": there.path_edition,
        "enabled": "on",
        "replaces_evidence": there.replaces_evidence,
    }


def test_the_page_of_destinations_says_whether_real_patients_are_served(it):
    assert "Chưa khai là hệ thống thật" in it.get("/quan-tri/noi-nhan/").content.decode()
    (settings.HOME.path / "PRODUCTION").touch()
    assert "Đã khai là hệ thống thật" in it.get("/quan-tri/noi-nhan/").content.decode()


@pytest.mark.parametrize(
    "address", ["", "https://cong.example/", "http://cong.example", "khong phai dia chi"]
)
def test_records_are_sent_only_where_this_machine_allows(it, address):
    answer = it.post("/quan-tri/noi-nhan/", {**DESTINATION, "base_url": address})
    assert answer.status_code == 422
    assert not Destination.objects.exists()


def test_the_password_of_an_account_is_kept_outside_the_database_and_shown_nowhere(it):
    it.post("/quan-tri/noi-nhan/", DESTINATION)
    added = Destination.objects.get()
    assert "bi-mat-cua-cong" not in str(vars(added))
    kept = settings.HOME.secrets / added.secret_reference.removeprefix("file:")
    assert kept.read_text() == "bi-mat-cua-cong" and kept.stat().st_mode & 0o077 == 0
    page = it.get(reverse("web:admin_destination", args=[added.pk])).content.decode()
    assert "bi-mat-cua-cong" not in page
    assert not Entry.objects.filter(detail__icontains="bi-mat-cua-cong").exists()


@pytest.mark.parametrize(("what", "other"), [
    ("repeats_check_ins", "replaces_by_visit_code"), ("replaces_by_visit_code", "repeats_check_ins"),
])  # fmt: skip
def test_the_second_door_is_declared_only_with_evidence_records_and_check_ins_apart(
    it, empty_ward, what, other
):
    there = connect(empty_ward).destination
    Destination.objects.update(replaces_by_visit_code=False, replaces_evidence="")
    address = reverse("web:admin_destination", args=[there.pk])
    given = {**unchanged(there), what: "on"}
    refused = it.post(address, {**given, "replaces_evidence": "  "})
    there.refresh_from_db()
    assert refused.status_code == 422 and not getattr(there, what)
    assert "checked" in re.search(rf'<input[^>]*name="{what}"[^>]*>', refused.content.decode())[0]
    it.post(address, {**given, "replaces_evidence": "thử ngày 20/11/2026 trên cổng đào tạo"})
    there.refresh_from_db()
    assert getattr(there, what) and not getattr(there, other)
    assert there.replaces_evidence.startswith("thử ngày 20/11/2026")
    assert Entry.objects.filter(action="destination-changed").latest("pk").detail[what] is True

    del given[what]
    assert it.post(address, {**given, "replaces_evidence": ""}).status_code == 302
    there.refresh_from_db()
    assert not getattr(there, what) and there.replaces_evidence == ""


def test_the_first_door_is_a_path_on_the_destinations_own_host(it, empty_ward):
    there = connect(empty_ward).destination
    address = reverse("web:admin_destination", args=[there.pk])
    given = unchanged(there)
    for wrong in ("https://nơi-khác.example/tra", "//noi-khac.example", "tra-cuu", "/tra?ma=1"):
        refused = it.post(address, {**given, "receipt_look_up": wrong})
        assert refused.status_code == 422 and "bắt đầu bằng dấu /" in refused.content.decode()
    assert it.post(address, {**given, "receipt_look_up": " /api/tra-cuu "}).status_code == 302
    there.refresh_from_db()
    assert there.receipt_look_up == "/api/tra-cuu"
    assert (
        Entry.objects.filter(action="destination-changed").latest("pk").detail["receipt_look_up"]
        == "/api/tra-cuu"
    )


def test_the_path_is_changed_on_the_page_with_what_it_means_for_what_waits(ward, as_role):
    it, there = as_role(ward, "it"), ward.destination
    address, waiting = reverse("web:admin_destination", args=[there.pk]), Submission.ledger.filter(
        destination=there, state__in=["WAITING", "SIGNED"]
    ).count()  # fmt: skip
    assert waiting and f"{waiting} lượt đang đợi gửi" in it.get(address).content.decode()
    page = it.post(address, {**unchanged(there), "path_edition": "4750"}, follow=True).content.decode()
    there.refresh_from_db()
    assert there.path_edition == "4750"
    assert f"từ QĐ 3176 sang QĐ 4750: {waiting} lượt đang đợi cũng đi đường mới" in page
    assert '<option value="4750" selected>' in page
    entry = Entry.objects.filter(action="destination-changed").latest("pk")
    assert (entry.detail["path_edition"], entry.actor) == ("3176 → 4750", "it")
    assert "đường gửi: 3176 → 4750" in Line(entry).facts

    page = it.post(address, {**unchanged(there), "path_edition": "4750"}, follow=True).content.decode()
    assert "Đường gửi đổi" not in page
    assert "path_edition" not in Entry.objects.filter(action="destination-changed").latest("pk").detail


@pytest.mark.parametrize("wrong", ["", "9999", None])
def test_a_path_that_is_none_is_no_silent_saved_and_nothing_typed_is_lost(it, empty_ward, wrong):
    there = connect(empty_ward).destination
    address = reverse("web:admin_destination", args=[there.pk])
    given = {**unchanged(there), "account": "99999_MOI", "path_edition": wrong}
    answer = it.post(address, {key: value for key, value in given.items() if value is not None})
    assert answer.status_code == 422 and "99999_MOI" in answer.content.decode()
    there.refresh_from_db()
    assert (there.path_edition, there.account) == ("3176", unchanged(there)["account"])


def test_evidence_for_the_second_door_is_said_anew_for_another_path(it, empty_ward):
    there = connect(empty_ward).destination
    Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử ngày 20/11/2026")
    there.refresh_from_db()
    address = reverse("web:admin_destination", args=[there.pk])
    given = {**unchanged(there), "replaces_by_visit_code": "on", "path_edition": "4750"}
    refused = it.post(address, given)
    assert refused.status_code == 422 and "đường gửi cũ" in refused.content.decode()
    assert '<option value="4750" selected>' in refused.content.decode()
    more = {**given, "replaces_evidence": "thử ngày 20/11/2026; đường 4750 thử ngày 28/11/2026"}
    assert it.post(address, more).status_code == 302
    there.refresh_from_db()
    assert there.path_edition == "4750" and there.replaces_by_visit_code


def test_the_path_is_chosen_when_a_destination_is_declared(it):
    it.post("/quan-tri/noi-nhan/", {**DESTINATION, "path_edition": "4750"})
    assert Destination.objects.get().path_edition == "4750"
    assert Entry.objects.filter(action="destination-added").latest("pk").detail["path_edition"] == "4750"


def test_who_reads_that_a_path_is_refused_is_led_to_where_it_is_chosen(ward, as_role):
    it = as_role(ward, "it")
    answer = submission_answer(404, b"")
    stop_account(ward.destination, answer, timezone.now())
    address = reverse("web:admin_destination", args=[ward.destination.pk])
    board = it.get(reverse("web:delivery")).content.decode()
    assert "Đường gửi" in answer.sentence and answer.sentence in board and f'href="{address}"' in board
    page = it.get(address).content.decode()
    assert answer.sentence in page and "Gửi tiếp" in page and 'name="path_edition"' in page
    assert f'href="{address}"' not in as_role(ward, "records").get(reverse("web:delivery")).content.decode()


@pytest.mark.parametrize(
    ("spoil", "step"),
    [
        ({"base_url": "https://cong.example"}, "Địa chỉ được phép gửi"),
        ({"secret_reference": "file:khong-co"}, "Có mật khẩu của tài khoản"),
        ({}, "Kết nối được với máy chủ"),
    ],
)
def test_testing_a_connection_names_the_step_that_fails(it, empty_ward, spoil, step):
    connect(empty_ward)
    Destination.objects.update(**spoil)
    page = it.post(
        reverse("web:admin_destination", args=[Destination.objects.get().pk]), {"deed": "test"}
    ).content.decode()
    failed = page[page.index("dừng ở đây") :]
    assert step in failed[: failed.index("</li>")]


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("summary_for_every_visit", "no", False),
        ("check_ins_are_sent", "no", False),
        ("largest_file_megabytes", "40", 40),
        ("transmitted_means", "sent", "sent"),
        ("tables_for_uninsured", ["treatment_summary"], ["treatment_summary"]),
        ("six_month_rows", "10=1\n15=0", {"10": 1, "15": 0}),
        ("severities", "FMT-018=cảnh báo", {"FMT-018": "warning"}),
        ("rules_off", "FMT-018\n", ["FMT-018"]),
    ],
)
def test_a_choice_of_the_hospital_is_kept_with_person_reason_and_day(it, empty_ward, name, given, kept):
    address = reverse("web:admin_choice", args=[name])
    assert it.post(address, {"value": given, "since": "01/11/2026", "reason": ""}).status_code == 422
    assert (
        it.post(address, {"value": given, "since": "01/11/2026", "reason": "họp giao ban"}).status_code == 302
    )
    row = HospitalPolicy.objects.get()
    assert (row.value, row.by, row.reason) == (kept, "it", "họp giao ban")
    assert chosen(name, facility=empty_ward.facility, day=row.since) == kept
    assert "họp giao ban" in it.get("/quan-tri/quy-dinh/").content.decode()
    assert it.get(address).status_code == 200


@pytest.mark.parametrize("given", ["10=9", "10", "=1", "10=một"])
def test_a_malformed_choice_is_explained(it, given):
    answer = it.post(
        reverse("web:admin_choice", args=["six_month_rows"]),
        {"value": given, "since": "01/11/2026", "reason": "thử"},
    )
    assert answer.status_code == 422
    assert "chưa đúng dạng" in answer.content.decode()
    assert not HospitalPolicy.objects.exists()


def test_without_a_facility_the_page_takes_its_name_and_both_codes(db, home, client):
    from sosuckhoe.hospital.staff.actions import add_person

    person = add_person(
        by="test",
        username="it",
        full_name="Ngô Mẫu Hải",
        roles=["it"],
        password=PASSWORD,
        must_change_password=False,
    )
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert "Chưa khai cơ sở" in client.get("/").content.decode()
    client.post(
        "/quan-tri/co-so/",
        {
            "deed": "both",
            "name": "Trạm y tế Mẫu",
            "code": "99002",
            "hub_code": "9900000099002",
            "since": "01/01/2026",
        },
    )
    facility = Facility.objects.get()
    assert (facility.name, facility.code, facility.hub_code) == ("Trạm y tế Mẫu", "99002", "9900000099002")


def test_the_journal_says_whether_it_is_whole_and_where_it_breaks(empty_ward, as_role, admin):
    admin.post("/quan-tri/nguoi-dung/", NEW)
    auditor = as_role(empty_ward, "auditor")
    whole = auditor.post("/nhat-ky/kiem-tra/").content.decode()
    assert "Nhật ký còn nguyên" in whole
    line = Entry.objects.get(action="person-added", detail__username="moi")
    _tamper(line)
    broken = auditor.post("/nhat-ky/kiem-tra/").content.decode()
    assert f"Nhật ký không còn nguyên từ dòng {line.seq}" in broken


def _tamper(line: Entry) -> None:
    """As somebody with the database's own tools would."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER journal_entry_no_update")
        else:
            cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER journal_entry_append_only")
        cursor.execute("UPDATE journal_entry SET actor = 'nguoi-khac' WHERE id = %s", [line.pk])


def test_the_journal_is_filtered_by_person_deed_and_visit(ward, as_role):
    as_role(ward, "clinician").get(reverse("web:visit", args=[ward.taken[0].visit_id]))
    auditor = as_role(ward, "auditor")
    page = auditor.get("/nhat-ky/?ai=clinician&viec=visit-read").content.decode()
    assert "đợt khám LK" in page and page.count('<td data-label="Ai">clinician</td>') == 1
    assert "Không có dòng nào như vậy" in auditor.get("/nhat-ky/?ai=khong-ai").content.decode()
