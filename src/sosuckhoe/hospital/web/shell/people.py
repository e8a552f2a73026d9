"""The names behind accounts: kept while one page is made and no longer, fetched at once where a list knows its people."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ...staff.models import Person

MACHINES = {
    "machine": "phần mềm",
    "night": "phần mềm, mỗi đêm",
    "worker": "phần mềm gửi",
    "drop-folder": "thư mục chờ",
}
_known: ContextVar[dict[str, str] | None] = ContextVar("names_of_a_page", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """While a page is made, a name is asked for once."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def know(accounts: Iterable[str]) -> None:
    """Fetch the names of all of a list's people now, in one query."""
    known = _known.get()
    asked = {account for account in accounts if account and account not in MACHINES} - set(known or ())
    if known is not None and asked:
        known |= _names(asked)


def name_of(account: str) -> str:
    """The name of whoever has this account; what is no account here stays as it is written."""
    if account in MACHINES or not account:
        return MACHINES.get(account, account)
    known = _known.get()
    if known is None:
        return _names({account})[account]
    if account not in known:
        know([account])
    return known[account]


def _names(accounts: set[str]) -> dict[str, str]:
    found = dict(Person.objects.filter(username__in=accounts).values_list("username", "full_name"))
    return {account: found.get(account) or account for account in accounts}
