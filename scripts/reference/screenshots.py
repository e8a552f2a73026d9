"""The documentation's pictures, taken from the demo: fictitious people, a fresh home, free ports, stopped afterwards."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from sosuckhoe.demo.processes import any_free_port

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
FEW_COLOURS = 300_000
"""Bytes a picture may have."""


class DemoFailed(RuntimeError):
    """The demo did not come up."""


@contextmanager
def demo() -> Iterator[tuple[str, str, str]]:
    """Staff pages, VNeID pages, and the password of every account."""
    port, simulator_port = any_free_port(), any_free_port()
    with tempfile.TemporaryDirectory(prefix="sosuckhoe-pictures-") as home:
        program = subprocess.Popen(
            [
                *(sys.executable, "-u", "-m", "sosuckhoe", "demo", "--home", f"{home}/demo"),
                *("--port", str(port), "--simulator-port", str(simulator_port)),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{simulator_port}", _password(program)
        finally:
            program.terminate()
            program.communicate(timeout=60)


def _password(program: "subprocess.Popen[str]") -> str:
    assert program.stdout is not None
    said = []
    for line in program.stdout:
        said.append(line)
        found = re.search(r"Mật khẩu chung: (\S+)", line)
        if found:
            return found[1]
    raise DemoFailed("".join(said))


def take(folder: Path) -> list[Path]:
    """Take every picture; returns where they are. All of them or none."""
    with tempfile.TemporaryDirectory() as aside:
        taken = _take(Path(aside))
        folder.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.copy(picture, folder / picture.name)) for picture in taken]


def _take(folder: Path) -> list[Path]:
    with demo() as (staff, national, password), sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        desk = browser.new_context(viewport=DESK, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh").new_page()
        phone = browser.new_context(viewport=PHONE, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh").new_page()
        taken = [*_staff(desk, staff, password, folder), *_citizen(phone, national, password, folder)]
        browser.close()
    return taken


def _staff(page: Page, address: str, password: str, folder: Path) -> Iterator[Path]:
    page.goto(f"{address}/dang-nhap/")
    page.fill("[name=username]", "giang")
    page.fill("[name=password]", password)
    page.click("button.button-main")
    page.goto(f"{address}/gui/")
    yield _picture(page, folder / "delivery-board.png")
    page.goto(f"{address}/viec/")
    yield _picture(page, folder / "work-list.png")
    page.click("main table a[href*='/dot-kham/'] >> nth=1")
    page.wait_for_load_state()
    yield _picture(page, folder / "visit.png")


def _citizen(page: Page, address: str, password: str, folder: Path) -> Iterator[Path]:
    page.goto(f"{address}/vneid/")
    page.fill("[name=number]", "099190000002")
    page.fill("[name=password]", password)
    page.click("form button")
    page.wait_for_load_state()
    if "dieu-khoan" in page.url:
        page.check("form input[type=checkbox]")
        page.click("form:has(input[type=checkbox]) button")
        page.wait_for_load_state()
    page.click("main a[href*='/dot-kham/']")
    page.wait_for_load_state()
    yield _picture(page, folder / "vneid.png")


def _picture(page: Page, path: Path) -> Path:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path, animations="disabled")
    if path.stat().st_size > FEW_COLOURS:
        raise ValueError(f"{path} is larger than {FEW_COLOURS} bytes")
    return path
