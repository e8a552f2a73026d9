"""The strict writer: canonical bytes, every field in published order, and nothing changed in silence."""

import base64
from datetime import date

import pytest
from lxml import etree

from sosuckhoe.healthbook.document import CannotWrite, read, write_check_in, write_table, write_visit
from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import edition_on

EDITION = edition_on(date(2026, 9, 1))
VISIT = {"visit_code": "DT.99999.0001", "full_name": "NGUYỄN VĂN MẪU", "discharged_at": "202609011030"}
HOSTILE = "a & b < c > d \"e\" 'f' ]]> \t\n 𠀋 ế"


def written(record: Record, **changes: object) -> bytes:
    settings = {"facility_code": "99999", "made_on": date(2026, 9, 2)} | changes
    return write_visit(record, EDITION, **settings)  # type: ignore[arg-type]


def parts(data: bytes) -> dict[str, bytes]:
    files = etree.fromstring(data).iter("FILEHOSO")
    return {file.findtext("LOAIHOSO"): base64.b64decode(file.findtext("NOIDUNGFILE")) for file in files}


def canonical(data: bytes) -> bytes:
    """libxml2's inclusive C14N 1.0 without comments."""
    return etree.tostring(etree.fromstring(data), method="c14n", with_comments=False)


def codes(caught: pytest.ExceptionInfo[CannotWrite]) -> list[tuple[str, str, int | None]]:
    return [(fault.code, fault.path, fault.row) for fault in caught.value.faults]


def test_the_envelope_is_exactly_this():
    data = written(Record({"visit": [VISIT]}))
    content = parts(data)["XML1"]
    assert data == (
        b"<GIAMDINHHS><THONGTINDONVI><MACSKCB>99999</MACSKCB></THONGTINDONVI><THONGTINHOSO>"
        b"<NGAYLAP>20260902</NGAYLAP><SOLUONGHOSO>1</SOLUONGHOSO><DANHSACHHOSO><HOSO>"
        b"<FILEHOSO><LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE>"
        + base64.b64encode(content)
        + b"</NOIDUNGFILE></FILEHOSO>"
        b"</HOSO></DANHSACHHOSO></THONGTINHOSO><CHUKYDONVI></CHUKYDONVI></GIAMDINHHS>"
    )


def test_a_part_starts_with_a_declaration_and_crlf_and_is_compact():
    content = parts(written(Record({"visit": [VISIT]})))["XML1"]
    head, _, body = content.partition(b"\r\n")
    assert head == b'<?xml version="1.0" encoding="utf-8"?>'
    assert body.startswith(b"<TONG_HOP><MA_LK>DT.99999.0001</MA_LK><STT></STT>")
    assert canonical(body) == body


@pytest.mark.parametrize("table", EDITION.tables.values(), ids=lambda table: table.official)
def test_every_field_is_written_in_published_order(table):
    last = table.fields[-1].english
    root = etree.fromstring(write_table(table.official, [{last: "x"}], EDITION))
    row = next(root.iter(table.wrapper[-1]))
    assert [cell.tag for cell in row] == [field.official for field in table.fields]
    assert [cell.text for cell in row] == [None] * (len(table.fields) - 1) + ["x"]


@pytest.mark.parametrize("value", [HOSTILE, "plain", "dòng 1\ndòng 2", "  hai đầu  "])
def test_written_bytes_are_their_own_canonical_form(value: str):
    rows = [VISIT | {"full_name": value}]
    data = written(Record({"visit": rows}))
    assert canonical(data) == data
    body = parts(data)["XML1"].partition(b"\r\n")[2]
    assert canonical(body) == body
    check_in = write_check_in([{"full_name": value}], EDITION)
    assert canonical(check_in) == check_in
    assert read(data).visits[0].record.visit["full_name"] == value


@pytest.mark.parametrize("value", ["a\r\nb", "a\rb"])
def test_line_ends_become_line_feeds(value: str):
    data = written(Record({"visit": [VISIT | {"advice": value}]}))
    assert read(data).visits[0].record.visit["advice"] == "a\nb"


def test_a_check_in_carries_its_signature_place_last():
    data = write_check_in([{"visit_code": "DT.99999.0001"}, {"visit_code": "DT.99999.0002"}], EDITION)
    assert data.startswith(b"<CHI_TIEU_TRANG_THAI_KCB><DSACH_TRANG_THAI_KCB><TRANG_THAI_KCB><MA_LK>")
    assert data.endswith(b"</DSACH_TRANG_THAI_KCB><CHUKYDONVI></CHUKYDONVI></CHI_TIEU_TRANG_THAI_KCB>")
    reading = read(data)
    assert reading.form == "check_in"
    assert len(reading.visits[0].record.rows("check_in")) == 2
    assert reading.visits[0].remarks == []


