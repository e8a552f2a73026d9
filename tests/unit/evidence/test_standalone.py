"""The stand-alone verifier beside the strict one: where it concludes they agree, and it never accepts more."""

import ast
import io
import sys
import zipfile
from datetime import timedelta
from functools import cache
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from tests.unit.signing.material import (
    AT,
    AUTHORITY,
    CHECK_IN,
    HOSPITAL,
    OTHER_AUTHORITY,
    STRANGER,
    forge,
    visit_file,
)

from sosuckhoe.healthbook.signing import PracticeAuthority, fingerprint, health_check_policy, sign
from sosuckhoe.healthbook.signing import verify_evidence as alone
from sosuckhoe.healthbook.signing.judges import document_judge
from sosuckhoe.healthbook.signing.practice import _usage

CONTENT = "<GHI_CHU>Đường huyết &lt; 7 &amp; ổn định&#xD;\n\t</GHI_CHU>"
SIGNED = sign(visit_file(CONTENT), HOSPITAL, signature_id="S-1", canonical=True)


@cache
def small(certificate) -> alone.Certificate:
    return alone.Certificate(certificate.public_bytes(Encoding.DER))


def both(document: bytes, *, at=AT, trusted=(AUTHORITY,), registered=()) -> tuple[str, str, str]:
    """Outcome of the small verifier, and both codes."""
    strict = document_judge(
        trusted=[one.certificate for one in trusted] or None, registered=registered or None
    )(document, at)
    own = alone.judge_document(document, at, [small(one.certificate) for one in trusted], registered)
    if own.outcome != alone.UNKNOWN:
        assert own.outcome == strict.outcome, (own, strict)
    return own.outcome, own.code, strict.code


@pytest.mark.parametrize("document", [visit_file(CONTENT), visit_file(), CHECK_IN])
def test_what_our_signer_wrote_passes_in_both(document):
    signed = sign(document, HOSPITAL, signature_id="S-1", canonical=True)
    assert both(signed) == ("passed", "VALID", "VALID")
    assert both(alone.DECLARATION + signed) == ("passed", "VALID", "VALID")
    assert both(signed, trusted=(), registered=[fingerprint(HOSPITAL.certificate)]) == (
        "passed",
        "VALID",
        "VALID",
    )


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80])
def test_no_changed_byte_passes_and_none_is_judged_otherwise_than_by_the_strict_verifier(mask):
    codes = set()
    for place in range(len(SIGNED)):
        changed = bytearray(SIGNED)
        changed[place] ^= mask
        outcome, code, _ = both(bytes(changed))
        # The Id of the signature and the subject's text beside the certificate are signed by nobody.
        if outcome == "passed":
            assert _unsigned_text(place)
        codes.add(code)
    assert "SHAPE-NOT-OURS" in codes
    if mask == 0x01:
        assert {"DIGEST-MISMATCH", "SIGNATURE-MISMATCH", "CERTIFICATE-UNTRUSTED"} <= codes


def _unsigned_text(place: int) -> bool:
    for start, end in ((b'Id="', b'"'), (b"<X509SubjectName>", b"<")):
        begin = SIGNED.index(start) + len(start)
        if begin <= place < SIGNED.index(end, begin):
            return True
    return False


@pytest.mark.parametrize(
    "document",
    {
        "empty element": SIGNED.replace(b"</THONGTINHOSO>", b"<A/></THONGTINHOSO>"),
        "comment in a value": SIGNED.replace(b"99999", b"99<!-- -->999"),
        "instruction": SIGNED.replace(b"<THONGTINHOSO>", b"<THONGTINHOSO><?a b?>"),
        "line ends of Windows": SIGNED.replace(b"\n", b"\r\n"),
        "attribute": SIGNED.replace(b"<THONGTINHOSO>", b'<THONGTINHOSO a="b">'),
        "other spelling of a letter": SIGNED.replace(b"99999", b"9&#57;999"),
        "byte order mark": b"\xef\xbb\xbf" + SIGNED,
        "doctype": b"<!DOCTYPE GIAMDINHHS>" + SIGNED,
        "no subject": forge(),
        "something behind": SIGNED + b"\n",
        "two signatures": SIGNED.replace(b"</Signature>", b"</Signature><Signature></Signature>"),
        "wrapped": b"<A>" + SIGNED + b"</A>",
        "cut": SIGNED[:-1],
        "nothing": b"",
        "two places": SIGNED.replace(b"<THONGTINHOSO>", b"<CHUKYDONVI></CHUKYDONVI><THONGTINHOSO>"),
        "not closed": SIGNED.replace(b"<NGAYLAP>", b"<NGAYLAP><B>"),
    }.items(),
    ids=lambda pair: pair[0],
)
def test_what_is_not_our_own_form_is_left_undecided(document):
    assert both(document[1])[:2] == ("unknown", "SHAPE-NOT-OURS")


