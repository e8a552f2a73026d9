"""Statements asked many times a second, in which only some values change: their SQL is written once, and PostgreSQL
plans it once a connection.

Building SQL from a queryset costs ten times what the database needs to answer it, and so does planning a claim. A worker
asks what is due as long as it lives. The queryset stays the one place that says what is asked, and the models what a
row looks like.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Protocol, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import NOT_PROVIDED, Field, ForeignKey, Model, Q, QuerySet

from .making import Making
from .statements import count as rows_changed
from .statements import database, rows

_SOME_DAY = datetime(1901, 7, 1, tzinfo=UTC)
"""Stands in the parameters where the moment belongs; what lies within half a year of it is counted from it."""
_SOME_NUMBER = 2_000_000_000
"""Stands there, counted upwards, where the given numbers belong."""


Given = TypeVar("Given")


class Build(Protocol):
    """Says what is asked, given a moment and as many numbers as the question has."""

    def __call__(self, moment: datetime, /, *numbers: int) -> QuerySet[Any]: ...


class Prepared:
    """What ``build(moment, *numbers)`` finds, at most ``limit``. Ask in a transaction where it locks."""

    def __init__(self, build: Build, *, limit: int | None = None) -> None:
        self._build, self._limit = build, limit
        self._written: dict[Any, _Written] = {}

    def keys(self, moment: datetime, *numbers: int) -> list[Any]:
        """The primary keys."""
        db = database()
        return [key for (key,) in self._as("keys", self._limit, len(numbers), db).rows(db, moment, numbers)]

    def values(self, moment: datetime, *numbers: int) -> list[tuple[Any, ...]]:
        """Rows of a queryset that was built with ``values_list``."""
        db = database()
        return self._as("values", self._limit, len(numbers), db).rows(db, moment, numbers)

    def objects(self, moment: datetime, *numbers: int, limit: int | None = None) -> list[Any]:
        """The objects, with what the queryset selects beside them."""
        db = database()
        return self._as("objects", limit or self._limit, len(numbers), db).objects(db, moment, numbers)

    def _as(self, what: str, limit: int | None, count: int, db: BaseDatabaseWrapper) -> "_Written":
        key = (db.vendor, what, limit, count)
        written = self._written.get(key)
        if written is None:
            db.ensure_connection()
            asked = self._build(_SOME_DAY, *(_SOME_NUMBER + place for place in range(count)))
            asked = asked.values_list("pk") if what == "keys" else asked
            written = self._written[key] = _Written(asked[:limit], db)
        return written


class _Written:
    """One statement, and how its rows become values and objects."""

    def __init__(self, asked: QuerySet[Any], db: BaseDatabaseWrapper) -> None:
        compiler = asked.query.get_compiler(connection=db)
        sql, parameters = compiler.as_sql()
        self._sql, slots = _with_constants(sql, [_slot(value) for value in parameters], db)
        self._always = [None if isinstance(slot, timedelta | _Number) else slot for slot in slots]
        self._numbers = [(at, slot.place) for at, slot in enumerate(slots) if isinstance(slot, _Number)]
        self._moments: dict[timedelta, list[int]] = {}
        for at, slot in enumerate(slots):
            if isinstance(slot, timedelta):
                self._moments.setdefault(slot, []).append(at)
        self._making = Making(compiler)

    def rows(
        self, db: BaseDatabaseWrapper, moment: datetime, numbers: tuple[int, ...]
    ) -> list[tuple[Any, ...]]:
        values = self._making.values
        return [values(row) for row in rows(db, self._sql, self._given(db, moment, numbers))]

    def objects(self, db: BaseDatabaseWrapper, moment: datetime, numbers: tuple[int, ...]) -> list[Any]:
        made = self._making.object
        return [made(row) for row in rows(db, self._sql, self._given(db, moment, numbers))]

    def _given(self, db: BaseDatabaseWrapper, moment: datetime, numbers: tuple[int, ...]) -> list[Any]:
        given = self._always.copy()
        for away, places in self._moments.items():
            written = _written_moment(moment + away if away else moment, db)
            for at in places:
                given[at] = written
        for at, place in self._numbers:
            given[at] = numbers[place]
        return given


class _Number:
    """The place of a given number among the parameters."""

    def __init__(self, place: int) -> None:
        self.place = place


def _slot(value: Any) -> Any:
    """How far a parameter is from the moment, or which number it is; SQLite writes moments as text."""
    if isinstance(value, int) and _SOME_NUMBER <= value < _SOME_NUMBER + 100:
        return _Number(value - _SOME_NUMBER)
    if isinstance(value, str) and value.startswith("1901-"):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return value
    return (value if value.tzinfo else value.replace(tzinfo=UTC)) - _SOME_DAY


def _with_constants(sql: str, parameters: list[Any], db: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
    """The statement with what never changes written into it, and what is left to be given: a plan that is made once
    should know that it looks for the few rows that are signed."""
    if db.vendor != "postgresql":
        return sql, parameters
    from psycopg.sql import Literal

    given = iter(parameters)
    left: list[Any] = []

    def put(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%%"
        value = next(given)
        if isinstance(value, timedelta | _Number):
            left.append(value)
            return "%s"
        return Literal(value).as_string(db.connection).replace("%", "%%")

    return re.sub("%%|%s", put, sql), left


def _written_moment(moment: datetime, db: BaseDatabaseWrapper) -> Any:
    """As the database is given it; SQLite keeps moments as text, without saying that they are of UTC."""
    if db.vendor == "sqlite" and moment.tzinfo is UTC:
        return str(moment.replace(tzinfo=None))
    return db.ops.adapt_datetimefield_value(moment)


def over(column: str, now: datetime, longest: timedelta) -> Q:
    """Whether a moment that was set at most ``longest`` ahead has passed.

    One that lies further ahead was set by a clock that has been put back since: to wait for it would mean waiting
    for as long as that clock was wrong.
    """
    return Q(**{f"{column}__lte": now}) | Q(**{f"{column}__gt": now + longest})


# Rows written one at a time


def change(model: type[Model], where: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """Change the rows whose columns are exactly ``where``; returns how many there were."""
    db = database()
    sql = _change(model, tuple((name, value is None) for name, value in where.items()), tuple(columns))
    given = [*_adapted(db, model, columns), *(v for v in _adapted(db, model, where) if v is not None)]
    return rows_changed(db, sql, given)


def change_all(
    model: type[Model],
    where: Sequence[Mapping[str, Any]],
    columns: Mapping[str, Any],
    grows: tuple[str, ...] = (),
) -> set[Any]:
    """Change the rows whose columns are exactly one of ``where``, whose ``grows`` become one more; returns their keys."""
    db = database()
    sql = _change_all(model, tuple(where[0]), len(where), tuple(columns), grows)
    given = [*_adapted(db, model, columns), *(value for row in where for value in _adapted(db, model, row))]
    return {key for (key,) in rows(db, sql, given)}


def padded(given: Sequence[Given]) -> list[Given]:
    """A power of two of them, the last one repeated: every other length would be a statement of its own to be planned."""
    return [*given, *[given[-1]] * ((1 << (len(given) - 1).bit_length()) - len(given))]


def look(model: type[Model], where: Mapping[str, Any], names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """These columns, as they are stored, of the rows whose columns are exactly ``where``."""
    db = database()
    return rows(db, _look(model, tuple(where), names), _adapted(db, model, where))


def add(
    model: type[Model], new: Sequence[Mapping[str, Any]], *, also: str = "", unless: str = ""
) -> list[tuple[Any, ...]]:
    """Add rows that all give the same columns, the others being as the model says; returns their keys, in no order.

    ``also``: a column that is returned beside each key. ``unless``: columns, separated by commas; what is there under
    them already is left as it is.
    """
    db = database()
    names = tuple(new[0])
    rest = _defaults(model, names, db.vendor)
    values = [value for row in new for value in (*_adapted(db, model, row), *rest)]
    return rows(db, _add(model, names, len(new), also, unless), values)


def _adapted(db: BaseDatabaseWrapper, model: type[Model], columns: Mapping[str, Any]) -> list[Any]:
    plain = _plain(model, db.vendor)
    given = []
    for name, value in columns.items():
        kind = plain.get(name)
        if value is None or type(value) is kind:
            given.append(value)
        elif kind is str and isinstance(value, str):
            given.append(str(value))
        elif kind is _MOMENT and isinstance(value, datetime):
            given.append(_written_moment(value, db))
        else:
            given.append(_fields(model)[name].get_db_prep_save(value, db))
    return given


class _MOMENT:
    """A column of moments."""


@cache
def _plain(model: type[Model], vendor: str) -> dict[str, type]:
    """The columns whose values are written as they are, and what these are: most of a row. Asking the field what to
    make of each costs more than the statement does. PostgreSQL wants its integers in their sizes."""
    found: dict[str, type] = {}
    for name, field in _fields(model).items():
        kind = (field.target_field if isinstance(field, ForeignKey) else field).get_internal_type()
        if kind in ("CharField", "TextField"):
            found[name] = str
        elif kind == "DateTimeField":
            found[name] = _MOMENT
        elif vendor == "sqlite" and kind.endswith(("AutoField", "IntegerField")):
            found[name] = int
    return found


@cache
def _fields(model: type[Model]) -> dict[str, "Field[Any, Any]"]:
    return {field.attname: field for field in model._meta.concrete_fields}


@cache
def _change(model: type[Model], where: tuple[tuple[str, bool], ...], names: tuple[str, ...]) -> str:
    fields, quote = _fields(model), database().ops.quote_name
    settings = ", ".join(f"{quote(fields[name].column)} = %s" for name in names)
    conditions = " AND ".join(
        f"{quote(fields[name].column)} {'IS NULL' if is_null else '= %s'}" for name, is_null in where
    )
    return f"UPDATE {quote(model._meta.db_table)} SET {settings} WHERE {conditions}"


@cache
def _change_all(
    model: type[Model], where: tuple[str, ...], count: int, names: tuple[str, ...], grows: tuple[str, ...]
) -> str:
    fields, quote = _fields(model), database().ops.quote_name
    column = {name: quote(fields[name].column) for name in (*where, *names, *grows)}
    settings = [f"{column[name]} = %s" for name in names] + [
        f"{column[name]} = {column[name]} + 1" for name in grows
    ]
    row = f"({', '.join(['%s'] * len(where))})"
    known = f"({', '.join(column[name] for name in where)}) IN (VALUES {', '.join([row] * count)})"
    key = quote(model._meta.pk.column)
    return f"UPDATE {quote(model._meta.db_table)} SET {', '.join(settings)} WHERE {known} RETURNING {key}"


@cache
def _look(model: type[Model], where: tuple[str, ...], names: tuple[str, ...]) -> str:
    fields, quote = _fields(model), database().ops.quote_name
    conditions = " AND ".join(f"{quote(fields[name].column)} = %s" for name in where)
    wanted = ", ".join(quote(fields[name].column) for name in names)
    return f"SELECT {wanted} FROM {quote(model._meta.db_table)} WHERE {conditions}"


@cache
def _add(model: type[Model], names: tuple[str, ...], count: int, also: str, unless: str) -> str:
    fields, quote = _fields(model), database().ops.quote_name
    columns = [fields[name].column for name in (*names, *_rest(model, names))]
    row = f"({', '.join(['%s'] * len(columns))})"
    into = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"
    there = f" ON CONFLICT ({', '.join(map(quote, unless.split(',')))}) DO NOTHING" if unless else ""
    told = ", ".join(quote(name) for name in (model._meta.pk.column, also) if name)
    return f"{into} VALUES {', '.join([row] * count)}{there} RETURNING {told}"


@cache
def _rest(model: type[Model], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        name for name, field in _fields(model).items() if name not in names and not field.primary_key
    )


@cache
def _defaults(model: type[Model], names: tuple[str, ...], vendor: str) -> Sequence[Any]:
    fields = [_fields(model)[name] for name in _rest(model, names)]
    assert all(not callable(field.default) or field.default in (dict, list, NOT_PROVIDED) for field in fields)
    return [field.get_db_prep_save(field.get_default(), database()) for field in fields]
