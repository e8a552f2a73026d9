"""How values and places are said to people: days as 15/11/2026, times as 07:30 ngày 15/11/2026, numbers as 1.234,5,
unknown text in quotes."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..standard import Edition, Field
from .typed import is_birth

LONGEST = 60
"""Characters of a value shown in a sentence; the whole value is in ``Fault.value``."""


MONEY = ("_amount", "_price")
"""How the English names of amounts of money end."""
DONG = "đ"
LONGEST_NAME = 70
"""Characters of what a code means; longer ones are sentences of a decision."""


def name_of(field: Field) -> str:
    """The official label with the official name, as on the gateway's own lists; never two pairs of brackets in a row."""
    label = field.label_vi
    return f"{label[:-1]}, {field.official})" if label.endswith(")") else f"{label} ({field.official})"


def in_sentence(name: str) -> str:
    """A label inside a sentence, with a small letter unless it begins with an acronym."""
    return name if name[1:2].isupper() else f"{name[:1].lower()}{name[1:]}"


def quoted(text: str) -> str:
    """A value exactly as on paper, shortened for the sentence, hidden characters made visible."""
    shown = "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text[:LONGEST])
    return f"“{shown}{'…' if len(text) > LONGEST else ''}”"


def said(value: Any, text: str | None) -> str:
    """A value for a sentence: as people write it when its type is known, quoted as on paper otherwise."""
    if value is None:
        return "(trống)" if not text else quoted(text)
    if isinstance(value, datetime):
        return f"{value:%H:%M ngày %d/%m/%Y}" if value.hour or value.minute else f"{value:%d/%m/%Y}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, list):
        return "; ".join(said(member, None) for member in value) or "(trống)"
    return str(value) if not isinstance(value, str) else quoted(value)


def said_in(field: Field, value: Any, text: str | None) -> str:
    """A value of a field: money with its unit, and a moment with its hour, as midnight is often an hour left out."""
    if isinstance(value, Decimal) and field.english.endswith(MONEY):
        return f"{number(value)} {DONG}"
    if isinstance(value, datetime) and field.kind == "datetime12" and not is_birth(field):
        return f"{value:%H:%M ngày %d/%m/%Y}"
    return said(value, text)


def meaning(edition: Edition, field: Field, text: str, day: date | None) -> str:
    """What a code means on the day of discharge, where the list is ours and the name short; else empty."""
    codes = edition.codes.get(field.codes) if field.codes else None
    found = codes.on(day or edition.decisions[-1].in_force).get(text) if codes is not None else None
    return found.name_vi if found is not None and len(found.name_vi) <= LONGEST_NAME else ""


def with_meaning(shown: str, name: str) -> str:
    """A value with what it means inside the same quotes, so that no brackets stand within brackets: “03 – Điều trị nội trú”."""
    return f"“{shown.strip('“”')} – {name}”" if name else shown


def number(value: Decimal) -> str:
    """1.234.567,5: dots for thousands, a comma for decimals, no empty decimals."""
    whole, _, rest = f"{value:,f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")
