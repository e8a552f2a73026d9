"""Any official file → the visits in it: an envelope, a bare table document, or a check-in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from lxml import etree

from ..contents import LONGEST, SetApart, set_apart
from ..record import Record, Row, Sheet, Tables
from ..standard import Edition, NoEdition, edition_on
from .doubtful import tell_of_letters
from .envelope import Envelope, EnvelopeReader, Part, check_kinds, signature_facts
from .limits import Allowance, Limits
from .parse import parse, place_of
from .published import discharge_in
from .refusals import Unreadable, refuse
from .remarks import Remark, Remarks
from .rows import TableReader, Unknown
from .shapes import Shape, editions_known, names_ever, shapes_of

Form = Literal["envelope", "table", "check_in"]
_ODD_LETTERS = re.compile(rb"[\xee-\xf4]|\xc2[\x80-\x9f]")
"""First bytes of letters that are remarked upon with the place where they stand in the whole file."""


@dataclass
class VisitReading:
    """One visit as read."""

    record: Record
    edition: Edition | None
    """The edition of the discharge day; None when that day is unknown: then the newest one was read by."""
    parts: list[str]
    """Table names as declared (LOAIHOSO), or the table of a bare document."""
    remarks: list[Remark]
    """The envelope's remarks and this visit's own."""
    unknown: list[Unknown] = field(default_factory=list)
    """Text that found no field: unknown names, repeated fields, unread parts."""


@dataclass
class Reading:
    """A file as read."""

    form: Form
    visits: list[VisitReading]
    envelope: Envelope | None = None
    remarks: list[Remark] = field(default_factory=list)
    """Of the file itself; they are repeated in each visit."""
    signature_element: bool = False
    """Whether CHUKYDONVI is there, even if empty (envelope and check-in)."""
    signature_last: bool = False
    """Whether CHUKYDONVI is the last child of the root."""
    has_signature: bool = False
    """Whether a ds:Signature stands in it."""
    apart: SetApart | None = None
    """The file with its contents set apart, for whoever reads it next; None where that was of no use."""


def read(data: bytes, *, limits: Limits | None = None, edition: Edition | None = None) -> Reading:
    """What an official file says. Tolerant of what real exporters do, and every deviation is remarked.

    Takes an envelope (GIAMDINHHS) with one or several visits; a bare table document; a check-in. A part may be
    base64 (also wrapped), inline XML, or XML as text; it may lack a declaration, or be empty. Fields may be missing
    or in any order (reference xml-standard/README.md, "A tolerant reader should accept").

    ``edition``: read by this one; otherwise by that of the discharge day NGAY_RA (QĐ 4750, Điều 2), and for a
    check-in, which has none yet, by that of the arrival day NGAY_VAO (our assumption).

    Raises Unreadable, and nothing else, for whatever bytes: see ``refusals`` for the codes and ``Limits`` for sizes.
    """
    limits = limits or Limits()
    apart = None if len(data) > limits.file_bytes else set_apart(data, limits.text_length)
    if apart is not None and _ODD_LETTERS.search(apart.frame) is None:
        try:
            found = _read(apart.frame, apart.contents, limits, edition, len(data))
        except Unreadable:
            pass  # the place it names is one of the frame
        else:
            if not apart.contents:
                found.apart = apart if limits.text_length <= LONGEST else None
                return found
    return _read(data, {}, limits, edition, len(data))


def _read(
    data: bytes, contents: dict[str, bytes], limits: Limits, edition: Edition | None, size: int
) -> Reading:
    """``contents``: what was set apart from the data; whatever is read is taken out. ``size``: bytes of the whole file."""
    allowance = Allowance(limits, size)
    remarks = Remarks()
    root = parse(data, part="", allowance=allowance, remarks=remarks)
    if root.tag == "GIAMDINHHS":
        return _read_envelope(EnvelopeReader(root, allowance, remarks, contents), edition)
    newest = shapes_of(edition or editions_known()[0])
    shape = newest.by_root.get(root.tag)
    if shape is None:
        known = etree.QName(root).localname in {"GIAMDINHHS", *newest.by_root}
        code = "FILE-NAMESPACE" if known else "FILE-UNKNOWN-ROOT"
        raise refuse(code, place_of(root))
    return _read_table(root, shape, allowance.limits, remarks, edition)


def _read_envelope(reader: EnvelopeReader, edition: Edition | None) -> Reading:
    facts, elements = reader.facts()
    if not elements:
        raise refuse("FILE-NO-VISIT")
    reading = Reading(
        "envelope",
        [],
        envelope=facts,
        signature_element=facts.signature_element,
        signature_last=facts.signature_last,
        has_signature=facts.has_signature,
    )
    for number, element in enumerate(elements, 1):
        own = Remarks()
        own.doubtful |= reader.remarks.doubtful
        parts = reader.parts(element, own, number=number, several=len(elements) > 1)
        check_kinds(parts, own, shapes_of(edition or editions_known()[0]).by_official)
        facts.kinds.append([part.kind for part in parts])
        reading.visits.append(_read_visit(parts, reader.limits, own, edition))
        element.clear()  # the tree of a visit that has been read is not needed any more
    reading.remarks = list(reader.remarks)
    for visit in reading.visits:
        visit.remarks = reading.remarks + visit.remarks
    return reading


def _read_visit(parts: list[Part], limits: Limits, remarks: Remarks, edition: Edition | None) -> VisitReading:
    known = edition or _edition_of_visit(parts)
    reader = TableReader(shapes_of(known or editions_known()[0]), limits, remarks)
    tables: Tables = {}
    for part in parts:
        if not part.is_there or _read_published(part, reader, tables):
            continue
        root = part.root
        assert root is not None
        _read_part(part, root, reader, tables)
    if "visit" not in tables and not any(
        part.kind.strip().upper() == "XML1" for part in parts if part.is_there
    ):
        remarks.add(
            "STR-008",
            "XML1",
            "Hồ sơ thiếu bảng tổng hợp (XML1), nên không biết là đợt khám nào và theo quyết định nào.",
        )
    if len(tables.get("visit", ())) > 1:
        remarks.add(
            "STR-017",
            "XML1",
            "Bảng tổng hợp (XML1) có nhiều hơn một dòng (TONG_HOP); mỗi đợt khám chỉ có một dòng.",
        )
    for shape in reader.shapes.by_official.values():
        found = tables.get(shape.english, ())
        if isinstance(found, Sheet) or {"", shape.official} & remarks.doubtful:
            tell_of_letters(shape, found, remarks)
    return VisitReading(Record(tables), known, [part.kind for part in parts], list(remarks), reader.unknown)


def _edition_of_visit(parts: list[Part]) -> Edition | None:
    """The edition in force on the first readable discharge day of the table-1 documents; None when there is none."""
    for part in parts:
        document, declared = part.document, part.kind.strip().upper() == "XML1"
        if document is not None and not declared and "<TONG_HOP" not in document:
            continue
        tried = _edition_on(discharge_in(document)) if document is not None and declared else None
        if document is not None and tried is not None:
            sheet = part.sheet(shapes_of(tried).by_official["XML1"])
            if sheet and _edition_on(sheet.rows()[0].get("discharged_at", "")) is tried:
                return tried
        root = part.root
        if root is not None and (declared or root.tag == "TONG_HOP"):
            found = _edition_of([root], "XML1")
            if found is not None:
                return found
    return None


def _read_published(part: Part, reader: TableReader, tables: Tables) -> bool:
    """Whether a part is exactly as published for the kind it declares, its first row not blank, and so has been read."""
    if part.document is None or part.kind not in reader.shapes.edition.tables:
        return False
    shape = reader.shapes.by_official[part.kind]
    sheet = part.sheet(shape)
    if sheet is None or all(column[0] is None for column in sheet.columns):
        return False
    _add(tables, shape, sheet, reader.remarks)
    return True


def _add(tables: Tables, shape: Shape, found: list[Row] | Sheet, remarks: Remarks) -> None:
    """Add what one part brings of a table. Rows of several are looked at for odd letters: a sheet's were not yet."""
    before = tables.get(shape.english)
    if before is None:
        tables[shape.english] = found
    else:
        remarks.doubtful.add(shape.official)
        tables[shape.english] = [
            row for one in (before, found) for row in (one.rows() if isinstance(one, Sheet) else one)
        ]


