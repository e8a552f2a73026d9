"""The Ministry's hub with raw calls: login, checksum, document signature, content, numbers (moh-hub.md)."""

import hashlib
import http.client
import json
import uuid
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.health_check_file import HUB_CODE, Export

from sosuckhoe.healthbook.signing import FileSigner, PracticeAuthority, health_check_policy, sign

from .portal import Answer, Portal
from .reader import Reader, text_of

LOGIN, PUSH = "/api/auth/login", "/api/platform/data-sync/push"
AGENT = {"username": "agent-99999", "password": "mat-khau-truc"}


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@dataclass
class Hub:
    """What a facility's program does by hand."""

    portal: Portal
    key: RSAPrivateKey
    token: str

    def message(self, document: bytes, *, form: str = "string", **header: Any) -> bytes:
        told = {
            "version": "1.0.6",
            "sender_id": HUB_CODE,
            "receiver_id": "TDLBYT",
            "txn_type": "sync_checkup",
            "msg_type": "101",
            "msg_id": f"{HUB_CODE}261123{uuid.uuid4().hex}",
            "data_type": "xml/base64",
            "send_datetime": 1795399200000,
            **header,
        }
        head = json.dumps(told, separators=(",", ":"))
        text = b64encode(document).decode()
        data = json.dumps(text if form == "string" else {"file_content": text}, separators=(",", ":"))
        hashed = text if form == "string" else data
        digests = (hashlib.sha256(part.encode()).hexdigest().upper() for part in (head, hashed))
        signature = self.key.sign(".".join(digests).encode(), PKCS1v15(), SHA256())
        return f'{{"header":{head},"data":{data},"signature":"{b64encode(signature).decode()}"}}'.encode()

    def push(self, body: bytes, **headers: str) -> Answer:
        sent = {
            "Authorization": f"Bearer {self.token}",
            "service-type": "100",
            "Content-Type": "application/json; charset=utf-8",
            **headers,
        }
        return self.portal.request("POST", PUSH, body, sent)

    def code(self, body: bytes, **headers: str) -> str:
        return str(self.push(body, **headers).json["header"]["res_code"])

    def received(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.portal.desk("hub.json")
        return found


@pytest.fixture
def hub(portal: Portal, key: RSAPrivateKey) -> Iterator[Hub]:
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    account = {**AGENT, "sender_id": HUB_CODE, "facility_code": "99999", "key_pem": public}
    portal.desk("setup", {"hub": [account]})
    answer = portal.post_json(LOGIN, AGENT).json
    assert answer["data"]["duration"] == 6000 and answer["data"]["role"] == "facility"
    yield Hub(portal, key, answer["data"]["token"])


@pytest.fixture
def document(signer: FileSigner) -> bytes:
    return signed_by(signer, Export(code=f"KSK-{uuid.uuid4().hex[:8]}"))


def signed_by(signer: FileSigner, export: Export, within: str = "CHUKYDONVI") -> bytes:
    return sign(export.bytes(), signer, signature_id="F-1", policy=health_check_policy(within))


def test_wrong_credentials_are_their_own_code(hub: Hub) -> None:
    for wrong in ({**AGENT, "password": "sai"}, {**AGENT, "username": "ai-do"}, {}):
        answer = hub.portal.post_json(LOGIN, wrong)
        assert (answer.status, answer.json["header"]["res_code"]) == (401, "CM_AUTH_ACCOUNT_FAIL")


@pytest.mark.parametrize("form", ["string", "object"])
def test_a_message_is_stored_under_a_number_and_answered_about_itself(
    hub: Hub, document: bytes, form: str
) -> None:
    body = hub.message(document, form=form)
    header = hub.push(body).json["header"]
    assert (header["res_code"], header["msg_type"], header["data_state"]) == (
        "PS_DS_SAVE_SUCCESS",
        "102",
        "SAVED",
    )
    kept = hub.received()[-1]
    assert kept["txn_id"] == header["txn_id"] and kept["msg_id"] == header["ref_msg_id"]
    assert kept["sha256"] == hashlib.sha256(body).hexdigest()
    assert kept["document_sha256"] == hashlib.sha256(document).hexdigest()


def test_a_token_is_needed_and_ends_when_it_is_revoked(hub: Hub, document: bytes) -> None:
    body = hub.message(document)
    assert hub.code(body, Authorization="") == "CM_AUTH_EXPIRED"
    assert hub.code(body, Authorization="Bearer sai") == "CM_AUTH_EXPIRED"
    hub.portal.strike("token-revoked", path="hub_push")
    assert hub.code(body) == "CM_AUTH_EXPIRED"
    assert hub.code(body) == "CM_AUTH_EXPIRED"


def test_the_service_type_is_needed(hub: Hub, document: bytes) -> None:
    assert hub.code(hub.message(document), **{"service-type": "1"}) == "CM_INVALID_REQUEST"


class TestChecksum:
    def test_it_is_over_the_header_as_sent(self, hub: Hub, document: bytes) -> None:
        body = hub.message(document)
        assert (
            hub.code(body.replace(b'"version":"1.0.6"', b'"version":"1.0.7"'))
            == "PS_DS_RSA_SIGNATURE_INVALID"
        )
        spaced = body.replace(b'"version":"1.0.6"', b'"version": "1.0.6"')
        assert hub.code(spaced) == "PS_DS_RSA_SIGNATURE_INVALID"

    def test_it_is_over_the_data(self, hub: Hub, document: bytes, signer: FileSigner) -> None:
        other = b64encode(signed_by(signer, Export(code="KHAC")))
        body = hub.message(document).replace(b64encode(document), other)
        assert hub.code(body) == "PS_DS_RSA_SIGNATURE_INVALID"

    def test_it_must_be_there_and_of_the_registered_key(self, hub: Hub, document: bytes) -> None:
        told = json.loads(hub.message(document))
        del told["signature"]
        assert hub.code(json.dumps(told).encode()) == "PS_DS_RSA_SIGNATURE_MISSING"
        hub.key = generate_private_key(65537, 2048)
        assert hub.code(hub.message(document)) == "PS_DS_RSA_SIGNATURE_INVALID"


class TestDocument:
    def test_unsigned_or_changed_is_told_apart(self, hub: Hub, document: bytes) -> None:
        assert hub.code(hub.message(Export().bytes())) == "PS_DS_CA_SIGNATURE_MISSING"
        changed = document.replace(b"<NGAYLAP>2026", b"<NGAYLAP>2025")
        assert hub.code(hub.message(changed)) == "PS_DS_CA_SIGNATURE_INVALID"

    def test_only_a_registered_certificate_of_a_known_authority(
        self, hub: Hub, authority: PracticeAuthority
    ) -> None:
        from datetime import UTC, datetime

        stranger = authority.issue("NGƯỜI LẠ", at=datetime.now(UTC))
        assert hub.code(hub.message(signed_by(stranger, Export()))) == "PS_DS_CA_SIGNATURE_INVALID"

    @pytest.mark.parametrize(
        "export",
        [
            Export(count="2"),
            Export(visits=2),
            Export(facility="1"),
            Export(grade="6"),
            Export(kinds=("XML13",)),
        ],
    )
    def test_content_is_judged_from_the_verified_tree(
        self, hub: Hub, signer: FileSigner, export: Export
    ) -> None:
        assert hub.code(hub.message(signed_by(signer, export))) == "PS_DS_VERIFY_FAIL"

    @pytest.mark.parametrize(
        ("export", "within"),
        [
            (Export(inside=True), "THONGTINHOSO/CHUKYDONVI"),
            (Export(places="<CKS_NGUOI_KET_LUAN/><CKS_BENH_VIEN/>"), ""),
        ],
    )
    def test_every_position_that_sources_name_is_taken(
        self, hub: Hub, signer: FileSigner, export: Export, within: str
    ) -> None:
        assert hub.code(hub.message(signed_by(signer, export, within))) == "PS_DS_SAVE_SUCCESS"


class TestHeader:
    @pytest.mark.parametrize(
        "but",
        [
            {"sender_id": "9900000099998"},
            {"txn_type": "khac"},
            {"msg_type": "102"},
            {"msg_id": "1"},
            {"msg_id": f"{HUB_CODE}261123{uuid.uuid4()}"},
            {"send_datetime": 1795399200},
        ],
    )
    def test_what_is_malformed_is_refused(self, hub: Hub, document: bytes, but: dict[str, Any]) -> None:
        assert hub.code(hub.message(document, **but)) == "CM_INVALID_REQUEST"

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"{}", b'{"header":{},"data":"","signature":""}', b"\xff", b'{"a":1,"a":2}']
    )
    def test_what_is_no_message_is_refused(self, hub: Hub, body: bytes) -> None:
        assert hub.code(body) == "CM_INVALID_REQUEST"

    def test_only_one_form_of_data_where_the_hub_is_so(self, hub: Hub, document: bytes) -> None:
        hub.portal.desk("options", {"hub_data_form": "object"})
        assert hub.code(hub.message(document)) == "CM_INVALID_REQUEST"
        assert hub.code(hub.message(document, form="object")) == "PS_DS_SAVE_SUCCESS"


