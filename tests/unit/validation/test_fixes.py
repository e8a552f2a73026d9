"""Each kind of safe change: what it proposes, and where it keeps its hands off."""

from datetime import date
from typing import Any
from unicodedata import normalize

import pytest
from tests.unit.validation.a_visit import CARD, uninsured, visit

from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.healthbook.validation import Fault, Policy, check_record
from sosuckhoe.healthbook.validation.fixes import FIXES, KINDS, Fix, Moved, applied, fixes_of, together

DAY = date(2026, 11, 23)


def fixes(record: Record, **how: Any) -> list[Fix]:
    edition = record.edition()
    assert edition is not None
    return fixes_of(record, edition, day=DAY, **how)


def proposed(record: Record, path: str, row: int | None = None) -> str | None:
    """The value proposed for a place, or None."""
    found = [fix for fix in fixes(record) if fix.path == path and fix.row == row]
    assert len({fix.changes for fix in found}) <= 1, found
    return next((change.after for fix in found for change in fix.changes if change.path == path), None)


def line(record: Record, table: str, row: int, **values: str) -> Record:
    record.tables[table][row - 1] |= values
    return record


@pytest.mark.parametrize(
    ("field", "path", "written", "right"),
    [
        ("sex_code", "XML1.GIOI_TINH", " 2", "2"),
        ("sex_code", "XML1.GIOI_TINH", "2\u200b", "2"),
        ("main_disease_code", "XML1.MA_BENH_CHINH", "J02.9 ", "J02.9"),
        ("treatment_days", "XML1.SO_NGAY_DTRI", "0.00", "0"),
        ("ethnic_group_code", "XML1.MA_DANTOC", "1", "01"),
        ("visit_type_code", "XML1.MA_LOAI_KCB", "1", "01"),
        ("province_code", "XML1.MATINH_CU_TRU", "1", "01"),
        ("full_name", "XML1.HO_TEN", "Trần  Thị\u200b Bình Minh Hoạ", "Trần Thị Bình Minh Hoạ"),
        ("insurance_card_number", "XML1.MA_THE_BHYT", "dn4790000000001", CARD),
        ("insurance_card_number", "XML1.MA_THE_BHYT", "DN 4 79 0000000001", CARD),
        ("insurance_card_number", "XML1.MA_THE_BHYT", f"{CARD}; ", CARD),
        ("card_valid_to_date", "XML1.GT_THE_DEN", "202612310000", "20261231"),
        ("card_valid_to_date", "XML1.GT_THE_DEN", "2026-12-31", "20261231"),
        ("arrived_at", "XML1.NGAY_VAO", "20260915073000", "202609150730"),
        ("arrived_at", "XML1.NGAY_VAO", "2026-09-15 07:30", "202609150730"),
        ("born_at", "XML1.NGAY_SINH", "19900305", "199003050000"),
        ("born_at", "XML1.NGAY_SINH", "1990", "199000000000"),
        ("weight_kg", "XML1.CAN_NANG", "52", "52.00"),
        ("weight_kg", "XML1.CAN_NANG", "52,5", "52.5"),
        ("weight_kg", "XML1.CAN_NANG", "52.5", "52.50"),
        ("hospital_total_amount", "XML1.T_TONGCHI_BV", "127.380,00", "127380.00"),
        ("hospital_total_amount", "XML1.T_TONGCHI_BV", "127,380.00", "127380.00"),
        ("hospital_total_amount", "XML1.T_TONGCHI_BV", "127380,00", "127380.00"),
        ("hospital_total_amount", "XML1.T_TONGCHI_BV", "127380.0000", "127380.00"),
        ("other_disease_codes", "XML1.MA_BENH_KT", "I10;;E11.9;", "I10;E11.9"),
        ("other_disease_codes", "XML1.MA_BENH_KT", "I10; E11.9", "I10;E11.9"),
    ],
)
def test_a_value_is_written_as_the_standard_asks(field, path, written, right):
    record = visit(**{field: written})
    assert path in {fault.path for fault in check_record(record, edition_on(date(2026, 9, 15)), day=DAY)}
    assert proposed(record, path) == right


@pytest.mark.parametrize(
    ("field", "path", "written"),
    [
        ("card_valid_to_date", "XML1.GT_THE_DEN", "202612310730"),
        ("card_valid_to_date", "XML1.GT_THE_DEN", "31/12/2026"),
        ("arrived_at", "XML1.NGAY_VAO", "20260915"),
        ("arrived_at", "XML1.NGAY_VAO", "20260915073045"),
        ("hospital_total_amount", "XML1.T_TONGCHI_BV", "127,380"),
        ("weight_kg", "XML1.CAN_NANG", "52,500"),
        ("full_name", "XML1.HO_TEN", "Trần Thị Bình 2"),
        ("insurance_card_number", "XML1.MA_THE_BHYT", CARD[1:]),
        ("main_disease_code", "XML1.MA_BENH_CHINH", ""),
        ("sex_code", "XML1.GIOI_TINH", "Nữ"),
    ],
)
def test_what_can_be_read_in_two_ways_or_not_at_all_is_left_to_a_person(field, path, written):
    record = Record.of(visit(**{field: written}).tables)
    assert any(fault.path == path for fault in check_record(record, edition_on(date(2026, 9, 15)), day=DAY))
    assert proposed(record, path) is None


