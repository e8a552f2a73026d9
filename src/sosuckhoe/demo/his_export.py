"""Another hospital information system's export: official XML written with the standard library only.

On purpose it shares nothing with ``healthbook.document``: it has the habits seen in published exports
(``xml-standard/README.md``): base64 or inline parts, declarations inside parts, xsi and xsd namespaces on the root,
CDATA around free text, empty parts, indentation. Nothing is signed.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from sosuckhoe.healthbook.standard import Edition, Table, edition_on

from .cast import HOUSE
from .clinic.visit import Tables
from .weeks import EARLIEST, finished_visits, one_more

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
_NAMESPACES = (
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
)


@dataclass(frozen=True, slots=True)
class Habit:
    """How one exporter writes."""

    name: str
    inline: bool = False
    namespaces: bool = False
    inner_declaration: bool = True
    cdata: bool = False
    indented: bool = False
    empty_parts: bool = False
    signature_element: bool = True
    byte_order_mark: bool = False


HABITS = (
    Habit("plain"),
    Habit("plain-b", inner_declaration=False),
    Habit("dotnet", namespaces=True, cdata=True),
    Habit("plain-c", indented=True),
    Habit("generous", empty_parts=True, namespaces=True),
    Habit("plain-d"),
    Habit("inline", inline=True, inner_declaration=False, indented=True),
    Habit("terse", inner_declaration=False, signature_element=False, byte_order_mark=True),
)


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file in the folder, and what we know about it beforehand."""

    name: str
    data: bytes
    visit_code: str
    """Empty where nobody can read it."""
    expected: str
    """``clean``, ``held`` (with ``rule``), ``refused`` (with ``rule``, a refusal's code) or ``repeat``."""
    rule: str = ""
    says: str = ""


def export(today: date, *, seed: int = 2026) -> Iterator[ExportedFile]:
    """Every file of the folder: finished visits, unreadable files, and one visit a second time."""
    made_on = max(today, EARLIEST)
    visits = finished_visits(today, seed=seed)
    for number, visit in enumerate(visits):
        data = write(visit.tables, HABITS[number % len(HABITS)], made_on)
        name = f"{visit.scene.closed:%Y%m%d}_{visit.scene.citizen.patient_code}_{visit.visit_code}.xml"
        if visit.mistake:
            yield ExportedFile(name, data, visit.visit_code, "held", visit.mistake.rule, visit.mistake.says)
        else:
            yield ExportedFile(name, data, visit.visit_code, "clean")
    whole = write(visits[0].tables, HABITS[0], made_on)
    yield ExportedFile(
        f"gui-lai_{visits[0].visit_code}.xml",
        write(visits[0].tables, HABITS[0], made_on),
        visits[0].visit_code,
        "repeat",
        says="Đúng tệp đã có, chỉ khác tên",
    )
    yield from _unreadable(whole)


