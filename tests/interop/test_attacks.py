"""The classical attacks on XML signatures (B61–B74 of the project's bad-input list), each refused by its code.

Wherever the arithmetic of an attack can be made right, it is: the forger signs the attacked form with the
facility's own key, so only the rules about shape and place stand in the way.
"""

import base64
import re

import pytest
from tests.unit.signing.material import (
    DSIG,
    HOSPITAL,
    STRANGER,
    forge,
    judge,
    key_info_of,
    visit_file,
)

from sosuckhoe.healthbook.signing import Outcome, sign

SIGNED = sign(visit_file(), HOSPITAL, signature_id="S-1", canonical=True)
SIGNATURE = SIGNED[SIGNED.index(b"<Signature ") : SIGNED.index(b"</Signature>") + 12]
VALUE = SIGNED[SIGNED.index(b"<SignatureValue>") + 16 :][:300]
UNSIGNED_PLACE = b"<CHUKYDONVI></CHUKYDONVI>"
FALSE_CONTENT = visit_file().replace(b"99999", b"00000")


def text_edit(old: str, new: str):
    """An edit that must find what it replaces."""

    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


ENVELOPED = '<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'


def transform(name: str, inside: str = "") -> str:
    return f'<Transform Algorithm="{name}">{inside}</Transform>'


def with_signed_info(old: str, new: str) -> bytes:
    return forge(signed_info=text_edit(old, new))


def with_signature(old: str, new: str) -> bytes:
    return forge(signature=text_edit(old, new))


REFERENCE_START = '<Reference URI="">'
DIGEST_END = "</DigestValue></Reference>"
RSA = 'SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"'
SHA = 'DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"'
C14N = 'CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"'


def other_method(uri: str) -> bytes:
    return with_signed_info(RSA, f'SignatureMethod Algorithm="{uri}"')


def other_digest(uri: str) -> bytes:
    return with_signed_info(SHA, f'DigestMethod Algorithm="{uri}"')


def other_c14n(uri: str) -> bytes:
    return with_signed_info(C14N, f'CanonicalizationMethod Algorithm="{uri}"')


B61 = {
    "no signature": (visit_file(), "NO-SIGNATURE"),
    "an empty Signature": (
        visit_file().replace(
            UNSIGNED_PLACE, f'<CHUKYDONVI><Signature xmlns="{DSIG}"/></CHUKYDONVI>'.encode()
        ),
        "SIGNATURE-SHAPE",
    ),
    "a Signature in no namespace": (SIGNED.replace(f' xmlns="{DSIG}"'.encode(), b""), "NO-SIGNATURE"),
    "a Signature in another namespace": (
        SIGNED.replace(DSIG.encode() + b'" Id', b'urn:x" Id'),
        "NO-SIGNATURE",
    ),
    "only the value": (
        visit_file().replace(
            UNSIGNED_PLACE,
            f'<CHUKYDONVI><Signature xmlns="{DSIG}"><SignatureValue>AA==</SignatureValue></Signature></CHUKYDONVI>'.encode(),
        ),
        "SIGNATURE-SHAPE",
    ),
    "the same signature twice": (SIGNED.replace(SIGNATURE, SIGNATURE * 2), "SIGNATURE-COUNT"),
    "a signature inside the signature": (
        SIGNED.replace(b"</KeyInfo>", b"</KeyInfo><Object>" + SIGNATURE + b"</Object>"),
        "SIGNATURE-COUNT",
    ),
    "text beside the signature": (SIGNED.replace(SIGNATURE, b"x" + SIGNATURE), "SIGNATURE-PLACE"),
    "an element beside the signature": (SIGNED.replace(SIGNATURE, SIGNATURE + b"<A/>"), "SIGNATURE-PLACE"),
}

