"""Ten times more browsers than the pages can hold, all of them trying again: who is too many is told so at once, and
nothing is lost that was acknowledged (F73)."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from sosuckhoe.hospital.config.crowding import AT_ONCE

from .serving import Answer, served
from .stage import Hospital

FILES, AGAIN_WITHIN, HANGS = 16, 120, 45
IMPATIENT = 10 * AT_ONCE - FILES
"""Browsers that only look, and reload soon."""
MARK = "x" * 32


@pytest.fixture
def database() -> str:
    """SQLite, where who writes waits for who writes."""
    return ""


def form(name: str, data: bytes) -> tuple[bytes, str]:
    """An upload as a browser sends it, and its type."""
    head = f'--{MARK}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: text/xml\r\n\r\n'
    return head.encode() + data + f"\r\n--{MARK}--\r\n".encode(), f"multipart/form-data; boundary={MARK}"


def test_a_crowd_is_told_to_come_again_and_nothing_acknowledged_is_lost(
    hospital: Callable[[bool], Hospital], clean_files: list[bytes]
) -> None:
    house = hospital(False)
    session = house.do("sign-in").strip()
    who = {"Cookie": f"sosuckhoe_session={session}; sosuckhoe_csrf={MARK}", "X-CSRFToken": MARK}
    refused: list[Answer] = []
    longest: list[float] = []
    over = threading.Event()

    with served(house.home) as pages:

        def ask(
            method: str, path: str, body: bytes | None = None, headers: dict[str, str] = who
        ) -> Answer | None:
            began = time.monotonic()
            try:
                answer = pages.ask(method, path, body, headers)
            except OSError:
                return None  # a browser tries again, too
            longest.append(time.monotonic() - began)
            if answer.status == 503:
                refused.append(answer)
            return answer

        def upload(number: int) -> bool:
            body, kind = form(f"{number}.xml", clean_files[number])
            ends = time.monotonic() + AGAIN_WITHIN
            while time.monotonic() < ends:
                answer = ask("POST", "/nhan/", body, {**who, "Content-Type": kind})
                if answer is not None and answer.status != 503:
                    assert answer.status == 200 and "1 chờ gửi" in answer.text, answer
                    return True
                over.wait(0.2)
            return False

        def reload() -> None:
            while not over.is_set():
                ask("GET", "/")
                over.wait(0.5)

        with ThreadPoolExecutor(FILES + IMPATIENT) as browsers:
            impatient = [browsers.submit(reload) for _ in range(IMPATIENT)]
            try:
                done = [
                    each.result() for each in [browsers.submit(upload, number) for number in range(FILES)]
                ]
                alive = pages.get("/healthz")
            finally:
                over.set()
            for each in impatient:
                each.result()
        assert pages.get("/", who).status == 200, "it is over when they have gone"

    assert refused and all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert any("quá nhiều người" in answer.text for answer in refused)
    assert alive.status == 200 and max(longest) < HANGS
    kept = [row["visit_code"] for row in house.state()["submissions"]]
    assert len(kept) == len(set(kept)) == done.count(True) == FILES
