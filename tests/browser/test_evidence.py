"""The proof of what was sent prints on one page, with its letters and numbers readable, whatever was sent."""

import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.urls import reverse
from django.utils import timezone
from tests.browser.test_every_page import PHONE, sideways, violations
from tests.health_check_file import HUB_CODE, Export

from sosuckhoe.hospital.delivery import actions
from sosuckhoe.hospital.delivery.answers import Word
from sosuckhoe.hospital.delivery.calling import Exchange
from sosuckhoe.hospital.delivery.channels import channel_of
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.keeping import keep_receipt
from sosuckhoe.hospital.delivery.ledger import step
from sosuckhoe.hospital.delivery.models import Attempt, Receipt, Submission
from sosuckhoe.hospital.delivery.secrets import keep_secret
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import CheckInWorker, HealthCheckWorker, Worker
from sosuckhoe.hospital.visits.choices import choose


def printed(page, file: Path) -> str:
    """The text of the page on paper, which is one sheet of A4."""
    page.pdf(path=file, format="A4", prefer_css_page_size=True)
    told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    assert "Pages:           1\n" in told and "A4" in told
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True)
    assert "Tải gói" not in text.stdout
    return text.stdout


def taken(worker: Worker, answer: bytes, number: str) -> Submission:
    """Signed and sent as far as the ledger knows."""
    while worker.sign_one():
        pass
    submission, attempt = worker.claim()[0]
    said = channel_of(submission.destination).meaning_of(Exchange("", 200, "", answer), submission)
    assert (said.word, said.transaction_number) == (Word.ACCEPTED, number)
    now = timezone.now()
    keep_receipt(submission, attempt, said, now)
    Attempt.objects.filter(pk=attempt.pk).update(
        bytes_from=attempt.started_at,
        ended_at=now,
        outcome="Accepted",
        code="200",
        http_status=200,
        answer=answer,
    )
    assert step(submission, State.RECEIVED, at=now)
    return submission


def test_the_proof_is_one_printed_page(desk, tmp_path: Path):
    receipt = Receipt.objects.order_by("pk")[0]
    page = desk.signed_in("records")
    page.goto(desk.address + reverse("web:evidence", args=[receipt.submission.version_id]))
    text = printed(page, tmp_path / "proof.pdf")
    assert receipt.transaction_number in text
    assert "Bằng chứng ký và gửi hồ sơ khám bệnh, chữa bệnh" in text


def test_so_are_those_of_check_ins_and_health_checks(desk, axe, tmp_path: Path):
    choose(by="test", name="health_checks_are_sent", value=True, reason="thử", since=timezone.localdate())
    private = generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    actions.add_destination(
        by="test", facility=desk.ward.facility, name="Trục mẫu", base_url="http://127.0.0.1:9", account="agent-99999",
        secret_reference=keep_secret("hub-account", "mat-khau-mau"), kind="hub",
        hub={"sender_id": HUB_CODE, "receiver_id": "TDLBYT", "key_reference": keep_secret("hub-key", private.decode())},
    )  # fmt: skip
    take_file("ksk.xml", Export().bytes(), by="giang")
    check = taken(
        HealthCheckWorker("ward"), b'{"header":{"res_code":"PS_DS_SAVE_SUCCESS","txn_id":"TRUC-1"}}', "TRUC-1"
    )
    told = taken(CheckInWorker("ward"), b'{"maKetQua":"200","maGiaoDich":"CONG-1"}', "CONG-1")
    pages = {
        "check_in": ("web:check_in_one", [told.check_in_id], "CONG-1", "Bằng chứng ký và gửi báo vào khám"),
        "health_check": (
            "web:delivery_health_check",
            [check.pk],
            "TRUC-1",
            "Bằng chứng ký và gửi phiếu khám sức khỏe",
        ),
    }
    page = desk.signed_in("records")
    for name, (start, arguments, number, heading) in pages.items():
        page.set_viewport_size({"width": 1280, "height": 860})
        desk.open(page, reverse(start, args=arguments))
        link = page.get_by_role("link", name="Bằng chứng gửi")
        link.focus()
        link.press("Enter")
        page.get_by_role("heading", name=heading).wait_for()
        assert "Đạt" in page.locator("#checked").inner_text()
        assert violations(page, axe) == []
        with page.expect_download() as download:
            page.get_by_role("link", name="Tải gói bằng chứng").press("Enter")
        assert download.value.suggested_filename.startswith("bang-chung-")
        text = printed(page, tmp_path / f"{name}.pdf")
        assert number in text and heading in text
        page.screenshot(path=tmp_path / f"{name}-wide.png", full_page=True)
        page.set_viewport_size({"width": PHONE, "height": 740})
        assert sideways(page) <= 0 and violations(page, axe) == []
        page.screenshot(path=tmp_path / f"{name}-phone.png", full_page=True)
