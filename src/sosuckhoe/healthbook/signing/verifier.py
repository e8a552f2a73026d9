"""Strict verification of a signed document. It shares no code with the signer and believes nothing it is told.

The order is: limits before reading, one parse, the shape of the signature against the policy, the digest of
the parsed tree, the signature value, and last the certificate. What the caller receives is the very tree the
digest was taken from, so nothing else can be read by mistake (signature wrapping, comments inside values).
"""

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache, lru_cache
from hmac import compare_digest
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from ..contents import SetApart, set_apart
from .certificates import Leaf, Registrar, judge, read_leaf
from .policy import EXCLUSIVE_C14N, PROFILE_A, XMLDSIG, Policy
from .verdict import Verdict

_BLANK = " \t\r\n"
# What may stand before the root: byte order mark, declaration, blanks. Group 2 is what comes next.
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(<\?xml[ \t\r\n][^>]*\?>)?[ \t\r\n]*(<!DOCTYPE|<!--|<\?|<)")
_DECLARED = re.compile(rb"encoding[ \t\r\n]*=[ \t\r\n]*[\"']([^\"']*)[\"']")

_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False
)
# XPath walks in C; an expression's result has no useful static type.
_IDS: Any = etree.XPath("//@*[local-name()='Id' or local-name()='ID' or local-name()='id']")
_COUNT: Any = etree.XPath("count(//*)")
# libxml2 2.14 canonicalises these characters in a namespace name without escaping, other engines escape them.
_ODD_NAMESPACE: Any = etree.XPath(
    "boolean(//namespace::*[string-length(translate(., '&<\"\t\n\r', '')) != string-length(.)])"
)


@cache
def _tag(name: str) -> str:
    return f"{{{XMLDSIG}}}{name}"


# Their attributes are judged where they are read.
_WITH_ATTRIBUTES = (_tag("Signature"), _tag("Reference"))


