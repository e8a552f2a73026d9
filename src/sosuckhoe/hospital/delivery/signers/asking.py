"""Asking an issuer over HTTP. Only hosts that this machine's keeper listed in status-hosts.txt are asked, whatever a
certificate or a page says; plain http is usual here, because the answers themselves are signed.
"""

import http.client
import ssl
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

from ....healthbook.signing import KeyUnusable
from ....healthbook.signing.revocation import MAX_ANSWER
from ..connections import CUTS

ANSWERS_WITHIN = 10.0
"""Seconds for one question, from the connection to the last byte."""
FAR_TOO_SLOW = "STATUS-NO-ANSWER"


class IssuerSilent(KeyUnusable):
    """No connection, no whole answer in time, or a page that is none."""

    code = FAR_TOO_SLOW
    sentence = (
        "Chưa hỏi được tình trạng thu hồi của chứng thư: nơi cấp không trả lời. "
        "Hồ sơ chờ ký và sẽ tự ký tiếp khi hỏi được; việc khám chữa bệnh không bị ảnh hưởng."
    )


class IssuerNotAllowed(KeyUnusable):
    """The host is not on this machine's list."""

    code = "STATUS-HOST-NOT-ALLOWED"
    sentence = (
        "Máy chủ trả lời tình trạng chứng thư chưa được phép hỏi. "
        "Người quản trị máy thêm tên máy chủ vào tệp status-hosts.txt."
    )


def check_status_address(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of an address that may be asked; raises IssuerNotAllowed."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise IssuerNotAllowed from None
    if parts.scheme not in ("http", "https") or parts.username or host not in allowed_status_hosts():
        raise IssuerNotAllowed
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if any(sign <= " " or sign == "\x7f" for sign in path):
        raise IssuerNotAllowed
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path


def allowed_status_hosts() -> set[str]:
    """No host is there by itself, not even this machine."""
    try:
        lines = settings.HOME.status_hosts.read_text().splitlines()
    except OSError:
        return set()
    return {line.strip().lower() for line in lines if line.strip() and not line.startswith("#")}


def ask_responder(url: str, question: bytes) -> bytes:
    """The bytes of an OCSP answer, unjudged."""
    return _call(
        url,
        "POST",
        question,
        {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"},
    )


def fetch_list(url: str) -> bytes:
    """The bytes of a CRL, unjudged."""
    return _call(url, "GET", None, {"Accept": "application/pkix-crl"})


def _call(url: str, method: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
    """One call, no redirects. Raises IssuerSilent or IssuerNotAllowed."""
    scheme, host, port, path = check_status_address(url)
    deadline = time.monotonic() + ANSWERS_WITHIN

    def left() -> float:
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    connection: http.client.HTTPConnection
    if scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, port, timeout=ANSWERS_WITHIN, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=ANSWERS_WITHIN)
    try:
        connection.connect()
        connection.sock.settimeout(left())
        # Each wait has its limit by itself; all of them together, as for a head that drips, have it by being cut.
        with CUTS.after(left(), connection):
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            content = b""
            while len(content) <= MAX_ANSWER:
                if connection.sock is not None:
                    connection.sock.settimeout(left())
                chunk = answer.read1(65536)
                if not chunk:
                    break
                content += chunk
    except (OSError, http.client.HTTPException):
        raise IssuerSilent from None
    finally:
        connection.close()
    whole = answer.length in (None, 0) and len(content) <= MAX_ANSWER
    if answer.status != 200 or not content or not whole:
        raise IssuerSilent
    return content
