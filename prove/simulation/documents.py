"""What travels in a story: records, check-ins (XML0) and health checks; each is known to everybody by a name and a
number, as the portal reads them from the bytes.

A record is named by its visit code, a check-in by visit code and stage, a health check by its own code.
"""

from typing import Any

from .clock import CLOCK
from .world import FACILITY, digest

RECORD, CHECK_IN, HEALTH_CHECK = "record", "check-in", "health-check"
STAGES = ("arrival", "admission")


def kind_of(name: str) -> str:
    return CHECK_IN if "/" in name else HEALTH_CHECK if name.startswith("KSK") else RECORD


def rows() -> Any:
    """Everything in the ledger, with what it carries."""
    from sosuckhoe.hospital.delivery.models import Submission

    return Submission.ledger.select_related("version__visit", "check_in", "health_check")


def key_of(row: Any) -> tuple[str, int]:
    """Name and number of what a row of the ledger carries."""
    if row.check_in is not None:
        return f"{row.check_in.visit_code}/{row.check_in.stage}", row.check_in.number
    if row.health_check is not None:
        return row.health_check.code, row.health_check.number
    return row.version.visit.visit_code, row.version.number


def listed_as(key: tuple[str, int]) -> tuple[str, int]:
    """How the list of what was lost names it: a check-in by its code alone."""
    name = key[0]
    return (name.partition("/")[0], 0) if kind_of(name) == CHECK_IN else key


def where(name: str) -> dict[str, Any]:
    """The rows of everything under this name, as a filter of the ledger."""
    kind = kind_of(name)
    if kind == CHECK_IN:
        code, _, stage = name.partition("/")
        return {"check_in__visit_code": code, "check_in__stage": stage}
    return {"health_check__code": name} if kind == HEALTH_CHECK else {"version__visit__visit_code": name}


def number_column(name: str) -> str:
    return {CHECK_IN: "check_in", HEALTH_CHECK: "health_check", RECORD: "version"}[kind_of(name)] + "__number"


def frozen() -> dict[tuple[str, int], bytes]:
    """What the hospital's own rooms hold, whatever the ledger says: name and number → the frozen content."""
    from sosuckhoe.hospital.visits.models import CheckIn, HealthCheck, RecordVersion

    found = {
        (v.visit.visit_code, v.number): bytes(v.record_json)
        for v in RecordVersion.objects.select_related("visit")
    }
    found |= {(f"{c.visit_code}/{c.stage}", c.number): bytes(c.row_json) for c in CheckIn.objects.all()}
    found |= {(h.code, h.number): bytes(h.document) for h in HealthCheck.objects.all()}
    return found


def made(name: str, number: int) -> tuple[Any, str]:
    """The content under a name and a number, and its hash once it is frozen. Always the same for the same."""
    kind = kind_of(name)
    if kind == HEALTH_CHECK:
        data = health_check(name, number)
        return data, digest(data.decode())
    if kind == CHECK_IN:
        from sosuckhoe.healthbook.record import Record

        row = check_in(name, number)
        return row, digest(Record({"check_in": [row]}).to_json())
    found = record(name, number)
    return found, digest(found.to_json())


def record(code: str, number: int) -> Any:
    """The record of a visit; its amount tells the versions apart."""
    from sosuckhoe.healthbook.record import Record

    return Record.of(
        {
            "visit": [
                {
                    "visit_code": code, "full_name": "NGUYỄN VĂN MẪU", "born_at": "197001010000",
                    "sex_code": "1", "discharged_at": "202611230800", "arrived_at": "202611230700",
                    "facility_code": FACILITY, "patient_category_code": "1.1",
                    "insurance_card_number": "DN4000000000001", "hospital_total_amount": str(number),
                }
            ]
        }
    )  # fmt: skip


def check_in(name: str, number: int) -> dict[str, str]:
    """The row of a check-in; its number within the message tells what is told anew from what was told before."""
    code, _, stage = name.partition("/")
    admitted = {"admitted_at": "202611230730"} if stage == STAGES[1] else {}
    return {
        "row_number": str(number), "visit_code": code, "full_name": "NGUYỄN VĂN MẪU", "born_at": "197001010000",
        "sex_code": "1", "arrived_at": "202611230700", "facility_code": FACILITY, "patient_category_code": "1.1",
        "insurance_card_number": "DN4000000000001", **admitted,
    }  # fmt: skip


def health_check(code: str, number: int) -> bytes:
    """The file of a health check; its grade tells the corrected one from the first."""
    from tests.health_check_file import Export

    return Export(code=code, facility=FACILITY, grade=str(number)).bytes()


def enter(name: str, number: int) -> None:
    """The hospital's own way in for each. Whatever it raises, nothing has been acknowledged."""
    from sosuckhoe.hospital.delivery import check_ins, closing, health_checks
    from sosuckhoe.hospital.staff.models import Facility
    from sosuckhoe.hospital.visits.models import Visit

    content, sha256 = made(name, number)
    facility, kind = Facility.objects.get(), kind_of(name)
    if kind == HEALTH_CHECK:
        reason = "" if number == 1 else "sửa trong câu chuyện"
        health_checks.take_health_check(
            f"{name}-{number}.xml", content, sha256, by="prove", door="prove", reason=reason, at=CLOCK.now()
        )
    elif kind == CHECK_IN:
        check_ins.tell(row=content, facility=facility, facility_code=FACILITY, by="prove", at=CLOCK.now())
    else:
        checked = closing.Checked(content, closing.edition_for(content, CLOCK.now()), ())
        how = {"checked": checked, "by": "prove", "at": CLOCK.now()}
        visit = Visit.objects.filter(visit_code=name).first()
        if visit is None:
            closing.close_visit(facility=facility, facility_code=FACILITY, **how)
        else:
            closing.correct_visit(visit=visit, reason="sửa trong câu chuyện", **how)


def next_number(name: str) -> int:
    """The number the hospital will give to what comes next under this name."""
    from sosuckhoe.hospital.visits.models import CheckIn, HealthCheck, RecordVersion

    kind = kind_of(name)
    if kind == RECORD:
        return 1 + RecordVersion.objects.filter(visit__visit_code=name).count()
    if kind == HEALTH_CHECK:
        return 1 + HealthCheck.objects.filter(code=name).count()
    code, _, stage = name.partition("/")
    return 1 + CheckIn.objects.filter(visit_code=code, stage=stage).count()
