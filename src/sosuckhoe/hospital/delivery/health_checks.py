"""Taking in the file of a health check and putting it into the ledger of the Ministry's hub.

Off until somebody sets up a hub: without one such a file is refused with the sentence that says so. It enters whole
and right or not at all; nothing of it can be mended here, since its fields are the other system's.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from ...healthbook.document import Unreadable
from ...healthbook.health_check import HealthCheck as Contents
from ...healthbook.health_check import check_health_check, read_health_check
from ..health_checks.models import HealthCheck
from ..journal.chain import note
from ..staff.models import Facility, FacilityCode
from .crashpoints import here
from .ledger import enqueue_health_check
from .models import Destination, DestinationKind
from .source_files import Outcome, Refused, Taken, enter_file, known_file

MARK = b"<KHAMSUCKHOE"


def looks_like_one(data: bytes) -> bool:
    """Whether a file says it is one, before anything reads it."""
    return MARK in data[:2000]


def is_switched_on() -> bool:
    """Whether this hospital sends to a hub at all."""
    return Destination.objects.filter(kind=DestinationKind.HUB, enabled=True).exists()


def take_health_check(name: str, data: bytes, digest: str, *, by: Any, door: str, at: datetime) -> Taken:
    """Put one file into the ledger. Raises Refused."""
    if not is_switched_on():
        raise Refused(
            "HEALTH-CHECK-OFF",
            "Đây là tệp khám sức khỏe gửi trục Bộ Y tế; cơ sở chưa bật việc gửi trục. "
            "Người quản trị bật ở trang Quản trị, mục Nơi nhận.",
        )
    try:
        contents = read_health_check(data)
    except Unreadable as problem:
        raise Refused(problem.code, problem.sentence) from None
    facility = _facility(contents)
    faults = check_health_check(contents, facility_codes=_codes(facility))
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors:
        raise Refused("HEALTH-CHECK-FAULTS", " ".join(fault.message for fault in errors[:3]))
    try:
        with transaction.atomic():
            file = enter_file(name, data, digest, by=by, door=door, at=at)
            check = HealthCheck.objects.create(
                facility=facility,
                facility_code=contents.facility_code,
                content=data,
                sha256=digest,
                signature_place=contents.signature_place,
                source_file=file,
                by=str(getattr(by, "username", "") or by),
                at=at,
            )
            destinations = facility.destinations.filter(enabled=True, kind=DestinationKind.HUB).order_by("id")
            enqueue_health_check(check, destinations, at=at)
            warned = "".join(f" {fault.message}" for fault in faults)
            sentence = f"Đã nhận lượt khám sức khỏe, chờ ký và gửi trục.{warned}"
            file.code, file.sentence = "HEALTH-CHECK-TAKEN", sentence
            file.save(update_fields=["code", "sentence"])
            note(by, "health-check-taken", "health-check", check.pk, sha256=digest)
            here("K05")
    except IntegrityError:
        # Somebody took the same file at the same instant.
        known = known_file(digest)
        if known is None:
            raise
        return known
    here("K06")
    return Taken(Outcome.TAKEN, "HEALTH-CHECK-TAKEN", sentence, file.pk, warnings=len(faults))


def _facility(contents: Contents) -> Facility:
    """Whose it is, by whichever of the two codes the file states."""
    code = contents.facility_code
    rows = FacilityCode.objects.select_related("facility")
    row = rows.filter(code=code).first() or (rows.filter(hub_code=code).first() if len(code) == 13 else None)
    if row is None:
        raise Refused(
            "FACILITY-UNKNOWN",
            f"Mã cơ sở {code[:20] or '(trống)'} ở KHAMSUCKHOE.MACSKCB không phải của cơ sở này. "
            "Kiểm tra lại tệp, hoặc khai báo mã cơ sở trong phần thiết lập.",
        )
    return row.facility


def _codes(facility: Facility) -> set[str]:
    return {code for row in facility.codes.all() for code in (row.code, row.hub_code) if code}
