"""Documents read with one look are read exactly as the parser reads them, and everything else is left to the parser."""

from datetime import date
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sosuckhoe.healthbook.document import Limits, Unreadable, write_table
from sosuckhoe.healthbook.document.limits import Allowance
from sosuckhoe.healthbook.document.parse import tree_of
from sosuckhoe.healthbook.document.published import published_sheet
from sosuckhoe.healthbook.document.remarks import Remarks
from sosuckhoe.healthbook.document.rows import TableReader
from sosuckhoe.healthbook.document.scan import scan
from sosuckhoe.healthbook.document.shapes import shapes_of
from sosuckhoe.healthbook.record import Row
from sosuckhoe.healthbook.standard import edition_on

EDITION = edition_on(date(2026, 9, 1))
SHAPES = shapes_of(EDITION)
ROWS: list[Row] = [
    {
        "visit_code": "LK1",
        "row_number": "1",
        "medicine_name": "Thuốc Mẫu A & B <1 mg>",
        "dose": '1 viên "sáng"',
    },
    {"visit_code": "LK1", "row_number": "2", "medicine_name": "Thuốc Mẫu ]]> é", "unit": "Viên"},
]
DOCUMENT = write_table("XML2", ROWS, EDITION)


def read_by_both(data: bytes, table: str = "XML2") -> tuple[list[Row] | None, list[Row] | None, int]:
    """Rows at one look and by the parser, each None where it cannot; and how much the parser's way remarks."""
    remarks = Remarks()
    shape = SHAPES.by_official[table]
    try:
        passed, document = scan(data, part=table, allowance=Allowance(Limits(), len(data)), remarks=remarks)
    except Unreadable:
        return None, None, 0
    sheet = published_sheet(document, shape)
    looked = None if sheet is None else sheet.rows()
    told = len(list(remarks))
    try:
        root = tree_of(passed, table, Limits(), remarks)
    except Unreadable:
        return looked, None, 0
    if root.tag not in shape.tags:
        return looked, None, 0
    return looked, TableReader(SHAPES, Limits(), remarks).read(root, shape), len(list(remarks)) - told


def test_a_written_document_is_read_at_one_look() -> None:
    looked, parsed, remarks = read_by_both(DOCUMENT)
    assert looked == parsed == ROWS
    assert not remarks


@pytest.mark.parametrize(
    "before, after",
    [
        (b"<STT>1</STT>", b"<STT/>"),
        (b"<STT>1</STT>", b"<STT></STT>"),
        (b"<STT>1</STT>", b"\r\n\t<STT>1</STT>\r\n"),
        (b"<STT>1</STT>", b"<STT> </STT>"),
        (b"<STT>1</STT>", "<STT>\u00a0</STT>".encode()),
        (b"<STT>1</STT>", b"<STT> 1\n</STT>"),
        (b"><", b">\r\n  <"),
        (b"></", b"> </"),
    ],
)
def test_layout_and_empty_fields_make_no_difference(before: bytes, after: bytes) -> None:
    looked, parsed, remarks = read_by_both(DOCUMENT.replace(before, after))
    assert looked is not None and looked == parsed
    assert not remarks


@pytest.mark.parametrize(
    "before, after",
    [
        (b"<STT>1</STT>", b'<STT a="1">1</STT>'),
        (b"<STT>1</STT>", b"<STT >1</STT>"),
        (b"<STT>1</STT>", b"<STT><!-- 2 -->1</STT>"),
        (b"<STT>1</STT>", b"<STT><![CDATA[1]]></STT>"),
        (b"<STT>1</STT>", b"<STT>&#49;</STT>"),
        (b"<STT>1</STT>", b"<STT>1\r</STT>"),
        (b"<STT>1</STT>", b"<STT>1</STT><STT>1</STT>"),
        (b"<STT>1</STT>", b""),
        (b"<STT>1</STT>", b"<STT>1</STT>beside"),
        (b"<STT>1</STT>", b"<STT><B>1</B></STT>"),
        (b"<STT>1</STT>", b"<?a b?><STT>1</STT>"),
        (b"<STT>1</STT>", b"<STT>1 > 0</STT>"),
        (b"</CHITIEU_CHITIET_THUOC>", b"</CHITIEU_CHITIET_THUOC><A/>"),
        (b"</CHITIEU_CHITIET_THUOC>", b""),
    ],
)
def test_anything_else_is_left_to_the_parser(before: bytes, after: bytes) -> None:
    assert before in DOCUMENT
    looked, _, _ = read_by_both(DOCUMENT.replace(before, after))
    assert looked is None


@settings(max_examples=300, deadline=None)
@given(
    st.integers(min_value=0, max_value=len(DOCUMENT)),
    st.integers(min_value=0, max_value=12),
    st.sampled_from(
        [b"", b"<", b">", b"&", b"&amp;", b"&#13;", b"</STT>", b"<STT>", b"\r", b"\x0b", b"\xc2\x85", b"]]>", b'"', b" ",
         b"\n", b"<!--", b"-->", b"<?x?>", b"\xef\xbf\xbe", b"\xe1\xba\xa1", b"a", b"xmlns='a'", b"<?xml version=\"1.0\"?>"]
    ),
)  # fmt: skip
def test_whatever_is_read_at_one_look_the_parser_reads_alike(place: int, length: int, put: bytes) -> None:
    looked, parsed, remarks = read_by_both(DOCUMENT[:place] + put + DOCUMENT[place + length :])
    if looked is not None:
        assert looked == parsed
        assert not remarks


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(set(EDITION.tables) - {"XML0"})),
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]),
        min_size=1,
        max_size=30,
    ),
)
def test_every_table_is_read_alike_whatever_its_texts(table: str, text: str) -> None:
    keys = SHAPES.by_official[table].keys
    row = dict.fromkeys(keys, normalize("NFC", f"x{text}x"))
    looked, parsed, _ = read_by_both(write_table(table, [row], EDITION), table)
    assert looked == parsed == [row]
