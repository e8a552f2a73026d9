"""The client of the insurer's portal (cổng tiếp nhận dữ liệu giám định BHYT): reference/gateway.md §1–§6.

There is no default host. Tokens live ten minutes, are bound to this machine's address and are shared by all senders
of one account; how a single call goes is in ``calling``.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.utils import timezone

from .answers import Answer, Concern, Word, fields_of, login_answer, says_two_things, submission_answer, text
from .calling import Exchange, Host, HostNotAllowed, NotSent, check_address, later
from .limits import take_a_place
from .models import Destination, Submission
from .secrets import UNREADABLE, SecretExposed, SecretMissing, secret_of
from .sessions import SESSIONS, Sessions

__all__ = [
    "CARD_PATH",
    "CHECK_IN_PATHS",
    "HISTORY_PATH",
    "RECORD_PATHS",
    "Exchange",
    "Gateway",
    "HostNotAllowed",
    "NotSent",
    "Session",
    "check_address",
    "session_is_refused",
]

LOGIN_PATH = "/api/token/take"
RECORD_PATHS = {
    "3176": "/api/qd130/guiHoSoXmlQD3176",
    "4750": "/api/qd130/guiHoSoXmlQD4750",
    "130": "/api/qd130/guiHoSoXmlQD130",
}
CHECK_IN_PATHS = {"3176": "/api/qd130/checkInKcbQd3176", "4750": "/api/qd130/checkInKcbQd4750"}
CARD_PATH = "/api/egw/KQNhanLichSuKCB2024"
HISTORY_PATH = "/api/egw/Lskcb2025"
COPAYMENT_PATH = "/api/TraCuuCCT/TraCuuTienMCCT"


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


class Gateway:
    """One destination's portal."""

    def __init__(self, destination: Destination, *, sessions: Sessions = SESSIONS) -> None:
        self.destination = destination
        self.facility_code = destination.facility.code
        try:
            self._host = Host.of(destination.base_url)
        except HostNotAllowed as refusal:
            raise _set_up("HOST-NOT-ALLOWED", str(refusal)) from None
        self._sessions = sessions
        self._key = (destination.base_url, destination.account, self.facility_code)

    # The calls

    def session(self) -> Session:
        """A token that is valid now. Raises NotSent."""
        return self._sessions.take(self._key, self._log_in)

    def drop(self, session: Session) -> None:
        self._sessions.drop(self._key, session)

    def send(
        self, submission: Submission, session: Session, *, before_bytes: Callable[[], float]
    ) -> Exchange:
        """Send what a submission carries, by the service that takes it; see ``channels``."""
        if submission.health_check_id is not None:
            raise _set_up(
                "WRONG-DESTINATION", "Phiếu khám sức khỏe không gửi lên cổng BHXH. Báo công nghệ thông tin."
            )
        document, code = submission.stored_bytes, submission.facility_code
        send = self.check_in if submission.check_in_id else self.submit
        return send(document, session, facility_code=code, before_bytes=before_bytes)

    def meaning_of(self, exchange: Exchange, submission: Submission) -> Answer:
        """The answer by the table of submissions."""
        return submission_answer(exchange.status or 0, exchange.answer, retry_after=exchange.retry_after)

    def refuses_session(self, exchange: Exchange) -> bool:
        return session_is_refused(exchange)

    def submit(
        self, document: bytes, session: Session, *, facility_code: str, before_bytes: Callable[[], float]
    ) -> Exchange:
        """Send a signed record (GIAMDINHHS). Raises NotSent until ``before_bytes`` has returned, and where
        the record itself would leave after the moment that it returned (``time.monotonic``)."""
        path = RECORD_PATHS[self.destination.path_edition]
        return self._post_document(path, "130", document, session, facility_code, before_bytes)

    def check_in(
        self, document: bytes, session: Session, *, facility_code: str, before_bytes: Callable[[], float]
    ) -> Exchange:
        """Send a signed check-in (XML0), under the same conditions."""
        path = CHECK_IN_PATHS.get(self.destination.path_edition, CHECK_IN_PATHS["3176"])
        return self._post_document(path, "0", document, session, facility_code, before_bytes)

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
        """Ask about a card (family Q: credentials in the query, which is therefore never kept).

        The facility is the one that asks, by its account; the body has no place for another (gateway.md §9).
        """
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
        return self._host.post(path, body, query=query)

    def look_up_history(self, session: Session, **asked: str) -> Exchange:
        """Past courses of treatment, asked like a card; this service takes a form only."""
        return self.look_up_card(session, **asked, path=HISTORY_PATH)

    def look_up_copayment(self, session: Session, *, card_number: str, full_name: str, born: str) -> Exchange:
        """What was paid beside the fund this year (family H, but JSON; letter 1839/CNTT-PM)."""
        body = {
            "username": session.account,
            "maThe": card_number.replace(" ", ""),
            "hoTen": full_name,
            "ngaySinh": born,
        }
        return self._host.post(COPAYMENT_PATH, body, _headers(session), as_json=True)

    def look_up_receipt(self, session: Session, *, visit_code: str, document_sha256: str) -> Exchange:
        """Ask whether a file is there, at the path somebody wrote down for this destination (family H, as the simulator
        has it: no such service is described)."""
        body = {"username": session.account, "visit_code": visit_code, "sha256": document_sha256}
        return self._host.post(self.destination.receipt_look_up, body, _headers(session))

    # Behind them

    def _post_document(
        self,
        path: str,
        kind: str,
        document: bytes,
        session: Session,
        facility_code: str,
        before_bytes: Callable[[], float],
    ) -> Exchange:
        body = {
            "username": session.account,
            "loaiHoSo": kind,
            "maTinh": facility_code[:2],
            "maCSKCB": facility_code,
            "fileHSBase64": b64encode(document).decode(),
        }
        return self._host.post(path, body, _headers(session), before_bytes=before_bytes)

    def _log_in(self) -> Session:
        try:
            password = secret_of(self.destination.secret_reference)
        except (SecretMissing, SecretExposed) as problem:
            raise _set_up("SECRET-MISSING", str(problem)) from None
        except OSError:
            raise later("SECRET-UNREADABLE", UNREADABLE) from None
        # The portal wants MD5 in capitals; it protects nothing and is kept as secret as the password.
        password_hash = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest().upper()
        take_a_place(self.destination, timezone.now())
        exchange = self._host.post(
            LOGIN_PATH, {"username": self.destination.account, "password": password_hash}
        )
        if exchange.broken or exchange.status is None:
            raise later("LOGIN-NO-ANSWER", "Cổng không trả lời khi đăng nhập. Hệ thống sẽ tự thử lại.")
        answer = login_answer(exchange.status, exchange.answer, retry_after=exchange.retry_after)
        if answer.word is not Word.ACCEPTED:
            raise NotSent(answer)
        key = fields_of(exchange.answer).get("apikey")
        fields = {str(name).lower(): value for name, value in key.items()} if isinstance(key, dict) else {}
        access, identity = text(fields.get("access_token")), text(fields.get("id_token"))
        expires = _instant(text(fields.get("expires_in")))
        if not access or not identity or expires is None:
            raise later("LOGIN-UNREADABLE", "Cổng trả lời đăng nhập không đọc được. Hệ thống sẽ tự thử lại.")
        return Session(self.destination.account, access, identity, password_hash, expires)


def _headers(session: Session) -> dict[str, str]:
    return {
        "accessToken": session.access_token,
        "tokenId": session.id_token,
        "passwordHash": session.password_hash,
    }


def _set_up(code: str, sentence: str) -> NotSent:
    return NotSent(Answer(Word.REJECTED, code, sentence, Concern.ACCOUNT))


def _instant(text: str) -> datetime | None:
    """``2026-11-23T03:04:05.1234567Z``: an absolute instant, in UTC whatever follows the digits."""
    try:
        return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def session_is_refused(exchange: Exchange) -> bool:
    """Both refusal styles: code 401 in the body under HTTP 200, and a bare HTTP 401."""
    if exchange.broken:
        return False
    code = text(fields_of(exchange.answer).get("maketqua"))
    return code == "401" or (exchange.status == 401 and not code and not says_two_things(exchange.answer))
