"""Values and objects of the rows that a prepared statement finds, as Django's own iterator makes them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.query import get_related_populators


class Making:
    """Of the rows of one statement."""

    def __init__(self, compiler: Any) -> None:
        db = compiler.connection
        found = compiler.get_converters([column for column, *_ in compiler.select])
        self._converters = [
            (place, _reading(convert, column, db))
            for place, (converters, column) in found.items()
            for convert in converters
        ]
        self._shape, select, self._alias = compiler.klass_info, compiler.select, db.alias
        if self._shape is not None:
            self._first, self._end = self._shape["select_fields"][0], self._shape["select_fields"][-1] + 1
            self._names = [column.target.attname for column, *_ in select[self._first : self._end]]
            # The types are those of Django 6, which asks for one argument more.
            self._populators = get_related_populators(self._shape, select, db.alias)  # type: ignore[call-arg]

    def values(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        if not self._converters:
            return row
        values = list(row)
        for place, convert in self._converters:
            if values[place] is not None:
                values[place] = convert(values[place])
        return tuple(values)

    def object(self, row: tuple[Any, ...]) -> Any:
        """With what was selected beside it."""
        assert self._shape is not None
        row = self.values(row)
        made = _object(self._shape["model"], self._names, row[self._first : self._end], self._alias)
        for populator in self._populators:
            _beside(made, populator, row)
        return made


def _object(model: type[Model], names: Iterable[str], values: Sequence[Any], alias: str) -> Model:
    """As ``from_db`` does; but that asks everybody who might want to hear of it, and each field in turn."""
    made = model.__new__(model)
    made._state = ModelState()
    made._state.adding, made._state.db = False, alias
    made.__dict__.update(zip(names, values, strict=True))
    return made


def _beside(made: Model, populator: Any, row: tuple[Any, ...]) -> None:
    values = row[populator.cols_start : populator.cols_end]
    beside = None
    if values[populator.pk_idx] is not None:
        beside = _object(populator.model_cls, populator.init_list, values, populator.db)
        for further in populator.related_populators:
            _beside(beside, further, row)
    populator.local_setter(made, beside)
    if beside is not None:
        populator.remote_setter(beside, made)


def _reading(convert: Any, column: Any, db: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    """What becomes of a stored value that is not empty."""
    if db.vendor == "sqlite" and convert == db.ops.convert_datetimefield_value:  # type: ignore[attr-defined]
        return lambda value: (
            value.replace(tzinfo=UTC)
            if type(value) is datetime and value.tzinfo is None
            else convert(value, column, db)
        )
    return lambda value: convert(value, column, db)
