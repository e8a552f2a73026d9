"""The scripted portal and the wire to it: what the portal keeps is written down by the portal itself, for the checker.

The wire stands in for ``http.client`` below the real client, so tokens, time limits, crash points and the reading of
answers are the program's own.
"""

import email.message
import hashlib
import http.client
import json
import os
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qs

from .clock import CLOCK

STORED = (
    "ok",
    "store-then-drop",
    "cut-reply",
    "empty",
    "truncated",
    "foreign",
    "no-number",
    "odd-code",
    "504",
    "slow",
)
"""The portal stores and then answers well, badly, or not at all."""
NOT_STORED = (
    "refused-connection", "reset-early", "reset-inside", "drop-unstored", "500", "502", "503", "429", "401", "bare-401",
    "html", "404-page", "124", "204", "in-flight-lost",
)  # fmt: skip


SECRET = "bi-mat-"
"""Begins every token, so that one that is kept where it should not be is found."""


SIGNED_WITH = b'\n<Signature Id="'
"""Begins what the stand-in of a signature appends."""
HUB_CODES = {
    "200": "PS_DS_SAVE_SUCCESS",
    "204": "PS_DS_VERIFY_FAIL",
    "124": "PS_DS_CA_SIGNATURE_INVALID",
    "401": "CM_AUTH_EXPIRED",
}
"""What the hub says where the portal would say this; what is not here is a code nobody has described."""
Reply = Callable[[str, str | None, str], tuple[int, bytes, dict[str, str]]]


@dataclass
class Arrival:
    """Bytes that reached the portal."""

    at: float
    visit: str
    version: int
    sha256: str
    behaviour: str
    stored: bool
    number: str = ""
    refused: bool = False
    """The hospital was told, readably, that nothing was taken."""
    declared_absent: bool = False
    """A person looked afterwards and it was not there."""
    attempt: int = 0
    fence: int = 0
    """The open attempt under which it came, and the claim that made it."""
    token: str = ""

    @property
    def key(self) -> tuple[str, int]:
        return self.visit, self.version


@dataclass
class Plan:
    """How the portal behaves in this story."""

    mode: str
    """replace, count or refuse: what the same visit again does."""
    trouble: float
    """The share of calls that go wrong."""
    menu: tuple[str, ...]


