"""What is asked and written at every call: the SQL of these few statements is written once and goes to SQLite as it is.

Django builds the SQL of a query anew each time and hands it through many layers, which costs a submission more than all
of its judging. They go over one connection, used in turn, so that what SQLite has read stays good from call to call.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import DateTimeField, JSONField, Model, QuerySet
from django.db.models.query import get_related_populators

from .turns import working


@cache
def _door() -> sqlite3.Connection:
    """The connection; opened by the process that serves, at its first call."""
    made: sqlite3.Connection = connection.get_new_connection(connection.get_connection_params())
    made.isolation_level = None
    return made


@contextmanager
def one_commit() -> Iterator[None]:
    """Holds the turn. All that is written here within stands or falls together."""
    with working:
        if _door().in_transaction:
            yield
            return
        _door().execute("BEGIN IMMEDIATE")
        try:
            yield
            _door().execute("COMMIT")
        except BaseException:
            if _door().in_transaction:
                _door().execute("ROLLBACK")
            raise


_Writing = Callable[[Model, Any], Any]


class Asked:
    """What ``build`` finds. ``samples`` stand where the values belong, one for each that ``build`` takes; they must be
    unlike every other value of the question. Objects are shared between calls: nobody may change them."""

    def __init__(self, build: Callable[..., QuerySet[Any]], *samples: str) -> None:
        self._build, self._samples = build, samples
        self._written: _Written | None = None

    def rows(self, *values: str) -> list[tuple[Any, ...]]:
        return self._ready().rows(values)

    def objects(self, *values: str) -> list[Any]:
        return [self._ready().made_of(row) for row in self._ready().rows(values)]

    def _ready(self) -> "_Written":
        if self._written is None:
            self._written = _Written(self._build(*self._samples), self._samples)
        return self._written


class _Written:
    def __init__(self, asked: QuerySet[Any], samples: tuple[str, ...]) -> None:
        compiler = asked.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        self._sql, self._parameters = sql % (("?",) * len(parameters)), tuple(parameters)
        self._places = {place: samples.index(p) for place, p in enumerate(parameters) if p in samples}
        self._converters = compiler.get_converters([column for column, *_ in compiler.select])
        self._shape = compiler.klass_info
        if self._shape is not None:
            self._first, self._end = self._shape["select_fields"][0], self._shape["select_fields"][-1] + 1
            self._names = [column.target.attname for column, *_ in compiler.select[self._first : self._end]]
            self._beside = get_related_populators(self._shape, compiler.select, connection.alias)
        self.made_of = lru_cache(maxsize=256)(self._made_of)

    def rows(self, values: tuple[str, ...]) -> list[tuple[Any, ...]]:
        """As SQLite has them."""
        given = [
            values[self._places[place]] if place in self._places else value
            for place, value in enumerate(self._parameters)
        ]
        with working:
            return _door().execute(self._sql, given).fetchall()

    def _made_of(self, row: tuple[Any, ...]) -> Any:
        found = list(row)
        for place, (converters, column) in self._converters.items():
            for convert in converters:
                found[place] = convert(found[place], column, connection)
        made = self._shape["model"].from_db(connection.alias, self._names, found[self._first : self._end])
        for beside in self._beside:
            beside.populate(found, made)
        return made


def add(row: Model) -> None:
    """Insert a new row and give it its key."""
    read, special, sql = _insertion(type(row))
    values = list(read(row))
    for place, written in special:
        values[place] = written(row, values[place])
    with working:
        ((row.pk,),) = _door().execute(sql, values).fetchall()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def _insertion(model: type[Model]) -> tuple[Callable[[Model], Any], list[tuple[int, _Writing]], str]:
    """How its values are read, which of them are written otherwise than they are read, and the statement."""
    fields, quote = [f for f in model._meta.concrete_fields if not f.primary_key], connection.ops.quote_name
    names, marks = ", ".join(quote(field.column) for field in fields), ", ".join(["?"] * len(fields))
    key = quote(model._meta.pk.column)
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks}) RETURNING {key}"
    special = [(place, written) for place, field in enumerate(fields) if (written := _writing(field))]
    return attrgetter(*(field.attname for field in fields)), special, sql


def _writing(field: Any) -> _Writing | None:
    if isinstance(field, DateTimeField):
        return lambda row, value: _moment(field.pre_save(row, add=True) if field.auto_now_add else value)
    return (lambda row, value: json.dumps(value)) if isinstance(field, JSONField) else None


def _moment(at: datetime | None) -> str | None:
    return None if at is None else str(at.astimezone(UTC).replace(tzinfo=None))


def change(model: type[Model], settings: str, *rows: tuple[Any, ...]) -> None:
    """Change rows: ``settings`` are SQL, since counters grow in the database; of each the values and, last, its key."""
    with one_commit():
        _door().executemany(f"UPDATE {model._meta.db_table} SET {settings} WHERE id = ?", rows)
