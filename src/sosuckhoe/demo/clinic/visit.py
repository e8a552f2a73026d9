"""One visit of the demo hospital, told as a record of the standard."""

from datetime import date, datetime, time, timedelta
from random import Random

from sosuckhoe.healthbook.record import Row

from ..cast import DIRECTOR_LICENCE, HOUSE, NEIGHBOURS
from .lines import Scene, Telling, give, moment, note, serve, supply
from .money import settle
from .papers import papers_of

Tables = dict[str, list[Row]]
STAYS = frozenset({"03", "04", "06", "09"})
"""Types with an admission."""
_TO_LAST_MEDICINE = frozenset({"05", "07"})
"""Types whose NGAY_RA is 23:59 of the last day of medicines."""


def compose(scene: Scene, draw: Random) -> Tables:
    """The record of a scene: all tables it needs, sums exact, times in order."""
    story, kind = scene.story, scene.kind
    days = 1 if kind in ("04", "09") else draw.randint(*story.stay) if kind in ("02", "03", "06") else 1
    first = scene.closed - timedelta(days=days - 1)
    telling = Telling(scene, draw, datetime.combine(first, time(7, draw.randrange(5, 55))))
    if kind == "07":
        _hand_out(telling, telling.arrived + timedelta(minutes=10))
    elif kind in STAYS:
        _stay(telling, days)
    else:
        _attend(telling, days)
    discharged = _discharged(telling)
    visit = _visit_row(telling, discharged, days)
    settle(visit, telling.medicines, telling.services)
    tables: Tables = {
        "visit": [visit],
        "medicines": [row for row, _ in telling.medicines],
        "services": [row for row, _ in telling.services],
        "results": telling.results,
        "progress_notes": telling.notes,
    }
    tables.update(papers_of(scene, tables, telling.measured, draw))
    return {name: _numbered(scene.visit_code, rows) for name, rows in tables.items() if rows}


def _numbered(visit_code: str, rows: list[Row]) -> list[Row]:
    """Rows with the visit's code and their number, without empty values."""
    return [
        {"visit_code": visit_code, "row_number": str(number), **{k: v for k, v in row.items() if v}}
        for number, row in enumerate(rows, start=1)
    ]


# -- what happens -------------------------------------------------------------------------------------------------


def _attend(telling: Telling, days: int) -> None:
    """An outpatient: examined, perhaps tested, treated, given medicines; type 02 comes back day after day."""
    story = telling.scene.story
    clock = telling.arrived + timedelta(minutes=telling.draw.randrange(12, 25))
    serve(telling, story.exam, clock, "K01")
    clock += timedelta(minutes=12)
    if telling.scene.kind not in ("05", "14"):
        for key in story.services:
            serve(telling, key, clock, "K01")
            clock += timedelta(minutes=3)
    unit = story.unit if telling.scene.kind == "02" else "K01"
    for key in story.procedures:
        serve(telling, key, clock + timedelta(minutes=20), unit)
        clock += timedelta(minutes=5)
    for day in range(days):
        at = telling.arrived + timedelta(days=day, hours=2 if day else 3)
        for number, key in enumerate(story.daily_procedures):
            serve(telling, key, at + timedelta(minutes=25 * number), unit)
        if telling.scene.kind in ("02", "05", "08"):
            note(telling, day, days, at + timedelta(minutes=5), unit)
    _hand_out(telling, max(telling.so_far, clock) + timedelta(minutes=10))


def _stay(telling: Telling, days: int) -> None:
    """An inpatient: examined, admitted, treated day by day."""
    story, draw = telling.scene.story, telling.draw
    emergency = telling.scene.kind == "09"
    unit = story.unit
    entry = "K02" if emergency else "K01"
    clock = telling.arrived + timedelta(minutes=4 if emergency else 15)
    serve(telling, story.exam, clock, entry)
    for key in story.services:
        clock += timedelta(minutes=2)
        serve(telling, key, clock, entry)
    admitted = telling.admitted = telling.arrived + timedelta(minutes=20 if emergency else 85)
    for day in range(1, days + 1):
        at = admitted if day == 1 else datetime.combine(admitted.date() + timedelta(days=day - 1), time(8, 0))
        at += timedelta(minutes=draw.randrange(4, 12))
        note(telling, day - 1, days, at, unit)
        if story.bed and day < max(days, 2) and telling.scene.kind in ("03", "06"):
            serve(telling, _bed_of(telling), at + timedelta(minutes=1), unit)
        if day == 1:
            for number, key in enumerate(story.procedures):
                serve(telling, key, at + timedelta(minutes=30 + 20 * number), unit)
            for number, key in enumerate(story.supplies):
                supply(telling, key, at + timedelta(minutes=2 + number), unit)
        if day < days or days == 1:
            for number, key in enumerate(story.daily_procedures):
                serve(telling, key, at + timedelta(minutes=15 + 30 * number), unit)
            for number, course in enumerate(story.medicines):
                if not course.until or day <= course.until:
                    give(telling, course, at + timedelta(minutes=10 + number), unit, days=1)
        if 1 < day < days and day % 2:
            for number, key in enumerate(story.repeated):
                serve(telling, key, at + timedelta(minutes=5 + number), unit)


def _bed_of(telling: Telling) -> str:
    return "giuong_luu" if telling.scene.kind == "06" else telling.scene.story.bed


