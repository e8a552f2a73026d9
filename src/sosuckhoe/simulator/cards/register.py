"""What the register answers to a question: pure judgement over the cards of the set-up."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from .models import Card

_BIRTH = re.compile(r"(?:(?:(\d{2})/)?(\d{2})/)?(\d{4})")
NEWBORN = re.compile(r"TE1\d{12}")


@dataclass(frozen=True)
class Found:
    code: str
    card: Card | None = None
    note: str = ""


def ask(number: str, full_name: str, birth: str, today: date) -> Found:
    """The result code for what was typed, and the card where there is one."""
    number = number.replace(" ", "").upper()
    if len(number) not in (10, 12, 15):
        return Found("205")
    if not _is_birth(birth):
        return Found("205")
    wrong = _wrong_place(number)
    if wrong:
        return Found(wrong)
    card = _find(number)
    if card is None:
        return Found(_near_miss(number))
    if card.result == "050":
        # A newborn's temporary card is genuine and not in the register yet.
        return Found("050")
    if not _same_name(full_name, card.full_name):
        return Found("061" if _initials(full_name) == _initials(card.full_name) else "060", card)
    if not _same_birth(birth, card.birth):
        return Found("070", card)
    return Found(card.result or _by_dates(card, today), card)


def _wrong_place(number: str) -> str:
    if len(number) < 15:
        return "" if number.isdigit() else "205"
    if not re.fullmatch(r"[A-Z]{2}", number[:2]) or not number[5:].isdigit():
        return "051"
    if number[2] not in "12345":
        return "053"
    return "" if number[3:5].isdigit() else "052"


def _find(number: str) -> Card | None:
    if len(number) == 15:
        return Card.objects.filter(number=number).first()
    if len(number) == 12:
        return Card.objects.filter(personal_id=number).order_by("pk").last()
    return Card.objects.filter(insurance_number=number).order_by("pk").last()


def _near_miss(number: str) -> str:
    """Which part of a 15-character number is wrong, when the rest belongs to a card."""
    if len(number) < 15:
        return "050"
    for card in Card.objects.filter(insurance_number=number[5:]):
        if card.number[:2] != number[:2]:
            return "051"
        return "053" if card.number[2] != number[2] else "052"
    return "050"


def _by_dates(card: Card, today: date) -> str:
    expired = card.valid_to and _day(card.valid_to) < today
    if card.new_number:
        return "003" if expired else "004"
    return "010" if expired else "000"


def _day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a day on a card has no zone


def _is_birth(text: str) -> bool:
    return bool(_BIRTH.fullmatch(text))


def _same_birth(asked: str, known: str) -> bool:
    """Equal as far as both are known."""
    ours, theirs = (_BIRTH.fullmatch(text) for text in (asked, known))
    if not ours or not theirs:
        return False
    return all(
        one == other for one, other in zip(ours.groups(), theirs.groups(), strict=True) if one and other
    )


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _same_name(asked: str, known: str) -> bool:
    return _folded(asked) == _folded(known)


def _initials(name: str) -> list[str]:
    return [word[0] for word in _folded(name).split()]