# Eight placements of true and false content around one true signature.
B62 = {
    "the whole file wrapped in another root": (b"<GOI>" + SIGNED + b"</GOI>", "DOCUMENT-ROOT"),
    "the whole file wrapped in false content": (
        FALSE_CONTENT.replace(UNSIGNED_PLACE, SIGNED + UNSIGNED_PLACE),
        "SIGNATURE-PLACE",
    ),
    "the true content inside an Object": (
        FALSE_CONTENT.replace(
            UNSIGNED_PLACE,
            b"<CHUKYDONVI>"
            + SIGNATURE.replace(b"</Signature>", b"<Object>" + visit_file() + b"</Object></Signature>")
            + b"</CHUKYDONVI>",
        ),
        "SIGNATURE-SHAPE",
    ),
    "false content inside an Object": (
        with_signature("</Signature>", "<Object><A>0</A></Object></Signature>"),
        "SIGNATURE-SHAPE",
    ),
    "false content inside KeyInfo": (with_signature("<X509Data>", "<A>0</A><X509Data>"), "KEY-INFO"),
    "the signature among the content": (
        visit_file().replace(b"</THONGTINHOSO>", SIGNATURE + b"</THONGTINHOSO>"),
        "SIGNATURE-PLACE",
    ),
    "the place first instead of last": (
        forge(visit_file(place="").replace(b"<THONGTINDONVI>", UNSIGNED_PLACE + b"<THONGTINDONVI>", 1)),
        "SIGNATURE-PLACE",
    ),
    "a second content after the place": (
        forge(visit_file(place="<CHUKYDONVI></CHUKYDONVI><A/>")),
        "SIGNATURE-PLACE",
    ),
    "a second place before": (
        SIGNED.replace(b"<THONGTINDONVI>", b"<CHUKYDONVI/><THONGTINDONVI>"),
        "SIGNATURE-PLACE",
    ),
    "a place in a namespace": (
        SIGNED.replace(b"<CHUKYDONVI>", b'<CHUKYDONVI xmlns="urn:x">'),
        "SIGNATURE-PLACE",
    ),
    "a place inside the place": (
        SIGNED.replace(b"<CHUKYDONVI>", b"<CHUKYDONVI><CHUKYDONVI>").replace(
            b"</CHUKYDONVI>", b"</CHUKYDONVI></CHUKYDONVI>"
        ),
        "SIGNATURE-PLACE",
    ),
}

B63 = {
    f"reference to {name}": (with_signed_info('URI=""', f'URI="{uri}"'), "REFERENCE-TARGET")
    for name, uri in {
        "an element": "#x",
        "an XPointer": "#xpointer(/)",
        "an XPointer by id": "#xpointer(id('x'))",
        "an address": "http://mau.invalid/x",
        "a file": "file:///etc/passwd",
        "a blank": " ",
    }.items()
} | {
    "no URI at all": (with_signed_info(' URI=""', ""), "REFERENCE-TARGET"),
    "a Type on the reference": (with_signed_info('URI=""', 'URI="" Type="urn:x"'), "SIGNATURE-SHAPE"),
    "two elements of one Id": (forge(visit_file(content='<A Id="S-1"/>')), "DUPLICATE-ID"),
    "two spellings of one Id": (forge(visit_file(content='<A ID="x"/><B id="x"/>')), "DUPLICATE-ID"),
}

SECOND_REFERENCE = f'{DIGEST_END}<Reference URI="#x"><DigestMethod Algorithm="a"/><DigestValue>AA==</DigestValue></Reference>'

B64 = {
    "no reference": (
        forge(signed_info=lambda text: text[: text.index("<Reference")] + "</SignedInfo>"),
        "REFERENCE-COUNT",
    ),
    "two references": (with_signed_info(DIGEST_END, SECOND_REFERENCE), "REFERENCE-COUNT"),
    "profile B sent as a visit": (
        forge(
            signed_info=text_edit(DIGEST_END, SECOND_REFERENCE),
            signature=text_edit("</Signature>", '<Object Id="x"><A/></Object></Signature>'),
        ),
        "SIGNATURE-SHAPE",
    ),
    "two SignedInfo": (
        with_signature("<SignatureValue>", "<SignedInfo></SignedInfo><SignatureValue>"),
        "SIGNATURE-SHAPE",
    ),
    "two values": (
        with_signature("<KeyInfo>", "<SignatureValue>AA==</SignatureValue><KeyInfo>"),
        "SIGNATURE-SHAPE",
    ),
    "an unknown element in SignedInfo": (with_signed_info("<Reference", "<A/><Reference"), "SIGNATURE-SHAPE"),
    "text in SignedInfo": (with_signed_info("<Reference", "x<Reference"), "SIGNATURE-SHAPE"),
    "an attribute on SignedInfo": (with_signed_info("<SignedInfo", '<SignedInfo a="b"'), "SIGNATURE-SHAPE"),
    "an attribute on Signature": (with_signature('Id="S-1"', 'Id="S-1" a="b"'), "SIGNATURE-SHAPE"),
}