def test_a_gap_inside_lists_that_belong_together_by_place_stays():
    assert proposed(visit(registered_facility_code="79001;;79002"), "XML1.MA_DKBD") is None


def test_the_link_code_of_a_visit_is_never_touched():
    record = visit(visit_code=" BINH-0001")
    assert not [fix for fix in fixes(record) if any(change.field == "MA_LK" for change in fix.changes)]


def test_rows_are_numbered_anew_in_their_order():
    record = line(visit(medicines=3), "medicines", 2, row_number="7")
    found = [fix for fix in fixes(record) if fix.rule == "FMT-009"]
    assert found and all(
        [(change.row, change.before, change.after) for change in fix.changes] == [(2, "7", "2")]
        for fix in found
    )


def test_a_total_that_differs_from_its_lines_is_added_up_again():
    record = visit(hospital_total_amount="999999.00")
    assert proposed(record, "XML1.T_TONGCHI_BV") == "127380.00"
    whole = visit(medicines_total_amount="1")
    assert proposed(whole, "XML1.T_THUOC") == "49380"


def test_a_total_is_not_added_up_from_lines_that_have_faults_themselves():
    record = line(visit(hospital_total_amount="999999.00"), "medicines", 1, hospital_amount="24690,00x")
    assert proposed(record, "XML1.T_TONGCHI_BV") is None


def test_a_line_amount_is_reckoned_again_when_everything_else_agrees_with_the_result():
    record = line(visit(), "medicines", 1, hospital_amount="99999.00")
    assert proposed(record, "XML2.THANH_TIEN_BV", 1) == "24690.00"


def test_a_line_amount_stays_when_its_shares_and_totals_stand_by_it():
    """Then the quantity may be what is wrong, and only the chart knows."""
    record = line(visit(), "medicines", 1, quantity="10")
    assert {"XFD-001", "XFD-002"} <= {fault.rule for fault in faults_of(record)}
    assert not [fix for fix in fixes(record) if fix.path.startswith("XML2.")]


def test_a_service_line_with_a_rate_is_left_to_a_person():
    record = line(visit(), "services", 1, service_rate_percent="50", hospital_amount="1000.00")
    assert not [fix for fix in fixes(record) if fix.rule in ("XFD-003", "XFD-005")]


def test_less_than_a_dong_is_rounding_and_has_no_fix():
    record = visit(hospital_total_amount="127380.50")
    assert "XTB-006" in {fault.rule for fault in faults_of(record)}
    assert proposed(record, "XML1.T_TONGCHI_BV") is None


def test_other_sources_are_added_up_from_their_four_parts():
    record = line(visit(), "medicines", 1, other_sources_amount="500.00")
    assert proposed(record, "XML2.T_NGUONKHAC", 1) == "0.00"


def test_days_of_treatment_follow_from_kind_and_calendar():
    assert proposed(visit(treatment_days="3"), "XML1.SO_NGAY_DTRI") == "0"
    stay = {"visit_type_code": "02", "discharged_at": "202609172359", "paid_at": "202609172359"}
    assert proposed(visit(treatment_days="9", **stay), "XML1.SO_NGAY_DTRI") == "3"


def test_days_are_not_reckoned_from_times_in_the_wrong_order():
    record = visit(treatment_days="9", visit_type_code="02", discharged_at="202609141015")
    assert proposed(record, "XML1.SO_NGAY_DTRI") is None


def test_a_stay_under_four_hours_gets_type_09_with_what_follows_from_it():
    record = visit(
        visit_type_code="03", treatment_days="1", admitted_at="202609150730", admission_reason="Theo dõi"
    )
    (fix,) = (fix for fix in fixes(record) if fix.rule == "BUS-001")
    assert {(change.path, change.after) for change in fix.changes} == {
        ("XML1.MA_LOAI_KCB", "09"),
        ("XML1.SO_NGAY_DTRI", "0"),
        ("XML8.MA_LOAI_KCB", "09"),
    }


def test_a_policy_under_which_the_change_would_break_something_withholds_it():
    record = visit(
        visit_type_code="03", treatment_days="1", admitted_at="202609150730", admission_reason="Theo dõi"
    )
    policy = Policy(summary_for_every_visit=False)
    assert not [fix for fix in fixes(record, policy=policy) if fix.rule == "BUS-001"]


