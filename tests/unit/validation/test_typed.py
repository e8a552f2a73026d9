"""Text on paper is read exactly or not at all."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.healthbook.validation import typed
from sosuckhoe.healthbook.validation.typed import VIETNAM, Reader

EDITION = edition_on(date(2026, 9, 15))


@pytest.mark.parametrize(
    "text",
    ["202609152400", "202609150860", "202613150800", "202609310800", "20260915", "2026-09-15 08", "２０２６０９１５０８００", ""],
)  # fmt: skip
def test_a_time_that_is_not_real_is_malformed(text: str) -> None:
    assert typed.parse_datetime(text) is None


def test_times_are_vietnamese() -> None:
    assert typed.parse_datetime("202609150800") == datetime(2026, 9, 15, 8, 0, tzinfo=VIETNAM)


@pytest.mark.parametrize(("text", "leap"), [("20280229", True), ("20260229", False), ("00000101", False)])
def test_dates_follow_the_calendar(text: str, leap: bool) -> None:
    assert (typed.parse_date(text) is not None) is leap


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("199003050730", (1990, 3, 5, 7, 30)),
        ("199003050000", (1990, 3, 5, 0, 0)),
        ("199000000000", (1990, 1, 1, 0, 0)),
        ("199000000730", None),
        ("199000050000", None),
        ("19900305", None),
    ],
)
def test_a_birth_may_lack_its_unknown_parts(text: str, day: tuple[int, ...] | None) -> None:
    expected = datetime(*day, tzinfo=VIETNAM) if day else None  # type: ignore[arg-type,misc]
    assert typed.parse_birth(text) == expected


@pytest.mark.parametrize(
    "text", ["1,5", "1.234.567", "1e3", "NaN", "INF", "+1", ".5", "5.", " 1", "١٢", "-", ""]
)
def test_a_number_in_another_notation_is_malformed(text: str) -> None:
    assert typed.parse_decimal(text) is None


def test_a_number_is_exact() -> None:
    assert typed.parse_decimal("0.10") == Decimal("0.10")
    assert typed.parse_decimal("-1") == Decimal(-1)
    assert typed.parse_decimal("1.234", places=2) is None


def test_an_empty_member_makes_a_list_malformed() -> None:
    assert typed.parse_members("A; B") == ["A", "B"]
    assert typed.parse_members("A;;B") is None


def test_a_reader_remembers_but_does_not_grow() -> None:
    calls: list[str] = []
    reader = Reader(lambda text: calls.append(text) or text)
    assert reader["1"] == reader["1"] == "1"
    assert calls == ["1"]
    for number in range(3 * typed.REMEMBERED):
        reader[str(number)]
    assert len(reader) <= typed.REMEMBERED + 1
    assert reader[None] is None
    long = "x" * (typed.LONGEST + 1)
    assert reader[long] == long and long not in reader


def test_fields_of_one_form_share_a_reader() -> None:
    medicines = EDITION.table("medicines")
    assert typed.reader_of(medicines.field("fund_amount")) is typed.reader_of(
        medicines.field("copaid_amount")
    )
    assert typed.reader_of(medicines.field("medicine_name")) is None


AMOUNTS = st.text("0123456789.-\n٣", max_size=8) | st.sampled_from(["1", "1.25", "-0", "0.005", "1" * 16])
MINUTES = st.sampled_from(
    ["202609150800", "202602290000", "20260915080", "2026091508000", "202609152400", "x", "\n"]
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["T_BHTT", "SO_LUONG", "NGAY_YL"]), st.data())
def test_many_texts_at_one_look_are_read_like_one_after_the_other(name: str, data: st.DataObject) -> None:
    reader = typed.reader_of(EDITION.tables["XML2"].field(name))
    assert reader is not None and reader.parse_all is not None
    texts = data.draw(st.lists(MINUTES if name == "NGAY_YL" else AMOUNTS, min_size=1, max_size=8))
    singly = [reader.parse(text) for text in texts]
    assert reader.parse_all(texts) == (None if None in singly else singly)
