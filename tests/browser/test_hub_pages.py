"""The hub's pages in a real browser: accessible, on a telephone too, once the hospital has switched health checks on."""

from django.urls import reverse
from django.utils import timezone
from tests.browser.test_every_page import PHONE, sideways, violations
from tests.health_check_file import HUB_CODE, Export

from sosuckhoe.hospital.delivery import actions
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.restoring.booking import MAYBE
from sosuckhoe.hospital.delivery.secrets import keep_secret
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.visits.choices import choose


def test_the_hubs_pages_are_accessible_and_fit_a_telephone(desk, axe):
    choose(by="test", name="health_checks_are_sent", value=True, reason="thử", since=timezone.localdate())
    take_file("before.xml", Export(code="KSK-MAU-TRUOC").bytes(), by="giang")  # there is no hub yet
    hub = actions.add_destination(
        by="test",
        facility=desk.ward.facility,
        name="Trục mẫu",
        base_url="http://127.0.0.1:9",
        account="agent-99999",
        secret_reference=keep_secret("hub-account", "mat-khau-mau"),
        kind="hub",
        hub={"sender_id": HUB_CODE, "receiver_id": "TDLBYT", "key_reference": "file:hub-key"},
    )
    for number, state in enumerate((State.HELD, State.WAITING)):
        take_file(f"{number}.xml", Export(code=f"KSK-MAU-000{number}").bytes(), by="giang")
        problem = {
            "problem_code": "PS_DS_CA_SIGNATURE_INVALID",
            "problem": "Trục báo chữ ký số trên phiếu không đúng.",
        }
        rows = Submission.ledger.filter(health_check__code=f"KSK-MAU-000{number}")
        rows.update(state=state, **problem if state == State.HELD else {})
    held = Submission.ledger.get(health_check__isnull=False, state=State.HELD)
    unclear = Submission.ledger.get(health_check__isnull=False, state=State.WAITING)
    Submission.ledger.filter(pk=unclear.pk).update(state=State.HELD, problem_code=MAYBE)
    pages = {
        "web:delivery_health_checks": ("records", []),
        "web:delivery_health_check": ("records", [held.pk]),
        "web:delivery_unknown": ("records", [unclear.pk]),
        "web:delivery_untasked": ("records", []),
        "web:delivery": ("records", []),
        "web:import": ("records", []),
        "web:admin_destinations": ("it", []),
        "web:admin_destination": ("it", [hub.pk]),
        "web:admin_add_hub": ("it", []),
        "web:admin_hub": ("it", [hub.pk]),
    }
    wrong, tabs = [], {}
    for name, (role, arguments) in pages.items():
        page = tabs.setdefault(role, desk.signed_in(role))
        page.set_viewport_size({"width": 1280, "height": 860})
        desk.open(page, reverse(name, args=arguments))
        wrong += [f"{name}: {each}" for each in violations(page, axe)]
        page.set_viewport_size({"width": PHONE, "height": 740})
        if sideways(page) > 0:
            wrong.append(f"{name}: scrolls sideways by {sideways(page)} px")
        wrong += [f"{name} on a telephone: {each}" for each in violations(page, axe)]
        assert page.locator("h1").count() == 1, name
    assert wrong == []
