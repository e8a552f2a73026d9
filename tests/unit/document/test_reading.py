"""What a tolerant reader takes, and what it remarks."""

from datetime import date

import pytest

from sosuckhoe.healthbook.document import Reading, Remark, VisitReading, read
from sosuckhoe.healthbook.standard import edition_on

from .samples import VISIT_CODE, envelope, fields, file, packed, rows, summary, visit_file


def one(data: bytes) -> VisitReading:
    reading = read(data)
    assert len(reading.visits) == 1
    return reading.visits[0]


def told(reading: VisitReading | Reading, rule: str, path: str | None = None) -> list[Remark]:
    return [
        remark for remark in reading.remarks if remark.rule == rule and (path is None or remark.path == path)
    ]


def complete(kind: str, day: date, **values: str) -> str:
    """Every field of a table in order, empty where no value is given."""
    return fields(**{f.official: values.get(f.official, "") for f in edition_on(day).table(kind).fields})


def test_base64_with_a_declaration_and_crlf_is_read():
    visit = one(visit_file(f'<?xml version="1.0" encoding="utf-8"?>\r\n{summary()}'))
    assert visit.record.visit_code == VISIT_CODE
    assert visit.record.visit["full_name"] == "NGUYỄN VĂN MẪU"
    assert visit.edition is edition_on(date(2026, 9, 1))
    assert visit.parts == ["XML1"]


def test_base64_without_declaration_with_a_mark_at_its_start_is_read():
    visit = one(envelope([file("XML1", packed(b"\xef\xbb\xbf" + summary().encode()))]))
    assert visit.record.visit_code == VISIT_CODE


def test_base64_in_lines_is_read_and_told():
    text = packed(summary())
    broken = "\r\n".join(text[i : i + 76] for i in range(0, len(text), 76))
    visit = one(envelope([file("XML1", f"\n  {broken}\n  ")]))
    assert visit.record.visit_code == VISIT_CODE
    assert [remark.severity for remark in told(visit, "STR-007", "XML1")] == ["warning"]


@pytest.mark.parametrize(
    "content",
    [
        summary(),
        f"\n    {summary()}\n  ",
        f"<![CDATA[{summary()}]]>",
        f'<![CDATA[\r\n<?xml version="1.0" encoding="utf-16"?>\r\n{summary()}]]>',
        summary().replace("<", "&lt;").replace(">", "&gt;"),
        "\ufeff" + f'<?xml version="1.0"?>{summary()}'.replace("<", "&lt;"),
    ],
    ids=["inline", "inline with layout", "CDATA", "CDATA declaring utf-16", "escaped", "escaped with a mark"],
)
def test_xml_instead_of_base64_is_read_and_told(content: str):
    visit = one(envelope([file("XML1", content)]))
    assert visit.record.visit_code == VISIT_CODE
    assert visit.record.visit["full_name"] == "NGUYỄN VĂN MẪU"
    assert [remark.severity for remark in told(visit, "STR-007", "XML1")] == ["warning"]


def test_an_empty_placeholder_is_no_table():
    visit = one(envelope([file("XML1", packed(summary())), file("XML2", ""), file("XML3", "\n ")]))
    assert set(visit.record.tables) == {"visit"}
    assert visit.parts == ["XML1", "XML2", "XML3"]
    assert {remark.path for remark in told(visit, "STR-007")} == {"XML2", "XML3"}


@pytest.mark.parametrize(
    "content",
    ["<CHITIEU_CHITIET_THUOC/>", rows("XML2"), "<CHITIEU_CHITIET_THUOC>\n</CHITIEU_CHITIET_THUOC>"],
)
def test_an_empty_list_is_no_table(content: str):
    visit = one(envelope([file("XML1", packed(summary())), file("XML2", packed(content))]))
    assert "medicines" not in visit.record.tables
    assert [remark.severity for remark in told(visit, "STR-018", "XML2")] == ["warning"]


def test_an_empty_list_of_a_table_that_is_rarely_used_is_told_by_its_own_rule():
    content = "<CHI_TIEU_DIEUTRI_BENHLAO><DSACH_CHITIET_DIEUTRI_BENHLAO/></CHI_TIEU_DIEUTRI_BENHLAO>"
    visit = one(envelope([file("XML1", packed(summary())), file("XML15", packed(content))]))
    assert told(visit, "STR-020", "XML15")


def test_namespaces_declared_on_the_root_are_no_deviation():
    data = visit_file().replace(
        b"<GIAMDINHHS>",
        b'<?xml version="1.0" encoding="UTF-8"?><GIAMDINHHS xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        b'xmlns:xsd="http://www.w3.org/2001/XMLSchema">',
    )
    visit = one(data)
    assert visit.record.visit_code == VISIT_CODE
    assert not told(visit, "STR-014")


