"""Official files written by hand, from the published field lists alone: nothing here knows how our program writes.

``published.csv`` is the list of fields as the public sources have it; the lists of the older decisions are that
list with the published changes taken back. A visit is rows of official names and texts; a ``Style`` is how one
hospital's system puts them on paper.
"""

import csv
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

DECISIONS = ("130", "4750", "3176", "1931")

Row = dict[str, str]
Tables = dict[str, list[Row]]

WRAPPERS = {
    "XML0": ("CHI_TIEU_TRANG_THAI_KCB", "DSACH_TRANG_THAI_KCB", "TRANG_THAI_KCB"),
    "XML1": ("TONG_HOP",),
    "XML2": ("CHITIEU_CHITIET_THUOC", "DSACH_CHI_TIET_THUOC", "CHI_TIET_THUOC"),
    "XML3": ("CHITIEU_CHITIET_DVKT_VTYT", "DSACH_CHI_TIET_DVKT", "CHI_TIET_DVKT"),
    "XML4": ("CHITIEU_CHITIET_DICHVUCANLAMSANG", "DSACH_CHI_TIET_CLS", "CHI_TIET_CLS"),
    "XML5": ("CHITIEU_CHITIET_DIENBIENLAMSANG", "DSACH_CHI_TIET_DIEN_BIEN_BENH", "CHI_TIET_DIEN_BIEN_BENH"),
    "XML6": (
        "CHI_TIEU_HO_SO_BENH_AN_CHAM_SOC_VA_DIEU_TRI_HIV_AIDS",
        "DSACH_HO_SO_BENH_AN_CHAM_SOC_VA_DIEU_TRI_HIV_AIDS",
        "HO_SO_BENH_AN_CHAM_SOC_VA_DIEU_TRI_HIV_AIDS",
    ),
    "XML7": ("CHI_TIEU_DU_LIEU_GIAY_RA_VIEN",),
    "XML8": ("CHI_TIEU_DU_LIEU_TOM_TAT_HO_SO_BENH_AN",),
    "XML9": ("CHI_TIEU_DU_LIEU_GIAY_CHUNG_SINH", "DSACH_GIAYCHUNGSINH", "DU_LIEU_GIAY_CHUNG_SINH"),
    "XML10": ("CHI_TIEU_DU_LIEU_GIAY_NGHI_DUONG_THAI",),
    "XML11": ("CHI_TIEU_DU_LIEU_GIAY_CHUNG_NHAN_NGHI_VIEC_HUONG_BAO_HIEM_XA_HOI",),
    "XML12": ("CHI_TIEU_DU_LIEU_GIAM_DINH_YKHOA",),
    "XML13": ("CHI_TIEU_GIAYCHUYENTUYEN",),
    "XML14": ("CHI_TIEU_GIAYHEN_KHAMLAI",),
    "XML15": ("CHI_TIEU_DIEUTRI_BENHLAO", "DSACH_CHITIET_DIEUTRI_BENHLAO", "CHITIET_DIEUTRI_BENHLAO"),
}


