"""Numbers and codes on cards: one module each, with ``compact``, ``validate``, ``is_valid`` and ``format``.

They look at form only. What is unclear is accepted, because refusing a patient's true number is worse than letting
a wrong one through; what looks odd becomes a ``Hint``. Numbers are text: ``012…`` is not twelve.
"""

from . import (
    citizen_card_qr,
    facility_code,
    hub_facility_code,
    insurance_card,
    insurance_card_qr,
    old_identity_card,
    personal_id,
    social_insurance_number,
    temporary_code,
    visit_code,
)
from .citizen_card_qr import CitizenCard
from .insurance_card_qr import InsuranceCard
from .not_valid import Hint, NotValid, WrongCharacters, WrongLength, WrongShape
from .recognition import Kind, recognise

__all__ = [
    "CitizenCard",
    "Hint",
    "InsuranceCard",
    "Kind",
    "NotValid",
    "WrongCharacters",
    "WrongLength",
    "WrongShape",
    "citizen_card_qr",
    "facility_code",
    "hub_facility_code",
    "insurance_card",
    "insurance_card_qr",
    "old_identity_card",
    "personal_id",
    "recognise",
    "social_insurance_number",
    "temporary_code",
    "visit_code",
]
