"""Adding a decision is adding a folder: read, judged, mended, written, signed, shown and documented, with no code for it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
from lxml import etree
from tests.unit.signing.material import AUTHORITY, HOSPITAL, judge

from sosuckhoe.cli import main
from sosuckhoe.healthbook.book import book_entry
from sosuckhoe.healthbook.document import read, write_table, write_visit
from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.signing import Outcome, sign
from sosuckhoe.healthbook.standard import BadDecision, decisions, edition_on
from sosuckhoe.healthbook.validation import check, check_record, rules_on
from sosuckhoe.healthbook.validation.fixes import applied, fixes_of
from sosuckhoe.healthbook.validation.xsd import xsd
from sosuckhoe.simulator.portal import reading as portal

from . import invented
from .invented import (
    CODES,
    DAY,
    EVE,
    FIELDS,
    OWN,
    TABLES,
    documents,
    laid_beside,
    lay,
    under_the_invented,
    visit_on,
)
from .paper import Row, envelope

TODAY = date(2027, 3, 20)
ROOT = Path(__file__).parents[3]
UNSIGNED = "STR-010"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("quyet-dinh")
    invented.lay_all(root)
    with laid_beside(root):
        yield root


def file_of(tables: dict[str, list[Row]], day: date = DAY) -> bytes:
    return envelope("79998", f"{day:%Y%m%d}", [documents(tables)])


def faults_in(data: bytes) -> set[tuple[str, str, int | None, str]]:
    [result] = check(data, day=TODAY)
    return {
        (fault.rule, fault.path, fault.row, fault.severity)
        for fault in result.faults
        if fault.rule != UNSIGNED
    }


def record_of(data: bytes) -> Record:
    [visit] = read(data).visits
    assert not visit.unknown
    return visit.record


def test_each_visit_is_judged_by_the_standard_of_its_own_day(folder) -> None:
    [eve] = check(visit_on(EVE).file(), day=TODAY)
    [day] = check(file_of(under_the_invented()), day=TODAY)
    assert (eve.edition, day.edition) == ("2026-1931", "2027-1000")
    assert {fault.rule for fault in (*eve.faults, *day.faults)} == {UNSIGNED}
    [late] = check(visit_on(DAY).file(), day=TODAY)
    paths = {fault.path for fault in late.faults}
    assert {
        "XML1.SO_LUONG",
        "XML1.MAHUYEN_CU_TRU",
        "XML1.NGAY_TTOAN",
        "XML1.MA_KENH",
        "XML1.NGAY_HEN_TV",
    } & paths


PLANTED = {
    "another visit's code in the added table": (("XML16", 1, "MA_LK", "KHAC"), ("XTB-001", "XML16.MA_LK", 2, "error")),
    "another visit's code in a table that was there": (("XML3", 0, "MA_LK", "X"), ("XTB-001", "XML3.MA_LK", 1, "error")),
    "a code with blanks in the added table": (("XML16", 1, "MA_LK", "LK "), ("FMT-010", "XML16.MA_LK", 2, "error")),
    "a row number that jumps": (("XML16", 1, "STT", "7"), ("FMT-009", "XML16.STT", 2, "error")),
    "a malformed time in the added table": (("XML16", 2, "NGAY_CS", "2027"), ("FMT-002", "XML16.NGAY_CS", 3, "error")),
    "an unlisted code of a new list": (("XML1", 0, "MA_KENH", "09"), ("SHP-003", "XML1.MA_KENH", None, "error")),
    "a new mandatory date that is missing": (("XML1", 0, "NGAY_HEN_TV", ""), ("SHP-001", "XML1.NGAY_HEN_TV", None, "error")),
    "money with three decimals": (("XML1", 0, "T_PHU_THU", "1.005"), ("FMT-006", "XML1.T_PHU_THU", None, "error")),
    "a field now mandatory": (("XML1", 0, "DIEN_THOAI", ""), ("SHP-001", "XML1.DIEN_THOAI", None, "error")),
    "a field now shorter": (("XML1", 0, "MA_HSBA", "HS001"), ("FMT-001", "XML1.MA_HSBA", None, "error")),
    "a field now a day": (("XML1", 0, "NGAY_TTOAN", "202703161055"), ("FMT-003", "XML1.NGAY_TTOAN", None, "error")),
    "a code that has ended": (("XML1", 0, "MA_LOAI_RV", "5"), ("FMT-037", "XML1.MA_LOAI_RV", None, "error")),
    "a total, twice renamed": (("XML1", 0, "TIEN_THUOC_CT", "1"), ("XTB-004", "XML1.TIEN_THUOC_CT", None, "error")),
    "a quantity, renamed": (("XML2", 0, "SL_THUOC", "11"), ("XFD-001", "XML2.THANH_TIEN_BV", 1, "error")),
    "an end before the beginning, renamed": (
        ("XML1", 0, "NGAY_KET_THUC", "202703160700"), ("XFD-029", "XML1.NGAY_KET_THUC", None, "error"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_at_its_place_under_the_new_name(name, folder) -> None:
    (table, number, field, text), expected = PLANTED[name]
    tables = deepcopy(under_the_invented())
    tables[table][number][field] = text
    assert expected in faults_in(file_of(tables))


def test_findings_advice_and_fixes_speak_of_the_new_names(folder) -> None:
    tables = under_the_invented()
    tables["XML1"][0] |= {"TIEN_THUOC_CT": "1", "MA_DOT": "LK-NGOAITRU-01 "}
    tables["XML16"][1]["STT"] = "7"
    [result] = check(file_of(tables), day=TODAY)
    by_rule = {fault.rule: fault for fault in result.advised().faults}
    assert by_rule["XTB-004"].path == "XML1.TIEN_THUOC_CT" and "(đang là 1 đ)" in by_rule["XTB-004"].mend
    assert "các dòng của bảng chăm sóc tại nhà từ 1" in by_rule["FMT-009"].mend
    assert result.record is not None
    edition = edition_on(DAY)
    fixes = fixes_of(result.record, edition, day=TODAY)
    changed = {change.path for fix in fixes for change in fix.changes}
    assert {"XML1.TIEN_THUOC_CT", "XML16.STT"} <= changed
    mended = result.record
    for fix in fixes:
        mended = applied(mended, fix, edition)
    assert not {"XTB-004", "FMT-009"} & {fault.rule for fault in check_record(mended, edition, day=TODAY)}


def test_a_record_is_written_signed_verified_and_read_back_the_same(folder, tmp_path) -> None:
    record, edition = record_of(file_of(under_the_invented())), edition_on(DAY)
    written = write_visit(record, edition, facility_code="79998", made_on=DAY)
    assert etree.tostring(etree.fromstring(written), method="c14n") == written
    signed = sign(written, HOSPITAL, signature_id="Signature-1", canonical=True)
    assert record_of(signed) == record
    assert judge(signed).outcome is Outcome.PASSED
    (tmp_path / "ca.pem").write_bytes(AUTHORITY.pem())
    (tmp_path / "signed.xml").write_bytes(signed)
    other = ["xmlsec1", "--verify", "--trusted-pem", "ca.pem", "signed.xml"]
    subprocess.run(other, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    arrived = portal.read(portal.parse(signed), "record")
    assert len(arrived.tables["XML16"]) == 3
    assert portal.ever("XML1", "discharged_at", arrived.first("XML1"))[0] == "NGAY_KET_THUC"


def test_schemas_agree_with_our_shapes(folder) -> None:
    tables, day = under_the_invented(), DAY
    schemas = {table: etree.XMLSchema(etree.fromstring(xsd(edition_on(day), table, day))) for table in tables}
    for table, text in documents(tables):
        assert schemas[table].validate(etree.fromstring(text.encode())), schemas[table].error_log
    by_shape = ("SHP-001", "SHP-003", "FMT-001", "FMT-002", "FMT-003", "FMT-006")
    for (table, number, field, text), (rule, *_) in PLANTED.values():
        wrong = deepcopy(tables)
        wrong[table][number][field] = text
        if rule in by_shape:
            [document] = [text for name, text in documents(wrong) if name == table]
            assert not schemas[table].validate(etree.fromstring(document.encode())), (table, field)
    record, edition = record_of(file_of(tables)), edition_on(day)
    for table in tables:
        own = write_table(table, record.rows(edition.table(table).english), edition)
        assert schemas[table].validate(etree.fromstring(own)), schemas[table].error_log


def test_the_citizens_book_reads_the_renamed_fields(folder) -> None:
    entry = book_entry(record_of(file_of(under_the_invented())), edition_on(DAY))
    values = {
        value.path: value.text
        for section in entry.sections
        for line in section.lines
        for value in line.values
    }
    assert values["XML1.NGAY_KET_THUC"] == "16/03/2027 10:40"


def test_a_rule_whose_field_is_gone_is_silent_and_not_listed(folder) -> None:
    tables = {rule.id: rule for rule in rules_on(DAY)}
    before = {rule.id: rule for rule in rules_on(EVE)}
    assert "XML15" in {table for rule in before.values() for table in rule.tables}
    assert "XML15" not in {table for rule in tables.values() for table in rule.tables}
    assert "XML16" in tables["XTB-001"].tables and "XML16" not in before["XTB-001"].tables
    assert "XML1.TIEN_THUOC_CT" in tables["XTB-004"].reads and "XML1.T_THUOC" not in tables["XTB-004"].reads


def test_the_commands_speak_of_it(folder, capsys) -> None:
    def said(*arguments: str, code: int = 0) -> str:
        assert main([*arguments]) == code
        out, err = capsys.readouterr()
        return str(out + err)

    shown = said("standard", "show", "XML1.T_THUOC", "--as-of", "2027-03-16")
    assert "Chỉ tiêu:           TIEN_THUOC_CT" in shown and "T_THUOC, TIEN_THUOC" in shown
    assert "Tại quầy" in said("standard", "show", "XML16.MA_KENH", "--as-of", "2027-03-16")
    told = said("standard", "diff", "2027-03-15", "2027-03-16")
    for sentence in (
        "Đổi tên: NGAY_RA thành NGAY_KET_THUC", "Đổi tên: T_THUOC thành TIEN_THUOC_CT", "Bỏ bảng: Thông tin quản lý điều trị lao",
        "Bảng mới: Chăm sóc tại nhà (5 chỉ tiêu)", "Chuyển chỗ: đứng ngay sau HO_TEN", "Đổi yêu cầu: không bắt buộc thành bắt buộc",
        "Bỏ chỉ tiêu: Mã huyện cư trú", "Chỉ tiêu mới: Tiền phụ thu", "Đổi kiểu dữ liệu: thời điểm yyyymmddHHMM thành ngày yyyymmdd",
        "Hết hiệu lực mã 5: Chuyển tuyến theo yêu cầu người bệnh  [Bịa]", "Mã mới 6: Về theo dõi tại nhà", "QĐ 1000/QĐ-MẪU (2027-1000)",
    ):  # fmt: skip
        assert sentence in told, sentence
    assert told.count("Chuyển chỗ") == 1
    listed = json.loads(said("standard", "rules", "--format", "json", "--as-of", "2027-03-16"))
    assert "XML1.TIEN_THUOC_CT" in {path for rule in listed for path in rule["reads"]}
    assert "CHI_TIEU_CHAM_SOC" in said("standard", "xsd", "XML16", "--as-of", "2027-03-16")
    known = said("standard", "decisions")
    assert "QĐ 4000/QĐ-MẪU (2027-4000), đã rút" in known and "dời từ 01/06/2027" in known
    assert "không có XML15" in said("standard", "show", "XML15", "--as-of", "2027-03-16", code=2)


def test_announced_moved_and_withdrawn_decisions_are_counted_when_they_should(folder) -> None:
    def remarks(day: date, *, expected: bool = False) -> str:
        names = edition_on(day, expected=expected).table("XML1").by_official
        return "".join(name[-1] for name in names if name.startswith("GHI_CHU_"))

    assert remarks(date(2027, 6, 15)) == ""
    assert remarks(date(2027, 6, 15), expected=True) == "A"  # B moved to September, C withdrawn
    assert remarks(date(2027, 7, 1), expected=True) == "D"  # D repeals A
    assert remarks(date(2027, 9, 1)) == "DB"


def test_reference_pages_are_made_of_it(folder, tmp_path) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "docs.py"), "--to", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=300, env=os.environ, cwd=ROOT)
    pages = {
        path.relative_to(tmp_path).as_posix(): path.read_text("utf-8") for path in tmp_path.rglob("*.md")
    }
    assert "GIỜ" in pages["bang/XML16.md"].upper() and "MA_KENH" in pages["bang/XML16.md"]
    assert "TIEN_THUOC_CT" in pages["bang/XML1.md"] and "bang/XML15.md" not in pages
    assert "Đổi tên: NGAY_RA thành NGAY_KET_THUC" in pages["thay-doi.md"]
    assert (
        "# Danh mục: Kênh tiếp nhận" in pages["danh-muc/channels.md"]
        and "Từ xa" in pages["danh-muc/channels.md"]
    )


MISTAKES = {
    "a missing column": (
        OWN, {"tables__XML1": "change,field\nadd,A\n"}, "2027-1/tables/XML1.csv, dòng 1: Thiếu cột after",
    ),
    "semicolons": (OWN, {"tables__XML1": FIELDS.replace(",", ";")}, "ngăn bằng dấu phẩy"),
    "a rename of a field that is not there": (
        OWN, {"tables__XML1": FIELDS + "rename,MOI_A,KHONG_CO,,,,,,,,,,,\n"}, "tables/XML1.csv, dòng 2: Bảng XML1 không có chỉ tiêu KHONG_CO",
    ),
    "a name taken": (OWN, {"tables__XML1": FIELDS + "rename,NGAY_VAO,NGAY_RA,,,,,,,,,,,\n"}, "dòng 2: Bảng XML1 đã có chỉ tiêu NGAY_VAO"),
    "an unknown type": (
        OWN, {"tables__XML1": FIELDS + "add,MOI_A,,new_thing,text,9,optional,,Mới,,,,,\n"}, "dòng 2: Không biết kiểu dữ liệu “text”",
    ),
    "the same position twice": (
        OWN,
        {"tables__XML1": FIELDS + "add,A_A,HO_TEN,one_a,string,9,optional,,A,,,,,\nadd,B_B,HO_TEN,one_b,string,9,optional,,B,,,,,\n"},
        "dòng 3: Vị trí sau HO_TEN đã dùng ở dòng 2",
    ),
    "another English name": (OWN, {"tables__XML1": FIELDS + "change,NGAY_RA,,other_name,,,,,,,,,,\n"}, "không đổi. Để trống ô english"),
    "an English name taken": (
        OWN, {"tables__XML1": FIELDS + "add,MOI_A,,full_name,string,9,optional,,Mới,,,,,\n"}, "đã là của HO_TEN",
    ),
    "a word of the program": (OWN, {"tables__XML1": FIELDS + "add,MOI_A,,row,string,9,optional,,Mới,,,,,\n"}, "không dùng được"),
    "a table that is not there": (OWN, {"tables__XML77": FIELDS}, "2027-1/tables/XML77.csv: Chuẩn không có bảng XML77"),
    "a table without fields": (OWN, {"tables": f"{TABLES}\nXML16,new_table,GOC_MOI,Mới,,0..n,,\n"}, "tables.csv, dòng 2: Bảng mới XML16 chưa có chỉ tiêu"),
    "a list that is not there": (
        OWN, {"tables__XML1": FIELDS + "add,MOI_A,,new_code,code,2,optional,,Mới,,new_list,,,\n"}, "danh mục mã new_list chưa có",
    ),
    "overlapping days": (
        OWN, {"codes__sex": CODES + "1,Nam mới,,2027-03-16,,Bịa,\n"}, "codes/sex.csv, dòng 2: Mã 1 đã có hiệu lực trong khoảng này",
    ),
    "days the wrong way": (OWN, {"codes__sex": CODES + "9,Khác,,2027-03-16,2027-01-01,Bịa,\n"}, "hết hiệu lực (2027-01-01) trước khi"),
    "no such day": (OWN, {"codes__sex": CODES + "9,Khác,,2027-02-30,,Bịa,\n"}, "dòng 2: Ngày “2027-02-30”"),
    "too few cells": (OWN, {"codes__sex": CODES + "9,Khác\n"}, "codes/sex.csv, dòng 2: Số ô không bằng số cột"),
    "a broken edition.toml": ('decision = "QĐ 1"\nin_force = ngày mai\n', {}, "2027-1/edition.toml, dòng"),
    "no first day": ('decision = "QĐ 1"\nstatus = "in force"\n', {}, "Thiếu in_force"),
    "an unknown status": (OWN.replace("in force", "soon"), {}, "Không biết status “soon”"),
    "a day in words": (OWN.replace("2027-03-16", '"16/03/2027"'), {}, "in_force không đúng dạng"),
    "a decision before the one it changes": (
        OWN.replace("2027-03-16", "2024-01-01") + 'extends = "2026-1931"\n', {}, "trước quyết định nó sửa đổi",
    ),
    "a decision that extends nothing known": (OWN + 'extends = "2030-1"\n', {}, "extends nêu “2030-1”"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_folder_with_a_mistake_is_refused_with_file_line_and_what_to_do(name, tmp_path) -> None:
    facts, files, sentence = MISTAKES[name]
    lay(tmp_path, "2027-1", facts, **files)
    with laid_beside(tmp_path), pytest.raises(BadDecision) as refused:
        decisions()
    assert sentence in str(refused.value)
    assert all(str(mistake).endswith(".") for mistake in refused.value.mistakes)


def test_the_command_names_every_mistake_and_does_nothing_else(tmp_path, capsys, monkeypatch) -> None:
    lay(tmp_path, "2027-1", OWN, tables__XML1=FIELDS + "drop,A_A,,,,,,,,,,,,\ndrop,B_B,,,,,,,,,,,,\n")
    with laid_beside(tmp_path):
        assert main(["standard", "decisions"]) == 2
    assert capsys.readouterr().err.count("không có chỉ tiêu") == 2


@pytest.mark.parametrize(
    ("chosen_by", "right"),
    [("order", ["N02", "N03"]), ("arrival", ["N02", "N02"]), ("discharge", ["N03", "N03"])],
)
def test_the_day_that_a_list_is_chosen_by_decides_about_its_codes(
    tmp_path, chosen_by: str, right: list[str]
) -> None:
    """In a stay over a change of codes: ordered on the last day of the old one and on the first of the new one."""
    lay(
        tmp_path,
        "2027-9999",
        'decision = "QĐ 9999/QĐ-MẪU"\nextends = "2026-1931"\nin_force = 2027-03-16\nstatus = "in force"\n'
        f'[codes.supply_places]\ntitle = "Nơi cấp"\nclosed = true\nchosen_by = "{chosen_by}"\n',
        tables__XML2=FIELDS + "add,NOI_CAP,,supply_place_code,code,3,optional,,Nơi cấp,,supply_places,,,\n",
        codes__supply_places=CODES
        + "N02,Kho cũ,,2027-03-16,2027-06-30,Bịa,high\nN03,Kho mới,,2027-07-01,,Bịa,high\n",
    )
    with laid_beside(tmp_path):
        edition = edition_on(date(2027, 7, 5))
    medicines = [
        {"ordered_at": ordered, "supply_place_code": code}
        for ordered in ("202706300900", "202707010900")
        for code in ("N02", "N03")
    ]
    visit = {"arrived_at": "202706280900", "discharged_at": "202707050900", "visit_code": "LK"}
    record = Record({"visit": [visit], "medicines": medicines})
    found = [
        (fault.row, fault.severity)
        for fault in check_record(record, edition, day=date(2027, 7, 6))
        if fault.path == "XML2.NOI_CAP"
    ]
    assert found == [
        (number, "error")
        for number, line in enumerate(medicines, 1)
        if line["supply_place_code"] != right[(number - 1) // 2]
    ]
    # A schema of one table cannot know another day than the discharge.
    said = xsd(edition, "XML2", date(2027, 7, 5)).decode()
    assert ('value="N02"' in said) is (chosen_by != "discharge") and 'value="N03"' in said