def test_cdata_is_the_same_text_as_plain_text():
    plain = one(visit_file(summary(CHAN_DOAN_VAO="Đau &lt; 3 ngày &amp; sốt")))
    cdata = one(visit_file(summary(CHAN_DOAN_VAO="Đau <![CDATA[< 3 ngày & ]]>sốt")))
    assert plain.record == cdata.record
    assert "Đau < 3 ngày & sốt" in plain.record.visit.values()


def test_nil_is_absent():
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    content = summary().replace("<STT>1</STT>", f'<STT {xsi} xsi:nil="true"/>')
    present, absent = one(visit_file()).record.visit, one(visit_file(content)).record.visit
    assert set(present) - set(absent) == {edition_on(date(2026, 9, 1)).table("XML1").field("STT").english}


def test_white_space_alone_is_absent():
    visit = one(visit_file(summary(GHI_CHU="\n      ", LY_DO_VV=" ")))
    assert "note" not in visit.record.visit
    assert set(visit.record.visit) == set(one(visit_file()).record.visit)


def test_fields_out_of_order_are_read_and_told_once():
    day = date(2026, 9, 1)
    cells = {f.official: "x" for f in edition_on(day).table("XML4").fields}
    backwards = fields(**dict(reversed(cells.items())))
    visit = one(
        envelope([file("XML1", packed(summary())), file("XML4", packed(rows("XML4", backwards, backwards)))])
    )
    assert len(visit.record.rows("results")) == 2
    assert visit.record.rows("results")[0] == {f.english: "x" for f in edition_on(day).table("XML4").fields}
    [remark] = told(visit, "STR-015", "XML4")
    assert (remark.row, remark.times, remark.severity) == (1, 2, "warning")


def test_a_missing_field_is_told_once_for_all_rows():
    row = complete("XML4", date(2026, 9, 1), MA_LK="L").replace("<KET_LUAN></KET_LUAN>", "")
    visit = one(
        envelope([file("XML1", packed(summary())), file("XML4", packed(rows("XML4", row, row, row)))])
    )
    [remark] = told(visit, "STR-013", "XML4.KET_LUAN")
    assert (remark.row, remark.times, remark.severity) == (1, 3, "warning")


def test_a_complete_row_has_no_remark():
    row = complete("XML4", date(2026, 9, 1), MA_LK=VISIT_CODE, STT="1")
    content = (
        f"<TONG_HOP>{complete('XML1', date(2026, 9, 1), MA_LK=VISIT_CODE, NGAY_RA='202609011030')}</TONG_HOP>"
    )
    visit = one(envelope([file("XML1", packed(content)), file("XML4", packed(rows("XML4", row)))]))
    assert visit.remarks == []
    assert visit.unknown == []


def test_a_repeated_field_is_an_error_and_nothing_of_it_is_lost():
    doubled = summary().replace("<STT>1</STT>", "<STT>1</STT><MA_LK>OTHER</MA_LK>")
    visit = one(visit_file(doubled))
    assert visit.record.visit_code == VISIT_CODE
    [remark] = told(visit, "STR-013", "XML1.MA_LK")
    assert remark.severity == "error"
    assert [(u.name, u.text) for u in visit.unknown] == [("MA_LK", "OTHER")]


def test_an_unknown_field_is_told_and_its_text_is_kept():
    visit = one(visit_file(summary(GHI_CHU_RIENG="chữ lạ")))
    [remark] = told(visit, "STR-014", "XML1.GHI_CHU_RIENG")
    assert remark.severity == "warning"
    assert [(u.table, u.row, u.name, u.text) for u in visit.unknown] == [
        ("XML1", 1, "GHI_CHU_RIENG", "chữ lạ")
    ]


def test_a_field_in_a_foreign_namespace_is_not_that_field():
    visit = one(visit_file(summary().replace("<STT>1</STT>", '<STT xmlns="urn:x">1</STT>')))
    assert told(visit, "STR-014", "XML1.STT")[0].severity == "error"
    assert visit.unknown[0].text == "1"


def test_a_field_holding_elements_is_told_and_kept():
    visit = one(visit_file(summary(GHI_CHU="a<b>c</b>")))
    assert told(visit, "STR-014", "XML1.GHI_CHU")[0].severity == "error"
    assert visit.unknown[0].text == "ac"


def test_text_between_fields_is_told_and_kept():
    visit = one(visit_file(summary().replace("<STT>", "lạc<STT>")))
    assert told(visit, "STR-014", "XML1")[0].severity == "error"
    assert [u.text for u in visit.unknown] == ["lạc"]


