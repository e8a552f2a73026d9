"""Taking in a file: upload, drop folder and command line come through this one door.

Either the whole visit enters, in one transaction, or nothing does and the file goes into quarantine with a code and
a sentence. The same bytes again are the same file: same answer, no effect. One file holds one visit, as the portal
demands of what is sent to it (gateway.md §5; bad-input.md B19), so a file with several is refused as a whole.
"""

import hashlib
import logging
import os
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from ...healthbook import validation
from ...healthbook.document import Limits, Reading, Unreadable, read
from ..journal.chain import note
from ..staff.models import Facility, FacilityCode
from ..visits.actions import record_bytes
from ..visits.choices import checking_policy
from ..visits.models import RecordVersion, SourceFile, Visit
from .closing import Checked, Closed, NeedsReason, OtherPerson, close_visit, correct_visit, edition_for
from .crashpoints import here

Outcome = SourceFile.Outcome
Door = SourceFile.Door
TRIES = 4
SIGNED = "STR-010"
"""The rule that asks for the facility's signature."""

log = logging.getLogger("sosuckhoe.delivery")


@dataclass(frozen=True)
class Taken:
    """What became of a file."""

    outcome: str
    """taken, repeat, refused or needs-reason."""
    code: str
    sentence: str
    file_id: int
    visit_id: int | None = None
    version: int | None = None
    errors: int = 0
    warnings: int = 0

    @property
    def held(self) -> bool:
        return self.errors > 0


class _Refused(Exception):
    def __init__(self, code: str, sentence: str, outcome: str = Outcome.REFUSED) -> None:
        super().__init__(code)
        self.code, self.sentence, self.outcome = code, sentence, outcome


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
    known = _known(digest)
    if known is not None:
        return known
    try:
        reading = _read(data)
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
                known = _known(digest)
                if known is not None:
                    return known
                if attempt == TRIES - 1:
                    raise
        raise AssertionError
    except _Refused as refusal:
        return _quarantine(name, data, digest, refusal, by=by, door=door, at=moment)


def _known(digest: str) -> Taken | None:
    """The first answer, when these bytes were taken before (B46)."""
    file = SourceFile.objects.filter(sha256=digest, outcome__in=[Outcome.TAKEN, Outcome.REPEAT]).first()
    if file is None:
        return None
    SourceFile.objects.filter(pk=file.pk).update(repeats=F("repeats") + 1)
    version = file.versions.order_by("id").first()
    visit_id = version.visit_id if version else file.visit_id
    return Taken(
        Outcome.REPEAT,
        "FILE-REPEATED",
        "Tệp này đã được nhận trước đó. Không có gì thay đổi.",
        file.pk,
        visit_id,
        version.number if version else None,
    )


def _read(data: bytes) -> Reading:
    try:
        reading = read(data, limits=Limits())
    except Unreadable as problem:
        raise _Refused(problem.code, str(problem.sentence)) from None
    if reading.form != "envelope" or reading.envelope is None:
        raise _Refused(
            "FILE-NOT-A-VISIT",
            "Tệp chỉ có một bảng hoặc là tệp trạng thái khám (XML0), chưa đủ một đợt khám. "
            "Hãy xuất cả bộ GIAMDINHHS của đợt khám.",
        )
    count = len(reading.visits)
    if count != 1:
        raise _Refused(
            "FILE-SEVERAL-VISITS" if count else "FILE-NO-VISIT",
            f"Tệp chứa {count} đợt khám; cổng tiếp nhận mỗi tệp một đợt. Hãy xuất mỗi đợt khám một tệp.",
        )
    declared = reading.envelope.declared_count.strip() if reading.envelope.declared_count else ""
    if declared not in ("", str(count)):
        raise _Refused(
            "FILE-COUNT",
            f"SOLUONGHOSO ghi {declared[:20]} nhưng tệp có {count} hồ sơ. Hãy xuất lại tệp.",
        )
    if not reading.visits[0].record.visit_code:
        raise _Refused("VISIT-CODE-MISSING", "Hồ sơ không có MA_LK ở bảng XML1. Hãy xuất lại tệp.")
    return reading


