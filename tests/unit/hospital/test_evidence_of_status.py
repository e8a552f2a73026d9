"""What the issuer said of the certificate travels in the container, and a bare Python judges it there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.openssl_ca import OpensslAuthority

from sosuckhoe.healthbook.signing import verify_evidence
from sosuckhoe.healthbook.signing.verify_evidence import MANIFEST, pack, unpack
from sosuckhoe.hospital.delivery import evidence
from sosuckhoe.hospital.delivery.models import SigningKey, StatusKind, Submission
from sosuckhoe.hospital.delivery.signers import sources

from .test_certificate_status import _rested, authority, by_ocsp, certified, key, root, sign_one  # noqa: F401
from .test_evidence import alone

pytestmark = pytest.mark.django_db


@pytest.fixture
def checked(
    sign_one: Callable[[], Submission],  # noqa: F811
    key: SigningKey,  # noqa: F811
    authority: OpensslAuthority,  # noqa: F811
    tmp_path: Path,
) -> bytes:
    """The container of a record that was signed after the responder had said: good."""
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    with authority.responder() as address:
        by_ocsp(key, authority, address)
        return evidence.container_for(sign_one().version)


def status_line(folder: Path, data: bytes, *more: str) -> tuple[str, str]:
    _, told = alone(folder, data, *more)
    (line,) = [line for line in told["lines"] if line["code"].startswith(("STATUS-", "AUTHORITY-"))]
    return line["outcome"], line["code"]


def bent(container: bytes, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> bytes:
    """A forger who mends the manifest."""
    parts = unpack(container)
    listing = json.loads(parts.pop(MANIFEST))
    change(parts, listing["submissions"][0]["documents"][0]["status"])
    listing["parts"] = [
        {"name": name, "sha256": verify_evidence.sha256(parts[name]), "size": len(parts[name])}
        for name in sorted(parts)
    ]
    return pack({**parts, MANIFEST: json.dumps(listing).encode()})


def test_a_bare_python_judges_the_answer_itself(checked: bytes, tmp_path: Path) -> None:
    assert status_line(tmp_path, checked, "--ca", "ca.pem") == ("passed", "STATUS-GOOD")
    assert status_line(tmp_path, checked) == ("passed", "STATUS-GOOD")
    assert any(name.endswith(".ocsp") for name in unpack(checked))


def test_a_forged_answer_is_found_out(
    checked: bytes,
    tmp_path: Path,
    authority: OpensslAuthority,  # noqa: F811
    root: OpensslAuthority,  # noqa: F811
) -> None:
    def changed(parts: dict[str, bytes], status: dict[str, Any]) -> None:
        whole = parts[status["answer"]]
        parts[status["answer"]] = whole[:-40] + bytes([whole[-40] ^ 1]) + whole[-39:]

    def missing(parts: dict[str, bytes], status: dict[str, Any]) -> None:
        del parts[status["answer"]]

    def foreign(parts: dict[str, bytes], status: dict[str, Any]) -> None:
        parts[status["issuers"]] = root.pem

    def another_kind(parts: dict[str, bytes], status: dict[str, Any]) -> None:
        status["kind"] = "crl"

    def another_list(parts: dict[str, bytes], status: dict[str, Any]) -> None:
        status["kind"] = "crl-file"
        parts[status["answer"]] = root.crl()

    def endless(parts: dict[str, bytes], status: dict[str, Any]) -> None:
        status["fresh_seconds"] = 10**40

    def revoked(parts: dict[str, bytes], status: dict[str, Any]) -> None:
        authority.revoke("facility")
        status["kind"] = "crl-file"
        parts[status["answer"]] = authority.crl()

    assert status_line(tmp_path, bent(checked, missing), "--ca", "ca.pem") == ("failed", "STATUS-MISSING")
    assert status_line(tmp_path, bent(checked, foreign), "--ca", "ca.pem") == ("failed", "STATUS-SIGNER")
    assert status_line(tmp_path, bent(checked, another_list))[1] == "STATUS-SIGNER"
    assert status_line(tmp_path, bent(checked, another_kind))[0] == "unknown"
    assert status_line(tmp_path, bent(checked, endless))[1] == "STATUS-GOOD"
    assert status_line(tmp_path, bent(checked, revoked)) == ("failed", "STATUS-REVOKED")
    outcome, code = status_line(tmp_path, bent(checked, changed))
    assert outcome != "passed", code
    (tmp_path / "ca.pem").write_bytes(root.pem)
    assert status_line(tmp_path, checked, "--ca", "ca.pem") == ("unknown", "STATUS-UNTRUSTED")


def test_a_list_by_hand_and_the_issuers_own_status_travel_too(
    sign_one: Callable[[], Submission],  # noqa: F811
    key: SigningKey,  # noqa: F811
    authority: OpensslAuthority,  # noqa: F811
    root: OpensslAuthority,  # noqa: F811
    tmp_path: Path,
) -> None:
    sources.name_source(
        by="giang",
        key=key,
        kind=StatusKind.CRL_FILE,
        issuer=authority.pem,
        crl=authority.crl(),
        authority=root.pem,
        authority_crl=root.crl(),
    )
    data = evidence.container_for(sign_one().version)
    assert len([name for name in unpack(data) if name.endswith(".crl")]) == 2
    assert status_line(tmp_path, data) == ("passed", "STATUS-GOOD")

    def other_root(parts: dict[str, bytes], status: dict[str, Any]) -> None:
        parts[status["authority_answer"]] = authority.crl()

    assert status_line(tmp_path, bent(data, other_root)) == ("failed", "STATUS-SIGNER")


def test_where_nobody_was_asked_the_verdict_says_so_in_its_first_line(
    sign_one: Callable[[], Submission],  # noqa: F811
    tmp_path: Path,
) -> None:
    data = evidence.container_for(sign_one().version)
    assert status_line(tmp_path, data) == ("noted", "STATUS-NOT-CHECKED")
    assert "(không kiểm tra thu hồi)" in verify_evidence.report(verify_evidence.examine(data)).splitlines()[0]
