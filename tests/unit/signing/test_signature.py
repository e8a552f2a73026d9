"""Making signatures: the two ways agree, nothing else in the file changes, and what may not be signed is refused."""

import dataclasses

import pytest
from lxml import etree
from tests.unit.signing.material import CHECK_IN, HOSPITAL, XSI, judge, visit_file

from sosuckhoe.healthbook.signing import PROFILE_A, CannotSign, KeyTooShort, Outcome, sign

DSIG = "{http://www.w3.org/2000/09/xmldsig#}"


def signed(document: bytes, canonical: bool = False) -> bytes:
    return sign(document, HOSPITAL, signature_id="Signature-1", canonical=canonical)


@pytest.mark.parametrize("document", [visit_file(), CHECK_IN], ids=["visit", "check-in"])
def test_both_ways_give_the_same_bytes_for_a_canonical_document(document):
    assert signed(document, canonical=True) == signed(document)
    assert judge(signed(document)).outcome is Outcome.PASSED


FOREIGN = {
    "declaration and CRLF": b'<?xml version="1.0" encoding="utf-8"?>\r\n' + visit_file(content="\r\n  "),
    "byte order mark": b"\xef\xbb\xbf" + visit_file(),
    "xsi and xsd on the root": visit_file(root_attributes=XSI),
    "self-closing place": visit_file(place="\n  <CHUKYDONVI />\n"),
    "blanks inside the place": visit_file(place="<CHUKYDONVI>\n </CHUKYDONVI>"),
    "blanks in closing tags and at the end": visit_file().replace(b"</GIAMDINHHS>", b"\n</GIAMDINHHS >\n\n"),
    "CDATA holding markup": visit_file(
        content="<GHI_CHU><![CDATA[<!-- a --><?b?> & <CHUKYDONVI/>]]></GHI_CHU>"
    ),
    "character references": visit_file(content="<A B='1\t2'>&#65;&#13;&#xE1;&amp;&lt;</A>"),
    "unused namespaces in odd order": visit_file(root_attributes=' xmlns:z="urn:z" xmlns:a="urn:a?x=1;y=2"'),
}