B65 = (
    {
        f"{what} in {name}": (SIGNED.replace(f"<{name}>".encode(), f"<{name}>{markup}".encode()), code)
        for name in ("DigestValue", "SignatureValue", "X509Certificate")
        for what, markup, code in (
            ("a comment", "<!--a-->", "DOCUMENT-COMMENT"),
            ("an instruction", "<?a b?>", "DOCUMENT-INSTRUCTION"),
        )
    }
    | {
        f"an element in {name}": (
            SIGNED.replace(f"<{name}>".encode(), f"<{name}><a/>".encode()),
            "SIGNATURE-SHAPE",
        )
        for name in ("DigestValue", "SignatureValue")
    }
    | {
        "an element in X509Certificate": (
            SIGNED.replace(b"<X509Certificate>", b"<X509Certificate><a/>"),
            "KEY-INFO",
        ),
        "foreign characters in the value": (
            SIGNED.replace(b"<SignatureValue>", b"<SignatureValue>-"),
            "SIGNATURE-SHAPE",
        ),
        "a value without padding": (
            SIGNED.replace(b"==</SignatureValue>", b"</SignatureValue>"),
            "SIGNATURE-SHAPE",
        ),
        "an empty value": (
            SIGNED[: SIGNED.index(b"<SignatureValue>") + 16] + SIGNED[SIGNED.index(b"</SignatureValue>") :],
            "SIGNATURE-SHAPE",
        ),
        "letters that are not ASCII": (
            SIGNED.replace(b"<SignatureValue>", "<SignatureValue>Ａ".encode()),
            "SIGNATURE-SHAPE",
        ),
    }
)

XSLT = transform(
    "http://www.w3.org/TR/1999/REC-xslt-19991116",
    '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>',
)

B66 = {
    name: (with_signed_info(ENVELOPED, steps), "TRANSFORM")
    for name, steps in {
        "no transform": "",
        "XSLT": ENVELOPED + XSLT,
        "only XSLT": XSLT,
        "XPath": transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<XPath>false()</XPath>"),
        "XPath filter": ENVELOPED + transform("http://www.w3.org/2002/06/xmldsig-filter2"),
        "Base64": transform("http://www.w3.org/2000/09/xmldsig#base64"),
        "explicit C14N": ENVELOPED + transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        "ten transforms": ENVELOPED * 10,
        "unknown": transform("urn:x"),
        "a parameter": ENVELOPED.replace("/>", "><XPath>1</XPath></Transform>"),
        "an element of another name": ENVELOPED.replace("Transform ", "Step "),
    }.items()
} | {
    "no Transforms element": (with_signed_info(f"<Transforms>{ENVELOPED}</Transforms>", ""), "TRANSFORM"),
}

MORE = "http://www.w3.org/2001/04/xmldsig-more#"

B67 = {
    "signature none": (other_method(""), "ALGORITHM"),
    "signature RSA-SHA1": (other_method(f"{DSIG}rsa-sha1"), "ALGORITHM"),
    "signature RSA-MD5": (other_method(f"{MORE}rsa-md5"), "ALGORITHM"),
    "signature RSA-SHA512": (other_method(f"{MORE}rsa-sha512"), "ALGORITHM"),
    "signature PSS": (other_method("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"), "ALGORITHM"),
    "signature ECDSA": (other_method(f"{MORE}ecdsa-sha256"), "ALGORITHM"),
    "signature HMAC keyed with the public key": (other_method(f"{MORE}hmac-sha256"), "ALGORITHM"),
    "signature HMAC-SHA1": (other_method(f"{DSIG}hmac-sha1"), "ALGORITHM"),
    "truncated output": (
        with_signed_info(f"<{RSA}/>", f"<{RSA}><HMACOutputLength>8</HMACOutputLength></SignatureMethod>"),
        "ALGORITHM",
    ),
    "digest cut short": (
        forge(signed_info=lambda text: re.sub("DigestValue>([^<]{4})[^<]*<", r"DigestValue>\1<", text)),
        "DIGEST-MISMATCH",
    ),
    "digest SHA-1": (other_digest(f"{DSIG}sha1"), "ALGORITHM"),
    "digest MD5": (other_digest(f"{MORE}md5"), "ALGORITHM"),
    "digest SHA-512": (other_digest("http://www.w3.org/2001/04/xmlenc#sha512"), "ALGORITHM"),
    "two algorithms on one method": (with_signed_info(RSA, RSA + ' algorithm="x"'), "ALGORITHM"),
}

