"""A portal that reads by the byte: others are answered meanwhile, and a sender gives up in its time, not knowing (F42)."""

import contextlib
import hashlib
import http.client
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from sosuckhoe.hospital.delivery import calling
from sosuckhoe.hospital.delivery.answers import NO_ANSWER, Word
from sosuckhoe.hospital.delivery.calling import Host
from sosuckhoe.hospital.delivery.sending import _judge

from . import papers
from .portal import RECORD, Login, Portal

Sign = Callable[[bytes], bytes]
LIMIT = 1.0
"""Seconds for one call here, for 90 at work."""


def stored(portal: Portal, visit_code: str) -> list[dict[str, Any]]:
    return [row for row in portal.desk("received.json?all=1") if row["visit_code"] == visit_code]


def test_it_takes_its_time_stores_what_it_read_and_holds_nobody_up(
    portal: Portal, login: Login, signed: Sign, visit_code: str
) -> None:
    slow, quick = (signed(papers.record(MA_LK=f"{visit_code}.{n}")) for n in ("cham", "nhanh"))
    length = len(urlencode(login.fields(slow)))
    portal.strike("slow-reading", parameters={"bytes_per_second": length / 1.5})
    connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=30)
    headers = {**login.headers, "Content-Type": "application/x-www-form-urlencoded"}
    began = time.monotonic()
    connection.request("POST", RECORD, urlencode(login.fields(slow)), headers)
    _wait_for_strike(portal)
    assert login.send(quick).code == "200"
    assert stored(portal, f"{visit_code}.cham") == []
    with contextlib.closing(connection):
        assert b'"200"' in connection.getresponse().read()
    assert time.monotonic() - began >= 1.4
    (row,) = stored(portal, f"{visit_code}.cham")
    assert row["sha256"] == hashlib.sha256(slow).hexdigest()


@pytest.mark.parametrize("all_of_it", [True, False])
def test_what_a_sender_left_behind_is_stored_where_it_is_whole(
    portal: Portal, login: Login, record: bytes, visit_code: str, all_of_it: bool
) -> None:
    portal.strike("slow-reading")
    body = urlencode(login.fields(record)).encode()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", portal.port, timeout=30)) as connection:
        connection.putrequest("POST", RECORD)
        for name, value in {**login.headers, "Content-Type": "application/x-www-form-urlencoded"}.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        connection.send(body if all_of_it else body[: len(body) // 2])
        _wait_for_strike(portal)
    _wait_until(lambda: portal.desk("history.json")[-1]["faults"] == ["slow-reading"])
    assert len(stored(portal, visit_code)) == int(all_of_it)


@pytest.mark.parametrize("megabytes", [0.05, 20], ids=["all left at once", "more than the line holds"])
def test_the_sender_gives_up_in_its_time_and_does_not_know(
    portal: Portal, login: Login, home: Path, monkeypatch: pytest.MonkeyPatch, megabytes: float
) -> None:
    """Both where the whole body lies in the portal's buffers and where the sender is still at it."""
    monkeypatch.setattr(calling, "TOTAL_SECONDS", LIMIT)
    portal.strike("slow-reading")
    host, noted = Host.of(f"http://127.0.0.1:{portal.port}"), []

    def bytes_may_be_out() -> float:
        noted.append(time.monotonic())
        return time.monotonic() + 60

    fields = {**login.fields(b""), "fileHSBase64": "A" * int(megabytes * 1_000_000)}
    began = time.monotonic()
    exchange = host.post(RECORD, fields, login.headers, before_bytes=bytes_may_be_out)
    took = time.monotonic() - began
    assert noted and LIMIT <= took < LIMIT + 5
    assert exchange.broken and exchange.status is None and not exchange.may_be_kept
    assert _judge(None, exchange, None) is NO_ANSWER  # type: ignore[arg-type]
    assert NO_ANSWER.word is Word.UNKNOWN
    answer = login.send(b"")
    assert answer.code, "the portal answers the next one"


def _wait_for_strike(portal: Portal) -> None:
    _wait_until(lambda: portal.desk("faults")[-1]["struck"] == 1)


def _wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
