"""The papers of a visit: discharge paper, summary, referral, slips, certificates, HIV and tuberculosis tables."""

from datetime import date, timedelta
from random import Random

from sosuckhoe.healthbook.record import Row

from ..cast import DIRECTOR_LICENCE, HOUSE, STAFF
from .lines import Scene

_EMPLOYER = "Công ty Mẫu"
_SUMMARY_BY_LAW = frozenset({"03", "04", "06"})
"""QĐ 4750 asks for table 8 there; this hospital sends it for most other visits too, because the book shows it."""
_DOCTOR = next(person for person in STAFF if person.may_sign)


def papers_of(
    scene: Scene, tables: dict[str, list[Row]], measured: dict[str, str], draw: Random
) -> dict[str, list[Row]]:
    """Every further table that this visit has, by English name."""
    visit = tables["visit"][0]
    told = _told(scene, tables, measured)
    papers: dict[str, list[Row]] = {}
    if scene.kind in ("03", "04", "09"):
        papers["discharge_paper"] = [_discharge_paper(scene, visit)]
    if scene.kind in _SUMMARY_BY_LAW or (scene.kind != "07" and int(scene.visit_code[-4:]) % 4):
        papers["treatment_summary"] = [_summary(scene, visit, told)]
    if scene.story.referral and scene.insured:
        papers["referral"] = [_referral(scene, visit, told)]
    if visit.get("follow_up_dates"):
        papers["appointment"] = [_appointment(scene, visit)]
    if scene.story.sick_leave and scene.insured:
        papers["sick_leave"] = [_sick_leave(scene, visit, told)]
    if scene.story.key == "doa_say_thai" and scene.insured:
        papers["pregnancy_rest"] = [_pregnancy_rest(scene, visit)]
    if scene.child:
        papers["birth_certificates"] = [_birth(scene, visit, draw)]
    if scene.story.key == "hiv":
        papers["hiv_care"] = [_hiv_care(scene, visit)]
    if scene.story.key == "lao_phoi":
        papers["tb_treatment"] = [_tuberculosis(scene, visit)]
    return papers


def _told(scene: Scene, tables: dict[str, list[Row]], measured: dict[str, str]) -> dict[str, str]:
    """Course, results and treatment in words: the story's own, else put together from what was recorded."""
    story, visit = scene.story, tables["visit"][0]
    values = {key: value.replace(".", ",") for key, value in measured.items()}
    medicines = dict.fromkeys(row["medicine_name"] for row in tables["medicines"])
    results = [
        f"{row['indicator_name']}: {row.get('conclusion') or row['value'].replace('.', ',')} {row.get('value_unit', '')}"
        for row in tables["results"]
    ]
    plain = {
        "course": f"{visit['visit_reason']}. {story.notes[0]}",
        "results": "; ".join(text.strip(" .") for text in results[:6]) + "."
        if results
        else "Không chỉ định cận lâm sàng trong đợt khám này.",
        "treatment": f"Thuốc theo đơn: {', '.join(medicines)}." if medicines else "Tư vấn, không dùng thuốc.",
    }
    if tables["results"] or not story.services:
        plain |= {name: story.text[name].format_map(values) for name in plain if name in story.text}
    return plain


def _parents(scene: Scene, visit: Row, under: int) -> Row:
    if scene.citizen.age(_day(visit["arrived_at"])) >= under:
        return {}
    return {"father_name": scene.citizen.father, "mother_name": scene.citizen.mother}


def _discharge_paper(scene: Scene, visit: Row) -> Row:
    row: Row = {
        "archive_number": f"{HOUSE.code}/{scene.closed:%y}/{scene.visit_code[-4:]}",
        "certificate_patient_code": visit["patient_code"],
        "discharging_department_code": scene.story.unit,
        "arrived_at": visit["arrived_at"],
        "discharged_at": visit["discharged_at"],
        "discharge_diagnosis": visit["discharge_diagnosis"],
        "treatment": visit["treatment_method"],
        "discharge_note": visit["advice"],
        "signatory_code": DIRECTOR_LICENCE,
        "signing_doctor_code": _DOCTOR.licence,
        "signing_doctor_name": _DOCTOR.name,
        "document_date": visit["discharged_at"][:8],
        **_parents(scene, visit, 16),
    }
    if scene.citizen.registered == "99000":
        row["temporary_card_number"] = scene.citizen.card
    if scene.story.leave:
        row["leave_days"] = str(scene.story.leave)
        row["leave_from_date"] = _text(scene.closed)
        row["leave_to_date"] = _text(scene.closed + timedelta(days=scene.story.leave - 1))
    return row


