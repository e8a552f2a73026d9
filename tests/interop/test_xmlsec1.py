"""The same signatures judged by another engine: xmlsec1, which shares nothing with our code but the standard."""

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.unit.signing.material import AUTHORITY, CHECK_IN, DSIG, HOSPITAL, XSI, judge, visit_file

from sosuckhoe.healthbook.signing import Outcome, sign

DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\r\n'

DOCUMENTS = {
    "visit": visit_file(),
    "check-in": CHECK_IN,
    "declaration and CRLF": DECLARATION + visit_file("\r\n"),
    "byte order mark": b"\xef\xbb\xbf" + visit_file(),
    "xsi and xsd on the root": visit_file(root_attributes=XSI),
    "unused namespaces in odd order": visit_file(root_attributes=' xmlns:z="urn:z" xmlns:a="urn:a?x=1;y=2"'),
    "self-closing place": visit_file(place="\n  <CHUKYDONVI />\n"),
    "blanks inside the place": visit_file(place="<CHUKYDONVI>\n </CHUKYDONVI>"),
    "odd characters": visit_file(
        "<A B='1\t2&quot;'>&#65;&#13;&#xE1;&amp;&lt;&gt;ﬀ𠀀</A><![CDATA[<!-- -->]]>"
    ),
    "inline namespaces": visit_file('<a:A xmlns:a="urn:a"><B xmlns="urn:b"><C xmlns=""/></B></a:A>'),
}


@pytest.fixture
def xmlsec1(tmp_path: Path):
    """Runs xmlsec1 on a document; the answer is whether it agrees."""
    (tmp_path / "ca.pem").write_bytes(AUTHORITY.pem())

    def verifies(document: bytes) -> bool:
        (tmp_path / "signed.xml").write_bytes(document)
        command = ["xmlsec1", "--verify", "--trusted-pem", "ca.pem", "signed.xml"]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        return run.returncode == 0 and "SignedInfo References (ok/all): 1/1" in run.stderr

    return verifies


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_what_we_sign_xmlsec1_accepts_and_what_is_changed_it_refuses(document, xmlsec1):
    signed = sign(document, HOSPITAL, signature_id="Signature-1")
    assert xmlsec1(signed)
    for old, new in (
        (b"</CHUKYDONVI", b" </CHUKYDONVI"),
        (b"<DigestValue>", b"<DigestValue>A"),
        (b"<SignatureValue>", b"<SignatureValue>AAAA"),
    ):
        changed = signed.replace(old, new, 1)
        assert changed != signed and not xmlsec1(changed)
        assert judge(changed).outcome is Outcome.FAILED


@pytest.mark.parametrize("document", [visit_file(), CHECK_IN], ids=["visit", "check-in"])
def test_signatures_over_the_writers_bytes_are_accepted_by_xmlsec1(document, xmlsec1):
    assert xmlsec1(sign(document, HOSPITAL, signature_id="Signature-1", canonical=True))


def template(method: str, digest: str, prefix: str = "") -> bytes:
    """An unfilled signature, as another system would hand it to xmlsec1."""
    p, declared = (f"{prefix}:", f"xmlns:{prefix}") if prefix else ("", "xmlns")
    return f"""<{p}Signature {declared}="{DSIG}">
  <{p}SignedInfo>
    <{p}CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>
    <{p}SignatureMethod Algorithm="{method}"/>
    <{p}Reference URI="">
      <{p}Transforms><{p}Transform Algorithm="{DSIG}enveloped-signature"/></{p}Transforms>
      <{p}DigestMethod Algorithm="{digest}"/>
      <{p}DigestValue/>
    </{p}Reference>
  </{p}SignedInfo>
  <{p}SignatureValue/>
  <{p}KeyInfo><{p}X509Data><{p}X509SubjectName/><{p}X509Certificate/></{p}X509Data></{p}KeyInfo>
</{p}Signature>""".encode()


@pytest.fixture
def xmlsec1_signs(tmp_path: Path):
    """Lets xmlsec1 fill a template with the practice hospital's key."""
    key = HOSPITAL.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "leaf.pem").write_bytes(HOSPITAL.certificate.public_bytes(Encoding.PEM))

    def signed(document: bytes) -> bytes:
        (tmp_path / "template.xml").write_bytes(document)
        command = ["xmlsec1", "--sign", "--privkey-pem", "key.pem,leaf.pem", "template.xml"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=60).stdout

    return signed


RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
@pytest.mark.parametrize("prefix", ["", "ds"])
def test_what_xmlsec1_signs_in_this_profile_we_accept(document, prefix, xmlsec1_signs):
    empty = document.replace(b"<CHUKYDONVI />", b"<CHUKYDONVI></CHUKYDONVI>")
    signed = xmlsec1_signs(
        empty.replace(b"<CHUKYDONVI>", b"<CHUKYDONVI>" + template(RSA_SHA256, SHA256, prefix))
    )
    assert judge(signed).code == "VALID"


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        (RSA_SHA256, f"{DSIG}sha1"),
        (RSA_SHA256, "http://www.w3.org/2001/04/xmlenc#sha512"),
        (f"{DSIG}rsa-sha1", SHA256),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", SHA256),
    ],
)
def test_valid_signatures_of_other_algorithms_are_refused(method, digest, xmlsec1_signs, xmlsec1):
    signed = xmlsec1_signs(visit_file().replace(b"<CHUKYDONVI>", b"<CHUKYDONVI>" + template(method, digest)))
    assert xmlsec1(signed)
    assert judge(signed).code == "ALGORITHM"
