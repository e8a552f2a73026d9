"""The client of the Ministry's hub: reference/moh-hub.md §4 and §5. There is no default host."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from ..answers import Answer, Concern, Word
from ..calling import Exchange, Host, HostNotAllowed, NotSent, later
from ..limits import take_a_place
from ..models import Destination, Submission
from ..secrets import UNREADABLE, SecretExposed, SecretMissing, secret_of
from ..sessions import SESSIONS, Sessions
from .answers import login_answer, push_answer, says_two_things, told
from .message import message_of
from .settings import HubSettings

LOGIN_PATH = "/api/auth/login"
PUSH_PATH = "/api/platform/data-sync/push"
SERVICE_TYPE = "100"


@dataclass(frozen=True, slots=True)
class HubSession:
    """One login."""

    account: str
    token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"HubSession({self.account})"


class Hub:
    """One destination's hub, or a provincial relay that speaks like it; see ``channels``."""

    def __init__(self, destination: Destination, *, sessions: Sessions = SESSIONS) -> None:
        self.destination = destination
        self._settings = HubSettings.of(destination.hub)
        try:
            self._host = Host.of(destination.base_url)
        except HostNotAllowed as refusal:
            raise _set_up("HOST-NOT-ALLOWED", str(refusal)) from None
        self._sessions = sessions
        self._key = (destination.base_url, destination.account, self._settings.sender_id)

    def session(self) -> HubSession:
        """A token that is valid now. Raises NotSent."""
        return self._sessions.take(self._key, self._log_in)

    def drop(self, session: HubSession) -> None:
        self._sessions.drop(self._key, session)

    def send(
        self, submission: Submission, session: HubSession, *, before_bytes: Callable[[], float]
    ) -> Exchange:
        """Push a frozen message."""
        if submission.health_check_id is None:
            raise _set_up(
                "WRONG-DESTINATION", "Đợt khám không gửi lên trục Bộ Y tế. Báo công nghệ thông tin."
            )
        headers = {"Authorization": f"Bearer {session.token}", "service-type": SERVICE_TYPE}
        return self._host.post(PUSH_PATH, submission.stored_bytes, headers, before_bytes=before_bytes)

    def meaning_of(self, exchange: Exchange, submission: Submission) -> Answer:
        return push_answer(
            exchange.status or 0,
            exchange.answer,
            msg_id=message_of(submission.stored_bytes).msg_id,
            relay=self._settings.relay,
            retry_after=exchange.retry_after,
        )

    def refuses_session(self, exchange: Exchange) -> bool:
        if says_two_things(exchange.answer):
            return False
        code = told(exchange.answer, "res_code")
        return code in ("CM_AUTH_PERMISSION", "CM_AUTH_EXPIRED") or (exchange.status == 401 and not code)

    def _log_in(self) -> HubSession:
        try:
            password = secret_of(self.destination.secret_reference)
        except (SecretMissing, SecretExposed) as problem:
            raise _set_up("SECRET-MISSING", str(problem)) from None
        except OSError:
            raise later("SECRET-UNREADABLE", UNREADABLE) from None
        account = self.destination.account
        take_a_place(self.destination, timezone.now())
        exchange = self._host.post(
            LOGIN_PATH, json.dumps({"username": account, "password": password}).encode()
        )
        if exchange.broken or exchange.status is None:
            raise later("LOGIN-NO-ANSWER", "Trục không trả lời khi đăng nhập. Hệ thống sẽ tự thử lại.")
        token, lives = told(exchange.answer, "token"), told(exchange.answer, "duration")
        if not token or not lives.isdigit():
            raise NotSent(login_answer(exchange.status, exchange.answer, retry_after=exchange.retry_after))
        longest = timedelta(minutes=self._settings.token_minutes)
        return HubSession(
            account, token, datetime.now(UTC) + min(timedelta(seconds=min(int(lives), 10**6)), longest)
        )


def _set_up(code: str, sentence: str) -> NotSent:
    return NotSent(Answer(Word.REJECTED, code, sentence, Concern.ACCOUNT))
