"""Reception's desk: asking, what is shown of an answer, and telling of a visit."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sosuckhoe.hospital.cards.models import LookUp
from sosuckhoe.hospital.cards.question import NotAsked, question_of, whose
from sosuckhoe.hospital.delivery.answers import NO_ANSWER
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.settling import settle
from sosuckhoe.hospital.delivery.worker import CheckInWorker
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.patients.models import Patient
from sosuckhoe.hospital.staff.models import Person
from sosuckhoe.hospital.visits.models import CheckIn
from sosuckhoe.hospital.web.cards.forms import from_look_up

CITIZEN = "099090000001|000000001|NGUYỄN VĂN MẪU|01021990|Nam|Số 1, Phố Mẫu, Tỉnh Mẫu|15042022"
INSURANCE = "XX4990000000000|4e475559e1bb844e2056c4824e204de1baaa55|01/02/1990|1|50|99 - 999|01/01/2026|-|$"


@pytest.mark.django_db
class TestTheQuestion:
    @pytest.mark.parametrize(
        ("given", "asked"),
        [
            ((CITIZEN,), ("099090000001", "NGUYỄN VĂN MẪU", "01/02/1990")),
            ((INSURANCE,), ("XX4990000000000", "NGUYỄN VĂN MẪU", "01/02/1990")),
            (
                (" xx4 99 0000000000 ", " Nguyễn  Văn Mẫu ", "1990"),
                ("XX4990000000000", "Nguyễn Văn Mẫu", "1990"),
            ),
            (("4990000000", "Nguyễn Văn Mẫu", "2/1990"), ("4990000000", "Nguyễn Văn Mẫu", "02/1990")),
            (("4990000000", "Nguyễn Văn Mẫu", "01021990"), ("4990000000", "Nguyễn Văn Mẫu", "01/02/1990")),
        ],
    )
    def test_a_scan_or_what_is_typed_becomes_what_the_portal_takes(self, given, asked):
        found = question_of(*given)
        assert (found.card_number, found.full_name, found.born) == asked

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            (("", "Nguyễn Văn Mẫu", "1990"), "scan"),
            (("123", "Nguyễn Văn Mẫu", "1990"), "scan"),
            (("a|b", "Nguyễn Văn Mẫu", "1990"), "scan"),
            (("4990000000", "", "1990"), "full_name"),
            (("4990000000", "Nguyễn Văn Mẫu", ""), "born"),
            (("4990000000", "Nguyễn Văn Mẫu", "13/1990"), "born"),
            (("4990000000", "Nguyễn Văn Mẫu", "hôm qua"), "born"),
        ],
    )
    def test_what_is_missing_is_named_by_its_field(self, given, field):
        with pytest.raises(NotAsked) as problem:
            question_of(*given)
        assert problem.value.field == field


def test_somebody_who_was_here_needs_only_the_number(ward):
    patient = ward.submission(ward.taken[0]).version.visit.patient
    number = patient.identifiers.get(kind="personal_id").value
    assert question_of(number).full_name == patient.full_name
    other = Patient.objects.exclude(pk=patient.pk).first()
    also = other.identifiers.create(kind="insurance_card", value=number)
    assert whose(number) is None, "of two nobody knows which"
    also.delete()
    patient.identifiers.filter(value=number).update(until=timezone.localdate() - timedelta(days=1))
    assert whose(number) is None, "it is no longer theirs"


def test_asking_is_a_post_that_goes_to_a_page_without_a_number_in_its_address(ward, as_role):
    Person.objects.filter(username="reception").update(portal_id="099190000002")
    ward.people["reception"].refresh_from_db()
    answer = as_role(ward, "reception").post(reverse("web:cards"), {"scan": CITIZEN})
    look_up = LookUp.objects.get(card_number="099090000001")
    assert answer.url == reverse("web:card", args=[look_up.pk])
    entry = Entry.objects.get(action="card-looked-up")
    assert "099090000001" not in str(entry.detail)


def test_nothing_is_asked_by_somebody_the_portal_does_not_know(ward, as_role):
    answer = as_role(ward, "reception").post(reverse("web:cards"), {"scan": CITIZEN})
    assert answer.status_code == 422 and "người dùng" in answer.content.decode()
    assert "099090000001" in answer.content.decode(), "nothing typed is lost"


def test_a_new_card_is_shown_apart(ward, as_role):
    page = as_role(ward, "reception").get(reverse("web:card", args=[ward.look_up.pk])).content.decode()
    assert "Thẻ mới" in page and "XX4990000000002" in page and "Việc tiếp theo" in page
    assert "Dùng thẻ mới" in page and "Thẻ dùng được" not in page, "the card asked about holds no more"
    assert "Nơi đăng ký ban đầu là" not in page, "the new card is registered here"


def test_an_unknown_code_is_shown_as_it_came(ward, as_role):
    look_up = ward.look_up_card(b'{"maKetQua":"<i>Q7</i>"}', "<i>Q7</i>", "pending")
    page = as_role(ward, "reception").get(reverse("web:card", args=[look_up.pk])).content.decode()
    assert "&lt;i&gt;Q7&lt;/i&gt;" in page and "chưa xác nhận" in page and "<i>Q7" not in page


@pytest.mark.parametrize(
    "answer",
    [
        b'{"maKetQua":"000","dsLichSuKT2018":"x","maThe":{"a":1},"hoTen":[1],"maTheMoi":true}',
        b'{"maKetQua":"000","dsLichSuKT2018":[null,1,{"userKT":[]}]}',
        b"[]",
        b"",
        b"\xff\xfe",
        rb'{"maKetQua":"000","ghiChu":"\ud800 \u0000","hoTen":"a\ud800","dsLichSuKT2018":[{"userKT":"\udc00"}]}',
        rb'{"maKetQua":"000","ghiChu":{"a":"\ud800"}}',
    ],
)
def test_an_answer_of_another_shape_breaks_no_page(ward, as_role, answer):
    look_up = ward.look_up_card(answer)
    assert as_role(ward, "reception").get(reverse("web:card", args=[look_up.pk])).status_code == 200


def test_what_nothing_can_hold_is_replaced_in_what_the_portal_said_and_in_a_check_in_made_of_it(
    ward, as_role
):
    look_up = ward.look_up_card(
        rb'{"maKetQua":"000","hoTen":"M\ud800\u1eabu","maThe":"XX\u0000","ghiChu":"\udc00"}'
    )
    assert from_look_up(look_up)["full_name"] == "M\ufffdẫu"
    assert from_look_up(look_up)["insurance_card_number"] == "XX\ufffd"
    assert (
        "M\ufffdẫu" in as_role(ward, "reception").get(reverse("web:card", args=[look_up.pk])).content.decode()
    )


def test_a_call_under_way_shows_its_progress_and_can_be_stopped(ward, as_role):
    client, page = as_role(ward, "reception"), reverse("web:card", args=[ward.look_up.pk])
    LookUp.objects.update(answered_at=None)
    assert f'hx-get="{page}"' in client.get(page).content.decode()
    client.post(reverse("web:card_deed", args=[ward.look_up.pk, "dung"]))
    shown = client.get(page).content.decode()
    assert f'hx-get="{page}"' not in shown and "Đã dừng chờ" in shown


def test_what_nobody_could_confirm_waits_to_be_asked_again(ward, as_role):
    ward.look_up_card(b"", "NO-ANSWER", "pending")
    page = as_role(ward, "reception").get(reverse("web:cards")).content.decode()
    assert "Không có thẻ nào chờ tra lại" not in page


FORM = {
    "visit_code": "99999.26.FORM1",
    "patient_code": "BN0002",
    "full_name": "Nguyễn Thị Mẫu Bình",
    "born": "1990",
    "sex_code": "2",
    "patient_category_code": "9",
    "visit_type_code": "01",
    "arrived_at": "23/11/2026 07:05",
    "item": "service",
    "item_code": "02.1897",
    "item_name": "Khám Nội",
    "ordered_at": "23/11/2026 07:15",
}


class TestTelling:
    def test_the_form_fills_what_the_look_up_knows(self, ward, as_role):
        page = (
            as_role(ward, "reception")
            .get(f"{reverse('web:check_in')}?tra={ward.look_up.pk}")
            .content.decode()
        )
        assert 'value="XX4990000000002"' in page, "the new card, for the old one is no longer valid"

    def test_a_form_becomes_a_check_in_and_nothing_is_invented(self, ward, as_role):
        answer = as_role(ward, "reception").post(reverse("web:check_in"), FORM)
        told = CheckIn.objects.get(visit_code="99999.26.FORM1")
        assert answer.url == reverse("web:check_in_one", args=[told.pk])
        assert told.row == {
            "visit_code": "99999.26.FORM1",
            "row_number": "1",
            "patient_code": "BN0002",
            "full_name": "Nguyễn Thị Mẫu Bình",
            "born_at": "199000000000",
            "sex_code": "2",
            "patient_category_code": "9",
            "visit_type_code": "01",
            "arrived_at": "202611230705",
            "facility_code": "99999",
            "service_code": "02.1897",
            "service_name": "Khám Nội",
            "ordered_at": "202611230715",
        }

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"ordered_at": "sáng nay"}, "ordered_at"),
            ({"admitted_at": "23/11/2026 10:00"}, "admission_reason"),
            ({"full_name": "Nguyễn 4 Mẫu", "born": "1/13/1990"}, "born"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(self, ward, as_role, changes, field):
        answer = as_role(ward, "reception").post(reverse("web:check_in"), {**FORM, **changes})
        assert answer.status_code == 422
        assert f'href="#id_{field}"' in answer.content.decode()
        assert not CheckIn.objects.filter(visit_code="99999.26.FORM1").exists()

    @pytest.mark.parametrize("changes", [{"patient_category_code": "2"}, {}])
    def test_what_is_not_to_be_told_is_said_and_not_sent(self, ward, as_role, changes):
        client = as_role(ward, "reception")
        if not changes:
            client.post(reverse("web:check_in"), FORM)
        before = Submission.ledger.count()
        answer = client.post(reverse("web:check_in"), {**FORM, **changes})
        assert (answer.status_code, Submission.ledger.count()) == (422, before)

    def test_check_ins_stand_beside_records_and_are_not_counted_with_them(self, ward, as_role):
        client = as_role(ward, "records")
        assert "Báo vào khám" in client.get(reverse("web:delivery")).content.decode()
        listed = client.get(f"{reverse('web:delivery_list')}?trang-thai=WAITING").content.decode()
        assert "99999.26.CHECKIN" not in listed

    def test_what_was_told_is_read_in_words_and_times(self, ward, as_role):
        check_in = CheckIn.objects.get()
        page = as_role(ward, "reception").get(reverse("web:check_in_one", args=[check_in.pk]))
        said = page.content.decode()
        assert "23/11/2026 07:05" in said and "<dd>Nữ</dd>" in said and "<dd>02.1897</dd>" in said
        assert "202611230705" not in said

    @pytest.mark.parametrize(
        ("role", "state", "said"),
        [
            ("reception", "REFUSED", "Không có báo vào khám nào ở trạng thái này"),
            ("it", "WAITING", "1 lượt gửi"),
        ],
    )
    def test_the_list_says_what_it_lists_and_offers_what_one_may(self, ward, as_role, role, state, said):
        page = as_role(ward, role).get(f"{reverse('web:check_ins')}?trang-thai={state}").content.decode()
        assert said in page
        assert (f'href="{reverse("web:check_in")}"' in page) == (role == "reception")

    def test_an_unknown_one_has_its_doors(self, ward, as_role):
        worker, submission = CheckInWorker("tests"), Submission.ledger.get(check_in__isnull=False)
        worker.sign_one()
        ((claimed, attempt),) = worker.claim()
        settle(claimed, attempt, None, NO_ANSWER)
        client, door = as_role(ward, "records"), reverse("web:delivery_unknown", args=[submission.pk])
        one = reverse("web:check_in_one", args=[submission.check_in_id])
        assert door in client.get(one).content.decode()
        assert "Gửi lại khi chưa tra" not in client.get(door).content.decode()
        answer = client.post(
            reverse("web:delivery_leave_unknown", args=[submission.pk, "da-co"]),
            {"number": "GD-CI-1", "reason": "thấy trên cổng"},
        )
        assert answer.url == one
        assert "GD-CI-1" in client.get(one).content.decode()


def test_an_administrator_notes_who_may_ask(ward, as_role):
    page = reverse("web:admin_person", args=[ward.people["reception"].pk])
    client = as_role(ward, "administrator")
    assert client.post(page, {"deed": "portal", "portal_id": "12"}).status_code == 422
    client.post(page, {"deed": "portal", "portal_id": "099190000002"})
    assert Person.objects.get(username="reception").portal_id == "099190000002"


def test_limits_are_set_on_the_page_of_the_destination(ward, as_role):
    there = ward.destination
    page = reverse("web:admin_destination", args=[there.pk])
    given = {"base_url": there.base_url, "account": there.account, "enabled": "on", "calls_at_once": "4"}
    given["path_edition"] = there.path_edition
    given["replaces_evidence"] = there.replaces_evidence
    answer = as_role(ward, "it").post(page, {**given, "calls_per_minute": "60"})
    assert answer.status_code == 302, answer.context and answer.context["form"].errors
    there.refresh_from_db()
    assert (there.calls_at_once, there.calls_per_minute) == (4, 60)
