"""A character that nothing can keep, in what is asked or typed, breaks no page on either database."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, QueryDict
from django.test import RequestFactory
from tests.unit.web.test_import import changed, file, upload
from tests.unit.web.ward import exported

from sosuckhoe.hospital.visits.models import RecordVersion, Withheld
from sosuckhoe.hospital.web.shell.unwritable import Unwritable


@pytest.mark.parametrize(("role", "page"), [("auditor", "/nhat-ky/"), ("records", "/bao-vao-kham/da-bao/")])
def test_a_page_is_asked_for_with_one(ward, as_role, role, page):
    client = as_role(ward, role)
    for asked in ("%00", "a%00b", "%ED%A0%80", "%EF%BF%BE"):
        assert client.get(f"{page}?ma={asked}").status_code == 200


def test_what_is_typed_is_kept_without_it(ward, as_role):
    client = as_role(ward, "records")
    form = {"code": "26.000\x0001", "reason": "văn bản\x0b số 0\ud800\r\ndòng hai"}
    body = "&".join(f"{name}={_quoted(value)}" for name, value in form.items())
    client.post("/gui/khong-gui/danh-dau/", body, content_type="application/x-www-form-urlencoded")
    assert Withheld.objects.get().code == "26.00001"


def _quoted(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode(errors="surrogatepass"))


@pytest.mark.parametrize(
    ("role", "page", "typed"),
    [
        (
            "records",
            "/gui/ho-so/{pk}/loi-tu-cong/",
            {"code": "MP\x0001", "path": "", "message": "Ngày ra sai"},
        ),
        ("it", "/quy-tac/XFD-029/", {"muc": "warning", "reason": "theo công văn\x00 số 0"}),
    ],
)
def test_a_form_with_one_is_done_as_if_it_were_not_there(ward, as_role, role, page, typed):
    address = page.format(pk=ward.submission(ward.taken[0]).pk)
    assert as_role(ward, role).post(address, typed).status_code == 302


def test_a_correction_that_is_uploaded_has_its_reason_without_it(empty_ward, as_role):
    client = as_role(empty_ward, "records")
    first = next(each for each in exported() if each.expected == "clean" and b"<LY_DO_VV>" in each.data)
    upload(client, file(first))
    upload(client, ("sua.xml", changed(first)), reason="ghi lại\x00 lý do")
    assert RecordVersion.objects.get(number=2).reason == "ghi lại lý do"


def test_what_reaches_a_view_has_none_of_them_and_a_file_is_the_bytes_it_was():
    sent = SimpleUploadedFile("a.xml", b"\x00\xed\xa0\x80")
    request = RequestFactory().post("/?a=%00b&a=%09c", {"x\x01": ["1\x1f", "2\n"], "file": sent})
    Unwritable(lambda _: HttpResponse()).process_view(request, None)
    assert dict(request.GET.lists()) == {"a": ["b", "\tc"]}
    assert dict(request.POST.lists()) == {"x": ["1", "2\n"]}
    assert request.FILES["file"].read() == b"\x00\xed\xa0\x80"
    request.GET = QueryDict(mutable=True)
    request.GET["a"] = "\ud800\uffffđ"
    Unwritable(lambda _: HttpResponse()).process_view(request, None)
    assert request.GET["a"] == "đ"