def _read_part(part: Part, root: etree._Element, reader: TableReader, tables: Tables) -> None:
    declared = part.kind.strip().upper()
    shape = reader.shapes.by_root.get(root.tag) or reader.by_its_fields(root, declared)
    if shape is None:
        reader.leave(declared, root)
        return
    if declared in reader.remarks.doubtful or "NOIDUNGFILE" in reader.remarks.doubtful:
        reader.remarks.doubtful.add(shape.official)
    if declared != shape.official:
        reader.remarks.add(
            "STR-007",
            declared or "GIAMDINHHS.LOAIHOSO",
            f"Tên bảng và nội dung không khớp: tên bảng (LOAIHOSO) ghi {declared or 'trống'}, nội dung lại là bảng "
            f"{shape.official}. Đã đọc theo nội dung.",
        )
    if shape.official not in reader.shapes.edition.tables:
        reader.remarks.add(
            "STR-006",
            shape.official,
            "Quyết định áp dụng cho ngày ra viện này không có bảng này.",
            severity="warning",
        )
    rows = reader.read(root, shape, first_row=len(tables.get(shape.english, ())) + 1)
    if rows:
        _add(tables, shape, rows, reader.remarks)


def _read_table(
    root: etree._Element, shape: Shape, limits: Limits, remarks: Remarks, edition: Edition | None
) -> Reading:
    check_in = shape.official == "XML0"
    known = edition or _edition_of([root], shape.official)
    shapes = shapes_of(known or editions_known()[0])
    reader = TableReader(shapes, limits, remarks)
    shape = shapes.by_official[shape.official]
    rows = reader.read(root, shape)
    if remarks.doubtful:
        tell_of_letters(shape, rows, remarks)
    element, last, signed = signature_facts(root) if check_in else (False, False, False)
    record = Record({shape.english: rows} if rows else {})
    visit = VisitReading(record, known, [shape.official], list(remarks), reader.unknown)
    return Reading(
        "check_in" if check_in else "table",
        [visit],
        signature_element=element,
        signature_last=last,
        has_signature=signed,
    )


def _edition_of(roots: Iterable[etree._Element], table: str) -> Edition | None:
    """The edition in force on the first readable day of discharge, for a check-in of arrival; None when there is
    none."""
    fields = names_ever("XML1", "discharged_at")
    if table == "XML0":
        fields += names_ever("XML0", "arrived_at")
    for root in roots:
        for name in fields:
            found = root.find(f".//{name}")
            edition = _edition_on(found.text or "") if found is not None else None
            if edition is not None:
                return edition
    return None


def _edition_on(text: str) -> Edition | None:
    """The edition in force on the day a text begins with."""
    text = text.strip()
    if len(text) < 8 or not (text[:8].isascii() and text[:8].isdigit()):
        return None
    try:
        return edition_on(date(int(text[:4]), int(text[4:6]), int(text[6:8])))
    except (ValueError, NoEdition):
        return None
