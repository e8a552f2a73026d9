"""The practice hub keeps the promises of reference/moh-hub.md: log-in, push, both signatures, the codes of §8."""

import hashlib
import json
import uuid
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.unit.health_check.samples import health_check

from sosuckhoe.healthbook.signing import FileSigner, Policy, sign

from .conftest import pem
from .portal import Answer, Portal

SENDER = "9900000099999"
LOG_IN = {"username": "agent-mau", "password": "mat-khau-mau"}
PUSH, LOGIN = "/api/platform/data-sync/push", "/api/auth/login"


@pytest.fixture(scope="module")
def message_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@pytest.fixture
def account(portal: Portal, signer: FileSigner, message_key: RSAPrivateKey) -> dict[str, Any]:
    public = message_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    facts = {**LOG_IN, "sender_id": SENDER, "message_key": public.decode(), "certificates": [pem(signer)]}
    portal.desk("hub", facts)
    return facts


@pytest.fixture
def token(portal: Portal, account: dict[str, Any]) -> str:
    told = portal.post_json(LOGIN, LOG_IN).json["data"]
    assert told["duration"] == 6000 and told["role"] == "facility" and told["refresh_token"]
    return str(told["token"])


@pytest.fixture
def signed(signer: FileSigner) -> bytes:
    unique = uuid.uuid4().int % 10**12
    policy = Policy(roots=("KHAMSUCKHOE",), place="CKS_BENH_VIEN")
    return sign(health_check(number=unique), signer, signature_id="Signature-1", policy=policy)


Push = Callable[..., Answer]


@pytest.fixture
def push(portal: Portal, token: str, message_key: RSAPrivateKey) -> Push:
    """Post a message written by hand, spaces and all; ``spoil`` changes what is posted after it was signed."""

    def do(
        document: bytes,
        *,
        form: str = "string",
        id: str = "",
        spoil: Callable[[str], str] = str,
        bearer: str = "",
        **header: Any,
    ) -> Answer:
        head = {
            "version": "1.0.6",
            "sender_id": SENDER,
            "receiver_id": "TDLBYT",
            "txn_type": "sync_checkup",
            "msg_type": "101",
            "msg_id": id or f"{SENDER}261123{uuid.uuid4().hex}",
            "data_type": "xml/base64",
            "send_datetime": 1795417200000,
            **header,
        }
        header_text = json.dumps(head, separators=(",", ":"))
        encoded = b64encode(document).decode()
        data_text = json.dumps({"file_content": encoded}) if form == "object" else json.dumps(encoded)
        hashed = data_text if form == "object" else encoded
        both = ".".join(hashlib.sha256(text.encode()).hexdigest().upper() for text in (header_text, hashed))
        signature = b64encode(message_key.sign(both.encode(), PKCS1v15(), SHA256())).decode()
        body = f'{{ "header": {header_text}, "data": {data_text}, "signature": "{signature}" }}'
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {bearer or token}",
            "service-type": "100",
        }
        return portal.request("POST", PUSH, spoil(body).encode(), headers)

    return do


def code(answer: Answer) -> str:
    return str(answer.json["header"]["res_code"])


@pytest.mark.parametrize("form", ["string", "object"])
def test_a_signed_health_check_is_kept_under_a_transaction_number(
    portal: Portal, push: Push, signed: bytes, form: str
) -> None:
    answer = push(signed, form=form)
    header = answer.json["header"]
    assert (answer.status, code(answer), header["msg_type"]) == (200, "PS_DS_SAVE_SUCCESS", "102")
    (kept,) = [row for row in portal.desk("hub") if row["transaction"] == header["txn_id"]]
    assert kept["message_id"] == header["ref_msg_id"]
    assert kept["sha256"] == hashlib.sha256(signed).hexdigest()


def test_the_same_message_again_counts_once_and_another_number_is_another_version(
    portal: Portal, push: Push, signed: bytes
) -> None:
    id = f"{SENDER}261123{uuid.uuid4().hex}"
    first, again, other = push(signed, id=id), push(signed, id=id), push(signed)
    numbers = [one.json["header"]["txn_id"] for one in (first, again, other)]
    assert numbers[0] == numbers[1] != numbers[2]
    versions = [row["version"] for row in portal.desk("hub") if row["transaction"] in numbers]
    assert versions == [1, 2]


def test_wrong_accounts_and_ended_tokens_have_their_own_codes(
    portal: Portal, push: Push, signed: bytes
) -> None:
    wrong = portal.post_json(LOGIN, {**LOG_IN, "password": "khac"})
    assert (wrong.status, code(wrong)) == (401, "CM_AUTH_ACCOUNT_FAIL")
    assert portal.post_json(LOGIN, ["x"]).status == 400
    ended = push(signed, bearer="khac")
    assert (ended.status, code(ended)) == (401, "CM_AUTH_EXPIRED")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda body: body.replace("TDLBYT", "TDLBYX"), "PS_DS_RSA_SIGNATURE_INVALID"),
        (lambda body: body.replace("1.0.6", "1.0.5"), "PS_DS_RSA_SIGNATURE_INVALID"),
        (lambda body: body[:-3] + body[-2:], "CM_INVALID_REQUEST"),
        (lambda body: body.replace('"msg_type":"101",', ""), "CM_INVALID_REQUEST"),
        (lambda body: body.replace(SENDER, "9900000088888"), "CM_INVALID_REQUEST"),
    ],
)
def test_a_message_that_was_touched_is_refused(
    push: Push, signed: bytes, spoil: Callable[[str], str], expected: str
) -> None:
    assert code(push(signed, spoil=spoil)) == expected


def test_the_file_inside_must_carry_the_facilitys_own_signature(push: Push, signed: bytes) -> None:
    assert code(push(health_check())) == "PS_DS_CA_SIGNATURE_MISSING"
    assert code(push(signed.replace(b"20261123", b"20261124"))) == "PS_DS_CA_SIGNATURE_INVALID"


@pytest.mark.parametrize(("scenario", "kept"), [("store-then-drop", True), ("drop-unstored", False)])
def test_a_lost_answer_leaves_the_books_as_they_are(
    portal: Portal, push: Push, signed: bytes, scenario: str, kept: bool
) -> None:
    portal.desk("faults", {"scenario": scenario, "path": "hub_push", "next_calls": 1})
    with pytest.raises(OSError):
        push(signed)
    digest = hashlib.sha256(signed).hexdigest()
    assert any(row["sha256"] == digest for row in portal.desk("hub")) is kept
