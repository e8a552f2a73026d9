"""One call over HTTP: where it may go, when the first byte leaves, how long it may take, and both sides of it.

Before the first byte of a record leaves, ``before_bytes`` is called; what fails earlier is ``NotSent``, what fails
later is an ``Exchange`` without a whole answer. Secrets are masked in everything that is kept. Calls that carry records
use the connection of the call before, where it is surely idle (``connections``); all others have one of their own.
"""

import http.client
import json
import math
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, urlsplit

from django.conf import settings

from .answers import BODY_LIMIT, SIMULATED, SIMULATOR_HEADER, Answer, Word, as_text
from .connections import CUTS, KEPT, ClosedMeanwhile, Origin, is_quiet, stays_open
from .crashpoints import here

CONNECT_SECONDS = 15.0
TOTAL_SECONDS = 90.0
"""For one call; answers after 5–60 s are normal under load (gateway.md §9)."""
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
BROKEN_BY_US = "Stopped"
"""How an answer ended that we did not wait for."""
SECRET_HEADERS = ("accesstoken", "tokenid", "passwordhash", "authorization")


class NotSent(Exception):
    """Nothing left this machine, or nothing that the portal could have kept.

    ``exchange``: where somebody else has answered in its place.
    """

    def __init__(self, answer: Answer, exchange: "Exchange | None" = None) -> None:
        super().__init__(answer.code)
        self.answer, self.exchange = answer, exchange


def later(code: str, sentence: str) -> NotSent:
    return NotSent(Answer(Word.TRY_LATER, code, sentence))


class HostNotAllowed(ValueError):
    """Máy chủ này chưa được phép nhận hồ sơ. Người quản trị máy thêm tên máy chủ vào tệp gateway-hosts.txt."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Both sides of one call."""

    request_head: str
    """As sent, secrets masked, without the body."""
    status: int | None
    answer_head: str
    answer: bytes
    broken: str = ""
    """How the answer ended early, empty when it is whole."""
    retry_after: int | None = None
    may_be_kept: bool = False
    """Whether the connection can carry another call."""
    before_the_body: bool = False
    """Whether it came while nothing of the body had left: then it is no receipt and no refusal of the content."""
    simulated: bool = False
    """Whether a simulator has answered."""