B68 = {
    "canonicalisation unknown": (other_c14n("urn:empty"), "ALGORITHM"),
    "canonicalisation with comments": (
        other_c14n("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"),
        "ALGORITHM",
    ),
    "canonicalisation 1.1": (other_c14n("http://www.w3.org/2006/12/xml-c14n11"), "ALGORITHM"),
    "a relative namespace": (
        SIGNED.replace(b"<GIAMDINHHS>", b'<GIAMDINHHS xmlns:a="b">'),
        "DOCUMENT-NAMESPACE",
    ),
    "a namespace on which engines disagree": (
        forge(visit_file("<A xmlns:a='urn:a?b&amp;c'/>")),
        "DOCUMENT-NAMESPACE",
    ),
    "a default namespace on the root": (
        SIGNED.replace(b"<GIAMDINHHS>", b'<GIAMDINHHS xmlns="urn:x">'),
        "DOCUMENT-ROOT",
    ),
    "xml:base above the signature": (
        SIGNED.replace(b"<GIAMDINHHS>", b'<GIAMDINHHS xml:base="http://mau.invalid/">'),
        "DOCUMENT-ATTRIBUTE",
    ),
    "a schema location on the root": (
        SIGNED.replace(
            b"<GIAMDINHHS>",
            b'<GIAMDINHHS xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            b'xsi:noNamespaceSchemaLocation="http://mau.invalid/x.xsd">',
        ),
        "DOCUMENT-ATTRIBUTE",
    ),
    "an attribute on the place": (
        SIGNED.replace(b"<CHUKYDONVI>", b'<CHUKYDONVI a="b">'),
        "DOCUMENT-ATTRIBUTE",
    ),
    "an attribute twice": (SIGNED.replace(b'URI=""', b'URI="" URI=""'), "DOCUMENT-NOT-XML"),
    "a namespace split by an entity": (
        b"<!DOCTYPE a [<!ENTITY n 'http://www.w3.org/2000/09/'>]>" + SIGNED,
        "DOCUMENT-DOCTYPE",
    ),
}

OWN, FOREIGN = key_info_of(HOSPITAL), key_info_of(STRANGER)
KEY_VALUE = "<KeyValue><RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>"

B69 = {
    "the attacker's certificate": (forge(signer=STRANGER), "CERTIFICATE-UNTRUSTED"),
    "the facility's certificate over the attacker's signature": (
        forge(signer=STRANGER, key_info=OWN),
        "SIGNATURE-MISMATCH",
    ),
    "both certificates": (
        forge(
            signer=STRANGER,
            key_info=OWN.replace("</X509Data></KeyInfo>", "") + FOREIGN.removeprefix("<KeyInfo><X509Data>"),
        ),
        "KEY-INFO",
    ),
    "two X509Data": (
        forge(key_info=OWN.replace("</KeyInfo>", "") + FOREIGN.removeprefix("<KeyInfo>")),
        "KEY-INFO",
    ),
    "a KeyValue beside the certificate": (
        forge(key_info=OWN.replace("<KeyInfo>", "<KeyInfo>" + KEY_VALUE)),
        "KEY-INFO",
    ),
    "only a KeyValue": (forge(key_info=f"<KeyInfo>{KEY_VALUE}</KeyInfo>"), "KEY-INFO"),
    "only a name": (
        forge(key_info="<KeyInfo><X509Data><X509SubjectName>CN=X</X509SubjectName></X509Data></KeyInfo>"),
        "KEY-INFO",
    ),
    "a retrieval method": (
        forge(key_info='<KeyInfo><RetrievalMethod URI="http://mau.invalid/"/></KeyInfo>'),
        "KEY-INFO",
    ),
    "no KeyInfo": (forge(signature=text_edit(OWN, "")), "SIGNATURE-SHAPE"),
    "noise for a certificate": (
        forge(key_info="<KeyInfo><X509Data><X509Certificate>AAAA</X509Certificate></X509Data></KeyInfo>"),
        "CERTIFICATE-UNREADABLE",
    ),
}

