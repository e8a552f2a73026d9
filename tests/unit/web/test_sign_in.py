import pytest
from django.test import Client
from django.urls import reverse
from tests.unit.web.ward import PASSWORD

from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.staff.models import Person

SIGN_IN = "/dang-nhap/"


def sign_in(client, username="records", password=PASSWORD, **more):
    return client.post(SIGN_IN, {"username": username, "password": password, **more})


@pytest.mark.django_db
def test_without_any_person_the_page_says_which_command_makes_the_first():
    page = Client().get(SIGN_IN).content.decode()
    assert "sosuckhoe staff add" in page
    assert "<form" not in page


def test_the_right_password_opens_the_page_that_was_asked_for(empty_ward):
    answer = sign_in(Client(), next="/viec/")
    assert (answer.status_code, answer["Location"]) == (302, "/viec/")
    assert Entry.objects.filter(action="signed-in", actor="records").exists()


@pytest.mark.parametrize(
    "onward", ["https://example.com/", "//example.com", "javascript:alert(1)", "/\\example.com"]
)
def test_nobody_is_sent_to_a_foreign_page_after_signing_in(empty_ward, onward):
    assert sign_in(Client(), next=onward)["Location"] == "/"


def test_a_wrong_password_says_neither_which_part_was_wrong_nor_loses_the_name(empty_ward):
    known, unknown = sign_in(Client(), password="sai"), sign_in(Client(), username="khong-ai", password="sai")
    assert known.status_code == unknown.status_code == 422
    assert 'value="records"' in known.content.decode()
    sentence = "Tên đăng nhập hoặc mật khẩu chưa đúng."
    assert sentence in known.content.decode() and sentence in unknown.content.decode()


def test_five_wrong_passwords_lock_the_account_here_in_kind_words(empty_ward):
    client = Client()
    answers = [sign_in(client, password="sai").status_code for _ in range(5)]
    locked = sign_in(client)
    assert answers[:4] == [422] * 4
    assert locked.status_code == 429
    assert "tạm khóa" in locked.content.decode()
    assert sign_in(client, username="it").status_code == 302


def test_a_closed_account_cannot_sign_in(empty_ward):
    Person.objects.filter(username="records").update(is_active=False)
    assert sign_in(Client()).status_code == 422


def test_signing_out_ends_the_session(empty_ward):
    client = Client()
    sign_in(client)
    assert client.post(reverse("web:sign_out")).status_code == 302
    assert client.get("/").status_code == 302
    assert Entry.objects.filter(action="signed-out", actor="records").exists()


def change(client, old=PASSWORD, new="mot-cau-khac-cung-dai", again=None):
    return client.post(reverse("web:change_password"), {"old": old, "new": new, "again": again or new})


def test_a_first_password_is_changed_and_the_person_stays_signed_in(empty_ward):
    Person.objects.filter(username="records").update(must_change_password=True)
    client = Client()
    sign_in(client)
    assert change(client)["Location"] == "/"
    assert client.get("/").status_code == 200
    assert sign_in(Client(), password="mot-cau-khac-cung-dai").status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"old": "khong-phai"},
        {"new": "ngan"},
        {"new": "1234567890123"},
        {"new": PASSWORD},
        {"again": "khong-giong-nhau"},
    ],
)
def test_a_poor_change_of_password_is_refused(empty_ward, wrong):
    client = Client()
    sign_in(client)
    assert change(client, **wrong).status_code == 422
    assert Person.objects.get(username="records").check_password(PASSWORD)


def test_a_password_never_appears_on_a_page(empty_ward):
    client = Client()
    page = sign_in(client, password="mat-khau-sai-nhung-bi-mat").content.decode()
    assert "mat-khau-sai-nhung-bi-mat" not in page
