"""Our editions and schemas beside the published list of fields, and beside files our writer has not written."""

import re
import shutil
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest
from lxml import etree

from sosuckhoe.healthbook.document import read
from sosuckhoe.healthbook.standard import decisions as published_decisions
from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.healthbook.validation import check, check_record
from sosuckhoe.healthbook.validation.shape_ids import OF_SHAPE
from sosuckhoe.healthbook.validation.xsd import xsd

from . import planted
from .chart import DAYS
from .paper import DECISIONS, WRAPPERS, document, envelope, fields, published
from .test_clean import TODAY
from .visits import VISITS

LENGTH = re.compile(r"([0-9]+): max length (\w+)->(\w+)")


@pytest.mark.parametrize("decision", DECISIONS)
def test_every_table_has_the_published_fields_in_the_published_order(decision) -> None:
    edition = edition_on(DAYS[decision])
    expected = {table: fields(table, decision) for table in WRAPPERS if fields(table, decision)}
    assert {
        name: tuple(field.official for field in table.fields) for name, table in edition.tables.items()
    } == expected
    assert {name: tuple(table.wrapper) for name, table in edition.tables.items()} == {
        name: WRAPPERS[name] for name in expected
    }


def test_every_field_is_of_the_published_kind_length_and_need() -> None:
    tables = edition_on(DAYS["1931"]).tables
    for row in published():
        field = tables[row["table"]].by_official[row["field"]]
        length = None if row["max_length"] == "n" else int(row["max_length"])
        said = (field.kind, field.max_length, field.need)
        assert said == (row["kind"], length, row["need"]), (row["table"], row["field"])


def test_every_published_change_of_a_length_is_between_two_editions_and_in_the_history() -> None:
    changes = [
        (row["table"], row["field"], *found)
        for row in published()
        for found in LENGTH.findall(row["changed"])
    ]
    assert len(changes) > 30
    for table, name, decision, before, after in changes:
        earlier = edition_on(DAYS[DECISIONS[DECISIONS.index(decision) - 1]]).tables.get(table)
        old = earlier.by_official.get(name) if earlier else None
        new = edition_on(DAYS[decision]).tables[table].by_official[name]
        assert old is None or str(old.max_length or "n") == before, (table, name)
        assert str(new.max_length or "n") == after, (table, name)
        assert any(decision in place for place in new.history), (table, name)


def write_invented_decision(root: Path) -> None:
    """Announced, not in force: two fields renamed, one longer and now asked for, one new, table 16, a code that ends."""
    ours = published_decisions()[0].folder
    shutil.copytree(ours.parent, root, dirs_exist_ok=True)
    folder = root / "2027-9999"
    (folder / "tables").mkdir(parents=True)
    (folder / "codes").mkdir()
    (folder / "edition.toml").write_text(
        'decision = "QĐ 9999/QĐ-MẪU"\ntitle = "Quyết định bịa để thử"\nextends = "2026-1931"\n'
        'in_force = 2027-03-01\nstatus = "expected"\nconfidence = "invented"\n'
    )
    header = "change,field,after,english,kind,max_length,need,condition,label_vi,label_en,codes,place,confidence,note\n"
    (folder / "tables" / "XML1.csv").write_text(
        header
        + "rename,SO_HSBA,MA_HSBA,medical_record_number,string,120,always,,Số hồ sơ,Record number,,Bịa,invented,\n"
        + "change,DIEN_THOAI,,,,20,always,,,,,Bịa,invented,\n"
        + "add,EMAIL,DIEN_THOAI,email,string,100,optional,,Thư điện tử,E-mail,,Bịa,invented,\n"
    )
    (folder / "tables.csv").write_text(
        "table,english,wrapper,title_vi,title_en,cardinality,when_required,confidence\n"
        "XML16,home_care,CHI_TIEU_CHAM_SOC/DSACH_CHAM_SOC/CHAM_SOC,Chăm sóc tại nhà,Home care,0..n,Home,invented\n"
    )
    (folder / "tables" / "XML16.csv").write_text(
        header
        + "add,MA_LK,,visit_code,string,100,always,,Mã liên kết,Link key,,Bịa,invented,\n"
        + "add,STT,,row_number,integer,10,always,,Số thứ tự,Number,,Bịa,invented,\n"
        + "add,NGAY_CS,,cared_at,datetime12,12,always,,Ngày chăm sóc,Care time,,Bịa,invented,\n"
    )
    (folder / "codes" / "discharge_types.csv").write_text(
        "code,name_vi,name_en,since,until,source,confidence\n"
        "5,Chuyển theo yêu cầu,Transferred on request,2023-01-18,2027-02-28,Bịa,invented\n"
    )