def _unreadable(whole: bytes) -> Iterator[ExportedFile]:
    half = whole[: len(whole) * 2 // 3]
    yield ExportedFile("loi-01-cut-ngang.xml", half, "", "refused", "FILE-TRUNCATED", "Tệp bị cắt ngang")
    foreign = '<?xml version="1.0" encoding="windows-1258"?><GIAMDINHHS><THONGTINDONVI>Bệnh viện</THONGTINDONVI></GIAMDINHHS>'
    yield ExportedFile(
        "loi-02-bang-ma-cu.xml",
        foreign.replace("ệ", "ê\u0323").encode("cp1258"),
        "",
        "refused",
        "FILE-ENCODING",
        "Bảng mã windows-1258",
    )
    doctype = whole.replace(b"<GIAMDINHHS", b"<!DOCTYPE GIAMDINHHS><GIAMDINHHS", 1)
    yield ExportedFile("loi-03-doctype.xml", doctype, "", "refused", "FILE-DOCTYPE", "Có khai báo DOCTYPE")
    report = b"%PDF-1.7\n% bao cao cuoi ngay\n"
    yield ExportedFile(
        "loi-04-bao-cao.xml", report, "", "refused", "FILE-NOT-XML", "Tệp PDF đổi tên thành xml"
    )


def export_to(folder: Path, today: date, *, seed: int = 2026) -> list[ExportedFile]:
    """Write the whole export into a folder, as a hospital information system would."""
    folder.mkdir(parents=True, exist_ok=True)
    files = list(export(today, seed=seed))
    for file in files:
        (folder / file.name).write_bytes(file.data)
    return files


def write_one_more(path: Path, today: date) -> None:
    """A visit of chị Bình that the export did not hold: drop it into the watched folder and follow it."""
    path.write_bytes(write(one_more(today).tables, HABITS[0], max(today, EARLIEST)))


# -- writing ------------------------------------------------------------------------------------------------------


def write(tables: Tables, habit: Habit, made_on: date) -> bytes:
    """One GIAMDINHHS document holding one visit."""
    edition = _edition(tables)
    parts = [
        _part(table.official, _inner(table, tables[table.english], habit), habit)
        for table in edition.tables.values()
        if table.english in tables
    ]
    if habit.empty_parts:
        present = {table.official for table in edition.tables.values() if table.english in tables}
        parts += [_part(name, "", habit) for name in ("XML5", "XML9") if name not in present]
    pieces = [
        _DECLARATION,
        f"<GIAMDINHHS{_NAMESPACES if habit.namespaces else ''}>",
        f"<THONGTINDONVI><MACSKCB>{HOUSE.code}</MACSKCB></THONGTINDONVI>",
        f"<THONGTINHOSO><NGAYLAP>{made_on:%Y%m%d}</NGAYLAP><SOLUONGHOSO>1</SOLUONGHOSO><DANHSACHHOSO><HOSO>",
        *parts,
        "</HOSO></DANHSACHHOSO></THONGTINHOSO>",
        "<CHUKYDONVI></CHUKYDONVI>" if habit.signature_element else "",
        "</GIAMDINHHS>",
    ]
    text = ("\n" if habit.indented else "").join(piece for piece in pieces if piece)
    return text.encode("utf-8-sig" if habit.byte_order_mark else "utf-8")


def _edition(tables: Tables) -> Edition:
    """The edition of the day the visit was really closed, also where NGAY_RA is one of the mistakes."""
    text = tables["visit"][0]["discharged_at"]
    return edition_on(date(int(text[:4]), int(text[4:6]), int(text[6:8])))


def _part(name: str, inner: str, habit: Habit) -> str:
    content = inner if habit.inline else base64.b64encode(inner.encode("utf-8")).decode("ascii")
    return f"<FILEHOSO><LOAIHOSO>{name}</LOAIHOSO><NOIDUNGFILE>{content}</NOIDUNGFILE></FILEHOSO>"


def _inner(table: Table, rows: Sequence[Mapping[str, str]], habit: Habit) -> str:
    *outer, row_element = table.wrapper
    gap = "\n" if habit.indented else ""
    body = gap.join(
        f"<{row_element}>{gap}{gap.join(_fields(table, row, habit))}{gap}</{row_element}>" for row in rows
    )
    for element in reversed(outer):
        body = f"<{element}>{gap}{body}{gap}</{element}>"
    return (_DECLARATION if habit.inner_declaration else "") + body


def _fields(table: Table, row: Mapping[str, str], habit: Habit) -> Iterable[str]:
    for field in table.fields:
        value = row.get(field.english, "")
        if not value:
            yield f"<{field.official}/>" if habit.indented else f"<{field.official}></{field.official}>"
        elif habit.cdata and field.kind == "string" and field.max_length is None:
            yield f"<{field.official}><![CDATA[{value}]]></{field.official}>"
        else:
            yield f"<{field.official}>{escape(value)}</{field.official}>"
