"""The demonstrated morning at reception: a few cards looked up, and a few patients told of while they are still here."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from sosuckhoe.healthbook.standard import edition_on

from .cast import HOUSE, Citizen
from .crowd import citizens

RECEPTIONIST = "em"
PATIENCE = 30.0
"""Seconds for the answers about the cards."""
_CARDS = (("binh", ""), ("cuong", ""), ("minh", ""), ("hanh", "01/01/1997"), ("sao", ""))
"""Whose card is looked up, and the birth that reception mistypes: bà Hạnh's is wrong on purpose, and the newborn's
temporary card is not in the register yet (gateway.md §9)."""
_STILL_HERE = ("binh", "cuong", "thu", "xuan")
"""Who is at the hospital right now."""
NOT_IN_THE_REGISTER = "sao"


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A card as reception asked about it, and the code that came."""

    card: str
    code: str


def look_up_cards(today: date) -> list[LookedUp]:
    """Ask the portal about each card as the page of reception does, and wait for the answers."""
    from sosuckhoe.hospital.cards.asking import ask
    from sosuckhoe.hospital.cards.models import LookUp
    from sosuckhoe.hospital.cards.question import question_of
    from sosuckhoe.hospital.staff.models import Person

    by, people = Person.objects.get(username=RECEPTIONIST), _by_key(today)
    for key, mistyped in _CARDS:
        person = people[key]
        question = question_of(person.card, person.name, mistyped or f"{person.born:%d/%m/%Y}")
        ask(by=by, question=question)
    ends = time.monotonic() + PATIENCE
    while LookUp.objects.filter(answered_at__isnull=True).exists() and time.monotonic() < ends:
        time.sleep(0.05)
    return [LookedUp(*row) for row in LookUp.objects.order_by("pk").values_list("card_number", "code")]


def export_check_ins(folder: Path, today: date, *, at: datetime) -> list[Path]:
    """The other system's check-ins (XML0), one file a patient who is still here; written by its own hand."""
    folder.mkdir(parents=True, exist_ok=True)
    people, files = _by_key(today), []
    for number, key in enumerate(_STILL_HERE, start=1):
        row = _check_in(people[key], f"LK{at:%y%m%d}95{number:02d}", at)
        path = folder / f"bao-vao-kham_{row['visit_code']}.xml"
        path.write_text(_document(row, at.date()), encoding="utf-8")
        files.append(path)
    return files


def _by_key(today: date) -> dict[str, Citizen]:
    return {person.key: person for person in citizens(today)}


def _check_in(person: Citizen, visit_code: str, at: datetime) -> dict[str, str]:
    row = {
        "visit_code": visit_code,
        "row_number": "1",
        "patient_code": person.patient_code,
        "full_name": person.name,
        "personal_id": person.document,
        "born_at": person.born_at,
        "sex_code": person.sex,
        "patient_category_code": "9",
        "arrived_at": f"{at - timedelta(minutes=25):%Y%m%d%H%M}",
        "visit_type_code": "01",
        "facility_code": HOUSE.code,
        "service_code": "02.1897",
        "service_name": "Khám Nội",
        "ordered_at": f"{at - timedelta(minutes=10):%Y%m%d%H%M}",
    }
    if person.card:
        row |= {
            "patient_category_code": "1.1",
            "insurance_card_number": person.card,
            "registered_facility_code": person.registered,
            "card_valid_from_date": f"{date(at.year - 1, 1, 1):%Y%m%d}",
            "card_valid_to_date": f"{at.year + 1}1231",
        }
    return row


def _document(row: dict[str, str], day: date) -> str:
    table = edition_on(day).table("XML0")
    fields = "".join(
        f"<{field.official}>{escape(row.get(field.english, ''))}</{field.official}>" for field in table.fields
    )
    *outer, line = table.wrapper
    body = f"<{line}>{fields}</{line}>"
    for element in reversed(outer[1:]):
        body = f"<{element}>{body}</{element}>"
    return f'<?xml version="1.0" encoding="utf-8"?><{outer[0]}>{body}<CHUKYDONVI/></{outer[0]}>'


def take_check_ins(files: Sequence[Path]) -> int:
    """Through the hospital's one door, as the drop folder would. Returns how many entered."""
    from sosuckhoe.hospital.delivery.drop_folder import take_path
    from sosuckhoe.hospital.staff.models import Person

    by = Person.objects.get(username=RECEPTIONIST)
    passed = [take_path(file, by=by) for file in files]
    return sum(one.taken is not None and one.taken.outcome == "taken" for one in passed)


def told() -> dict[str, tuple[str, str]]:
    """By visit code: where each check-in stands in the hospital's ledger, and its transaction number."""
    from sosuckhoe.hospital.delivery.models import Submission

    found = {}
    for submission in Submission.ledger.filter(check_in__isnull=False).select_related("check_in"):
        receipt = submission.receipts.order_by("-received_at").first()
        number = receipt.transaction_number if receipt else ""
        found[submission.check_in.visit_code] = (submission.state, number)
    return found
