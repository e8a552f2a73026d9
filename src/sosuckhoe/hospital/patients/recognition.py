"""Recognising a person in a record, or registering a new one. Two people are never made one by a guess."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...healthbook.record import Record, Row
from .folding import fold
from .models import Identifier, Kind, Patient, Source


@dataclass(frozen=True)
class Recognition:
    """Who the record is about, and what reception has to look at."""

    patient: Patient
    new: bool
    contested: str = ""
    """A personal number that is somebody else's here, under another name or birth date (B43). The record's person
    was registered apart; reception finds out whose number it is."""


def recognise_or_register(record: Record, *, issuer: str) -> Recognition:
    """The patient of this record, by personal number, then card, then the facility's own patient code.

    Cards and codes are believed only together with the same name and birth date. Call inside a transaction.
    ``issuer``: the facility's code, whose patient codes these are.
    """
    row = record.visit
    patient = recognise(row, issuer=issuer)
    new = patient is None
    if patient is None:
        patient = register(
            full_name=row.get("full_name", ""),
            born_text=row.get("born_at", ""),
            sex_code=row.get("sex_code", ""),
        )
    return Recognition(patient, new, note_numbers(patient, row, issuer=issuer))


def recognise(row: Row, *, issuer: str) -> Patient | None:
    """Who a row of table 0 or 1 is about, where they are known here; nobody is registered."""
    for kind, value, by_whom in _numbers(row, issuer):
        held = Identifier.objects.filter(kind=kind, value=value, issuer=by_whom, until__isnull=True)
        for identifier in held.select_related("patient").order_by("id"):
            if is_same_person(identifier.patient, row):
                return identifier.patient
    return None


def note_numbers(patient: Patient, row: Row, *, issuer: str) -> str:
    """Enter the numbers of a record under its person; returns a personal number that somebody else has (B43)."""
    contested = ""
    for kind, value, by_whom in _numbers(row, issuer):
        kept = kind
        if kind == Kind.PERSONAL_ID and _is_anothers(value, patient):
            kept, contested = Kind.CONTESTED_PERSONAL_ID, value
        Identifier.objects.get_or_create(
            patient=patient,
            kind=kept,
            value=value,
            issuer=by_whom,
            until=None,
            defaults={"source": Source.IMPORTED},
        )
    return contested


def _is_anothers(number: str, patient: Patient) -> bool:
    holders = Identifier.objects.filter(kind=Kind.PERSONAL_ID, value=number, until__isnull=True)
    return holders.exclude(patient=patient).exists()


def register(*, full_name: str, born_text: str, sex_code: str = "") -> Patient:
    return Patient.objects.create(
        full_name=full_name,
        name_fold=fold(full_name),
        born_text=born_text[:12],
        born_on=birth_day(born_text),
        sex_code=sex_code[:1],
    )


def is_same_person(patient: Patient, row: Row) -> bool:
    """The same folded name, and birth dates that agree as far as both are known (``196700000000`` is a year)."""
    if patient.name_fold != fold(row.get("full_name", "")):
        return False
    ours, theirs = patient.born_text[:8], row.get("born_at", "")[:8]
    known = 8
    for text in (ours, theirs):
        if text[4:6] in ("", "00"):
            known = min(known, 4)
        elif text[6:8] in ("", "00"):
            known = min(known, 6)
    return ours[:known] == theirs[:known]


def birth_day(text: str) -> date | None:
    """The birth date, when the day is known."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def _numbers(row: Row, issuer: str) -> Iterator[tuple[Any, str, str]]:
    """The record's identifiers as (kind, value, issuer), the most telling first."""
    paper = row.get("personal_id", "").strip()
    if paper:
        yield paper_kind(paper), paper, ""
    for card in row.get("insurance_card_number", "").split(";"):
        if card.strip():
            kind = (
                Kind.SOCIAL_INSURANCE_NUMBER if re.fullmatch(r"\d{10}", card.strip()) else Kind.INSURANCE_CARD
            )
            yield kind, card.strip(), ""
    code = row.get("patient_code", "").strip()
    if code:
        yield Kind.PATIENT_CODE, code, issuer


def paper_kind(number: str) -> Kind:
    """What a number in SO_CCCD is, by its form: nothing is padded, nothing is guessed."""
    if re.fullmatch(r"\d{12}", number):
        return Kind.PERSONAL_ID
    if re.fullmatch(r"\d{9}", number):
        return Kind.OLD_IDENTITY_CARD
    if re.fullmatch(r"(?=.*\d)[A-Z0-9]{5,20}", number.upper()) and not number.isdigit():
        return Kind.PASSPORT
    return Kind.OTHER
