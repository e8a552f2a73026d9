"""From a record to official XML: strict, in canonical form by construction, and fast.

The outer documents are byte for byte their own inclusive C14N (no declaration, no namespaces, ``<X></X>`` for empty,
LF only), so a signer may hash what was written (signing.md §5; performance.md §1.3). The inner documents begin with a
declaration and CRLF, as in files the gateway accepted (signing.md §2).

What cannot be written without changing it is told, all at once, by ``CannotWrite``; the one change made is that line
ends become LF, which XML itself would do to them.
"""

import base64
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, repeat
from typing import Any

from ..record import Record
from ..standard import Edition, Table

NEVER_PACKED = ("XML0", "XML12")
"""Check-ins travel alone; XML12 is keyed in on the portal (xml-standard/README.md, Envelope)."""

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\r\n'
_FACILITY = re.compile("[0-9A-Za-z]{5}")
# Neither XML nor the standard has a place for these: controls except tab and newline, the byte-order mark, surrogates,
# private use, the sign of a lost letter, and code points that Unicode keeps for no character.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufeff\ufffd"
    "\U000f0000-\U0010ffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0xF0000, 0x10000))
    + "]"
)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that keeps a record from being written."""

    code: str
    path: str
    """``XML2.LIEU_DUNG``, or an English name where the edition knows no official one."""
    row: int | None
    sentence: str


class CannotWrite(Exception):
    """The record cannot be put into official XML as it is; ``faults`` says why, all of it."""

    def __init__(self, faults: Sequence[Obstacle]) -> None:
        super().__init__(tuple(faults))
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "; ".join(f"{fault.code} {fault.path}: {fault.sentence}" for fault in self.faults)


def write_visit(
    record: Record,
    edition: Edition,
    *,
    facility_code: str,
    made_on: date,
    tables: Collection[str] | None = None,
) -> bytes:
    """One visit as a GIAMDINHHS file with an empty CHUKYDONVI, ready to be signed. Raises CannotWrite.

    ``tables``: only these (official or English names; XML1 is always written); all that have rows when absent.
    XML0 and XML12 are never packed, tables without rows are left out.
    """
    obstacles: list[Obstacle] = []
    if not _FACILITY.fullmatch(facility_code):
        obstacles.append(
            _obstacle("WRITE-FACILITY", "GIAMDINHHS.MACSKCB", "Mã cơ sở phải gồm đúng 5 chữ hoặc số.")
        )
    if not record.rows("visit"):
        obstacles.append(_obstacle("WRITE-NO-VISIT", "XML1", "Hồ sơ chưa có dòng tổng hợp XML1."))
    template = _templates_of(edition)
    for name, rows in record.tables.items():
        if rows and name not in template:
            obstacles.append(
                _obstacle("WRITE-UNKNOWN-TABLE", name, "Chuẩn áp dụng cho hồ sơ này không có bảng này.")
            )
    files = []
    for name, plan in template.items():
        rows = record.rows(name)
        if not rows or plan.official in NEVER_PACKED:
            continue
        if tables is not None and name != "visit" and name not in tables and plan.official not in tables:
            continue
        content = (_DECLARATION + plan.document(rows, obstacles)).encode("utf-8", "replace")
        files.append(
            f"<FILEHOSO><LOAIHOSO>{plan.official}</LOAIHOSO><NOIDUNGFILE>"
            f"{base64.b64encode(content).decode('ascii')}</NOIDUNGFILE></FILEHOSO>"
        )
    if obstacles:
        raise CannotWrite(obstacles)
    return (
        f"<GIAMDINHHS><THONGTINDONVI><MACSKCB>{facility_code}</MACSKCB></THONGTINDONVI>"
        f"<THONGTINHOSO><NGAYLAP>{made_on:%Y%m%d}</NGAYLAP><SOLUONGHOSO>1</SOLUONGHOSO>"
        f"<DANHSACHHOSO><HOSO>{''.join(files)}</HOSO></DANHSACHHOSO></THONGTINHOSO>"
        "<CHUKYDONVI></CHUKYDONVI></GIAMDINHHS>"
    ).encode("ascii")


def write_check_in(rows: Sequence[Mapping[str, str]], edition: Edition) -> bytes:
    """A check-in message (XML0) with an empty CHUKYDONVI as its last child. Raises CannotWrite."""
    return _whole("XML0", rows, edition, "<CHUKYDONVI></CHUKYDONVI>").encode()


def write_table(name: str, rows: Sequence[Mapping[str, str]], edition: Edition) -> bytes:
    """One bare table document, as it stands inside an envelope. Raises CannotWrite, and KeyError for no table."""
    if edition.table(name).official == "XML0":
        return write_check_in(rows, edition)
    return (_DECLARATION + _whole(name, rows, edition)).encode()


def _whole(name: str, rows: Sequence[Mapping[str, str]], edition: Edition, before_end: str = "") -> str:
    obstacles: list[Obstacle] = []
    plan = _templates_of(edition)[edition.table(name).english]
    if not rows:
        obstacles.append(_obstacle("WRITE-NO-ROWS", plan.official, "Bảng không có dòng nào để ghi."))
    text = plan.document(rows, obstacles, before_end)
    if obstacles:
        raise CannotWrite(obstacles)
    return text


class _Template:
    """One table of one edition, cut into the markup between two values: compiled once, joined for every row."""

    def __init__(self, table: Table) -> None:
        self.official = table.official
        self.table = table
        self.names = [field.english for field in table.fields]
        self.known = frozenset(self.names)
        outer, row = table.wrapper[:-1], table.wrapper[-1]
        self.start = "".join(f"<{tag}>" for tag in outer)
        self.end = [f"</{tag}>" for tag in reversed(outer)]
        self.pieces: list[str] = []
        between = f"<{row}>"
        for field in table.fields:
            self.pieces += [f"{between}<{field.official}>", ""]
            between = f"</{field.official}>"
        self.pieces.append(f"{between}</{row}>")

    def document(
        self, rows: Sequence[Mapping[str, str]], obstacles: list[Obstacle], before_end: str = ""
    ) -> str:
        """The table document; what cannot be written is added to ``obstacles``."""
        if len(rows) > 1 and not self.end:
            obstacles.append(
                _obstacle(
                    "WRITE-ONE-ROW", self.official, f"Bảng chỉ được có một dòng, hồ sơ có {len(rows)} dòng."
                )
            )
        if not self._plain(rows):
            rows = self._escaped(rows, obstacles)
        pieces, names, nothing = self.pieces.copy(), self.names, repeat("")
        written = [self.start]
        for row in rows:
            pieces[1::2] = map(row.get, names, nothing)
            written += pieces
        written += self.end[:-1]
        written.append(before_end)
        written += self.end[-1:]
        return "".join(written)

    def _plain(self, rows: Iterable[Mapping[str, str]]) -> bool:
        """Whether the values may be written as they are: the usual case, decided at once for the whole table."""
        known = self.known
        if not all(known >= row.keys() for row in rows):
            return False
        try:
            text = "\x20".join(chain.from_iterable(row.values() for row in rows))
        except TypeError:
            return False
        # Printable excludes controls, surrogates, private use, the byte-order mark and odd spaces.
        return (
            text.isprintable()
            and "\ufffd" not in text
            and "&" not in text
            and "<" not in text
            and ">" not in text
            and unicodedata.is_normalized("NFC", text)
            and not any(value.isspace() for row in rows for value in row.values())
        )

    def _escaped(self, rows: Iterable[Mapping[str, Any]], obstacles: list[Obstacle]) -> list[dict[str, str]]:
        """The rows with markup escaped as inclusive C14N does; every value looked at by itself."""
        written = []
        problem: tuple[str, str] | None
        for number, row in enumerate(rows, 1):
            cells: dict[str, str] = {}
            for name, value in row.items():
                if name not in self.known:
                    path, problem = (
                        f"{self.official}.{name}",
                        ("WRITE-UNKNOWN-FIELD", "Bảng không có trường này."),
                    )
                elif value is None or value == "":
                    continue
                else:
                    path, problem = f"{self.official}.{self.table.by_english[name].official}", _problem(value)
                if problem:
                    obstacles.append(Obstacle(problem[0], path, number, problem[1]))
                else:
                    cells[name] = _escape(value)
            written.append(cells)
        return written


def _problem(value: object) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return "WRITE-NOT-TEXT", "Giá trị phải là chữ đúng như sẽ ghi vào XML."
    if value.isspace():
        return "WRITE-BLANK", "Giá trị chỉ gồm khoảng trắng: xoá đi hoặc điền nội dung."
    if found := _FORBIDDEN.search(value):
        return (
            "WRITE-CHARACTER",
            f"Có ký tự U+{ord(found[0]):04X} không được phép trong hồ sơ: gõ lại nội dung.",
        )
    if not unicodedata.is_normalized("NFC", value):
        return "WRITE-NOT-NFC", "Chữ Việt ở dạng tổ hợp rời (NFD): chuyển sang dựng sẵn (NFC) trước khi ghi."
    return None


def _escape(value: str) -> str:
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _obstacle(code: str, path: str, sentence: str) -> Obstacle:
    return Obstacle(code, path, None, sentence)


_TEMPLATES: dict[int, tuple[Edition, dict[str, _Template]]] = {}


def _templates_of(edition: Edition) -> dict[str, _Template]:
    found = _TEMPLATES.get(id(edition))
    if found is None or found[0] is not edition:
        if len(_TEMPLATES) > 64:
            _TEMPLATES.clear()
        found = (edition, {table.english: _Template(table) for table in edition.tables.values()})
        _TEMPLATES[id(edition)] = found
    return found[1]
