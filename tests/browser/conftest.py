"""Debian's Chromium against the running pages. Every page that a test opens is watched: a message in the console, an
error in a script or a request to a foreign host fails the test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.unit.web.ward import Ward, busy_hospital

CHROMIUM = "/usr/bin/chromium"
# Milliseconds, as for everything else here: other tests may keep the machine busy meanwhile.
expect.set_options(timeout=30_000)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file of tests. Beside Playwright's event loop Django opens a connection of its own, which
    must be able to empty append-only tables between tests as the other one can (see ``tests/conftest.py``)."""
    flush = connection.ops.sql_flush
    with sync_playwright() as playwright:
        connection.ops.sql_flush = flush
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Watch:
    """What a page must never do."""

    host: str
    said: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on(
            "console", lambda message: message.type in ("error", "warning") and self.said.append(message.text)
        )
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self._requested(request.url))

    def _requested(self, url: str) -> None:
        if not url.startswith(("data:", "blob:", "about:")) and urlsplit(url).netloc != self.host:
            self.said.append(f"asked a foreign host: {url}")


@dataclass
class Desk:
    """The running pages, and browsers at them."""

    address: str
    ward: Ward
    context_of: Callable[[], BrowserContext]
    watch: Watch

    def nobody(self, *, width: int = 1280) -> Page:
        """A browser in which nobody is signed in."""
        page = self.context_of().new_page()
        page.set_viewport_size({"width": width, "height": 860})
        self.watch.over(page)
        return page

    def signed_in(self, role: str, *, width: int = 1280) -> Page:
        client = Client()
        client.force_login(self.ward.people[role], backend="django.contrib.auth.backends.ModelBackend")
        page = self.nobody(width=width)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.address}]
        )
        return page

    def open(self, page: Page, path: str) -> Page:
        answer = page.goto(self.address + path)
        assert answer is not None and answer.status == 200, path
        return page


@pytest.fixture
def desk(live_server, browser: Browser, home: Path, settings) -> Iterator[Desk]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    contexts: list[BrowserContext] = []

    def context_of() -> BrowserContext:
        contexts.append(browser.new_context(locale="vi-VN", accept_downloads=True))
        return contexts[-1]

    watch = Watch(urlsplit(live_server.url).netloc)
    yield Desk(live_server.url, busy_hospital(), context_of, watch)
    for context in contexts:
        context.close()
    assert watch.said == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's source (axe-core, MPL-2.0, for tests only)."""
    return AXE.read_text(encoding="utf-8")
