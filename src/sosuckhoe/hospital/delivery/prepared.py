"""Queries asked many times a second, in which only the moment changes: their SQL is written once.

Building SQL from a queryset costs more than the database needs to answer it, and a worker asks what is due as long
as it lives. The queryset stays the one place that says what is asked.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

_SOME_DAY = datetime(1901, 1, 1, tzinfo=UTC)
"""Stands in the parameters where the moment belongs."""


class Prepared:
    """The primary keys of ``build(moment)``, at most ``limit``. Ask in a transaction where it locks."""

    def __init__(self, build: Callable[[datetime], QuerySet[Any]], *, limit: int | None = None) -> None:
        self._build, self._limit = build, limit
        self._written: dict[str, tuple[str, tuple[Any, ...]]] = {}

    def keys(self, moment: datetime) -> list[Any]:
        if connection.vendor not in self._written:
            query = self._build(_SOME_DAY).values_list("pk")[: self._limit].query
            self._written[connection.vendor] = query.sql_with_params()
        sql, parameters = self._written[connection.vendor]
        adapt = connection.ops.adapt_datetimefield_value
        some_day, now = adapt(_SOME_DAY), adapt(moment)
        with connection.cursor() as cursor:
            cursor.execute(sql, [now if value == some_day else value for value in parameters])
            return [key for (key,) in cursor.fetchall()]
