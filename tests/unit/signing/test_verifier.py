"""The strict verifier on ordinary files: what a change after signing does, and what the caller receives."""

import dataclasses
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from tests.unit.signing.material import (
    AT,
    CHECK_IN,
    HOSPITAL,
    STRANGER,
    XSI,
    forge,
    judge,
    key_info_of,
    visit_file,
)

from sosuckhoe.healthbook.signing import MEANINGS, PROFILE_A, Outcome, sign, verify

SIGNED = sign(visit_file(), HOSPITAL, signature_id="Signature-1", canonical=True)
SIGNED_CHECK_IN = sign(CHECK_IN, HOSPITAL, signature_id="Signature-1", canonical=True)


def canonical(tree: etree._Element) -> bytes:
    return etree.tostring(tree.getroottree(), method="c14n")


def test_a_passed_verdict_carries_exactly_the_signed_tree():
    verdict = judge(SIGNED)
    assert (verdict.outcome, verdict.code, verdict.gateway_code) == (Outcome.PASSED, "VALID", None)
    assert canonical(verdict.tree) == visit_file()
    assert verdict.certificate == HOSPITAL.certificate


def test_the_check_in_is_judged_alike():
    assert canonical(judge(SIGNED_CHECK_IN).tree) == CHECK_IN


def test_the_forger_of_these_tests_makes_valid_signatures():
    """Otherwise the refusals below would prove nothing."""
    assert judge(forge()).code == "VALID"
    assert judge(forge(visit_file(root_attributes=XSI), inherited=XSI)).code == "VALID"


ONE_DIGIT = SIGNED.replace(b"99999", b"99998")

# What happens to a file on its way: (file, code)
CHANGES = {
    "unsigned, empty place": (visit_file(), "NO-SIGNATURE"),
    "unsigned, blank place": (visit_file(place="<CHUKYDONVI> \n </CHUKYDONVI>"), "NO-SIGNATURE"),
    "unsigned, no place": (visit_file(place=""), "NO-SIGNATURE"),
    "one digit changed": (ONE_DIGIT, "DIGEST-MISMATCH"),
    "blanks added inside the place": (
        SIGNED.replace(b"</Signature></CHUKYDONVI>", b"</Signature>\n</CHUKYDONVI>"),
        "DIGEST-MISMATCH",
    ),
    "re-indented": (SIGNED.replace(b"<THONGTINHOSO>", b"\n  <THONGTINHOSO>"), "DIGEST-MISMATCH"),
    "newline inside the root at its end": (
        SIGNED.replace(b"</GIAMDINHHS>", b"\n</GIAMDINHHS>"),
        "DIGEST-MISMATCH",
    ),
    "Base64 re-wrapped": (SIGNED.replace(b"<NOIDUNGFILE>PFRP", b"<NOIDUNGFILE>PFRP\n"), "DIGEST-MISMATCH"),
    "unused namespace added": (
        SIGNED.replace(
            b"<GIAMDINHHS>", b'<GIAMDINHHS xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        ),
        "DIGEST-MISMATCH",
    ),
    "composed letters decomposed": (
        sign(visit_file("<A>à</A>"), HOSPITAL, signature_id="S").replace("à".encode(), "a\u0300".encode()),
        "DIGEST-MISMATCH",
    ),
    "blank added inside SignedInfo": (
        SIGNED.replace(b"<SignedInfo>", b"<SignedInfo> "),
        "SIGNATURE-MISMATCH",
    ),
    "comment inside a value": (SIGNED.replace(b"99999", b"99<!-- -->999"), "DOCUMENT-COMMENT"),
    "comment before the root": (b"<!-- a -->" + SIGNED, "DOCUMENT-COMMENT"),
    "comment after the root": (SIGNED + b"<!-- a -->", "DOCUMENT-COMMENT"),
    "instruction inside": (SIGNED.replace(b"99999", b"99<?a b?>999"), "DOCUMENT-INSTRUCTION"),
    "instruction before the root": (b'<?xml version="1.0"?><?a b?>' + SIGNED, "DOCUMENT-INSTRUCTION"),
    "instruction after the root": (SIGNED + b"<?a b?>", "DOCUMENT-INSTRUCTION"),
    "DOCTYPE": (b"<!DOCTYPE GIAMDINHHS>" + SIGNED, "DOCUMENT-DOCTYPE"),
    "DOCTYPE after the declaration": (
        b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "99999">]>' + SIGNED,
        "DOCUMENT-DOCTYPE",
    ),
    "undefined entity": (SIGNED.replace(b"99999", b"&nam;"), "DOCUMENT-NOT-XML"),
    "truncated": (SIGNED[:-4], "DOCUMENT-NOT-XML"),
    "trailing junk": (SIGNED + b"x", "DOCUMENT-NOT-XML"),
    "empty file": (b"", "DOCUMENT-NOT-XML"),
    "UTF-16": (SIGNED.decode().encode("utf-16"), "DOCUMENT-ENCODING"),
    "UTF-16 without mark": (SIGNED.decode().encode("utf-16-le"), "DOCUMENT-ENCODING"),
    "declared windows-1258": (
        b'<?xml version="1.0" encoding="windows-1258"?>' + SIGNED,
        "DOCUMENT-ENCODING",
    ),
    "wrong key with the right certificate": (
        forge(signer=STRANGER, key_info=key_info_of(HOSPITAL)),
        "SIGNATURE-MISMATCH",
    ),
    "SignedInfo signed without the namespaces in scope": (
        forge(visit_file(root_attributes=XSI)),
        "SIGNATURE-MISMATCH",
    ),
    "SignedInfo signed with namespaces that are not in scope": (forge(inherited=XSI), "SIGNATURE-MISMATCH"),
}


