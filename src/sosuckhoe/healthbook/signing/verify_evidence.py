#!/usr/bin/env python3
"""Checks a container of evidence, or one signed file, with nothing but Python 3.8: no network, no packages, no database.

    python3 verify_evidence.py GOI.zip [--ca NOI_CAP.pem] [--registered SHA256]

It stands alone on purpose: this one file travels inside every container and must still run in ten years. It is at
home in the library, whose strict verifier (lxml, cryptography) judges the same signatures by other means; where this
one says "passed" or "failed" the strict one says the same, and what is not byte for byte of our own writer's form it
leaves undecided. Three values: ĐẠT (0), KHÔNG ĐẠT (1), CHƯA KẾT LUẬN (2); the number is the exit code.

Form of a container: a ZIP of stored parts in the order of their names, without dates. ``manifest.json`` names every
other part with its SHA-256, so the manifest's own SHA-256 stands for the whole. It is about a record, or says that it
is about a check-in (báo vào khám) or a health check (khám sức khỏe) on its way to the Ministry's hub. A submission
that an outage delayed has a member ``incidents``; others, and older containers, have none. A member that may be absent
changes no version: who does not know it reads everything else as before.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import io
import json
import re
import struct
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from datetime import datetime, timedelta, timezone
from email.parser import HeaderParser
from email.utils import parsedate_to_datetime
from typing import Any, Callable, NamedTuple, Sequence  # noqa: UP035 (Python 3.8)

FORMAT = "sosuckhoe-evidence"
RECORD, CHECK_IN, HEALTH_CHECK = "record", "check-in", "health-check"
FORMAT_VERSIONS = {RECORD: 1, CHECK_IN: 2, HEALTH_CHECK: 2}
"""By what a container is about. Those of records came first and name no kind."""
MANIFEST = "manifest.json"
PASSED, FAILED, UNKNOWN, NOTED = "passed", "failed", "unknown", "noted"
WORDS = {PASSED: "ĐẠT", FAILED: "KHÔNG ĐẠT", UNKNOWN: "CHƯA KẾT LUẬN", NOTED: "GHI NHẬN"}
EXIT_CODES = {PASSED: 0, FAILED: 1, UNKNOWN: 2}
HANOI = timezone(timedelta(hours=7))

UNREADABLE_ZIP = (
    *(zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, OSError, KeyError),
    *(struct.error, OverflowError, IndexError),
)

MAX_CONTAINER = 512 * 1024 * 1024
MAX_DOCUMENT = 64 * 1024 * 1024
MAX_PARTS = 5_000
MAX_TEXT = 10_000_000  # libxml2 refuses longer texts
MAX_ELEMENTS = 200_000
MAX_DEPTH = 64
MAX_FRESH = 366 * 24 * 3600
FROM_JOURNAL = "200-FROM-JOURNAL"
"""An attempt whose receipt is known from the journal beside the database alone."""
CALLS, PEOPLE = "calls", "people"
"""Who saw an incident: the facility's own calls, or people who told of it."""
ONE_CALL = timedelta(minutes=2)
"""Longer than any call: beside the first silent one others may still have been answered."""
CLOCK_SET, OTHER_DAY = timedelta(minutes=15), timedelta(days=1)
"""One clock wrote both moments and may have been set in between. Up to the first, their order says nothing; from the
second on no mended clock explains it; between the two it stays undecided."""
STATES = {
    "WAITING": "Chờ ký",
    "HELD": "Tạm giữ",
    "SIGNED": "Đã ký",
    "SENDING": "Đang gửi",
    "RECEIVED": "Đã tiếp nhận",
    "ACCEPTED": "Không còn vướng",
    "FINDINGS": "Cổng báo lỗi nội dung",
    "REFUSED": "Bị từ chối",
    "UNKNOWN": "Chưa rõ kết quả",
    "SUPERSEDED": "Đã thay bằng bản mới",
}
"""The states of a submission and their words."""
WITHOUT_RECEIPT = ("REFUSED", "UNKNOWN")
"""What a last attempt with a receipt cannot have come to."""
NOT_CHECKED, MESSAGE_NOT_CHECKED = "STATUS-NOT-CHECKED", "MESSAGE-NOT-CHECKED"
SIMULATED = "RECEIPT-SIMULATED"
SIMULATOR = re.compile(r"^X-Simulator[ \t]*:", re.I | re.M)
"""In the head of an answer: it came from a simulator, for practice."""
LEFT_OPEN = {
    NOT_CHECKED: "không kiểm tra thu hồi",
    MESSAGE_NOT_CHECKED: "không kiểm tra chữ ký bản tin",
    SIMULATED: "biên nhận của nơi mô phỏng, không phải của nơi nhận thật",
}
"""What a verdict says in its first line, since nobody may take it for proved."""


class Line(NamedTuple):
    """One line of the verdict."""

    outcome: str
    code: str
    subject: str
    sentence: str


class Judgement(NamedTuple):
    """What a judge says of one signed document."""

    outcome: str
    code: str
    sentence: str
    certificate_sha256: str = ""


Judge = Callable[[bytes, datetime], Judgement]


class Stop(Exception):
    """Nothing further can be checked."""

    def __init__(self, outcome: str, code: str, subject: str, sentence: str) -> None:
        super().__init__(code)
        self.line = Line(outcome, code, subject, sentence)


# The container


def pack(parts: dict[str, bytes]) -> bytes:
    """A ZIP whose bytes depend on the parts alone, whatever program or version writes it."""
    body, directory = [], []
    offset = 0
    for name in sorted(parts):
        data, raw = parts[name], name.encode("ascii")
        sizes = struct.pack("<III", binascii.crc32(data), len(data), len(data))
        # Version 2.0, no flags, stored, 1 January 1980 at midnight.
        common = struct.pack("<HHHHH", 20, 0, 0, 0, 0x21) + sizes + struct.pack("<HH", len(raw), 0)
        body += [b"PK\3\4" + common + raw, data]
        # Made on Unix, an ordinary file of mode 0644.
        rest = struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, offset)
        directory.append(b"PK\1\2" + struct.pack("<H", 0x0314) + common + rest + raw)
        offset += 30 + len(raw) + len(data)
    listing = b"".join(directory)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(parts), len(parts), len(listing), offset, 0)
    return b"".join(body) + listing + end