def check_address(base_url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address that may be sent to; raises HostNotAllowed.

    Plain http is for this machine only, where the simulator lives.
    """
    parts = urlsplit(base_url)
    host = (parts.hostname or "").lower()
    local = host in ("localhost", "127.0.0.1", "::1")
    if not host or parts.scheme not in (("http", "https") if local else ("https",)) or parts.username:
        raise HostNotAllowed(HostNotAllowed.__doc__)
    if not local and host not in _allowed_hosts():
        raise HostNotAllowed(HostNotAllowed.__doc__)
    return parts.scheme, host, parts.port or (443 if parts.scheme == "https" else 80)


def _allowed_hosts() -> set[str]:
    try:
        lines = settings.HOME.gateway_hosts.read_text().splitlines()
    except FileNotFoundError:
        return set()
    return {line.strip().lower() for line in lines if line.strip() and not line.startswith("#")}


@dataclass(frozen=True, slots=True)
class Host:
    """A host that may be sent to."""

    scheme: str
    name: str
    port: int
    prefix: str
    """The path under which the services lie, without a slash at its end."""

    @classmethod
    def of(cls, base_url: str) -> "Host":
        """Raises HostNotAllowed."""
        return cls(*check_address(base_url), urlsplit(base_url).path.rstrip("/"))

    def post(
        self,
        path: str,
        fields: Mapping[str, str] | bytes,
        headers: Mapping[str, str] | None = None,
        *,
        query: str = "",
        as_json: bool = False,
        before_bytes: Callable[[], float] | None = None,
    ) -> Exchange:
        """Post a form, or an object where the service wants JSON, or JSON that is ready as bytes.

        Raises NotSent until ``before_bytes`` has returned; in production also where a simulator answers, at any call.

        It returns until when the body may leave (``time.monotonic``). Whoever was frozen in between for longer has
        lost the item to others: then only the head is out, of which nobody can keep anything, and NotSent is raised.
        """
        address = self.prefix + path
        if isinstance(fields, bytes):
            kind, body = JSON, fields
        else:
            kind, body = (JSON, json.dumps(dict(fields)).encode()) if as_json else (FORM, form(fields))
        sent = {"Content-Type": kind, "Content-Length": str(len(body)), "Accept": "application/json"}
        sent |= headers or {}
        head = _masked(address, bool(query), sent)
        call = _Call(f"{address}?{query}" if query else address, body, sent, head)
        if before_bytes is None:
            connection = self._connected()
            try:
                return _not_simulated(_exchange(connection, call))
            finally:
                connection.close()
        connection = KEPT.take(self._origin)
        used_before = connection is not None
        connection = connection or self._connected()
        done = False
        try:
            here("K16")
            call.until, call.strike = before_bytes(), here
            try:
                exchange = _exchange(connection, call, used_before=used_before)
            except ClosedMeanwhile:
                # Nothing of the body has left, and nobody can keep anything of a head: the same call anew.
                KEPT.was_closed(self._origin)
                connection.close()
                connection = self._connected()
                exchange = _exchange(connection, call)
            done = _not_simulated(exchange).may_be_kept
            return exchange
        finally:
            if done:
                KEPT.keep(self._origin, connection)
            else:
                connection.close()

    @property
    def _origin(self) -> Origin:
        return self.scheme, self.name, self.port

    def _connected(self) -> http.client.HTTPConnection:
        """A connection of its own. Raises NotSent."""
        connection: http.client.HTTPConnection
        if self.scheme == "https":
            connection = http.client.HTTPSConnection(
                self.name, self.port, timeout=CONNECT_SECONDS, context=_trusted()
            )
        else:
            connection = http.client.HTTPConnection(self.name, self.port, timeout=CONNECT_SECONDS)
        try:
            connection.connect()
        except ssl.SSLError:
            # They may have been read before the portal's was among them, or while no file could be opened.
            _trusted.cache_clear()
            raise later("TLS", "Chứng thư máy chủ của cổng không hợp lệ nên không gửi.") from None
        except OSError:
            raise later("NO-CONNECTION", "Không kết nối được với cổng. Hệ thống sẽ tự gửi lại.") from None
        return connection


@dataclass(slots=True)
class _Call:
    """What is to be sent, and until when."""

    address: str
    body: bytes
    headers: Mapping[str, str]
    head: str
    """As it is kept."""
    until: float = math.inf
    strike: Callable[[str], None] = lambda point: None
    """Crash points are for records, not for logins."""


def _exchange(connection: http.client.HTTPConnection, call: _Call, *, used_before: bool = False) -> Exchange:
    """From the first byte of the body on: whatever goes wrong now, the portal may have the file.

    Raises NotSent, and ClosedMeanwhile for a connection that was used before, while nothing of the body has left.
    """
    status: int | None = None
    answer_head, answer, retry_after, simulated = "", b"", None, False
    try:
        connection.sock.settimeout(TOTAL_SECONDS)
        with CUTS.after(TOTAL_SECONDS, connection):
            if used_before and not is_quiet(connection):
                raise ClosedMeanwhile
            _send_head(connection, call, used_before)
            call.strike("K17")
            if time.monotonic() >= call.until:
                raise later(
                    "LEASE-ENDED", "Máy dừng quá lâu trước khi gửi nên chưa gửi. Hệ thống sẽ tự gửi lại."
                )
            if used_before and not is_quiet(connection):
                return _early(connection, call)
            connection.send(call.body)
            call.strike("K18")
            response = connection.getresponse()
            call.strike("K20")
            status = response.status
            answer_head, simulated = _head_of(response), SIMULATOR_HEADER in response.headers
            retry_after = seconds_of(response.headers.get("Retry-After"))
            while len(answer) <= BODY_LIMIT and (chunk := response.read1(65536)):
                answer += chunk
            call.strike("K21")
    except (http.client.HTTPException, OSError, ValueError) as problem:
        broken = BROKEN_BY_US if CUTS.have_struck() else type(problem).__name__
        return Exchange(call.head, status, answer_head, answer[:BODY_LIMIT], broken, simulated=simulated)
    whole = response.length in (None, 0) and len(answer) <= BODY_LIMIT
    kept = whole and status == 200 and stays_open(response)
    response.close()
    return Exchange(
        call.head,
        status,
        answer_head,
        answer[:BODY_LIMIT],
        "" if whole else BROKEN_BY_US if CUTS.have_struck() else "Incomplete",
        retry_after,
        may_be_kept=kept,
        simulated=simulated,
    )


def _early(connection: http.client.HTTPConnection, call: _Call) -> Exchange:
    """What came before the body left: an answer to the head, or a leftover of the call before. Raises ClosedMeanwhile.

    To call again at once would not heed a portal that says "not now" (F37); to send the body now could take a leftover
    for its receipt (I3).
    """
    try:
        response = connection.getresponse()
        answer = response.read(BODY_LIMIT)
    except (http.client.HTTPException, OSError, ValueError):
        raise ClosedMeanwhile from None
    wait = seconds_of(response.headers.get("Retry-After"))
    return Exchange(
        call.head,
        response.status,
        _head_of(response),
        answer,
        retry_after=wait,
        before_the_body=True,
        simulated=SIMULATOR_HEADER in response.headers,
    )


def _not_simulated(exchange: Exchange) -> Exchange:
    """The exchange itself. Raises NotSent where real patients are served and a simulator has answered (F68)."""
    if exchange.simulated and settings.HOME.is_production:
        raise NotSent(SIMULATED, exchange)
    return exchange


def _head_of(response: http.client.HTTPResponse) -> str:
    lines = [f"{name}: {value}" for name, value in response.msg.items()]
    return as_text("\n".join([f"HTTP {response.status} {response.reason}", *lines]))[:4000]


def _send_head(connection: http.client.HTTPConnection, call: _Call, used_before: bool) -> None:
    try:
        connection.putrequest("POST", call.address)
        for name, value in call.headers.items():
            connection.putheader(name, value)
        connection.endheaders()
    except OSError:
        if used_before:
            raise ClosedMeanwhile from None
        raise


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities this machine trusts, read once as long as they are enough: there are a hundred and more."""
    return ssl.create_default_context()


_BASE64 = re.compile("[A-Za-z0-9+/=]*")


def form(fields: Mapping[str, str]) -> bytes:
    """As ``urlencode`` writes it. Base64's + must travel as %2B, or it arrives as a blank."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields.items()).encode()


def _quoted(text: str) -> str:
    # A document in Base64 is nearly all of a call, and quote() looks at every character of it.
    if _BASE64.fullmatch(text):
        return text.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    return quote(text, safe="")


def _masked(address: str, has_query: bool, headers: Mapping[str, str]) -> str:
    lines = [f"POST {address}{'?…' if has_query else ''}"]
    lines += [
        f"{name}: {'…' if name.lower() in SECRET_HEADERS else value}" for name, value in headers.items()
    ]
    return "\n".join(lines)


def seconds_of(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else None
