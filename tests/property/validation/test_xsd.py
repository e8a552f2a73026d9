"""The derived schemas and our own shape check say the same of any value, in every table of every edition."""

from datetime import date
from functools import lru_cache
from unicodedata import normalize

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from sosuckhoe.healthbook.document import read
from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.healthbook.validation.shape import shape_of
from sosuckhoe.healthbook.validation.xsd import xsd

DAYS = (date(2024, 2, 1), date(2024, 11, 1), date(2025, 3, 1), date(2026, 7, 15), date(2026, 9, 1))
"""One day of each edition, and one while two lists of visit types were about."""


@lru_cache(maxsize=256)
def schema_of(day, table, insured):
    return etree.XMLSchema(etree.fromstring(xsd(edition_on(day), table, day, insured=insured)))


@lru_cache(maxsize=64)
def shapes_of(day, table):
    edition = edition_on(day)
    return tuple(shape_of(edition, edition.tables[table], field) for field in edition.tables[table].fields)


def good_value(shape, day):
    """A value that the shape check finds nothing in."""
    candidates = [*shape.codes_on(day), "1", "20260901", "202609010800", "A"]
    return next(value for value in candidates if shape.flaw(value, None, day, True) is None)


@lru_cache(maxsize=64)
def good_row(day, table):
    return {shape.field.official: good_value(shape, day) for shape in shapes_of(day, table)}


def document(day, table, row):
    *outer, innermost = edition_on(day).tables[table].wrapper
    root = inside = None
    for name in [*outer, innermost]:
        made = etree.Element(name) if root is None else etree.SubElement(inside, name)
        root, inside = (made if root is None else root), made
    for name, text in row.items():
        etree.SubElement(inside, name).text = text
    return root


ZEROS_TOO_MANY = {"FMT-005", "FMT-006"}
"""Of amounts: only a warning where nothing but zeros is too much. The schema has the published form and no warnings."""


def errors_of_shape(day, table, row, insured):
    """What the schema must refuse as well."""
    return [
        (shape.path, flaw)
        for shape in shapes_of(day, table)
        if (flaw := shape.flaw(row.get(shape.field.official), None, day, insured)) is not None
        and (flaw.severity == "error" or (shape.field.kind == "decimal" and flaw.rule in ZEROS_TOO_MANY))
    ]


DIGITS = st.text("0123456789", min_size=1, max_size=22)
NUMBERS = st.from_regex(r"\A-?[0-9]{0,12}\.?[0-9]{0,6}0{0,8}\Z")
NEAR_DATES = st.builds(
    "{:04}{:02}{:02}{}".format,
    st.one_of(st.integers(0, 9999), st.sampled_from([0, 1900, 2000, 2023, 2024])),
    st.integers(0, 13),
    st.integers(0, 32),
    st.one_of(st.just(""), st.just("0000"), st.from_regex(r"\A[0-2][0-9][0-6][0-9]\Z")),
)
WORDS = st.text("aàậđĐ1.;:/ -†", max_size=30).map(lambda text: normalize("NFC", text))
LONG = st.integers(1, 2100).map(lambda length: "đ" * length)
VALUES = st.one_of(st.none(), st.sampled_from(["", " ", "\n", ";", "0", "-0", "01", "1.0"]), DIGITS, NUMBERS, NEAR_DATES, WORDS, LONG)  # fmt: skip
MEMBERS = st.lists(st.one_of(VALUES.filter(bool), st.just("")), min_size=1, max_size=4).map(";".join)
SPACED = st.builds(
    "{}{}{}".format, st.sampled_from(["", " "]), VALUES.filter(bool), st.sampled_from(["", " "])
)


@st.composite
def rows(draw):
    """A day, a table of it, and a good row with a few fields drawn anew."""
    day = draw(st.sampled_from(DAYS))
    table = draw(st.sampled_from(sorted(edition_on(day).tables)))
    row = dict(good_row(day, table))
    for shape in draw(st.lists(st.sampled_from(shapes_of(day, table)), min_size=1, max_size=3)):
        codes = [code.code for code in shape.list.rows] if shape.list else []
        value = draw(st.one_of(VALUES, MEMBERS, SPACED, *([st.sampled_from(codes)] if codes else [])))
        if value is None:
            row.pop(shape.field.official, None)
        else:
            row[shape.field.official] = value
    return day, table, row


def as_read(text):
    """What the reader makes of an element's text: blanks alone are nothing."""
    return None if text is None or not text.strip() else text


@settings(max_examples=1500, deadline=None)
@given(rows(), st.booleans())
def test_a_record_is_schema_valid_exactly_when_the_shape_check_has_no_error(drawn, insured):
    day, table, row = drawn
    expected = errors_of_shape(day, table, {name: as_read(text) for name, text in row.items()}, insured)
    valid = schema_of(day, table, insured).validate(document(day, table, row))
    assert valid is (not expected), (table, expected, row)


def test_a_good_row_of_every_table_of_every_edition_is_valid():
    for day in DAYS:
        for table in edition_on(day).tables:
            row = good_row(day, table)
            schema_of(day, table, True).assertValid(document(day, table, row))
            assert not errors_of_shape(day, table, row, True)


def test_a_day_that_is_not_in_the_calendar_is_refused():
    day = date(2026, 9, 1)
    schema = schema_of(day, "XML1", False)
    for text, valid in {
        "202402290000": True,
        "202302290000": False,
        "200002290000": True,
        "190002290000": False,
        "202604310000": False,
        "202604302400": False,
    }.items():
        row = good_row(day, "XML1") | {"NGAY_VAO": text}
        assert schema.validate(document(day, "XML1", row)) is valid, text


def test_a_file_whose_fields_stand_in_another_order_passes_as_it_is_only_a_warning():
    day = date(2026, 9, 1)
    row = dict(reversed(good_row(day, "XML4").items()))
    root = document(day, "XML4", row)
    assert schema_of(day, "XML4", False).validate(root)
    assert {remark.severity for remark in read(etree.tostring(root)).visits[0].remarks} == {"warning"}


def test_an_element_that_is_not_in_the_table_is_refused():
    day = date(2026, 9, 1)
    row = good_row(day, "XML4") | {"KHONG_CO": "1"}
    assert not schema_of(day, "XML4", False).validate(document(day, "XML4", row))


def test_a_signed_check_in_is_valid():
    day = date(2026, 9, 1)
    root = document(day, "XML0", good_row(day, "XML0"))
    signature = etree.SubElement(
        etree.SubElement(root, "CHUKYDONVI"), "{http://www.w3.org/2000/09/xmldsig#}Signature"
    )
    etree.SubElement(signature, "{http://www.w3.org/2000/09/xmldsig#}SignedInfo")
    assert schema_of(day, "XML0", False).validate(root)


def test_a_card_without_a_last_day_leaves_a_gap_that_is_no_error():
    day = date(2026, 9, 1)
    for name, valid in {"GT_THE_DEN": True, "GT_THE_TU": False}.items():
        row = good_row(day, "XML1") | {name: "20260101;"}
        assert schema_of(day, "XML1", True).validate(document(day, "XML1", row)) is valid
        assert (errors_of_shape(day, "XML1", row, True) == []) is valid
