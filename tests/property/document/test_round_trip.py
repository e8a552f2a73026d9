"""Reading what was written gives the same record: every table, every edition, every text that may be written."""

import unicodedata
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from sosuckhoe.healthbook.document import read, write_check_in, write_table, write_visit
from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import Edition, Table, edition_on

DAYS = {"2024-02-01": "202402011030", "2024-11-01": "202411011030", "2025-03-01": "202503011030"} | {
    "2026-09-01": "202609011030"
}
EDITIONS = {day: edition_on(date.fromisoformat(day)) for day in DAYS}
ABOUT_LETTERS = {"TEXT-001", "TEXT-002", "STR-001"}
"""What may be remarked of a text that came back whole: that it is odd."""
CASES = [(day, name) for day, edition in EDITIONS.items() for name in edition.tables]

letters = st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn"), exclude_characters="\ufeff\ufffd")
hostile = st.sampled_from(
    ["&", "<", ">", '"', "'", "]]>", "&amp;", "<!--", "<?x?>", "\t", "\n", "ế", "𠀋", "\u200b"]
)
values = (
    st.lists(st.one_of(hostile, st.text(letters, max_size=8)), min_size=1, max_size=4)
    .map(lambda pieces: unicodedata.normalize("NFC", "".join(pieces)))
    .filter(lambda text: text and not text.isspace())
)


def rows_of(table: Table, *, least: int = 1) -> st.SearchStrategy[list[dict[str, str]]]:
    """Of tables a visit may do without, not all rows are blank: such a table is read as not sent (STR-018, STR-020)."""
    row = st.dictionaries(st.sampled_from([field.english for field in table.fields]), values, max_size=6)
    rows = st.lists(row, min_size=least, max_size=3 if len(table.wrapper) > 1 else 1)
    return rows if table.official in ("XML0", "XML1") else rows.filter(lambda found: not found or any(found))


def canonical(data: bytes) -> bytes:
    return etree.tostring(etree.fromstring(data), method="c14n", with_comments=False)


@pytest.mark.parametrize(("day", "name"), CASES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_table_comes_back_as_it_went(day: str, name: str, data: st.DataObject):
    edition = EDITIONS[day]
    table = edition.table(name)
    rows = data.draw(rows_of(table))
    visit = read(write_table(name, rows, edition), edition=edition).visits[0]
    assert visit.record == Record({table.english: rows})
    assert {remark.rule for remark in visit.remarks} <= ABOUT_LETTERS
    assert visit.unknown == []


@pytest.mark.parametrize("day", DAYS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_visit_comes_back_as_it_went(day: str, data: st.DataObject):
    edition = EDITIONS[day]
    record = data.draw(records(edition))
    record.visit["discharged_at"] = DAYS[day]
    written = write_visit(record, edition, facility_code="99999", made_on=date(2026, 9, 2))
    assert canonical(written) == written
    visit = read(written).visits[0]
    assert visit.record == record
    assert visit.edition is edition
    assert {remark.rule for remark in visit.remarks} <= ABOUT_LETTERS


@st.composite
def records(draw: st.DrawFn, edition: Edition) -> Record:
    packed = [table for table in edition.tables.values() if table.official not in ("XML0", "XML1", "XML12")]
    chosen = draw(st.lists(st.sampled_from(packed), unique_by=lambda table: table.official, max_size=4))
    tables = {"visit": draw(rows_of(edition.table("XML1")))}
    return Record(tables | {table.english: draw(rows_of(table)) for table in chosen})


@pytest.mark.parametrize("day", DAYS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_check_in_comes_back_as_it_went(day: str, data: st.DataObject):
    edition = EDITIONS[day]
    rows = data.draw(rows_of(edition.table("XML0")))
    written = write_check_in(rows, edition)
    assert canonical(written) == written
    assert read(written, edition=edition).visits[0].record == Record({"check_in": rows})
