"""The book entry holds what has a source, and nothing else."""

from datetime import date

import pytest

from sosuckhoe.healthbook.book import FIELDS, book_entry, sensitive_notes
from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import edition_on

DAY = date(2026, 11, 15)
EDITION = edition_on(DAY)


def visit(**more: str) -> dict[str, str]:
    return {"visit_code": "99999.1", "discharged_at": "202611150900", "arrived_at": "202611150700", **more}


def record(**tables: list[dict[str, str]]) -> Record:
    return Record({"visit": [visit()], **tables})


def test_the_book_has_46_numbered_fields() -> None:
    assert {field.no.split(".")[0] for field in FIELDS} == {str(number) for number in range(1, 47)}


@pytest.mark.parametrize("field", [field for field in FIELDS if field.has_source], ids=lambda field: field.no)
def test_every_source_is_a_field_of_the_standard(field) -> None:  # type: ignore[no-untyped-def]
    for table in field.tables:
        for name in field.fields:
            assert EDITION.table(table).field(name)


def test_a_code_is_named_as_of_the_day_of_discharge() -> None:
    before = Record({"visit": [visit(discharged_at="202607150900", visit_type_code="10")]})
    after = Record({"visit": [visit(visit_type_code="16")]})
    assert book_entry(after, EDITION).line("22").text == "Khám sàng lọc"
    old = edition_on(date(2026, 7, 15))
    assert book_entry(before, old).line("22").text == old.codes["visit_types"].name_of(
        "10", date(2026, 7, 15)
    )


def test_a_code_without_a_name_stands_as_a_code() -> None:
    entry = book_entry(Record({"visit": [visit(visit_type_code="77")]}), EDITION)
    assert entry.line("22").text == "mã 77"


def test_a_record_without_table_8_says_that_no_summary_was_sent() -> None:
    entry = book_entry(record(), EDITION)
    assert entry.section("summary") is None
    assert [absence.reason for absence in entry.absent if absence.section == "summary"] == ["no-summary-sent"]


def test_height_is_absent_because_the_standard_has_no_field_for_it() -> None:
    assert book_entry(Record({"visit": [visit(weight_kg="52.50")]}), EDITION).line("29") is None


def test_cards_in_parallel_lists_become_rows() -> None:
    entry = book_entry(
        Record({"visit": [visit(insurance_card_number="A;B", card_valid_from_date="20260101;20261101")]}),
        EDITION,
    )
    rows = entry.section("person").group("cards").rows
    assert [row.texts for row in rows] == [("A", "", "01/01/2026", ""), ("B", "", "01/11/2026", "")]


def test_only_cost_groups_8_and_18_are_procedures() -> None:
    services = [
        {"service_name": name, "cost_group_code": group}
        for name, group in (("Khám", "13"), ("Mổ", "8"), ("Bó bột", "18"), ("Máu", "1"))
    ]
    rows = book_entry(record(services=services), EDITION).section("procedures").group("procedures").rows
    assert [row.texts[0] for row in rows] == ["Mổ", "Bó bột"]


def test_an_image_without_indicator_name_takes_the_name_of_its_service() -> None:
    entry = book_entry(
        record(
            services=[{"service_code": "18.1", "service_name": "X-quang ngực"}],
            results=[{"service_code": "18.1", "conclusion": "Bình thường"}],
        ),
        EDITION,
    )
    assert entry.section("results").group("results").rows[0].texts[0] == "X-quang ngực"


def test_a_malformed_date_is_shown_as_sent() -> None:
    assert (
        book_entry(Record({"visit": [visit(arrived_at="20261345")]}), EDITION).line("20").text == "20261345"
    )


def test_hepatitis_b_medicine_alone_is_not_a_hint_at_hiv() -> None:
    alone = record(medicines=[{"medicine_name": "Tenofovir Mẫu"}])
    company = Record(
        {"visit": [visit(main_disease_code="B24")], "medicines": [{"medicine_name": "Tenofovir Mẫu"}]}
    )
    assert sensitive_notes(alone, EDITION) == []
    assert ("XML2.TEN_THUOC", 1, "hiv") in [
        (n.path, n.row, n.category) for n in sensitive_notes(company, EDITION)
    ]


def test_a_word_inside_another_word_is_no_hint() -> None:
    assert sensitive_notes(Record({"visit": [visit(advice="Thuốc Carvedilol")]}), EDITION) == []


def test_hiding_a_category_takes_the_whole_row() -> None:
    results = [
        {"indicator_name": "HIV Ab", "value": "âm tính"},
        {"indicator_name": "Glucose", "value": "5.6"},
    ]
    entry = book_entry(record(results=results), EDITION, hide={"hiv"})
    assert [row.texts[:2] for row in entry.section("results").group("results").rows] == [("Glucose", "5,6")]
    assert entry.sensitive == ()


def test_nothing_is_hidden_unless_asked() -> None:
    entry = book_entry(Record({"visit": [visit(main_disease_code="B24")]}), EDITION)
    assert entry.sensitive == ("hiv",)
    assert entry.line("27.1").text.startswith("B24")
