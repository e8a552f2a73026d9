"""Nothing is held against a file that is right, whichever system wrote it and whatever decision it was written under."""

import re
from datetime import date
from decimal import Decimal

import pytest

from sosuckhoe.healthbook.validation import Fault, Policy, check
from sosuckhoe.healthbook.validation.catalogues import KEYS, Catalogues
from sosuckhoe.healthbook.validation.typed import parse_datetime

from .chart import Chart
from .others import assessed
from .paper import DECISIONS, WRAPPERS, Row, Style, document, envelope, fields, published
from .visits import VISITS

TODAY = date(2026, 11, 28)
UNSIGNED = {"STR-010", "STR-011"}
"""Our files bear no signature, which is told of those from 2026 on."""
WRITTEN = [
    pytest.param(write, decision, id=f"{name} under {decision}")
    for name, (write, decisions) in VISITS.items()
    for decision in decisions
]
STYLES = [
    Style(namespaces=True, cdata=True),
    Style(indented=False, self_closing=True),
    Style(crlf=True, mark=True, declared=False),
]


def faults_of(data: bytes) -> list[Fault]:
    return [
        fault for result in check(data, day=TODAY) for fault in result.faults if fault.rule not in UNSIGNED
    ]


@pytest.mark.parametrize(("write", "decision"), WRITTEN)
def test_a_correct_visit_has_no_fault(write, decision) -> None:
    chart: Chart = write(decision)
    results = check(chart.file(), day=TODAY)
    assert [result.edition for result in results] == [EDITIONS[decision]]
    assert [result.visit_code for result in results] == [chart.code]
    assert faults_of(chart.file()) == []
    for style in STYLES:
        assert faults_of(chart.file(style)) == [], style


BY_SOCIAL_INSURANCE = Chart("4750", "").head


def own(code: str) -> str:
    """A code as the hospital's own list has it: without what a visit adds, empty where it is of another's list."""
    if code.startswith("VC.") or ".TX." in code or ".CG." in code or code == BY_SOCIAL_INSURANCE:
        return ""
    return re.sub(r"_(GT|TB|TT)$|\.K\..*$|\[.*\]|\.(HD|C)\..*$", "", code)


def loaded_by(chart: Chart) -> Policy:
    """A hospital that has entered everything it may enter, so that nothing the visit brings is unknown to it."""
    tables, lists = chart.tables, {}
    visits = [*tables.get("XML1", []), *tables.get("XML0", []), *tables.get("XML13", [])]
    lines = [
        *tables.get("XML2", []),
        *tables.get("XML3", []),
        *tables.get("XML4", []),
        *tables.get("XML5", []),
    ]
    everything = [row for rows in tables.values() for row in rows]

    def codes(name: str, rows: list[Row], *fields: str) -> None:
        key = KEYS[name]
        found = {own(code) for row in rows for field in fields for code in row.get(field, "").split(";")} - {
            ""
        }
        lists[name] = [{key: code} for code in sorted(found)]

    lists["medicines"] = [
        {
            "MA_THUOC": row["MA_THUOC"],
            "TEN_THUOC": row["TEN_THUOC"],
            "SO_DANG_KY": row["SO_DANG_KY"],
            "DON_GIA": row["DON_GIA"],
        }
        for row in tables.get("XML2", [])
    ]
    services = [row for row in tables.get("XML3", []) if row.get("MA_DICH_VU") and not row.get("MA_VAT_TU")]
    lists["services"] = [
        {
            "MA_DICH_VU": own(row["MA_DICH_VU"]),
            "TEN_DICH_VU": row["TEN_DICH_VU"],
            "DON_GIA": row["DON_GIA_BH"],
        }
        for row in services
    ]
    supplies = [row for row in tables.get("XML3", []) if row.get("MA_VAT_TU")]
    lists["supplies"] = [
        {"MA_VAT_TU": row["MA_VAT_TU"], "TEN_VAT_TU": row["TEN_VAT_TU"], "DON_GIA": row["DON_GIA_BV"]}
        for row in supplies
    ]
    codes("devices", lines, "MA_MAY")
    people = ("MA_BAC_SI", "NGUOI_THUC_HIEN", "MA_BS_DOC_KQ", "MA_TTDV", "MA_BS")
    codes("staff", everything, *people)
    lists["staff"] = [one | {"DUOC_KE_DON": "1"} for one in lists["staff"]]
    codes("departments", [*visits, *lines], "MA_KHOA")
    codes(
        "facilities",
        [*visits, *lines],
        "MA_DKBD",
        "MA_CSKCB",
        "MA_NOI_DI",
        "MA_NOI_DEN",
        "MA_CSKCB_DI",
        "MA_CSKCB_DEN",
    )
    codes("communes", everything, "MAXA_CU_TRU")
    codes("occupations", visits, "MA_NGHE_NGHIEP")
    codes("nationalities", everything, "MA_QUOCTICH")
    codes("icd10", everything, "MA_BENH_CHINH", "MA_BENH_KT", "MA_BENH")
    codes("traditional_diseases", everything, "MA_BENH_YHCT")
    codes("procedures", everything, "MA_PTTT_QT")
    codes("fuels", lines, "MA_XANG_DAU")
    codes("regimens", tables.get("XML6", []), "MA_PHAC_DO_DIEU_TRI", "MA_PHAC_DO_DIEU_TRI_BD")
    codes("indicators", lines, "MA_CHI_SO")
    codes("national_services", services, "MA_DICH_VU")
    if any(row["MA_LOAI_KCB"] in ("05", "08") for row in tables.get("XML1", [])):
        codes("long_term_diseases", visits, "MA_BENH_CHINH")
    shortest = [{"MA_DICH_VU": row["MA_DICH_VU"], "SO_PHUT": "1"} for row in services]
    one = tables["XML1"][0] if "XML1" in tables else {}
    known = {
        one["MA_LK"]: tuple(
            parse_datetime(one[name])
            for name in ("NGAY_VAO", "NGAY_VAO_NOI_TRU")
            if one.get(name)
        )
    } if one else {}  # fmt: skip
    return Policy(
        summary_for_every_visit="XML8" in tables,
        catalogues=Catalogues.of(lists | {"shortest_times": shortest, "traditional_services": []}),
        base_salaries=((date(2023, 1, 1), Decimal(1_490_000)), (date(2024, 7, 1), Decimal(2_340_000))),
        check_ins=known,
    )


