"""What a container is about: a record version, a check-in (báo vào khám) or a health check (khám sức khỏe)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ....healthbook.document import Unreadable
from ....healthbook.health_check import read_health_check
from ....healthbook.signing.verify_evidence import CHECK_IN, FORMAT_VERSIONS, HEALTH_CHECK, RECORD
from ...visits.models import CheckIn, HealthCheck, RecordVersion

Subject = RecordVersion | CheckIn | HealthCheck


@dataclass(frozen=True)
class About:
    """What a container says of its subject, apart from how it was signed and sent."""

    heading: str
    file_name: str
    manifest: Mapping[str, Any]
    clock: Mapping[str, Any]
    in_journal: tuple[str, int]
    """Kind and key under which the journal speaks of it."""
    actions: tuple[str, ...]
    """The journal's lines that tell how it came to be."""
    is_message: bool = False
    """What left was a message around the signed file."""


def about(subject: Subject) -> About:
    """All three in one shape."""
    if isinstance(subject, CheckIn):
        return _of_check_in(subject)
    return _of_health_check(subject) if isinstance(subject, HealthCheck) else _of_record(subject)


def _of_record(version: RecordVersion) -> About:
    visit = version.visit
    return About(
        heading="MỘT HỒ SƠ",
        file_name=_file_name(visit.facility_code, visit.visit_code, f"v{version.number}"),
        manifest={
            "format_version": FORMAT_VERSIONS[RECORD],
            "facility_code": visit.facility_code,
            "facility_name": visit.facility.name,
            "visit_code": visit.visit_code,
            "version": version.number,
            "reason": version.reason,
            "edition": version.edition_id,
            "record_sha256": version.sha256,
            "frozen_at": told_at(version.at),
        },
        clock={
            "closed_at": told_at(visit.closed_at),
            "closing_source": visit.closing_source,
            "frozen_at": told_at(version.at),
        },
        in_journal=("visit", visit.pk),
        actions=("visit-closed", "visit-corrected"),
    )


def _of_check_in(check_in: CheckIn) -> About:
    stage = "vao-kham" if check_in.stage == CheckIn.Stage.ARRIVAL else "vao-dieu-tri"
    return About(
        heading="MỘT LẦN BÁO VÀO KHÁM",
        file_name=_file_name(check_in.facility_code, check_in.visit_code, f"{stage}-{check_in.number}"),
        manifest={
            "kind": CHECK_IN,
            "format_version": FORMAT_VERSIONS[CHECK_IN],
            "facility_code": check_in.row.get("facility_code", ""),
            "facility_name": check_in.facility.name,
            "visit_code": check_in.visit_code,
            "stage": check_in.stage,
            "version": check_in.number,
            "edition": check_in.edition_id,
            "record_sha256": check_in.sha256,
            "frozen_at": told_at(check_in.at),
        },
        clock={"arrived_at": told_at(check_in.arrived_at), "frozen_at": told_at(check_in.at)},
        in_journal=("check-in", check_in.pk),
        actions=("check-in-told",),
    )


def _of_health_check(health_check: HealthCheck) -> About:
    try:
        facility_code = read_health_check(health_check.document).facility_code
    except Unreadable:
        facility_code = health_check.facility_code
    return About(
        heading="MỘT PHIẾU KHÁM SỨC KHỎE",
        file_name=_file_name(health_check.facility_code, health_check.code, f"v{health_check.number}"),
        manifest={
            "kind": HEALTH_CHECK,
            "format_version": FORMAT_VERSIONS[HEALTH_CHECK],
            # As the file says it, of five characters or thirteen: that is what is signed.
            "facility_code": facility_code,
            "facility_name": health_check.facility.name,
            "visit_code": health_check.code,
            "version": health_check.number,
            "reason": health_check.reason,
            "record_sha256": health_check.sha256,
            "frozen_at": told_at(health_check.at),
        },
        clock={"made_on": told_at(health_check.made_on), "frozen_at": told_at(health_check.at)},
        in_journal=("health-check", health_check.pk),
        actions=("health-check-taken",),
        is_message=True,
    )


def _file_name(facility_code: str, code: str, ending: str) -> str:
    """``bang-chung-99999-MA_LK-v1.zip``, safe as a file name."""
    safe = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in code)
    return f"bang-chung-{facility_code}-{safe}-{ending}.zip"


def told_at(moment: datetime | None) -> str | None:
    """A moment as containers write it."""
    return moment.astimezone(UTC).isoformat() if moment else None