def _summary(scene: Scene, visit: Row, told: dict[str, str]) -> Row:
    citizen = scene.citizen
    child = citizen.age(_day(visit["arrived_at"])) < 16
    return {
        "visit_type_code": scene.kind,
        **_parents(scene, visit, 16),
        "guardian_name": citizen.representative,
        "arrived_at": visit["arrived_at"],
        "discharged_at": visit["discharged_at"],
        "admitting_diagnosis": visit["admitting_diagnosis"],
        "discharge_diagnosis": visit["discharge_diagnosis"],
        "course": told["course"],
        "results_summary": told["results"],
        "treatment": told["treatment"],
        "treatment_result_code": visit["treatment_result_code"],
        "representative_note": f"Người đại diện: {citizen.representative or citizen.mother}" if child else "",
        "signatory_code": DIRECTOR_LICENCE,
        "document_date": visit["discharged_at"][:8],
        "temporary_card_number": citizen.card if citizen.registered == "99000" else "",
    }


def _referral(scene: Scene, visit: Row, told: dict[str, str]) -> Row:
    copied = (
        "facility_code", "full_name", "born_at", "sex_code", "nationality_code", "ethnic_group_code",
        "occupation_code", "address", "insurance_card_number", "card_valid_to_date", "arrived_at", "admitted_at",
        "discharged_at", "discharge_diagnosis", "main_disease_code", "other_disease_codes", "discharge_type_code",
    )  # fmt: skip
    return {
        **{name: visit[name] for name in copied if visit.get(name)},
        "file_number": f"CV{scene.visit_code[-6:]}",
        "register_number": f"{scene.closed:%y}-{scene.visit_code[-3:]}",
        "transfer_paper_number": f"PC-{scene.visit_code[-6:]}",
        "receiving_facility_code": "99001",
        "clinical_signs": scene.story.text["admission"],
        "course": told["course"],
        "results_summary": told["results"],
        "treatment": told["treatment"],
        "condition_at_transfer": "Tỉnh, huyết áp 110/70 mmHg, còn đau ngực nhẹ.",
        "transfer_reason_code": "1",
        "next_treatment": "Can thiệp mạch vành.",
        "transport": "Xe cứu thương",
        "escort_name": next(person.name for person in STAFF if person.key == "em"),
        "escort_title": "Điều dưỡng",
        "doctor_code": _DOCTOR.licence,
        "signatory_code": DIRECTOR_LICENCE,
    }


def _appointment(scene: Scene, visit: Row) -> Row:
    copied = (
        "facility_code", "full_name", "born_at", "sex_code", "address", "insurance_card_number", "card_valid_to_date",
        "arrived_at", "admitted_at", "discharged_at", "discharge_diagnosis", "main_disease_code",
        "other_disease_codes", "patient_category_code",
    )  # fmt: skip
    row = {name: visit[name] for name in copied if visit.get(name)}
    return row | {
        "appointment_paper_number": f"HK-{scene.visit_code[-6:]}",
        "appointment_date": visit["follow_up_dates"],
        "doctor_code": _DOCTOR.licence,
        "signatory_code": DIRECTOR_LICENCE,
        "document_date": _text(scene.closed),
    }


def _sick_leave(scene: Scene, visit: Row, told: dict[str, str]) -> Row:
    return {
        "document_number": f"NV-{scene.visit_code[-6:]}",
        "serial_number": f"MAU{scene.visit_code[-8:]}",
        "internal_visit_number": scene.visit_code,
        "employer_name": _EMPLOYER,
        "social_insurance_number": scene.citizen.insurance_number,
        "insurance_card_number": visit["insurance_card_number"],
        "discharge_diagnosis": visit["discharge_diagnosis"],
        "treatment": told["treatment"],
        "leave_days": str(scene.story.sick_leave),
        "leave_from_date": _text(scene.closed),
        "leave_to_date": _text(scene.closed + timedelta(days=scene.story.sick_leave - 1)),
        "signatory_code": DIRECTOR_LICENCE,
        "signing_doctor_code": _DOCTOR.licence,
        "document_date": _text(scene.closed),
        "form_code": "CT07",
    }


