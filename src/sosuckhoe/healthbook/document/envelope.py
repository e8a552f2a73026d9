"""The envelope GIAMDINHHS: who sends, when, how many, and which table documents each visit brings."""

import binascii
import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from lxml import etree

from ..record import Sheet
from .limits import Allowance
from .parse import SIGNATURE, parse, place_of, stray_texts, texts_of, tree_of
from .published import published_sheet
from .refusals import Unreadable, Where, refuse
from .remarks import Remarks
from .scan import scan
from .shapes import Shape

_ELSEWHERE = frozenset({"XML0", "XML12"})
"""Tables that no HOSO brings: a check-in travels alone, table 12 is keyed in on the portal (rules.csv STR-006)."""
_ENCODED_TWICE = ("PD94bWw", "PENISV", "PFRPTkdfSE9Q", "77u/")
"""Base64 of ``<?xml``, ``<CHI…``, ``<TONG_HOP`` and of a byte-order mark."""


class Part:
    """One FILEHOSO: its declared kind and, unless it is an empty placeholder, its document."""

    def __init__(
        self,
        kind: str,
        root: etree._Element | None = None,
        document: str | None = None,
        tree: Callable[[], etree._Element] | None = None,
    ) -> None:
        self.kind = kind
        self._root, self._tree = root, tree
        self.document = document
        """The text of a document that ``scan`` has let pass and no parser has seen, with ``tree`` to parse it."""
        self._looked: tuple[Shape, Sheet | None] | None = None

    def sheet(self, shape: Shape) -> Sheet | None:
        """Its rows, where it is exactly as a table was published."""
        if self.document is None:
            return None
        if self._looked is None or self._looked[0] is not shape:
            self._looked = shape, published_sheet(self.document, shape)
        return self._looked[1]

    @property
    def is_there(self) -> bool:
        return self._root is not None or self.document is not None

    @property
    def root(self) -> etree._Element | None:
        """Its root element. Raises Unreadable where it cannot be parsed."""
        if self._tree is not None:
            self._root, self._tree, self.document = self._tree(), None, None
        return self._root


@dataclass
class Envelope:
    """What the envelope says, as text; whether it is right is validation's to say."""

    facility_code: str = ""
    """MACSKCB."""
    made_on: str = ""
    """NGAYLAP."""
    declared_count: str = ""
    """SOLUONGHOSO."""
    visit_count: int = 0
    """How many HOSO there are."""
    kinds: list[list[str]] = field(default_factory=list)
    """LOAIHOSO of every visit's files, in order, as written; duplicates stay."""
    signature_element: bool = False
    """Whether CHUKYDONVI is there, even if empty."""
    signature_last: bool = False
    """Whether CHUKYDONVI is the last child of the root."""
    has_signature: bool = False
    """Whether a ds:Signature stands in CHUKYDONVI. Whether it holds is for ``signing.verify`` to say."""


def signature_facts(root: etree._Element) -> tuple[bool, bool, bool]:
    """Of a signed root: CHUKYDONVI is there, is the last child, holds a ds:Signature."""
    place = _only(root, "CHUKYDONVI")
    if place is None:
        return False, False, False
    return True, root[-1] is place, place.find(f"{SIGNATURE}Signature") is not None


