"""Both ways with the JDK's own XML signature engine: it accepts ours and refuses what was changed, we accept its."""

from datetime import date

import pytest
from tests import jdk
from tests.golden.document.rewrite import FOLDER
from tests.unit.signing.material import AT, AUTHORITY, CHECK_IN, HOSPITAL, XSI, forge, judge, visit_file

from sosuckhoe.healthbook.document import read, write_visit
from sosuckhoe.healthbook.signing import Outcome, sign, to_pkcs12

from .test_xmlsec1 import DOCUMENTS

WHOLE_VISITS = sorted(
    file for file in FOLDER.glob("*.xml") if read(file.read_bytes()).form == "envelope"
)  # of 2024, 2025 and 2026, each by the edition of its discharge day


def ours(document: bytes, canonical: bool = False) -> bytes:
    return sign(document, HOSPITAL, signature_id="Signature-1", canonical=canonical)


def test_what_we_sign_it_accepts_and_what_is_changed_it_refuses():
    signed = {name: ours(document) for name, document in DOCUMENTS.items()}
    assert set(jdk.judged(signed).values()) == {"valid"}
    changes = {
        "a blank beside the signature": (b"</CHUKYDONVI", b" </CHUKYDONVI"),
        "the digest": (b"<DigestValue>", b"<DigestValue>A"),
        "the value": (b"<SignatureValue>", b"<SignatureValue>AAAA"),
        "a digit of the content": (b"<MACSKCB>99999", b"<MACSKCB>99998"),
        "a name of the content": ("Trần".encode(), "Trấn".encode()),
    }
    changed = {
        (name, what): document.replace(old, new, 1)
        for name, document in signed.items()
        for what, (old, new) in changes.items()
        if old in document
    }
    assert len(changed) >= 3 * len(signed)
    assert [pair for pair, answer in jdk.judged(changed).items() if answer == "valid"] == []
    assert all(judge(document).outcome is Outcome.FAILED for document in changed.values())


def test_visits_of_every_edition_written_and_signed_here_it_accepts():
    signed, editions = {}, set()
    for file in WHOLE_VISITS:
        for number, visit in enumerate(read(file.read_bytes()).visits):
            if visit.edition is None:  # its discharge day cannot be read, so it is never signed either
                continue
            unsigned = write_visit(
                visit.record, visit.edition, facility_code="99999", made_on=date(2026, 9, 2)
            )
            signed[file.stem, number] = ours(unsigned, canonical=True)
            editions.add(visit.edition.id)
    assert len(editions) >= 2
    assert set(jdk.judged(signed).values()) == {"valid"}


def test_what_it_signs_in_this_profile_we_accept_and_changed_refuse():
    container = to_pkcs12(HOSPITAL, b"mat-khau")
    documents = {"visit": visit_file(), "check-in": CHECK_IN, "xsi and xsd": visit_file(root_attributes=XSI)}
    for name, document in jdk.signed(documents, container, "mat-khau").items():
        assert judge(document).code == "VALID", name
        assert judge(document.replace(b"<DigestValue>", b"<DigestValue>A")).outcome is Outcome.FAILED
        changed = document.replace(b"NGAYLAP", b"NGAYLAB").replace(b"HO_TEN", b"HO_TEM")
        assert judge(changed).code == "DIGEST-MISMATCH", name


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("another key's signature", forge(signer=AUTHORITY.issue("KHÁC", at=AT), key_info=None)),
        ("a comment inside a value", ours(visit_file()).replace(b"99999<", b"99<!-- -->999<")),
    ],
)
def test_where_arithmetic_alone_is_content_our_rules_still_decide(name, document):
    """The JDK judges numbers only; a comment inside a value is outside the digest, so rules must refuse it."""
    assert jdk.judged({name: document}) == {name: "valid"}
    assert judge(document, registered={"0" * 64}).outcome is Outcome.FAILED
