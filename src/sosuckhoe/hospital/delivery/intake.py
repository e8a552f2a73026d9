"""Taking in a file: upload, drop folder and command line come through this one door.

Either the whole visit enters, in one transaction, or nothing does and the file goes into quarantine with a code and
a sentence. The same bytes again are the same file: same answer, no effect. One file holds one visit, as the portal
demands of what is sent to it (gateway.md §5; bad-input.md B19), so a file with several is refused as a whole.
"""

import hashlib
import logging
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ...healthbook import validation
from ...healthbook.document import Limits, Reading, Unreadable, read
from ...healthbook.record import Record
from ..staff.models import Facility
from ..visits.actions import record_bytes
from ..visits.models import RecordVersion, SourceFile, Visit
from . import late_payment
from .broken_rule import broken_rule
from .check_in_files import take_check_ins
from .closing import (
    Checked,
    Closed,
    NeedsReason,
    OtherPerson,
    close_visit,
    correct_visit,
    edition_for,
    rules_for,
)
from .crashpoints import here
from .health_checks import is_wanted, take_health_check
from .source_files import (
    Outcome,
    Refused,
    Taken,
    enter_file,
    facility_of,
    known_file,
    quarantine,
    refuse_unopened,
    shown_name,
)

__all__ = ["Door", "Taken", "refuse_unopened", "shown_name", "take_file"]

Door = SourceFile.Door
TRIES = 4
SIGNED = "STR-010"
"""The rule that asks for the facility's signature."""

log = logging.getLogger("sosuckhoe.delivery")


def take_file(
    name: str,
    data: bytes,
    *,
    by: Any,
    door: str = Door.UPLOAD,
    reason: str = "",
    at: datetime | None = None,
    test: bool = False,
) -> Taken:
    """Take in one file. ``reason``: why it differs from what was taken before, when it is a correction."""
    moment = at or timezone.now()
    name, digest = shown_name(name), hashlib.sha256(data).hexdigest()
    known = known_file(digest)
    if known is not None:
        return known
    try:
        if is_wanted(data, moment):
            return take_health_check(name, data, digest, by=by, door=door, reason=reason, at=moment)
        reading = _read(data)
        if reading.form == "check_in":
            return take_check_ins(name, data, digest, reading, by=by, door=door, at=moment)
        facility, facility_code = _facility(reading)
        checked = _check(data, reading, facility, moment)
        # Two files may bring the same visit, or the same person, at the same instant: the database lets one
        # through, and the other looks again.
        for attempt in range(TRIES):
            try:
                return _enter(
                    name,
                    data,
                    digest,
                    checked,
                    facility,
                    facility_code,
                    by=by,
                    door=door,
                    reason=reason,
                    at=moment,
                    test=test,
                )
            except IntegrityError:
                known = known_file(digest)
                if known is not None:
                    return known
                if attempt == TRIES - 1:
                    raise
        raise AssertionError
    except Refused as refusal:
        return quarantine(name, data, digest, refusal, by=by, door=door, at=moment)


def _read(data: bytes) -> Reading:
    try:
        reading = read(data, limits=Limits())
    except Unreadable as problem:
        raise Refused(problem.code, str(problem.sentence)) from None
    if reading.form == "check_in":
        return reading
    if reading.form != "envelope" or reading.envelope is None:
        raise Refused(
            "FILE-NOT-A-VISIT",
            "Tệp chỉ có một bảng, chưa đủ một đợt khám. Hãy xuất cả bộ GIAMDINHHS của đợt khám.",
        )
    count = len(reading.visits)
    if count != 1:
        raise Refused(
            "FILE-SEVERAL-VISITS" if count else "FILE-NO-VISIT",
            f"Tệp chứa {count} đợt khám; cổng tiếp nhận mỗi tệp một đợt. Hãy xuất mỗi đợt khám một tệp.",
        )
    declared = reading.envelope.declared_count.strip() if reading.envelope.declared_count else ""
    if declared not in ("", str(count)):
        raise Refused(
            "FILE-COUNT",
            f"SOLUONGHOSO ghi {declared[:20]} nhưng tệp có {count} hồ sơ. Hãy xuất lại tệp.",
        )
    if not reading.visits[0].record.visit_code:
        raise Refused("VISIT-CODE-MISSING", "Hồ sơ không có MA_LK ở bảng XML1. Hãy xuất lại tệp.")
    return reading


def _facility(reading: Reading) -> tuple[Facility, str]:
    """The facility the visit belongs to, by the code it had at the time."""
    record = reading.visits[0].record
    stated = reading.envelope.facility_code if reading.envelope else ""
    code = record.visit.get("facility_code") or stated or ""
    return facility_of(code, record.discharge_day(), "XML1.MA_CSKCB")


