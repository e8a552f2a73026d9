"""A look at the bytes before any parser sees them: size, encoding, declaration, and everything refused unread."""

import re

from .encodings import code_table_of, damage_of
from .limits import SMALLEST, Allowance
from .refusals import Unreadable, Where, refuse
from .remarks import Remarks

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_DECLARATION = re.compile(rb"<\?xml\s[^>]{0,200}?\?>")
_DECLARED_ENCODING = re.compile(rb"""\sencoding\s*=\s*["']([^"']*)["']""")
_DECLARED_VERSION = re.compile(rb"""\sversion\s*=\s*["']([^"']*)["']""")
_OTHER_ENCODINGS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"<\x00\x00\x00", "UTF-32"),
    (b"\x00\x00\x00<", "UTF-32"),
    (b"<\x00", "UTF-16"),
    (b"\x00<", "UTF-16"),
)
_OTHER_KINDS = (
    (b"%PDF", "đây là tệp PDF"),
    (b"PK\x03\x04", "đây là tệp nén hoặc tệp Office"),
    (b"\x1f\x8b", "đây là tệp nén gzip"),
    (b"Rar!", "đây là tệp nén RAR"),
    (b"\xd0\xcf\x11\xe0", "đây là tệp Office đời cũ"),
    (b"{", "có vẻ là JSON"),
    (b"[", "có vẻ là JSON"),
    (b"PD94bWw", "đây là base64 của một tệp XML, cần giải mã trước"),
    (b"PEdJQU1E", "đây là base64 của một tệp XML, cần giải mã trước"),
)
# Well-formed, yet never text: C1 controls, and code points that Unicode keeps for no character.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_C1 = re.compile(b"\xc2[\x80-\x9f]")
_REFERENCE = re.compile(rb"&#(?:x0*([0-9a-fA-F]{1,8})|0*([0-9]{1,8}));")
# A mark at the start of a document that stands as text inside another one is still at a start.
_MARK_AT_START = re.compile("\ufeff\\s*(?:<\\?xml|&lt;|<[A-Z_]+>)")


def scan(
    data: bytes, *, part: str, allowance: Allowance, remarks: Remarks, as_text: bool = False
) -> tuple[bytes, str]:
    """What a parser may see: the document without a byte-order mark, as bytes and as text. Raises Unreadable.

    ``as_text``: the document stood as text inside another one, so its declared encoding says nothing.
    """
    here = Where(part)
    limits = allowance.limits
    most = limits.part_bytes if part else limits.file_bytes
    if len(data) > most:
        raise refuse("FILE-TOO-LARGE", here, f"{most // 1_000_000} MB")
    if not data.strip(b"\x00 \t\r\n"):
        raise refuse("FILE-EMPTY", here)
    for start, name in _OTHER_ENCODINGS:
        if data.startswith(start):
            raise refuse("FILE-ENCODING", here, f" mà bằng {name}")
    data = data.removeprefix(BYTE_ORDER_MARK)
    _check_beginning(data, part)
    body = _declaration(data, part, remarks, as_text=as_text)
    text = data.decode() if data.isascii() else _checked_letters(data, part, remarks)
    if b"\x7f" in data:
        raise refuse("FILE-CONTROL-CHARACTER", _at(data, data.index(b"\x7f"), part), "U+007F")
    # One rare byte is searched in a thousandth of the time that a common one takes; so ask for that first.
    if b"!" in data and (b"<!DOCTYPE" in data or b"<!ENTITY" in data):
        raise refuse("FILE-DOCTYPE", _at(data, max(data.find(b"<!DOCTYPE"), data.find(b"<!ENTITY")), part))
    if data.find(b"?", body) >= 0 and (found := data.find(b"<?xml-stylesheet", body)) >= 0:
        raise refuse("FILE-EXTERNAL", _at(data, found, part), "xml-stylesheet")
    if b"&" in data:
        _check_references(data, part)
        if b"&#" in data:
            remarks.doubtful.add(part)
    _check_counts(data, here, allowance)
    return data, text


def _at(data: bytes, offset: int, part: str) -> Where:
    start = data.rfind(b"\n", 0, offset) + 1
    return Where(part, data.count(b"\n", 0, offset) + 1, offset - start + 1)


def _check_beginning(data: bytes, part: str) -> None:
    start = data[:4096].lstrip(b" \t\r\n")[:16]
    if not start.startswith(b"<"):
        for magic, name in _OTHER_KINDS:
            if start.startswith(magic):
                raise refuse("FILE-NOT-XML", Where(part), f": {name}")
        raise refuse("FILE-NOT-XML", Where(part), ": không bắt đầu bằng dấu <")
    if start.startswith(b"<?xml ") and not data.startswith(b"<?xml"):
        raise refuse("FILE-MALFORMED", Where(part, 1, 1), ": có khoảng trắng trước dòng khai báo <?xml")