def _pregnancy_rest(scene: Scene, visit: Row) -> Row:
    return {
        "serial_number": f"MAU{scene.visit_code[-8:]}",
        "document_number": f"DT-{scene.visit_code[-6:]}",
        "leave_days": "10",
        "employer_name": _EMPLOYER,
        "discharge_diagnosis": visit["discharge_diagnosis"],
        "leave_from_date": _text(scene.closed),
        "leave_to_date": _text(scene.closed + timedelta(days=9)),
        "signatory_code": DIRECTOR_LICENCE,
        "signing_doctor_name": _DOCTOR.name,
        "signing_doctor_code": _DOCTOR.licence,
        "document_date": _text(scene.closed),
    }


def _birth(scene: Scene, visit: Row, draw: Random) -> Row:
    mother, child = scene.citizen, scene.child
    assert child is not None
    return {
        "carer_insurance_number": mother.insurance_number if scene.insured else "",
        "carer_card_number": mother.card if scene.insured else "",
        "carer_name": mother.name,
        "carer_birth_date": mother.born_at[:8],
        "carer_ethnic_group_code": mother.ethnic_group,
        "carer_personal_id": mother.personal_id,
        "carer_id_issued_date": "20220415",
        "carer_id_issuer_name": "Cục Cảnh sát quản lý hành chính về trật tự xã hội",
        "carer_address": mother.address,
        "nationality_code": mother.nationality,
        "province_code": visit["province_code"],
        "commune_code": visit["commune_code"],
        "father_name": child.father,
        "temporary_card_number": child.card,
        "child_name": "",
        "child_sex_code": child.sex,
        "children_count": "1",
        "delivery_number": "1",
        "living_children_count": "1",
        "newborn_weight_g": visit["newborn_weights_g"],
        "child_born_at": child.born_at,
        "birth_place": HOUSE.name,
        "child_condition": "Khóc to, hồng hào, bú tốt",
        "surgical_delivery_code": "0",
        "preterm_delivery_code": "0",
        "attendant_name": next(person.name for person in STAFF if person.key == "oanh"),
        "writer_name": next(person.name for person in STAFF if person.key == "em"),
        "document_date": visit["discharged_at"][:8],
        "certificate_number": f"CS-{draw.randrange(1000, 9999)}",
        "book_number": f"Q{scene.closed:%y}",
        "signatory_code": DIRECTOR_LICENCE,
    }


def _hiv_care(scene: Scene, visit: Row) -> Row:
    """The values of closed lists that were not at hand are the plainest ones, not clinical truth."""
    started = date(scene.closed.year - 3, 5, 11)
    days = max(course.days for course in scene.story.medicines)
    return {
        "insurance_card_number": visit.get("insurance_card_number", ""),
        "personal_id": visit.get("personal_id", ""),
        "born_at": visit["born_at"],
        "sex_code": visit["sex_code"],
        "address": visit["address"],
        "province_code": visit["province_code"],
        "commune_code": visit["commune_code"],
        "hiv_confirmed_date": _text(started),
        "sampling_facility_code": HOUSE.code,
        "confirming_facility_code": "99001",
        "arv_start_facility_code": HOUSE.code,
        "arv_start_date": _text(started + timedelta(days=7)),
        "enrolment_reason_code": "1",
        "tb_treatment_kind_code": "0",
        "tb_screening_code": "1",
        "tb_result_code": "1",
        "patient_kind_code": "1",
        "clinical_stage_code": "1",
        "key_population_code": "0",
        "enrolment_status_codes": "9",
        "management_codes": "1",
        "management_start_date": _text(scene.closed),
        "management_end_date": _text(scene.closed + timedelta(days=days - 1)),
        "regimen_code": "MAU01",
        "arv_days": str(days - 1),
        "regimen_switch_date": _text(started + timedelta(days=7)),
        "regimen_switch_reason_code": "1",
        "facility_code": HOUSE.code,
    }


def _tuberculosis(scene: Scene, visit: Row) -> Row:
    return {
        "patient_code": visit["patient_code"],
        "full_name": visit["full_name"],
        "personal_id": visit.get("personal_id", ""),
        "tb_site_class_code": "1",
        "tb_history_class_code": "1",
        "tb_hiv_class_code": "2",
        "tb_bacteriology_class_code": "1",
        "tb_resistance_class_code": "1",
        "tb_treatment_kind_code": "1",
        "tb_start_date": _text(scene.closed - timedelta(days=28)),
        "tb_regimen_code": "1",
        "tb_result_code": "1",
        "facility_code": HOUSE.code,
    }


def _day(moment: str) -> date:
    return date(int(moment[:4]), int(moment[4:6]), int(moment[6:8]))


def _text(day: date) -> str:
    return f"{day:%Y%m%d}"
