"""Making the enveloped signature (chữ ký đơn vị) of a whole document; see ``policy.PROFILE_A``.

Two ways lead to the same bytes. Our own writer produces canonical bytes, so the digest is taken over them as
they stand and no tree is built. A document of another system is parsed and canonicalised to find its digest,
but the signature is put into the original bytes: nothing else in the file changes.

Inclusive C14N makes SignedInfo inherit every namespace in scope. A root that declares ``xsi`` therefore gives
another SignedInfo than one that does not, and both forms occur in the field.
"""

import re
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from html import escape

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from .policy import PROFILE_A, XMLDSIG, Policy
from .signer import Signer, check_key

DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


class CannotSign(Exception):
    """The document is not one that may be signed; nothing was written."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def sign(
    document: bytes,
    signer: Signer,
    *,
    signature_id: str,
    canonical: bool = False,
    policy: Policy = PROFILE_A,
) -> bytes:
    """The document with its signature in the empty place at its end.

    ``canonical=True``: the caller vouches that the bytes are their own canonical form, root without
    attributes, no declaration, as ``healthbook.document`` writes them.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}", signature_id):
        raise ValueError("signature_id must be an XML name of at most 100 ASCII characters")
    check_key(signer.certificate, policy)
    if len(document) > policy.max_document_bytes:
        raise CannotSign("DOCUMENT-TOO-LARGE", "Tệp quá lớn nên không ký. Hãy kiểm tra lại tệp xuất ra.")
    head: bytes | memoryview
    namespaces: dict[str, str] = {}
    if canonical:
        head, tail = _split_canonical(document, policy)
        digest = sha256(document).digest()
    else:
        head, tail, digest, namespaces = _split_foreign(document, policy)

    signed_info = _signed_info(b64encode(digest), policy)
    value = b64encode(signer.sign(_in_context(signed_info, namespaces)))
    signature = b'<Signature xmlns="%b" Id="%b">%b<SignatureValue>%b</SignatureValue>%b</Signature>' % (
        XMLDSIG.encode(),
        signature_id.encode(),
        signed_info,
        value,
        _key_info(signer.certificate),
    )
    declaration = DECLARATION if policy.emit_declaration and canonical else b""
    return b"".join((declaration, head, signature, tail))


def _split_canonical(document: bytes, policy: Policy) -> tuple[memoryview, bytes]:
    """The bytes before and after the signature, for our own writer's output."""
    place = policy.place.encode()
    for name in policy.roots:
        root = name.encode()
        tail = b"</%b></%b>" % (place, root)
        if document.startswith(b"<%b>" % root) and document.endswith(b"<%b>%b" % (place, tail)):
            return memoryview(document)[: -len(tail)], tail
    raise _no_place(policy)