def _declaration(data: bytes, part: str, remarks: Remarks, *, as_text: bool) -> int:
    """Where the content after the declaration starts; 0 when there is none."""
    found = _DECLARATION.match(data)
    if not found:
        if re.match(rb"<\?xml\s", data) and b"?>" in data:
            raise refuse("FILE-MALFORMED", Where(part, 1, 1), ": dòng khai báo <?xml quá dài")
        return 0
    encoding = _DECLARED_ENCODING.search(found[0])
    declared = encoding[1].decode("latin-1").strip().lower() if encoding else "utf-8"
    path = part or "GIAMDINHHS"
    if declared != "utf-8" and not as_text:
        # "utf-16" in a part is the habit of .NET programs that write into a string first: the bytes are UTF-8 all
        # the same, as real UTF-16 would have been refused above. A whole file is held to the letter (B27).
        if declared != "utf8" and not (part and declared == "utf-16"):
            known = declared if re.fullmatch("[a-z0-9._-]{1,20}", declared) else "một bảng mã lạ"
            raise refuse("FILE-ENCODING", Where(part, 1, 1), f": dòng khai báo ghi {known}")
        remarks.add(
            "STR-001",
            path,
            "Dòng đầu tệp khai bảng mã (encoding) không phải utf-8.",
            value=declared,
            severity="warning" if declared == "utf8" else "error",
        )
    version = _DECLARED_VERSION.search(found[0])
    if version and version[1] != b"1.0":
        detail = "Dòng đầu tệp khai phiên bản XML khác 1.0."
        remarks.add("STR-001", path, detail, value=version[1].decode("latin-1"), severity="warning")
    return found.end()


def _checked_letters(data: bytes, part: str, remarks: Remarks) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        likely = code_table_of(data)
        detail = f"; có vẻ là bảng mã {likely}" if likely else ""
        raise refuse("FILE-ENCODING", _at(data, problem.start, part), detail) from None
    if damage := damage_of(data):
        raise refuse("FILE-MOJIBAKE", Where(part), damage)
    # Bytes that Vietnamese text hardly needs: only then is a slow search worth while.
    if (b"\xc2" in data and _C1.search(data)) or any(
        lead in data for lead in (b"\xee", b"\xef", b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")
    ):
        _check_odd_letters(text, part, remarks)
    return text


def _place(text: str, offset: int, part: str) -> Where:
    start = text.rfind("\n", 0, offset) + 1
    return Where(part, text.count("\n", 0, offset) + 1, offset - start + 1)


def _check_odd_letters(text: str, part: str, remarks: Remarks) -> None:
    if found := _FORBIDDEN.search(text):
        raise refuse("FILE-CONTROL-CHARACTER", _place(text, found.start(), part), f"U+{ord(found[0]):04X}")
    offset = text.find("\ufeff")
    while offset >= 0:
        if not _MARK_AT_START.match(text, offset):
            raise refuse("FILE-BYTE-ORDER-MARK", _place(text, offset, part))
        offset = text.find("\ufeff", offset + 1)
    path = part or "GIAMDINHHS"
    if found := _PRIVATE.search(text):
        remarks.add(
            "STR-001",
            path,
            f"Có ký hiệu riêng của một phông chữ, thường do dán từ Word, ở {_place(text, found.start(), '')}; nơi nhận sẽ "
            "không đọc được.",
            value=f"U+{ord(found[0]):04X}",
        )
    if (offset := text.find("\ufffd")) >= 0:
        remarks.add(
            "STR-001",
            path,
            f"Có chữ đã mất khi chuyển bảng mã, ở {_place(text, offset, '')}.",
            value="U+FFFD",
        )


def _check_references(data: bytes, part: str) -> None:
    """Characters written as numbers (``&#x85;``) are held to the same rule as those written plainly."""
    for found in _REFERENCE.finditer(data):
        number = int(found[1], 16) if found[1] else int(found[2])
        if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF or _FORBIDDEN.match(chr(number)):
            raise refuse("FILE-CONTROL-CHARACTER", _at(data, found.start(), part), "viết bằng số &#…;")


def _check_counts(data: bytes, here: Where, allowance: Allowance) -> None:
    limits = allowance.limits
    # Counting takes as long as all the other looks together, and a small document has no room for too many.
    if allowance.is_large or len(data) > SMALLEST * limits.elements:
        _count_elements(data, here, allowance)
    # Every attribute needs two quotes; the exact limit is per element and checked after parsing.
    quotes = 2 * limits.elements
    if len(data) > quotes and data.count(b'"') + data.count(b"'") > quotes:
        raise refuse("FILE-TOO-MANY", here, "thuộc tính hoặc dấu nháy")


def _count_elements(data: bytes, here: Where, allowance: Allowance) -> None:
    limits = allowance.limits
    # End tags are no elements, but counting them is only worth it when the quick bound fails.
    opened = data.count(b"<")
    if opened > limits.elements and (opened := opened - data.count(b"</")) > limits.elements:
        raise refuse("FILE-TOO-MANY", here, f"hơn {limits.elements:,} thẻ".replace(",", "."))
    if not allowance.take_elements(opened // 2):
        most = f"hơn {limits.all_elements:,} thẻ trong cả tệp".replace(",", ".")
        raise refuse("FILE-TOO-MANY", here, most)


def forbidden_in(data: bytes, part: str) -> Unreadable | None:
    """The refusal for a control character that a parser stumbled over, if there is one."""
    text = data.decode("utf-8", "replace")
    if found := _FORBIDDEN.search(text):
        return refuse("FILE-CONTROL-CHARACTER", _place(text, found.start(), part), f"U+{ord(found[0]):04X}")
    return None
