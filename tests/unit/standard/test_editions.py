"""Editions: what was in force on a day, and that a new decision is a folder and nothing else."""

from datetime import date, timedelta

import pytest

from sosuckhoe.healthbook.standard import NoEdition, decisions, edition_on

FIELD_COUNTS = {
    # Published counts of fields per table (reference xml-standard/README.md, "What each decision changed").
    "2023-130": [18, 65, 38, 47, 12, 9, 31, 25, 22, 34, 12, 22, 35],
    "2024-4750": [26, 66, 39, 47, 12, 9, 47, 26, 22, 35, 13, 23, 35, 39, 22, 20],
    "2025-3176": [26, 66, 39, 47, 12, 9, 47, 26, 22, 35, 13, 23, 35, 37, 22, 20],
    "2026-1931": [26, 66, 39, 47, 12, 9, 47, 26, 22, 35, 13, 23, 35, 37, 22, 20],
}


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        (date(2024, 2, 1), "2023-130"),
        (date(2024, 6, 30), "2023-130"),
        (date(2024, 7, 1), "2024-4750"),
        (date(2024, 11, 15), "2024-4750"),
        (date(2025, 1, 1), "2025-3176"),
        (date(2026, 6, 30), "2025-3176"),
        (date(2026, 7, 1), "2026-1931"),
        (date(2026, 9, 1), "2026-1931"),
    ],
)
def test_the_day_chooses_the_edition(day, edition):
    assert edition_on(day).id == edition


@pytest.mark.parametrize("decision", [d for d in decisions() if d.id in FIELD_COUNTS], ids=lambda d: d.id)
def test_each_edition_has_the_published_number_of_fields(decision):
    edition = edition_on(decision.in_force)
    counts = [len(edition.tables[f"XML{number}"].fields) for number in range(len(edition.tables))]
    assert counts == FIELD_COUNTS[edition.id]


def test_the_running_standard_has_16_tables_and_479_fields():
    edition = edition_on(date(2026, 9, 1))
    assert len(edition.tables) == 16
    assert sum(len(table.fields) for table in edition.tables.values()) == 479


def test_there_is_no_edition_before_the_first_decision():
    with pytest.raises(NoEdition):
        edition_on(date(2023, 1, 17))


def test_a_length_belongs_to_its_edition():
    before = edition_on(date(2026, 6, 30)).table("XML2").field("MUC_HUONG")
    after = edition_on(date(2026, 7, 1)).table("XML2").field("MUC_HUONG")
    assert (before.kind, before.max_length) == ("integer", 3)
    assert (after.kind, after.max_length) == ("decimal", 4)
    assert after.history == (
        "QĐ 130/QĐ-BYT, Bảng 2",
        "QĐ 1931/QĐ-BYT, Bảng 2, chỉ tiêu 27",
    )


def test_the_referral_changed_its_names_with_decision_3176_and_kept_its_english_ones():
    before = edition_on(date(2024, 12, 31)).table("XML13")
    after = edition_on(date(2025, 1, 1)).table("XML13")
    assert before.field("MA_NOI_DEN").english == after.field("MA_CSKCB_DEN").english
    assert before.field("PP_DIEU_TRI").english == after.field("TINH_TRANG_CT").english
    assert set(before.by_official) - set(after.by_official) == {
        "MA_NOI_DI",
        "MA_NOI_DEN",
        "PP_DIEU_TRI",
        "TEN_DICH_VU",
        "TEN_THUOC",
    }


def test_a_table_answers_to_both_its_names():
    edition = edition_on(date(2026, 9, 1))
    assert edition.table("medicines") is edition.table("XML2")
    assert edition.table("XML1").field("discharged_at") is edition.table("visit").field("NGAY_RA")


def test_visit_types_are_ten_until_july_2026_and_sixteen_after():
    codes = edition_on(date(2026, 9, 1)).codes["visit_types"]
    assert len(codes.on(date(2026, 7, 31))) == 10
    assert len(codes.on(date(2026, 8, 1))) == 16
    assert codes.name_of("14", date(2026, 9, 1)) == "Khám bệnh, chữa bệnh từ xa"


def test_a_code_list_unknown_for_a_day_is_empty_rather_than_guessed():
    assert not edition_on(date(2026, 9, 1)).codes["patient_categories"].on(date(2024, 11, 1))


def write_invented_decision(root, status="in force"):
    """A decision nobody took: one field longer, one field new, one code new."""
    import shutil

    ours = decisions()[0].folder
    shutil.copytree(ours.parent, root, dirs_exist_ok=True)
    folder = root / "2031-9999"
    (folder / "tables").mkdir(parents=True)
    (folder / "codes").mkdir()
    (folder / "edition.toml").write_text(
        f'decision = "QĐ 9999/QĐ-MẪU"\ntitle = "Quyết định bịa để thử"\nextends = "2026-1931"\n'
        f'in_force = 2031-01-01\nstatus = "{status}"\nconfidence = "invented"\n'
    )
    header = (decisions()[0].folder / "tables" / "XML1.csv").read_text().splitlines()[0] + "\n"
    (folder / "tables" / "XML1.csv").write_text(
        header
        + "add,CHIEU_CAO,CAN_NANG,height_cm,decimal,5,optional,,Chiều cao (cm),Height in cm,,"
        + "Quyết định bịa,invented,\n"
        + "change,NHOM_MAU,,,,10,,,,,,Quyết định bịa,invented,\n"
    )
    (folder / "codes" / "visit_types.csv").write_text(
        "code,name_vi,name_en,since,until,source,confidence\n"
        "17,Loại bịa,Invented,2031-01-01,,Quyết định bịa,invented\n"
    )


def test_adding_a_decision_is_adding_a_folder(tmp_path):
    write_invented_decision(tmp_path)
    eve, day = date(2030, 12, 31), date(2031, 1, 1)
    before, after = edition_on(eve, root=tmp_path), edition_on(day, root=tmp_path)
    assert after.id == "2031-9999"
    names = [field.official for field in after.table("XML1").fields]
    assert names[names.index("CAN_NANG") + 1] == "CHIEU_CAO"
    assert "CHIEU_CAO" not in before.table("XML1").by_official
    assert (
        before.table("XML1").field("NHOM_MAU").max_length,
        after.table("XML1").field("NHOM_MAU").max_length,
    ) == (
        5,
        10,
    )
    assert "17" in after.codes["visit_types"].on(day)
    assert "17" not in after.codes["visit_types"].on(eve)


def test_an_expected_decision_waits_until_it_is_asked_for(tmp_path):
    write_invented_decision(tmp_path, status="expected")
    day = date(2031, 6, 1)
    assert edition_on(day, root=tmp_path).id == "2026-1931"
    assert edition_on(day, root=tmp_path, expected=True).id == "2031-9999"


def test_an_edition_is_the_same_object_for_every_day_between_two_decisions():
    day = date(2026, 9, 1)
    assert edition_on(day) is edition_on(day + timedelta(days=100))
