"""A remote signing service behind the signer's small interface: a hash goes out, a raw signature comes back.

Shaped after the services of reference/signing.md §4 (log in, certificates/info, signHash, requests/status). Paths and
status codes are reported there; the spelling of fields the reference does not give is an assumption, and all of it
stands in this module's tables so that a contract's own wording can replace it. Nothing of a record leaves, only its
digest. Every failure is a ``KeyUnusable``: the visits wait.
"""

import hashlib
import http.client
import json
import ssl
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509

from ....healthbook.signing import KeyUnusable
from ..calling import HostNotAllowed, check_address
from ..connections import CUTS
from .client_secrets import KeptSecret, LogInRefused

LOG_IN = "/vtss/service/ras/v1/login"
CERTIFICATES = "/vtss/service/certificates/info"
SIGN_HASH = "/vtss/service/signHash"
STATUS = "/vtss/service/requests/status"
SHA256_OID, RSA_OID = "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.1"

CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 45.0
"""For one signature with its log-in and all questions about its state."""
POLL_SECONDS = 0.5
TOKEN_MARGIN = 120.0
DONE = 1
WAITING = frozenset({4000, 6000})
REFUSED = frozenset({400, 401, 403})
"""HTTP status of a log-in whose client is not taken."""
REFUSING = ("invalid_client", "invalid_grant", "unauthorized_client")
"""The same as an error's name (RFC 6749 §5.2), whatever its status."""
ANSWER_LIMIT = 256 * 1024


class ServiceUnreachable(KeyUnusable):
    """No connection, no whole answer, or nothing before the time was over."""

    code = "REMOTE-NO-ANSWER"
    sentence = "Dịch vụ ký từ xa không trả lời. Hồ sơ chờ ký và sẽ tự ký tiếp khi dịch vụ có lại."


class ServiceNotAllowed(KeyUnusable):
    """The host is not on this machine's list."""

    code = "REMOTE-HOST-NOT-ALLOWED"
    sentence = "Máy chủ của dịch vụ ký chưa được phép. Người quản trị máy thêm tên máy chủ vào tệp gateway-hosts.txt."


class SessionRefused(KeyUnusable):
    """A token is not taken that was given a moment ago."""

    code = "REMOTE-SESSION"
    sentence = (
        "Dịch vụ ký từ xa không nhận phiên vừa đăng nhập. Hồ sơ vẫn chờ ký; hỏi nơi cung cấp nếu kéo dài."
    )


class AnswerStrange(KeyUnusable):
    """An answer that says nothing we know."""

    code = "REMOTE-STRANGE"
    sentence = "Dịch vụ ký từ xa trả lời không đọc được. Báo công nghệ thông tin; hồ sơ vẫn chờ ký."


class NoCredential(KeyUnusable):
    """The service does not know this certificate."""

    code = "REMOTE-NO-CREDENTIAL"
    sentence = "Dịch vụ ký từ xa không có chứng thư mang mã đã khai báo. Hãy kiểm tra mã chứng thư."


class RequestEnded(KeyUnusable):
    """The service ended the request without a signature, and said why."""

    def __init__(self, status: int) -> None:
        self.code, self.sentence = ENDINGS[status]
        super().__init__()


ENDINGS: Mapping[int, tuple[str, str]] = {
    4001: ("REMOTE-4001", "Yêu cầu ký từ xa đã quá giờ xác nhận. Hồ sơ vẫn chờ và sẽ được gửi yêu cầu lại."),
    4002: ("REMOTE-4002", "Người giữ chứng thư đã từ chối yêu cầu ký từ xa. Hãy hỏi người giữ chứng thư."),
    4004: ("REMOTE-4004", "Dịch vụ ký từ xa báo ký không thành. Hồ sơ vẫn chờ và sẽ được gửi yêu cầu lại."),
    4005: (
        "REMOTE-4005",
        "Dịch vụ ký từ xa báo đã hết lượt ký. Hãy mua thêm lượt; hồ sơ đang chờ sẽ tự ký tiếp.",
    ),
    13004: (
        "REMOTE-13004",
        "Dịch vụ ký từ xa báo chứng thư không còn hiệu lực. Hãy liên hệ nơi cấp chứng thư.",
    ),
}
"""How a request can end badly (reference/signing.md §4)."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Which key of which client at which service."""

    url: str
    client: str
    profile: str
    user: str
    credential: str


class RemoteSigner:
    """A key at a service. ``secret_reference``: where the client's secret is."""

    def __init__(self, certificate: x509.Certificate, credential: Credential, secret_reference: str) -> None:
        self.certificate = certificate
        self._credential = credential
        self._secret_reference = secret_reference

    def sign(self, data: bytes) -> bytes:
        deadline = time.monotonic() + TOTAL_SECONDS
        service = _Service(self._credential, self._secret_reference, deadline)
        return service.sign(hashlib.sha256(data).digest())

    def __repr__(self) -> str:
        return f"RemoteSigner({self._credential.url}, {self._credential.credential})"


def secret_at(credential: Credential, secret_reference: str) -> KeptSecret:
    """The client's secret, with what is remembered of it: by account, whichever of its keys it is for."""
    account = (credential.url, credential.client, credential.profile, credential.user)
    return KeptSecret("\n".join(account), secret_reference)


def certificate_of(credential: Credential, secret_reference: str) -> x509.Certificate:
    """The certificate of a credential, as the service shows it."""
    service = _Service(credential, secret_reference, time.monotonic() + TOTAL_SECONDS)
    return service.certificate()