class TestRepeats:
    def test_the_same_message_has_the_same_number(self, hub: Hub, document: bytes) -> None:
        body = hub.message(document)
        first, second = (hub.push(body).json["header"] for _ in range(2))
        assert first["txn_id"] == second["txn_id"] and second["res_code"] == "PS_DS_SAVE_SUCCESS"

    def test_or_counts_as_another_where_the_hub_is_so(self, hub: Hub, document: bytes) -> None:
        hub.portal.desk("options", {"hub_repeats": "count"})
        body = hub.message(document)
        first, second = (hub.push(body).json["header"] for _ in range(2))
        assert first["txn_id"] != second["txn_id"]

    def test_a_new_number_for_the_same_content_is_a_new_version(self, hub: Hub, document: bytes) -> None:
        for _ in range(2):
            hub.push(hub.message(document))
        digest = hashlib.sha256(document).hexdigest()
        assert [row["version"] for row in hub.received() if row["document_sha256"] == digest] == [1, 2]

    def test_a_number_used_for_something_else_is_refused(
        self, hub: Hub, document: bytes, signer: FileSigner
    ) -> None:
        msg_id = f"{HUB_CODE}261123{uuid.uuid4().hex}"
        assert hub.code(hub.message(document, msg_id=msg_id)) == "PS_DS_SAVE_SUCCESS"
        other = signed_by(signer, Export(code="KHAC"))
        assert hub.code(hub.message(other, msg_id=msg_id)) == "CM_INVALID_REQUEST"


