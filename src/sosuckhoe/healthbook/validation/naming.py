"""What generated checkers call things: the form of a value that a rule wants, its column, its reader."""

from collections.abc import Iterable
from datetime import date

from ..standard import Edition, Field, Table
from .rule import Rule, Wanted
from .typed import decimal_places, is_birth, reader_of

TIMES = ("datetime12", "date8_or_datetime12")


def form_of(item: Field, want: Wanted) -> tuple[str, bool, bool]:
    """(local, as text, as day): which form of a field's value is wanted."""
    if want.shape == "value" and want.inner is str and item.kind != "code":
        return item.english, True, False
    if want.inner is date and item.kind in TIMES:
        return f"{item.english}_day", False, True
    return item.english, False, False


def key_of(table: Table, item: Field, want: Wanted) -> str:
    """The name of a column as rules want it."""
    local, as_text, _ = form_of(item, Wanted("value", want.inner, want.optional))
    return f"{table.english}_{local}" + ("_text" if as_text else "")


def columns_read(edition: Edition, rules: Iterable[Rule]) -> frozenset[str]:
    """The keys of the columns that rules read whole."""
    found = set()
    for rule in rules:
        for read, want in zip(rule.reads, rule.wants, strict=True):
            name, dot, official = read.partition(".")
            table = edition.tables.get(name)
            if dot and table and table.repeats and official in table.by_official:
                found.add(key_of(table, table.by_official[official], want))
    return frozenset(found)


def column_name(item: Field, local: str) -> str:
    """The column a local of a row comes from."""
    if local == f"{item.english}_day":
        return f"{item.english}_days"
    return (
        f"{item.english}_texts"
        if reader_of(item) is None or local != item.english
        else f"{item.english}_column"
    )


_PLURALS = {"decimal": "decimals", "integer": "integers", "code": "codes", "codes": "code_lists", "datetime12": "times",
            "date8": "dates", "date8_or_datetime12": "dates_or_times", "date8_list": "date_lists",
            "datetime12_list": "time_lists", "integer_list": "integer_lists"}  # fmt: skip


def reader_name(item: Field) -> str:
    """``decimals_15_2``: decimals of at most 15 characters with at most 2 places."""
    if is_birth(item):
        return "births"
    facts = [_PLURALS[item.kind]]
    if item.kind in ("decimal", "integer", "code") and item.max_length:
        facts.append(str(item.max_length))
    if (places := decimal_places(item)) is not None:
        facts.append(str(places))
    return "_".join(facts)
