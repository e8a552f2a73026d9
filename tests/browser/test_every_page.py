"""Every page: fits a telephone, has nothing that a screen reader stumbles over, prints, and stays at home."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.unit.fixes.conftest import SPACED, Clinic
from tests.unit.web.test_access import PAGES, address_of
from tests.unit.web.ward import Ward

from sosuckhoe.hospital.delivery.mending.fixing import fix
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.withholding import withhold
from sosuckhoe.hospital.visits.models import Finding
from sosuckhoe.hospital.web.urls import urlpatterns

SEEN_BY = {
    "journal": "auditor",
    "admin_staff": "administrator",
    "admin_person": "administrator",
    "rule_hold_back": "it",
}
PHONE = 360
DOWNLOADS = {"six_month_download"}
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PIECES = {"sending_word"}
"""A part of the frame, which every other page shows."""
WITH_THE_HUB = {
    "delivery_health_checks",
    "delivery_health_check",
    "delivery_untasked",
    "evidence_health_check",
    "admin_add_hub",
    "admin_hub",
}
"""There only once the hospital has switched health checks on: looked at in ``test_hub_pages``."""
FOR_MACHINES = {"healthz", "metrics"}
ALONE = {"sign_in"}
"""Opened by nobody in particular, in a test of its own below."""


def role_for(name: str) -> str:
    if name in SEEN_BY:
        return SEEN_BY[name]
    return "it" if name.startswith("admin") else "records"


def violations(page, axe: str) -> list[str]:
    page.evaluate(axe)
    return page.evaluate(
        """standards => axe.run({runOnly: standards}).then(result =>
            result.violations.map(each => each.id + " at " + each.nodes.map(node => node.html).join(" | ").slice(0, 300)))""",
        STANDARDS,
    )


def with_something_to_compare(ward: Ward) -> dict[str, str]:
    """Pages of what a person did: two versions, a fault to stand by, and one kind of fault in two visits."""
    clinic = Clinic(ward)
    mended, faulty = clinic.close(**SPACED), clinic.close(**SPACED)
    clinic.close(**SPACED)
    fix(by=ward.people["records"], visit_id=mended.pk, number=1, rule="FMT-015", path="XML1.GIOI_TINH",
        kind="trim", rows=[None], at=timezone.now())  # fmt: skip
    finding = Finding.objects.get(version__visit=faulty, rule="FMT-015")
    sent = Submission.objects.filter(state="RECEIVED").select_related("version__visit__facility").first()
    for visit in (faulty, sent.version.visit):
        withhold(by="records", facility=visit.facility, facility_code=visit.facility_code,
            code=visit.visit_code, why="Văn bản số 0 của đơn vị giả định")  # fmt: skip
    return {
        "visit_compare": reverse("web:visit_compare", args=[mended.pk, 2]),
        "fix_overrule": reverse("web:fix_overrule", args=[finding.pk]),
        "fix_many of one kind": reverse("web:fix_many") + "?vi=FMT-015:XML1.GIOI_TINH",
    }


def dummy_address(pattern) -> str:
    """An address of this shape; what is only done, never read, refuses before it looks for anything."""
    groups = dict.fromkeys(pattern.pattern.regex.groupindex, "1")
    choice = re.search(r"\(\?P<(\w+)>([\w-]+)\|", str(pattern.pattern))
    if choice:
        groups[choice[1]] = choice[2]
    return reverse(f"web:{pattern.name}", kwargs=groups)


def test_what_is_not_looked_at_here_is_never_read(desk):
    """A new address is a page in the list, or answers nothing but that it is not for reading."""
    looked_at = {*PAGES, *with_something_to_compare(desk.ward), *ALONE, *WITH_THE_HUB, *FOR_MACHINES}
    clients = []
    for person in desk.ward.people.values():
        clients.append(Client())
        clients[-1].force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    for pattern in urlpatterns:
        if pattern.name not in looked_at:
            address = dummy_address(pattern)
            answers = {client.get(address).status_code for client in clients}
            assert 405 in answers and answers <= {403, 405}, f"{pattern.name} is a page: list it"


def sideways(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def too_small(page) -> list[str]:
    """What is pressed on a telephone is as tall as a finger is wide."""
    return page.evaluate(
        """() => [...document.querySelectorAll("button, .button, select, summary, .tick, .filters a, .crumbs a, .bar a, "
            + "input:not([type=hidden], [type=checkbox], [type=radio], [type=file])")]
            .filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 43.5)
            .map(each => `only ${Math.round(each.getBoundingClientRect().height)} px tall: ${each.outerHTML.slice(0, 120)}`)"""
    )


def test_every_page_is_accessible_and_fits_a_telephone(desk, axe):
    tabs = {}
    wrong = []
    addresses = {name: address_of(name, desk.ward) for name in set(PAGES) - DOWNLOADS - PIECES}
    addresses |= with_something_to_compare(desk.ward)
    for name, address in sorted(addresses.items()):
        role = role_for(name)
        page = tabs.setdefault(role, desk.signed_in(role))
        page.set_viewport_size({"width": 1280, "height": 860})
        desk.open(page, address)
        wrong += [f"{name}: {each}" for each in violations(page, axe)]
        page.set_viewport_size({"width": PHONE, "height": 740})
        if sideways(page) > 0:
            wrong.append(f"{name}: scrolls sideways by {sideways(page)} px at {PHONE} px")
        wrong += [f"{name} on a telephone: {each}" for each in violations(page, axe) + too_small(page)]
        assert page.locator("h1").count() == 1, name
        assert page.title().endswith("· Sổ Sức Khỏe") and not page.title().startswith(" "), name
    assert wrong == []


@pytest.mark.parametrize(("path", "status"), [("/dang-nhap/", 200), ("/khong-co/", 404)])
def test_pages_without_anybody_are_accessible_and_fit_too(desk, axe, path, status):
    page = desk.nobody(width=PHONE)
    if status == 404:
        # Chromium reports the answer itself in the console; that is the only message there may be.
        page = page.context.new_page()
        page.set_viewport_size({"width": PHONE, "height": 740})
    answer = page.goto(desk.address + path)
    assert answer.status == status
    assert violations(page, axe) == [] and sideways(page) <= 0


def test_the_menu_opens_on_a_telephone(desk):
    page = desk.open(desk.signed_in("records", width=PHONE), "/")
    menu = page.get_by_role("navigation", name="Danh mục việc")
    assert not menu.is_visible()
    page.get_by_role("button", name="Danh mục việc").click()
    menu.get_by_role("link", name="Gửi và biên nhận").click()
    assert page.url.endswith(reverse("web:delivery"))


def test_letters_with_two_marks_are_drawn_by_our_own_typeface(desk):
    page = desk.open(desk.signed_in("records"), "/")
    drawn = page.evaluate(
        """() => document.fonts.ready.then(() =>
            ["400", "600"].map(weight => document.fonts.check(weight + " 15px 'Be Vietnam Pro'", "Ặ Ỗ Ữ ẵ ợ")))"""
    )
    assert drawn == [True, True]