@pytest.mark.parametrize(("write", "decision"), WRITTEN)
def test_a_correct_visit_has_no_fault_in_a_hospital_that_loaded_its_lists(write, decision) -> None:
    chart: Chart = write(decision)
    results = check(chart.file(), day=TODAY, policy=loaded_by(chart))
    assert [fault for result in results for fault in result.faults if fault.rule not in UNSIGNED] == []


EDITIONS = {"130": "2023-130", "4750": "2024-4750", "3176": "2025-3176", "1931": "2026-1931"}


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_correct_assessment_has_no_fault(decision: str) -> None:
    """Table 12 stands alone, because the council keys it in on the portal."""
    [result] = check(document("XML12", decision, [assessed(decision)]).encode(), day=TODAY)
    assert result.record and result.record.count("medical_assessment") == 1
    assert result.faults == []


def test_a_visit_among_others_in_one_file_has_no_fault() -> None:
    charts = [write("3176") for write, _ in list(VISITS.values())[:4]]
    data = envelope(charts[0].facility, "20250311", [chart.documents() for chart in charts])
    results = check(data, day=TODAY)
    assert [result.visit_code for result in results] == [chart.code for chart in charts]
    assert {fault.rule for result in results for fault in result.faults} <= {"STR-005"}


def test_every_table_and_every_field_is_filled_somewhere() -> None:
    """So that the visits above say something about the whole standard."""
    filled = {
        (table, name)
        for write, decisions in VISITS.values()
        for decision in decisions
        for table, rows in write(decision).tables.items()
        for row in rows
        for name, text in row.items()
        if text
    }
    filled |= {("XML12", name) for name, text in assessed("1931").items() if text}
    missing = {(row["table"], row["field"]) for row in published()} - filled
    assert {name for _, name in missing} <= SELDOM, sorted(missing)
    assert {table for table, _ in filled} == set(WRAPPERS)


SELDOM = {"MA_LY_DO_VNT", "VI_TRI_TH_DVKT", "DU_PHONG", "HO_TEN_CON"}
"""Lists of codes that no ministry has issued yet, the field kept for later, and a name not chosen."""


def test_the_lists_of_fields_are_as_long_as_published() -> None:
    """README of the reference, "What each decision changed"."""
    counts = {decision: [len(fields(table, decision)) for table in WRAPPERS] for decision in DECISIONS}
    newest = [26, 66, 39, 47, 12, 9, 47, 26, 22, 35, 13, 23, 35, 37, 22, 20]
    assert counts == {
        "130": [18, 65, 38, 47, 12, 9, 31, 25, 22, 34, 12, 22, 35, 0, 0, 0],
        "4750": [*newest[:13], 39, *newest[14:]],
        "3176": newest,
        "1931": newest,
    }
