"""What a signature must look like: Profile A, the form the national gateway was seen to accept.

Whole document, enveloped signature inside ``CHUKYDONVI``. Sources: the field evidence collected in the
project's signing reference (profile A); QĐ 3176/QĐ-BYT for place and SHA-256; NĐ 188/2025 Đ69 for the duty.
The official XSD is not public, so what may have to change is a setting here, never a constant elsewhere.
"""

from dataclasses import dataclass

XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
INCLUSIVE_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


@dataclass(frozen=True, slots=True)
class Policy:
    """One signature profile and its limits. The signer writes it, the verifier accepts nothing else."""

    name: str = "A"
    """What evidence and reports call this profile."""

    roots: tuple[str, ...] = ("GIAMDINHHS", "CHI_TIEU_TRANG_THAI_KCB")
    """The documents that are signed as a whole: the visit's file and the check-in (XML0)."""

    place: str = "CHUKYDONVI"
    """The empty element, last child of the root, which the signature fills."""

    within: tuple[str, ...] = ()
    """Elements from the root down to the one that holds the place, each the last child of the one above."""

    before: tuple[str, ...] = ()
    """Siblings before the place that may hold a signature of their own, made earlier and covered by this one."""

    after: tuple[str, ...] = ()
    """Siblings behind the place, still empty, for signatures that are made later."""

    canonicalization: str = INCLUSIVE_C14N
    """How SignedInfo, and by default the document, becomes bytes: inclusive C14N 1.0 without comments."""

    allow_exclusive_c14n: bool = False
    """Also accept exclusive C14N; off, because no file accepted by the gateway is known to use it."""

    signature_algorithm: str = RSA_SHA256
    """RSA PKCS#1 v1.5 with SHA-256; no ECDSA and no PSS (no evidence of acceptance), no SHA-1, no HMAC."""

    digest_algorithm: str = SHA256
    """SHA-256, named in the portal's guide."""

    transforms: tuple[str, ...] = (ENVELOPED,)
    """Exactly these transforms in this order: only the enveloped one."""

    min_key_bits: int = 2048
    """Shorter RSA keys are refused on both sides."""

    max_key_bits: int = 8192
    """Longer keys only cost the verifier time."""

    max_document_bytes: int = 64 * 1024 * 1024
    """Larger documents are refused unread."""

    max_signature_bytes: int = 64 * 1024
    """Everything from the opening tag of the place to the end of the file."""

    max_certificate_bytes: int = 16 * 1024
    """The certificate's DER form."""

    max_depth: int = 64
    """Nesting of elements in the outer document."""

    max_elements: int = 200_000
    """Elements in the outer document."""

    emit_declaration: bool = False
    """Begin with ``<?xml …?>``; off: accepted 3176 files begin with the root. Neutral for the signature."""


PROFILE_A = Policy()
"""The default of the gateway's visit files and check-ins."""

FACILITY_PLACE, DOCTOR_PLACE = "CKS_BENH_VIEN", "CKS_NGUOI_KET_LUAN"


def health_check_policy(within: str, *, doctor: bool = False) -> Policy:
    """Profile A with another tag (moh-hub.md §6): the facility's signature covers the concluding doctor's.

    ``within``: where both places stand below the root, names joined by a slash; sources differ.
    """
    return Policy(
        name="A-KSK-DOCTOR" if doctor else "A-KSK",
        roots=("KHAMSUCKHOE",),
        within=tuple(filter(None, within.split("/"))),
        place=DOCTOR_PLACE if doctor else FACILITY_PLACE,
        before=() if doctor else (DOCTOR_PLACE,),
        after=(FACILITY_PLACE,) if doctor else (),
    )
