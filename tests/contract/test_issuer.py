"""The practice authority answers about revocation as RFC 6960 and 5280 want it; openssl reads it beside our own judge."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from sosuckhoe.healthbook.signing import FileSigner, PracticeAuthority, fingerprint
from sosuckhoe.healthbook.signing.revocation import Status, judge_crl, judge_ocsp, ocsp_request

from .portal import Portal

BROKEN = (ConnectionResetError, BrokenPipeError)
HOUR = timedelta(hours=1)


class Asker:
    """A hospital's question and how it judges the answer."""

    def __init__(self, portal: Portal, authority: PracticeAuthority, signer: FileSigner) -> None:
        self.portal, self.issuer, self.certificate = portal, authority.certificate, signer.certificate

    def ocsp(self) -> Status:
        nonce = os.urandom(16)
        question = ocsp_request(self.certificate, self.issuer, nonce)
        kind = {"Content-Type": "application/ocsp-request"}
        answer = self.portal.request("POST", "/ocsp", question, kind)
        assert answer.status == 200 and "x-simulator" in answer.headers
        return judge_ocsp(
            answer.body, self.certificate, self.issuer, at=datetime.now(UTC), fresh_for=HOUR,
            nonce=nonce, nonce_required=True,
        )  # fmt: skip

    def crl(self) -> Status:
        answer = self.portal.request("GET", "/crl/thuc-hanh.crl")
        assert answer.status == 200
        return judge_crl(answer.body, self.certificate, self.issuer, at=datetime.now(UTC), fresh_for=HOUR)


@pytest.fixture
def asker(portal: Portal, authority: PracticeAuthority, signer: FileSigner) -> Asker:
    return Asker(portal, authority, signer)


def test_what_is_not_revoked_is_good_both_ways_and_noted_in_the_history(
    portal: Portal, asker: Asker, signer: FileSigner
) -> None:
    assert (asker.ocsp().code, asker.crl().code) == ("STATUS-GOOD", "STATUS-GOOD")
    call = portal.desk("history.json")[-2]
    assert (call["service"], call["code"], call["remark"]) == (
        "ocsp", "good", f"{signer.certificate.serial_number:x}",
    )  # fmt: skip


def test_what_the_portals_register_calls_revoked_is_revoked_for_its_issuer_too(
    portal: Portal, asker: Asker, signer: FileSigner
) -> None:
    register = f"certificates/{fingerprint(signer.certificate)}"
    portal.desk(register, {"revoked": True})
    assert (asker.ocsp().code, asker.crl().code) == ("STATUS-REVOKED", "STATUS-REVOKED")
    portal.desk(register, {"revoked": False})
    assert (asker.ocsp().code, asker.crl().code) == ("STATUS-GOOD", "STATUS-GOOD")


@pytest.mark.parametrize(
    ("scenario", "ocsp", "crl"),
    [
        ("certificate-revoked", "STATUS-REVOKED", "STATUS-REVOKED"),
        ("certificate-suspended", "STATUS-SUSPENDED", "STATUS-SUSPENDED"),
        ("certificate-unknown", "STATUS-UNKNOWN", "STATUS-GOOD"),
        ("status-stale", "STATUS-STALE", "STATUS-STALE"),
        ("status-in-future", "STATUS-FUTURE", "STATUS-FUTURE"),
        ("status-wrong-signer", "STATUS-SIGNER", "STATUS-SIGNER"),
        ("status-nonce-reused", "STATUS-NONCE", "STATUS-GOOD"),
        ("status-refused", "STATUS-REFUSED", "STATUS-GOOD"),
    ],
)
def test_each_scenario_is_judged_as_its_name_says_and_ends_when_switched_off(
    portal: Portal, asker: Asker, scenario: str, ocsp: str, crl: str
) -> None:
    portal.desk("faults", {"scenario": scenario})
    assert (asker.ocsp().code, asker.crl().code) == (ocsp, crl)
    portal.desk("faults", method="DELETE")
    assert asker.ocsp().code == "STATUS-GOOD"


def test_a_silent_issuer_breaks_the_connection(portal: Portal, asker: Asker) -> None:
    portal.desk("faults", {"scenario": "status-silent"})
    for ask in (asker.ocsp, asker.crl):
        with pytest.raises(BROKEN):
            ask()


def test_what_is_no_question_or_about_another_issuer_is_refused(
    portal: Portal, authority: PracticeAuthority, signer: FileSigner
) -> None:
    kind = {"Content-Type": "application/ocsp-request"}
    stranger = PracticeAuthority.new(at=datetime.now(UTC), name="CA LẠ").certificate
    for question, word in (
        (b"khong phai cau hoi", "malformed_request"),
        (ocsp_request(signer.certificate, stranger, b"0" * 16), "unauthorized"),
    ):
        answer = portal.request("POST", "/ocsp", question, kind)
        code = judge_ocsp(
            answer.body, signer.certificate, authority.certificate, at=datetime.now(UTC), fresh_for=HOUR
        )
        assert (code.code, code.reason) == ("STATUS-REFUSED", word)


def test_openssl_understands_answer_and_list(
    portal: Portal, authority: PracticeAuthority, signer: FileSigner, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_bytes(authority.pem())
    (tmp_path / "one.pem").write_bytes(signer.certificate.public_bytes(Encoding.PEM))
    address = f"http://127.0.0.1:{portal.port}"
    asked = subprocess.run(
        ["openssl", "ocsp", "-issuer", "ca.pem", "-cert", "one.pem", "-url", f"{address}/ocsp", "-CAfile",
         "ca.pem"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Response verify OK" in asked.stderr and "one.pem: good" in asked.stdout
    (tmp_path / "list.crl").write_bytes(portal.request("GET", "/crl/thuc-hanh.crl").body)
    read = subprocess.run(
        ["openssl", "crl", "-inform", "DER", "-in", "list.crl", "-CAfile", "ca.pem", "-noout"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "verify OK" in read.stderr


def test_a_scenario_is_not_used_up_by_calls_it_cannot_strike(portal: Portal, asker: Asker) -> None:
    made = portal.desk("faults", {"scenario": "certificate-revoked", "next_calls": 1})
    portal.form("/api/token/take", {"username": "99999_BV", "password": "x"})
    (fault,) = [one for one in portal.desk("faults") if one["id"] == made["id"]]
    assert (fault["matched"], fault["remaining"]) == (0, 1)
    assert [asker.ocsp().code, asker.ocsp().code] == ["STATUS-REVOKED", "STATUS-GOOD"]
    refused = portal.post_json("/_simulator/faults", {"scenario": "certificate-revoked", "path": "record"})
    assert refused.status == 400


def test_the_authoritys_certificate_is_handed_out_by_the_desk(
    portal: Portal, authority: PracticeAuthority
) -> None:
    assert portal.request("GET", "/_simulator/issuer.pem").body == authority.pem()
