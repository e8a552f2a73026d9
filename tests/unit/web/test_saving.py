"""While nothing can be saved, what a person typed is carried by the answer that refuses it, and sent again from there."""

from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sosuckhoe.hospital.delivery.models import PortalFinding, Submission
from sosuckhoe.hospital.web.account import forms as of_accounts
from sosuckhoe.hospital.web.admin import forms as of_set_up
from sosuckhoe.hospital.web.admin import hub_forms, key_forms
from sosuckhoe.hospital.web.shell import saving

FORM = "application/x-www-form-urlencoded"


class Kept(HTMLParser):
    """The forms of a page: where each goes, and what it carries unseen."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append((given["action"], []))
        elif tag == "input" and given.get("type") == "hidden":
            self.forms[-1][1].append((given["name"], given["value"]))


@pytest.fixture
def only_reads(monkeypatch):
    monkeypatch.setattr(saving, "cannot_save", lambda: "Ổ đĩa chỉ cho đọc.")


def test_what_was_typed_goes_again_from_the_page_that_refused_it(ward, as_role, monkeypatch):
    row = Submission.objects.filter(state="RECEIVED").first()
    given = [("ma_lk", row.visit_code), ("ma_loi", "E<1>"), ("noi_dung", 'hai dòng\n"trích"'), ("csrfmiddlewaretoken", "x")]  # fmt: skip
    client, address = as_role(ward, "records"), reverse("web:delivery_reconciling_findings")
    with monkeypatch.context() as read_only:
        read_only.setattr(saving, "cannot_save", lambda: "Ổ đĩa chỉ cho đọc.")
        answer = client.post(address, urlencode(given), FORM)
    page = answer.content.decode()
    assert answer.status_code == 503 and "Ổ đĩa chỉ cho đọc." in page and "bấm Gửi lại" in page
    ((where, kept),) = Kept(page).forms
    assert (where, kept) == (address, given) and not PortalFinding.objects.filter(code="E<1>").exists()
    client.post(where, urlencode(kept), FORM)
    assert PortalFinding.objects.get(code="E<1>").message == 'hai dòng\n"trích"'


def test_a_step_of_much_work_stays_where_it_was_with_the_reason_and_what_is_behind(ward, as_role, only_reads):
    address = reverse("web:rule_hold_back_do", args=["FMT-015"])
    given = [("chon", "1"), ("chon", "2"), ("reason", "Giao ban “thứ Hai”"), ("giu", "7")]
    answer = as_role(ward, "it").post(address, urlencode(given), FORM, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "HX-Refresh" not in answer.headers and "<html" not in page
    assert "Ổ đĩa chỉ cho đọc." in page and 'id="progress"' in page
    assert Kept(page).forms == [(address, given)]


@pytest.mark.parametrize(
    ("given", "how"),
    [
        (urlencode({"username": "giang", "password": "mot-cau"}), FORM),
        (urlencode({"pin": "123456"}), FORM),
        ("x" * 2000 + "=1", FORM),
        ("{}", "application/json"),
    ],
)
def test_a_password_is_not_given_back_and_neither_is_what_cannot_be(
    client, db, only_reads, settings, given, how
):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = client.post("/dang-nhap/", given, how)
    page = answer.content.decode()
    assert answer.status_code == 503 and Kept(page).forms == []
    assert "mot-cau" not in page and "123456" not in page and "nút quay lại" in page


def test_a_file_has_to_be_chosen_again_and_the_page_says_so(client, db, only_reads):
    answer = client.post("/nhan/", {"tep": SimpleUploadedFile("a.xml", b"<x/>"), "ly_do": "x"})
    page = answer.content.decode()
    assert answer.status_code == 503 and Kept(page).forms == [] and "tệp và mật khẩu" in page


def test_every_field_for_a_secret_is_among_those_that_no_page_gives_back():
    found = {
        name
        for module in (of_accounts, of_set_up, hub_forms, key_forms)
        for form in vars(module).values()
        if isinstance(form, type) and issubclass(form, forms.BaseForm)
        for name, field in form.base_fields.items()
        if isinstance(field.widget, forms.PasswordInput)
    }
    assert len(found) > 4 and found <= saving.SECRETS
