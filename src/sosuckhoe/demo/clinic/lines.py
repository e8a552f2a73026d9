"""What happens to a person in a visit, line by line: services, results, supplies, medicines, notes."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from sosuckhoe.healthbook.record import Row

from ..cast import STAFF, Citizen
from .catalogue import Course, Service, Story, catalogue
from .money import Price

LICENCES = {person.key: person.licence for person in STAFF}
_DOCTOR_OF_UNIT = {"K18": "phuc", "K27": "oanh", "K19": "quynh", "K24": "quynh", "K02": "quynh"}


@dataclass(frozen=True)
class Scene:
    """Who, what, when."""

    visit_code: str
    citizen: Citizen
    story: Story
    kind: str
    """Visit type (MA_LOAI_KCB)."""
    closed: date
    """The day the hospital closed the visit."""
    insured: bool = True
    child: Citizen | None = None
    """Born in this visit."""


@dataclass
class Telling:
    """The visit while it is being told: the clock only moves forward."""

    scene: Scene
    draw: Random
    arrived: datetime
    admitted: datetime | None = None
    medicines: list[tuple[Row, Price]] = field(default_factory=list)
    services: list[tuple[Row, Price]] = field(default_factory=list)
    results: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    measured: dict[str, str] = field(default_factory=dict)
    """First value of each indicator, for the texts."""
    latest: datetime | None = None

    def until(self, moment: datetime) -> datetime:
        self.latest = max(self.latest or moment, moment)
        return moment

    @property
    def so_far(self) -> datetime:
        return self.latest or self.arrived


def moment(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H%M}"


def serve(telling: Telling, key: str, at: datetime, unit: str) -> None:
    service, scene = catalogue().services[key], telling.scene
    performed = at + timedelta(minutes=4)
    resulted = performed + timedelta(minutes=service.minutes)
    doctor = LICENCES[_DOCTOR_OF_UNIT.get(unit, "dung")]
    row: Row = {
        "service_code": service.code,
        "procedure_icd9_codes": service.icd9,
        "cost_group_code": service.group,
        "service_name": service.name,
        "unit": service.unit,
        "hospital_unit_price": f"{service.price}",
        "insured_unit_price": f"{service.price}",
        "service_rate_percent": "100",
        "department_code": unit,
        "doctor_codes": doctor,
        "disease_codes": scene.story.main,
        "ordered_at": moment(at),
        "anaesthesia_code": service.anaesthesia,
        "device_codes": service.device,
    }
    if service.group in ("14", "15", "16"):
        row["bed_codes"] = f"H{1 + int(scene.visit_code[-3:]) % 90:03d}"
        telling.until(at)
    elif service.group == "19":
        telling.until(at + timedelta(minutes=service.minutes))
    else:
        row["performed_at"] = moment(telling.until(performed))
        row["result_at"] = moment(telling.until(resulted))
        if service.performer:
            row["performer_codes"] = LICENCES[service.performer]
    telling.services.append((row, Price(Decimal(1), service.price, service.price)))
    if service.group in ("1", "2", "3"):
        _result(telling, key, service, resulted)


def _result(telling: Telling, key: str, service: Service, at: datetime) -> None:
    known, story = catalogue(), telling.scene.story
    base: Row = {
        "service_code": service.code,
        "result_at": moment(at),
        "reader_code": LICENCES[service.performer],
    }
    for indicator in known.indicators.get(key, ()):
        low, high = indicator.low, indicator.high
        if indicator.key in story.values and indicator.key not in telling.measured:
            low, high = story.values[indicator.key]
        value = f"{telling.draw.uniform(low, high):.{indicator.decimals}f}"
        telling.measured.setdefault(indicator.key, value)
        telling.results.append(
            base
            | {
                "indicator_code": indicator.code,
                "indicator_name": indicator.name,
                "value": value,
                "value_unit": indicator.unit,
            }
        )
    if key in known.findings:
        seen, meant = story.findings.get(key, known.findings[key])
        if service.group == "1":
            telling.results.append(base | {"indicator_name": service.name, "value": meant})
        else:
            telling.results.append(
                base | {"indicator_name": service.name, "description": seen, "conclusion": meant}
            )


def supply(telling: Telling, key: str, at: datetime, unit: str) -> None:
    found = catalogue().supplies[key]
    row: Row = {
        "supply_code": found.code,
        "cost_group_code": "10",
        "supply_name": found.name,
        "unit": found.unit,
        "hospital_unit_price": f"{found.price}",
        "insured_unit_price": f"{found.insured_price}",
        "tender": "99/QĐ-MAU.99999;G1;N1;2026",
        "service_rate_percent": "100",
        "department_code": unit,
        "doctor_codes": LICENCES[_DOCTOR_OF_UNIT.get(unit, "dung")],
        "disease_codes": telling.scene.story.main,
        "ordered_at": moment(telling.until(at)),
        "product_model": found.model,
    }
    telling.services.append((row, Price(Decimal(1), found.price, found.insured_price)))


def give(telling: Telling, course: Course, at: datetime, unit: str, *, days: int) -> None:
    medicine = catalogue().medicines[course.medicine]
    word = medicine.unit.lower()
    row: Row = {
        "medicine_code": medicine.code,
        "cost_group_code": "4",
        "medicine_name": medicine.name,
        "unit": medicine.unit,
        "strength": medicine.strength,
        "route_code": medicine.route,
        "dosage_form": medicine.form,
        "dose": f"{course.each} {word}/lần * {course.times} lần/ngày * {days} ngày [{course.each * course.times} {word}/ngày]",
        "instructions": course.how,
        "registration_number": medicine.registration,
        "tender": "99/QĐ-MAU;G1;N4;2026",
        "unit_price": f"{medicine.price}",
        "department_code": unit,
        "doctor_codes": LICENCES[_DOCTOR_OF_UNIT.get(unit, "dung")],
        "ordered_at": moment(telling.until(at)),
        "funding_source_code": "1" if telling.scene.insured else "4",
    }
    quantity = Decimal(course.each * course.times * days)
    telling.medicines.append((row, Price(quantity, medicine.price, medicine.price)))


def note(telling: Telling, day: int, days: int, at: datetime, unit: str) -> None:
    story = telling.scene.story
    position = 0 if day == 0 else -1 if day == days - 1 else min(1, len(story.notes) - 1)
    telling.notes.append(
        {
            "progress": story.notes[position],
            "consultation": story.text.get("consultation", "") if day == 1 else "",
            "operation": story.text.get("operation", "") if day == 0 else "",
            "noted_at": moment(telling.until(at)),
            "author_codes": LICENCES[_DOCTOR_OF_UNIT.get(unit, "dung")],
        }
    )
