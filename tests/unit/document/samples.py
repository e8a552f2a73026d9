"""Small official files put together by hand, as other systems write them: not with our own writer."""

import base64
from collections.abc import Sequence

VISIT_CODE = "DT.99999.0001"
WRAPPERS = {
    "XML2": ("CHITIEU_CHITIET_THUOC", "DSACH_CHI_TIET_THUOC", "CHI_TIET_THUOC"),
    "XML4": ("CHITIEU_CHITIET_DICHVUCANLAMSANG", "DSACH_CHI_TIET_CLS", "CHI_TIET_CLS"),
}


def fields(**values: str) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in values.items())


def summary(discharged: str = "202609011030", **more: str) -> str:
    """A bare XML1 with a few fields, of a person who does not exist."""
    return (
        "<TONG_HOP>"
        + fields(MA_LK=VISIT_CODE, STT="1", MA_BN="BN1", HO_TEN="NGUYỄN VĂN MẪU", NGAY_RA=discharged, **more)
        + "</TONG_HOP>"
    )


def rows(kind: str, *contents: str) -> str:
    outer, middle, row = WRAPPERS[kind]
    inside = "".join(f"<{row}>{content}</{row}>" for content in contents)
    return f"<{outer}><{middle}>{inside}</{middle}></{outer}>"


def packed(content: str | bytes) -> str:
    data = content.encode() if isinstance(content, str) else content
    return base64.b64encode(data).decode()


def file(kind: str, content: str) -> str:
    return f"<FILEHOSO><LOAIHOSO>{kind}</LOAIHOSO><NOIDUNGFILE>{content}</NOIDUNGFILE></FILEHOSO>"


def envelope(
    *visits: Sequence[str], count: str | None = None, end: str = "<CHUKYDONVI></CHUKYDONVI>"
) -> bytes:
    """A GIAMDINHHS of visits, each a list of FILEHOSO."""
    inside = "".join(f"<HOSO>{''.join(files)}</HOSO>" for files in visits)
    return (
        "<GIAMDINHHS><THONGTINDONVI><MACSKCB>99999</MACSKCB></THONGTINDONVI><THONGTINHOSO>"
        f"<NGAYLAP>20260902</NGAYLAP><SOLUONGHOSO>{len(visits) if count is None else count}</SOLUONGHOSO>"
        f"<DANHSACHHOSO>{inside}</DANHSACHHOSO></THONGTINHOSO>{end}</GIAMDINHHS>"
    ).encode()


def visit_file(content: str | None = None) -> bytes:
    """An envelope with one visit that brings XML1 only."""
    return envelope([file("XML1", packed(content or summary()))])
