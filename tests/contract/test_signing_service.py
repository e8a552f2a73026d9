"""The practice signing service keeps the shape of reference/signing.md §4: log-in, certificate, signHash, status."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from sosuckhoe.healthbook.signing import FileSigner, to_pkcs12

from .portal import Answer, Portal

LOG_IN = {"client_id": "mau", "client_secret": "bi-mat-mau", "profile_id": "p1", "user_id": "99999"}
PATH = "/vtss/service/"
DIGEST = hashlib.sha256(b"data").digest()
ASKED: dict[str, Any] = {
    "credentialID": "CTS-MAU",
    "hash": [b64encode(DIGEST).decode()],
    "hashAlgo": "2.16.840.1.101.3.4.2.1",
    "signAlgo": "1.2.840.113549.1.1.1",
    "async": 1,
}
Ask = Callable[..., Answer]


@pytest.fixture
def ask(portal: Portal, signer: FileSigner) -> Ask:
    """Speak to the service with a fresh token."""
    behave(
        portal,
        client="mau",
        secret="bi-mat-mau",
        profile="p1",
        user="99999",
        password="x",
        pkcs12=b64encode(to_pkcs12(signer, b"x")).decode(),
    )
    token = portal.post_json(f"{PATH}ras/v1/login", LOG_IN).json["access_token"]

    def do(path: str, fields: dict[str, Any], token: str = token) -> Answer:
        return portal.post_json(f"{PATH}{path}", fields, {"Authorization": f"Bearer {token}"})

    return do


def behave(portal: Portal, **how: Any) -> None:
    portal.desk("signing-service", {"credential": "CTS-MAU", "behaviour": "sign", "polls": 0, **how})


def test_a_token_is_for_an_hour_and_only_for_who_knows_the_secret(portal: Portal, ask: Ask) -> None:
    told = portal.post_json(f"{PATH}ras/v1/login", LOG_IN).json
    assert told["expires_in"] == 3600 and told["refresh_token"] == ""
    for name in LOG_IN:
        assert portal.post_json(f"{PATH}ras/v1/login", {**LOG_IN, name: "khac"}).status == 401
    assert portal.post_json(f"{PATH}ras/v1/login", []).status == 401
    assert ask("signHash", ASKED, token="khac").status == 401
    assert portal.post_json(f"{PATH}signHash", ASKED).status == 401


def test_the_certificate_of_a_credential_is_shown(ask: Ask, signer: FileSigner) -> None:
    told = ask("certificates/info", {"credentialID": "CTS-MAU"}).json
    assert x509.load_der_x509_certificate(b64decode(told["certificate"])) == signer.certificate
    assert ask("certificates/info", {"credentialID": "khac"}).status == 400


def test_a_hash_comes_back_as_a_raw_signature(portal: Portal, ask: Ask, signer: FileSigner) -> None:
    told = ask("signHash", ASKED).json
    assert told["status"] == 1
    key = signer.private_key.public_key()
    key.verify(b64decode(told["signatures"][0]), b"data", PKCS1v15(), SHA256())
    asked = portal.desk("signing-service")[0]
    assert (asked["hash"], asked["ended"]) == (DIGEST.hex(), "sign")


def test_the_state_is_asked_until_the_request_has_ended(portal: Portal, ask: Ask) -> None:
    behave(portal, polls=2)
    told = ask("signHash", ASKED).json
    number, codes = {"transactionId": told["transactionId"]}, [told["status"]]
    for _ in range(2):
        told = ask("requests/status", number).json
        codes.append(told["status"])
    assert codes == [4000, 4000, 1]
    assert ask("requests/status", {"transactionId": "khac"}).status == 400


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("wait", 4000),
        ("time-out", 4001),
        ("refuse", 4002),
        ("fail", 4004),
        ("quota", 4005),
        ("certificate", 13004),
    ],
)
def test_a_request_that_ends_badly_has_its_code_and_no_signature(
    portal: Portal, ask: Ask, behaviour: str, code: int
) -> None:
    behave(portal, behaviour=behaviour)
    told = ask("signHash", ASKED).json
    assert (told["status"], "signatures" in told) == (code, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hash": []},
        {"hash": ["AAAA"]},
        {"hash": ["không"]},
        {"hash": "x"},
        {"hash": ASKED["hash"] * 2},
        {"hashAlgo": "1.3.14.3.2.26"},
        {"signAlgo": ""},
        {"credentialID": "khac"},
    ],
)
def test_what_is_not_one_sha256_hash_for_rsa_is_refused(ask: Ask, wrong: dict[str, Any]) -> None:
    assert ask("signHash", {**ASKED, **wrong}).status == 400