class Portal:
    def __init__(self, random: Random, plan: Plan) -> None:
        self.random, self.plan = random, plan
        self.arrivals: list[Arrival] = []
        self.numbers: dict[str, Arrival] = {}
        self.healthy = False
        self.down_until = 0.0
        self.on_record: Callable[[Arrival], None] = lambda arrival: None
        self.on_wait: Callable[[float], None] = lambda seconds: None
        self.foreign_number: Callable[[str], str] = lambda visit: ""
        self.name_of: Callable[[bytes], tuple[str, int]] = lambda data: ("", 0)
        self.logins = 0
        self.tokens: set[str] = set()
        """Those in force."""
        self.secrets: set[str] = set()
        """Whatever must not be kept: tokens, passwords and what stands for one."""
        self.connections = 0
        self.when_down: tuple[str, ...] = ("refused-connection", "503", "reset-inside")
        self.latency = 0.0
        self.answers = ""
        """Whether what it has can be asked for, and how it answers: truthful, late, wrong, down."""

    # What it keeps

    def stored(self, visit: str, version: int) -> list[Arrival]:
        return [a for a in self.arrivals if a.stored and (a.visit, a.version) == (visit, version)]

    def latest(self, visit: str) -> Arrival | None:
        held = [a for a in self.arrivals if a.stored and a.visit == visit]
        return held[-1] if held else None

    # What it does

    def draw(self) -> str:
        self.connections += 1
        if CLOCK.seconds < self.down_until:
            return self.random.choice(self.when_down)
        if self.healthy or self.random.random() >= self.plan.trouble:
            return "ok"
        return self.random.choice(self.plan.menu)

    def log_in(self, behaviour: str) -> tuple[int, bytes]:
        self.logins += 1
        if behaviour in ("500", "502", "503", "429"):
            return int(behaviour), b"<html>"
        if behaviour in ("html", "empty", "truncated", "odd-code"):
            return 200, {"empty": b"", "odd-code": b'{"maKetQua":"999"}'}.get(behaviour, b"<html>")
        self.tokens.add(f"{SECRET}{self.logins}")
        self.secrets.add(SECRET)
        expires = (CLOCK.now() + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")
        key = {
            "access_token": f"{SECRET}{self.logins}",
            "id_token": f"{SECRET}I{self.logins}",
            "expires_in": expires,
        }
        return 200, json.dumps({"maKetQua": "200", "APIKey": key}).encode()

    def log_in_to_hub(self, behaviour: str) -> tuple[int, bytes]:
        status, body = self.log_in(behaviour)
        if status != 200 or b"APIKey" not in body:
            return status, body
        self.tokens.add(f"{SECRET}H{self.logins}")
        told = {"token": f"{SECRET}H{self.logins}", "duration": "600"}
        return 200, json.dumps({"header": {"res_code": "CM_SUCCESS"}, "data": told}).encode()

    def look_up(self, sha256: str, behaviour: str, token: str) -> tuple[int, bytes, dict[str, str]]:
        """Whether it has a file."""
        if token not in self.tokens:
            return 401, b"", {}
        refusal = self._refusal(behaviour, self._reply)
        if refusal is not None or self.answers == "down":
            return refusal or (503, b"<html>", {})
        known = CLOCK.seconds - (LATE if self.answers == "late" else 0.0)
        found = next((a for a in self.arrivals if a.stored and a.sha256 == sha256 and a.at <= known), None)
        told: dict[str, Any] = {"found": found is not None}
        if found is not None:
            told |= {"transaction": found.number, "sha256": sha256}
        if self.answers == "wrong":
            told = {"found": False} if found else {"found": True, "transaction": "MP?", "sha256": "0" * 64}
        return 200, json.dumps(told).encode(), {}

    def receive(self, document: bytes, behaviour: str, token: str) -> tuple[int, bytes, dict[str, str]]:
        """A record or a check-in."""
        facts = json.loads(document.partition(b"\n")[0])
        return self._take(facts["visit"], facts["version"], document, behaviour, token, self._reply)

    def receive_push(self, body: bytes, behaviour: str, token: str) -> tuple[int, bytes, dict[str, str]]:
        """A message with a health check, as the Ministry's hub takes it."""
        told = json.loads(body)
        name, number = self.name_of(b64decode(told["data"]).rpartition(SIGNED_WITH)[0])

        def reply(code: str, number: str | None, message: str) -> tuple[int, bytes, dict[str, str]]:
            header = {"res_code": HUB_CODES.get(code, f"HUB_{code}"), "ref_msg_id": told["header"]["msg_id"]}
            header |= {"txn_id": number} if number else {}
            return 200, json.dumps({"header": header}).encode(), {}

        return self._take(name, number, body, behaviour, token, reply)

    def _take(
        self, visit: str, version: int, document: bytes, behaviour: str, token: str, reply: Reply
    ) -> tuple[int, bytes, dict[str, str]]:
        sha256 = hashlib.sha256(document).hexdigest()
        if token not in self.tokens:
            behaviour = "401"
        elif behaviour in ("401", "bare-401"):
            self.tokens.discard(token)
        arrival = Arrival(CLOCK.seconds, visit, version, sha256, behaviour, stored=False, token=token)
        self.on_record(arrival)
        self.arrivals.append(arrival)
        refusal = self._refusal(behaviour, reply)
        if refusal is not None:
            arrival.refused = behaviour not in ("html", "drop-unstored", "in-flight-lost")
            return refusal
        before = [a for a in self.arrivals if a.stored and a.visit == visit]
        if self.plan.mode == "refuse" and any(a.sha256 == sha256 for a in before):
            return reply("900", None, "Hồ sơ đã được tiếp nhận")
        arrival.stored = True
        arrival.number = f"MP{len(self.numbers) + 1:06}"
        self.numbers[arrival.number] = arrival
        number: str | None = arrival.number
        if behaviour == "no-number":
            number = None
        elif behaviour == "foreign":
            number = self.foreign_number(visit) or number
        if behaviour == "odd-code":
            return reply("777", number, "?")
        if behaviour == "504":
            return 504, b"<html>", {}  # what stands in between has waited long enough
        status, body, headers = reply("200", number, "Tiếp nhận thành công")
        if behaviour == "empty":
            body = b""
        elif behaviour == "truncated":
            body = body[: len(body) * 2 // 3]
        return status, body, headers

    def _refusal(self, behaviour: str, reply: Reply) -> tuple[int, bytes, dict[str, str]] | None:
        if behaviour in ("drop-unstored", "in-flight-lost"):
            return 200, b"", {}
        if behaviour in ("500", "502", "503", "429"):
            return int(behaviour), b"<html>", {"Retry-After": "7"} if behaviour in ("503", "429") else {}
        if behaviour == "bare-401":
            return 401, b"", {}
        if behaviour == "html":
            return 200, b"<!DOCTYPE html><title>Trang</title>", {}
        if behaviour == "404-page":
            return 404, b"<html>", {}
        if behaviour in ("401", "124", "204"):
            return reply(behaviour, None, "Không nhận")
        return None

    @staticmethod
    def _reply(code: str, number: str | None, message: str) -> tuple[int, bytes, dict[str, str]]:
        fields = {
            "maKetQua": code,
            "maGiaoDich": number,
            "thoiGianTiepNhan": CLOCK.now().strftime("%Y%m%d%H%M"),
            "thongDiep": message,
        }
        return 200, json.dumps(fields, ensure_ascii=False).encode(), {}


class Response:
    """An ``http.client.HTTPResponse`` as far as the client looks."""

    def __init__(
        self, status: int, body: bytes, headers: dict[str, str], *, cut: bool = False, closes: bool = True
    ) -> None:
        self.status, self.reason = status, "OK" if status < 400 else "Error"
        self.headers = self.msg = email.message.Message()
        for name, value in headers.items():
            self.headers[name] = value
        self._body = body[: len(body) // 2] if cut else body
        self.length: int | None = len(body)
        self.will_close = closes

    def read1(self, size: int = -1) -> bytes:
        chunk = self._body[:size] if size >= 0 else self._body
        self._body = self._body[len(chunk) :]
        assert self.length is not None
        self.length -= len(chunk)
        return chunk

    def read(self, size: int | None = None) -> bytes:
        return self.read1(-1 if size is None else size)

    def close(self) -> None:
        pass


LOGINS = ("/token/take", "/auth/login")
COME_BACK_LATER = {"Retry-After": "45"}
"""How a login is answered that is too many, or comes while there is maintenance."""
LOOK_UP, LATE = "/receipts", 300.0
"""Where it is asked what it has, and how many seconds a late one lags behind."""


class _Socket:
    """As far as the client looks: whether something has come while nobody was asking."""

    def __init__(self) -> None:
        self._ours, self._theirs = os.pipe()

    def fileno(self) -> int:
        return self._ours

    def ends(self) -> None:
        """The portal closes its side."""
        if self._theirs >= 0:
            os.close(self._theirs)
            self._theirs = -1

    def close(self) -> None:
        self.ends()
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Nothing but its end ever comes early here."""
        return b""

    def settimeout(self, seconds: float | None) -> None:
        pass

    def shutdown(self, how: int) -> None:
        pass


class Wire:
    """An ``http.client.HTTPConnection`` as far as the client looks; ends in ``PORTAL``."""

    portal: Portal

    def __init__(self, host: str, port: int, timeout: float | None = None, **options: Any) -> None:
        self.sock: _Socket | None = None
        self.timeout = timeout
        self.auto_open = 1
        self.behaviour = "ok"
        self.path = ""
        self.token = ""
        self.calls = 0
        self.ends_after_head = False
        self.reply: tuple[int, bytes, dict[str, str]] = (0, b"", {})
        self.before: tuple[int, bytes, dict[str, str]] | None = None

    def connect(self) -> None:
        self.behaviour = self.portal.draw()
        if self.behaviour == "refused-connection":
            raise ConnectionRefusedError(111, "refused")
        self.sock = _Socket()

    def putrequest(self, method: str, url: str, **options: Any) -> None:
        assert self.sock is not None
        self.path = url.partition("?")[0]
        self.calls += 1
        if self.calls > 1:
            behaviour = self.portal.draw()
            self.behaviour = "reset-early" if behaviour == "refused-connection" else behaviour
        if self.path.endswith(LOGINS) and self.portal.random.random() < 0.8:
            self.behaviour = "ok"  # most trouble is for records

    def putheader(self, name: str, *values: str) -> None:
        if name in ("accessToken", "Authorization"):
            self.token = values[0].removeprefix("Bearer ")

    def endheaders(self, *arguments: Any, **options: Any) -> None:
        if self.behaviour == "reset-early":
            raise ConnectionResetError(104, "reset")
        if self.ends_after_head and self.sock is not None:
            self.sock.ends()

    def send(self, body: bytes) -> None:
        if self.behaviour == "reset-inside":
            raise BrokenPipeError(32, "broken pipe")
        self.before = self.reply if self.calls > 1 else None
        if self.path.endswith("/data-sync/push"):
            self.reply = self.portal.receive_push(body, self.behaviour, self.token)
            return
        if self.path.endswith("/auth/login"):
            self.portal.secrets.add(json.loads(body)["password"])
            status, data = self.portal.log_in_to_hub(self.behaviour)
            self.reply = (status, data, COME_BACK_LATER if status in (429, 503) else {})
            return
        fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if self.path.endswith("/token/take"):
            self.portal.secrets.add(fields["password"])
            status, data = self.portal.log_in(self.behaviour)
            self.reply = (status, data, COME_BACK_LATER if status in (429, 503) else {})
        elif self.path.endswith(LOOK_UP):
            self.reply = self.portal.look_up(fields["sha256"], self.behaviour, self.token)
        else:
            self.reply = self.portal.receive(b64decode(fields["fileHSBase64"]), self.behaviour, self.token)

    def getresponse(self) -> Response:
        assert self.sock is not None
        if self.portal.latency:
            self.portal.on_wait(self.portal.latency)
        if self.behaviour == "slow":
            self.portal.on_wait(self.portal.random.uniform(5.0, 60.0))
        if self.behaviour in ("store-then-drop", "drop-unstored"):
            raise http.client.RemoteDisconnected("gone")
        if self.behaviour == "in-flight-lost":
            self.portal.on_wait(90.0)
            raise TimeoutError
        return Response(*self._said(), cut=self.behaviour == "cut-reply", closes=self._closes())

    def _said(self) -> tuple[int, bytes, dict[str, str]]:
        """The answer; in trouble, now and then the one before a second time, which a kept connection may bring."""
        late = self.before is not None and not self.portal.healthy and self.portal.plan.trouble
        if late and self.portal.random.random() < 0.3:
            assert self.before is not None
            return self.before
        return self.reply

    def _closes(self) -> bool:
        """What becomes of the connection: closed and said so, closed while idle, closed at the next head, or kept."""
        assert self.sock is not None
        fate = self.portal.random.random()
        self.ends_after_head = 0.3 <= fate < 0.4
        if 0.2 <= fate < 0.3:
            self.sock.ends()
        return fate < 0.2

    def close(self) -> None:
        if self.sock is not None:
            self.sock.close()
            self.sock = None


class WireModule:
    """``http`` for the client."""

    class client:
        HTTPConnection = Wire
        HTTPSConnection = Wire
        HTTPException = http.client.HTTPException
        RemoteDisconnected = http.client.RemoteDisconnected
        HTTPResponse = Response
