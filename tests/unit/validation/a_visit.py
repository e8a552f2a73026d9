"""Chị Bình's visit: an ordinary outpatient visit without a fault, of any size. She is invented."""

from sosuckhoe.healthbook.record import Record

CARD = "DN4790000000001"


def visit(medicines: int = 2, services: int = 2, results: int = 2, **changes: str) -> Record:
    """A faultless record with that many rows; ``changes`` replace values of table 1 (English names)."""
    lines = [_medicine(number) for number in range(1, medicines + 1)]
    done = [_service(number) for number in range(1, services + 1)]
    medicine_total, service_total = 24690 * medicines, 39000 * services
    total = medicine_total + service_total
    row = {
        "visit_code": "BINH-0001",
        "row_number": "1",
        "patient_code": "BN0002",
        "full_name": "Trần Thị Bình Minh Hoạ",
        "personal_id": "079190000001",
        "born_at": "199003050000",
        "sex_code": "2",
        "nationality_code": "000",
        "ethnic_group_code": "01",
        "occupation_code": "00000",
        "address": "Số 0 đường Tưởng Tượng",
        "province_code": "79",
        "commune_code": "26734",
        "insurance_card_number": CARD,
        "registered_facility_code": "79001",
        "card_valid_from_date": "20260101",
        "card_valid_to_date": "20261231",
        "visit_reason": "Đau họng ba ngày",
        "admitting_diagnosis": "Theo dõi viêm họng",
        "discharge_diagnosis": "Viêm họng cấp",
        "main_disease_code": "J02.9",
        "patient_category_code": "1.1",
        "arrived_at": "202609150730",
        "discharged_at": "202609151015",
        "treatment_days": "0",
        "treatment_method": "Uống thuốc",
        "treatment_result_code": "2",
        "discharge_type_code": "1",
        "paid_at": "202609151020",
        "medicines_total_amount": f"{medicine_total}.00",
        "supplies_total_amount": "0.00",
        "hospital_total_amount": f"{total}.00",
        "insured_total_amount": f"{total}.00",
        "self_paid_amount": "0.00",
        "copaid_amount": f"{total * 2 // 10}.00",
        "fund_amount": f"{total * 8 // 10}.00",
        "other_sources_amount": "0.00",
        "fund_fee_for_service_amount": f"{total * 8 // 10}.00",
        "settlement_year": "2026",
        "settlement_month": "9",
        "visit_type_code": "01",
        "department_codes": "K01",
        "facility_code": "79001",
        "weight_kg": "52.50",
        "medical_record_number": "HS0001",
        "signatory_code": "0000001/XX-CCHN",
    }
    row |= changes
    tables = {"visit": [row]}
    if lines:
        tables["medicines"] = lines
    if done:
        tables["services"] = done
    if results:
        tables["results"] = [_result(number, max(services, 1)) for number in range(1, results + 1)]
    tables["treatment_summary"] = [
        {
            "visit_code": row["visit_code"],
            "visit_type_code": row["visit_type_code"],
            "arrived_at": row["arrived_at"],
            "discharged_at": row["discharged_at"],
            "admitting_diagnosis": row["admitting_diagnosis"],
            "discharge_diagnosis": row["discharge_diagnosis"],
            "course": "Đau họng, không sốt",
            "results_summary": "Họng đỏ",
            "treatment": "Uống thuốc",
            "treatment_result_code": "2",
            "signatory_code": "0000001/XX-CCHN",
            "document_date": "20260915",
        }
    ]
    return Record.of(tables)


def _sources() -> dict[str, str]:
    names = ("state_budget", "foreign_aid", "domestic_aid", "remaining_sources", "other_sources")
    return {f"{name}_amount": "0.00" for name in names}


def _medicine(number: int) -> dict[str, str]:
    return {
        "visit_code": "BINH-0001",
        "row_number": str(number),
        "medicine_code": f"40.{number}",
        "cost_group_code": "4",
        "medicine_name": f"Thuốc minh hoạ {number}",
        "unit": "Viên",
        "strength": "500mg",
        "route_code": "1.01",
        "dosage_form": "Viên nén",
        "dose": "1 viên * 2 lần * 10 ngày [2 viên/ngày]",
        "instructions": "Uống sau ăn",
        "registration_number": f"VD-0000{number}-26",
        "tender": "0/QĐ-XX;G1;N1;2026",
        "scope_code": "1",
        "insurance_rate_percent": "100",
        "quantity": "20",
        "unit_price": "1234.5",
        "hospital_amount": "24690.00",
        "insured_amount": "24690.00",
        "benefit_percent": "80",
        "self_paid_amount": "0.00",
        "copaid_amount": "4938.00",
        "fund_amount": "19752.00",
        "department_code": "K01",
        "doctor_codes": "0000002/XX-CCHN",
        "ordered_at": "202609150830",
        "performed_at": "202609150930",
        "payment_method_code": "1",
        "funding_source_code": "1",
    } | _sources()


def _service(number: int) -> dict[str, str]:
    return {
        "visit_code": "BINH-0001",
        "row_number": str(number),
        "service_code": f"23.{number:04}.1494",
        "cost_group_code": "1",
        "service_name": f"Xét nghiệm minh hoạ {number}",
        "unit": "Lần",
        "scope_code": "1",
        "quantity": "1",
        "hospital_unit_price": "39000",
        "insured_unit_price": "39000",
        "service_rate_percent": "100",
        "insurance_rate_percent": "100",
        "hospital_amount": "39000.00",
        "insured_amount": "39000.00",
        "benefit_percent": "80",
        "self_paid_amount": "0.00",
        "copaid_amount": "7800.00",
        "fund_amount": "31200.00",
        "department_code": "K01",
        "doctor_codes": "0000002/XX-CCHN",
        "performer_codes": "0000003/XX-CCHN",
        "disease_codes": "J02.9",
        "ordered_at": "202609150800",
        "performed_at": "202609150815",
        "result_at": "202609150900",
        "payment_method_code": "1",
        "device_codes": "HH.3.0001",
    } | _sources()


def _result(number: int, services: int) -> dict[str, str]:
    return {
        "visit_code": "BINH-0001",
        "row_number": str(number),
        "service_code": f"23.{(number - 1) % services + 1:04}.1494",
        "indicator_code": f"{number:07}",
        "indicator_name": f"Chỉ số minh hoạ {number}",
        "value": "5.1",
        "value_unit": "mmol/L",
        "result_at": "202609150900",
        "reader_code": "0000003/XX-CCHN",
    }


def uninsured() -> Record:
    """The same visit without insurance: what concerns the fund is left out, the patient pays."""
    record = visit()
    row = record.visit
    for name in (
        "insurance_card_number",
        "registered_facility_code",
        "card_valid_from_date",
        "card_valid_to_date",
    ):
        del row[name]
    row |= {
        "patient_category_code": "9",
        "insured_total_amount": "0",
        "copaid_amount": "0",
        "fund_amount": "0",
        "fund_fee_for_service_amount": "0",
        "self_paid_amount": row["hospital_total_amount"],
    }
    for line in (*record.rows("medicines"), *record.rows("services")):
        for name in ("benefit_percent", "funding_source_code", "tender", "payment_method_code"):
            line.pop(name, None)
        line |= {
            "scope_code": "2",
            "insurance_rate_percent": "0",
            "insured_amount": "0",
            "copaid_amount": "0",
            "fund_amount": "0",
            "self_paid_amount": line["hospital_amount"],
        }
        if "insured_unit_price" in line:
            line["insured_unit_price"] = "0"
    return record
