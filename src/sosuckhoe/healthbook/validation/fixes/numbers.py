"""How a number is written: decimal comma, zeros that say nothing."""

import re
from collections.abc import Iterable

from ..typed import decimal_places
from .fix import Case, Change
from .writing import plain

_COMMA = re.compile(r"(-?[0-9]+),([0-9]+)")
_GROUPED_BY_DOTS = re.compile(r"(-?[0-9]{1,3}(?:\.[0-9]{3})+),([0-9]+)")
_GROUPED_BY_COMMAS = re.compile(r"(-?[0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]+)")


def with_a_dot(case: Case) -> Iterable[Change]:
    """A decimal comma as a dot, where it can mean nothing else.

    ``1,5`` and ``24690,00`` are decimals. ``1,500`` may be one and a half or fifteen hundred: left to a person,
    unless it begins with 0. Where both signs stand, the last one is the decimal sign.
    """
    text = plain(case.text).replace(" ", "")
    both = _GROUPED_BY_DOTS.fullmatch(text) or _GROUPED_BY_COMMAS.fullmatch(text)
    if both:
        whole = both[1].replace(".", "").replace(",", "")
        return case.here(f"{whole}.{both[2]}")
    comma = _COMMA.fullmatch(text)
    if comma and (len(comma[2]) != 3 or comma[1] in ("0", "-0")):
        return case.here(f"{comma[1]}.{comma[2]}")
    return case.here(text) if text != case.text else []


def without_empty_decimals(case: Case) -> Iterable[Change]:
    """Zeros after the point that are more than the field takes: the number stays the same."""
    text = plain(case.text)
    whole, point, rest = text.partition(".")
    if case.field is None or not point or not whole or not rest.isdigit():
        return []
    places = decimal_places(case.field) if case.field.kind == "decimal" else 0
    if case.field.kind == "integer":
        return case.here(whole) if not rest.strip("0") else []
    kept = rest.rstrip("0")
    if places is not None and len(kept) <= places < len(rest):
        kept = rest[:places]
    return case.here(f"{whole}.{kept}" if kept else whole)


def with_two_decimals(case: Case) -> Iterable[Change]:
    """A weight written with two decimals, as the table asks: 52 is 52.00."""
    whole, _, rest = plain(case.text).replace(",", ".").partition(".")
    if not whole.isdigit() or (rest and not rest.isdigit()) or len(rest.rstrip("0")) > 2:
        return []
    return case.here(f"{whole}.{rest.rstrip('0'):0<2}")