CERTIFICATE = OWN.removeprefix("<KeyInfo><X509Data>").removesuffix("</X509Data></KeyInfo>")

B71 = {
    "a byte of SignedInfo": (SIGNED.replace(b"<Reference", b"\n<Reference"), "SIGNATURE-MISMATCH"),
    "a byte of the value": (SIGNED.replace(VALUE, VALUE[::-1]), "SIGNATURE-MISMATCH"),
    "another namespace prefix": (
        SIGNED.replace(b"<Signature xmlns=", b"<ds:Signature xmlns:ds=").replace(
            b"</Signature>", b"</ds:Signature>"
        ),
        "SIGNATURE-SHAPE",
    ),
    "a valid signature of another file": (
        FALSE_CONTENT.replace(UNSIGNED_PLACE, b"<CHUKYDONVI>" + SIGNATURE + b"</CHUKYDONVI>"),
        "DIGEST-MISMATCH",
    ),
}

B74 = {
    "a signature of 1 MB": (
        SIGNED.replace(b"<SignatureValue>", b"<SignatureValue>" + b" " * 2**20),
        "SIGNATURE-TOO-LARGE",
    ),
    "a certificate of 10 MB": (
        SIGNED.replace(b"<X509Certificate>", b"<X509Certificate>" + base64.b64encode(bytes(10 * 2**20))),
        "SIGNATURE-TOO-LARGE",
    ),
    "a certificate of 40 kB": (
        SIGNED.replace(b"<X509Certificate>", b"<X509Certificate>" + base64.b64encode(bytes(40_000))),
        "CERTIFICATE-TOO-LARGE",
    ),
    "10,000 certificates": (
        forge(key_info=OWN.replace(CERTIFICATE, CERTIFICATE * 10_000)),
        "SIGNATURE-TOO-LARGE",
    ),
    "30 certificates": (forge(key_info=OWN.replace(CERTIFICATE, CERTIFICATE * 30)), "KEY-INFO"),
    "a signature that hides its start": (
        forge(
            signature=text_edit(
                "</Signature>", "<Object>" + "<CHUKYDONVI/>" * 20_000 + "</Object></Signature>"
            )
        ),
        "SIGNATURE-SHAPE",
    ),
    "elements nested 200 deep": (visit_file("<A>" * 200 + "</A>" * 200), "DOCUMENT-TOO-DEEP"),
    "elements nested 100,000 deep": (visit_file("<A>" * 100_000 + "</A>" * 100_000), "DOCUMENT-NOT-XML"),
    "300,000 elements": (visit_file("<A/>" * 300_000), "DOCUMENT-TOO-DEEP"),
}

ATTACKS = {
    f"{number} {name}": attack
    for number, attacks in {
        "B61": B61,
        "B62": B62,
        "B63": B63,
        "B64": B64,
        "B65": B65,
        "B66": B66,
        "B67": B67,
        "B68": B68,
        "B69": B69,
        "B71": B71,
        "B74": B74,
    }.items()
    for name, attack in attacks.items()
}


@pytest.mark.parametrize(("document", "code"), ATTACKS.values(), ids=ATTACKS.keys())
def test_the_attack_is_refused_by_its_code(document, code):
    verdict = judge(document)
    assert (verdict.outcome, verdict.tree) == (Outcome.FAILED, None)
    assert verdict.code == code


def test_the_facilitys_own_file_passes_so_that_the_refusals_mean_something():
    assert judge(SIGNED).outcome is Outcome.PASSED
    assert judge(forge()).outcome is Outcome.PASSED
