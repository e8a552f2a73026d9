"""The two ways in which credentials travel, each held to exactly.

H: headers accessToken, tokenId, passwordHash, and ``username`` in the body. Q: all four in the query string as
token, id_token, username, password. A third family, everything in the form body, carries no visits.
"""

import hmac

from .addresses import HEADERS
from .asked import ServiceRequest
from .models import Account
from .tokens import holder, revoke


class NotAuthenticated(Exception):
    """Code 401: wrong place, wrong token, wrong account, wrong password or other address."""


class Locked(Exception):
    """Code 403: the account is locked."""


def account_of(request: ServiceRequest, family: str, fields: dict[str, str]) -> Account:
    """Who calls. Raises NotAuthenticated or Locked."""
    if family == HEADERS:
        token, id_token, password = (
            request.META.get(f"HTTP_{name}", "") for name in ("ACCESSTOKEN", "TOKENID", "PASSWORDHASH")
        )
        username = fields.get("username", "")
    else:
        token, id_token, username, password = (
            str(request.GET.get(name, "")) for name in ("token", "id_token", "username", "password")
        )
    strikes = request.strikes
    if strikes.has("body-401"):
        raise NotAuthenticated("the fault desk says so")
    if strikes.has("token-revoked"):
        revoke(id_token)
    address = "address-changed" if strikes.has("address-changed") else str(request.META["REMOTE_ADDR"])
    account = holder(token, id_token, address)
    if account is None:
        raise NotAuthenticated("token unknown, expired or of another address")
    if username != account.username:
        raise NotAuthenticated("username is not the token's")
    if not hmac.compare_digest(password.upper().encode(), account.password_md5.encode()):
        raise NotAuthenticated("password hash is not the account's")
    if account.locked or strikes.has("account-locked"):
        raise Locked(account.username)
    if password != password.upper():
        request.call.warnings.append("password hash in lower case")
    return account
