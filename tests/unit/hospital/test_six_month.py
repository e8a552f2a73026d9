"""The six-month report: every number is the length of its list, and what is not in the table stands beside it."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from sosuckhoe.hospital.delivery.reports.six_month import (
    EXCLUSIONS,
    ROWS,
    Cell,
    Period,
    SixMonthReport,
    definition_for,
    place_of,
    six_month_report,
    visits_of,
)
from sosuckhoe.hospital.delivery.reports.telling import as_json, as_text
from sosuckhoe.hospital.patients.models import Identifier, Kind
from sosuckhoe.hospital.patients.recognition import register
from sosuckhoe.hospital.staff.models import Facility
from sosuckhoe.hospital.visits.choices import choose
from sosuckhoe.hospital.visits.models import Visit

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HALF = Period.half_year(2026, 2)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
numbers = count(1)


@pytest.fixture
def close(facility: Facility) -> Callable[..., Visit]:
    """A closed visit of one type."""

    def do(type_code: str = "01", at: datetime = NOW, *, known: bool = True, **columns: Any) -> Visit:
        number = next(numbers)
        patient = register(full_name="Nguyễn Mẫu Bình", born_text="199002010000")
        if known:
            Identifier.objects.create(
                patient=patient, kind=Kind.PERSONAL_ID, value=f"{99190000000 + number:012}", source="typed"
            )
        return Visit.objects.create(
            **{
                "facility": facility,
                "facility_code": "99999",
                "visit_code": f"R{number}",
                "patient": patient,
                "type_code": type_code,
                "category_code": "1.1",
                "insured": True,
                "closed_at": at,
                "discharged_at": at,
                "closing_source": "clinician",
                **columns,
            }
        )

    return do


def report(facility: Facility, period: Period = HALF) -> SixMonthReport:
    return six_month_report(facility=facility, period=period, at=NOW)


def test_each_type_code_has_its_row_and_both_code_lists_sum_into_the_same_rows(
    facility: Facility, close: Callable[..., Visit]
) -> None:
    for at in (datetime(2026, 7, 31, 23, 59, tzinfo=ZONE), datetime(2026, 8, 1, 0, 0, tzinfo=ZONE)):
        for code in ("01", "02", "03", "04", "05", "06", "07", "08", "09"):
            close(code, at)
    for code in ("11", "12", "13", "14"):
        close(code)
    made = report(facility)
    counted = {row: made.cells[row, True].visits for row in ROWS}
    assert counted == {1: 2 + 3, 2: 6, 3: 2, 4: 6, 5: 2, 6: 1}
    assert made.is_complete and made.adds_up


def test_a_code_of_the_new_list_has_no_row_before_its_day(
    facility: Facility, close: Callable[..., Visit]
) -> None:
    close("14", datetime(2026, 7, 31, 23, 59, tzinfo=ZONE))
    made = report(facility)
    assert made.unmapped == {"14": 1}
    assert not made.is_complete


def test_the_period_is_half_open_in_the_hospitals_zone(
    facility: Facility, close: Callable[..., Visit]
) -> None:
    inside = close(at=datetime(2026, 7, 1, 0, 0, tzinfo=ZONE))
    close(at=datetime(2026, 6, 30, 23, 59, tzinfo=ZONE))
    close(at=datetime(2027, 1, 1, 0, 0, tzinfo=ZONE))
    assert list(visits_of(period=HALF, definition=definition_for(facility, NOW.date()), row=1)) == [inside]
    assert report(facility).all_closed == 1


def test_what_is_left_out_is_counted_once_under_its_reason(
    facility: Facility, close: Callable[..., Visit]
) -> None:
    close(cancelled=True, test=True)
    close(test=True)
    close(category_code="8")
    close(known=False)
    close("15")
    close("16")
    close()
    made = report(facility)
    assert made.excluded == {
        "cancelled": 1,
        "test": 1,
        "withdrawn": 1,
        "unidentified": 1,
        "checkup": 2,
        "left-out": 0,
    }
    assert made.total(True) == Cell(1, 0)
    assert made.adds_up


def test_a_hospital_places_a_code_itself_and_the_report_says_so(
    facility: Facility, close: Callable[..., Visit]
) -> None:
    close("10")
    assert report(facility).unmapped == {"10": 1}
    choose(by="kien", name="six_month_rows", value={"10": 1, "06": 0}, reason="Họp", since=NOW.date())
    close("06")
    made = report(facility)
    assert (made.cells[1, True].visits, made.excluded["left-out"]) == (1, 1)
    assert any("10" in sentence for sentence in made.definition.sentences())


def test_the_counting_day_is_a_choice(facility: Facility, close: Callable[..., Visit]) -> None:
    close(
        "07",
        datetime(2026, 12, 20, 9, 0, tzinfo=ZONE),
        discharged_at=datetime(2027, 1, 15, 23, 59, tzinfo=ZONE),
    )
    assert report(facility).cells[3, True].visits == 1
    choose(by="kien", name="counting_day", value="discharge", reason="Họp", since=NOW.date())
    assert report(facility).all_closed == 0


def test_another_facilitys_visits_do_not_count(facility: Facility, close: Callable[..., Visit]) -> None:
    other = Facility.objects.create(name="Khác")
    close(facility=other)
    assert report(facility).all_closed == 0


def test_every_number_opens_a_list_of_that_length(facility: Facility, close: Callable[..., Visit]) -> None:
    for code in ("01", "01", "03", "10", "15", "14"):
        close(code)
    close("05", insured=False)
    close(cancelled=True)
    close(known=False)
    made = report(facility)
    asked = {"period": HALF, "definition": made.definition}
    for (row, insured), cell in made.cells.items():
        assert visits_of(**asked, row=row, insured=insured).count() == cell.visits
        assert visits_of(**asked, row=row, insured=insured, transmitted=True).count() == cell.transmitted
    for insured in (True, False):
        assert visits_of(**asked, insured=insured).count() == made.total(insured).visits
    for reason, number in made.excluded.items():
        assert visits_of(**asked, excluded=reason).count() == number
    assert visits_of(**asked, unmapped=True).count() == sum(made.unmapped.values())


def test_it_is_told_as_text_and_as_data(facility: Facility, close: Callable[..., Visit]) -> None:
    close("10")
    made = report(facility)
    assert all(name in as_text(made) for name in ROWS.values())
    data = as_json(made)
    assert [row["row"] for row in data["rows"]] == list(ROWS)
    assert (data["complete"], data["adds_up"]) == (False, True)
    assert set(data["excluded"]) == set(EXCLUSIONS)


def test_a_code_nobody_knows_has_no_row(facility: Facility) -> None:
    definition = definition_for(facility, timezone.localdate(NOW))
    assert place_of("99", NOW.date(), definition) is None
    assert place_of("", NOW.date(), definition) is None


def test_a_year_has_two_halves() -> None:
    assert (Period.half_year(2026, 1).last.isoformat(), HALF.first.isoformat()) == (
        "2026-06-30",
        "2026-07-01",
    )
    with pytest.raises(ValueError, match="two halves"):
        Period.half_year(2026, 3)
