"""An incident is told by keyboard alone, comes back as typed where it cannot be, and prints on one sheet."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.unit.web.ward import clean

from sosuckhoe.hospital.delivery.models import Incident
from sosuckhoe.hospital.delivery.watching.told_incidents import Told, tell


def test_an_incident_is_told_by_keyboard_and_then_stands_on_its_page(desk):
    page = desk.open(desk.signed_in("records"), reverse("web:delivery_incident_tell"))
    start, told = (
        timezone.localtime(timezone.now() - timedelta(hours=hours)).strftime("%d/%m/%Y %H:%M")
        for hours in (3, 20)
    )
    page.get_by_label("Nơi nhận").focus()
    for text in (None, "Cổng bảo trì", start, None, "BHXH tỉnh (mẫu)", told, "Công văn mẫu 12/TB"):
        if text:
            page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Bảo trì đã được báo trước").wait_for()
    assert Incident.objects.filter(cause="planned", announced_by="BHXH tỉnh (mẫu)").count() == 1


@pytest.mark.parametrize("words", [10, 180])
def test_an_incident_prints_on_one_sheet_of_a4(desk, tmp_path: Path, words):
    for number in range(5, 12):
        desk.ward.take(clean(number))
    desk.ward.sign()
    now = timezone.now()
    incident = tell(
        by="records",
        told=Told(
            desk.ward.destination, now - timedelta(hours=3), None, "gateway", "BHXH tỉnh (mẫu)", now,
            " ".join(["mẫu,"] * words),
        ),
    )  # fmt: skip
    page = desk.open(desk.signed_in("records"), reverse("web:delivery_incident", args=[incident.pk]))
    file = tmp_path / "su-co.pdf"
    page.pdf(path=file, format="A4", prefer_css_page_size=True)
    told = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, check=True).stdout
    assert "Pages:           1\n" in told
