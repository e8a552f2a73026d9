"""Synthetic finished visits for the benches: any number, all different, none of anybody, without a fault.

The shape is that of the project's performance notes: an outpatient visit of 15 medicines, 10 services and 12
results (39 rows in five tables), an inpatient visit of 200, 150 and 120 (481 rows in seven). Sums agree, times lie
within the stay, codes exist in the edition; people, prices and products are invented and look it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sosuckhoe.healthbook.record import Record, Row

FACILITY = "99999"
DOCTORS = [f"{number:06}/MAU-GPHN" for number in range(1, 9)]
FAMILIES = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ"]
GIVEN = [
    "An",
    "Bình",
    "Cường",
    "Dũng",
    "Giang",
    "Hạnh",
    "Khuê",
    "Lộc",
    "Mỹ",
    "Ngọc",
    "Phượng",
    "Quỳnh",
    "Tuyết",
]
MEDICINES = [
    ("Amoxicillin Mẫu", "500 mg", "Viên", "Viên nang"),
    ("Paracetamol Mẫu", "500 mg", "Viên", "Viên nén"),
    ("Omeprazol Mẫu", "20 mg", "Viên", "Viên nang tan trong ruột"),
    ("Metformin Mẫu", "850 mg", "Viên", "Viên nén bao phim"),
    ("Amlodipin Mẫu", "5 mg", "Viên", "Viên nén"),
    ("Atorvastatin Mẫu", "10 mg", "Viên", "Viên nén bao phim"),
    ("Losartan Mẫu", "50 mg", "Viên", "Viên nén bao phim"),
    ("Vitamin B1 + B6 + B12 Mẫu", "100 mg + 200 mg + 200 mcg", "Viên", "Viên nén bao phim"),
]
TESTS = [
    ("Định lượng Glucose [Máu]", "Glucose", "mmol/L"),
    ("Định lượng Urê máu [Máu]", "Urê", "mmol/L"),
    ("Định lượng Creatinin (máu)", "Creatinin", "µmol/L"),
    ("Đo hoạt độ ALT (GPT) [Máu]", "ALT (GPT)", "U/L"),
    ("Đo hoạt độ AST (GOT) [Máu]", "AST (GOT)", "U/L"),
    ("Định lượng Cholesterol toàn phần (máu)", "Cholesterol toàn phần", "mmol/L"),
]
NO_OTHER_SOURCE = dict.fromkeys(
    (
        "state_budget_amount",
        "foreign_aid_amount",
        "domestic_aid_amount",
        "remaining_sources_amount",
        "other_sources_amount",
        "self_paid_amount",
    ),
    "0.00",
)


def outpatient(seed: int) -> Record:
    """A visit of one morning."""
    return _visit(seed, kind="01", stay=timedelta(hours=4), counts=(15, 10, 12), notes=0)


def inpatient(seed: int) -> Record:
    """A stay of eleven days."""
    return _visit(seed, kind="03", stay=timedelta(days=11, hours=3), counts=(200, 150, 120), notes=8)


def inpatient_of(seed: int, times: int) -> Record:
    """A stay of eleven days with so many times 20 medicines, 15 services and 12 results."""
    return _visit(
        seed,
        kind="03",
        stay=timedelta(days=11, hours=3),
        counts=(20 * times, 15 * times, 12 * times),
        notes=8,
    )


def rows_in(record: Record) -> int:
    """How many rows a record has over all tables."""
    return sum(len(rows) for rows in record.tables.values())


def fields_in(record: Record) -> int:
    """How many values a record has over all rows."""
    return sum(len(row) for rows in record.tables.values() for row in rows)


def _visit(seed: int, *, kind: str, stay: timedelta, counts: tuple[int, int, int], notes: int) -> Record:
    draw = Random(f"{kind}-{seed}")
    arrived = datetime(2026, 9, 1, 7, 0) + timedelta(days=draw.randrange(20), minutes=draw.randrange(120))  # noqa: DTZ001
    left = arrived + stay
    code = f"LK{kind}{seed:08}"
    department = "K01" if kind == "01" else "K02"
    medicines = list(_medicines(draw, code, department, arrived, left, counts[0]))
    services = list(_services(draw, code, department, arrived, left, counts[1], bed=kind == "03"))
    results = list(_results(draw, code, services, counts[2]))
    record = {
        "visit": [_main(draw, seed, code, kind, department, arrived, left, medicines, services)],
        "medicines": medicines,
        "services": services,
        "results": results,
    }
    if notes:
        record["progress_notes"] = list(_notes(code, arrived, notes))
        record["discharge_paper"] = [_discharge_paper(code, f"BN{seed:08}", department, arrived, left)]
    record["treatment_summary"] = [_summary(code, kind, arrived, left)]
    return Record.of(record)


def _time(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H%M}"


def _between(draw: Random, start: datetime, end: datetime, number: int) -> list[datetime]:
    """So many different minutes of the stay, in order."""
    minutes = int((end - start).total_seconds() // 60) - 90
    return [start + timedelta(minutes=30 + at) for at in sorted(draw.sample(range(minutes), number))]


def _paid(amount: Decimal) -> Row:
    """The money of one line of which the fund pays 80 percent."""
    copaid = (amount / 5).quantize(Decimal("0.01"))
    return {
        "hospital_amount": f"{amount:.2f}",
        "insured_amount": f"{amount:.2f}",
        "fund_amount": f"{amount - copaid:.2f}",
        "copaid_amount": f"{copaid:.2f}",
        "insurance_rate_percent": "100",
        "benefit_percent": "80",
        "scope_code": "1",
        "payment_method_code": "1",
        **NO_OTHER_SOURCE,
    }


def _medicines(
    draw: Random, code: str, department: str, arrived: datetime, left: datetime, number: int
) -> Iterator[Row]:
    for row, ordered in enumerate(_between(draw, arrived, left, number), 1):
        name, strength, unit, form = draw.choice(MEDICINES)
        times, days = draw.randint(1, 3), draw.randint(1, 7)
        price, quantity = Decimal(draw.randint(200, 20_000)), times * days
        yield {
            "visit_code": code,
            "row_number": str(row),
            "medicine_code": f"40.{9000 + draw.randrange(999)}",
            "cost_group_code": "4",
            "medicine_name": f"{name} {row}",
            "unit": unit,
            "strength": strength,
            "route_code": "1.01",
            "dosage_form": form,
            "dose": f"1 {unit.lower()}/lần * {times} lần/ngày * {days} ngày [{times} {unit.lower()}/ngày]",
            "instructions": "Uống sau bữa ăn, nhiều nước, không nhai",
            "registration_number": f"VD-99{draw.randrange(1000):03}-MAU",
            "tender": "99/QĐ-MAU;G1;N4;2026",
            "quantity": str(quantity),
            "unit_price": str(price),
            "department_code": department,
            "doctor_codes": draw.choice(DOCTORS),
            "ordered_at": _time(ordered),
            "funding_source_code": "1",
            **_paid(price * quantity),
        }


def _services(
    draw: Random, code: str, department: str, arrived: datetime, left: datetime, number: int, *, bed: bool
) -> Iterator[Row]:
    for row, ordered in enumerate(_between(draw, arrived, left, number), 1):
        test = row > 1
        name = TESTS[row % len(TESTS)][0] if test else "Khám Nội"
        price = Decimal(draw.randint(20, 400) * 100)
        yield {
            "visit_code": code,
            "row_number": str(row),
            "service_code": f"{'23' if test else '02'}.99{row % 100:02}.{9000 + row}",
            "cost_group_code": "1" if test else "13",
            "service_name": name,
            "unit": "Lần",
            "quantity": "1",
            "hospital_unit_price": str(price),
            "insured_unit_price": str(price),
            "service_rate_percent": "100",
            "department_code": department,
            "doctor_codes": draw.choice(DOCTORS),
            "performer_codes": draw.choice(DOCTORS),
            "disease_codes": "I10",
            "ordered_at": _time(ordered),
            "performed_at": _time(ordered + timedelta(minutes=6)),
            "result_at": _time(ordered + timedelta(minutes=35)),
            **({"device_codes": f"HH.1.MAU{row % 7:02}"} if test else {}),
            **_paid(price),
        }


def _results(draw: Random, code: str, services: list[Row], number: int) -> Iterator[Row]:
    tests = [service for service in services if service["cost_group_code"] == "1"]
    for row in range(1, number + 1):
        service = tests[(row - 1) % len(tests)]
        _name, indicator, unit = TESTS[int(service["row_number"]) % len(TESTS)]
        yield {
            "visit_code": code,
            "row_number": str(row),
            "service_code": service["service_code"],
            "indicator_code": f"99{row:05}",
            "indicator_name": indicator,
            "value": f"{draw.uniform(1, 90):.1f}",
            "value_unit": unit,
            "result_at": service["result_at"],
            "reader_code": draw.choice(DOCTORS),
        }


def _notes(code: str, arrived: datetime, number: int) -> Iterator[Row]:
    for row in range(1, number + 1):
        at = arrived + timedelta(days=row)
        yield {
            "visit_code": code,
            "row_number": str(row),
            "progress": "Người bệnh tỉnh, tiếp xúc tốt, đỡ đau đầu, ăn ngủ được. Mạch 82 lần/phút, huyết áp 135/80 mmHg.",
            "disease_stage": "Đang điều trị, ổn định",
            "noted_at": _time(at),
            "author_codes": DOCTORS[0],
        }


def _main(
    draw: Random,
    seed: int,
    code: str,
    kind: str,
    department: str,
    arrived: datetime,
    left: datetime,
    medicines: list[Row],
    services: list[Row],
) -> Row:
    lines = medicines + services

    def total(rows: list[Row], name: str) -> str:
        return f"{sum((Decimal(row[name]) for row in rows), Decimal()):.2f}"

    inpatient_only = {
        "admitted_at": _time(arrived + timedelta(minutes=20)),
        "admission_reason": "Tăng huyết áp, cần theo dõi và điều trị nội trú",
        "treatment_method": "Nội khoa: thuốc hạ áp, theo dõi huyết áp, chế độ ăn giảm muối",
    }
    born, male = draw.randint(1940, 1999), draw.random() < 0.5
    return {
        "visit_code": code,
        "row_number": "1",
        "patient_code": f"BN{seed:08}",
        "full_name": f"{draw.choice(FAMILIES)} Mẫu {draw.choice(GIVEN)}",
        "personal_id": f"099{0 if male else 1}{born % 100:02}{seed % 1_000_000:06}",
        "born_at": f"{born}{draw.randint(1, 12):02}{draw.randint(1, 28):02}0000",
        "sex_code": "1" if male else "2",
        "nationality_code": "000",
        "ethnic_group_code": "01",
        "occupation_code": "00000",
        "address": f"Số {draw.randint(1, 400)}, phố Mẫu, xã Mẫu, Thành phố Hồ Chí Minh",
        "province_code": "79",
        "commune_code": "99001",
        "phone_number": f"0990{seed % 1_000_000:06}",
        "insurance_card_number": f"DN499{seed % 10_000_000_000:010}",
        "registered_facility_code": FACILITY,
        "card_valid_from_date": "20260101",
        "card_valid_to_date": "20271231",
        "visit_reason": "Đau đầu, chóng mặt nhiều ngày, đo huyết áp tại nhà cao",
        "admitting_diagnosis": "Bệnh lý tăng huyết áp",
        "discharge_diagnosis": "Bệnh lý tăng huyết áp; Bệnh đái tháo đường không phụ thuộc insuline",
        "main_disease_code": "I10",
        "patient_category_code": "1.1",
        "arrived_at": _time(arrived),
        "discharged_at": _time(left),
        "treatment_days": str((left.date() - arrived.date()).days + 1 if kind == "03" else 0),
        "treatment_result_code": "2",
        "discharge_type_code": "1",
        "advice": "Uống thuốc đều, ăn giảm muối, đo huyết áp mỗi sáng. Khám lại nếu đau đầu nhiều hoặc khó thở.",
        "paid_at": _time(left),
        "medicines_total_amount": total(medicines, "hospital_amount"),
        "supplies_total_amount": "0.00",
        "hospital_total_amount": total(lines, "hospital_amount"),
        "insured_total_amount": total(lines, "insured_amount"),
        "self_paid_amount": "0.00",
        "copaid_amount": total(lines, "copaid_amount"),
        "fund_amount": total(lines, "fund_amount"),
        "other_sources_amount": "0.00",
        "fund_fee_for_service_amount": total(lines, "fund_amount"),
        "settlement_year": f"{left:%Y}",
        "settlement_month": str(left.month),
        "visit_type_code": kind,
        "department_codes": department,
        "facility_code": FACILITY,
        "weight_kg": f"{draw.uniform(42, 80):.2f}",
        "medical_record_number": f"HS{seed:08}",
        "signatory_code": DOCTORS[0],
        **(inpatient_only if kind == "03" else {}),
    }


def _summary(code: str, kind: str, arrived: datetime, left: datetime) -> Row:
    return {
        "visit_code": code,
        "visit_type_code": kind,
        "arrived_at": _time(arrived),
        "discharged_at": _time(left),
        "admitting_diagnosis": "Bệnh lý tăng huyết áp",
        "discharge_diagnosis": "Bệnh lý tăng huyết áp; Bệnh đái tháo đường không phụ thuộc insuline",
        "course": "Đau đầu, chóng mặt nhiều ngày; sau điều trị huyết áp ổn định, hết chóng mặt.",
        "results_summary": "Glucose, urê, creatinin, men gan và mỡ máu như phiếu kết quả kèm theo.",
        "treatment": "Nội khoa: thuốc hạ áp, thuốc hạ đường huyết, chế độ ăn giảm muối.",
        "treatment_result_code": "2",
        "signatory_code": DOCTORS[0],
        "document_date": f"{left:%Y%m%d}",
    }


def _discharge_paper(code: str, patient: str, department: str, arrived: datetime, left: datetime) -> Row:
    return {
        "visit_code": code,
        "archive_number": f"LT-{code}",
        "certificate_patient_code": patient,
        "discharging_department_code": department,
        "arrived_at": _time(arrived),
        "discharged_at": _time(left),
        "discharge_diagnosis": "Bệnh lý tăng huyết áp; Bệnh đái tháo đường không phụ thuộc insuline",
        "treatment": "Nội khoa: thuốc hạ áp, thuốc hạ đường huyết, chế độ ăn giảm muối.",
        "signatory_code": DOCTORS[0],
        "signing_doctor_code": DOCTORS[0],
        "signing_doctor_name": "Đỗ Mẫu Dung",
        "document_date": f"{left:%Y%m%d}",
    }
