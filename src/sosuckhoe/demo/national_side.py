"""The simulated national side of the demo: who exists there, and what its own books say afterwards."""

import json
import secrets
import urllib.request
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from sosuckhoe.healthbook.signing.practice import PracticeAuthority, to_pkcs12

from .cast import HOUSE, NEIGHBOURS, STAFF, Citizen
from .crowd import citizens
from .home import DemoHome
from .processes import Program
from .reception import NOT_IN_THE_REGISTER

PASSWORD = "xin-chao-mau-2026"
"""Of every account of the demo. It protects nothing: everybody here is invented."""
_SEX = {"1": "Nam", "2": "Nữ", "3": "Chưa xác định"}
_YEARS = 10
_MAY_SIGN_IN = 14
"""Younger, a representative reads the book (QĐ 2733, annex 1)."""
_RELATION_BACK = {"Mẹ": "con", "Con": "mẹ"}


def make_certificates(home: DemoHome, *, at: datetime, address: str) -> str:
    """A demo authority and the facility's certificate from it. Returns the certificate (PEM).

    The simulator answers for the authority at ``address`` (OCSP and CRL), and the certificate says so.
    """
    authority = PracticeAuthority.new(at=at)
    signer = authority.issue(
        HOUSE.name,
        at=at,
        days=365 * _YEARS,
        tax_code=HOUSE.tax_code,
        ocsp=f"{address}/ocsp",
        crl=f"{address}/crl/thuc-hanh.crl",
    )
    password = secrets.token_urlsafe(18)
    home.authority.write_bytes(authority.pem())
    home.authority_key.touch(mode=0o600)
    home.authority_key.write_bytes(authority.key_pem())
    home.key_password.touch(mode=0o600)
    home.key_password.write_text(password)
    home.key.touch(mode=0o600)
    home.key.write_bytes(to_pkcs12(signer, password.encode()))
    return signer.certificate.public_bytes(Encoding.PEM).decode()


def write_setup(home: DemoHome, certificate: str, *, today: date) -> str:
    """The set-up of the simulator (``simulator/setup.py``). Returns the portal account's password."""
    password = secrets.token_urlsafe(12)
    people = citizens(today)
    setup = {
        "facilities": [
            {
                "code": HOUSE.code,
                "name": HOUSE.name,
                "account": f"{HOUSE.code}_BV",
                "password": password,
                "officers": [{"name": person.name, "personal_id": person.personal_id} for person in STAFF],
                "certificates": [certificate],
            }
        ],
        "trusted_ca": [home.authority.read_text()],
        "issuer": [{"certificate": home.authority.read_text(), "key_pem": home.authority_key.read_text()}],
        "cards": [_card(person, today) for person in people if person.card],
        "citizens": [
            _citizen(person, people, today) for person in people if person.personal_id or person.card
        ],
    }
    home.setup.touch(mode=0o600)
    home.setup.write_text(json.dumps(setup, ensure_ascii=False, indent=1), encoding="utf-8")
    return password


def _card(person: Citizen, today: date) -> dict[str, Any]:
    return {
        "number": person.card,
        "personal_id": person.personal_id,
        "full_name": person.name,
        "birth": birth_on_card(person),
        "sex": _SEX[person.sex],
        "address": person.address,
        "facility_code": person.registered,
        "facility_name": NEIGHBOURS.get(person.registered, ""),
        "issuer": "BHXH tỉnh Mẫu",
        "valid_from": f"{max(person.born, date(today.year - 1, 1, 1)):%d/%m/%Y}",
        "valid_to": f"31/12/{today.year + 1}",
        "result": "050" if person.key == NOT_IN_THE_REGISTER else "",
    }


def _citizen(person: Citizen, people: tuple[Citizen, ...], today: date) -> dict[str, Any]:
    represented = [other for other in people if other.representative == person.name]
    return {
        "personal_id": person.personal_id or None,
        "full_name": person.name,
        "birth": birth_on_card(person),
        "password": PASSWORD if person.personal_id and person.age(today) >= _MAY_SIGN_IN else "",
        "cards": [person.card] if person.card else [],
        "dependants": [
            {"person": other.personal_id or other.card, "relation": _RELATION_BACK.get(other.relation, "")}
            for other in represented
        ],
    }


def birth_on_card(person: Citizen) -> str:
    year, month, day = person.born_at[:4], person.born_at[4:6], person.born_at[6:8]
    return year if month == "00" else f"{day}/{month}/{year}"


class NationalSide:
    """The simulator as its own process, and its desk for machines."""

    def __init__(self, home: DemoHome, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.program = Program(
            "Cổng mô phỏng",
            ["-m", "sosuckhoe.simulator.run", "--home", str(home.simulator.resolve()), "--port", str(port),
             "--setup", str(home.setup.resolve())],
            log=home.log("simulator"),
            environment={"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self.program.wait_for(f"{self.address}/_simulator/ready")

    def let_a_day_pass(self) -> None:
        """24 simulated hours, after which the insurer has published what it received."""
        self._post("clock", {"advance_hours": 24})
        self._post("publish", {})

    def publish_within(self, minutes: float) -> None:
        """Let the insurer be quicker than the law asks, for people who watch."""
        self._post("options", {"publish_within_hours": minutes / 60})

    def received(self) -> list[dict[str, Any]]:
        """What the portal holds, newest version of each visit."""
        found: list[dict[str, Any]] = self._get("received.json")
        return found

    def calls(self, service: str) -> list[dict[str, Any]]:
        """Every call of a service, in order."""
        return [call for call in self._get("history.json") if call["service"] == service]

    def books(self) -> dict[str, list[dict[str, Any]]]:
        """What stands in the citizens' books, by holder."""
        found: dict[str, list[dict[str, Any]]] = self._get("books.json")
        return found

    def _get(self, name: str) -> Any:
        with urllib.request.urlopen(f"{self.address}/_simulator/{name}", timeout=60) as answer:
            return json.load(answer)

    def _post(self, name: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self.address}/_simulator/{name}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)
