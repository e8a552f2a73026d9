"""The practice app on a phone 360 pixels wide: nothing to push sideways, targets for thumbs, all by keyboard."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from . import papers
from .portal import Login, Portal

NARROW = 360
LONG = "Tăng huyết áp vô căn (nguyên phát), đái tháo đường không phụ thuộc insulin có biến chứng thận"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
            ],
        )
        yield browser.new_page(viewport={"width": NARROW, "height": 740}, locale="vi-VN")
        browser.close()


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def small_targets(page: Page) -> list[str]:
    return page.evaluate(
        """[...document.querySelectorAll('a, button, summary, input:not([type=hidden]):not([type=checkbox])')]
        .filter(one => one.offsetParent && !one.classList.contains('skip'))
        .filter(one => one.getBoundingClientRect().height < 44 && !one.closest('.notice'))
        .map(one => one.outerHTML)"""
    )


AXE = Path(__file__).parents[1] / "browser" / "vendor" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NOBODYS = "../vneid/so/0/khong-co/"
DESK = (
    "",
    "tinh-huong/",
    "tinh-huong/?tim=thu+hoi",
    "loi-noi-dung/",
    "chung-thu/",
    "quy-tac/",
    "kham-suc-khoe/",
    NOBODYS,
)


def test_the_trainers_desk_fits_a_phone_and_nobody_stumbles_over_it(portal: Portal, page: Page) -> None:
    portal.desk("faults", {"scenario": "store-then-drop", "path": "record"})
    source, wrong = AXE.read_text(encoding="utf-8"), []
    for path in DESK:
        page.goto(f"http://127.0.0.1:{portal.port}/_simulator/{path}")
        page.evaluate(source)
        found = page.evaluate(
            "standards => axe.run({runOnly: standards}).then(result => result.violations.map("
            "each => each.id + ' at ' + each.nodes.map(node => node.html).join(' | ').slice(0, 300)))",
            STANDARDS,
        )
        wrong += [f"{path}: {each}" for each in found]
        if not fits(page):
            wrong.append(f"{path}: scrolls sideways")
        if page.locator(".button").evaluate_all("all => all.some(one => one.offsetHeight < 44)"):
            wrong.append(f"{path}: a button is smaller than a thumb")
    assert "Không có trang này" in page.content(), "an address of nobody's is answered in Vietnamese"
    assert wrong == []


def test_a_citizen_reads_a_visit_with_the_keyboard_on_a_narrow_phone(
    portal: Portal, login: Login, signed: Callable[[bytes], bytes], visit_code: str, page: Page
) -> None:
    citizen = {"personal_id": "099190000201", "full_name": "Người Mẫu Rất Dài Tên Lót", "birth": "1990"}
    portal.desk("setup", {"citizens": [{**citizen, "password": "thuc-hanh"}]})
    login.send(signed(papers.record(MA_LK=visit_code, SO_CCCD="099190000201", CHAN_DOAN_RV=LONG)))
    portal.desk("publish", {"all": True})
    noise: list[str] = []
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("response", lambda reply: noise.append(reply.url) if reply.status >= 400 else None)

    def check() -> None:
        assert fits(page) and small_targets(page) == []

    page.goto(f"http://127.0.0.1:{portal.port}/vneid/")
    check()
    page.keyboard.type("099190000201")
    page.keyboard.press("Tab")
    page.keyboard.type("thuc-hanh")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dieu-khoan/")
    check()
    page.locator("#agree").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/so/")
    check()
    page.locator("a.visit").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/dot-kham/**")
    assert page.get_by_role("heading", level=1).inner_text() == LONG
    closed = page.locator("details:not([open]) > summary")
    for left in range(closed.count(), 0, -1):
        assert closed.count() == left
        closed.first.focus()
        page.keyboard.press("Enter")
    assert closed.count() == 0
    check()
    assert noise == []
    assert page.evaluate("[...document.fonts].filter(font => font.status == 'loaded').length") >= 2
