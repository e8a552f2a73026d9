"""How a day or time is written: 12 digits where 8 are asked, seconds, hyphens; parts of a birth that are not known."""

import re
from collections.abc import Iterable

from ..typed import is_birth, parse_birth, parse_date, parse_datetime
from .fix import Case, Change
from .writing import plain

SHORTENED = frozenset({"XML14.NGAY_HEN_KL"})
"""12 digits under QĐ 4750, 8 under QĐ 3176: the hour is no longer asked."""
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::00(?:\.0+)?)?)?")


def day_alone(case: Case) -> Iterable[Change]:
    """A day with midnight behind it, in a field that takes the day alone."""
    if case.field is None or case.field.kind not in ("date8", "date8_list"):
        return []
    members = [plain(member) for member in case.text.split(";")]
    days = [_day(case, member) for member in members]
    return case.here(";".join(day for day in days if day)) if all(days) else []


def _day(case: Case, text: str) -> str:
    if parse_date(text):
        return text
    moment = parse_datetime(text)
    return (
        text[:8]
        if moment and (text.endswith("0000") or f"{case.table_name}.{case.known_name}" in SHORTENED)
        else ""
    )


def without_seconds(case: Case) -> Iterable[Change]:
    """A time with seconds 00, which the standard does not ask."""
    text = plain(case.text)
    if case.field is None or case.field.kind != "datetime12" or len(text) != 14 or text[12:] != "00":
        return []
    return case.here(text[:12]) if parse_datetime(text[:12]) else []


def without_hyphens(case: Case) -> Iterable[Change]:
    """Year, month and day between hyphens (ISO 8601): the order of the digits is already that of the standard."""
    if case.field is None:
        return []
    days_alone = case.field.kind in ("date8", "date8_list")
    if not days_alone and case.field.kind != "datetime12":
        return []
    members = []
    for member in case.text.split(";"):
        found = _ISO.fullmatch(plain(member))
        digits = "".join(part for part in found.groups() if part) if found else plain(member)
        if days_alone and digits[8:] == "0000":
            digits = digits[:8]
        if not (parse_date(digits) if days_alone else parse_datetime(digits)):
            return []
        members.append(digits)
    return case.here(";".join(members))


def birth_with_zeros(case: Case) -> Iterable[Change]:
    """A birth whose hour, or day and month, are not known: the standard writes 0000 for what is not known."""
    text = plain(case.text)
    if case.field is None or not is_birth(case.field) or len(text) not in (4, 6, 8):
        return []
    filled = f"{text:0<12}"
    return case.here(filled) if parse_birth(filled) and 1900 <= int(text[:4]) <= 2100 else []
