"""Files that wait for a token at somebody's own machine: away with a click, back with an upload."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from sosuckhoe.healthbook.signing import PracticeAuthority, sign
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.signers import declaring
from sosuckhoe.hospital.delivery.states import State

from .ward import clean


@pytest.fixture
def holder(ward):
    now = datetime.now(UTC)
    made = PracticeAuthority.new(at=now).issue("BỆNH VIỆN MẪU", at=now, days=12)
    declaring.add_elsewhere_key(
        by="it",
        facility=ward.facility,
        name="Token phòng KHTH",
        certificate=declaring.pem(made.certificate).encode(),
    )
    return made


@pytest.fixture
def waiting(ward) -> Submission:
    Submission.objects.filter(state=State.WAITING).update(state=State.HELD, problem_code="X", problem="x")
    taken = take_file("cho.xml", clean(-1).data, by="it", at=timezone.now())
    found = Submission.objects.filter(version__visit=taken.visit_id).latest("id")
    assert found.state == State.WAITING
    return found


ADDRESS = reverse("web:sign_elsewhere")


def test_a_waiting_record_goes_out_and_comes_back_signed(ward, as_role, holder, waiting):
    client = as_role(ward, "records")
    answer = client.post(ADDRESS, {"deed": "prepare"})
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]
    (unsigned,) = [file for file in files if file.startswith(b"<GIAMDINHHS>")]
    signed = sign(unsigned, holder, signature_id="S-1")
    files = [SimpleUploadedFile("ky.xml", signed), SimpleUploadedFile("chua-ky.xml", unsigned)]
    page = client.post(ADDRESS, {"files": files}).content.decode()
    assert "Đã nhận 1 trong 2 tệp" in page and "NO-SIGNATURE" in page
    waiting.refresh_from_db()
    assert waiting.state == State.SIGNED


def test_the_page_tells_what_is_missing(ward, as_role):
    client = as_role(ward, "records")
    assert "Khóa ký số, Ký ở máy khác" in client.get(ADDRESS).content.decode()
    answer = client.post(ADDRESS, {})
    assert answer.status_code == 422 and "Chưa chọn tệp nào" in answer.content.decode()


def test_certificates_that_end_soon_are_listed(ward, as_role, holder):
    page = as_role(ward, "it").get(ADDRESS).content.decode()
    assert "Chứng thư cần lo" in page and "Token phòng KHTH" in page


def test_who_may_not_read_records_takes_none_away(ward, as_role, holder, waiting):
    client = as_role(ward, "it")
    assert "Tải gói chờ ký</button>" not in client.get(ADDRESS).content.decode()
    assert client.post(ADDRESS, {"deed": "prepare"}).status_code == 403
