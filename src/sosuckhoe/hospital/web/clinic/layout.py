"""How the record is laid out on the screen, as data: which fields stand together, which columns a table shows."""

from collections.abc import Mapping, Sequence

GROUPS: Sequence[tuple[str, Sequence[str]]] = (
    (
        "Đợt khám",
        (
            "visit_type_code",
            "patient_category_code",
            "visit_reason",
            "admission_reason",
            "admission_reason_code",
            "arrived_at",
            "admitted_at",
            "discharged_at",
            "treatment_days",
            "department_codes",
            "discharge_type_code",
            "treatment_result_code",
            "referring_facility_code",
            "destination_facility_code",
            "referral_paper_number",
            "injury_cause_code",
            "follow_up_dates",
            "medical_record_number",
        ),
    ),
    (
        "Chẩn đoán và điều trị",
        (
            "admitting_diagnosis",
            "discharge_diagnosis",
            "main_disease_code",
            "other_disease_codes",
            "traditional_disease_codes",
            "procedure_icd9_codes",
            "treatment_method",
            "advice",
            "weight_kg",
            "newborn_weights_g",
            "blood_group_code",
        ),
    ),
    (
        "Hành chính và thẻ BHYT",
        (
            "full_name",
            "born_at",
            "sex_code",
            "personal_id",
            "patient_code",
            "phone_number",
            "address",
            "province_code",
            "district_code",
            "commune_code",
            "nationality_code",
            "ethnic_group_code",
            "occupation_code",
            "insurance_card_number",
            "registered_facility_code",
            "card_valid_from_date",
            "card_valid_to_date",
            "copayment_exempt_from",
            "five_years_from_date",
            "living_area_code",
        ),
    ),
    (
        "Chi phí và quyết toán",
        (
            "hospital_total_amount",
            "insured_total_amount",
            "fund_amount",
            "copaid_amount",
            "self_paid_amount",
            "other_sources_amount",
            "medicines_total_amount",
            "supplies_total_amount",
            "fund_fee_for_service_amount",
            "paid_at",
            "settlement_year",
            "settlement_month",
        ),
    ),
)
"""The fields of table 1 by what a reader looks for; what is not named here follows under the last heading."""
REST = "Khác"

LONG_TEXT = frozenset(
    {
        "address",
        "visit_reason",
        "admitting_diagnosis",
        "discharge_diagnosis",
        "treatment_method",
        "advice",
        "course",
        "results_summary",
        "treatment",
        "condition_at_transfer",
        "clinical_signs",
        "next_treatment",
        "discharge_note",
        "other_disease_codes",
    }
)
"""Fields that take the whole width."""

COLUMNS: Mapping[str, Sequence[str]] = {
    "medicines": (
        "medicine_name",
        "strength",
        "dose",
        "instructions",
        "quantity",
        "unit",
        "ordered_at",
        "insured_amount",
    ),
    "services": (
        "service_name",
        "supply_name",
        "quantity",
        "unit",
        "ordered_at",
        "performed_at",
        "insured_amount",
    ),
    "results": ("indicator_name", "value", "value_unit", "description", "conclusion", "result_at"),
    "progress_notes": ("noted_at", "progress", "disease_stage", "consultation", "operation"),
    "birth_certificates": (
        "child_name",
        "child_sex_code",
        "child_born_at",
        "newborn_weight_g",
        "child_condition",
    ),
    "tb_treatment": ("tb_treatment_kind_code", "tb_start_date", "tb_regimen_code", "tb_result_code"),
    "hiv_care": ("patient_kind_code", "regimen_code", "arv_days", "regimen_switch_date"),
    "check_in": ("ordered_at", "service_name", "medicine_name", "supply_name"),
}
"""The few columns by which a reader knows a row; the whole row opens below it."""

ROWS_AT_FIRST = 8
"""Rows of a repeating table on the visit page; the table's own page has them all."""

NARROW_BY_LAW = frozenset({"hiv_care"})
"""Tables opened only for a stated reason, each time in the journal (Luật phòng, chống HIV/AIDS, Điều 30)."""