@pytest.mark.parametrize(
    ("discharged", "edition"),
    [
        ("202402011030", "2023-130"),
        ("202411011030", "2024-4750"),
        ("202503011030", "2025-3176"),
        ("202609011030", "2026-1931"),
        ("20260901", "2026-1931"),
    ],
)
def test_the_discharge_day_chooses_the_edition(discharged: str, edition: str):
    visit = one(visit_file(summary(discharged)))
    assert visit.edition is not None
    assert visit.edition.id == edition


@pytest.mark.parametrize("discharged", ["", "tháng 9", "202613011030", "201901011030", "２０２６０９０１"])
def test_an_unknown_day_is_no_edition_but_still_read(discharged: str):
    visit = one(visit_file(summary(discharged)))
    assert visit.edition is None
    assert visit.record.visit_code == VISIT_CODE


def test_a_referral_of_2024_is_read_by_the_names_of_2024():
    referral = (
        "<CHI_TIEU_GIAYCHUYENTUYEN>"
        + fields(MA_LK=VISIT_CODE, MA_NOI_DEN="99998")
        + "</CHI_TIEU_GIAYCHUYENTUYEN>"
    )
    old = one(envelope([file("XML1", packed(summary("202411011030"))), file("XML13", packed(referral))]))
    new = one(envelope([file("XML1", packed(summary("202503011030"))), file("XML13", packed(referral))]))
    # Written by who tried QĐ 4750 before it was official: the first edition that has the table names its fields.
    early = one(envelope([file("XML1", packed(summary("202402011030"))), file("XML13", packed(referral))]))
    assert old.record.first("referral")["receiving_facility_code"] == "99998"
    assert early.record.first("referral")["receiving_facility_code"] == "99998"
    assert told(early, "STR-006", "XML13") and not told(early, "STR-016")
    assert "receiving_facility_code" not in new.record.first("referral")
    assert not told(old, "STR-016")
    [remark] = told(new, "STR-016", "XML13.MA_NOI_DEN")
    assert remark.severity == "error"
    assert "4750" in remark.detail


def test_a_table_younger_than_the_edition_is_kept_and_told():
    content = "<CHI_TIEU_GIAYHEN_KHAMLAI>" + fields(MA_LK=VISIT_CODE) + "</CHI_TIEU_GIAYHEN_KHAMLAI>"
    visit = one(envelope([file("XML1", packed(summary("202402011030"))), file("XML14", packed(content))]))
    assert visit.record.first("appointment")["visit_code"] == VISIT_CODE
    assert told(visit, "STR-006", "XML14")


def test_two_summaries_are_told():
    visit = one(envelope([file("XML1", packed(summary())), file("XML1", packed(summary()))]))
    assert told(visit, "STR-017", "XML1")
    assert told(visit, "STR-006")


def test_a_part_is_read_as_what_it_is_not_as_what_it_is_called():
    content = packed(rows("XML2", fields(MA_LK=VISIT_CODE, TEN_THUOC="Thuốc mẫu")))
    visit = one(envelope([file("XML1", packed(summary())), file("XML3", content)]))
    assert visit.record.rows("medicines")[0]["visit_code"] == VISIT_CODE
    assert "services" not in visit.record.tables
    assert told(visit, "STR-007", "XML3")[0].severity == "error"


def test_a_part_of_no_table_is_told_and_its_text_is_kept():
    visit = one(envelope([file("XML1", packed(summary())), file("XML3", packed("<A><B>chữ</B></A>"))]))
    assert told(visit, "STR-007", "XML3")[0].severity == "error"
    assert [u.text for u in visit.unknown] == ["chữ"]


WRONG_CONTAINERS = {
    "list as root": "<DSACH_CHI_TIET_THUOC><CHI_TIET_THUOC>{0}</CHI_TIET_THUOC></DSACH_CHI_TIET_THUOC>",
    "row as root": "<CHI_TIET_THUOC>{0}</CHI_TIET_THUOC>",
    "no list": "<CHITIEU_CHITIET_THUOC><CHI_TIET_THUOC>{0}</CHI_TIET_THUOC></CHITIEU_CHITIET_THUOC>",
    "other list": "<CHITIEU_CHITIET_THUOC><DSACH><CHI_TIET_THUOC>{0}</CHI_TIET_THUOC></DSACH></CHITIEU_CHITIET_THUOC>",
    "other root": "<XML2><DSACH_CHI_TIET_THUOC><CHI_TIET_THUOC>{0}</CHI_TIET_THUOC></DSACH_CHI_TIET_THUOC></XML2>",
    "all other": "<XML2><THUOC>{0}</THUOC></XML2>",
}


@pytest.mark.parametrize("content", WRONG_CONTAINERS.values(), ids=WRONG_CONTAINERS)
def test_rows_in_misnamed_containers_are_read_and_told(content: str):
    visit = one(
        envelope([file("XML1", packed(summary())), file("XML2", packed(content.format("<MA_LK>L</MA_LK>")))])
    )
    assert visit.record.rows("medicines") == [{"visit_code": "L"}]
    assert len(told(visit, "STR-007", "XML2")) == 1
    assert visit.unknown == []


