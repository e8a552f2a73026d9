"""``sosuckhoe check`` as its users call it: exit codes, JSON for machines, text for people."""

import json
from datetime import date

import pytest

from sosuckhoe.cli import main
from sosuckhoe.demo.his_export import export

BARE = """<?xml version="1.0" encoding="utf-8"?>
<TONG_HOP><MA_LK>LK1</MA_LK><STT>1</STT><MA_BN>BN1</MA_BN><HO_TEN>NGUYỄN VĂN MẪU</HO_TEN>
<NGAY_VAO>202609011000</NGAY_VAO><NGAY_RA>202609010800</NGAY_RA></TONG_HOP>"""


@pytest.fixture
def file(tmp_path):
    def write(content, name="visit.xml"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


def run(capsys, *arguments):
    code = main(["check", "--as-of", "2026-11-23", *arguments])
    return code, capsys.readouterr().out


def test_a_bare_table_with_a_fault_gives_exit_code_1_and_names_the_place(file, capsys):
    code, out = run(capsys, "--format", "json", file(BARE))
    answer = json.loads(out)
    assert code == 1
    assert answer["edition"] == "2026-1931"
    fault = next(fault for fault in answer["faults"] if fault["rule"] == "XFD-029")
    assert fault["path"] == "XML1.NGAY_RA"
    assert set(fault) == {"rule", "path", "row", "severity", "message", "source"}


def test_every_file_has_its_own_line_of_json_and_the_worst_decides_the_exit_code(file, capsys):
    broken = file("<GIAMDINHHS>", "broken.xml")
    code, out = run(capsys, "--format", "json", file(BARE), broken, "/nowhere/visit.xml")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 2
    assert [answer["faults"][-1]["rule"] for answer in answers[1:]] == ["FILE-TRUNCATED", "FILE-NOT-FOUND"]
    assert answers[1]["edition"] is None


def test_a_doctype_is_refused_and_nothing_of_the_file_is_echoed(file, capsys):
    content = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><TONG_HOP><MA_LK>&a;</MA_LK></TONG_HOP>'
    code, out = run(capsys, file(content))
    assert code == 2
    assert "FILE-DOCTYPE" in out
    assert "passwd" not in out


def test_text_for_people_says_what_where_and_why(file, capsys):
    code, out = run(capsys, file(BARE))
    assert code == 1
    assert "Giờ ra viện (08:00 ngày 01/09/2026) sớm hơn giờ đến khám (10:00 ngày 01/09/2026)" in out
    assert "ô Thời điểm kết thúc đợt (NGAY_RA)" in out
    assert "Theo XFD-029" in out


def test_check_needs_neither_database_nor_home(file, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(capsys, file(BARE))
    assert [path.name for path in tmp_path.iterdir()] == ["visit.xml"]


def test_a_list_brought_to_the_check_is_asked(file, tmp_path, capsys):
    codes = tmp_path / "icd10.csv"
    codes.write_text("MA_BENH,TEN\nI10,Tăng huyết áp\n", encoding="utf-8")
    sick = BARE.replace("<NGAY_VAO>", "<MA_BENH_CHINH>J02.9</MA_BENH_CHINH><NGAY_VAO>")
    _, out = run(capsys, "--format", "json", "--catalogue", f"icd10={codes}", file(sick))
    told = [fault for fault in json.loads(out)["faults"] if fault["rule"] == "COD-007"]
    assert [fault["path"] for fault in told] == ["XML1.MA_BENH_CHINH"]
    _, out = run(capsys, "--format", "json", file(sick))
    assert "COD-007" not in out


@pytest.mark.parametrize("given", ["icd10", "thuoc=a.csv", "icd10=/khong/co.csv", "icd10={empty}"])
def test_a_list_that_cannot_be_used_stops_the_check_with_a_sentence(given, file, capsys):
    given = given.format(empty=file("TEN\nx\n", "empty.csv"))
    assert main(["check", "--catalogue", given, file(BARE)]) == 2
    told = capsys.readouterr()
    assert not told.out and told.err.strip().endswith(".")


def test_a_visit_that_stands_in_two_files_is_told_once_and_its_lone_tables_are_not(file, capsys, tmp_path):
    lone = "<CHITIEU_CHITIET_THUOC><DSACH_CHI_TIET_THUOC><CHI_TIET_THUOC><MA_LK>LK1</MA_LK></CHI_TIET_THUOC></DSACH_CHI_TIET_THUOC></CHITIEU_CHITIET_THUOC>"
    once, again = file(BARE, "a.xml"), file(BARE, "b.xml")
    _, out = run(capsys, once, file(lone, "c.xml"))
    assert "trong nhiều tệp" not in out
    page = tmp_path / "r.html"
    _, out = run(capsys, "--report", str(page), once, again)
    assert "1 mã liên kết (MA_LK) có trong nhiều tệp." in out and f"LK1: {once}, {again}" in out
    assert f"<li>LK1: {once}, {again}</li>" in page.read_text()


def test_what_is_wrong_with_every_file_in_the_same_words_is_explained_once(file, capsys):
    unsigned = next(each.data for each in export(date(2026, 11, 23)) if each.expected == "clean")
    _, out = run(capsys, file(unsigned, "a.xml"), file(unsigned, "b.xml"))
    assert out.count("Cảnh báo: Tệp chưa có chữ ký số của bệnh viện") == 2
    assert out.count("ký số tệp trước khi gửi") == 1
    assert "(CHUKYDONVI). Cách sửa như đã nói ở trên (STR-010)." in out[out.index("b.xml") :]