def _hand_out(telling: Telling, at: datetime) -> None:
    for number, course in enumerate(telling.scene.story.medicines):
        give(telling, course, at + timedelta(minutes=number), "K01", days=course.days)


def _discharged(telling: Telling) -> datetime:
    scene = telling.scene
    if scene.kind in _TO_LAST_MEDICINE:
        last = max((course.days for course in scene.story.medicines), default=1)
        return datetime.combine(scene.closed + timedelta(days=last - 1), time(23, 59))
    if scene.kind == "02":
        return datetime.combine(scene.closed, time(23, 59))
    if scene.kind == "09":
        return max(telling.so_far, telling.arrived + timedelta(hours=2)) + timedelta(minutes=20)
    if scene.kind == "04":
        return datetime.combine(scene.closed, time(16, telling.draw.randrange(0, 50)))
    if scene.kind in ("03", "06"):
        return datetime.combine(scene.closed, time(14, telling.draw.randrange(0, 55)))
    return telling.so_far + timedelta(minutes=telling.draw.randrange(8, 25))


# -- the visit itself ---------------------------------------------------------------------------------------------


def _visit_row(telling: Telling, discharged: datetime, days: int) -> Row:
    scene, story, citizen = telling.scene, telling.scene.story, telling.scene.citizen
    stays = scene.kind in STAYS
    year = discharged.year
    row: Row = {
        "patient_code": citizen.patient_code,
        "full_name": citizen.name,
        "personal_id": citizen.document,
        "born_at": citizen.born_at,
        "sex_code": citizen.sex,
        "blood_group_code": citizen.blood_group,
        "nationality_code": citizen.nationality,
        "ethnic_group_code": citizen.ethnic_group,
        "occupation_code": "00000",
        "address": citizen.address,
        "province_code": "79",
        "commune_code": "99001",
        "phone_number": citizen.phone,
        "visit_reason": story.text["reason"],
        "admission_reason": story.text.get("admission", story.text["reason"]) if stays else "",
        "admitting_diagnosis": story.text["admitting"],
        "discharge_diagnosis": story.text["discharge"],
        "main_disease_code": story.main,
        "other_disease_codes": ";".join(story.others),
        "procedure_icd9_codes": ";".join(
            dict.fromkeys(row["procedure_icd9_codes"] for row, _ in telling.services if row.get("procedure_icd9_codes"))
        ),
        "patient_category_code": _category(scene),
        "injury_cause_code": story.injury,
        "arrived_at": moment(telling.arrived),
        "admitted_at": moment(telling.admitted) if telling.admitted else "",
        "discharged_at": moment(discharged),
        "treatment_days": str(_treatment_days(scene, days)),
        "treatment_method": story.text.get("treatment", "") if stays else "",
        "treatment_result_code": story.result,
        "discharge_type_code": story.referral or "1",
        "advice": story.text["advice"],
        "paid_at": "" if discharged.date() > scene.closed or scene.kind == "02" else moment(discharged),
        "settlement_year": str(year if discharged.date() == scene.closed else scene.closed.year),
        "settlement_month": str((discharged if discharged.date() == scene.closed else scene.closed).month),
        "visit_type_code": scene.kind,
        "department_codes": ";".join(dict.fromkeys(row["department_code"] for row in _lines(telling))),
        "facility_code": HOUSE.code,
        "weight_kg": citizen.weight,
        "newborn_weights_g": "3100" if scene.child else "",
        "medical_record_number": f"HS{scene.visit_code[2:]}",
        "signatory_code": DIRECTOR_LICENCE,
        "destination_facility_code": "99001" if story.referral else "",
    }  # fmt: skip
    if story.follow_up and scene.kind != "07":
        row["follow_up_dates"] = f"{scene.closed + timedelta(days=story.follow_up):%Y%m%d}"
    if scene.insured:
        row.update(
            insurance_card_number=citizen.card,
            registered_facility_code=citizen.registered,
            card_valid_from_date=f"{max(citizen.born, date(scene.closed.year - 1, 1, 1)):%Y%m%d}",
            card_valid_to_date=f"{scene.closed.year + 1}1231",
        )
    if row["patient_category_code"] == "1.3":
        row.update(referring_facility_code="99001", referral_paper_number=f"CT-{scene.visit_code[-6:]}")
    if scene.kind == "07":
        row.update(referring_facility_code=HOUSE.code, referral_paper_number=f"HL-{scene.visit_code[-6:]}")
    return row


def _lines(telling: Telling) -> list[Row]:
    rows = [*(row for row, _ in telling.services), *(row for row, _ in telling.medicines)]
    return sorted(rows, key=lambda row: row["ordered_at"])


def _category(scene: Scene) -> str:
    if not scene.insured:
        return "9"
    if scene.story.category:
        return scene.story.category
    if scene.kind == "07":
        return "10"
    if scene.citizen.registered == "99000":
        return "1.7"
    if scene.citizen.registered == HOUSE.code:
        return "1.1"
    return "1.3" if scene.kind in ("05", "08") and scene.citizen.registered in NEIGHBOURS else "3.3"


def _treatment_days(scene: Scene, days: int) -> int:
    if scene.kind in ("02", "03", "04", "06"):
        return days
    if scene.kind == "05":
        return max(course.days for course in scene.story.medicines)
    return 1 if scene.kind == "08" else 0
