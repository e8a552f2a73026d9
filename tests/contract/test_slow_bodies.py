"""Whoever sends slowly, or stops half-way, holds no judging turn: the others are answered meanwhile, in their order."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest

from . import papers
from .portal import CHECK_IN, RECORD, TIME_LIMIT, Login

Sign = Callable[[bytes], bytes]


class SlowCall:
    """One call whose body leaves by the byte. The portal is at it: it has asked for the body (100 Continue)."""

    def __init__(self, connection: socket.socket, login: Login, path: str, data: bytes) -> None:
        self.connection = connection
        fields = login.fields(data, "0" if path == CHECK_IN else "130")
        self.left = urlencode(fields).encode()
        head = {
            "Host": f"127.0.0.1:{login.portal.port}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(self.left)),
            "Expect": "100-continue",
            "Connection": "close",
            **login.headers,
        }
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        connection.sendall("\r\n".join(lines).encode())
        asked = b""
        while not asked.endswith(b"\r\n\r\n"):
            asked += connection.recv(1)
        assert asked.startswith(b"HTTP/1.1 100 "), asked

    def trickle(self, count: int) -> None:
        now, self.left = self.left[:count], self.left[count:]
        for each in now:
            self.connection.send(bytes([each]))

    def answer(self) -> bytes:
        said = b""
        while part := self.connection.recv(65536):
            said += part
        return said


@contextmanager
def slow_call(login: Login, path: str, data: bytes) -> Iterator[SlowCall]:
    with socket.create_connection(("127.0.0.1", login.portal.port), timeout=TIME_LIMIT) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield SlowCall(connection, login, path, data)


def stored(login: Login, visit_code: str) -> list[dict[str, Any]]:
    return [row for row in login.portal.desk("received.json?all=1") if row["visit_code"] == visit_code]


PATHS = pytest.mark.parametrize("path", [RECORD, CHECK_IN])


@PATHS
@pytest.mark.parametrize("aimed", [False, True])
def test_others_are_answered_in_order_while_one_body_comes_by_the_byte(
    login: Login, signed: Sign, visit_code: str, path: str, aimed: bool
) -> None:
    if aimed:  # then whose call it is must be read from its body before anything strikes
        login.portal.desk("faults", {"scenario": "system-error", "account": "99998_BV"})
    slow_code, paper = f"{visit_code}.cham", papers.check_in if path == CHECK_IN else _record
    numbers = []
    with slow_call(login, path, signed(paper(slow_code))) as slow:
        part = len(slow.left) // 4
        for text in ("Một", "Hai", "Ba"):
            slow.trickle(part)
            answer = login.send(signed(papers.record(MA_LK=visit_code, GHI_CHU=text)))
            assert answer.code == "200"
            numbers.append(answer.json["maGiaoDich"])
        slow.trickle(len(slow.left) - 1)
        assert stored(login, slow_code) == []
        assert [row["transaction"] for row in stored(login, visit_code)] == numbers
        slow.trickle(1)
        said = slow.answer()
    (last,) = stored(login, slow_code)
    assert b'"200"' in said and last["transaction"].encode() in said
    calls = [call for call in login.portal.desk("history.json") if call["visit_code"].startswith(visit_code)]
    assert [call["transaction"] for call in calls] == [*numbers, last["transaction"]]


@PATHS
def test_a_body_that_stops_half_way_keeps_nobody_waiting_and_leaves_nothing(
    login: Login, signed: Sign, visit_code: str, path: str
) -> None:
    half_code, paper = f"{visit_code}.dung", papers.check_in if path == CHECK_IN else _record
    data = signed(paper(half_code))
    with slow_call(login, path, data) as first, slow_call(login, path, data) as second:
        for each in (first, second):
            each.trickle(len(each.left) // 2)
        assert login.send(signed(papers.record(MA_LK=visit_code))).code == "200"
        first.connection.shutdown(socket.SHUT_WR)
        assert b'"200"' not in first.answer()
        assert login.send(signed(papers.record(MA_LK=visit_code, GHI_CHU="Hai"))).code == "200"
    assert login.send(signed(papers.record(MA_LK=visit_code, GHI_CHU="Ba"))).code == "200"
    assert stored(login, half_code) == [] and len(stored(login, visit_code)) == 3


def _record(visit_code: str) -> bytes:
    return papers.record(MA_LK=visit_code)