def test_the_writer_never_causes_a_remark():
    rows = {table.english: [{table.fields[0].english: "x"}] for table in EDITION.tables.values()}
    rows["visit"] = [VISIT]
    visit = read(written(Record(rows))).visits[0]
    assert visit.remarks == []
    assert visit.unknown == []


def test_check_ins_and_assessments_are_never_packed_and_empty_tables_are_left_out():
    record = Record({"visit": [VISIT], "check_in": [{}], "medical_assessment": [{}], "medicines": []})
    assert list(parts(written(record))) == ["XML1"]


def test_only_chosen_tables_are_written_but_always_the_visit():
    record = Record({"visit": [VISIT], "medicines": [{}], "services": [{}], "treatment_summary": [{}]})
    assert list(parts(written(record, tables=["medicines", "XML8"]))) == ["XML1", "XML2", "XML8"]
    assert list(parts(written(record, tables=[]))) == ["XML1"]


def test_tables_are_written_in_the_order_of_the_standard():
    record = Record({"appointment": [{}], "results": [{}], "visit": [VISIT], "medicines": [{}]})
    assert list(parts(written(record))) == ["XML1", "XML2", "XML4", "XML14"]


def test_absent_empty_and_none_are_the_same_empty_element():
    absent = write_table("visit", [{}], EDITION)
    assert write_table("visit", [{"advice": ""}], EDITION) == absent
    assert write_table("XML1", [{"advice": None}], EDITION) == absent  # type: ignore[dict-item]


def test_an_old_edition_writes_its_own_names():
    old = edition_on(date(2024, 11, 1))
    row = {"receiving_facility_code": "99998"}
    assert b"<MA_NOI_DEN>99998</MA_NOI_DEN>" in write_table("referral", [row], old)
    assert b"<MA_CSKCB_DEN>99998</MA_CSKCB_DEN>" in write_table("referral", [row], EDITION)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("Nguye\u0302\u0303n", "WRITE-NOT-NFC"),
        ("a\x00b", "WRITE-CHARACTER"),
        ("a\x85b", "WRITE-CHARACTER"),
        ("a\ufeffb", "WRITE-CHARACTER"),
        ("a\ufffdb", "WRITE-CHARACTER"),
        ("a\ud800b", "WRITE-CHARACTER"),
        ("a\ufffeb", "WRITE-CHARACTER"),
        ("a\U0010ffffb", "WRITE-CHARACTER"),
        ("\uf0b7 a", "WRITE-CHARACTER"),
        (" \n ", "WRITE-BLANK"),
        ("  ", "WRITE-BLANK"),
        (12, "WRITE-NOT-TEXT"),
    ],
)
def test_what_cannot_be_written_unchanged_is_told_with_its_place(value: object, code: str):
    rows = [{"visit_code": "x"}, {"visit_code": "x", "medicine_name": value}]
    with pytest.raises(CannotWrite) as caught:
        written(Record({"visit": [VISIT], "medicines": rows}))  # type: ignore[dict-item]
    assert codes(caught) == [(code, "XML2.TEN_THUOC", 2)]


def test_everything_that_stands_in_the_way_is_told_at_once():
    record = Record(
        {
            "spells": [{"a": "b"}],
            "medicines": [{"colour": "đỏ", "medicine_name": "a\x01"}],
            "discharge_paper": [{}, {}],
        }
    )
    with pytest.raises(CannotWrite) as caught:
        written(record, facility_code="9999")
    assert codes(caught) == [
        ("WRITE-FACILITY", "GIAMDINHHS.MACSKCB", None),
        ("WRITE-NO-VISIT", "XML1", None),
        ("WRITE-UNKNOWN-TABLE", "spells", None),
        ("WRITE-UNKNOWN-FIELD", "XML2.colour", 1),
        ("WRITE-CHARACTER", "XML2.TEN_THUOC", 1),
        ("WRITE-ONE-ROW", "XML7", None),
    ]


def test_two_summaries_cannot_be_written():
    with pytest.raises(CannotWrite) as caught:
        written(Record({"visit": [VISIT, VISIT]}))
    assert codes(caught) == [("WRITE-ONE-ROW", "XML1", None)]


def test_a_field_of_a_later_edition_cannot_be_written_in_an_older_one():
    with pytest.raises(CannotWrite) as caught:
        write_visit(
            Record({"visit": [VISIT | {"blood_group": "A"}], "referral": [{}]}),
            edition_on(date(2024, 2, 1)),
            facility_code="99999",
            made_on=date(2024, 2, 2),
        )
    assert {fault.code for fault in caught.value.faults} == {"WRITE-UNKNOWN-FIELD", "WRITE-UNKNOWN-TABLE"}


def test_no_rows_make_no_document():
    with pytest.raises(CannotWrite) as caught:
        write_table("medicines", [], EDITION)
    assert codes(caught) == [("WRITE-NO-ROWS", "XML2", None)]


def test_no_such_table_is_a_key_error():
    with pytest.raises(KeyError):
        write_table("spells", [{}], EDITION)
