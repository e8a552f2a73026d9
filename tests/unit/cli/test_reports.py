"""Reports for the departments: what each owner reads, and nothing that a program would run."""

import zipfile
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from sosuckhoe.cli import main
from sosuckhoe.cli.checking import page, workbook
from sosuckhoe.cli.checking.findings import COLUMNS, findings_of
from sosuckhoe.cli.checking.tally import Tally
from sosuckhoe.demo.his_export import export_to
from sosuckhoe.healthbook.validation import OWNERS, Checked, Fault

TODAY = date(2026, 11, 23)
EVIL = [
    "=1+1",
    "+84",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    " =HYPERLINK(1)",
    "\x00=1",
    '"=1"',
    "<script>alert(1)</script>",
]


def fault(value="", *, rule="XFD-029", path="XML1.NGAY_RA", row=None, severity="error", owner="cashier"):
    return Fault(rule, path, row, severity, f"Có {value}.", "QĐ 4750/QĐ-BYT, Bảng 1", value, owner)


def written(report, path, *files):
    tally, made = Tally(), report(path, TODAY)
    for results in files:
        tally.add(results)
        made.add(results)
    made.finish(tally)
    return path


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    export_to(folder / "his", TODAY)
    names = [folder / "r.xlsx", folder / "r.html"]
    arguments = [part for name in names for part in ("--report", str(name))]
    assert main(["check", "--as-of", "2026-11-23", str(folder / "his"), *arguments]) == 2
    return names


# Findings


def test_a_finding_says_where_with_official_labels_why_and_how_to_mend():
    result = Checked("a.xml", "LK1", "2026-1931", [fault("202609010800", path="XML2.SO_LUONG", row=3)])
    ((owner, finding),) = findings_of(result)
    assert owner == "cashier" and len(finding.cells) == len(COLUMNS)
    assert finding.field.endswith("(SO_LUONG)") and finding.table.startswith("XML2 ") and finding.row == 3
    assert finding.rule == "XFD-029" and finding.source.startswith("QĐ 4750") and "bệnh án" in finding.mend


def test_a_field_has_the_label_of_the_edition_that_judged_it():
    def field(edition):
        return next(findings_of(Checked("a", "", edition, [fault(path="XML13.MA_NOI_DEN")])))[1].field

    assert field("2024-4750") != field("2026-1931") == "MA_NOI_DEN"


def test_what_is_not_in_a_table_keeps_the_name_it_has_in_the_file():
    result = Checked(
        "a", faults=[fault(path="GIAMDINHHS.CHUKYDONVI"), fault(path="FILE"), fault(path="XML8")]
    )
    places = [finding.place for _, finding in findings_of(result)]
    assert places[:2] == ["Cả tệp, CHUKYDONVI", "Cả tệp"] and places[2].startswith("XML8 ")


# Workbook


def test_the_workbook_has_a_summary_and_a_sheet_for_every_owner(reports):
    book = load_workbook(reports[0])
    assert book.sheetnames == ["Tổng hợp", *workbook.SHEETS.values()]
    assert set(workbook.SHEETS) == set(OWNERS) and all(len(name) <= 31 for name in book.sheetnames)
    sheet = book["Bác sĩ, điều dưỡng"]
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:L{sheet.max_row}"
    assert sheet.column_dimensions["D"].width == COLUMNS["Điều gì"]
    summary = {row[0].value: row[1].value for row in book["Tổng hợp"].iter_rows() if row[0].value}
    assert summary["Không dùng được"] == 4 and summary["Lỗi"] >= 10 and summary["XFD-029"] == 1


def test_no_label_of_the_summary_is_cut_off_by_the_number_beside_it(reports):
    summary = load_workbook(reports[0])["Tổng hợp"]
    for cells in summary.iter_rows():
        for cell, beside in pairwise(cells):
            if isinstance(cell.value, str) and beside.value is not None:
                assert len(cell.value) <= summary.column_dimensions[cell.column_letter].width, cell.value


def test_every_fault_stands_on_its_owners_sheet(reports):
    book = load_workbook(reports[0])
    summary = {row[0].value: row for row in book["Tổng hợp"].iter_rows(max_col=4) if row[0].value}
    for name in workbook.SHEETS.values():
        _, errors, warnings, _ = (cell.value for cell in summary[name])
        assert book[name].max_row - 1 == errors + warnings, name


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_is_calculated(text, tmp_path):
    path = written(workbook.Report, tmp_path / "r.xlsx", [Checked(text, text, None, [fault(text)])])
    sheet = load_workbook(path)["Thu ngân"]
    row = dict(zip(COLUMNS, sheet[2], strict=True))
    assert {cell.data_type for cell in row.values()} <= {"s", "n"}
    shown = row["Giá trị"].value
    assert (
        not shown.lstrip().startswith(("=", "+", "-", "@", "＝"))
        and text.replace("\x00", "\\x00").strip() in shown
    )
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                tree = ElementTree.fromstring(parts.read(name))
                assert not list(tree.iter("{http://schemas.openxmlformats.org/spreadsheetml/2006/main}f"))


