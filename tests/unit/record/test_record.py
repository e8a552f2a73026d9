"""The record keeps what stands on paper and knows which edition judges it."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from sosuckhoe.healthbook.record import Record


def of_discharge(text):
    return Record({"visit": [{"visit_code": "LK1", "discharged_at": text}]})


def test_the_day_of_discharge_chooses_the_edition():
    assert of_discharge("202411151030").discharge_day() == date(2024, 11, 15)
    assert of_discharge("202411151030").edition().id == "2024-4750"


def test_a_discharge_that_is_malformed_or_before_the_standard_has_no_edition():
    assert of_discharge("202413451030").edition() is None
    assert of_discharge("").edition() is None
    assert of_discharge("201901010800").edition() is None


def test_empty_values_are_left_out_and_amounts_keep_their_spelling():
    record = Record.of(
        {"visit": [{"visit_code": "LK1", "advice": "", "weight_kg": None, "fund_amount": "10.50"}]}
    )
    assert record.visit == {"visit_code": "LK1", "fund_amount": "10.50"}


@given(
    st.dictionaries(
        st.sampled_from(["visit", "medicines"]),
        st.lists(st.dictionaries(st.sampled_from(["a", "b"]), st.text(min_size=1), max_size=2), max_size=3),
    )
)
def test_json_gives_the_same_record_and_the_same_text(tables):
    record = Record(tables)
    again = Record.from_json(record.to_json())
    assert again == record
    assert again.to_json() == record.to_json()