def _split_foreign(document: bytes, policy: Policy) -> tuple[bytes, bytes, bytes, dict[str, str]]:
    """Before, after, digest and the namespaces in scope, for a document some other system wrote."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False
    )
    if re.match(rb"(?:\xef\xbb\xbf)?(?:<\?xml[^>]*\?>)?\s*<!", document):
        raise CannotSign(
            "DOCUMENT-MARKUP",
            "Tệp có khai báo DOCTYPE hoặc chú thích nên không ký. Hãy xuất lại tệp không có chúng.",
        )
    if document[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in document[:4]:
        raise _not_utf8()
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise CannotSign(
            "DOCUMENT-NOT-XML", "Tệp không phải XML đọc được nên không ký. Hãy xuất lại tệp."
        ) from None
    tree = root.getroottree()
    if (tree.docinfo.encoding or "utf-8").lower() not in ("utf-8", "us-ascii"):
        raise _not_utf8()
    loose = (etree.Comment, etree.ProcessingInstruction)
    if next(tree.iter(*loose), None) is not None or any(
        True for preceding in (True, False) for _ in root.itersiblings(preceding=preceding)
    ):
        raise CannotSign(
            "DOCUMENT-MARKUP",
            "Tệp có chú thích hoặc chỉ thị xử lý nên không ký. Hãy xuất lại tệp không có chúng.",
        )
    if root.tag not in policy.roots or any(str(name).startswith("{") for name in root.attrib):
        raise CannotSign(
            "DOCUMENT-ROOT", f"Chỉ ký tệp có phần tử gốc {' hoặc '.join(policy.roots)}. Hãy kiểm tra lại tệp."
        )
    holder = _holder(root, policy)
    places = list(root.iter("{*}" + policy.place))
    names = [policy.place, *policy.after]
    last = [] if holder is None else list(holder)[-len(names) :]
    if (
        len(places) != 1
        or [each.tag for each in last] != names
        or places[0] is not last[0]
        or any(map(len, last))
    ):
        raise _no_place(policy)
    place = policy.place
    # The end of the document is plain markup: comments and CDATA cannot hide in what this matches.
    later = "".join(rf"\s*(?:<{name}\s*/>|<{name}\s*>\s*</{name}\s*>)" for name in policy.after)
    closing = "".join(rf"\s*</{name}\s*>" for name in (*reversed(policy.within), root.tag))
    end = re.search(
        rf"(?:<{place}\s*/>|<{place}\s*>(\s*)</{place}\s*>)({later}{closing}\s*)\Z".encode(), document
    )
    if end is None:
        raise _no_place(policy)
    inside = end[1] or b""
    try:
        canonical = etree.tostring(tree, method="c14n", with_comments=False)
    except etree.C14NError:
        raise _bad_namespace() from None
    # Canonical form escapes these in a namespace name; libxml2 2.14 does not, so engines would disagree.
    uris = {uri for element in root.iter() for uri in element.nsmap.values()}
    if any(set(uri) & set('&<"\t\n\r') for uri in uris if uri):
        raise _bad_namespace()
    namespaces = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    return (
        document[: end.start()] + b"<%b>" % place.encode(),
        inside + b"</%b>" % place.encode() + end[2],
        sha256(canonical).digest(),
        namespaces,
    )


def _holder(root: etree._Element, policy: Policy) -> etree._Element | None:
    """The element whose last children are the places: the root, or one reached by last children alone."""
    holder = root
    for name in policy.within:
        if not len(holder) or holder[-1].tag != name or holder[-1].attrib or holder[-1].nsmap != root.nsmap:
            return None
        holder = holder[-1]
    return holder


def _not_utf8() -> CannotSign:
    return CannotSign(
        "DOCUMENT-ENCODING", "Tệp không dùng bảng mã UTF-8 nên không ký. Hãy xuất lại bằng UTF-8."
    )


def _bad_namespace() -> CannotSign:
    return CannotSign(
        "DOCUMENT-NAMESPACE", "Tệp khai báo không gian tên không hợp lệ nên không ký. Hãy xuất lại tệp."
    )


def _no_place(policy: Policy) -> CannotSign:
    return CannotSign(
        "DOCUMENT-PLACE",
        f"Cuối tệp phải có đúng một phần tử {policy.place} rỗng để đặt chữ ký. "
        "Nếu tệp đã ký rồi thì không ký lại; nếu chưa, hãy xuất lại tệp.",
    )


def _signed_info(digest: bytes, policy: Policy) -> bytes:
    """SignedInfo as it stands inside Signature, already in canonical spelling."""
    return (
        b'<SignedInfo><CanonicalizationMethod Algorithm="%b"></CanonicalizationMethod>'
        b'<SignatureMethod Algorithm="%b"></SignatureMethod>'
        b'<Reference URI=""><Transforms>%b</Transforms><DigestMethod Algorithm="%b"></DigestMethod>'
        b"<DigestValue>%b</DigestValue></Reference></SignedInfo>"
    ) % (
        policy.canonicalization.encode(),
        policy.signature_algorithm.encode(),
        b"".join(b'<Transform Algorithm="%b"></Transform>' % name.encode() for name in policy.transforms),
        policy.digest_algorithm.encode(),
        digest,
    )


def _in_context(signed_info: bytes, namespaces: dict[str, str]) -> bytes:
    """The canonical bytes of SignedInfo where it stands: with every namespace declared above it."""
    body = signed_info.removeprefix(b"<SignedInfo>")
    if not namespaces:
        return b'<SignedInfo xmlns="%b">%b' % (XMLDSIG.encode(), body)
    # No name that would need escaping comes this far.
    inherited = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in namespaces.items())
    whole = b'<SignedInfo xmlns="%b"%b>%b' % (XMLDSIG.encode(), inherited.encode(), body)
    # As a document of its own: C14N of a sub-element writes false xmlns="" in lxml 5 and 6.
    return etree.tostring(etree.fromstring(whole), method="c14n", with_comments=False)


@lru_cache(maxsize=64)
def _key_info(certificate: x509.Certificate) -> bytes:
    """KeyInfo with the subject in the certificate's own order (C, ST, L, CN, UID) and the leaf."""
    subject = ",".join(part.rfc4514_string() for part in certificate.subject.rdns)
    return (
        b"<KeyInfo><X509Data><X509SubjectName>%b</X509SubjectName><X509Certificate>%b</X509Certificate></X509Data></KeyInfo>"
        % (
            escape(subject, quote=False).replace("\r", "&#13;").encode(),
            b64encode(certificate.public_bytes(Encoding.DER)),
        )
    )
