"""Queries asked many times a second, in which only the moment changes: their SQL is written once.

Building SQL from a queryset costs more than the database needs to answer it, and a worker asks what is due as long
as it lives. The queryset stays the one place that says what is asked.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

_SOME_DAY = datetime(1901, 1, 1, tzinfo=UTC)
"""Stands in the parameters where the moment belongs."""


class Prepared:
    """The primary keys of ``build(moment)``, at most ``limit``. Ask in a transaction where it locks."""

    def __init__(self, build: Callable[[datetime], QuerySet[Any]], *, limit: int | None = None) -> None:
        self._build, self._limit = build, limit
        self._written: dict[str, tuple[str, list[Any]]] = {}

    def keys(self, moment: datetime) -> list[Any]:
        if connection.vendor not in self._written:
            query = self._build(_SOME_DAY).values_list("pk")[: self._limit].query
            sql, parameters = query.sql_with_params()
            self._written[connection.vendor] = (sql, [_distance(value) for value in parameters])
        sql, parameters = self._written[connection.vendor]
        adapt = connection.ops.adapt_datetimefield_value
        with connection.cursor() as cursor:
            cursor.execute(
                sql,
                [adapt(moment + value) if isinstance(value, timedelta) else value for value in parameters],
            )
            return [key for (key,) in cursor.fetchall()]


def _distance(value: Any) -> Any:
    """How far a parameter is from the moment, where it is one; SQLite writes moments as text."""
    if isinstance(value, str) and value.startswith("1901-01-"):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return value
    return (value if value.tzinfo else value.replace(tzinfo=UTC)) - _SOME_DAY


def over(column: str, now: datetime, longest: timedelta) -> Q:
    """Whether a moment that was set at most ``longest`` ahead has passed.

    One that lies further ahead was set by a clock that has been put back since: to wait for it would mean waiting
    for as long as that clock was wrong.
    """
    return Q(**{f"{column}__lte": now}) | Q(**{f"{column}__gt": now + longest})