@pytest.mark.parametrize("document", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_file_of_another_system_keeps_every_byte_around_the_signature(document):
    result = signed(document)
    start, end = result.index(b"<Signature "), result.index(b"</Signature>") + len(b"</Signature>")
    rest = result[:start] + result[end:]
    assert rest.replace(b"<CHUKYDONVI></CHUKYDONVI>", b"<CHUKYDONVI />") == document.replace(
        b"<CHUKYDONVI></CHUKYDONVI>", b"<CHUKYDONVI />"
    )
    assert judge(result).outcome is Outcome.PASSED


def test_the_markup_is_profile_a():
    signature = etree.fromstring(signed(visit_file(), canonical=True)).find(f"CHUKYDONVI/{DSIG}Signature")
    assert signature.prefix is None and dict(signature.attrib) == {"Id": "Signature-1"}
    assert [child.tag.removeprefix(DSIG) for child in signature.iter()] == [
        "Signature",
        "SignedInfo",
        "CanonicalizationMethod",
        "SignatureMethod",
        "Reference",
        "Transforms",
        "Transform",
        "DigestMethod",
        "DigestValue",
        "SignatureValue",
        "KeyInfo",
        "X509Data",
        "X509SubjectName",
        "X509Certificate",
    ]
    subject = signature.findtext(f".//{DSIG}X509SubjectName")
    assert subject == "C=VN,ST=Tỉnh Mẫu,CN=BỆNH VIỆN MẪU \\<A & B\\>,UID=MST:0100000000"
    assert not any(blank in signature.findtext(f".//{DSIG}X509Certificate") for blank in " \r\n")


def test_a_declaration_is_written_only_when_the_policy_asks():
    policy = dataclasses.replace(PROFILE_A, emit_declaration=True)
    plain = signed(visit_file(), canonical=True)
    declared = sign(visit_file(), HOSPITAL, signature_id="Signature-1", canonical=True, policy=policy)
    assert plain.startswith(b"<GIAMDINHHS>")
    assert declared == b'<?xml version="1.0" encoding="utf-8"?>\n' + plain
    assert judge(declared).outcome is Outcome.PASSED


REFUSED = {
    "not XML": (b"%PDF-1.7", "DOCUMENT-NOT-XML"),
    "empty": (b"", "DOCUMENT-NOT-XML"),
    "truncated": (visit_file()[:-3], "DOCUMENT-NOT-XML"),
    "DOCTYPE": (b"<!DOCTYPE GIAMDINHHS>" + visit_file(), "DOCUMENT-MARKUP"),
    "entities": (b'<!DOCTYPE a [<!ENTITY b "c">]>' + visit_file(), "DOCUMENT-MARKUP"),
    "comment in a value": (visit_file().replace(b"99999", b"99<!-- -->999"), "DOCUMENT-MARKUP"),
    "comment before the root": (b"<!-- a -->" + visit_file(), "DOCUMENT-MARKUP"),
    "comment after the root": (visit_file() + b"<!-- a -->", "DOCUMENT-MARKUP"),
    "instruction": (visit_file(content="<?a b?>"), "DOCUMENT-MARKUP"),
    "instruction before the root": (b"<?a b?>" + visit_file(), "DOCUMENT-MARKUP"),
    "UTF-16": (visit_file().decode().encode("utf-16"), "DOCUMENT-ENCODING"),
    "another encoding": (b'<?xml version="1.0" encoding="windows-1258"?><GIAMDINHHS/>', "DOCUMENT-ENCODING"),
    "another root": (b"<HOSO><CHUKYDONVI></CHUKYDONVI></HOSO>", "DOCUMENT-ROOT"),
    "root in a namespace": (visit_file(root_attributes=' xmlns="urn:x"'), "DOCUMENT-ROOT"),
    "xml:base on the root": (visit_file(root_attributes=' xml:base="x"'), "DOCUMENT-ROOT"),
    "relative namespace": (visit_file(root_attributes=' xmlns:a="b"'), "DOCUMENT-NAMESPACE"),
    "ampersand in a namespace": (visit_file("<A xmlns:a='urn:a?b&amp;c'/>"), "DOCUMENT-NAMESPACE"),
    "no place": (visit_file(place=""), "DOCUMENT-PLACE"),
    "two places": (visit_file(place="<CHUKYDONVI/><CHUKYDONVI/>"), "DOCUMENT-PLACE"),
    "place not last": (visit_file(place="<CHUKYDONVI/><A/>"), "DOCUMENT-PLACE"),
    "place with text": (visit_file(place="<CHUKYDONVI>x</CHUKYDONVI>"), "DOCUMENT-PLACE"),
    "place with an attribute": (visit_file(place="<CHUKYDONVI a='b'></CHUKYDONVI>"), "DOCUMENT-PLACE"),
    "place in CDATA": (visit_file(place="<![CDATA[<CHUKYDONVI></CHUKYDONVI>]]>"), "DOCUMENT-PLACE"),
    "signed already": (signed(visit_file()), "DOCUMENT-PLACE"),
}


@pytest.mark.parametrize(("document", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_the_policy_forbids_is_not_signed(document, code):
    with pytest.raises(CannotSign) as refusal:
        signed(document)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "document",
    [
        visit_file(root_attributes=XSI),
        visit_file(place="<CHUKYDONVI/>"),
        b" " + visit_file(),
        CHECK_IN + b"\n",
    ],
)
def test_bytes_vouched_canonical_must_look_like_our_writers(document):
    with pytest.raises(CannotSign):
        signed(document, canonical=True)


def test_limits_of_the_policy_hold_for_the_signer_too():
    with pytest.raises(CannotSign) as refusal:
        sign(
            visit_file(),
            HOSPITAL,
            signature_id="S",
            policy=dataclasses.replace(PROFILE_A, max_document_bytes=100),
        )
    assert refusal.value.code == "DOCUMENT-TOO-LARGE"
    with pytest.raises(KeyTooShort):
        sign(
            visit_file(), HOSPITAL, signature_id="S", policy=dataclasses.replace(PROFILE_A, min_key_bits=4096)
        )


@pytest.mark.parametrize("identifier", ["", "1a", 'a"', "a b", "a" * 101, "ă"])
def test_the_signature_id_is_a_plain_xml_name(identifier):
    with pytest.raises(ValueError, match="signature_id"):
        sign(visit_file(), HOSPITAL, signature_id=identifier)