class _Service:
    """One piece of work at the service, within a time."""

    def __init__(self, credential: Credential, secret_reference: str, deadline: float) -> None:
        self._at, self._deadline = credential, deadline
        self._secret_reference = secret_reference
        try:
            self._scheme, self._host, self._port = check_address(credential.url)
        except HostNotAllowed:
            raise ServiceNotAllowed from None
        self._prefix = urlsplit(credential.url).path.rstrip("/")

    def sign(self, digest: bytes) -> bytes:
        asked = self._ask(
            SIGN_HASH,
            {
                "credentialID": self._at.credential,
                "hash": [b64encode(digest).decode()],
                "hashAlgo": SHA256_OID,
                "signAlgo": RSA_OID,
                "numSignatures": 1,
                "async": 1,
            },
        )
        found = _signature_in(asked)
        while found is None:
            status = _status_of(asked)
            if status in ENDINGS:
                raise RequestEnded(status)
            number = asked.get("transactionId")
            if not isinstance(number, str) or not number or (status not in WAITING and status != DONE):
                raise AnswerStrange
            if time.monotonic() + POLL_SECONDS >= self._deadline:
                raise ServiceUnreachable
            time.sleep(POLL_SECONDS)
            asked = {"transactionId": number, **self._ask(STATUS, {"transactionId": number})}
            found = _signature_in(asked)
            if found is None and _status_of(asked) == DONE:
                raise AnswerStrange
        return found

    def certificate(self) -> x509.Certificate:
        told = self._ask(CERTIFICATES, {"credentialID": self._at.credential, "certificates": "single"})
        text = told.get("certificate")
        if not isinstance(text, str):
            raise NoCredential
        try:
            return x509.load_der_x509_certificate(b64decode(text))
        except (ValueError, x509.InvalidVersion):
            raise AnswerStrange from None

    def _ask(self, path: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """With a token; a refused one is renewed once."""
        for again in (False, True):
            token = _tokens.take(self._at, self._log_in, anew=again)
            status, answer = self._post(path, fields, token)
            if status != 401:
                return answer
        raise SessionRefused

    def _log_in(self) -> tuple[str, float]:
        return secret_at(self._at, self._secret_reference).use(self._log_in_with)

    def _log_in_with(self, secret: str) -> tuple[str, float]:
        status, answer = self._post(
            LOG_IN,
            {
                "client_id": self._at.client,
                "client_secret": secret,
                "profile_id": self._at.profile,
                "user_id": self._at.user,
            },
            "",
        )
        token, lives = answer.get("access_token"), answer.get("expires_in")
        if status in REFUSED or answer.get("error") in REFUSING:
            raise LogInRefused
        if not isinstance(token, str) or not token or not isinstance(lives, int):
            raise AnswerStrange
        return token, time.monotonic() + max(lives - TOKEN_MARGIN, 0)

    def _post(self, path: str, fields: Mapping[str, Any], token: str) -> tuple[int, dict[str, Any]]:
        body = json.dumps(fields).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection = self._connection()
        try:
            # Each wait has its limit by itself; all of them together, as for a head that drips, have it by being cut.
            with CUTS.after(self._left(), connection):
                connection.request("POST", self._prefix + path, body, headers)
                answer = connection.getresponse()
                raw = b""
                while len(raw) <= ANSWER_LIMIT:
                    if connection.sock is not None:
                        connection.sock.settimeout(self._left())
                    chunk = answer.read1(65536)
                    if not chunk:
                        break
                    raw += chunk
            self._left()  # what was cut may look whole
        except (OSError, http.client.HTTPException):
            raise ServiceUnreachable from None
        finally:
            connection.close()
        if answer.status >= 500:
            raise ServiceUnreachable
        try:
            told = json.loads(raw)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            if answer.status in (401, 403):
                return answer.status, {}
            raise AnswerStrange
        return answer.status, told

    def _connection(self) -> http.client.HTTPConnection:
        seconds = min(CONNECT_SECONDS, self._left())
        if self._scheme == "https":
            context = ssl.create_default_context()
            made: http.client.HTTPConnection = http.client.HTTPSConnection(
                self._host, self._port, timeout=seconds, context=context
            )
        else:
            made = http.client.HTTPConnection(self._host, self._port, timeout=seconds)
        try:
            made.connect()
        except OSError:
            made.close()
            raise ServiceUnreachable from None
        made.sock.settimeout(self._left())
        return made

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise ServiceUnreachable
        return left


class _Tokens:
    """Tokens in use, one per client and user; one log-in at a time."""

    def __init__(self) -> None:
        self._kept: dict[Credential, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def take(self, key: Credential, log_in: Any, *, anew: bool) -> str:
        with self._lock:
            token, until = self._kept.get(key, ("", 0.0))
            if anew or not token or time.monotonic() >= until:
                self._kept.pop(key, None)
                token, until = log_in()
                self._kept[key] = (token, until)
            return token


_tokens = _Tokens()


def _status_of(answer: Mapping[str, Any]) -> int:
    value = answer.get("status")
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _signature_in(answer: Mapping[str, Any]) -> bytes | None:
    """The one raw signature, when there is one. That it is ours the strict verifier says, not the service."""
    found = answer.get("signatures")
    if found is None:
        return None
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], str):
        raise AnswerStrange
    try:
        return b64decode(found[0], validate=True)
    except ValueError:
        raise AnswerStrange from None
