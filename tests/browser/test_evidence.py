"""The proof of a sent record prints on one page, with its letters and numbers readable."""

import subprocess
from pathlib import Path

from django.urls import reverse

from sosuckhoe.hospital.delivery.models import Receipt


def test_the_proof_is_one_printed_page(desk, tmp_path: Path):
    receipt = Receipt.objects.order_by("pk")[0]
    page = desk.signed_in("records")
    page.goto(desk.address + reverse("web:evidence", args=[receipt.submission.version_id]))
    file = tmp_path / "proof.pdf"
    page.pdf(path=file, format="A4", prefer_css_page_size=True)
    told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    assert "Pages:           1\n" in told
    text = subprocess.run(
        ["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert receipt.transaction_number in text
    assert "Bằng chứng ký và gửi hồ sơ khám bệnh, chữa bệnh" in text
    assert "Tải gói" not in text
