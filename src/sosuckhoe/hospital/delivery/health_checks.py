"""Taking in a file of a health check (khám sức khỏe) for the Ministry's hub, where the hospital has switched that on.

It enters whole and right or not at all. It is no visit: no record is made, and it goes to hubs only.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ...healthbook.document import Unreadable
from ...healthbook.health_check import HealthCheckFile, check_health_check, is_health_check, read_health_check
from ...healthbook.validation import Fault
from ..journal.chain import account_of, note
from ..staff.models import Facility, FacilityCode
from ..visits.choices import chosen
from ..visits.facts import moment
from ..visits.models import HealthCheck, SourceFile
from .crashpoints import here
from .hub.settings import HubSettings
from .ledger import destinations_of, enqueue_health_check
from .models import DestinationKind
from .source_files import Outcome, Refused, Taken, enter_file, facility_of, known_file

TRIES = 4
WORKING_DAY_ENDS = 17
"""Hour of the day, where the deadline is read as the end of the working day."""


def are_sent(facility: Facility | None, day: date) -> bool:
    """Whether the hospital sends health checks at all. Off unless decided."""
    return bool(chosen("health_checks_are_sent", facility=facility, day=day))


def is_wanted(data: bytes, at: datetime) -> bool:
    """Whether a file is a health check and somebody here takes them; otherwise it is a file like any other."""
    day = timezone.localdate(at)
    return is_health_check(data) and any(are_sent(each, day) for each in Facility.objects.all())


def due_at(health_check: HealthCheck, settings: HubSettings) -> datetime | None:
    """Until when it has to be sent: QĐ 1551/QĐ-BYT, 24 hours after the check-up ends; read by one source of QĐ 2062
    as the end of that working day. The envelope's NGAYLAP stands for the end; a day alone counts from its start."""
    made = health_check.made_on
    if made is None:
        return None
    if settings.due == "working_day":
        return timezone.localtime(made).replace(hour=WORKING_DAY_ENDS, minute=0, second=0, microsecond=0)
    return made + timedelta(hours=24)


def take_health_check(
    name: str, data: bytes, digest: str, *, by: Any, door: str, reason: str, at: datetime
) -> Taken:
    """Put a file into the ledger. Raises Refused."""
    try:
        file = read_health_check(data)
    except Unreadable as problem:
        raise Refused(problem.code, str(problem.sentence)) from None
    facility, code = _facility(file)
    if not are_sent(facility, timezone.localdate(at)):
        raise Refused("HEALTH-CHECKS-OFF", "Cơ sở này chưa bật gửi khám sức khỏe (trang Quy định).")
    hub = destinations_of(facility, DestinationKind.HUB).first()
    settings = HubSettings.of(hub.hub if hub else {})
    faults = check_health_check(
        file, code_form=settings.code_form, within=settings.within, all_blocks=settings.all_blocks
    )
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors:
        raise Refused("HEALTH-CHECK-FAULTS", _sentences(errors))
    for attempt in range(TRIES):
        try:
            return _enter(
                name, data, digest, file, facility, code, faults, by=by, door=door, reason=reason, at=at
            )
        except IntegrityError:
            # Somebody took the same file, or another of the same check-up, at the same instant: look again.
            known = known_file(digest)
            if known is not None:
                return known
            if attempt == TRIES - 1:
                raise
    raise AssertionError


def _facility(file: HealthCheckFile) -> tuple[Facility, str]:
    """By either of its codes: which one MACSKCB must hold is open."""
    day = moment(file.made_on.ljust(12, "0")[:12])
    of_hub = FacilityCode.objects.filter(hub_code=file.facility_code).exclude(hub_code="")
    row = of_hub.select_related("facility").order_by("-pk").first()
    if row is not None:
        return row.facility, row.code
    return facility_of(file.facility_code, timezone.localdate(day) if day else None, "KHAMSUCKHOE.MACSKCB")


def _enter(
    name: str,
    data: bytes,
    digest: str,
    file: HealthCheckFile,
    facility: Facility,
    facility_code: str,
    faults: list[Fault],
    *,
    by: Any,
    door: str,
    reason: str,
    at: datetime,
) -> Taken:
    with transaction.atomic():
        code = file.code or f"KSK-{digest[:16]}"
        before = HealthCheck.objects.filter(facility=facility, code=code).order_by("-number").first()
        if before is not None and not reason.strip():
            raise Refused(
                "HEALTH-CHECK-NEEDS-REASON",
                "Lần khám sức khỏe này đã có. Nếu là bản sửa, hãy ghi lý do sửa rồi nhập lại.",
                Outcome.NEEDS_REASON,
            )
        source = enter_file(name, data, digest, by=by, door=door, at=at)
        health_check = HealthCheck.objects.create(
            facility=facility,
            facility_code=facility_code,
            code=code,
            number=before.number + 1 if before else 1,
            reason=reason.strip()[:1000],
            document=data,
            sha256=digest,
            made_on=moment(file.made_on.ljust(12, "0")[:12]),
            remarks=[{"rule": one.rule, "path": one.path, "message": one.message} for one in faults],
            source_file=source,
            by=account_of(by),
            at=at,
        )
        here("K04")
        enqueue_health_check(health_check, destinations_of(facility, DestinationKind.HUB), at=at)
        note(
            by,
            "health-check-taken",
            "health-check",
            health_check.pk,
            version=health_check.number,
            sha256=digest,
        )
        sentence = "Đã nhận phiếu khám sức khỏe, chờ ký và gửi lên trục."
        SourceFile.objects.filter(pk=source.pk).update(code="HEALTH-CHECK-TAKEN", sentence=sentence)
        here("K05")
    here("K06")
    return Taken(Outcome.TAKEN, "HEALTH-CHECK-TAKEN", sentence, source.pk, warnings=len(faults))


def _sentences(errors: list[Fault], most: int = 3) -> str:
    told = "; ".join(f"{fault.path}: {fault.message.rstrip('.')}" for fault in errors[:most])
    more = f" (và {len(errors) - most} lỗi khác)" if len(errors) > most else ""
    return f"Phiếu khám sức khỏe còn lỗi nên chưa nhận: {told}{more}. Sửa ở phần mềm xuất tệp rồi xuất lại."