class EnvelopeReader:
    """Takes an envelope apart; the parts' own content is read by ``rows``."""

    def __init__(
        self, root: etree._Element, allowance: Allowance, remarks: Remarks, contents: dict[str, bytes]
    ) -> None:
        """``contents``: the decoded parts that were set apart, by the mark that stands for them."""
        self.root, self.contents = root, contents
        self.allowance = allowance
        self.limits = allowance.limits
        self.remarks = remarks

    def facts(self) -> tuple[Envelope, list[etree._Element]]:
        """What the envelope says, and its HOSO elements."""
        root = self.root
        unit = _only(root, "THONGTINDONVI")
        claim = _only(root, "THONGTINHOSO")
        facts = Envelope()
        facts.facility_code = _text(unit, "MACSKCB")
        facts.made_on = _text(claim, "NGAYLAP")
        facts.declared_count = _text(claim, "SOLUONGHOSO")
        facts.signature_element, facts.signature_last, facts.has_signature = signature_facts(root)
        visits = self._visits(claim)
        facts.visit_count = len(visits)
        self._strangers(root, ("THONGTINDONVI", "THONGTINHOSO", "CHUKYDONVI"))
        self._strangers(unit, ("MACSKCB",))
        self._strangers(claim, ("NGAYLAP", "SOLUONGHOSO", "DANHSACHHOSO", "HOSO"))
        if stray_texts(root, 5):
            self.remarks.add(
                "STR-014", "GIAMDINHHS", "Tệp có chữ viết lạc ngoài các thẻ, nên phần chữ đó không được đọc."
            )
        declared = facts.declared_count.strip()
        if (declared.lstrip("0") or declared[:1]) != str(len(visits)):
            self.remarks.add(
                "STR-004",
                "GIAMDINHHS.SOLUONGHOSO",
                f"Số hồ sơ ghi ở đầu tệp (SOLUONGHOSO) khác số hồ sơ thật có trong tệp ({len(visits)}).",
                value=facts.declared_count,
            )
        if len(visits) > 1:
            self.remarks.add(
                "STR-005",
                "GIAMDINHHS.HOSO",
                f"Tệp chứa {len(visits)} đợt khám; mỗi tệp gửi lên cổng chỉ chứa một đợt khám.",
            )
        return facts, visits

    def parts(self, visit: etree._Element, remarks: Remarks, *, number: int, several: bool) -> list[Part]:
        """The table documents of one HOSO, parsed. Raises Unreadable where one cannot be."""
        parts = []
        for file in visit:
            if file.tag != "FILEHOSO":
                self._stranger(file, "HOSO", remarks)
                continue
            if not self.allowance.take_part():
                raise refuse("FILE-TOO-MANY", None, f"hơn {self.limits.parts} phần")
            kind = _text(file, "LOAIHOSO")
            name = kind.strip().upper()
            if re.fullmatch("XML[0-9]{1,2}", name) is None:
                name = "NOIDUNGFILE"
            try:
                parts.append(self._content(file, kind, name, remarks, number if several else 0))
            except Unreadable as refusal:
                raise refusal.in_visit(number) if several else refusal from None
        return parts

    def _visits(self, claim: etree._Element | None) -> list[etree._Element]:
        if claim is None:
            return []
        listed = _only(claim, "DANHSACHHOSO")
        visits = [] if listed is None else [*listed.iterchildren("HOSO")]
        loose = [*claim.iterchildren("HOSO")]
        if loose:
            self.remarks.add(
                "STR-014",
                "GIAMDINHHS.DANHSACHHOSO",
                "Có hồ sơ (HOSO) nằm ngoài danh sách hồ sơ của tệp (DANHSACHHOSO).",
                severity="warning",
            )
        self._strangers(listed, ("HOSO",))
        if len(visits) + len(loose) > self.limits.visits:
            raise refuse("FILE-TOO-MANY", None, f"hơn {self.limits.visits} hồ sơ")
        return visits + loose

    def _content(self, file: etree._Element, kind: str, part: str, remarks: Remarks, number: int) -> Part:
        holder = _only(file, "NOIDUNGFILE")
        self._strangers(file, ("LOAIHOSO", "NOIDUNGFILE"))
        if holder is None:
            remarks.add(
                "STR-007",
                part,
                "Tệp có tên bảng này (FILEHOSO) nhưng không có nội dung: thiếu thẻ NOIDUNGFILE.",
            )
            return Part(kind)
        if len(holder):
            inline = list(holder)
            if len(inline) > 1:
                raise refuse("FILE-REPEATED", place_of(holder, part), "gốc trong NOIDUNGFILE")
            _told_as_inline(part, remarks)
            if stray_texts(holder, 1):
                remarks.add(
                    "STR-007",
                    part,
                    "Nội dung bảng (NOIDUNGFILE) có chữ lạc ngoài các thẻ, nên phần chữ đó không được đọc.",
                )
            return Part(kind, inline[0])
        text = (holder.text or "").strip()
        if not text:
            remarks.add(
                "STR-007",
                part,
                "Phần nội dung (NOIDUNGFILE) trống, nên coi như không gửi bảng.",
                severity="warning",
            )
            return Part(kind)
        if text.lstrip("\ufeff \t\r\n").startswith("<"):
            _told_as_inline(part, remarks)
            data = text.lstrip("\ufeff \t\r\n").encode()
            return Part(kind, parse(data, part=part, allowance=self.allowance, remarks=remarks, as_text=True))
        data = self.contents.pop(text, b"") or self._decoded(text, part, remarks)
        data, document = scan(data, part=part, allowance=self.allowance, remarks=remarks)

        def tree() -> etree._Element:
            try:
                return tree_of(data, part, self.limits, remarks)
            except Unreadable as refusal:
                raise refusal.in_visit(number) if number else refusal from None

        return Part(kind, document=document, tree=tree)

    def _decoded(self, text: str, part: str, remarks: Remarks) -> bytes:
        where = Where(part)
        if len(text) > self.limits.text_length:
            raise refuse("FILE-TOO-LARGE", where, f"{self.limits.text_length // 1_000_000} MB base64")
        if len(pieces := text.split()) > 1:
            text = "".join(pieces)
            remarks.add(
                "STR-007",
                part,
                "Nội dung mã hóa base64 (NOIDUNGFILE) bị ngắt dòng hoặc có dấu cách; cần viết liền một dòng.",
                severity="warning",
            )
        try:
            data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
        except UnicodeEncodeError:
            raise refuse("FILE-BASE64", where, "có ký tự không thuộc bảng chữ base64") from None
        except binascii.Error:
            raise refuse("FILE-BASE64", where, _why_not_base64(text)) from None
        if data[:16].decode("latin-1").startswith(_ENCODED_TWICE):
            raise refuse("FILE-BASE64", where, "nội dung bị mã hoá base64 hai lần")
        return data

    def _strangers(self, parent: etree._Element | None, expected: tuple[str, ...]) -> None:
        for child in parent if parent is not None else ():
            if child.tag not in expected:
                self._stranger(child, str(parent.tag) if parent is not None else "", self.remarks)

    def _stranger(self, child: etree._Element, parent: str, remarks: Remarks) -> None:
        name = etree.QName(child).localname[: self.limits.name_length]
        remarks.add(
            "STR-014",
            f"GIAMDINHHS.{name}",
            f"Thẻ {name} không thuộc phần {parent} theo chuẩn, nên nội dung trong thẻ không được dùng.",
            severity="error" if str(child.tag).startswith("{") else "warning",
        )