def _check(data: bytes, reading: Reading, facility: Facility, at: datetime) -> Checked:
    """What is wrong in the file and in its record, as ``sosuckhoe check`` says it.

    That the file is not signed yet is no fault here: signing it is our own next step.
    """
    record, day = reading.visits[0].record, timezone.localdate(at)
    try:
        policy = rules_for(record, facility=facility, day=day)
        (found,) = validation.check(data, day=day, policy=policy)
    except Exception:
        # A mistake of ours in one rule must not stop the other files, nor lose this one.
        log.exception("checking a file stopped")
        raise Refused("CHECK-STOPPED", _why_stopped(record, facility, at)) from None
    faults = tuple(fault for fault in found.faults if fault.rule != SIGNED or reading.has_signature)
    return Checked(record, edition_for(record, at), faults)


def _why_stopped(record: Record, facility: Facility, at: datetime) -> str:
    """Names the rule that broke, where one breaks alone."""
    day = timezone.localdate(at)
    try:
        policy = rules_for(record, facility=facility, day=day)
        rule = broken_rule(record, edition_for(record, at), day=day, policy=policy)
    except Exception:
        log.exception("the rule that broke could not be looked for")
        rule = ""
    kept = "Tệp được giữ nguyên; báo bộ phận công nghệ thông tin"
    if rule:
        return (
            f"Quy tắc {rule} của chương trình bị hỏng khi kiểm tra tệp này. {kept} cập nhật chương trình hoặc "
            f"tạm tắt quy tắc {rule}, rồi nhận lại tệp."
        )
    return f"Chương trình dừng giữa chừng khi kiểm tra tệp này. {kept}, rồi nhận lại tệp sau khi sửa."


def _enter(
    name: str,
    data: bytes,
    digest: str,
    checked: Checked,
    facility: Facility,
    facility_code: str,
    *,
    by: Any,
    door: str,
    reason: str,
    at: datetime,
    test: bool,
) -> Taken:
    record = checked.record
    with transaction.atomic():
        visit = (
            Visit.objects.select_for_update(of=("self",))
            .select_related("patient")
            .filter(facility=facility, visit_code=record.visit_code)
            .first()
        )
        file = enter_file(name, data, digest, by=by, door=door, at=at)
        if visit is None:
            closed = close_visit(
                checked=checked,
                facility=facility,
                facility_code=facility_code,
                by=by,
                at=at,
                source_file=file,
                test=test,
            )
        else:
            same = _same_record(visit, checked)
            if same is not None:
                # Exported anew with another date or spacing: nothing in the record changed.
                SourceFile.objects.filter(pk=file.pk).update(
                    outcome=Outcome.REPEAT, code="RECORD-REPEATED", visit=visit
                )
                return Taken(
                    Outcome.REPEAT,
                    "RECORD-REPEATED",
                    "Đợt khám này đã được nhận với đúng nội dung này. Không có gì thay đổi.",
                    file.pk,
                    visit.pk,
                    same.number,
                )
            why = reason or late_payment.reason_of(visit.latest.record, record)
            closed = _correct(visit, checked, file, by=by, at=at, reason=why)
        SourceFile.objects.filter(pk=file.pk).update(visit=closed.visit)
        here("K05")
    here("K06")
    return _taken(closed, file)


def _correct(
    visit: Visit, checked: Checked, file: SourceFile, *, by: Any, at: datetime, reason: str
) -> Closed:
    try:
        return correct_visit(visit=visit, checked=checked, by=by, at=at, reason=reason, source_file=file)
    except NeedsReason as problem:
        raise Refused("VISIT-NEEDS-REASON", str(problem), Outcome.NEEDS_REASON) from None
    except OtherPerson as problem:
        raise Refused("VISIT-OTHER-PERSON", str(problem)) from None


def _same_record(visit: Visit, checked: Checked) -> RecordVersion | None:
    latest = visit.latest
    same = latest.sha256 == hashlib.sha256(record_bytes(checked.record)).hexdigest()
    return latest if same else None


def _taken(closed: Closed, file: SourceFile) -> Taken:
    errors = sum(fault.severity == "error" for fault in closed.faults)
    return Taken(
        Outcome.TAKEN,
        "TAKEN-HELD" if errors else "TAKEN",
        f"Đã nhận, còn {errors} lỗi phải sửa trước khi gửi." if errors else "Đã nhận, chờ ký và gửi.",
        file.pk,
        closed.visit.pk,
        closed.version.number,
        errors,
        len(closed.faults) - errors,
    )
