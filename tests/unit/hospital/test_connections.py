"""Records go out on the connection of the one before, only while it is surely idle, and never twice because of it."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from sosuckhoe.hospital.delivery import calling, receipts
from sosuckhoe.hospital.delivery.connections import KEPT
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.sessions import SESSIONS
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import Worker

from .conftest import House
from .test_worker import renamed

pytestmark = pytest.mark.django_db
LOGIN = {
    "maKetQua": "200",
    "APIKey": {"access_token": "A", "id_token": "I", "expires_in": "2099-01-01T00:00:00.0000000Z"},
}

EARLY = {
    "busy": b"HTTP/1.1 503 Busy\r\nRetry-After: 900\r\nContent-Length: 0\r\n\r\n",
    "left over": b'HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n{"maKetQua":"200","maGiaoDich":"GD77"}',
}
"""Said before a body is read."""


class ScriptedPortal:
    """Takes records as the script says, one word a record, and counts connections and whole bodies."""

    def __init__(self, *script: str) -> None:
        self.script = list(script)
        self.connections, self.bodies = 0, 0
        self.has_said_no = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self._serve(client)

    def _serve(self, client: socket.socket) -> None:
        counted = False
        with client, client.makefile("rb") as stream:
            while head := stream.readline():
                length, login = 0, b"token/take" in head
                while (line := stream.readline()) not in (b"\r\n", b""):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                if login:
                    stream.read(length)
                    client.sendall(_reply(LOGIN))
                    continue
                self.connections += not counted
                counted = True
                word = self.script.pop(0)
                if word in EARLY:
                    client.sendall(EARLY[word])
                    self.has_said_no.set()
                    stream.read(length)
                    continue
                if word == "close in the body":
                    stream.read(length // 2)
                    return
                if word == "busy at the head":
                    client.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
                    stream.read(length)
                    continue
                stream.read(length)
                self.bodies += 1
                code = "204" if word == "refuse" else "200"
                number = None if word == "refuse" else f"GD{self.bodies}"
                answer = _reply({"maKetQua": code, "maGiaoDich": number, "thongDiep": word})
                if word == "two lengths":
                    answer = answer.replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\n", 1)
                client.sendall(answer)
                if word == "take and close":
                    return


def _reply(fields: dict[str, object]) -> bytes:
    body = json.dumps(fields).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@pytest.fixture
def two(connected: House, clean: list[bytes]) -> Iterator[Callable[..., tuple[ScriptedPortal, list[str]]]]:
    """Sends two records to a portal that follows a script; gives the portal and the states they are in."""
    portals: list[ScriptedPortal] = []

    def send(*script: str) -> tuple[ScriptedPortal, list[str]]:
        portals.append(ScriptedPortal(*script))
        Destination.objects.update(base_url=portals[-1].address)
        for name in ("KEPT1", "KEPT2"):
            take_file("visit.xml", renamed(clean[0], name), by="giang", at=timezone.now())
        worker = Worker("test")
        while worker.sign_one():
            pass
        while worker.send_one():
            pass
        assert not portals[-1].script, "not every word of the script was used"
        return portals[-1], list(Submission.objects.order_by("pk").values_list("state", flat=True))

    SESSIONS.__init__()  # type: ignore[misc]
    KEPT.hang_up()
    KEPT.__init__()
    yield send
    KEPT.hang_up()
    for portal in portals:
        portal.listener.close()


def test_what_could_not_be_settled_is_the_last_on_its_connection(
    two: Callable[..., tuple[ScriptedPortal, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    written, real = [], receipts.append

    def full_disk_once(line: receipts.ReceiptLine) -> None:
        written.append(line)
        if len(written) == 1:
            raise OSError(28, "No space left on device")
        real(line)

    monkeypatch.setattr(receipts, "append", full_disk_once)
    portal, found = two("take", "take")
    assert (portal.connections, found) == (2, [State.RECEIVED, State.RECEIVED])


RECEIVED, UNKNOWN, REFUSED = State.RECEIVED, State.UNKNOWN, State.REFUSED


@pytest.mark.parametrize(
    ("script", "connections", "bodies", "states"),
    [
        (("take", "take"), 1, 2, [RECEIVED, RECEIVED]),
        # Closed while idle: nothing of the next body has left, so its call is made on a new one.
        (("take and close", "take"), 2, 2, [RECEIVED, RECEIVED]),
        # Something of the body has left: nobody knows, and nothing goes out again.
        (("take", "close in the body"), 1, 1, [RECEIVED, UNKNOWN]),
        # An answer to the head alone is an answer: the portal is not knocked at a second time.
        (("take", "busy at the head"), 1, 1, [RECEIVED, State.SIGNED]),
        # What asks for anything is the last answer on its connection.
        (("refuse", "take"), 2, 2, [REFUSED, RECEIVED]),
        # Where one answer ends and the next begins is not sure.
        (("two lengths", "take"), 2, 2, [RECEIVED, RECEIVED]),
    ],
    ids=["kept", "closed while idle", "closed in the body", "early answer", "odd answer", "two lengths"],
)
def test_a_connection_is_used_again_only_while_nothing_can_be_lost_or_doubled_by_it(
    two: Callable[..., tuple[ScriptedPortal, list[str]]],
    script: tuple[str, ...],
    connections: int,
    bodies: int,
    states: list[State],
) -> None:
    portal, found = two(*script)
    assert (portal.connections, portal.bodies, found) == (connections, bodies, states)
    assert all(row.attempts.count() == 1 for row in Submission.objects.all())


@pytest.mark.parametrize(("word", "status", "rest"), [("busy", 503, 600), ("left over", 200, -60)])
def test_what_comes_before_the_body_has_left_is_no_receipt_and_nobody_is_called_again_at_once(
    two: Callable[..., tuple[ScriptedPortal, list[str]]],
    monkeypatch: pytest.MonkeyPatch,
    word: str,
    status: int,
    rest: int,
) -> None:
    heads: list[str] = []

    def wait_for_the_no(point: str) -> None:
        heads.extend([point] if point == "K17" else [])
        if len(heads) == 2:
            assert portals[-1].has_said_no.wait(30)

    portals: list[ScriptedPortal] = []
    real = ScriptedPortal.__init__

    def watched(self: ScriptedPortal, *script: str) -> None:
        portals.append(self)
        real(self, *script)

    monkeypatch.setattr(ScriptedPortal, "__init__", watched)
    monkeypatch.setattr(calling, "here", wait_for_the_no)
    portal, found = two("take", word)
    assert (portal.connections, portal.bodies, found) == (1, 1, [RECEIVED, State.SIGNED])
    late = Submission.objects.last()
    assert late is not None and late.attempts.get().http_status == status
    assert late.not_before is not None and late.not_before > timezone.now() + timedelta(seconds=rest)
