"""Reading what arrived with the portal's own eyes: nothing here is shared with whoever wrote the file.

First the outer document is looked at as bytes and as a tree; after the signature was verified, the records are
taken from the verified tree and nowhere else. Official names throughout.
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from sosuckhoe.healthbook.standard import Edition, decisions, edition_on
from sosuckhoe.healthbook.standard.editions import of_decisions

ENVELOPE, CHECK_IN = "GIAMDINHHS", "CHI_TIEU_TRANG_THAI_KCB"
PLACE = "CHUKYDONVI"
NOT_SENT = frozenset({"XML0", "XML12"})
"""Table 12 is typed in on the portal, table 0 travels alone. Every other table of a known decision may be sent."""
MOST_DEPTH, MOST_ELEMENTS = 12, 400_000

Row = dict[str, str]


class Misread(Exception):
    """The document is not what it should be: ``kind`` is format, structure or content."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


@dataclass
class Arrived:
    """A document as the portal read it: rows by official table name."""

    facility_code: str
    visit_code: str
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def first(self, table: str) -> Row:
        rows = self.tables.get(table)
        return rows[0] if rows else {}


def decode(text: str) -> bytes:
    """Strict Base64: alphabet, padding, one spelling, no blanks (an unencoded plus arrives as one)."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Misread("format", "Nội dung gửi lên không phải Base64 hợp lệ.") from None
    if not raw or base64.b64encode(raw).decode("ascii") != text:
        raise Misread("format", "Nội dung gửi lên không phải Base64 hợp lệ.")
    return raw


_START = re.compile(rb"""(?:\xef\xbb\xbf)?(?:<\?xml(?:[^>]*encoding\s*=\s*["']([^"']*)["'])?[^>]*\?>)?""")
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False
)
_ELEMENTS = etree.XPath("count(descendant-or-self::*)")
_TOO_DEEP = etree.XPath("boolean(self::*" + "/*" * MOST_DEPTH + ")")


def parse(data: bytes) -> etree._Element:
    """The tree of a document in UTF-8 without DOCTYPE, comments or instructions, within limits."""
    root = _tree(data)
    if _TOO_DEEP(root):
        raise Misread("format", _TOO_MUCH)
    return root


_TOO_MUCH = "Tệp lồng nhau quá sâu hoặc quá lớn."


def _tree(data: bytes) -> etree._Element:
    """The same without a look at its depth: the form of an inner document says how deep it is.

    Nothing is looked for in the tree whose sign is not among the bytes.
    """
    try:
        data.decode()
    except UnicodeDecodeError:
        raise Misread("format", "Tệp không phải UTF-8.") from None
    start = _START.match(data)
    assert start is not None
    if start[1] and start[1].lower().replace(b"-", b"") != b"utf8":
        raise Misread("format", f"Tệp khai báo bảng mã {start[1][:20].decode()}, cổng chỉ nhận UTF-8.")
    marked = b"!" in data
    if marked and _DOCTYPE.search(data):
        raise Misread("format", "Tệp có khai báo DOCTYPE.")
    try:
        root = etree.fromstring(data, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        raise Misread("format", "Tệp không đúng cú pháp XML.") from None
    if (marked or data.find(b"?", start.end()) >= 0) and (
        next(root.iter(etree.Comment, etree.PI), None) is not None
    ):
        raise Misread("format", "Tệp có chú thích hoặc chỉ thị xử lý XML.")
    if b"&" in data and next(root.iter(etree.Entity), None) is not None:
        raise Misread("format", "Tệp có tham chiếu thực thể.")
    if data.count(b"<") > MOST_ELEMENTS and _ELEMENTS(root) > MOST_ELEMENTS:
        raise Misread("format", _TOO_MUCH)
    return root


def _only(parent: etree._Element, *names: str) -> list[etree._Element]:
    found = [child.tag for child in parent]
    if found != list(names):
        raise Misread("structure", f"{parent.tag} phải gồm đúng {', '.join(names)}.")
    return list(parent)


def _text(element: etree._Element) -> str:
    if len(element):
        raise Misread("structure", f"{element.tag} không được chứa phần tử con.")
    return (element.text or "").strip()


def check_structure(root: etree._Element, kind: str) -> str:
    """The facility of a document whose outer form is right. Raises Misread."""
    if kind == "check_in":
        if root.tag != CHECK_IN:
            raise Misread("structure", f"Phần tử gốc phải là {CHECK_IN}.")
        rows, _ = _only(root, "DSACH_TRANG_THAI_KCB", PLACE)
        if not len(rows) or any(row.tag != "TRANG_THAI_KCB" for row in rows):
            raise Misread("structure", "DSACH_TRANG_THAI_KCB phải có ít nhất một TRANG_THAI_KCB.")
        return (rows[0].findtext("MA_CSKCB") or "").strip()
    if root.tag != ENVELOPE:
        raise Misread("structure", f"Phần tử gốc phải là {ENVELOPE}.")
    unit, about, _ = _only(root, "THONGTINDONVI", "THONGTINHOSO", PLACE)
    (facility,) = _only(unit, "MACSKCB")
    made_on, count, records = _only(about, "NGAYLAP", "SOLUONGHOSO", "DANHSACHHOSO")
    if not re.fullmatch(r"\d{8}", _text(made_on)):
        raise Misread("structure", "NGAYLAP phải có dạng yyyyMMdd.")
    _only(records, "HOSO")
    if _text(count) != "1":
        raise Misread("structure", "SOLUONGHOSO phải là 1: mỗi lần gửi một hồ sơ.")
    if not len(records[0]) or any(part.tag != "FILEHOSO" for part in records[0]):
        raise Misread("structure", "HOSO phải gồm các FILEHOSO.")
    for part in records[0]:
        _only(part, "LOAIHOSO", "NOIDUNGFILE")
    return _text(facility)


def read(root: etree._Element, kind: str) -> Arrived:
    """The records in a verified tree. Raises Misread."""
    facility = check_structure(root, kind)
    if kind == "check_in":
        rows = [_row(row) for row in root[0]]
        codes = [ever("XML0", "visit_code", row)[1] for row in rows]
        if "" in codes:
            raise Misread("content", "XML0 thiếu MA_LK.")
        if {row.get("MA_CSKCB") for row in rows} != {facility}:
            raise Misread("content", "XML0 có nhiều mã cơ sở.")
        return Arrived(facility, codes[0], {"XML0": rows})
    tables: dict[str, list[Row]] = {}
    for part in root[1][2][0]:
        name, content = _text(part[0]), part[1].text or ""
        if name in NOT_SENT or name not in _wrappers():
            raise Misread("content", f"LOAIHOSO {name[:10]} không được gửi trong tệp này.")
        if name in tables:
            raise Misread("content", f"{name} xuất hiện hai lần.")
        tables[name] = _table(name, content)
    if len(tables.get("XML1", [])) != 1:
        raise Misread("content", "Hồ sơ phải có đúng một XML1.")
    link, code = ever("XML1", "visit_code", tables["XML1"][0])
    if not code:
        raise Misread("content", f"XML1 thiếu {link}.")
    strange = [n for n, rows in tables.items() if any(ever(n, "visit_code", row)[1] != code for row in rows)]
    if strange:
        raise Misread("content", f"MA_LK của {strange[0]} khác MA_LK của XML1.")
    return Arrived(facility, code, tables)


@of_decisions
@lru_cache(maxsize=1)
def _wrappers() -> dict[str, tuple[str, ...]]:
    return {name: table.wrapper for edition in _editions() for name, table in edition.tables.items()}


@of_decisions
@lru_cache(maxsize=1)
def _editions() -> tuple[Edition, ...]:
    """One edition for each day on which the tables changed, oldest first: a file may be of any of them."""
    days = sorted({decision.in_force for decision in decisions() if decision.changes_tables})
    return tuple(edition_on(day) for day in days)


def ever(table: str, english: str, row: Row) -> tuple[str, str]:
    """(name, value) of a field that a decision may have renamed, under the newest of its names that the row has."""
    names = _names(table, english)
    for name in names:
        if row.get(name):
            return name, row[name]
    return names[0], ""


@of_decisions
@lru_cache(maxsize=256)
def _names(table: str, english: str) -> tuple[str, ...]:
    """What the field is called, newest first."""
    known = [one.tables[table].by_english for one in reversed(_editions()) if table in one.tables]
    return tuple(dict.fromkeys(fields[english].official for fields in known if english in fields)) or (
        english,
    )


def _table(name: str, content: str) -> list[Row]:
    """The rows of one inner document: strictly one line of Base64 around one XML of the table's form."""
    try:
        node = _tree(decode(content))
    except Misread as misread:
        raise Misread("content", f"NOIDUNGFILE của {name}: {misread}") from None
    root_name, *inner = _wrappers()[name]
    if node.tag != root_name:
        raise Misread("content", f"{name} phải có phần tử gốc {root_name}.")
    nodes = [node]
    for tag in inner:
        nodes = [child for parent in nodes for child in parent]
        if any(child.tag != tag for child in nodes):
            raise Misread("content", f"{name} phải có cấu trúc {'/'.join(_wrappers()[name])}.")
    return [_row(one) for one in nodes]


def _row(element: etree._Element) -> Row:
    """Fields with a value; an empty element says nothing."""
    row: Row = {}
    for child in element:
        tag, text = child.tag, child.text
        if len(child):
            raise Misread("content", f"{tag} không được chứa phần tử con.")
        if tag in row:
            raise Misread("content", f"{tag} xuất hiện hai lần trong một dòng.")
        if text and (text := text.strip()):
            row[tag] = text
    return row
