"""A client of the portal with nothing in it but the standard library: what a hospital's program would post."""

import hashlib
import http.client
import json
import subprocess
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

RECORD = "/api/qd130/guiHoSoXmlQD3176"
CHECK_IN = "/api/qd130/checkInKcbQd3176"
CARD = "/api/egw/KQNhanLichSuKCB2024"
HISTORY = "/api/egw/Lskcb2025"
COPAYMENT = "/api/TraCuuCCT/TraCuuTienMCCT"
TIME_LIMIT = 30


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        found = {name.lower(): value for name, value in self.json.items()}
        return str(found["maketqua"])


def md5(password: str) -> str:
    return hashlib.md5(password.encode()).hexdigest().upper()


@dataclass
class Portal:
    """The running process and how to speak to it."""

    process: subprocess.Popen[str]
    port: int

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        source: str = "127.0.0.1",
    ) -> Answer:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=TIME_LIMIT, source_address=(source, 0)
        )
        try:
            connection.request(method, path, body, headers or {})
            reply = connection.getresponse()
            return Answer(reply.status, reply.read(), {k.lower(): v for k, v in reply.getheaders()})
        finally:
            connection.close()

    def form(
        self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None, **more: Any
    ) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.request("POST", path, urlencode(fields).encode(), {**kind, **(headers or {})}, **more)

    def post_json(self, path: str, fields: Any, headers: dict[str, str] | None = None, **more: Any) -> Answer:
        kind = {"Content-Type": "application/json"}
        return self.request("POST", path, json.dumps(fields).encode(), {**kind, **(headers or {})}, **more)

    def desk(self, path: str, fields: Any = None, method: str = "") -> Any:
        """The simulator's desk; a refusal there is a mistake of the test."""
        method = method or ("GET" if fields is None else "POST")
        if method == "POST":
            answer = self.post_json(f"/_simulator/{path}", fields)
        else:
            answer = self.request(method, f"/_simulator/{path}")
        assert answer.status < 300, answer.body
        return answer.json

    def strike(self, scenario: str, **how: Any) -> dict[str, Any]:
        """Switch a scenario on for the next call of a record, unless told otherwise."""
        return self.desk("faults", {"scenario": scenario, "path": "record", "next_calls": 1, **how})


@dataclass(frozen=True)
class Login:
    """What a login gave, and how each family carries it."""

    portal: Portal
    username: str
    password: str
    access_token: str
    id_token: str
    expires_in: str

    @classmethod
    def take(
        cls, portal: Portal, username: str = "99999_BV", password: str = "mat-khau-mau", **more: Any
    ) -> "Login":
        answer = portal.form("/api/token/take", {"username": username, "password": md5(password)}, **more)
        key = answer.json["APIKey"]
        return cls(portal, username, md5(password), key["access_token"], key["id_token"], key["expires_in"])

    @property
    def headers(self) -> dict[str, str]:
        return {"accessToken": self.access_token, "tokenId": self.id_token, "passwordHash": self.password}

    @property
    def query(self) -> str:
        return urlencode(
            {
                "token": self.access_token,
                "id_token": self.id_token,
                "username": self.username,
                "password": self.password,
            },
            quote_via=quote,
        )

    def fields(self, data: bytes, kind: str = "130", facility: str = "") -> dict[str, str]:
        facility = facility or self.username[:5]
        return {
            "username": self.username,
            "loaiHoSo": kind,
            "maTinh": facility[:2],
            "maCSKCB": facility,
            "fileHSBase64": b64encode(data).decode(),
        }

    def send(self, data: bytes, path: str = RECORD, **more: Any) -> Answer:
        kind = "0" if "checkin" in path.lower() else "130"
        return self.portal.form(path, self.fields(data, kind), self.headers, **more)

    def look_up(self, path: str = CARD, **fields: str) -> Answer:
        asked = {"hoTenCb": "TRẦN THỊ EM", "cccdCb": "099190000002", **fields}
        return self.portal.form(f"{path}?{self.query}", asked)
