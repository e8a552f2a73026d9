"""Every page: fits a telephone, has nothing that a screen reader stumbles over, prints, and stays at home."""

import pytest
from django.urls import reverse
from tests.unit.web.test_access import PAGES, address_of

SEEN_BY = {"journal": "auditor", "admin_staff": "administrator", "admin_person": "administrator"}
PHONE = 360
DOWNLOADS = {"six_month_download"}
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COMPARED = "visit_compare"


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


def sideways(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_every_page_is_accessible_and_fits_a_telephone(desk, axe):
    tabs = {}
    wrong = []
    for name in sorted(set(PAGES) - DOWNLOADS - {"sending_word"}):
        role = role_for(name)
        page = tabs.setdefault(role, desk.signed_in(role))
        page.set_viewport_size({"width": 1280, "height": 860})
        desk.open(page, address_of(name, desk.ward))
        wrong += [f"{name}: {each}" for each in violations(page, axe)]
        page.set_viewport_size({"width": PHONE, "height": 740})
        if sideways(page) > 0:
            wrong.append(f"{name}: scrolls sideways by {sideways(page)} px at {PHONE} px")
        wrong += [f"{name} on a telephone: {each}" for each in violations(page, axe)]
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