def check_kinds(parts: list[Part], remarks: Remarks, tables: Collection[str]) -> None:
    """The declared kinds of one visit's files against what a visit may bring (STR-006, STR-009).

    ``tables``: official names of all tables there are; which of them the visit's day knows is looked at later.
    """
    kinds = Counter(part.kind for part in parts)
    for kind, times in kinds.items():
        clean = kind.strip().upper()
        if clean == "XML12":
            remarks.add(
                "STR-009",
                "XML12",
                "Tệp có dữ liệu giám định y khoa (XML12); phần này do hội đồng giám định y khoa nhập trên cổng, không gửi trong tệp.",
                severity="warning",
            )
        elif clean not in tables or clean in _ELSEWHERE:
            remarks.add(
                "STR-006",
                "GIAMDINHHS.LOAIHOSO",
                "Tệp có một phần mang tên bảng lạ (LOAIHOSO); tên bảng phải là XML1, XML2… như quyết định công bố.",
                value=kind[:40],
            )
        elif clean != kind:
            remarks.add(
                "STR-006",
                "GIAMDINHHS.LOAIHOSO",
                "Tên bảng trong tệp (LOAIHOSO) viết chữ thường hoặc có dấu cách; cần viết hoa, liền nhau, như XML2.",
                value=kind[:40],
                severity="warning",
            )
        if times > 1:
            remarks.add(
                "STR-006",
                "GIAMDINHHS.LOAIHOSO",
                f"Hồ sơ có {times} phần cùng tên bảng (LOAIHOSO); mỗi bảng chỉ được một phần.",
                value=kind[:40],
            )


def _told_as_inline(part: str, remarks: Remarks) -> None:
    remarks.add(
        "STR-007",
        part,
        "Nội dung bảng (NOIDUNGFILE) còn để nguyên dạng XML, chưa mã hóa base64; cổng chỉ nhận nội dung đã mã hóa.",
        severity="warning",
    )


def _why_not_base64(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_-]+=*", text) and re.search("[_-]", text):
        return "dùng bảng chữ cho địa chỉ web (- và _)"
    if not re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text):
        return "có ký tự không thuộc bảng chữ base64"
    return "thiếu ký tự ở cuối (độ dài hoặc dấu = không đúng)"


def _only(parent: etree._Element, name: str) -> etree._Element | None:
    """The child of this name. Two of them are refused: nobody could say which one counts."""
    found = [*parent.iterchildren(name)]
    if len(found) > 1:
        raise refuse("FILE-REPEATED", place_of(found[1]), name)
    return found[0] if found else None


def _text(parent: etree._Element | None, name: str) -> str:
    child = _only(parent, name) if parent is not None else None
    return "" if child is None else "".join(texts_of(child)).strip()