class TestFaults:
    @pytest.mark.parametrize(
        ("scenario", "stored"),
        [("store-then-drop", True), ("drop-unstored", False), ("cut-inside-reply", True)],
    )
    def test_a_lost_answer_may_have_been_stored(
        self, hub: Hub, document: bytes, scenario: str, stored: bool
    ) -> None:
        hub.portal.strike(scenario, path="hub_push")
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            hub.push(hub.message(document))
        digest = hashlib.sha256(document).hexdigest()
        assert any(row["document_sha256"] == digest for row in hub.received()) is stored

    def test_any_code_can_be_chosen_and_nothing_is_stored(self, hub: Hub, document: bytes) -> None:
        before = len(hub.received())
        for code in ("PS_DS_VERIFY_FAIL", "PS_DS_SAVE_FAIL", "CM_MOI"):
            hub.portal.strike("hub-code", path="hub_push", parameters={"code": code})
            assert hub.code(hub.message(document)) == code
        hub.portal.strike("system-error", path="hub_push")
        assert hub.code(hub.message(document)) == "CM_SYSTEM_ERROR"
        assert len(hub.received()) == before

    def test_an_answer_can_lack_its_number_or_bring_a_strange_code(self, hub: Hub, document: bytes) -> None:
        hub.portal.strike("no-transaction", path="hub_push")
        assert hub.push(hub.message(document)).json["header"]["txn_id"] == ""
        hub.portal.strike("unknown-code", path="hub_push")
        assert hub.code(hub.message(document)) == "777"

    def test_every_call_is_in_the_history_under_its_own_name(self, hub: Hub, document: bytes) -> None:
        hub.push(hub.message(document))
        call = hub.portal.desk("history.json")[-1]
        assert (call["service"], call["code"], call["stored"]) == ("hub_push", "PS_DS_SAVE_SUCCESS", True)

    def test_the_page_lists_what_was_received(self, hub: Hub, document: bytes) -> None:
        header = hub.push(hub.message(document)).json["header"]
        page = hub.portal.request("GET", "/_simulator/kham-suc-khoe/").body.decode()
        assert header["txn_id"] in page and "có thật" in page


def test_the_citizen_sees_the_newest_of_a_check_with_what_is_assumed(hub: Hub, signer: FileSigner) -> None:
    owner = {
        "personal_id": "099190000301",
        "full_name": "Người Mẫu Khám",
        "birth": "1990",
        "password": "xem-so",
    }
    hub.portal.desk("setup", {"citizens": [{**owner, "agreed": True}]})
    reader = Reader(hub.portal)
    reader.post("/vneid/", number=owner["personal_id"], password="xem-so")
    assert "Chưa có đợt khám nào" in text_of(reader.get("/vneid/so/"))

    def check(code: str, grade: str, made_on: str) -> bytes:
        inner = f"<A><MA_LK>{code}</MA_LK><SO_CCCD>{owner['personal_id']}</SO_CCCD><PHAN_LOAI_SK>{grade}</PHAN_LOAI_SK></A>"
        return signed_by(signer, Export(made_on=made_on, kinds=("XML1",), blocks={"XML1": inner.encode()}))

    for code, grade, made_on in (("K1", "3", "20261101"), ("K1", "2", "20261101"), ("K2", "1", "20261120")):
        assert hub.code(hub.message(check(code, grade, made_on))) == "PS_DS_SAVE_SUCCESS"
    page = text_of(reader.get("/vneid/so/"))
    assert page.index("20/11/2026 Phân loại sức khỏe: 1") < page.index("01/11/2026 Phân loại sức khỏe: 2")
    assert "Phân loại sức khỏe: 3" not in page and "Giả định của phần mô phỏng" in page
    assert owner["personal_id"] in text_of(reader.get("/_simulator/kham-suc-khoe/"))


def test_a_check_of_nobody_known_is_in_nobodys_book(hub: Hub, document: bytes) -> None:
    assert hub.code(hub.message(document)) == "PS_DS_SAVE_SUCCESS"
    assert "tệp không có SO_CCCD" in text_of(Reader(hub.portal).get("/_simulator/kham-suc-khoe/"))