def _facility(reading: Reading) -> tuple[Facility, str]:
    """The facility the visit belongs to, by the code it had at the time."""
    record = reading.visits[0].record
    stated = reading.envelope.facility_code if reading.envelope else ""
    code = record.visit.get("facility_code") or stated or ""
    rows = list(FacilityCode.objects.filter(code=code).select_related("facility"))
    day = record.discharge_day()
    for row in rows:
        if day is None or row.valid_on(day):
            return row.facility, row.code
    if rows:
        return rows[0].facility, rows[0].code
    raise _Refused(
        "FACILITY-UNKNOWN",
        f"Mã cơ sở {code[:20] or '(trống)'} ở XML1.MA_CSKCB không phải của cơ sở này. "
        "Kiểm tra lại tệp, hoặc khai báo mã cơ sở trong phần thiết lập.",
    )


def _check(data: bytes, reading: Reading, facility: Facility, at: datetime) -> Checked:
    """What is wrong in the file and in its record, as ``sosuckhoe check`` says it.

    That the file is not signed yet is no fault here: signing it is our own next step.
    """
    record, day = reading.visits[0].record, timezone.localdate(at)
    try:
        (found,) = validation.check(data, day=day, policy=checking_policy(facility=facility, day=day))
    except Exception:
        # A mistake of ours in one rule must not stop the other files, nor lose this one.
        log.exception("checking a file stopped")
        raise _Refused(
            "CHECK-STOPPED",
            "Chương trình dừng giữa chừng khi kiểm tra tệp này. Tệp được giữ nguyên; báo bộ phận công nghệ "
            "thông tin, rồi nhận lại tệp sau khi sửa.",
        ) from None
    faults = tuple(fault for fault in found.faults if fault.rule != SIGNED or reading.has_signature)
    return Checked(record, edition_for(record, at), faults)


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
        file = _file(name, data, digest, by=by, door=door, at=at)
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
            closed = _correct(visit, checked, file, by=by, at=at, reason=reason)
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
        raise _Refused("VISIT-NEEDS-REASON", str(problem), Outcome.NEEDS_REASON) from None
    except OtherPerson as problem:
        raise _Refused("VISIT-OTHER-PERSON", str(problem)) from None


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


def _file(name: str, data: bytes, digest: str, *, by: Any, door: str, at: datetime) -> SourceFile:
    """The row of a file that enters; one that was refused before may enter now, with a reason."""
    file, _ = SourceFile.objects.update_or_create(
        sha256=digest,
        defaults={
            "name": name,
            "door": door,
            "size": len(data),
            "stored": data,
            "outcome": Outcome.TAKEN,
            "code": "TAKEN",
            "sentence": "",
            "quarantine_path": "",
            "by": str(getattr(by, "username", "") or by),
            "came_at": at,
        },
    )
    return file


def refuse_unopened(
    name: str, mark: str, size: int, code: str, sentence: str, *, by: Any, door: str
) -> Taken:
    """Record a file that was refused without being opened. Its hash is unknown: ``mark`` stands in for it."""
    digest = hashlib.sha256(f"unopened:{mark}".encode(errors="surrogateescape")).hexdigest()
    refusal = _Refused(code, sentence)
    return _refuse(shown_name(name), size, digest, refusal, "", by=by, door=door, at=timezone.now())


def _quarantine(
    name: str, data: bytes, digest: str, refusal: _Refused, *, by: Any, door: str, at: datetime
) -> Taken:
    path = keep_copy(digest, data)
    return _refuse(name, len(data), digest, refusal, path, by=by, door=door, at=at)


def _refuse(
    name: str,
    size: int,
    digest: str,
    refusal: _Refused,
    quarantine_path: str,
    *,
    by: Any,
    door: str,
    at: datetime,
) -> Taken:
    with transaction.atomic():
        file, new = SourceFile.objects.update_or_create(
            sha256=digest,
            defaults={
                "name": name,
                "door": door,
                "size": size,
                "stored": None,
                "outcome": refusal.outcome,
                "code": refusal.code,
                "sentence": refusal.sentence,
                "quarantine_path": quarantine_path,
                "by": str(getattr(by, "username", "") or by),
                "came_at": at,
            },
        )
        if new:
            note(by, "file-refused", "file", file.pk, code=refusal.code, sha256=digest)
    return Taken(refusal.outcome, refusal.code, refusal.sentence, file.pk)


def keep_copy(digest: str, data: bytes) -> str:
    """A copy under its own hash, whole on the disk or not there; its path relative to the home."""
    folder = settings.HOME.quarantine
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / f"{digest}.bin"
    if not place.exists():
        fresh = folder / f"{digest}.{os.getpid()}.part"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(place)
    return f"{folder.name}/{place.name}"


def shown_name(name: str) -> str:
    """The last part of a file's name, safe to show; it is never used as a path."""
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", last)[:255] or "(không tên)"