class _Refused(Exception):
    """Verification ends here."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def verify(
    document: bytes,
    *,
    at: datetime,
    trusted: Sequence[x509.Certificate] | None = None,
    registered: Collection[str] | None = None,
    tax_code: str | None = None,
    standing: Registrar | None = None,
    policy: Policy = PROFILE_A,
    apart: SetApart | None = None,
) -> Verdict:
    """The verdict on a signed document at a moment (with time zone).

    ``trusted`` are the authorities, ``registered`` the fingerprints registered for the facility that signs
    (see ``fingerprint``); what is None is not checked, and without both the best outcome is UNKNOWN.
    ``tax_code`` is the organisation the certificate must belong to; ``standing`` tells revocation. ``apart``: this
    very document with its contents set apart, where somebody has done that already.
    """
    if at.tzinfo is None:
        raise ValueError("the moment of verification needs a time zone")
    leaf: Leaf | None = None
    try:
        if apart is None or apart.document is not document:
            apart = set_apart(document) if len(document) <= policy.max_document_bytes else None
        root = _read(document, apart.frame if apart else document, policy)
        signature = _find(root, policy)
        signed_info, value_element, key_info = _children(signature, "SignedInfo", "SignatureValue", "KeyInfo")
        exclusive, claimed_digest = _check_signed_info(signed_info, policy)
        leaf = _leaf_of(key_info, policy)
        key = leaf.key
        if key is None or not policy.min_key_bits <= key.key_size <= policy.max_key_bits:
            raise _Refused("CERTIFICATE-KEY")
        value = _base64(value_element, policy.max_key_bits // 8)
        signed_bytes = _signed_info_bytes(signed_info, exclusive)
        _take_out(signature)
        if not compare_digest(_digest(root, apart), claimed_digest):
            raise _Refused("DIGEST-MISMATCH")
        try:
            key.verify(value, signed_bytes, PKCS1v15(), SHA256())
        except InvalidSignature:
            raise _Refused("SIGNATURE-MISMATCH") from None
    except _Refused as refused:
        return Verdict(refused.code, refused.detail, certificate=leaf.certificate if leaf else None)
    code = judge(leaf, at=at, trusted=trusted, registered=registered, tax_code=tax_code, standing=standing)
    if code == "VALID" and apart:
        _put_back(root, apart)
    return Verdict(code, tree=root if code == "VALID" else None, certificate=leaf.certificate)


def _read(document: bytes, frame: bytes, policy: Policy) -> etree._Element:
    """The parsed root of the frame, after everything that can be refused without parsing."""
    if len(document) > policy.max_document_bytes:
        raise _Refused("DOCUMENT-TOO-LARGE", f"{len(document)} byte")
    place = document.rfind(b"<" + policy.place.encode())
    if place >= 0 and len(document) - place > policy.max_signature_bytes:
        raise _Refused("SIGNATURE-TOO-LARGE", f"{len(document) - place} byte")
    if document[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in document[:4]:
        raise _Refused("DOCUMENT-ENCODING", "UTF-16/32")
    prolog = _PROLOG.match(document)
    if prolog is None:
        raise _Refused("DOCUMENT-NOT-XML")
    declared = _DECLARED.search(prolog[1]) if prolog[1] else None
    if declared and declared[1].lower() not in (b"utf-8", b"utf8"):
        raise _Refused("DOCUMENT-ENCODING", declared[1].decode("ascii", "replace")[:40])
    unwanted = {b"<!DOCTYPE": "DOCUMENT-DOCTYPE", b"<!--": "DOCUMENT-COMMENT", b"<?": "DOCUMENT-INSTRUCTION"}
    if prolog[2] in unwanted:
        raise _Refused(unwanted[prolog[2]])
    try:
        root = etree.fromstring(frame, _PARSER)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise _Refused("DOCUMENT-NOT-XML", type(problem).__name__) from None
    # Behind the root's start tag no DOCTYPE can stand; comments and instructions can (and CDATA, which is text).
    # One byte is looked for because that is a hundred times faster than two, and Base64 has neither.
    if frame.find(b"!", prolog.end()) >= 0 or frame.find(b"?", prolog.end()) >= 0:
        _refuse_loose_markup(root)
    # Only a reference or an apostrophe can bring such a character into an attribute.
    if (b"&" in frame or b"'" in frame) and _ODD_NAMESPACE(root):
        raise _Refused("DOCUMENT-NAMESPACE")
    if _COUNT(root) > policy.max_elements or _deeper_than(policy.max_depth)(root):
        raise _Refused("DOCUMENT-TOO-DEEP")
    return root


@lru_cache(maxsize=8)
def _deeper_than(depth: int) -> Any:
    return etree.XPath("boolean(" + "/*" * (depth + 1) + ")")


def _refuse_loose_markup(root: etree._Element) -> None:
    after = list(root.itersiblings())
    for kind, code in (
        (etree.Comment, "DOCUMENT-COMMENT"),
        (etree.ProcessingInstruction, "DOCUMENT-INSTRUCTION"),
        (etree.Entity, "DOCUMENT-NOT-XML"),
    ):
        if next(root.iter(kind), None) is not None or any(node.tag is kind for node in after):
            raise _Refused(code)


def _find(root: etree._Element, policy: Policy) -> etree._Element:
    """The one signature, in the one place."""
    if root.tag not in policy.roots:
        raise _Refused("DOCUMENT-ROOT")
    signatures = list(root.iter(_tag("Signature")))
    if not signatures:
        raise _Refused("NO-SIGNATURE")
    holder = _holder(root, policy)
    if policy.before:
        signatures = _without_earlier(signatures, holder, policy)
        if not signatures:
            raise _Refused("NO-SIGNATURE")
    if len(signatures) > 1:
        raise _Refused("SIGNATURE-COUNT", str(len(signatures)))
    signature = signatures[0]
    place = signature.getparent()
    last = list(holder)[-1 - len(policy.after) :]
    if place is None or [each.tag for each in last] != [policy.place, *policy.after] or place is not last[0]:
        raise _Refused("SIGNATURE-PLACE")
    if any(len(each) or each.attrib or not _blank(each.text) for each in last[1:]):
        raise _Refused("SIGNATURE-PLACE")
    if len(place) != 1 or next(root.iter("{*}" + policy.place)) is not place:
        raise _Refused("SIGNATURE-PLACE")
    if not _blank(place.text) or not _blank(signature.tail):
        raise _Refused("SIGNATURE-PLACE")
    # xml:* attributes above SignedInfo would change its canonical form; xsi:* ones invite other readers.
    if place.attrib or any(str(name).startswith("{") for name in root.attrib):
        raise _Refused("DOCUMENT-ATTRIBUTE")
    ids = _IDS(root)
    if len(ids) != len(set(ids)):
        raise _Refused("DUPLICATE-ID")
    if set(signature.attrib) - {"Id"}:
        raise _Refused("SIGNATURE-SHAPE", "Signature/@")
    return signature


def _holder(root: etree._Element, policy: Policy) -> etree._Element:
    """The element whose last children are the places, reached from the root by last children alone."""
    holder = root
    for name in policy.within:
        if not len(holder) or holder[-1].tag != name or holder[-1].attrib:
            raise _Refused("SIGNATURE-PLACE")
        holder = holder[-1]
    return holder


def _without_earlier(
    signatures: list[etree._Element], holder: etree._Element, policy: Policy
) -> list[etree._Element]:
    """Without those that stand alone in a place where the policy lets earlier ones be. They are content here."""
    earlier = [child[0] for child in holder if child.tag in policy.before and len(child) == 1]
    if len({str(child.tag) for child in holder if child.tag in policy.before}) != sum(
        child.tag in policy.before for child in holder
    ):
        raise _Refused("SIGNATURE-COUNT")
    return [one for one in signatures if all(one is not other for other in earlier)]


def _check_signed_info(signed_info: etree._Element, policy: Policy) -> tuple[bool, bytes]:
    """SignedInfo says what the policy says and nothing else; whether C14N is exclusive, and the digest claimed."""
    references = [child for child in signed_info if child.tag == _tag("Reference")]
    if len(references) != 1:
        raise _Refused("REFERENCE-COUNT", str(len(references)))
    method, algorithm, reference = _children(
        signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference"
    )
    canonicalizations = {policy.canonicalization}
    if policy.allow_exclusive_c14n:
        canonicalizations.add(EXCLUSIVE_C14N)
    chosen = _algorithm(method, canonicalizations, "ALGORITHM")
    _algorithm(algorithm, {policy.signature_algorithm}, "ALGORITHM")

    if reference.get("URI") != "":
        raise _Refused("REFERENCE-TARGET")
    if set(reference.attrib) != {"URI"}:
        raise _Refused("SIGNATURE-SHAPE", "Reference/@")
    if not len(reference) or reference[0].tag != _tag("Transforms"):
        raise _Refused("TRANSFORM", "Reference/Transforms")
    transforms, digest_method, digest_value = _children(
        reference, "Transforms", "DigestMethod", "DigestValue"
    )
    steps = list(transforms)
    if len(steps) != len(policy.transforms) or not _blank(transforms.text) or transforms.attrib:
        raise _Refused("TRANSFORM", str(len(steps)))
    for step, wanted in zip(steps, policy.transforms, strict=True):
        if step.tag != _tag("Transform") or not _blank(step.tail):
            raise _Refused("TRANSFORM")
        _algorithm(step, {wanted}, "TRANSFORM")
    _algorithm(digest_method, {policy.digest_algorithm}, "ALGORITHM")
    return chosen == EXCLUSIVE_C14N, _base64(digest_value, 64)


def _leaf_of(key_info: etree._Element, policy: Policy) -> Leaf:
    """The one certificate in KeyInfo. It says who claims to have signed, and is trusted for nothing yet."""
    names = [child.tag for child in key_info.iter(etree.Element)][1:]
    wanted = _tag("X509Certificate")
    allowed = [_tag("X509Data"), wanted, _tag("X509SubjectName")]
    if names.count(wanted) != 1 or any(names.count(name) > 1 for name in allowed):
        raise _Refused("KEY-INFO", f"X509Certificate: {names.count(wanted)}")
    if set(names) - set(allowed):
        raise _Refused("KEY-INFO", "KeyInfo")
    (data,) = _children(key_info, "X509Data")
    if len(data) == 2:
        subject, holder = _children(data, "X509SubjectName", "X509Certificate")
        _text(subject)  # informational only, never compared
    else:
        (holder,) = _children(data, "X509Certificate")
    if len(holder.text or "") > policy.max_certificate_bytes * 2:
        raise _Refused("CERTIFICATE-TOO-LARGE")
    der = _base64(holder, policy.max_certificate_bytes, too_long="CERTIFICATE-TOO-LARGE")
    try:
        return read_leaf(der)
    except ValueError:
        raise _Refused("CERTIFICATE-UNREADABLE") from None


def _signed_info_bytes(signed_info: etree._Element, exclusive: bool) -> bytes:
    """The canonical bytes of SignedInfo, with the namespaces in scope where it stands.

    Serialised (which keeps the declarations above it) and read again as its own document, because
    canonicalising a sub-element writes false ``xmlns=""`` in the lxml versions of today.
    """
    alone = etree.fromstring(etree.tostring(signed_info, with_tail=False), _PARSER)
    return _canonical(alone, exclusive)


def _digest(root: etree._Element, apart: SetApart | None) -> bytes:
    """SHA-256 of the canonical form, with the contents that were set apart back in their places."""
    canonical = _canonical(root, False)
    found = hashlib.sha256()
    for piece in apart.whole(canonical) if apart else (canonical,):
        found.update(piece)
    return found.digest()


def _put_back(root: etree._Element, apart: SetApart) -> None:
    """The tree as its digest was taken: with the contents."""
    for element in root.iter("{*}NOIDUNGFILE"):
        text = apart.texts.get(element.text or "")
        if text is not None:
            element.text = bytes(text).decode()


def _canonical(root: etree._Element, exclusive: bool) -> bytes:
    try:
        return etree.tostring(root.getroottree(), method="c14n", exclusive=exclusive, with_comments=False)
    except etree.C14NError as problem:
        raise _Refused("DOCUMENT-NAMESPACE", type(problem).__name__) from None


def _take_out(signature: etree._Element) -> None:
    """The enveloped transform: the element goes, the blanks around it stay."""
    place = signature.getparent()
    assert place is not None
    blanks = (place.text or "") + (signature.tail or "")
    place.remove(signature)
    place.text = blanks or None


def _children(parent: etree._Element, *names: str) -> list[etree._Element]:
    """Exactly these XML-DSig children in this order, only blanks between them, no attributes on the parent."""
    children = list(parent)
    if [child.tag for child in children] != [_tag(name) for name in names]:
        raise _Refused("SIGNATURE-SHAPE", etree.QName(parent).localname)
    if not _blank(parent.text) or not all(_blank(child.tail) for child in children):
        raise _Refused("SIGNATURE-SHAPE", etree.QName(parent).localname)
    if parent.attrib and parent.tag not in _WITH_ATTRIBUTES:
        raise _Refused("SIGNATURE-SHAPE", etree.QName(parent).localname + "/@")
    return children


def _algorithm(element: etree._Element, allowed: Collection[str], code: str) -> str:
    """The one attribute Algorithm of an element without parameters."""
    name = element.get("Algorithm", "")
    if name not in allowed or len(element.attrib) != 1 or len(element) or not _blank(element.text):
        raise _Refused(code, name[:120])
    return name


def _text(element: etree._Element) -> str:
    if len(element) or element.attrib:
        raise _Refused("SIGNATURE-SHAPE", etree.QName(element).localname)
    return element.text or ""


def _base64(element: etree._Element, max_bytes: int, too_long: str = "SIGNATURE-SHAPE") -> bytes:
    """The bytes of a Base64 value; line breaks are allowed, other spellings of the same bytes are not."""
    text = _text(element).encode().translate(None, _BLANK.encode())
    if len(text) > max_bytes * 4 // 3 + 4:
        raise _Refused(too_long, etree.QName(element).localname)
    try:
        raw = b64decode(text)
    except (Base64Error, ValueError):
        raise _Refused("SIGNATURE-SHAPE", etree.QName(element).localname) from None
    # Encoding again shows foreign characters, missing padding and unused bits at once.
    if not raw or b64encode(raw) != text:
        raise _Refused("SIGNATURE-SHAPE", etree.QName(element).localname)
    return raw


def _blank(text: str | None) -> bool:
    return not text or not text.strip(_BLANK)