def is_container(data: bytes) -> bool:
    """Whether this is to be judged as a container: everything that does not begin like XML."""
    return not data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def unpack(data: bytes) -> dict[str, bytes]:
    """The parts by name. Raises Stop when the container is not, byte for byte, as it was made."""
    changed = Stop(
        FAILED,
        "CONTAINER-CHANGED",
        "Gói",
        "Gói không còn nguyên từng byte như lúc xuất (bị sửa, cắt hoặc nén lại). Hãy lấy lại gói gốc.",
    )
    if len(data) > MAX_CONTAINER:
        raise Stop(UNKNOWN, "CONTAINER-TOO-LARGE", "Gói", "Gói quá lớn nên không đọc.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > len(data):
                raise changed
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise changed
            parts = {entry.filename: archive.read(entry) for entry in entries}
        same = len(parts) == len(entries) and pack(parts) == data
    except UNREADABLE_ZIP:
        raise changed from None
    if not same:
        raise changed
    return parts


class Container:
    """The parts, and what the manifest says of them."""

    def __init__(self, data: bytes) -> None:
        self.parts = unpack(data)
        if MANIFEST not in self.parts:
            raise Stop(FAILED, "MANIFEST-MISSING", "Gói", "Gói không có tệp manifest.json.")
        self.manifest_sha256 = sha256(self.parts[MANIFEST])
        self.manifest = self.read(MANIFEST)
        if self.manifest.get("format") != FORMAT:
            raise Stop(UNKNOWN, "FORMAT-UNKNOWN", "Gói", "Tệp này không phải gói bằng chứng của Sổ Sức Khỏe.")
        self.kind = self.manifest.get("kind", RECORD)
        if self.manifest.get("format_version") != FORMAT_VERSIONS.get(self.kind, 0):
            raise Stop(
                UNKNOWN,
                "FORMAT-VERSION",
                "Gói",
                "Gói theo phiên bản khác. Hãy dùng tệp verify_evidence.py nằm trong chính gói đó.",
            )

    def read(self, name: str) -> Any:
        try:
            return json.loads(self.parts[name].decode("utf-8"), object_pairs_hook=_once)
        except KeyError:
            raise Stop(FAILED, "PART-MISSING", name, "Gói thiếu phần này.") from None
        except Repeated as twice:
            raise Stop(
                FAILED,
                "PART-REPEATS",
                name,
                f"Phần này ghi mục “{twice}” hai lần, nên mỗi chương trình có thể đọc ra một khác.",
            ) from None
        except (ValueError, RecursionError):
            raise Stop(FAILED, "PART-UNREADABLE", name, "Không đọc được phần này của gói.") from None


class Repeated(ValueError):
    """An object that says one thing twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Repeated(name)
        found[name] = value
    return found


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# The certificate: just enough of DER to read key, dates, names, purpose


class NotReadable(Exception):
    """Bytes that this small reader does not understand."""


class Node(NamedTuple):
    """One DER element inside ``data``: its tag, where it begins, where its content lies."""

    data: bytes
    tag: int
    begin: int
    start: int
    end: int

    @property
    def content(self) -> bytes:
        return self.data[self.start : self.end]

    @property
    def whole(self) -> bytes:
        return self.data[self.begin : self.end]

    def children(self) -> list[Node]:
        nodes, at = [], self.start
        while at < self.end:
            node = der(self.data, at, self.end)
            nodes.append(node)
            at = node.end
        return nodes


def der(data: bytes, at: int, limit: int) -> Node:
    """The element at this place; lengths in their shortest form only."""
    if at + 2 > limit or data[at] & 0x1F == 0x1F:
        raise NotReadable
    tag, length, start = data[at], data[at + 1], at + 2
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > limit:
            raise NotReadable
        length = int.from_bytes(data[start : start + count], "big")
        if length < 0x80 or length < 1 << 8 * (count - 1):
            raise NotReadable
        start += count
    if start + length > limit:
        raise NotReadable
    return Node(data, tag, at, start, start + length)


def sequence(data: bytes) -> Node:
    """The one SEQUENCE that these bytes are, from the first to the last."""
    node = der(data, 0, len(data))
    if node.tag != 0x30 or node.end != len(data):
        raise NotReadable
    return node


RSA_KEY = bytes.fromhex("2a864886f70d010101")
KEY_USAGE, BASIC_CONSTRAINTS = bytes.fromhex("551d0f"), bytes.fromhex("551d13")
EXTENDED_USAGE, OCSP_SIGNING = bytes.fromhex("551d25"), bytes.fromhex("2b06010505070309")
HASHES = {
    bytes.fromhex("2a864886f70d01010b"): "sha256",
    bytes.fromhex("2a864886f70d01010c"): "sha384",
    bytes.fromhex("2a864886f70d01010d"): "sha512",
}
DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


class Certificate:
    """What is needed of an X.509 certificate."""

    def __init__(self, data: bytes) -> None:
        try:
            self._read(data)
        except (IndexError, ValueError, TypeError):
            raise NotReadable from None

    def _read(self, data: bytes) -> None:
        body, algorithm, signature = sequence(data).children()
        self.sha256 = sha256(data)
        self.signed = body.whole
        self.signature = _bits(signature)
        fields = body.children()
        serial, inner, issuer, validity, subject, key = fields[1:7]
        # Version 3, and the algorithm named outside what is signed must be the one named inside.
        if fields[0].whole != b"\xa0\x03\x02\x01\x02" or inner.whole != algorithm.whole:
            raise NotReadable
        self.hash = _hash(algorithm)
        self.serial = int.from_bytes(serial.content, "big")
        self.issuer, self.subject = issuer.whole, subject.whole
        self.not_before, self.not_after = (_time(one) for one in validity.children())
        self.name = _name(subject)
        self.modulus, self.exponent = _rsa(key)
        self.key_bits = _bits(key.children()[1])
        found: dict[bytes, bytes] = {}
        for field in fields[7:]:
            if field.tag == 0xA3:
                found = {name: value for name, _, value in _extensions(field)}
        self.may_sign, self.may_issue, self.may_list = self._purposes(found)
        named = found.get(EXTENDED_USAGE, b"\x30\0")
        self.may_respond = OCSP_SIGNING in [one.content for one in der(named, 0, len(named)).children()]

    def _purposes(self, found: dict[bytes, bytes]) -> tuple[bool, bool, bool]:
        usage = 0
        if KEY_USAGE in found:
            bits = _bits(der(found[KEY_USAGE], 0, len(found[KEY_USAGE])), unused=True)
            usage = bits[0] if bits else 0
        authority = False
        if BASIC_CONSTRAINTS in found:
            value = found[BASIC_CONSTRAINTS]
            members = der(value, 0, len(value)).children()
            authority = bool(members) and members[0].tag == 1 and members[0].content == b"\xff"
        signs, any_use = bool(usage & 0xC0) and not authority, KEY_USAGE not in found
        return signs, authority and (any_use or bool(usage & 0x04)), any_use or bool(usage & 0x02)


def _extensions(field: Node) -> list[tuple[bytes, bool, bytes]]:
    """Name, whether it is critical, and value of each extension; none comes twice."""
    found = []
    for extension in field.children()[0].children():
        name, *flag, value = extension.children()
        found.append((name.content, bool(flag) and flag[0].content == b"\xff", value.content))
    if len({name for name, _, _ in found}) != len(found):
        raise NotReadable
    return found


def _hash(algorithm: Node) -> str:
    """The hash of an RSA signature algorithm; empty for any other."""
    name, *parameters = algorithm.children()
    return HASHES.get(name.content, "") if [one.whole for one in parameters] == [b"\5\0"] else ""


def _bits(node: Node, unused: bool = False) -> bytes:
    if node.tag != 3 or not node.content or (node.content[0] and not unused):
        raise NotReadable
    return node.content[1:]


def _time(node: Node) -> datetime:
    text = node.content.decode("ascii")
    if node.tag == 0x17 and re.fullmatch("[0-9]{12}Z", text):
        text = ("20" if int(text[:2]) < 50 else "19") + text
    elif node.tag != 0x18 or not re.fullmatch("[0-9]{14}Z", text):
        raise NotReadable
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)  # noqa: UP017


def _name(node: Node) -> str:
    parts = []
    for group in node.children():
        for pair in group.children():
            _, value = pair.children()
            parts.append(value.content.decode("utf-8", "replace"))
    return ", ".join(parts)


def _rsa(node: Node) -> tuple[int, int]:
    algorithm, bits = node.children()
    if algorithm.children()[0].content != RSA_KEY:
        raise NotReadable
    raw = _bits(bits)
    numbers = der(raw, 0, len(raw)).children()
    modulus, exponent = (int.from_bytes(one.content, "big") for one in numbers)
    if not 2048 <= modulus.bit_length() <= 8192 or exponent % 2 == 0 or not 3 <= exponent < 1 << 64:
        raise NotReadable
    return modulus, exponent


class PublicKey(NamedTuple):
    """An RSA key that no certificate came with."""

    modulus: int
    exponent: int


def rsa_verifies(
    signer: Certificate | PublicKey, signature: bytes, data: bytes, name: str = "sha256"
) -> bool:
    """RSA PKCS#1 v1.5: the whole padded block is rebuilt and compared, nothing in it is searched for."""
    size = (signer.modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != size or number >= signer.modulus:
        return False
    ending = b"\0" + DIGEST_INFO[name] + hashlib.new(name, data).digest()
    wanted = b"\0\1" + b"\xff" * (size - 2 - len(ending)) + ending
    return pow(number, signer.exponent, signer.modulus).to_bytes(size, "big") == wanted


def judge_certificate(
    leaf: Certificate, at: datetime, authorities: Sequence[Certificate], registered: Sequence[str]
) -> Judgement:
    """The certificate on the day of signing, judged as the strict verifier does."""

    def says(outcome: str, code: str, sentence: str) -> Judgement:
        return Judgement(outcome, code, sentence, leaf.sha256)

    if not leaf.may_sign:
        return says(FAILED, "CERTIFICATE-USAGE", "Chứng thư không được cấp để ký số.")
    if at < leaf.not_before:
        return says(FAILED, "CERTIFICATE-NOT-YET-VALID", "Lúc ký, chứng thư chưa có hiệu lực.")
    if at > leaf.not_after:
        return says(FAILED, "CERTIFICATE-EXPIRED", "Lúc ký, chứng thư đã hết hạn.")
    if authorities:
        issuers = [one for one in authorities if issued(leaf, one)]
        if not issuers:
            return says(FAILED, "CERTIFICATE-UNTRUSTED", "Chứng thư không do nơi cấp anh/chị nêu phát hành.")
        if not any(one.not_before <= at <= one.not_after for one in issuers):
            return says(FAILED, "AUTHORITY-OUT-OF-DATE", "Lúc ký, chứng thư của nơi cấp không còn hiệu lực.")
    if registered and leaf.sha256 not in registered:
        return says(FAILED, "CERTIFICATE-NOT-REGISTERED", "Chứng thư không nằm trong danh sách anh/chị nêu.")
    if not authorities and not registered:
        return says(
            UNKNOWN,
            "TRUST-NOT-CHECKED",
            "Chữ ký khớp với tệp và chứng thư còn hiệu lực lúc ký, nhưng chưa biết chứng thư là của ai. "
            "Thêm --ca TỆP.pem của nơi cấp, hoặc --registered với mã SHA-256 đã đăng ký.",
        )
    return says(PASSED, "VALID", "Chữ ký đúng, tệp không thay đổi từ khi ký, chứng thư còn hiệu lực lúc ký.")


# The signed document

DSIG = b"http://www.w3.org/2000/09/xmldsig#"
DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'
ROOTS = (b"GIAMDINHHS", b"CHI_TIEU_TRANG_THAI_KCB")
B64 = rb"([A-Za-z0-9+/]+={0,2})"
SIGNED_INFO_REST = (
    b'<CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315">'
    b"</CanonicalizationMethod>"
    b'<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>'
    b'<Reference URI=""><Transforms>'
    b'<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></Transform></Transforms>'
    b'<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>'
    b"<DigestValue>%b</DigestValue></Reference></SignedInfo>"
)
SIGNATURE = re.compile(
    b'<Signature xmlns="'
    + re.escape(DSIG)
    + b'" Id="[A-Za-z_][A-Za-z0-9_.-]{0,99}"><SignedInfo>'
    + re.escape(SIGNED_INFO_REST).replace(b"%b", B64)
    + b"<SignatureValue>"
    + B64
    + b"</SignatureValue><KeyInfo><X509Data><X509SubjectName>([^<]*)</X509SubjectName><X509Certificate>"
    + B64
    + b"</X509Certificate></X509Data></KeyInfo></Signature>"
)
TOKEN = re.compile(rb"<(/?)([A-Za-z_][A-Za-z0-9_]{0,99})>|([^<]+)")
REFERENCES = re.compile(rb"&(?:amp|lt|gt|#xD);")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def is_canonical(unsigned: bytes) -> bool:
    """Whether the bytes are their own canonical form: elements without attributes, escaped text, nothing else.

    Its last element is the one empty CHUKYDONVI. Only of such bytes the digest may be taken as they stand.
    """
    open_names: list[bytes] = []
    at = elements = places = 0
    while at < len(unsigned):
        token = TOKEN.match(unsigned, at)
        if token is None or (not open_names and at > 0):
            return False
        at = token.end()
        closing, name, text = token.groups()
        if text is not None:
            if not open_names or not _is_plain(text):
                return False
        elif closing:
            if open_names.pop() != name:
                return False
        else:
            elements += 1
            places += name == b"CHUKYDONVI"
            open_names.append(name)
            if elements > MAX_ELEMENTS or len(open_names) > MAX_DEPTH:
                return False
    root = unsigned[1 : unsigned.find(b">")]
    ending = b"<CHUKYDONVI></CHUKYDONVI></%b>" % root
    return not open_names and places == 1 and root in ROOTS and unsigned.endswith(ending)


def _is_plain(text: bytes) -> bool:
    if len(text) > MAX_TEXT or b">" in text or b"\r" in text:
        return False
    if b"&" in text and len(REFERENCES.findall(text)) != text.count(b"&"):
        return False
    try:
        return NOT_XML.search(text.decode("utf-8")) is None
    except UnicodeDecodeError:
        return False


def judge_document(
    document: bytes,
    at: datetime,
    authorities: Sequence[Certificate] = (),
    registered: Sequence[str] = (),
) -> Judgement:
    """The signature of a document in our own writer's form; anything else is left undecided."""
    undecided = Judgement(
        UNKNOWN,
        "SHAPE-NOT-OURS",
        "Tệp không theo đúng từng byte khuôn của chương trình ghi nên công cụ nhỏ này không kết luận. "
        "Hãy dùng lệnh sosuckhoe verify hoặc một công cụ kiểm tra chữ ký XML khác.",
    )
    if len(document) > MAX_DOCUMENT:
        return undecided
    try:
        if root_of(document) == ROOT_OF[HEALTH_CHECK]:
            return judge_health_check(document, at, authorities, registered)
    except NotReadable:
        return undecided
    body = document[len(DECLARATION) :] if document.startswith(DECLARATION) else document
    place = body.rfind(b"<CHUKYDONVI>") + len(b"<CHUKYDONVI>")
    ending = body.rfind(b"</CHUKYDONVI>")
    if place < len(b"<CHUKYDONVI>") or ending < place or len(body) - place > 64 * 1024:
        return undecided
    unsigned = body[:place] + body[ending:]
    if not is_canonical(unsigned):
        return undecided
    if ending == place:
        return Judgement(FAILED, "NO-SIGNATURE", "Tệp chưa được ký.")
    found = SIGNATURE.fullmatch(body, place, ending)
    try:
        return _judge_signature(found, unsigned, at, authorities, registered)
    except NotReadable:
        return undecided


def _judge_signature(
    found: re.Match[bytes] | None,
    canonical: bytes,
    at: datetime,
    authorities: Sequence[Certificate],
    registered: Sequence[str],
) -> Judgement:
    """A signature of our signer's form over these canonical bytes. Raises NotReadable."""
    if found is None or not _is_plain(found[3].replace(b"&#13;", b"") or b" "):
        raise NotReadable
    digest, value, raw = (_base64(found[number]) for number in (1, 2, 4))
    leaf = Certificate(raw)
    if hashlib.sha256(canonical).digest() != digest:
        return Judgement(FAILED, "DIGEST-MISMATCH", "Nội dung tệp đã thay đổi sau khi ký.", leaf.sha256)
    signed_info = b'<SignedInfo xmlns="%b">' % DSIG + SIGNED_INFO_REST % found[1]
    if not rsa_verifies(leaf, value, signed_info):
        return Judgement(
            FAILED, "SIGNATURE-MISMATCH", "Giá trị chữ ký không khớp với chứng thư kèm theo.", leaf.sha256
        )
    return judge_certificate(leaf, at, authorities, registered)


def _base64(text: bytes) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise NotReadable from None
    if base64.b64encode(raw) != text:
        raise NotReadable
    return raw


# A health check: written by another system, so its canonical form has to be made

ROOT_OF = {RECORD: "GIAMDINHHS", CHECK_IN: "CHI_TIEU_TRANG_THAI_KCB", HEALTH_CHECK: "KHAMSUCKHOE"}
FACILITY_PLACE, DOCTOR_PLACE = "CKS_BENH_VIEN", "CKS_NGUOI_KET_LUAN"
ANY_DECLARATION = re.compile(
    rb"""<\?xml version=["']1\.0["'](?: encoding=["'][Uu][Tt][Ff]-8["'])?(?: standalone=["'](?:yes|no)["'])?\?>[ \t\r\n]*"""
)
FIRST = re.compile(rb"<([A-Za-z_][A-Za-z0-9_]{0,99})[ \t\r\n/>]")
UNUSUAL = re.compile(rb"<[!?]|[ \t\r\n]xml:")
DSIG_SIGNATURE = "{" + DSIG.decode() + "}Signature"


def root_of(document: bytes) -> str:
    """The name of a document's first element. Raises NotReadable."""
    declared = ANY_DECLARATION.match(document)
    found = FIRST.match(document, declared.end() if declared else 0)
    if found is None:
        raise NotReadable
    return found[1].decode()


def judge_health_check(
    document: bytes,
    at: datetime,
    authorities: Sequence[Certificate] = (),
    registered: Sequence[str] = (),
) -> Judgement:
    """The facility's signature over a whole health check, the doctor's within it. Raises NotReadable where unusual."""
    declared = ANY_DECLARATION.match(document)
    body = document[declared.end() :] if declared else document
    named = body.count(b'<Signature xmlns="%b"' % DSIG)
    if UNUSUAL.search(body) or body.count(b"xmlns") != named or NOT_XML.search(_text(body)):
        raise NotReadable
    place = _facility_place(body)
    if not len(place):
        return Judgement(FAILED, "NO-SIGNATURE", "Tệp chưa được ký.")
    tag, closing = b"<%b>" % FACILITY_PLACE.encode(), b"</%b>" % FACILITY_PLACE.encode()
    start, ending = body.rfind(tag) + len(tag), body.rfind(closing)
    found = SIGNATURE.match(body, start, ending)
    if start < len(tag) or ending < start or found is None or body[found.end() : ending].strip(b" \t\r\n"):
        raise NotReadable
    unsigned = body[:start] + body[found.end() :]
    canonical = ElementTree.canonicalize(_text(unsigned)).encode("utf-8")
    return _judge_signature(found, canonical, at, authorities, registered)


def _facility_place(body: bytes) -> ElementTree.Element:
    """The one place of the facility's signature: reached from the root by last children alone, nothing strange about."""
    root = _xml(body)
    _check_limits(root)
    above, place = root, root
    while place.tag != FACILITY_PLACE:
        if not len(place) or (place.attrib and place is not root):
            raise NotReadable
        above, place = place, place[-1]
    earlier = [one for one in above if one.tag == DOCTOR_PLACE]
    signatures = [one for one in root.iter() if one.tag == DSIG_SIGNATURE]
    known = [one[0] for one in earlier if len(one) == 1] + list(place)
    if len(earlier) > 1 or len(list(root.iter(FACILITY_PLACE))) != 1 or place.attrib or len(place) > 1:
        raise NotReadable
    if any(all(one is not other for other in known) for one in signatures):
        raise NotReadable
    around = [place.text or "", *(one.tail or "" for one in place)]
    if any(text.strip(" \t\r\n") for text in around):
        raise NotReadable
    return place


def _check_limits(root: ElementTree.Element) -> None:
    """What the strict verifier refuses for its size, or for names and Ids that readers may take differently."""
    open_elements, count, ids = [(root, 1)], 0, []
    while open_elements:
        element, depth = open_elements.pop()
        count += 1
        values = [element.text or "", element.tail or "", *element.attrib.values()]
        names = [element.tag, *element.attrib]
        if count > MAX_ELEMENTS or depth > MAX_DEPTH or any(len(value) > MAX_TEXT for value in values):
            raise NotReadable
        if not all(re.fullmatch(r"(?:\{[^}]*\})?[A-Za-z_][A-Za-z0-9_.-]*", name) for name in names):
            raise NotReadable
        ids += [value for name, value in element.attrib.items() if name in ("Id", "ID", "id")]
        open_elements += [(child, depth + 1) for child in element]
    if len(ids) != len(set(ids)):
        raise NotReadable


def doctor_signed(document: bytes) -> bool:
    """Whether a health check carries a signature in the concluding doctor's place. Raises NotReadable."""
    declared = ANY_DECLARATION.match(document)
    root = _xml(document[declared.end() :] if declared else document)
    return any(len(one) for one in root.iter(DOCTOR_PLACE))


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise NotReadable from None


class Message(NamedTuple):
    """A message to the Ministry's hub, taken apart: what left was the whole of it."""

    msg_id: str
    document: bytes
    """The signed health check."""
    checksum: bytes
    """What the hub's own key of this facility signs."""
    signature: bytes


def read_message(body: bytes) -> Message:
    """Raises NotReadable where it is not, but for the header's own form, byte for byte as our writer writes it."""
    text, reads, opening = _text(body), json.JSONDecoder().raw_decode, '{"header":'
    try:
        header, end = reads(text, len(opening))
        between = len(',"data":')
        data, last = reads(text, end + between)
        content = data["file_content"] if isinstance(data, dict) else data
        msg_id = header["msg_id"]
        plain = content if isinstance(data, str) else f'{{"file_content":"{content}"}}'
    except (ValueError, KeyError, TypeError, RecursionError, IndexError):
        raise NotReadable from None
    written = text[end + between : last]
    ending = re.fullmatch(r',"signature":"([A-Za-z0-9+/]+={0,2})"\}', text[last:])
    same = written == (f'"{plain}"' if isinstance(data, str) else plain)
    if not text.startswith(opening) or text[end : end + between] != ',"data":' or not same or ending is None:
        raise NotReadable
    if not isinstance(msg_id, str) or not isinstance(content, str):
        raise NotReadable
    parts = (text[len(opening) : end].encode("utf-8"), plain.encode("utf-8"))
    checksum = ".".join(sha256(part).upper() for part in parts).encode()
    return Message(msg_id, _base64(content.encode("utf-8")), checksum, _base64(ending[1].encode()))


def public_keys(data: bytes) -> list[PublicKey]:
    """The RSA keys in a PEM file of public keys. Raises NotReadable."""
    blocks = re.findall(rb"-----BEGIN PUBLIC KEY-----(.*?)-----END PUBLIC KEY-----", data, re.DOTALL)
    try:
        return [PublicKey(*_rsa(sequence(_base64(b"".join(block.split()))))) for block in blocks]
    except (IndexError, ValueError, TypeError):
        raise NotReadable from None


class Codes(NamedTuple):
    """Whose a signed file says it is."""

    facility: str
    """MACSKCB; of a check-in MA_CSKCB."""
    visit: str
    """MA_LK; empty where a health check has none, or several."""
    stage: str = ""
    """Of a check-in: which of the two it is."""


def codes_in(document: bytes, kind: str = RECORD) -> Codes:
    """What the signed file itself says. Raises NotReadable."""
    declared = ANY_DECLARATION.match(document)
    root = _xml(document[declared.end() :] if declared else document)
    if kind == CHECK_IN:
        rows = [one for one in root.iter() if one.find("MA_LK") is not None]
        if len(rows) != 1:
            raise NotReadable
        stage = "admission" if (rows[0].findtext("NGAY_VAO_NOI_TRU") or "").strip() else "arrival"
        return Codes(rows[0].findtext("MA_CSKCB") or "", rows[0].findtext("MA_LK") or "", stage)
    facility = root.findtext("THONGTINDONVI/MACSKCB") or ""
    if kind == HEALTH_CHECK:
        contents = [one for one in root.iter("NOIDUNGFILE") if len(one) or (one.text or "").strip()]
        found = {(code.text or "").strip() for one in contents for code in _table(one).iter("MA_LK")} - {""}
        return Codes(facility.strip(), found.pop() if len(found) == 1 else "")
    files = [
        one
        for one in root.iter("FILEHOSO")
        if (one.findtext("LOAIHOSO") or "").strip() == "XML1" and one.find("NOIDUNGFILE") is not None
    ]
    if len(files) != 1:
        raise NotReadable
    content = files[0].find("NOIDUNGFILE")
    assert content is not None
    return Codes(facility, _table(content).findtext(".//MA_LK") or "")


def _table(content: ElementTree.Element) -> ElementTree.Element:
    """A component file: as it stands, or in Base64."""
    if len(content):
        return content[0]
    inner = _base64("".join((content.text or "").split()).encode("utf-8"))
    declared = ANY_DECLARATION.match(inner)
    return _xml(inner[declared.end() :] if declared else inner)


def _xml(data: bytes) -> ElementTree.Element:
    if b"<!" in data:
        raise NotReadable
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError):
        raise NotReadable from None


# What the issuer said of the certificate: an OCSP answer (RFC 6960) or a list of what is revoked (RFC 5280)

OCSP_BASIC = bytes.fromhex("2b0601050507300101")
REASON, ON_HOLD = bytes.fromhex("551d15"), 6
ID_HASHES = {bytes.fromhex("2b0e03021a"): "sha1", bytes.fromhex("608648016503040201"): "sha256"}
SKEW = timedelta(minutes=5)
STATUS_SAYS = {
    "STATUS-GOOD": (PASSED, "Lúc ký, nơi cấp đã trả lời: chứng thư không bị thu hồi"),
    "STATUS-REVOKED": (FAILED, "Nơi cấp đã trả lời: chứng thư bị thu hồi"),
    "STATUS-SUSPENDED": (FAILED, "Nơi cấp đã trả lời: chứng thư đang bị tạm dừng"),
    "AUTHORITY-REVOKED": (FAILED, "Chứng thư của chính nơi cấp đã bị thu hồi"),
    "STATUS-SIGNER": (FAILED, "Trả lời về tình trạng thu hồi không do nơi cấp chứng thư này ký"),
    "STATUS-OTHER": (FAILED, "Trả lời về tình trạng thu hồi nói về chứng thư khác"),
    "STATUS-UNKNOWN": (UNKNOWN, "Nơi cấp đã trả lời: không biết chứng thư này"),
    "STATUS-STALE": (UNKNOWN, "Lúc ký, trả lời về tình trạng thu hồi đã quá cũ"),
    "STATUS-FUTURE": (UNKNOWN, "Trả lời về tình trạng thu hồi mang giờ sau lúc ký"),
    "STATUS-UNTRUSTED": (UNKNOWN, "Trả lời về tình trạng thu hồi của một nơi cấp khác nơi anh/chị nêu"),
    "STATUS-UNREADABLE": (UNKNOWN, "Công cụ này không đọc được trả lời về tình trạng thu hồi"),
}


class Said(NamedTuple):
    """One answer of an issuer: of when it is, until when it holds."""

    code: str
    earliest: datetime
    latest: datetime
    until: datetime | None


class Asked(NamedTuple):
    """What the hospital kept beside a signature about its certificate."""

    kind: str
    asked_at: datetime
    fresh: timedelta
    answer: bytes
    authority_answer: bytes | None
    leaf: bytes
    issuers: Sequence[bytes]
    """The issuer, and where its own status was asked the authority above it; DER."""


StatusJudge = Callable[[Asked, datetime], str]
"""The code, of STATUS_SAYS, of what was kept, as of the moment of signing."""


def judge_status(asked: Asked, at: datetime, authorities: Sequence[Certificate] = ()) -> str:
    """This file's own look at it. Anything unusual is left undecided."""
    try:
        leaf, issuers = Certificate(asked.leaf), [Certificate(one) for one in asked.issuers]
        issuer = issuers[0]
        if not issued(leaf, issuer):
            return "STATUS-SIGNER"
        if authorities and (issuer.subject, issuer.modulus) not in [
            (one.subject, one.modulus) for one in authorities
        ]:
            return "STATUS-UNTRUSTED"
        reads = read_ocsp if asked.kind == "ocsp" else read_crl
        code = as_of(reads(asked.answer, leaf, issuer, at), asked, at)
        if code == "STATUS-GOOD" and len(issuers) > 1:
            if not issued(issuer, issuers[1]):
                return "STATUS-SIGNER"
            above = as_of(read_crl(asked.authority_answer or b"", issuer, issuers[1], at), None, at)
            return "AUTHORITY-REVOKED" if above in ("STATUS-REVOKED", "STATUS-SUSPENDED") else above
        return code
    except (NotReadable, IndexError, ValueError, TypeError):
        return "STATUS-UNREADABLE"


def as_of(said: Said, asked: Asked | None, at: datetime) -> str:
    """What an answer says at the moment of signing. What was revoked stays so, however old the answer."""
    if said.latest > at + SKEW:
        return "STATUS-FUTURE"
    old = said.until is not None and said.until < at
    if asked is not None and asked.kind == "ocsp":
        old = old or said.earliest < at - asked.fresh
    elif asked is not None and (asked.kind == "crl" or said.until is None):
        old = old or not at - asked.fresh <= asked.asked_at <= at + SKEW
    return "STATUS-STALE" if old and said.code not in ("STATUS-REVOKED", "STATUS-SIGNER") else said.code


def issued(one: Certificate, issuer: Certificate) -> bool:
    return (
        issuer.may_issue
        and issuer.subject == one.issuer
        and one.hash != ""
        and rsa_verifies(issuer, one.signature, one.signed, one.hash)
    )


def read_ocsp(answer: bytes, leaf: Certificate, issuer: Certificate, at: datetime) -> Said:
    """What an OCSP answer says of this certificate, if the issuer or a responder of its own signed it."""
    state, wrapped = sequence(answer).children()
    if state.whole != b"\x0a\x01\0" or wrapped.tag != 0xA0:
        raise NotReadable
    kind, holder = sequence(wrapped.content).children()
    if kind.whole != b"\6\x09" + OCSP_BASIC or holder.tag != 4:
        raise NotReadable
    body, algorithm, signature, *enclosed = sequence(holder.content).children()
    if len(enclosed) > 1 or any(one.tag != 0xA0 for one in enclosed):
        raise NotReadable
    responders = [issuer]
    for one in sequence(enclosed[0].content).children() if enclosed else []:
        try:
            found = Certificate(one.whole)
        except NotReadable:
            continue
        if found.may_respond and issued(found, issuer) and found.not_before - SKEW <= at <= found.not_after:
            responders.append(found)
    fields = [one for one in body.children() if one.tag not in (0xA0, 0xA1, 0xA2)]
    made, listed = _time(fields[0]), fields[1].children()
    name = _hash(algorithm)
    if not name:
        raise NotReadable
    if not any(rsa_verifies(one, _bits(signature), body.whole, name) for one in responders):
        return Said("STATUS-SIGNER", made, made, None)
    for single in listed:
        named, status, known, *more = single.children()
        algorithm, issuer_name, issuer_key, serial = named.children()
        digest = ID_HASHES.get(algorithm.children()[0].content, "")
        if not digest:
            raise NotReadable
        theirs = (issuer_name.content, issuer_key.content, int.from_bytes(serial.content, "big"))
        names = (hashlib.new(digest, one).digest() for one in (issuer.subject, issuer.key_bits))
        if theirs != (*names, leaf.serial):
            continue
        until = next((_time(one.children()[0]) for one in more if one.tag == 0xA0), None)
        moments = made, _time(known)
        return Said(_ocsp_code(status), min(moments), max(moments), until)
    return Said("STATUS-OTHER", made, made, None)


def _ocsp_code(status: Node) -> str:
    if status.tag == 0x80:
        return "STATUS-GOOD"
    if status.tag != 0xA1:
        return "STATUS-UNKNOWN"
    reasons = [one.children()[0].content for one in status.children() if one.tag == 0xA0]
    return "STATUS-SUSPENDED" if reasons == [bytes([ON_HOLD])] else "STATUS-REVOKED"


def read_crl(answer: bytes, leaf: Certificate, issuer: Certificate, at: datetime) -> Said:
    """What a whole list of the issuer says of this certificate."""
    if answer.lstrip().startswith(b"-----"):
        answer = _base64(b"".join(answer.strip().split(b"-----")[2].split()))
    body, algorithm, signature = sequence(answer).children()
    fields = [one for one in body.children() if one.tag != 2]
    made = _time(fields[2])
    name = _hash(algorithm)
    if not name or fields[0].whole != algorithm.whole:
        raise NotReadable
    signed = issuer.may_list and fields[1].whole == issuer.subject
    if not signed or not rsa_verifies(issuer, _bits(signature), body.whole, name):
        return Said("STATUS-SIGNER", made, made, None)
    until, code = None, "STATUS-GOOD"
    for field in fields[3:]:
        if field.tag in (0x17, 0x18):
            until = _time(field)
        elif field.tag == 0x30:
            code = _crl_code(field, leaf.serial)
        elif any(critical or known in PARTIAL for known, critical, _ in _extensions(field)):
            raise NotReadable
    return Said(code, made, made, until)


PARTIAL = (bytes.fromhex("551d1b"), bytes.fromhex("551d1c"))
"""A list of differences, or of some certificates only."""


def _crl_code(revoked: Node, serial: int) -> str:
    for entry in revoked.children():
        number, _, *more = entry.children()
        if int.from_bytes(number.content, "big") == serial:
            wrapped = [Node(one.data, 0xA0, one.begin, one.begin, one.end) for one in more]
            details = [each for one in wrapped for each in _extensions(one)]
            if any(critical for _, critical, _ in details):
                raise NotReadable
            reasons = [value for name, _, value in details if name == REASON]
            held = reasons == [b"\x0a\x01" + bytes([ON_HOLD])]
            return "STATUS-SUSPENDED" if held else "STATUS-REVOKED"
    return "STATUS-GOOD"


# The checks of a container, one line each


WHAT = {RECORD: "Hồ sơ", CHECK_IN: "Báo vào khám", HEALTH_CHECK: "Phiếu khám sức khỏe"}
STAGES = {"arrival": "vào khám", "admission": "vào điều trị"}


class Examination:
    """Goes through a container and collects the lines of its verdict."""

    def __init__(
        self,
        container: Container,
        judge: Judge,
        judge_status: StatusJudge,
        message_keys: Sequence[PublicKey] = (),
    ) -> None:
        self.box = container
        self.what, self.other_side = (
            WHAT[container.kind],
            "Trục" if container.kind == HEALTH_CHECK else "Cổng",
        )
        self.judge, self.judge_status, self.message_keys = judge, judge_status, message_keys
        self.messages: dict[str, str] = {}
        self.leaves: dict[str, bytes] = {}
        self.lines: list[Line] = []

    def say(self, outcome: str, code: str, subject: str, sentence: str) -> None:
        self.lines.append(Line(outcome, code, subject, sentence))

    def run(self) -> None:
        self.parts()
        self.certificates()
        submissions = self.box.manifest["submissions"]
        if not submissions:
            self.say(UNKNOWN, "NOT-SENT", self.what, f"{self.what} này chưa được giao cho nơi nhận nào.")
        for submission in submissions:
            self.submission(submission)
        self.journal()
        self.clock()

    def parts(self) -> None:
        listed = {one["name"]: one for one in self.box.manifest["parts"]}
        there = set(self.box.parts) - {MANIFEST}
        if set(listed) != there or len(listed) != len(self.box.manifest["parts"]):
            self.say(FAILED, "PARTS-DIFFER", "Gói", "Danh sách các phần không khớp với gói: thừa hoặc thiếu.")
        wrong = [
            name
            for name in sorted(there & set(listed))
            if sha256(self.box.parts[name]) != listed[name]["sha256"]
            or len(self.box.parts[name]) != listed[name]["size"]
        ]
        for name in wrong:
            self.say(FAILED, "PART-CHANGED", name, "Phần này đã bị thay đổi: mã băm không khớp.")
        if not wrong:
            self.say(
                PASSED, "PARTS-WHOLE", "Gói", f"{len(there)} phần còn nguyên so với danh sách trong gói."
            )

    def certificates(self) -> None:
        for one in self.box.read("certificates.json"):
            try:
                found = [Certificate(raw) for raw in pem(self.box.parts[one["file"]])]
            except (NotReadable, KeyError):
                self.say(FAILED, "CERTIFICATE-FILE", one["file"], "Không đọc được chứng thư kèm trong gói.")
                continue
            if [each.sha256 for each in found] != [one["sha256"]]:
                self.say(FAILED, "CERTIFICATE-FILE", one["file"], "Chứng thư không đúng mã băm đã ghi.")
                continue
            self.leaves[one["sha256"]] = pem(self.box.parts[one["file"]])[0]
            dates = ((one.get("not_before"), found[0].not_before), (one.get("not_after"), found[0].not_after))
            if any(told and moment(told) != true for told, true in dates) or (
                one.get("serial", f"{found[0].serial:x}") != f"{found[0].serial:x}"
            ):
                self.say(
                    FAILED,
                    "CERTIFICATE-TOLD",
                    one["file"],
                    "Số hoặc thời hạn ghi kèm khác với chính chứng thư.",
                )
            registered = one["registered_at"]
            on_portal = (
                f"ghi đã đăng ký trên cổng {shown(registered)}" if registered else "chưa ghi ngày đăng ký"
            )
            self.say(
                NOTED,
                "CERTIFICATE",
                "Chứng thư",
                f"{found[0].name}; SHA-256 {one['sha256']}; {on_portal}.",
            )

    def submission(self, submission: dict[str, Any]) -> None:
        where = f"Gửi tới {submission['destination']}"
        documents = submission["documents"]
        if not documents:
            self.say(UNKNOWN, "NOT-SIGNED", where, f"{self.what} chưa được ký cho nơi nhận này.")
        for document in documents:
            self.document(document, f"{where}, tệp {document['number']}")
        attempts = self.box.read(submission["attempts"])
        self.attempts(attempts, documents, where)
        self.whole(submission, attempts, where)
        receipts = self.box.read(submission["receipts"])
        for receipt in receipts:
            self.receipt(receipt, attempts, documents, where)
        for incident in submission.get("incidents", []):
            self.incident(incident, attempts, documents, where)
        self.receipts_and_state(submission, receipts, attempts, where)
        if documents and not receipts:
            self.say(UNKNOWN, "NO-RECEIPT", where, f"Chưa có biên nhận (trạng thái: {submission['word']}).")

    def incident(
        self,
        incident: dict[str, Any],
        attempts: list[dict[str, Any]],
        documents: list[dict[str, Any]],
        where: str,
    ) -> None:
        """What delayed it. It explains the times and proves none; held against the calls that the container has."""
        subject = f"{where}, sự cố {incident['number']}"
        begin = moment(incident["started_at"])
        end = moment(incident["ended_at"]) if incident["ended_at"] else None
        if end is not None and end <= begin:
            self.say(FAILED, "INCIDENT-TIMES", subject, "Sự cố được ghi là hết trước khi bắt đầu.")
            return
        if end is not None and all(moment(one["signed_at"]) >= end for one in documents):
            self.say(
                FAILED, "INCIDENT-OTHER", subject, "Tệp được ký sau khi sự cố hết, nên không bị nó làm chậm."
            )
            return
        ended = [one for one in attempts if one["ended_at"]]
        within = [
            one
            for one in ended
            if moment(one["started_at"]) >= begin and (end is None or moment(one["ended_at"]) < end)
        ]
        answered = [
            one
            for one in within
            if one["outcome"] in ("Accepted", "Rejected")
            and moment(one["started_at"]) > begin + ONE_CALL
            and one["code"] != FROM_JOURNAL
        ]
        by_calls = incident["seen_by"] == CALLS
        if answered and by_calls and end is not None:
            self.say(
                FAILED,
                "INCIDENT-ANSWERED",
                subject,
                f"Sự cố được ghi từ các lần gọi không có trả lời, nhưng lần gửi {answered[0]['number']} trong lúc đó có "
                "trả lời.",
            )
            return
        until = f"đến {shown(incident['ended_at'])}" if end else "chưa hết khi lập gói"
        seen = (
            f"{incident['silent_calls']} lần gọi không có trả lời"
            if by_calls
            else f"do {incident['announced_by']} báo hoặc thấy lúc {shown(incident['announced_at'])}"
        )
        here = f"{len(within)} lần gửi của gói nằm trong thời gian này"
        if answered:
            here += f", trong đó lần {answered[0]['number']} có trả lời, nên giờ đã ghi cần xem lại"
        self.say(
            NOTED,
            "INCIDENT",
            subject,
            f"{incident['word']}, từ {shown(incident['started_at'])} {until}; {seen}; {here}. Bằng chứng, đã báo cho ai: "
            f"{incident['evidence'] or 'chưa ghi'}.",
        )

    def document(self, document: dict[str, Any], where: str) -> None:
        data = self.box.parts.get(document["file"], b"")
        manifest = self.box.manifest
        if not data and not document["size"]:
            left = f"chỉ còn mã băm {document['sha256']}" if document["sha256"] else "không còn cả mã băm"
            self.say(
                UNKNOWN,
                "DOCUMENT-LOST",
                where,
                f"Tệp đã ký mất cùng cơ sở dữ liệu trước lần khôi phục, {left}. Không kiểm tra được chữ ký.",
            )
            return
        if sha256(data) != document["sha256"] or len(data) != document["size"]:
            self.say(FAILED, "DOCUMENT-CHANGED", where, "Tệp đã ký không khớp mã băm ghi trong sổ gửi.")
            return
        signed = self.message(data, document["sha256"], where) if self.box.kind == HEALTH_CHECK else data
        if signed is None:
            return
        try:
            root = root_of(signed)
        except NotReadable:
            root = ""
        if root and root != ROOT_OF[self.box.kind]:
            self.say(FAILED, "KIND-OTHER", where, f"Tệp trong gói không phải là {self.what.lower()}.")
            return
        judgement = self.judge(signed, moment(document["signed_at"]))
        self.say(judgement.outcome, judgement.code, f"{where}, chữ ký", judgement.sentence)
        if judgement.certificate_sha256 and judgement.certificate_sha256 != document["certificate_sha256"]:
            self.say(FAILED, "CERTIFICATE-OTHER", where, "Chứng thư trong tệp khác chứng thư đã ghi.")
        self.status(document, f"{where}, thu hồi")
        if self.box.kind == HEALTH_CHECK:
            self.before_signing(signed, document["unsigned_sha256"], where)
        else:
            digest = re.search(rb"DigestValue>([A-Za-z0-9+/=\s]+)<", signed)
            claimed = base64.b64encode(bytes.fromhex(document["unsigned_sha256"]))
            if digest is None or digest[1] != claimed:
                self.say(FAILED, "UNSIGNED-OTHER", where, "Mã băm trước khi ký khác mã băm trong chữ ký.")
        if document["record_sha256"] != manifest["record_sha256"]:
            self.say(FAILED, "RECORD-OTHER", where, "Tệp được lập từ bản hồ sơ khác.")
        self.codes(signed, where)

    def message(self, data: bytes, digest: str, where: str) -> bytes | None:
        """The signed health check inside a message; what is known of the message is said."""
        try:
            message = read_message(data)
        except NotReadable:
            self.say(UNKNOWN, "MESSAGE-UNREADABLE", where, "Không đọc được bản tin đã gửi lên trục.")
            return None
        self.messages[digest] = message.msg_id
        subject = f"{where}, bản tin {message.msg_id}"
        if not self.message_keys:
            self.say(
                NOTED,
                MESSAGE_NOT_CHECKED,
                subject,
                "Chữ ký của bản tin chưa được kiểm tra: gói không mang khóa đã đăng ký với trục. Nêu khóa công khai đó "
                "bằng --hub-key TỆP.pem. Phiếu bên trong có chữ ký riêng, xét ở dòng khác.",
            )
        elif any(rsa_verifies(key, message.signature, message.checksum) for key in self.message_keys):
            self.say(PASSED, "MESSAGE-VALID", subject, "Chữ ký của bản tin khớp với khóa anh/chị nêu.")
        else:
            self.say(
                FAILED, "MESSAGE-MISMATCH", subject, "Chữ ký của bản tin không khớp với khóa anh/chị nêu."
            )
        return message.document

    def before_signing(self, signed: bytes, claimed: str, where: str) -> None:
        """Of a health check: the file without the facility's signature, and whether the doctor has signed in it."""
        place = FACILITY_PLACE.encode()
        start, end = signed.rfind(b"<%b>" % place), signed.rfind(b"</%b>" % place)
        inside, closing = signed[start:end], signed[end:]
        blank = inside[inside.rfind(b">") + 1 :]
        ways = [b"<%b>" % place + blank + closing]
        ways += [one + closing[len(place) + 3 :] for one in (b"<%b/>" % place, b"<%b />" % place)]
        if 0 <= start < end and all(sha256(signed[:start] + one) != claimed for one in ways):
            self.say(
                UNKNOWN, "UNSIGNED-OTHER", where, "Không dựng lại được tệp trước khi ký theo mã băm đã ghi."
            )
        try:
            doctor = doctor_signed(signed)
        except NotReadable:
            return
        self.say(
            NOTED,
            "DOCTOR-NOT-CHECKED" if doctor else "DOCTOR-NOT-SIGNED",
            where,
            "Phiếu có chữ ký ở chỗ của bác sĩ kết luận. Gói không kiểm tra chữ ký đó; chữ ký của cơ sở bao trùm nó."
            if doctor
            else "Bác sĩ kết luận không ký trong phiếu này; chỉ có chữ ký của cơ sở.",
        )

    def codes(self, signed: bytes, where: str) -> None:
        """Whose the signed file itself says it is."""
        manifest, kind = self.box.manifest, self.box.kind
        place = "MA_CSKCB" if kind == CHECK_IN else "MACSKCB"
        try:
            said = codes_in(signed, kind)
        except NotReadable:
            self.say(UNKNOWN, "CODES-UNREADABLE", where, f"Không đọc được {place} và MA_LK trong tệp đã ký.")
            return
        own = kind == HEALTH_CHECK and not said.visit and str(manifest["visit_code"]).startswith("KSK-")
        if said.facility != manifest["facility_code"] or (said.visit != manifest["visit_code"] and not own):
            self.say(
                FAILED,
                "CODES-DIFFER",
                where,
                f"Tệp đã ký mang mã {said.facility} / {said.visit}, khác với gói.",
            )
        elif kind == CHECK_IN and said.stage != manifest["stage"]:
            self.say(FAILED, "STAGE-DIFFERS", where, "Báo vào khám đã ký thuộc giai đoạn khác với gói ghi.")
        else:
            named = "không mang MA_LK" if own else f"MA_LK {said.visit}"
            self.say(PASSED, "CODES-AGREE", where, f"Tệp đã ký đúng là của {place} {said.facility}, {named}.")

    def status(self, document: dict[str, Any], where: str) -> None:
        kept = document.get("status")
        if not kept:
            self.say(
                NOTED,
                NOT_CHECKED,
                where,
                "Không kiểm tra thu hồi: lúc ký, cơ sở không hỏi nơi cấp. Chứng thư có thể đã bị thu hồi mà gói "
                "này không cho biết.",
            )
            return
        parts = self.box.parts
        names = [
            kept["answer"],
            kept["issuers"],
            *([kept["authority_answer"]] if kept["authority_answer"] else []),
        ]
        leaf = self.leaves.get(document["certificate_sha256"])
        if leaf is None or any(name not in parts for name in names):
            self.say(FAILED, "STATUS-MISSING", where, "Gói thiếu trả lời về tình trạng thu hồi đã ghi.")
            return
        above = kept["authority_answer"]
        asked = Asked(
            kept["kind"],
            moment(kept["asked_at"]),
            timedelta(seconds=min(int(kept["fresh_seconds"]), MAX_FRESH)),
            parts[kept["answer"]],
            parts[above] if above else None,
            leaf,
            _certificates_in(parts[kept["issuers"]]),
        )
        code = self.judge_status(asked, moment(document["signed_at"]))
        outcome, sentence = STATUS_SAYS.get(code, STATUS_SAYS["STATUS-UNREADABLE"])
        how = "hỏi trực tuyến" if asked.kind == "ocsp" else "theo danh sách thu hồi"
        self.say(outcome, code, where, f"{sentence} ({how}, {shown(kept['asked_at'])}).")

    def in_order(self, earlier: str, later: str, code: str, subject: str, sentence: str) -> bool:
        """Whether two moments of the facility's clock agree; what is said where they do not."""
        gap = moment(earlier) - moment(later)
        if gap <= CLOCK_SET:
            return True
        times = f" ({shown(later)} và {shown(earlier)})."
        if gap < OTHER_DAY:
            times += " Đồng hồ máy có thể đã được chỉnh lại ở giữa: đối chiếu với cơ sở."
        self.say(UNKNOWN if gap < OTHER_DAY else FAILED, code, subject, sentence + times)
        return False

    def receipts_and_state(
        self, submission: dict[str, Any], receipts: Any, attempts: Any, where: str
    ) -> None:
        """What they say of each other: each number and each attempt has one receipt, and a receipt is no refusal."""
        numbers = [one["transaction_number"] for one in receipts]
        tries = [one["attempt"] for one in receipts]
        if len(set(numbers)) < len(numbers) or len(set(tries)) < len(tries):
            self.say(
                FAILED,
                "RECEIPT-TWICE",
                where,
                "Một biên nhận ghi hai lượt, hoặc một lần gửi có hai biên nhận.",
            )
        state, word = submission["state"], submission["word"]
        if STATES.get(state, word) != word:
            self.say(
                FAILED,
                "STATE-OTHER",
                where,
                f"Trạng thái ghi là “{word}”, nhưng mã trạng thái {state} là “{STATES[state]}”.",
            )
            return
        if state not in STATES:
            self.say(
                UNKNOWN, "STATE-UNKNOWN", where, f"Mã trạng thái “{state}” không có trong các mã đã công bố."
            )
        last = max((one["number"] for one in attempts), default=0)
        answered = {
            one["number"]: one["answer_head"]
            for one in attempts
            if one["number"] in [each["attempt"] for each in receipts if not each["stated_by"]]
            and one["code"] != FROM_JOURNAL
        }
        if state not in WITHOUT_RECEIPT or not answered:
            return
        if last in answered:
            self.say(
                FAILED,
                "STATE-OTHER",
                where,
                f"Lần gửi cuối có biên nhận mà trạng thái lại ghi là “{word}”.",
            )
        elif not all(SIMULATOR.search(head) for head in answered.values()):
            self.say(
                UNKNOWN,
                "STATE-AFTER-RECEIPT",
                where,
                f"Lần gửi trước có biên nhận, lần sau thì trạng thái là “{word}”. Đối chiếu với "
                f"{self.other_side.lower()} xem nơi đó giữ gì.",
            )

    def attempts(self, attempts: Any, documents: Any, where: str) -> None:
        known = {one["sha256"] for one in documents}
        for attempt in attempts:
            times = [attempt[name] for name in ("started_at", "bytes_from", "ended_at") if attempt[name]]
            moments = [moment(one) for one in times]
            if attempt["request_sha256"] not in known:
                self.say(
                    FAILED,
                    "ATTEMPT-OTHER",
                    f"{where}, lần gửi {attempt['number']}",
                    "Lần gửi này mang tệp khác các tệp đã ký trong gói.",
                )
            elif moments != sorted(moments):
                self.say(
                    FAILED,
                    "ATTEMPT-TIMES",
                    f"{where}, lần gửi {attempt['number']}",
                    "Các mốc giờ của lần gửi không theo thứ tự.",
                )
            elif not self.after_signing(attempt, documents, where):
                continue
            elif _status_in(attempt["answer_head"]) not in ("", str(attempt["http_status"])):
                self.say(
                    FAILED,
                    "ANSWER-OTHER",
                    f"{where}, lần gửi {attempt['number']}",
                    f"Sổ gửi ghi mã HTTP {attempt['http_status']}, phần đầu của trả lời lưu lại ghi mã khác.",
                )
            else:
                self.say(
                    NOTED,
                    "ATTEMPT",
                    f"{where}, lần gửi {attempt['number']}",
                    f"{shown(attempt['started_at'])}: {attempt['outcome'] or 'đang gửi'} {attempt['code']}".strip()
                    + f", tệp {attempt['request_sha256'][:16]}….",
                )

    def after_signing(self, attempt: Any, documents: Any, where: str) -> bool:
        signed = [one["signed_at"] for one in documents if one["sha256"] == attempt["request_sha256"]]
        return self.in_order(
            min(signed, key=moment),
            attempt["bytes_from"] or attempt["started_at"],
            "ATTEMPT-BEFORE-SIGNING",
            f"{where}, lần gửi {attempt['number']}",
            "Lần gửi này được ghi là gửi đi trước lúc tệp được ký",
        )

    def whole(self, submission: dict[str, Any], attempts: Any, where: str) -> None:
        """Whether attempts are missing. A restored database leaves some numbers free, so a gap alone proves nothing."""
        there = [one["number"] for one in attempts]
        noted = submission.get("attempts_noted", max(there, default=0))
        missing = sorted(set(range(1, min(int(noted), MAX_PARTS) + 1)) - set(there))
        if missing or len(there) != len(set(there)) or int(noted) < max(there, default=0):
            self.say(
                UNKNOWN,
                "ATTEMPTS-MISSING",
                where,
                "Sổ gửi không còn đủ các lần gửi, hoặc có lần ghi hai lượt: gói đã bị bớt, hoặc cơ sở đã khôi phục dữ "
                f"liệu. Thiếu lần: {', '.join(map(str, missing[:10])) or 'không'}.",
            )
        answered = {one["number"] for one in attempts if one["answer_head"]}
        told = [
            one["attempt"]
            for one in self.box.read("clock.json")["answers"]
            if one["submission"] == submission["number"]
        ]
        if set(told) != answered or len(told) != len(answered):
            self.say(
                FAILED,
                "ATTEMPTS-OTHER",
                where,
                "Các lần gửi không khớp với các lần trả lời ghi ở phần giờ giấc.",
            )

    def receipt(self, receipt: Any, attempts: Any, documents: Any, where: str) -> None:
        number = receipt["transaction_number"]
        subject = f"{where}, biên nhận {number}"
        known = {one["sha256"] for one in documents}
        made = [one for one in attempts if one["number"] == receipt["attempt"]]
        if receipt["document_sha256"] not in known or not made:
            self.say(
                FAILED, "RECEIPT-OTHER", subject, "Biên nhận không gắn với tệp hay lần gửi nào trong gói."
            )
            return
        attempt = made[0]
        if attempt["request_sha256"] != receipt["document_sha256"]:
            self.say(FAILED, "RECEIPT-OTHER", subject, "Biên nhận và lần gửi nói về hai tệp khác nhau.")
            return
        if not self.in_order(
            attempt["bytes_from"] or attempt["started_at"],
            receipt["received_at"],
            "RECEIPT-TIMES",
            subject,
            "Biên nhận được ghi là đến trước lần gửi của nó",
        ):
            return
        if receipt["stated_by"]:
            self.say(
                UNKNOWN,
                "RECEIPT-STATED",
                subject,
                f"Mã không có trong trả lời của lần gửi: {receipt['stated_by']} đọc trên {self.other_side.lower()} và ghi lại.",
            )
            return
        if attempt["code"] == FROM_JOURNAL:
            self.say(
                UNKNOWN,
                "RECEIPT-JOURNALLED",
                subject,
                "Mã này lấy từ sổ biên nhận ghi ngoài cơ sở dữ liệu. Nguyên văn trả lời không còn, vì lúc đó chương trình "
                f"bị ngắt hoặc sau đó dữ liệu được khôi phục. Đối chiếu mã này với {self.other_side.lower()}.",
            )
            return
        if not attempt["bytes_from"] or attempt["outcome"] == "NotSent":
            self.say(
                FAILED, "RECEIPT-NOT-SENT", subject, "Lần gửi này ghi là chưa gửi đi, mà lại có biên nhận."
            )
            return
        if attempt["outcome"] != "Accepted" or str(attempt["code"])[:3] != "200":
            self.say(
                FAILED,
                "RECEIPT-NOT-ACCEPTED",
                subject,
                f"Lần gửi này ghi kết quả {attempt['outcome']} {attempt['code']}, không phải là đã được nhận, mà lại có "
                "biên nhận.",
            )
            return
        if not self.in_order(
            receipt["received_at"],
            attempt["ended_at"],
            "RECEIPT-TIMES",
            subject,
            "Biên nhận được ghi là đến sau khi lần gửi của nó đã xong",
        ):
            return
        answer = self.box.parts.get(attempt["answer"] or "", b"")
        if self.box.kind == HEALTH_CHECK:
            said = hub_number_in(answer, self.messages.get(receipt["document_sha256"], ""))
        else:
            said = transaction_number_in(answer)
        if said != number:
            self.say(
                FAILED,
                "RECEIPT-NOT-ANSWERED",
                subject,
                f"Trả lời lưu lại của {self.other_side.lower()} không có mã giao dịch này cho tệp này.",
            )
            return
        if said_twice(answer):
            self.say(
                UNKNOWN,
                "ANSWER-TWO-VALUES",
                subject,
                f"Trả lời lưu lại nêu hai giá trị khác nhau cho {', '.join(said_twice(answer))}, nên không biết "
                f"{self.other_side.lower()} nói giá trị nào. Đối chiếu mã này với {self.other_side.lower()}.",
            )
            return
        if receipt["stated_at"] != ("" if self.box.kind == HEALTH_CHECK else stated_at_in(answer)):
            self.say(
                FAILED,
                "RECEIPT-STATED-AT",
                subject,
                f"Giờ tiếp nhận ghi trên biên nhận khác giờ trong trả lời lưu lại của {self.other_side.lower()}.",
            )
            return
        if receipt["message"] != message_in(answer, self.box.kind):
            self.say(
                FAILED,
                "RECEIPT-MESSAGE",
                subject,
                f"Lời nhắn ghi trên biên nhận khác lời nhắn trong trả lời lưu lại của {self.other_side.lower()}.",
            )
            return
        if SIMULATOR.search(attempt["answer_head"]):
            side = self.other_side.lower()
            self.say(
                NOTED,
                SIMULATED,
                subject,
                f"Biên nhận của {side} mô phỏng, không phải của {side} thật: chỉ để tập.",
            )
        self.say(
            PASSED,
            "RECEIPT-BOUND",
            subject,
            f"{self.other_side} trả mã này trong lần gửi {attempt['number']}, lần mang tệp {receipt['document_sha256']}; "
            "trả lời đến lúc "
            f"{shown(receipt['received_at'])}"
            + (f", {self.other_side.lower()} ghi {receipt['stated_at']}" if receipt["stated_at"] else "")
            + f". {self.other_side} không ký biên nhận và không ghi mã băm của tệp vào đó: khi cần, đối chiếu mã này và "
            f"{'mã phiếu' if self.box.kind == HEALTH_CHECK else 'MA_LK'} với {self.other_side.lower()}.",
        )

    def journal(self) -> None:
        lines = self.box.read("journal.json")
        before: Any = None
        for line in lines:
            if journal_hash(line) != line["hash"] or (
                before and line["seq"] == before["seq"] + 1 and line["previous"] != before["hash"]
            ):
                self.say(
                    FAILED, "JOURNAL-CHANGED", "Nhật ký", f"Dòng {line['seq']} không khớp mã băm của nó."
                )
                return
            before = line
        own = [line for line in lines if line["kind"] == IN_JOURNAL[self.box.kind]]
        if not own:
            self.say(
                UNKNOWN,
                "JOURNAL-MISSING",
                "Nhật ký",
                f"Nhật ký trong gói không có dòng nào về {self.what.lower()} này: gói đã bị bớt.",
            )
            return
        if len({line["object_id"] for line in own}) > 1 or not any(
            self.is_about(line["detail"]) for line in own
        ):
            self.say(
                FAILED,
                "JOURNAL-OTHER",
                "Nhật ký",
                f"Nhật ký trong gói không nói về đúng {self.what.lower()} này: mã băm, số bản hoặc giai đoạn khác với gói.",
            )
            return
        self.say(PASSED, "JOURNAL-WHOLE", "Nhật ký", f"{len(lines)} dòng khớp mã băm của chúng.")

    def is_about(self, detail: dict[str, Any]) -> bool:
        """Whether a line of the journal tells how exactly this came to be."""
        manifest = self.box.manifest
        return detail.get("sha256") == manifest["record_sha256"] and all(
            detail.get(name, manifest.get(name)) == manifest.get(name) for name in ("version", "stage")
        )

    def clock(self) -> None:
        told = self.box.read("clock.json")
        kept = {
            (submission["number"], one["number"]): one
            for submission in self.box.manifest["submissions"]
            for one in self.box.read(submission["attempts"])
        }
        for one in told["answers"]:
            attempt = kept.get((one["submission"], one["attempt"]))
            if attempt is not None and (
                one["ended_at"] != attempt["ended_at"]
                or one["portal_date"] != _date_in(attempt["answer_head"])
            ):
                self.say(
                    FAILED,
                    "CLOCK-OTHER",
                    "Đồng hồ",
                    f"Giờ ghi ở phần giờ giấc khác giờ của lần gửi {one['attempt']} hoặc của trả lời lưu lại.",
                )
        if told.get("frozen_at", self.box.manifest["frozen_at"]) != self.box.manifest["frozen_at"]:
            self.say(
                FAILED, "CLOCK-OTHER", "Đồng hồ", "Giờ chốt ở phần giờ giấc khác giờ chốt ghi trong gói."
            )
        if told.get("closed_at") is not None:
            self.in_order(
                told["closed_at"],
                self.box.manifest["frozen_at"],
                "CLOCK-CLOSED",
                "Đồng hồ",
                "Giờ kết thúc được ghi là sau lúc hồ sơ được chốt",
            )
        for one in told["answers"]:
            if one["portal_date"] and one["ended_at"]:
                try:
                    portal = parsedate_to_datetime(one["portal_date"])
                except (TypeError, ValueError, IndexError):
                    continue
                if portal.tzinfo is None:
                    continue
                gap = round((moment(one["ended_at"]) - portal).total_seconds())
                self.say(
                    NOTED,
                    "CLOCK",
                    "Đồng hồ",
                    f"Lúc {self.other_side.lower()} trả lời, máy ký lệch đồng hồ bên đó {gap:+d} giây.",
                )


def _status_in(head: str) -> str:
    """The HTTP status that the head of an answer begins with; empty where there is none."""
    found = re.match(r"HTTP (\d{3})(?!\d)", head)
    return found.group(1) if found else ""


def _date_in(head: str) -> str:
    _, _, headers = head.partition("\n")
    return str(HeaderParser().parsestr(headers).get("Date", ""))


def transaction_number_in(answer: bytes) -> str:
    """The number of an answer of the portal that is a receipt, as the client reads it; empty where it is none."""
    fields = _fields(answer)
    return _number(fields.get("magiaodich", "")) if fields.get("maketqua") == "200" else ""


def _number(told: str) -> str:
    """What was no text in it has a mark: then it would be another number, so it is none."""
    return "" if "\ufffd" in told[:100] else told[:100]


def stated_at_in(answer: bytes) -> str:
    """When the portal says that it received, as the client reads it."""
    return _fields(answer).get("thoigiantiepnhan", "")[:20]


def message_in(answer: bytes, kind: str = RECORD) -> str:
    """What is said beside a number, as the client keeps it."""
    if kind != HEALTH_CHECK:
        return _fields(answer).get("thongdiep", "")
    told = (_said_by_hub(answer, name)[:1] for name in ("res_code", "res_message", "data_state"))
    return " ".join(each for one in told for each in one)


def _fields(answer: bytes) -> dict[str, str]:
    """The texts and numbers of an answer of the portal, under lower-case names."""
    try:
        fields = json.loads(answer.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(fields, dict):
        return {}
    return {str(name).lower(): _plain(value) for name, value in fields.items()}


NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of surrogate pairs: JSON can say them, no ledger keeps them, so a mark stands there."""


def _plain(value: object) -> str:
    told = isinstance(value, (str, int)) and not isinstance(value, bool)
    return NO_TEXT.sub("\ufffd", str(value).strip()) if told else ""


BINDING = ("maKetQua", "maGiaoDich", "thoiGianTiepNhan", "res_code", "txn_id", "ref_msg_id")


def said_twice(answer: bytes) -> list[str]:
    """What one object of an answer, or a hub's header and its data, say differently: two readers may take it for two
    things."""
    found: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for name in BINDING:
            if len({_plain(value) for key, value in pairs if key.lower() == name.lower()}) > 1:
                found.append(name)
        return dict(pairs)

    try:
        json.loads(answer.decode("utf-8-sig"), object_pairs_hook=look)
    except (ValueError, RecursionError):
        return []
    for name in ("txn_id", "ref_msg_id"):
        if len(_said_by_hub(answer, name)) > 1:
            found.append(name)
    if len({code in HUB_TAKEN for code in _said_by_hub(answer, "res_code")}) > 1:
        found.append("res_code")
    return found


def _said_by_hub(answer: bytes, name: str) -> list[str]:
    """Whatever stands under a name in header, data and the answer itself, in this order and once each."""
    try:
        told = json.loads(answer.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return []
    if not isinstance(told, dict):
        return []
    places = [one for one in (told.get("header"), told.get("data"), told) if isinstance(one, dict)]
    return list(dict.fromkeys(filter(None, (_plain(one.get(name)) for one in places))))


HUB_TAKEN = ("CM_SUCCESS", "PS_SYNC_SUCCESS", "PS_DS_VERIFY_SUCCESS", "PS_DS_SAVE_SUCCESS")


def hub_number_in(answer: bytes, msg_id: str) -> str:
    """The transaction number of a hub's answer that takes this message; empty where it takes another, or none."""

    def says(name: str) -> str:
        return next(iter(_said_by_hub(answer, name)), "")

    about = says("ref_msg_id")
    return _number(says("txn_id")) if says("res_code") in HUB_TAKEN and about in ("", msg_id) else ""


IN_JOURNAL = {RECORD: "visit", CHECK_IN: "check-in", HEALTH_CHECK: "health-check"}
"""Under what kind the hospital's journal speaks of what a container is about."""


def journal_hash(line: dict[str, Any]) -> str:
    """As the hospital's journal chains its lines."""
    names = ("seq", "at", "actor", "action", "kind", "object_id", "detail", "previous")
    text = json.dumps(
        [line[name] for name in names], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return sha256(text.encode())


def moment(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return value


AT_FORM = (
    "Không đọc được thời điểm nêu ở --at. Ghi như 30/11/2026 (hết ngày đó, giờ Việt Nam) hoặc "
    "2026-11-30T09:00:00+07:00 (không ghi múi giờ thì là giờ Việt Nam)."
)


def asked_moment(text: str) -> datetime:
    """The moment that somebody typed: a day as dd/mm/yyyy is its last second in Vietnam, and so is a missing zone
    Vietnam's. Raises ValueError."""
    if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", text.strip()):
        return datetime.strptime(text.strip() + " 23:59:59", "%d/%m/%Y %H:%M:%S").replace(tzinfo=HANOI)
    value = datetime.fromisoformat(text.strip())
    return value if value.tzinfo else value.replace(tzinfo=HANOI)


def shown(text: str) -> str:
    return moment(text).astimezone(HANOI).strftime("%d/%m/%Y %H:%M:%S")


def pem(data: bytes) -> list[bytes]:
    """The certificates in a PEM file, as DER."""
    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", data, re.DOTALL)
    return [_base64(b"".join(block.split())) for block in blocks]


def _certificates_in(data: bytes) -> list[bytes]:
    try:
        return pem(data)
    except NotReadable:
        return []


def examine(
    data: bytes,
    judge: Judge | None = None,
    authorities: Sequence[Certificate] = (),
    registered: Sequence[str] = (),
    status: StatusJudge | None = None,
    message_keys: Sequence[PublicKey] = (),
) -> list[Line]:
    """All lines of the verdict on a container.

    ``judge`` and ``status`` replace this file's own look at signatures, and at what issuers said of certificates;
    ``message_keys`` are those that the facility registered at the Ministry's hub.
    """

    def own(document: bytes, at: datetime) -> Judgement:
        return judge_document(document, at, authorities, registered)

    def own_status(asked: Asked, at: datetime) -> str:
        return judge_status(asked, at, authorities)

    lines: list[Line] = []
    try:
        container = Container(data)
        manifest = container.manifest
        examination = Examination(container, judge or own, status or own_status, message_keys)
        lines = examination.lines
        lines.append(
            Line(
                NOTED,
                "CONTAINER",
                "Gói",
                f"Cơ sở {manifest['facility_code']}, {_about(container)}, chốt {shown(manifest['frozen_at'])}; "
                f"SHA-256 của manifest.json: {container.manifest_sha256}",
            )
        )
        examination.run()
    except Stop as stop:
        lines.append(stop.line)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, AssertionError, OverflowError):
        lines.append(Line(FAILED, "CONTAINER-SHAPE", "Gói", "Nội dung gói không đúng khuôn đã công bố."))
    return [Line(one.outcome, one.code, printable(one.subject), printable(one.sentence)) for one in lines]


def _about(container: Container) -> str:
    manifest = container.manifest
    if container.kind == CHECK_IN:
        stage = STAGES.get(manifest["stage"], "?")
        return f"báo vào khám của MA_LK {manifest['visit_code']}, {stage}, lần {manifest['version']}"
    if container.kind == HEALTH_CHECK:
        return f"phiếu khám sức khỏe {manifest['visit_code']}, bản {manifest['version']}"
    return f"MA_LK {manifest['visit_code']}, bản {manifest['version']}"


def printable(text: object) -> str:
    """Nothing of a container may move the cursor, break a line or stand for a verdict of ours."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(text)[:2000])


def outcome_of(lines: Sequence[Line]) -> str:
    """The worst that was said."""
    said = {line.outcome for line in lines}
    return FAILED if FAILED in said else UNKNOWN if UNKNOWN in said or PASSED not in said else PASSED


def report(lines: Sequence[Line]) -> str:
    """The verdict as people read it: the outcome first, then a line for every check."""
    body = [f"{WORDS[line.outcome]} · {line.code} · {line.subject}: {line.sentence}" for line in lines]
    said = {line.code for line in lines}
    unchecked = "; ".join(sentence for code, sentence in LEFT_OPEN.items() if code in said)
    end = f"KẾT LUẬN: {WORDS[outcome_of(lines)]}{f' ({unchecked})' if unchecked else ''}"
    return "\n".join([end, *body])


def main(arguments: Sequence[str] | None = None) -> int:
    command = argparse.ArgumentParser(
        description="Kiểm tra gói bằng chứng (hoặc một tệp XML đã ký) mà không cần mạng hay chương trình nào khác."
    )
    command.add_argument("file", metavar="TỆP", help="gói .zip, hoặc tệp XML đã ký")
    command.add_argument("--ca", action="append", default=[], metavar="TỆP.pem", help="chứng thư của nơi cấp")
    command.add_argument(
        "--registered", action="append", default=[], metavar="SHA256", help="mã băm chứng thư đã đăng ký"
    )
    command.add_argument(
        "--hub-key",
        action="append",
        default=[],
        metavar="TỆP.pem",
        help="khóa công khai cơ sở đã đăng ký với trục Bộ Y tế (gói của phiếu khám sức khỏe)",
    )
    command.add_argument(
        "--at",
        metavar="GIỜ",
        help="chỉ cho tệp XML: lúc ký, như 2026-11-23T09:00:00+07:00; hoặc 23/11/2026, tính đến hết ngày",
    )
    command.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    options = command.parse_args(arguments)
    try:
        with open(options.file, "rb") as stream:
            data = stream.read(MAX_CONTAINER + 1)
        authorities = []
        for name in options.ca:
            with open(name, "rb") as stream:
                authorities += [Certificate(raw) for raw in pem(stream.read())]
        message_keys = []
        for name in options.hub_key:
            with open(name, "rb") as stream:
                message_keys += public_keys(stream.read())
    except OSError as problem:
        print(f"Không mở được tệp {problem.filename}.", file=sys.stderr)
        return 2
    except NotReadable:
        print(
            "Không đọc được chứng thư của nơi cấp hoặc khóa của trục. Tệp phải ở dạng PEM, khóa RSA.",
            file=sys.stderr,
        )
        return 2
    if options.ca and not authorities:
        print("Tệp của nơi cấp không có chứng thư nào.", file=sys.stderr)
        return 2
    if options.hub_key and not message_keys:
        print("Tệp của --hub-key không có khóa công khai nào.", file=sys.stderr)
        return 2
    registered = [one.lower().replace(":", "") for one in options.registered]
    if is_container(data):
        lines = examine(data, authorities=authorities, registered=registered, message_keys=message_keys)
    else:
        if options.at is None:
            print("Với một tệp XML, hãy nêu thời điểm ký bằng --at.", file=sys.stderr)
            return 2
        try:
            at = asked_moment(options.at)
        except ValueError:
            print(AT_FORM, file=sys.stderr)
            return 2
        said = judge_document(data, at, authorities, registered)
        lines = [Line(said.outcome, said.code, "Chữ ký", said.sentence)]
    if options.json:
        print(
            json.dumps(
                {"outcome": outcome_of(lines), "lines": [line._asdict() for line in lines]},
                ensure_ascii=False,
            )
        )
    else:
        print(report(lines))
    return EXIT_CODES[outcome_of(lines)]


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.exit(main())
