"""Lists by key (keyset): the next page starts after the last row shown, so page 1,000 costs what page 1 does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Model, Q, QuerySet

SIZE = 50


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    next: str
    """What ``?sau=`` must be for the next page; empty on the last."""
    first: bool


def page_of(rows: QuerySet[Any], *, by: str, after: str = "", newest_first: bool = False) -> Page:
    """One page of ``rows`` ordered by the time ``by`` and the key, starting after the row that ``after`` names."""
    sign, beyond = ("-", "lt") if newest_first else ("", "gt")
    rows = rows.order_by(f"{sign}{by}", f"{sign}pk")
    if after:
        moment, key = _parsed(after)
        rows = rows.filter(Q(**{f"{by}__{beyond}": moment}) | Q(**{by: moment, f"pk__{beyond}": key}))
    found = list(rows[: SIZE + 1])
    shown = found[:SIZE]
    return Page(rows=shown, next=_token(shown[-1], by) if len(found) > SIZE else "", first=not after)


def _token(row: Model, by: str) -> str:
    value: Any = row
    for name in by.split("__"):
        value = getattr(value, name)
    return f"{value.isoformat()}~{row.pk}"


def _parsed(token: str) -> tuple[datetime, int]:
    moment, _, key = token.partition("~")
    try:
        return datetime.fromisoformat(moment), int(key)
    except ValueError as wrong:
        raise BadRequest("sau") from wrong
