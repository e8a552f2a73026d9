"""The columns of a record that rules read across tables, each collected once for all of them."""

from collections.abc import Callable, Sequence
from typing import Any

from ..record import Record
from .typed import Reader


class Columns:
    """Columns of one record, remembered while it is checked."""

    __slots__ = ("_found", "kept", "record", "whole")

    def __init__(self, record: Record, whole: bool) -> None:
        self.record = record
        self.whole = whole
        """Whether the record is the whole visit, so that a table it has not is a table the visit has not."""
        self.kept: dict[str, tuple[Sequence[Any], Sequence[str | None]]] = {}
        """Columns that checkers have read for themselves and found well-formed: values and texts by key."""
        self._found: dict[str, tuple[Sequence[Any], bool, bool]] = {}

    def has(self, table: str) -> bool:
        """Whether anything can be said about a table."""
        return self.whole or self.record.has(table)

    def count(self, table: str) -> int | None:
        """How many rows a table has; None where nothing can be said about it."""
        return self.record.count(table) if self.has(table) else None

    def get(
        self,
        key: str,
        table: str,
        field: str,
        reader: Reader | None,
        optional: bool,
        shape: Callable[[Any], Any],
    ) -> Any:
        """All values of a field; None, so that rules stay silent, where one is malformed, or absent although
        needed, or nothing can be said about the table. ``key`` names the field as read by this reader."""
        kept = self.kept.get(key)
        if kept is not None:
            values, texts = kept
            if not optional and not all(texts) and None in texts:
                return None
            return values if type(values) is shape else shape(values)
        if not self.has(table):
            return None
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._collected(table, field, reader)
        values, absent, malformed = found
        if malformed or (absent and not optional):
            return None
        return values if shape is list else shape(values)

    def _collected(self, table: str, field: str, reader: Reader | None) -> tuple[Sequence[Any], bool, bool]:
        if not self.record.count(table):
            return [], False, False
        (texts,) = self.record.columns(table, (field,))
        values = texts if reader is None else [reader[text] for text in texts]
        absent = malformed = False
        for value in values:
            if value is None:
                absent = None in texts
                malformed = any(
                    one is None and text is not None for one, text in zip(values, texts, strict=True)
                )
                break
        return values, absent, malformed
