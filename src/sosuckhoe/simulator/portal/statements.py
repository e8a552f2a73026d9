"""What is asked and written at every call: the SQL of these few statements is written once.

Django builds the SQL of a query anew each time, which costs a submission more than all of its judging.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators


class Asked:
    """What ``build`` finds. ``samples`` stand where the values belong, one for each that ``build`` takes; they must be
    unlike every other value of the question."""

    def __init__(self, build: Callable[..., QuerySet[Any]], *samples: str) -> None:
        self._build, self._samples = build, samples
        self._written: _Written | None = None

    def rows(self, *values: str) -> list[tuple[Any, ...]]:
        return self._ready().rows(values)

    def objects(self, *values: str) -> list[Any]:
        return self._ready().objects(values)

    def _ready(self) -> "_Written":
        if self._written is None:
            self._written = _Written(self._build(*self._samples), self._samples)
        return self._written


class _Written:
    def __init__(self, asked: QuerySet[Any], samples: tuple[str, ...]) -> None:
        compiler = asked.query.get_compiler(connection=connection)
        self._sql, parameters = compiler.as_sql()
        self._parameters = tuple(parameters)
        self._places = {place: samples.index(p) for place, p in enumerate(parameters) if p in samples}
        self._converters = compiler.get_converters([column for column, *_ in compiler.select])
        self._shape = compiler.klass_info
        if self._shape is not None:
            self._first, self._end = self._shape["select_fields"][0], self._shape["select_fields"][-1] + 1
            self._names = [column.target.attname for column, *_ in compiler.select[self._first : self._end]]
            self._beside = get_related_populators(self._shape, compiler.select, connection.alias)

    def rows(self, values: tuple[str, ...]) -> list[tuple[Any, ...]]:
        given = [
            values[self._places[place]] if place in self._places else value
            for place, value in enumerate(self._parameters)
        ]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, given)
            return [self._converted(row) for row in cursor.fetchall()]

    def objects(self, values: tuple[str, ...]) -> list[Any]:
        found = []
        for row in self.rows(values):
            made = self._shape["model"].from_db(connection.alias, self._names, row[self._first : self._end])
            for beside in self._beside:
                beside.populate(row, made)
            found.append(made)
        return found

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        found = list(row)
        for place, (converters, column) in self._converters.items():
            for convert in converters:
                found[place] = convert(found[place], column, connection)
        return tuple(found)


def add(row: Model) -> None:
    """Insert a new row and give it its key."""
    fields, sql = _insertion(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        (row.pk,) = cursor.fetchone()
    row._state.adding, row._state.db = False, connection.alias


@cache
def _insertion(model: type[Model]) -> tuple[list[Any], str]:
    fields, quote = [f for f in model._meta.concrete_fields if not f.primary_key], connection.ops.quote_name
    names, marks = ", ".join(quote(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    key = quote(model._meta.pk.column)
    return fields, f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks}) RETURNING {key}"


def change(model: type[Model], key: int, settings: str, *values: Any) -> None:
    """Change one row: ``settings`` are SQL, since counters grow in the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {connection.ops.quote_name(model._meta.db_table)} SET {settings} WHERE id = %s",
            [*values, key],
        )
