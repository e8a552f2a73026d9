"""What the tables ask of one value."""

from datetime import date

import pytest

from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.healthbook.validation import Fault, check_record
from sosuckhoe.healthbook.validation import shape_ids as ids

from .a_visit import visit

TODAY = date(2026, 11, 23)


def of(path: str, value: str | None, *, day: str = "20260915") -> list[Fault]:
    """The faults at one field of the ordinary visit when it holds this value."""
    name, official = path.split(".")
    edition = edition_on(date(int(day[:4]), int(day[4:6]), int(day[6:])))
    table = edition.table(name)
    record = visit(discharged_at=f"{day}1015", arrived_at=f"{day}0730")
    if not record.rows(table.english):
        record.tables[table.english] = [{"visit_code": "BINH-0001"}]
    row = record.rows(table.english)[0]
    row.pop(table.field(official).english, None)
    if value is not None:
        row[table.field(official).english] = value
    return [fault for fault in check_record(record, edition, day=TODAY) if fault.path == path]


def said(path: str, value: str | None, **more: str) -> list[tuple[str, str]]:
    return [(fault.rule, fault.severity) for fault in of(path, value, **more)]


def test_a_missing_mandatory_value_is_an_error_with_its_label() -> None:
    fault = of("XML1.HO_TEN", None)[0]
    assert (fault.rule, fault.severity, fault.value, fault.owner) == ("SHP-001", "error", "", "reception")
    assert "Họ và tên (HO_TEN)" in fault.message
    assert fault.source.startswith("QĐ 130/QĐ-BYT, Bảng 1")


@pytest.mark.parametrize(
    "path", ["XML1.CAN_NANG", "XML1.MA_NGHE_NGHIEP", "XML2.T_BNTT", "XML13.TINH_TRANG_CT"]
)
def test_where_sources_or_real_files_differ_absence_is_a_warning(path: str) -> None:
    assert [severity for _, severity in said(path, None)] == ["warning"]


@pytest.mark.parametrize("path", ["XML3.MA_BAC_SI", "XML3.THANH_TIEN_BH", "XML7.MA_BS", "XML8.MA_TTDV"])
def test_what_must_be_filled_stays_so_where_only_a_new_length_is_doubtful(path: str) -> None:
    assert said(path, None) == said(path, None, day="20241112") == [("SHP-001", "error")]


@pytest.mark.parametrize(
    ("path", "code", "day", "severity"),
    [
        ("XML1.MATINH_CU_TRU", "02", "20250630", None),
        (
            "XML1.MATINH_CU_TRU",
            "02",
            "20251231",
            "warning",
        ),  # addresses follow in the months after the merger
        ("XML1.MATINH_CU_TRU", "02", "20260101", "error"),
        ("XML1.MATINH_CU_TRU", "99", "20251231", "error"),
        ("XML1.KET_QUA_DTRI", "8", "20231228", "error"),
        ("XML1.KET_QUA_DTRI", "8", "20240215", "warning"),  # QĐ 4750 was signed and not yet official
        ("XML1.KET_QUA_DTRI", "8", "20240701", None),
        ("XML3.MA_NHOM", "9", "20260915", "warning"),  # one older source says that it has ended
    ],
)
def test_a_code_of_another_day_is_an_error_unless_both_lists_were_about(
    path: str, code: str, day: str, severity: str | None
) -> None:
    assert [one for _, one in said(path, code, day=day)] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("day", "text"), [("20260731", "QĐ 824/QĐ-BYT 2023"), ("20260801", "QĐ 1804/QĐ-BYT 2026")]
)
def test_a_code_out_of_its_list_cites_the_list_of_the_day(day: str, text: str) -> None:
    (fault,) = (one for one in of("XML1.MA_LOAI_KCB", "17", day=day) if one.rule == "COD-005")
    assert fault.source.startswith("QĐ 4750/QĐ-BYT, Bảng 1") and text in fault.source


@pytest.mark.parametrize("path", ["XML1.MA_NOI_DEN", "XML2.TT_THAU", "XML1.SO_CCCD"])
def test_a_conditional_value_is_a_matter_of_rules_not_of_shape(path: str) -> None:
    assert not [one for one in said(path, None) if one[0].startswith(("SHP", "FMT"))]


def test_the_district_is_not_asked_for() -> None:
    assert said("XML1.MAHUYEN_CU_TRU", None) == []
    assert said("XML1.MAHUYEN_CU_TRU", None, day="20250601") == []


@pytest.mark.parametrize(("length", "faults"), [(254, 0), (255, 0), (256, 1)])
def test_length_is_counted_in_characters(length: int, faults: int) -> None:
    assert len(of("XML1.HO_TEN", "Ẵ" * length)) == faults


def test_length_is_counted_after_composition() -> None:
    decomposed = "Ẵ"  # A, breve, tilde: three code points, one letter
    assert of("XML1.HO_TEN", decomposed * 255) == []
    assert [fault.rule for fault in of("XML1.HO_TEN", decomposed * 256)] == ["FMT-001"]


