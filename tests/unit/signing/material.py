"""What the signature tests share: a practice authority, its certificates, documents, and a forger.

The forger signs whatever it is told to, with arithmetic that is right, so that only the verifier's rules
stand between an attack and acceptance. Its code is its own: neither the signer's nor the verifier's.
"""

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from sosuckhoe.healthbook.signing import FileSigner, PracticeAuthority, Verdict, verify

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DSIG = "http://www.w3.org/2000/09/xmldsig#"
XSI = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'

AUTHORITY = PracticeAuthority.new(at=AT)
OTHER_AUTHORITY = PracticeAuthority.new(at=AT, name="CA LẠ - KHÔNG CÓ GIÁ TRỊ")
HOSPITAL = AUTHORITY.issue("BỆNH VIỆN MẪU <A & B>", at=AT, tax_code="0100000000")
STRANGER = OTHER_AUTHORITY.issue("BỆNH VIỆN LẠ", at=AT)


def visit_file(
    content: str = "", root_attributes: str = "", place: str = "<CHUKYDONVI></CHUKYDONVI>"
) -> bytes:
    """A small canonical envelope with Vietnamese text and characters that need escaping."""
    inner = base64.b64encode("<TONG_HOP><HO_TEN>NGUYỄN VĂN MẪU</HO_TEN></TONG_HOP>".encode()).decode()
    return (
        f"<GIAMDINHHS{root_attributes}><THONGTINDONVI><MACSKCB>99999</MACSKCB></THONGTINDONVI><THONGTINHOSO>"
        "<NGAYLAP>20261123</NGAYLAP><SOLUONGHOSO>1</SOLUONGHOSO><DANHSACHHOSO><HOSO><FILEHOSO>"
        f"<LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE>{inner}</NOIDUNGFILE></FILEHOSO></HOSO></DANHSACHHOSO>"
        f"{content}</THONGTINHOSO>{place}</GIAMDINHHS>"
    ).encode()


CHECK_IN = (
    "<CHI_TIEU_TRANG_THAI_KCB><DSACH_TRANG_THAI_KCB><TRANG_THAI_KCB><HO_TEN>Trần Thị Bình &amp; con</HO_TEN>"
    "</TRANG_THAI_KCB></DSACH_TRANG_THAI_KCB><CHUKYDONVI></CHUKYDONVI></CHI_TIEU_TRANG_THAI_KCB>"
).encode()

SIGNED_INFO = (
    '<SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>'
    '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
    '<Reference URI=""><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
    '</Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    "<DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
)


def key_info_of(signer: FileSigner) -> str:
    der = base64.b64encode(signer.certificate.public_bytes(Encoding.DER)).decode()
    return f"<KeyInfo><X509Data><X509Certificate>{der}</X509Certificate></X509Data></KeyInfo>"


def _same(text: str) -> str:
    return text


def forge(
    document: bytes | None = None,
    signer: FileSigner = HOSPITAL,
    *,
    signed_info: Callable[[str], str] = _same,
    signature: Callable[[str], str] = _same,
    key_info: str | None = None,
    inherited: str = "",
    exclusive: bool = False,
) -> bytes:
    """A document signed by hand. ``signed_info`` edits before signing, ``signature`` afterwards."""
    document = visit_file() if document is None else document
    tree = etree.fromstring(document).getroottree()
    digest = base64.b64encode(hashlib.sha256(etree.tostring(tree, method="c14n")).digest()).decode()
    info = signed_info(SIGNED_INFO.format(digest=digest))
    in_context = info.replace("<SignedInfo", f'<SignedInfo xmlns="{DSIG}"{inherited}', 1)
    first = in_context[: in_context.index("</SignedInfo>") + len("</SignedInfo>")]
    signed = etree.tostring(
        etree.fromstring(first.encode()).getroottree(),
        method="c14n",
        exclusive=exclusive,
        with_comments=False,
    )
    value = base64.b64encode(signer.sign(signed)).decode()
    whole = signature(
        f'<Signature xmlns="{DSIG}" Id="S-1">{info}<SignatureValue>{value}</SignatureValue>'
        f"{key_info or key_info_of(signer)}</Signature>"
    )
    return document.replace(b"<CHUKYDONVI>", b"<CHUKYDONVI>" + whole.encode(), 1)


def judge(document: bytes, **wishes: object) -> Verdict:
    """The verdict with the practice authority trusted."""
    settings: dict[str, object] = {"at": AT, "trusted": [AUTHORITY.certificate]}
    return verify(document, **(settings | wishes))  # type: ignore[arg-type]


def short_key(bits: int = 1024) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)
