"""Values as a Vietnamese reader expects them: 15/11/2026, 07:05, 52,5, and names instead of codes.

A value that is not what its field promises is shown as it was sent, so that whoever reads it can tell.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime

from ..standard import Edition, Field
from .facts import NAMES

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_UNKNOWN = "0000"
_NUMBERS_THEMSELVES = frozenset({"insurance_card_number", "traditional_disease_codes"})
"""Fields of kind code that a person reads as they are: no list names them."""


def day_text(text: str) -> str:
    """``20261115`` as 15/11/2026.

    >>> day_text("20261115"), day_text("20261345")
    ('15/11/2026', '20261345')
    """
    found = day_of(text) if len(text) == 8 else None
    return f"{found:%d/%m/%Y}" if found else text


def moment_text(text: str) -> str:
    """``202611150705`` as 15/11/2026 07:05; unknown parts are left out.

    >>> [moment_text(text) for text in ("202611150705", "199002010000", "199000000000", "202613")]
    ['15/11/2026 07:05', '01/02/1990', '1990', '202613']
    """
    if len(text) != 12 or not text.isdigit():
        return text
    if text[4:8] == _UNKNOWN:
        return text[:4]
    if text[6:8] == "00":
        return f"{text[4:6]}/{text[:4]}"
    try:
        moment = datetime.strptime(text, "%Y%m%d%H%M")  # noqa: DTZ007 local time on paper has no zone
    except ValueError:
        return text
    return f"{moment:%d/%m/%Y}" if text[8:] == _UNKNOWN else f"{moment:%d/%m/%Y %H:%M}"


def number_text(text: str) -> str:
    """A decimal with a comma and points between thousands.

    >>> [number_text(text) for text in ("52.50", "1234567", "3.00", "7,5", "âm tính")]
    ['52,5', '1.234.567', '3', '7,5', 'âm tính']
    """
    if not _NUMBER.fullmatch(text):
        return text
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    grouped = f"{int(whole):,}".replace(",", ".") if not whole.startswith("-0") else whole
    return f"{grouped},{rest}" if rest else grouped


def measured_text(text: str) -> str:
    """A result as sent, only with a decimal comma: its zeros say how exact it is.

    >>> [measured_text(text) for text in ("5.60", "12000", "1:80", "AB+")]
    ['5,60', '12000', '1:80', 'AB+']
    """
    return text.replace(".", ",") if _NUMBER.fullmatch(text) else text


def day_of(text: str) -> date | None:
    """The day at the beginning of a date or time on paper, or None."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


class Names:
    """Names for codes on the days that choose them, and for facilities and practitioners the caller knows."""

    def __init__(
        self,
        edition: Edition,
        *,
        discharged: date | None,
        arrived: date | None,
        facilities: Mapping[str, str],
        practitioners: Mapping[str, str],
    ) -> None:
        self.edition = edition
        self.days = {"discharge": discharged, "arrival": arrived}
        self.facilities = facilities
        self.practitioners = practitioners

    def of(self, field: Field, code: str, *, ordered: date | None = None) -> str:
        """The code's name; where no list we hold names it, the code itself, saying that it is one."""
        if field.english.endswith("facility_code") or field.english.endswith("facility_codes"):
            name = self.facilities.get(code)
            return f"{name} ({code})" if name else f"mã {code}"
        if field.english.startswith("doctor_code"):
            return self.practitioners.get(code, f"mã {code}")
        if field.english in _NUMBERS_THEMSELVES:
            return code
        name = NAMES.get((field.english, code)) or self._listed(field, code, ordered)
        if field.codes == "icd10":
            return f"{code} {name}" if name else code
        return name or f"mã {code}"

    def _listed(self, field: Field, code: str, ordered: date | None) -> str | None:
        codes = self.edition.codes.get(
            field.codes or ("departments" if "department_code" in field.english else "")
        )
        if codes is None:
            return None
        day = ordered if codes.chosen_by == "order" else self.days.get(codes.chosen_by)
        return codes.name_of(code, day) if day else None


def value_texts(field: Field, raw: str, names: Names, *, ordered: date | None = None) -> list[str]:
    """One field's value as it is read: several texts where the field is a list."""
    if field.kind.startswith("code"):
        members = raw.split(";") if field.kind == "codes" else [raw]
        return [names.of(field, member, ordered=ordered) for member in members if member]
    if field.kind.endswith("_list"):
        return [_plain(field.kind.removesuffix("_list"), member) for member in raw.split(";") if member]
    return [_plain(field.kind, raw)]


def _plain(kind: str, text: str) -> str:
    if kind == "date8_or_datetime12":
        kind = "date8" if len(text) == 8 else "datetime12"
    match kind:
        case "date8":
            return day_text(text)
        case "datetime12":
            return moment_text(text)
        case "decimal" | "integer":
            return number_text(text)
        case _:
            return text