def test_a_summary_in_a_container_still_chooses_the_edition():
    visit = one(envelope([file("XML1", packed(f"<CHITIEU_TONGHOP>{summary()}</CHITIEU_TONGHOP>"))]))
    assert visit.record.visit_code == VISIT_CODE
    assert visit.edition is edition_on(date(2026, 9, 1))


def test_a_paper_in_a_container_is_read():
    name = "CHI_TIEU_DU_LIEU_GIAY_RA_VIEN"
    content = f"<{name}><DU_LIEU><MA_LK>L</MA_LK></DU_LIEU></{name}>"
    visit = one(envelope([file("XML1", packed(summary())), file("XML7", packed(content))]))
    assert visit.record.rows("discharge_paper") == [{"visit_code": "L"}]


def test_an_empty_row_is_no_row():
    visit = one(envelope([file("XML1", packed(summary())), file("XML2", packed(rows("XML2", "")))]))
    assert "medicines" not in visit.record.tables
    assert told(visit, "STR-018", "XML2")


def test_a_stranger_beside_the_rows_is_told_and_kept():
    content = rows("XML2", "<MA_LK>L</MA_LK>").replace(
        "<DSACH_CHI_TIET_THUOC>", "<GHI>g</GHI><DSACH_CHI_TIET_THUOC>"
    )
    visit = one(envelope([file("XML1", packed(summary())), file("XML2", packed(content))]))
    assert visit.record.rows("medicines") == [{"visit_code": "L"}]
    assert told(visit, "STR-014", "XML2.GHI")
    assert [(u.row, u.text) for u in visit.unknown] == [(0, "g")]


def test_utf_16_declared_over_utf_8_is_told_in_a_part():
    visit = one(visit_file(f'<?xml version="1.0" encoding="utf-16"?>\r\n{summary()}'))
    assert visit.record.visit["full_name"] == "NGUYỄN VĂN MẪU"
    assert told(visit, "STR-001", "XML1")[0].severity == "error"


def test_a_comment_between_elements_is_taken_with_a_remark():
    content = summary().replace("<STT>", "<!-- máy 1 --><STT>")
    visit = one(visit_file(content))
    assert visit.record == one(visit_file()).record
    assert "chú thích" in told(visit, "STR-014", "XML1")[0].detail


def test_an_attribute_is_told():
    visit = one(visit_file(summary().replace("<STT>", '<STT kieu="so">')))
    assert visit.record == one(visit_file()).record
    assert told(visit, "STR-014", "XML1.STT")[0].value == "kieu"


def test_an_odd_spelling_of_utf_8_is_told():
    visit = one(visit_file(f'<?xml version="1.0" encoding="utf8"?>{summary()}'))
    assert told(visit, "STR-001", "XML1")[0].severity == "warning"


def test_font_private_and_replacement_characters_are_told():
    visit = one(visit_file(summary(GHI_CHU="\uf0b7 đau \ufffd")))
    assert len(told(visit, "STR-001", "XML1")) == 2


def test_a_bare_summary_is_read():
    reading = read(summary().encode())
    assert reading.form == "table"
    assert reading.envelope is None
    assert reading.visits[0].edition is edition_on(date(2026, 9, 1))
    assert reading.visits[0].parts == ["XML1"]


def test_a_bare_list_has_no_edition_unless_told():
    data = rows("XML2", fields(MA_LK="L1", TEN_THUOC="Thuốc mẫu"), fields(MA_LK="L1")).encode()
    edition = edition_on(date(2024, 11, 1))
    assert read(data).visits[0].edition is None
    assert len(read(data).visits[0].record.rows("medicines")) == 2
    assert read(data, edition=edition).visits[0].edition is edition


def test_a_check_in_is_read_by_the_edition_of_its_arrival():
    data = (
        "<CHI_TIEU_TRANG_THAI_KCB><DSACH_TRANG_THAI_KCB><TRANG_THAI_KCB>"
        + fields(MA_LK=VISIT_CODE, HO_TEN="TRẦN THỊ MẪU", NGAY_VAO="202609010730")
        + "</TRANG_THAI_KCB></DSACH_TRANG_THAI_KCB><CHUKYDONVI></CHUKYDONVI></CHI_TIEU_TRANG_THAI_KCB>"
    ).encode()
    reading = read(data)
    assert reading.form == "check_in"
    assert reading.visits[0].record.rows("check_in")[0]["visit_code"] == VISIT_CODE
    assert reading.visits[0].edition is edition_on(date(2026, 9, 1))
    assert (reading.signature_element, reading.signature_last, reading.has_signature) == (True, True, False)
    assert not told(reading.visits[0], "STR-014")