@pytest.mark.parametrize(("document", "code"), CHANGES.values(), ids=CHANGES.keys())
def test_a_file_changed_after_signing_is_refused(document, code):
    verdict = judge(document)
    assert (verdict.outcome, verdict.code, verdict.tree) == (Outcome.FAILED, code, None)


# Canonicalisation makes these the same document, and real systems do them.
HARMLESS = {
    "declaration added": b'<?xml version="1.0" encoding="utf-8"?>\n' + SIGNED,
    "declaration in other words": b"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>" + SIGNED,
    "byte order mark": b"\xef\xbb\xbf" + SIGNED,
    "byte order mark and declaration": b'\xef\xbb\xbf<?xml version="1.0"?>\r\n' + SIGNED,
    "newline after the root": SIGNED + b"\r\n",
    "character reference": SIGNED.replace(b"99999", b"&#57;9999"),
    "CDATA": SIGNED.replace(b"99999", b"<![CDATA[99999]]>"),
    "line ends inside": sign(visit_file("\n"), HOSPITAL, signature_id="S").replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("document", HARMLESS.values(), ids=HARMLESS.keys())
def test_spelling_that_canonical_form_removes_does_not_matter(document):
    verdict = judge(document)
    assert verdict.code == "VALID"
    assert canonical(verdict.tree).replace(b"\n", b"") == visit_file()


def test_the_informational_subject_name_is_outside_what_is_signed():
    start, end = SIGNED.index(b"<X509SubjectName>"), SIGNED.index(b"</X509SubjectName>")
    assert judge(SIGNED[:start] + b"<X509SubjectName>CN=X" + SIGNED[end:]).code == "VALID"


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_no_flipped_byte_changes_what_passes(position, flip):
    changed = bytearray(SIGNED)
    changed[position] ^= flip
    verdict = judge(bytes(changed))
    if verdict.outcome is Outcome.PASSED:
        assert canonical(verdict.tree) == visit_file()
        assert verdict.certificate == HOSPITAL.certificate
    else:
        assert verdict.tree is None


@given(st.binary(max_size=300))
def test_any_bytes_get_a_verdict(data):
    assert judge(data).outcome is Outcome.FAILED
    assert judge(b"<GIAMDINHHS><CHUKYDONVI>" + data + b"</CHUKYDONVI></GIAMDINHHS>").outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("max_document_bytes", 500, "DOCUMENT-TOO-LARGE"),
        ("max_signature_bytes", 500, "SIGNATURE-TOO-LARGE"),
        ("max_certificate_bytes", 500, "CERTIFICATE-TOO-LARGE"),
        ("max_depth", 4, "DOCUMENT-TOO-DEEP"),
        ("max_elements", 20, "DOCUMENT-TOO-DEEP"),
        ("min_key_bits", 3072, "CERTIFICATE-KEY"),
        ("max_key_bits", 1024, "CERTIFICATE-KEY"),
    ],
)
def test_the_limits_are_the_policys(setting, value, code):
    policy = dataclasses.replace(PROFILE_A, **{setting: value})
    assert judge(SIGNED, policy=policy).code == code


def test_exclusive_c14n_is_accepted_only_behind_its_switch():
    exclusive = forge(
        visit_file(root_attributes=XSI),
        signed_info=lambda text: text.replace(
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2001/10/xml-exc-c14n#"
        ),
        exclusive=True,
    )
    assert judge(exclusive).code == "ALGORITHM"
    assert judge(exclusive, policy=dataclasses.replace(PROFILE_A, allow_exclusive_c14n=True)).code == "VALID"


def test_the_moment_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        verify(SIGNED, at=datetime(2026, 11, 23))  # noqa: DTZ001


def test_every_code_tells_the_gateway_code_and_what_to_do():
    for code, meaning in MEANINGS.items():
        assert code == code.upper() and meaning.sentence.endswith(".")
        assert (meaning.gateway_code in ("123", "124", "125")) == (meaning.outcome is Outcome.FAILED)
        assert meaning.outcome is not Outcome.FAILED or "Hãy" in meaning.sentence


def test_time_of_day_matters_not_to_the_arithmetic():
    assert judge(ONE_DIGIT, at=AT.replace(year=2040)).code == "DIGEST-MISMATCH"
