"""Logging in, and the token that proves it: bound to account, caller's address, session and time of issue."""

import base64
import hashlib
import hmac
import uuid
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings

from sosuckhoe.simulator.clock.models import token_now

from .models import Account, Session
from .options import options
from .statements import Asked

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def filetime(at: datetime) -> int:
    """A Windows FILETIME: steps of 100 ns since 1601."""
    return (at - _EPOCH) // timedelta(microseconds=1) * 10


def seven_digits(at: datetime) -> str:
    """UTC with seven fractional digits and Z, as ``expires_in`` is written."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond:06d}0Z"


def password_md5(password: str) -> str:
    return hashlib.md5(password.encode(), usedforsecurity=False).hexdigest().upper()


def _access_token(session: Session) -> str:
    return _token(session.account.username, session.address, session.token_id, session.filetime)


@lru_cache(maxsize=256)
def _token(username: str, address: str, token_id: uuid.UUID, filetime: int) -> str:
    message = f"{username}|{address}|{token_id}|{filetime}"
    mac = hmac.new(settings.SECRET_KEY.encode(), message.encode(), hashlib.sha256).digest()
    text = f"{base64.b64encode(mac).decode()}:{username}:{filetime}"
    return base64.b64encode(text.encode()).decode()


def issue(account: Account, address: str) -> dict[str, Any]:
    """A new session and the body of the answer that carries its tokens, nested under APIKey."""
    now, rules = token_now(), options()
    if rules.second_login_revokes:
        Session.objects.filter(account=account).update(revoked=True)
    session = Session.objects.create(
        token_id=uuid.uuid4(),
        account=account,
        address=address,
        filetime=filetime(now),
        expires_at=now + timedelta(minutes=rules.token_minutes),
    )
    return {
        "access_token": _access_token(session),
        "id_token": str(session.token_id),
        "token_type": "Bearer",
        "username": account.username,
        "expires_in": seven_digits(session.expires_at),
    }


def _token_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def revoke(id_token: str) -> None:
    Session.objects.filter(token_id=_token_id(id_token)).update(revoked=True)


def holder(access_token: str, id_token: str, address: str) -> Account | None:
    """The account a token was issued to, if it still holds for this caller."""
    named = _token_id(id_token)
    session = next(iter(_SESSION.objects(named.hex)), None) if named else None
    if session is None or session.address != address or token_now() >= session.expires_at:
        return None
    if not hmac.compare_digest(_access_token(session).encode(), access_token.encode()):
        return None
    account: Account = session.account
    return account


_SESSION = Asked(
    lambda named: Session.objects.select_related("account").filter(token_id=uuid.UUID(named), revoked=False),
    uuid.UUID(int=1).hex,
)
