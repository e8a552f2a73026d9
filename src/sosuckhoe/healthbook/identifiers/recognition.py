"""Telling scans and typed numbers apart, so that reception has one field for all of them.

>>> recognise("099 090 000 001").name, recognise("xx4990000000000").name, recognise("000000001").name
('PERSONAL_ID', 'INSURANCE_CARD', 'OLD_IDENTITY_CARD')
>>> recognise("0990000000").name
'TEN_DIGITS'
>>> recognise("099090000001|…").name, recognise("0000000000|…").name, recognise("http://mau.invalid/|").name
('CITIZEN_CARD_QR', 'INSURANCE_CARD_QR', 'UNKNOWN')
"""

from enum import Enum

from . import insurance_card, old_identity_card, personal_id, social_insurance_number
from .not_valid import WrongLength
from .scanned import clean


class Kind(Enum):
    """What a text at reception looks like; nothing more is known yet."""

    CITIZEN_CARD_QR = "citizen_card_qr"
    INSURANCE_CARD_QR = "insurance_card_qr"
    PERSONAL_ID = "personal_id"
    INSURANCE_CARD = "insurance_card"
    TEN_DIGITS = "ten_digits"
    """A social-insurance number or a telephone number: ask."""
    OLD_IDENTITY_CARD = "old_identity_card"
    UNKNOWN = "unknown"


def recognise(text: str) -> Kind:
    """The kind of a scan or of a typed number; UNKNOWN for names and everything else."""
    try:
        first, separator, _rest = clean(text).partition("|")
    except WrongLength:
        return Kind.UNKNOWN
    if separator:
        if personal_id.is_valid(first):
            return Kind.CITIZEN_CARD_QR
        if insurance_card.is_valid(first) or social_insurance_number.is_valid(first):
            return Kind.INSURANCE_CARD_QR
        return Kind.UNKNOWN
    if personal_id.is_valid(first):
        return Kind.PERSONAL_ID
    if insurance_card.is_valid(first):
        return Kind.INSURANCE_CARD
    if social_insurance_number.is_valid(first):
        return Kind.TEN_DIGITS
    if old_identity_card.is_valid(first):
        return Kind.OLD_IDENTITY_CARD
    return Kind.UNKNOWN