def test_a_doubtful_length_is_a_warning_up_to_what_the_other_source_allows() -> None:
    assert said("XML3.NGUOI_THUC_HIEN", "1" * 1024)[0] == ("FMT-001", "warning")
    assert said("XML3.NGUOI_THUC_HIEN", "1" * 1025)[0] == ("FMT-001", "error")


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("XML1.NGAY_VAO", "202609152400", "FMT-002"),
        ("XML8.NGAY_CT", "20260931", "FMT-003"),
        ("XML2.DON_GIA", "1.234,5", "FMT-004"),
        ("XML2.SO_LUONG", "1.2345", "FMT-005"),
        ("XML2.THANH_TIEN_BV", "1.234", "FMT-006"),
        ("XML1.MA_BENH_KT", "I10;;E11.9", "FMT-007"),
        ("XML2.STT", "0", "FMT-009"),
        ("XML1.NGAY_SINH", "19900305", "FMT-013"),
        ("XML1.GIOI_TINH", "Nam", "FMT-015"),
        ("XML1.GT_THE_TU", "20261301", "FMT-024"),
        ("XML1.SO_NGAY_DTRI", "-1", "SHP-002"),
        ("XML1.MA_CSKCB", "79001\u200b", "SHP-003"),
        ("XML1.MA_LOAI_KCB", "1", "FMT-028"),
    ],
)
def test_a_malformed_value_is_an_error_under_its_published_id(path: str, value: str, rule: str) -> None:
    faults = [fault for fault in of(path, value) if fault.rule == rule]
    assert [fault.severity for fault in faults] == ["error"]
    assert faults[0].value == value


def test_one_malformed_value_is_told_once() -> None:
    assert len(of("XML1.NGAY_VAO", "2026091508000000")) == 1
    assert len(of("XML2.DON_GIA", "1,5" * 10)) == 1


def test_a_whole_number_with_decimals_is_a_warning() -> None:
    assert said("XML2.TYLE_TT_BH", "100.00") == [("FMT-043", "warning")]


def test_zeros_after_the_point_that_make_an_amount_long_are_a_warning() -> None:
    assert said("XML2.MUC_HUONG", "80.00") == [("FMT-001", "warning")]


def test_a_code_is_judged_by_the_list_of_the_day() -> None:
    assert said("XML1.MA_LOAI_KCB", "16") == []
    assert said("XML1.MA_LOAI_KCB", "16", day="20260731") == [("COD-005", "warning")]
    assert said("XML1.MA_LOAI_KCB", "17") == [("COD-005", "error")]


def test_a_day_without_a_list_asks_nothing() -> None:
    assert said("XML1.MA_DOITUONG_KCB", "1", day="20250301") == []


def test_an_empty_place_keeps_the_order_of_cards() -> None:
    assert said("XML14.GT_THE_DEN", ";20261231") == []
    assert ("FMT-024", "error") in said("XML1.GT_THE_DEN", ";20261331")
    assert ("FMT-024", "error") in said("XML1.GT_THE_TU", ";20260101")


def test_a_gap_in_row_numbers_is_told_where_it_begins() -> None:
    record = visit(4, 0, 0)
    for row, number in zip(record.rows("medicines"), ("1", "2", "4", "5"), strict=True):
        row["row_number"] = number
    faults = check_record(record, edition_on(date(2026, 9, 15)), day=TODAY)
    assert [(fault.rule, fault.row) for fault in faults if fault.path == "XML2.STT"] == [("FMT-009", 3)]


def test_a_table_that_occurs_once_has_no_row_numbers() -> None:
    assert of("XML1.GIOI_TINH", "7")[0].row is None
    assert of("XML2.STT", "x")[0].row == 1
    two = Record({"visit": [{}, {}]})
    rows = {fault.row for fault in check_record(two, edition_on(date(2026, 9, 15)), day=TODAY)}
    assert rows == {1, 2}


def test_every_exception_names_a_field_that_exists() -> None:
    edition = edition_on(date(2026, 9, 15))
    paths = {
        f"{table.official}.{field.official}" for table in edition.tables.values() for field in table.fields
    }
    named = {
        *ids.DOUBTFUL_LENGTH,
        *ids.DOUBTFUL_PRESENCE,
        *ids.ONLY_WHEN_INSURED,
        *ids.MAY_HAVE_GAPS,
        *ids.TOO_LONG,
    }
    named |= {path for path in (*ids.FORM, *ids.MISSING, *ids.CODE_LIST, *ids.CODE_FORM) if "." in path}
    assert named <= paths


@pytest.mark.parametrize("day", [date(2024, 2, 1), date(2024, 11, 1), date(2026, 9, 15)], ids=str)
def test_every_closed_list_has_an_id(day: date) -> None:
    edition = edition_on(day)
    used = {
        field.codes
        for table in edition.tables.values()
        for field in table.fields
        if field.kind == "code" and field.codes in edition.codes and edition.codes[field.codes].closed
    }
    assert used <= set(ids.CODE_LIST)


def test_a_short_list_is_told_with_its_names_and_a_long_one_is_not() -> None:
    [sex] = of("XML1.GIOI_TINH", "Nữ")
    assert "Chọn 1 – Nam; 2 – Nữ; 3 – " in sex.message
    [people] = of("XML1.MA_DANTOC", "99")
    assert people.message.endswith("ngày 15/09/2026.")


@pytest.mark.parametrize(
    ("path", "rule", "codes"),
    [
        ("XML1.MA_LOAI_RV", "FMT-037", "1, 2, 3, 4, 5"),
        ("XML3.PHAM_VI", "FMT-039", "1, 2, 3"),
        ("XML3.MA_PTTT", "FMT-040", "1, 2, 3"),
        ("XML13.MA_LYDO_CT", "FMT-079", "1, 2, 3"),
    ],
)
def test_long_names_are_read_where_the_list_is(path: str, rule: str, codes: str) -> None:
    [fault] = of(path, "9")
    assert fault.rule == rule
    assert fault.message.endswith(f" Mã dùng được: {codes}.")
    assert len(fault.message) < 200


def test_zeros_too_many_are_a_warning_and_digits_too_many_an_error() -> None:
    assert said("XML2.DON_GIA", "1000.1230") == [("FMT-005", "warning")]
    assert said("XML2.DON_GIA", "1000.1234") == [("FMT-005", "error")]
    assert said("XML1.T_NGUONKHAC", "0.0000") == [("FMT-006", "warning")]