@cache
def published() -> tuple[Row, ...]:
    with (Path(__file__).parent / "published.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def fields(table: str, decision: str) -> tuple[str, ...]:
    """The fields of a table in the order its decision published them; empty where it had no such table."""
    known = [row for row in published() if row["table"] == table]
    if table == "XML13" and decision == "4750":
        before = {
            "MA_CSKCB_DI": ["MA_NOI_DI"],
            "MA_CSKCB_DEN": ["MA_NOI_DEN"],
            "TINH_TRANG_CT": ["TEN_DICH_VU", "TEN_THUOC", "PP_DIEU_TRI"],
        }
        return tuple(name for row in known for name in before.get(row["field"], [row["field"]]))
    return tuple(
        row["field"] for row in known if DECISIONS.index(row["introduced"]) <= DECISIONS.index(decision)
    )


@dataclass(frozen=True)
class Style:
    """How one exporter writes. The default is what the standard asks for."""

    namespaces: bool = False
    """Declares xsi and xsd on the roots, as exporters made from classes do."""
    cdata: bool = False
    """Texts in CDATA sections."""
    indented: bool = True
    crlf: bool = False
    self_closing: bool = False
    """Fields without value as ``<X/>``."""
    declared: bool = True
    """An XML declaration before the document of each table."""
    broken_base64: bool = False
    """Base64 in lines of 76 characters, indented."""
    inline: bool = False
    """The documents stand in NOIDUNGFILE as they are."""
    mark: bool = False
    """A byte-order mark before everything."""


AS_ASKED = Style()


def document(table: str, decision: str, rows: Iterable[Row], style: Style = AS_ASKED) -> str:
    """One table's document, with every field of its decision in the published order."""
    end = "\r\n" if style.crlf else "\n"
    end = end if style.indented else ""
    step = "  " if style.indented else ""
    *outer, inner = WRAPPERS[table]
    lines = ['<?xml version="1.0" encoding="utf-8"?>'] if style.declared else []
    lines += [f"{step * depth}<{tag}>" for depth, tag in enumerate(outer)]
    for row in rows:
        unknown = set(row) - set(fields(table, decision))
        assert not unknown, f"{table} of {decision} has no {unknown}"
        lines.append(f"{step * len(outer)}<{inner}>")
        for name in fields(table, decision):
            lines.append(f"{step * (len(outer) + 1)}{_element(name, row.get(name, ''), style)}")
        lines.append(f"{step * len(outer)}</{inner}>")
    lines += [f"{step * depth}</{tag}>" for depth, tag in reversed(list(enumerate(outer)))]
    text = end.join(lines)
    if style.namespaces:
        root = (*outer, inner)[0]
        text = text.replace(
            f"<{root}>",
            f'<{root} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            ' xmlns:xsd="http://www.w3.org/2001/XMLSchema">',
            1,
        )
    return text


def _element(name: str, text: str, style: Style) -> str:
    if not text:
        return f"<{name}/>" if style.self_closing else f"<{name}></{name}>"
    if style.cdata and not text.isdigit():
        return f"<{name}><![CDATA[{text}]]></{name}>"
    return f"<{name}>{escape(text)}</{name}>"


def envelope(
    facility: str, made_on: str, documents: Iterable[Iterable[tuple[str, str]]], style: Style = AS_ASKED
) -> bytes:
    """A whole file: one HOSO for each visit, each a sequence of (LOAIHOSO, document)."""
    visits = [list(visit) for visit in documents]
    lines = ['<?xml version="1.0" encoding="utf-8"?>']
    spaces = (
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        if style.namespaces
        else ""
    )
    lines += [f"<GIAMDINHHS{spaces}>", f"<THONGTINDONVI><MACSKCB>{facility}</MACSKCB></THONGTINDONVI>"]
    lines += ["<THONGTINHOSO>", f"<NGAYLAP>{made_on}</NGAYLAP>", f"<SOLUONGHOSO>{len(visits)}</SOLUONGHOSO>"]
    lines.append("<DANHSACHHOSO>")
    for visit in visits:
        lines.append("<HOSO>")
        for kind, text in visit:
            lines.append(f"<FILEHOSO><LOAIHOSO>{kind}</LOAIHOSO><NOIDUNGFILE>")
            lines[-1] += f"{_content(text, style)}</NOIDUNGFILE></FILEHOSO>"
        lines.append("</HOSO>")
    lines += ["</DANHSACHHOSO>", "</THONGTINHOSO>", "<CHUKYDONVI></CHUKYDONVI>", "</GIAMDINHHS>"]
    end = ("\r\n" if style.crlf else "\n") if style.indented else ""
    return (b"\xef\xbb\xbf" if style.mark else b"") + end.join(lines).encode()


def _content(text: str, style: Style) -> str:
    if style.inline:
        return text.partition("?>")[2].strip() if text.startswith("<?xml") else text
    packed = b64encode(text.encode()).decode()
    if style.broken_base64:
        return "\n".join(["", *(f"      {packed[at : at + 76]}" for at in range(0, len(packed), 76)), "    "])
    return packed


def amount(value: Decimal | int | str) -> str:
    """Money on paper: half up to two decimals, none where there are none."""
    rounded = Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{rounded:f}".rstrip("0").rstrip(".")
