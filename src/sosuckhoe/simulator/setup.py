"""The set-up: who exists on the national side. A JSON file, or the body of ``POST /_simulator/setup``.

Loading adds to what is there and replaces what has the same key, so it can be repeated. Everybody in it is
invented. The form, every part optional::

    {
      "facilities": [{
        "code": "99999",                      5 characters
        "name": "Bệnh viện Mẫu",
        "account": "99999_BV",                code + "_BV"
        "password": "…",                      in clear; the portal keeps and compares its MD5 in upper case
        "officers": [{"name": "TRẦN THỊ MẪU", "personal_id": "099190000002"}],
        "certificates": ["-----BEGIN CERTIFICATE-----…"],      registered for this facility (PEM)
        "revoked": ["<sha256 fingerprint>"],                   of those, revoked ones
        "restricted": false                                    may not look up co-payments
      }],
      "trusted_ca": ["-----BEGIN CERTIFICATE-----…"],          without any, issuers are not checked
      "cards": [{
        "number": "XX4990000000000",          15 characters, the key
        "personal_id": "099090000001",        may be missing (newborn)
        "full_name": "NGUYỄN VĂN MẪU", "birth": "01/02/1990", "sex": "Nam", "address": "…",
        "facility_code": "99999", "facility_name": "Bệnh viện Mẫu",
        "issuer": "BHXH Tỉnh Mẫu", "valid_from": "01/01/2026", "valid_to": "31/12/2026",
        "area": "", "five_years_from": "", "employer_code": "", "employer_name": "",
        "insurance_number": "0000000000",     default: last ten characters of the number
        "new_number": "", "new_valid_from": "", "new_valid_to": "", "new_facility_code": "", "new_facility_name": "",
        "result": "",                         a code whatever the dates say: 001 002 050 100 101 110 120 … 130
        "history": [{"maHoSo": …, "maCSKCB": …, "tenCSKCB": …, "ngayVao": "yyyyMMddHHmm", "ngayRa": …,
                     "tenBenh": …, "tinhTrang": …, "kqDieuTri": …, "lyDoVV": …}],
        "copayments": [{"maCskcb": …, "ngayVao": …, "ngayRa": …, "tBNCCTMCCT": …, "tBNCCTLuyKe": …}]
      }],
      "citizens": [{
        "personal_id": "099090000001",        or null with at least one card
        "full_name": "Nguyễn Văn Mẫu", "birth": "01/02/1990",
        "password": "…",                      empty: cannot sign in, somebody represents this person
        "cards": ["XX4990000000000"],
        "dependants": [{"person": "<personal_id or card>", "relation": "con"}]       or just the string
      }],
      "signing_service": [{
        "credential": "…", "client": "…", "secret": "…", "profile": "", "user": "…",
        "pkcs12": "<Base64 of a practice key file>", "password": "…"
      }],
      "hub": [{
        "username": "…", "password": "…", "sender_id": "<13 digits>", "facility_code": "99999",
        "key_pem": "-----BEGIN PUBLIC KEY-----…"       the public half of the message key
      }],
      "issuer": [{"certificate": "-----BEGIN CERTIFICATE-----…", "key_pem": "-----BEGIN PRIVATE KEY-----…"}],
                                              a practice authority that answers at /ocsp and /crl/thuc-hanh.crl
      "options": {"token_minutes": 10},       see portal/options.py
      "clock": {"at": "2026-11-23T07:00:00+07:00", "factor": 60}
    }

Names, births and dates are written as on a card (``dd/MM/yyyy``).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography import x509
from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sosuckhoe.healthbook.signing import fingerprint

from .book.models import Citizen, CitizenCard, Representation
from .cards.models import Card
from .clock import models as clock
from .hub.desk import keep as keep_at_the_hub
from .issuer.desk import keep as keep_issuer
from .portal.models import Account, Authority, Certificate, Officer
from .portal.options import set_options
from .portal.tokens import password_md5
from .signing_service.desk import keep

_PARTS = {
    "facilities",
    "trusted_ca",
    "cards",
    "citizens",
    "signing_service",
    "hub",
    "issuer",
    "options",
    "clock",
}


class SetupWrong(ValueError):
    """The set-up says something that cannot be."""


def load_setup(setup: Mapping[str, Any]) -> dict[str, int]:
    """Load a set-up in one transaction and count what it held. Raises SetupWrong."""
    strange = set(setup) - _PARTS
    if strange:
        raise SetupWrong(f"unknown parts: {', '.join(sorted(strange))}")
    time = setup.get("clock", {})
    at = datetime.fromisoformat(time["at"]) if time.get("at") else None
    try:
        with transaction.atomic():
            for pem in setup.get("trusted_ca", []):
                Authority.objects.update_or_create(
                    fingerprint=fingerprint(_certificate(pem)), defaults={"pem": pem}
                )
            for facility in setup.get("facilities", []):
                _facility(facility)
            for card in setup.get("cards", []):
                _card(card)
            for credential in setup.get("signing_service", []):
                keep(credential)
            for account in setup.get("hub", []):
                keep_at_the_hub(account)
            for issuer in setup.get("issuer", []):
                keep_issuer(issuer)
            for citizen in setup.get("citizens", []):
                _citizen(citizen)
            for citizen in setup.get("citizens", []):
                _dependants(citizen)
            # Last, because these two are also kept in memory.
            set_options(setup.get("options", {}))
            if time:
                clock.change(at=at, factor=time.get("factor"))
    except (KeyError, TypeError, AttributeError, FieldDoesNotExist) as problem:
        raise SetupWrong(f"missing or unknown: {problem}") from problem
    return {name: len(setup.get(name, [])) for name in ("facilities", "trusted_ca", "cards", "citizens")}


def _certificate(pem: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError as problem:
        raise SetupWrong("a certificate is not PEM") from problem


def _facility(facts: Mapping[str, Any]) -> None:
    account, _ = Account.objects.update_or_create(
        facility_code=facts["code"],
        defaults={
            "username": facts["account"],
            "facility_name": facts["name"],
            "password_md5": password_md5(facts["password"]),
            "restricted": facts.get("restricted", False),
        },
    )
    for officer in facts.get("officers", []):
        Officer.objects.update_or_create(
            account=account, personal_id=officer["personal_id"], defaults={"name": officer["name"]}
        )
    for pem in facts.get("certificates", []):
        register(account, _certificate(pem), pem)
    for revoked in facts.get("revoked", []):
        Certificate.objects.filter(account=account, fingerprint=revoked).update(revoked=True)


def register(account: Account, certificate: x509.Certificate, pem: str) -> Certificate:
    """Register a certificate for a facility, as an administrator does on the portal."""
    registered, _ = Certificate.objects.update_or_create(
        account=account,
        fingerprint=fingerprint(certificate),
        defaults={
            "pem": pem,
            "subject": certificate.subject.rfc4514_string(),
            "serial": f"{certificate.serial_number:x}",
            "valid_from": certificate.not_valid_before_utc,
            "valid_to": certificate.not_valid_after_utc,
            "registered_at": clock.now(),
        },
    )
    return registered


def _card(facts: Mapping[str, Any]) -> None:
    number = facts["number"]
    if len(number) != 15:
        raise SetupWrong(f"card {number} has not 15 characters")
    values = {"insurance_number": number[5:], **{k: v for k, v in facts.items() if k != "number"}}
    for name in ("personal_id", "result"):
        values[name] = values.get(name) or ""
    Card.objects.update_or_create(number=number, defaults=values)


def _citizen(facts: Mapping[str, Any]) -> None:
    personal_id, cards = facts.get("personal_id") or None, facts.get("cards", [])
    if personal_id is None and not cards:
        raise SetupWrong(f"{facts['full_name']} has neither personal_id nor card")
    found = _person(personal_id or cards[0])
    citizen = found or Citizen(personal_id=personal_id)
    citizen.full_name, citizen.birth = facts["full_name"], facts.get("birth", "")
    citizen.set_password(facts.get("password") or "")
    if facts.get("agreed"):
        citizen.agreed_at = timezone.now()
    citizen.save()
    for number in cards:
        CitizenCard.objects.update_or_create(number=number, defaults={"citizen": citizen})


def _person(key: str) -> Citizen | None:
    return Citizen.objects.filter(Q(personal_id=key) | Q(cards__number=key)).first()


def _dependants(facts: Mapping[str, Any]) -> None:
    representative = _person(facts.get("personal_id") or facts["cards"][0])
    for entry in facts.get("dependants", []):
        entry = {"person": entry} if isinstance(entry, str) else entry
        dependant = _person(entry["person"])
        if dependant is None or representative is None:
            raise SetupWrong(f"dependant {entry['person']} is no citizen of the set-up")
        Representation.objects.update_or_create(
            representative=representative,
            dependant=dependant,
            defaults={"relation": entry.get("relation", "")},
        )