FOREIGN = (
    '<?xml version="1.0" encoding="UTF-8"?>\r\n<KHAMSUCKHOE ten="b &#10;&quot;" a="1">\r\n  <THONGTINHOSO><HO_TEN>Trần &amp; Bình'
    "</HO_TEN><RONG/><K>a&#13;b &gt; \t</K></THONGTINHOSO>\n  <CHUKYDONVI>\n <CKS_NGUOI_KET_LUAN/>\n <CKS_BENH_VIEN/>\n"
    "</CHUKYDONVI>\n</KHAMSUCKHOE>\n"
).encode()
"""A health check in the hand of another system: spaces, line ends and attributes as nobody orders them."""
CHECKS = {
    "the facility alone": (b"<CKS_NGUOI_KET_LUAN/>", ()),
    "the doctor before": (b"<CKS_NGUOI_KET_LUAN/>", (True,)),
    "no place of the doctor": (b"", ()),
}


def health_check(name: str, within: str = "CHUKYDONVI") -> bytes:
    place, doctors = CHECKS[name]
    document = FOREIGN.replace(b"<CKS_NGUOI_KET_LUAN/>", place)
    for number, doctor in enumerate((*doctors, False)):
        policy = health_check_policy(within, doctor=doctor)
        document = sign(document, HOSPITAL, signature_id=f"S-{number}", policy=policy)
    return document


@pytest.mark.parametrize("name", CHECKS)
def test_a_health_check_of_another_system_passes_in_both(name):
    assert both(health_check(name)) == ("passed", "VALID", "VALID")


def test_no_changed_byte_of_a_health_check_passes_or_is_judged_otherwise_than_by_the_strict_verifier():
    signed, codes = health_check("the doctor before"), set()
    last = signed.rindex(b"<Signature ")
    free = [
        range(signed.index(start, last), signed.index(end, last))
        for start, end in ((b"Id=", b"<SignedInfo"), (b"<X509SubjectName", b"</X509S"))
    ]
    free.append(range(signed.index(b"<KHAMSUCKHOE")))
    for place in range(0, len(signed), 5):
        changed = bytearray(signed)
        changed[place] ^= 0x20 if place % 2 else 0x01
        outcome, code, _ = both(bytes(changed))
        codes.add(code)
        assert outcome != "passed" or any(place in one for one in free), (place, code)
    assert {"DIGEST-MISMATCH", "SIGNATURE-MISMATCH", "SHAPE-NOT-OURS"} <= codes