def test_numbers_stay_numbers_and_long_texts_fit(tmp_path):
    path = written(workbook.Report, tmp_path / "r.xlsx", [Checked("a", faults=[fault("x" * 60_000, row=7)])])
    sheet = load_workbook(path)["Thu ngân"]
    assert sheet["F2"].value == 7 and len(sheet["H2"].value) == workbook.LONGEST


def test_a_full_sheet_is_continued_on_another(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    path = written(
        workbook.Report, tmp_path / "r.xlsx", [Checked("a", faults=[fault(str(n)) for n in range(5)])]
    )
    book = load_workbook(path)
    rows = [
        row[7]
        for name in ("Thu ngân", "Thu ngân 2", "Thu ngân 3")
        for row in book[name].iter_rows(2, values_only=True)
    ]
    assert rows == ["0", "1", "2", "3", "4"]
    assert book["Thu ngân 2"].auto_filter.ref == "A1:L3" and book["Thu ngân 3"].freeze_panes == "A2"


# Page


class Outline(HTMLParser):
    """What a page refers to and shows."""

    def __init__(self):
        super().__init__()
        self.tags, self.references, self.text = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.references += [value for name, value in attributes if name in ("src", "href", "action", "data")]

    def handle_data(self, data):
        self.text.append(data)


def outline(path):
    found = Outline()
    found.feed(path.read_text(encoding="utf-8"))
    return found


def test_the_page_needs_nothing_else_and_runs_nothing(reports):
    text, found = reports[1].read_text(encoding="utf-8"), outline(reports[1])
    assert found.references == [] and "url(" not in text and "@import" not in text
    assert not {"script", "iframe", "img", "link", "object"} & set(found.tags)
    assert found.tags.count("details") == found.tags.count("svg") == text.count("<rect") > 10
    assert "@media print" in text and '<html lang="vi">' in text


def test_bars_are_as_long_as_their_counts_and_ordered(tmp_path):
    files = [[Checked("a", faults=[fault(rule="XFD-029")] * 4 + [fault(rule="SHP-001")] * 1)]]
    path = written(page.Report, tmp_path / "r.html", *files)
    text = path.read_text(encoding="utf-8")
    lengths = [int(part.split('"')[0]) for part in text.split('<rect width="')[1:]]
    assert lengths == [page._WIDTH, page._WIDTH // 4]
    assert text.index("<b>XFD-029</b>") < text.index("<b>SHP-001</b>")
    assert "80 %" in text and "1 trong 2 nguyên nhân gây ra 80 % số lỗi" in text


@pytest.mark.parametrize("text", EVIL)
def test_everything_is_escaped(text, tmp_path):
    path = written(page.Report, tmp_path / "r.html", [Checked(text, text, None, [fault(text)])])
    found = outline(path)
    assert "script" not in found.tags
    assert "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text) in "".join(
        found.text
    )


def test_the_list_behind_a_bar_is_bounded_and_says_so(tmp_path):
    path = written(
        page.Report,
        tmp_path / "r.html",
        [Checked("a", faults=[fault(str(n)) for n in range(page.SHOWN + 5)])],
    )
    text = path.read_text(encoding="utf-8")
    assert text.count("<td>a<td>") == page.SHOWN and "Còn 5 chỗ khác" in text


def test_clean_files_make_a_page_that_says_so(tmp_path):
    text = written(page.Report, tmp_path / "r.html", [Checked("a")]).read_text(encoding="utf-8")
    assert "Không có lỗi nào trong 1 đợt khám" in text and "Không có cảnh báo nào." in text


# The command


@pytest.mark.parametrize("name", ["r.pdf", "no/r.xlsx"])
def test_a_report_that_could_not_be_written_is_refused_before_the_work(name, tmp_path, capsys):
    assert main(["check", str(tmp_path / "x.xml"), "--report", str(tmp_path / name)]) == 2
    streams = capsys.readouterr()
    assert "Không ghi được báo cáo" in streams.err and streams.out == ""


def test_a_report_takes_its_place_whole_or_not_at_all(tmp_path):
    old = tmp_path / "r.html"
    old.write_text("trước")
    made = page.Report(old, TODAY)
    made.add([Checked("a", faults=[fault()])])
    assert old.read_text() == "trước"
    made.finish(Tally())
    assert old.read_text() != "trước" and [path.name for path in tmp_path.iterdir()] == ["r.html"]
