"""The client of the insurer's portal (cổng tiếp nhận dữ liệu giám định BHYT): reference/gateway.md §1–§6.

There is no default host, and a host must be allowed on this machine before anything is sent to it. Before the first
byte of a submission leaves, ``before_bytes`` is called; what fails earlier is ``NotSent``, what fails later is an
``Exchange`` without a whole answer. Secrets are masked in everything that is kept.
"""

import hashlib
import http.client
import json
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

from .answers import BODY_LIMIT, Answer, Concern, Word, fields_of, login_answer, text
from .crashpoints import here
from .models import Destination
from .secrets import SecretExposed, SecretMissing, secret_of

CONNECT_SECONDS = 15.0
TOTAL_SECONDS = 90.0
"""For one call; answers after 5–60 s are normal under load (gateway.md §9)."""
EXPIRY_MARGIN = timedelta(seconds=60)

LOGIN_PATH = "/api/token/take"
RECORD_PATHS = {
    "3176": "/api/qd130/guiHoSoXmlQD3176",
    "4750": "/api/qd130/guiHoSoXmlQD4750",
    "130": "/api/qd130/guiHoSoXmlQD130",
}
CHECK_IN_PATHS = {"3176": "/api/qd130/checkInKcbQd3176", "4750": "/api/qd130/checkInKcbQd4750"}
CARD_PATH = "/api/egw/KQNhanLichSuKCB2024"
HISTORY_PATH = "/api/egw/Lskcb2025"
FORM = "application/x-www-form-urlencoded"


class NotSent(Exception):
    """Nothing left this machine, or nothing that the portal could have kept."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.code)
        self.answer = answer


def _later(code: str, sentence: str) -> NotSent:
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


@dataclass(frozen=True, slots=True)
class Session:
    """One login: token, password hash and account are always taken from the same one."""

    account: str
    access_token: str
    id_token: str
    password_hash: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Session({self.account})"


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


class Sessions:
    """The tokens in use, one per (address, account, facility); one login at a time for each."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], Session] = {}
        self._locks: dict[tuple[str, str, str], threading.Lock] = {}
        self._guard = threading.Lock()

    def take(self, key: tuple[str, str, str], log_in: Callable[[], Session]) -> Session:
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            kept = self._kept.get(key)
            if kept is not None and datetime.now(UTC) < kept.expires_at - EXPIRY_MARGIN:
                return kept
            fresh = log_in()
            self._kept[key] = fresh
            return fresh

    def drop(self, key: tuple[str, str, str], used: Session) -> None:
        """Forget a session, unless somebody has renewed it meanwhile."""
        with self._guard:
            if self._kept.get(key) is used:
                del self._kept[key]


SESSIONS = Sessions()