@pytest.mark.parametrize(
    "change",
    {
        "a signature beside it": lambda one: one.replace(b"<THONGTINHOSO>", b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"></Signature><THONGTINHOSO>'),
        "a second place": lambda one: one.replace(b"<THONGTINHOSO>", b"<CKS_BENH_VIEN></CKS_BENH_VIEN><THONGTINHOSO>"),
        "a comment": lambda one: one.replace(b"<RONG/>", b"<RONG/><!-- -->"),
        "a namespace": lambda one: one.replace(b"<RONG/>", b'<RONG xmlns:x="y"/>'),
        "text in the place": lambda one: one.replace(b"<CKS_BENH_VIEN><", b"<CKS_BENH_VIEN>x<"),
        "something after the place": lambda one: one.replace(b"</CKS_BENH_VIEN>", b"</CKS_BENH_VIEN><X/>"),
        "the same Id twice": lambda one: one.replace(b"<RONG/>", b'<RONG Id="S-0"/>').replace(b"<K>", b'<K Id="S-0">'),
    }.items(),
    ids=lambda pair: pair[0],
)  # fmt: skip
def test_a_health_check_bent_in_its_shape_is_not_passed(change):
    assert both(change[1](health_check("the facility alone")))[:2] == ("unknown", "SHAPE-NOT-OURS")


def test_a_health_check_without_the_facilitys_signature_is_told_as_unsigned():
    doctor = sign(
        FOREIGN, HOSPITAL, signature_id="D-1", policy=health_check_policy("CHUKYDONVI", doctor=True)
    )
    assert both(FOREIGN) == both(doctor) == ("failed", "NO-SIGNATURE", "NO-SIGNATURE")


def test_an_unsigned_file_fails_in_both():
    assert both(visit_file()) == ("failed", "NO-SIGNATURE", "NO-SIGNATURE")


def signed_by(signer) -> bytes:
    return sign(visit_file(), signer, signature_id="S-1", canonical=True)


LATER = PracticeAuthority.new(at=AT + timedelta(days=30))
SHORT_LIVED = PracticeAuthority.new(at=AT - timedelta(days=30), days=10)


@pytest.mark.parametrize(
    ("signer", "how", "code"),
    [
        (AUTHORITY.issue("A", at=AT - timedelta(days=400)), {}, "CERTIFICATE-EXPIRED"),
        (AUTHORITY.issue("A", at=AT + timedelta(days=5)), {}, "CERTIFICATE-NOT-YET-VALID"),
        (AUTHORITY.issue("A", at=AT, usage=_usage(leaf=False)), {}, "CERTIFICATE-USAGE"),
        (STRANGER, {}, "CERTIFICATE-UNTRUSTED"),
        (HOSPITAL, {"trusted": (OTHER_AUTHORITY,)}, "CERTIFICATE-UNTRUSTED"),
        (HOSPITAL, {"registered": ["0" * 64]}, "CERTIFICATE-NOT-REGISTERED"),
        (SHORT_LIVED.issue("A", at=AT), {"trusted": (SHORT_LIVED,)}, "AUTHORITY-OUT-OF-DATE"),
        (LATER.issue("A", at=AT), {"trusted": (LATER,)}, "AUTHORITY-OUT-OF-DATE"),
        (HOSPITAL, {"trusted": ()}, "TRUST-NOT-CHECKED"),
        (AUTHORITY.issue("A", at=AT, key=rsa.generate_private_key(65537, 3072)), {}, "VALID"),
        (AUTHORITY.issue("A", at=AT, key=rsa.generate_private_key(3, 2056)), {}, "VALID"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_certificates_are_judged_as_by_the_strict_verifier(signer, how, code):
    assert both(signed_by(signer), **how)[1:] == (code, code)


def test_an_authority_without_the_right_to_issue_is_none():
    impostor = AUTHORITY.issue("KHÔNG PHẢI CA", at=AT)
    forged = PracticeAuthority(impostor.certificate, impostor.private_key)
    leaf = forged.issue("BỆNH VIỆN MẪU", at=AT)
    assert both(signed_by(leaf), trusted=(forged,))[1:] == ("CERTIFICATE-UNTRUSTED", "CERTIFICATE-UNTRUSTED")


def test_a_certificate_with_another_kind_of_key_is_not_read():
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(AUTHORITY.certificate.subject)
        .issuer_name(AUTHORITY.certificate.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(AT)
        .not_valid_after(AT + timedelta(days=1))
        .sign(key, SHA256())
    )
    with pytest.raises(alone.NotReadable):
        small(certificate)


def test_any_bytes_as_certificate_are_read_or_refused_never_anything_else():
    whole = HOSPITAL.certificate.public_bytes(Encoding.DER)
    refused = 0
    for place in range(len(whole)):
        for mask in (0x01, 0x80, 0xFF):
            try:
                alone.Certificate(whole[:place] + bytes([whole[place] ^ mask]) + whole[place + 1 :])
            except alone.NotReadable:
                refused += 1
    assert refused > 100
    for length in range(len(whole)):
        with pytest.raises(alone.NotReadable):
            alone.Certificate(whole[:length])


def test_rsa_compares_the_whole_padded_block():
    leaf, data = small(HOSPITAL.certificate), b"x"
    good = HOSPITAL.sign(data)
    assert alone.rsa_verifies(leaf, good, data)
    assert not alone.rsa_verifies(leaf, good, b"y")
    assert not alone.rsa_verifies(leaf, b"\0" + good, data)
    assert not alone.rsa_verifies(leaf, b"\0" * len(good), data)
    beyond = (int.from_bytes(good, "big") + leaf.modulus).to_bytes(len(good) + 1, "big")
    assert not alone.rsa_verifies(leaf, beyond, data)
    # The same number modulo the modulus, where it is no longer: one signature would have two forms.
    signed = ((HOSPITAL.sign(b"%d" % number), b"%d" % number) for number in range(999))
    second = ((int.from_bytes(value, "big") + leaf.modulus, data) for value, data in signed)
    number, data = next((number, data) for number, data in second if number < 1 << 8 * len(good))
    assert not alone.rsa_verifies(leaf, number.to_bytes(len(good), "big"), data)


def test_a_block_that_only_ends_as_it_should_is_no_signature():
    """With an exponent of 3 anybody can make one, without the key: a cube root modulo a power of two."""
    key = alone.PublicKey(small(HOSPITAL.certificate).modulus, 3)
    data = next(one for one in (b"%d" % number for number in range(99)) if sha256(one).digest()[-1] & 1)
    ending = b"\0" + alone.DIGEST_INFO["sha256"] + sha256(data).digest()
    bits = 8 * len(ending)
    root = pow(int.from_bytes(ending, "big"), pow(3, -1, 1 << bits - 2), 1 << bits)
    assert pow(root, 3, key.modulus).to_bytes(256, "big").endswith(ending)
    assert not alone.rsa_verifies(key, root.to_bytes(256, "big"), data)


def test_the_container_is_a_zip_others_can_read_and_depends_on_its_parts_alone():
    parts = {"b.txt": b"two", "a/c.json": b"{}", "empty": b""}
    packed = alone.pack(parts)
    assert packed == alone.pack(dict(reversed(parts.items())))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == parts
    assert alone.unpack(packed) == parts


def test_it_is_python_3_8_and_needs_the_standard_library_only():
    source = alone.__file__
    with open(source, encoding="utf-8") as stream:
        tree = ast.parse(stream.read(), feature_version=(3, 8))
    named = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {(node.module or ".").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert named <= sys.stdlib_module_names
    # Methods and functions that came after 3.8.
    text = ast.unparse(tree)
    assert not any(word in text for word in (".removeprefix(", ".removesuffix(", "strict=", "datetime.UTC"))