def test_papers_repeat_administrative_fields_of_table_1():
    assert proposed(with_referral(discharged_at="202609151115"), "XML13.NGAY_RA") == "202609151015"
    assert proposed(with_referral(full_name="Trần Bình"), "XML13.HO_TEN") == "Trần Thị Bình Minh Hoạ"


def test_a_paper_that_names_another_person_is_not_written_over():
    record = with_referral(full_name="Lê Văn Cường Minh Hoạ", born_at="195001010000", sex_code="1")
    assert {"XML13.HO_TEN", "XML13.NGAY_SINH"} <= {fault.path for fault in faults_of(record)}
    assert not [fix for fix in fixes(record) if fix.path.startswith("XML13.")]


def test_diagnoses_are_a_doctors_and_have_no_fix():
    record = with_referral(main_disease_code="I10")
    assert "XML13.MA_BENH_CHINH" in {fault.path for fault in faults_of(record)}
    assert proposed(record, "XML13.MA_BENH_CHINH") is None


def test_nothing_is_copied_from_a_source_that_is_wrong_itself():
    record = with_referral(insurance_card_number=CARD)
    record.visit["insurance_card_number"] = CARD[:-1]
    faults = check_record(record, edition_on(date(2026, 9, 15)), day=DAY, consequences=True)
    assert "XML13.MA_THE_BHYT" in {fault.path for fault in faults}
    assert "XML13.MA_THE_BHYT" not in {fault.path for fault in faults_of(record)}
    assert proposed(record, "XML13.MA_THE_BHYT") is None


def test_the_appointment_loses_its_hour_since_the_standard_asks_for_the_day_alone():
    record = visit(follow_up_dates="20260930")
    record.tables["appointment"] = [{"visit_code": "BINH-0001", "appointment_date": "202609300800"}]
    assert proposed(record, "XML14.NGAY_HEN_KL") == "20260930"


def test_decomposed_letters_that_the_writer_refused_are_composed():
    record = visit(visit_reason=normalize("NFD", "Đau họng"))
    refused = Fault("WRITE-NOT-NFC", "XML1.LY_DO_VV", None, "error", "", "", owner="it")
    edition = record.edition()
    assert edition is not None
    (fix,) = fixes_of(record, edition, [refused], day=DAY)
    assert fix.changes[0].after == "Đau họng"


def test_a_clean_record_has_nothing_to_fix():
    assert fixes(visit()) == []
    assert fixes(uninsured()) == []


def test_applying_twice_is_applying_once_and_the_record_given_stays_as_it_was():
    record = visit(sex_code=" 2")
    text, (fix,) = record.to_json(), fixes(record)
    edition = record.edition()
    assert edition is not None
    once = applied(record, fix, edition)
    assert applied(once, fix, edition) == once
    assert record.to_json() == text


def test_a_value_that_changed_since_the_preview_is_not_overwritten():
    record = visit(sex_code=" 2")
    (fix,) = fixes(record)
    edition = record.edition()
    assert edition is not None
    with pytest.raises(Moved):
        applied(visit(sex_code="1 "), fix, edition)
    with pytest.raises(Moved):
        applied(Record(), fix, edition)


def test_alike_fixes_of_many_rows_go_together():
    record = visit(services=3)
    for row in record.rows("services"):
        row["quantity"] = "1,0"
    found = [fix for fix in fixes(record) if fix.path == "XML3.SO_LUONG"]
    edition = record.edition()
    assert len(found) == 3 and edition is not None
    assert together(record, edition, found, day=DAY) == tuple(found)
    assert fixes(record, only=[("FMT-004", "XML2.SO_LUONG")]) == []


def test_every_kind_is_used_and_says_what_it_does_and_why():
    used = {kind.id for kinds in FIXES.values() for kind in kinds}
    assert used == set(KINDS)
    assert all(kind.title and kind.why_safe.endswith(".") for kind in KINDS.values())


def faults_of(record: Record) -> list[Fault]:
    edition = record.edition()
    assert edition is not None
    return check_record(record, edition, day=DAY)


def with_referral(**changes: str) -> Record:
    """The visit ends with a transfer whose paper repeats table 1; ``changes`` are what the paper has otherwise."""
    record = visit(discharge_type_code="2", destination_facility_code="79002")
    row = record.visit
    repeated = (
        "visit_code", "full_name", "born_at", "sex_code", "insurance_card_number", "card_valid_to_date", "arrived_at",
        "discharged_at", "discharge_diagnosis", "main_disease_code", "discharge_type_code",
    )  # fmt: skip
    record.tables["referral"] = [{name: row[name] for name in repeated} | changes]
    return record