def test_an_announced_decision_is_a_folder_and_everything_follows(tmp_path) -> None:
    write_invented_decision(tmp_path)
    day, eve = date(2027, 4, 13), date(2027, 2, 28)
    assert "XML16" not in edition_on(day, root=tmp_path).tables
    coming = edition_on(day, root=tmp_path, expected=True)
    assert "5" in coming.codes["discharge_types"].on(eve)
    assert "5" not in coming.codes["discharge_types"].on(day)
    chart = VISITS["outpatient"][0]("1931")
    texts = {kind: text.replace("20260915", "20270413") for kind, text in chart.documents()}
    texts["XML1"] = texts["XML1"].replace("MA_HSBA", "SO_HSBA").replace("20261231", "20271231")
    texts["XML1"] = (
        texts["XML1"].replace("</DIEN_THOAI>", "</DIEN_THOAI>\n<EMAIL></EMAIL>").replace(">2026<", ">2027<")
    )
    texts["XML1"] = texts["XML1"].replace("<THANG_QT>9<", "<THANG_QT>4<")
    texts["XML16"] = (
        "<CHI_TIEU_CHAM_SOC><DSACH_CHAM_SOC><CHAM_SOC><MA_LK>LK-NGOAITRU-01</MA_LK><STT>1</STT>"
        "<NGAY_CS>202704130900</NGAY_CS></CHAM_SOC></DSACH_CHAM_SOC></CHI_TIEU_CHAM_SOC>"
    )
    bad = {
        "XML1": texts["XML1"].replace(">0900000001<", "><").replace("<MA_LOAI_RV>1<", "<MA_LOAI_RV>5<"),
        "XML16": texts["XML16"].replace("202704130900", "2027"),
    }
    for told, expected in ((texts, set()), (texts | bad, {"SHP-001", "FMT-037", "FMT-002"})):
        [visit] = read(envelope(chart.facility, "20270413", [told.items()]), edition=coming).visits
        assert not visit.remarks and not visit.unknown
        found = check_record(visit.record, coming, day=date(2027, 4, 20))
        assert {fault.rule for fault in found} & {"SHP-001", "FMT-037", "FMT-002"} == expected
        assert expected or not found
        for kind in ("XML1", "XML16"):
            made = etree.XMLSchema(etree.fromstring(xsd(coming, kind, day)))
            assert made.validate(etree.fromstring(told[kind].encode())) is not bool(expected)


@lru_cache(maxsize=128)
def schema(decision: str, table: str) -> etree.XMLSchema:
    day = DAYS[decision]
    return etree.XMLSchema(etree.fromstring(xsd(edition_on(day), table, day)))


def is_valid(decision: str, table: str, text: str) -> bool:
    return schema(decision, table).validate(etree.fromstring(text.encode()))


def test_schemas_let_every_correct_document_pass() -> None:
    for write, decisions in VISITS.values():
        for decision in decisions:
            for table, text in write(decision).documents():
                assert is_valid(decision, table, text), (write.__name__, decision, table)


def test_schemas_refuse_what_the_shape_of_a_value_makes_an_error_and_nothing_else() -> None:
    refused = 0
    for one in (*planted.FORMATS, *planted.CROSS_FIELD, *planted.CODES, *planted.CROSS_TABLE):
        chart = VISITS[one.visit][0](one.decision)
        planted.put(chart, one.change)
        wrong = {
            fault.path.partition(".")[0]
            for result in check(chart.file(), day=TODAY)
            for fault in result.faults
            if fault.severity == "error" and fault.rule in OF_SHAPE - BY_RULES_AS_WELL
        }
        for table, rows in chart.tables.items():
            valid = is_valid(one.decision, table, document(table, one.decision, rows))
            assert valid or table in wrong or one.rule in BY_RULES_AS_WELL, (one, table)
            refused += not valid
    assert refused > 40


BY_RULES_AS_WELL = frozenset(
    {"FMT-009", "FMT-010", "COD-001", "COD-012", "FMT-026", "FMT-029", "FMT-046", "FMT-051"}
)
"""Ids that a shape and a rule share: the schema knows the shape alone."""
