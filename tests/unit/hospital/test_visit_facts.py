"""What lists and reports ask of a visit is read from its record as it stands."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from sosuckhoe.healthbook.record import Record
from sosuckhoe.hospital.visits.facts import closing_of, facts_of, moment

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def record(**row: str) -> Record:
    return Record.of({"visit": [row]})


@pytest.mark.parametrize(
    ("card", "category", "insured"),
    [("XX4990000000001", "1.1", True), ("XX4990000000001", "9", False), ("", "1.1", False), ("", "9", False),
     ("XX4990000000001", "3.1", True)],
)  # fmt: skip
def test_a_visit_is_insured_when_a_card_was_used(card: str, category: str, insured: bool) -> None:
    assert facts_of(record(insurance_card_number=card, patient_category_code=category)).insured is insured


def test_a_time_on_paper_is_the_hospitals_time() -> None:
    assert moment("202611230705") == datetime(2026, 11, 23, 7, 5, tzinfo=ZONE)


@pytest.mark.parametrize(
    "text", ["", "20261123", "202613010000", "2026112307051", "٢٠٢٦١١٢٣٠٧٠٥", "abcdefghijkl"]
)
def test_a_malformed_time_is_no_time(text: str) -> None:
    assert moment(text) is None


@pytest.mark.parametrize(
    ("text", "amount"), [("150000.50", Decimal("150000.50")), ("NaN", None), ("1e30", None), ("", None)]
)
def test_money_is_exact_or_absent(text: str, amount: Decimal | None) -> None:
    assert facts_of(record(hospital_total_amount=text)).total_amount == amount


def test_an_imported_visit_was_closed_at_its_discharge_unless_that_lies_ahead() -> None:
    taken = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
    past = facts_of(record(discharged_at="202611200915"))
    ahead = facts_of(record(discharged_at="202612202359"))
    unknown = facts_of(record())
    assert closing_of(past, taken) == (datetime(2026, 11, 20, 9, 15, tzinfo=ZONE), "discharge")
    assert closing_of(ahead, taken) == closing_of(unknown, taken) == (taken, "intake")


def test_the_first_of_several_departments_is_the_visits() -> None:
    assert facts_of(record(department_codes="K03;K19")).department_code == "K03"
