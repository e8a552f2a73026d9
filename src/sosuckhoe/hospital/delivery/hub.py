"""The client of the Ministry's hub (trục dữ liệu Bộ Y tế) for health checks: moh-hub.md §4–§6, §8.

Another protocol than the portal's, behind the same ledger. The whole message was written and signed when the document
was (``hub_message``), so that a repetition is the same bytes under the same msg_id.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .answers import DAMAGED, NO_ANSWER, Answer, Concern, Word, hub_answer, hub_fields, text
from .calling import Exchange, Host, HostNotAllowed, NotSent, later
from .gateway import EXPIRY_MARGIN, SESSIONS, Sessions
from .models import Destination, HubMessage, Submission
from .secrets import SecretExposed, SecretMissing, secret_of

LOGIN_PATH = "/api/auth/login"
PUSH_PATH = "/api/platform/data-sync/push"
JSON = "application/json; charset=utf-8"
REFUSED_LOGIN = frozenset({"CM_AUTH_PERMISSION", "CM_AUTH_EXPIRED"})
"""Result codes that say the token is bad: log in once, repeat once."""


@dataclass(frozen=True, slots=True)
class HubSession:
    """One login of the interconnection account."""

    token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return "HubSession()"


class Hub:
    """One destination's hub, or a relay that speaks the same protocol."""

    def __init__(self, destination: Destination, *, sessions: Sessions = SESSIONS) -> None:
        self.destination = destination
        try:
            self._host = Host.of(destination.base_url)
        except HostNotAllowed as refusal:
            raise _set_up("HOST-NOT-ALLOWED", str(refusal)) from None
        self._sessions = sessions
        self._key = (destination.base_url, destination.account, destination.hub.sender_id)

    def session(self) -> HubSession:
        session = self._sessions.take(self._key, self._log_in)
        assert isinstance(session, HubSession), "the key names the hub's sender"
        return session

    def drop(self, session: HubSession) -> None:
        self._sessions.drop(self._key, session)

    def send(
        self, submission: Submission, session: HubSession, *, before_bytes: Callable[[], float]
    ) -> Exchange:
        message = HubMessage.objects.filter(document=submission.document_id).first()
        if message is None or hashlib.sha256(message.body).hexdigest() != message.sha256:
            raise NotSent(DAMAGED)
        headers = {"Authorization": f"Bearer {session.token}", "service-type": "100"}
        return self._host.post_body(PUSH_PATH, message.body, JSON, headers, before_bytes=before_bytes)

    def session_is_refused(self, exchange: Exchange) -> bool:
        if exchange.broken:
            return False
        code = text(hub_fields(exchange.answer).get("res_code"))
        return code in REFUSED_LOGIN or (exchange.status == 401 and not code)

    def judge(self, exchange: Exchange) -> Answer:
        if exchange.broken or exchange.status is None:
            return NO_ANSWER
        return hub_answer(exchange.status, exchange.answer, retry_after=exchange.retry_after)

    def _log_in(self) -> HubSession:
        try:
            password = secret_of(self.destination.secret_reference)
        except (SecretMissing, SecretExposed) as problem:
            raise _set_up("SECRET-MISSING", str(problem)) from None
        asked = json.dumps({"username": self.destination.account, "password": password}).encode()
        exchange = self._host.post_body(LOGIN_PATH, asked, JSON)
        if exchange.broken or exchange.status is None:
            raise later("LOGIN-NO-ANSWER", "Trục không trả lời khi đăng nhập. Hệ thống sẽ tự thử lại.")
        fields = hub_fields(exchange.answer)
        code = text(fields.get("res_code"))
        if exchange.status in (401, 403, 404) or code == "CM_AUTH_ACCOUNT_FAIL":
            raise _set_up(
                f"LOGIN-{code or exchange.status}",
                "Trục không chấp nhận tài khoản hoặc mật khẩu. Kiểm tra lại tài khoản kết nối.",
            )
        data = fields.get("data")
        told = data if isinstance(data, dict) else {}
        token, seconds = text(told.get("token")), text(told.get("duration"))
        if exchange.status != 200 or not token:
            raise later("LOGIN-UNREADABLE", "Chưa đăng nhập được trục. Hệ thống sẽ tự thử lại.")
        lives = int(seconds) if seconds.isdigit() and len(seconds) < 8 else 0
        # The one margin that every session is asked with must leave something of a short life.
        lives = min(lives or self.destination.hub.renews_after, self.destination.hub.renews_after)
        return HubSession(token, datetime.now(UTC) + max(timedelta(seconds=lives), EXPIRY_MARGIN * 2))


def _set_up(code: str, sentence: str) -> NotSent:
    return NotSent(Answer(Word.REJECTED, code, sentence, Concern.ACCOUNT))