class Gateway:
    """One destination's portal."""

    def __init__(self, destination: Destination, *, sessions: Sessions = SESSIONS) -> None:
        self.destination = destination
        self.facility_code = destination.facility.code
        try:
            self._scheme, self._host, self._port = check_address(destination.base_url)
        except HostNotAllowed as refusal:
            raise _set_up("HOST-NOT-ALLOWED", str(refusal)) from None
        self._prefix = urlsplit(destination.base_url).path.rstrip("/")
        self._sessions = sessions
        self._key = (destination.base_url, destination.account, self.facility_code)

    # The calls

    def session(self) -> Session:
        """A token that is valid now. Raises NotSent."""
        return self._sessions.take(self._key, self._log_in)

    def drop(self, session: Session) -> None:
        self._sessions.drop(self._key, session)

    def submit(
        self, document: bytes, session: Session, *, facility_code: str, before_bytes: Callable[[], None]
    ) -> Exchange:
        """Send a signed record (GIAMDINHHS). Raises NotSent until ``before_bytes`` has returned."""
        path = RECORD_PATHS[self.destination.path_edition]
        return self._post_document(path, "130", document, session, facility_code, before_bytes)

    def check_in(self, document: bytes, session: Session, *, facility_code: str) -> Exchange:
        """Send a signed check-in (XML0)."""
        path = CHECK_IN_PATHS.get(self.destination.path_edition, CHECK_IN_PATHS["3176"])
        return self._post_document(path, "0", document, session, facility_code, None)

    def look_up_card(
        self,
        session: Session,
        *,
        card_number: str,
        full_name: str,
        born: str,
        officer_name: str,
        officer_id: str,
        path: str = CARD_PATH,
    ) -> Exchange:
        """Ask about a card (family Q: credentials in the query, which is therefore never kept)."""
        query = urlencode(
            {
                "token": session.access_token,
                "id_token": session.id_token,
                "username": session.account,
                "password": session.password_hash,
            }
        )
        body = {
            "maThe": card_number.replace(" ", ""),
            "hoTen": full_name,
            "ngaySinh": born,
            "hoTenCb": officer_name,
            "cccdCb": officer_id,
        }
        return self._call(path, _form(body), {}, query=query)

    # Behind them

    def _post_document(
        self,
        path: str,
        kind: str,
        document: bytes,
        session: Session,
        facility_code: str,
        before_bytes: Callable[[], None] | None,
    ) -> Exchange:
        body = {
            "username": session.account,
            "loaiHoSo": kind,
            "maTinh": facility_code[:2],
            "maCSKCB": facility_code,
            "fileHSBase64": b64encode(document).decode(),
        }
        headers = {
            "accessToken": session.access_token,
            "tokenId": session.id_token,
            "passwordHash": session.password_hash,
        }
        return self._call(path, _form(body), headers, before_bytes=before_bytes)

    def _log_in(self) -> Session:
        try:
            password = secret_of(self.destination.secret_reference)
        except (SecretMissing, SecretExposed) as problem:
            raise _set_up("SECRET-MISSING", str(problem)) from None
        # The portal wants MD5 in capitals; it protects nothing and is kept as secret as the password.
        password_hash = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest().upper()
        exchange = self._call(
            LOGIN_PATH, _form({"username": self.destination.account, "password": password_hash}), {}
        )
        if exchange.broken or exchange.status is None:
            raise _later("LOGIN-NO-ANSWER", "Cổng không trả lời khi đăng nhập. Hệ thống sẽ tự thử lại.")
        answer = login_answer(exchange.status, exchange.answer)
        if answer.word is not Word.ACCEPTED:
            raise NotSent(answer)
        key = fields_of(exchange.answer).get("apikey")
        fields = {str(name).lower(): value for name, value in key.items()} if isinstance(key, dict) else {}
        access, identity = text(fields.get("access_token")), text(fields.get("id_token"))
        expires = _instant(text(fields.get("expires_in")))
        if not access or not identity or expires is None:
            raise _later("LOGIN-UNREADABLE", "Cổng trả lời đăng nhập không đọc được. Hệ thống sẽ tự thử lại.")
        return Session(self.destination.account, access, identity, password_hash, expires)

    def _call(
        self,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        query: str = "",
        before_bytes: Callable[[], None] | None = None,
    ) -> Exchange:
        address = self._prefix + path
        deadline = time.monotonic() + TOTAL_SECONDS
        connection: http.client.HTTPConnection
        if self._scheme == "https":
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=CONNECT_SECONDS, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=CONNECT_SECONDS)
        sent_headers = {
            "Content-Type": FORM,
            "Content-Length": str(len(body)),
            "Accept": "application/json",
            **headers,
        }
        head = _masked(address, bool(query), sent_headers)
        try:
            try:
                connection.connect()
            except ssl.SSLError:
                raise _later("TLS", "Chứng thư máy chủ của cổng không hợp lệ nên không gửi.") from None
            except OSError:
                raise _later(
                    "NO-CONNECTION", "Không kết nối được với cổng. Hệ thống sẽ tự gửi lại."
                ) from None
            if before_bytes is not None:
                here("K16")
                before_bytes()
            strike = here if before_bytes is not None else _nothing
            return self._exchange(connection, address, query, body, sent_headers, head, deadline, strike)
        finally:
            connection.close()

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        address: str,
        query: str,
        body: bytes,
        headers: Mapping[str, str],
        head: str,
        deadline: float,
        here: Callable[[str], None],
    ) -> Exchange:
        """From the first byte on: whatever goes wrong now, the portal may have the file."""
        status: int | None = None
        answer_head, answer, retry_after = "", b"", None
        try:
            _limit(connection, deadline)
            connection.putrequest("POST", f"{address}?{query}" if query else address)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            here("K17")
            connection.send(body)
            here("K18")
            _limit(connection, deadline)
            response = connection.getresponse()
            here("K20")
            status = response.status
            answer_head = f"HTTP {status} {response.reason}\n{response.msg}"[:4000]
            retry_after = _seconds(response.headers.get("Retry-After"))
            while len(answer) <= BODY_LIMIT:
                _limit(connection, deadline)
                chunk = response.read1(65536)
                if not chunk:
                    break
                answer += chunk
            here("K21")
        except (TimeoutError, http.client.HTTPException, OSError) as problem:
            return Exchange(head, status, answer_head, answer[:BODY_LIMIT], type(problem).__name__)
        whole = response.length in (None, 0) and len(answer) <= BODY_LIMIT
        return Exchange(
            head, status, answer_head, answer[:BODY_LIMIT], "" if whole else "Incomplete", retry_after
        )


def _nothing(point: str) -> None:
    """Crash points are for records, not for logins."""


def _set_up(code: str, sentence: str) -> NotSent:
    return NotSent(Answer(Word.REJECTED, code, sentence, Concern.ACCOUNT))


def _limit(connection: http.client.HTTPConnection, deadline: float) -> None:
    """A trickling answer must not outlast the whole call's time."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if isinstance(connection.sock, socket.socket):
        connection.sock.settimeout(left)


def _form(fields: Mapping[str, str]) -> bytes:
    # Base64's + must travel as %2B, or it arrives as a blank.
    return urlencode(fields, quote_via=quote, safe="").encode()


_SECRET_HEADERS = ("accesstoken", "tokenid", "passwordhash")


def _masked(address: str, has_query: bool, headers: Mapping[str, str]) -> str:
    lines = [f"POST {address}{'?…' if has_query else ''}"]
    lines += [
        f"{name}: {'…' if name.lower() in _SECRET_HEADERS else value}" for name, value in headers.items()
    ]
    return "\n".join(lines)


def _instant(text: str) -> datetime | None:
    """``2026-11-23T03:04:05.1234567Z``: an absolute instant, in UTC whatever follows the digits."""
    try:
        return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _seconds(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else None


def session_is_refused(exchange: Exchange) -> bool:
    """Both refusal styles: code 401 in the body under HTTP 200, and a bare HTTP 401."""
    if exchange.broken:
        return False
    code = text(fields_of(exchange.answer).get("maketqua"))
    return code == "401" or (exchange.status == 401 and not code)


def as_json(exchange: Exchange) -> dict[str, object]:
    """The members of an answer, for card look-ups."""
    try:
        parsed = json.loads(exchange.answer)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
