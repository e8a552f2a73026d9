"""The one translation between paper and code holds in every edition."""

import keyword
from collections import defaultdict

import pytest

from sosuckhoe.healthbook.standard import decisions, edition_on
from sosuckhoe.healthbook.standard.words import words
from sosuckhoe.healthbook.validation.settling import WRITTEN_FOR

EDITIONS = [edition_on(d.in_force) for d in decisions() if d.changes_tables]


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.id)
def test_english_names_are_identifiers_and_unique_in_their_table(edition):
    for table in edition.tables.values():
        names = [field.english for field in table.fields]
        assert len(set(names)) == len(names), table.official
        assert all(name.isidentifier() and name.islower() and not keyword.iskeyword(name) for name in names)


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.id)
def test_a_code_column_says_so_in_english_and_a_time_ends_in_at(edition):
    for table in edition.tables.values():
        for field in table.fields:
            if field.kind == "datetime12":
                assert field.english.endswith("_at") or field.english == "appointment_date", field
            if field.kind == "date8":
                assert field.english.endswith("_date"), field


def test_the_same_meaning_has_the_same_english_name_in_every_edition():
    names = defaultdict(set)
    for edition in EDITIONS:
        for table in edition.tables.values():
            for field in table.fields:
                names[table.official, field.official].add(field.english)
    assert all(len(found) == 1 for found in names.values())


def test_every_code_list_a_field_points_into_is_known_in_the_running_edition():
    edition = EDITIONS[-1]
    from datetime import date

    latest = edition_on(date(2026, 12, 1))
    lists = {field.codes for table in edition.tables.values() for field in table.fields if field.codes}
    assert lists <= set(latest.codes)


def test_every_field_and_code_cites_its_source():
    for edition in EDITIONS:
        assert all(
            field.place and field.label_vi for table in edition.tables.values() for field in table.fields
        )
        assert all(code.source for codes in edition.codes.values() for code in codes.rows)


def test_everything_our_data_say_in_english_has_its_vietnamese():
    said = {
        text
        for edition in EDITIONS
        if edition.id in WRITTEN_FOR
        for table in edition.tables.values()
        for field in table.fields
        for text in (table.cardinality, table.when_required, field.condition, field.note, field.confidence)
        if text
    }
    assert said <= words().keys()
