"""Everything the visit page shows, in a fixed number of queries however long the history is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from ...delivery.models import Attempt, Incident, PortalFinding, Receipt, SignedDocument, Submission
from ...visits.models import Finding, RecordVersion, Visit
from ..shell import people, words


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the delivery history."""

    at: datetime
    icon: str
    tone: str
    sentence: str
    detail: str = ""
    code: str = ""
    """A transaction number or a hash, shown in fixed width."""
    address: str = ""


def visits() -> QuerySet[Visit]:
    return Visit.objects.select_related("patient", "facility", "unit")


def versions_of(visit: Visit) -> list[RecordVersion]:
    """Newest first, without their contents, with how many faults each had."""
    return list(
        visit.versions.defer("record_json", "source_file__stored")
        .select_related("source_file")
        .annotate(
            errors=Count("findings", filter=Q(findings__severity="error")),
            warnings=Count("findings", filter=Q(findings__severity="warning")),
        )
        .order_by("-number")
    )


def findings_of(version: RecordVersion) -> list[Finding]:
    return list(version.findings.order_by("severity", "id"))


def submissions_of(visit: Visit) -> list[Submission]:
    """Newest version first."""
    return list(
        Submission.objects.filter(version__visit=visit)
        .select_related("destination", "version__visit")
        .defer("version__record_json")
        .order_by("-version__number", "destination__name")
    )


def incidents_of(submissions: Iterable[Submission]) -> list[Incident]:
    """What delayed any of them, the latest first."""
    found = Incident.objects.filter(delayed__in=[one.pk for one in submissions])
    return list(found.select_related("destination").distinct())


def check_ins_of(visit: Visit) -> list[Submission]:
    """What was told of the visit while it was open."""
    rows = Submission.ledger.filter(
        check_in__facility=visit.facility_id, check_in__visit_code=visit.visit_code
    )
    return list(rows.select_related("check_in", "destination").order_by("id"))


ANSWERS = {
    "Accepted": ("good", "good", "cổng đã tiếp nhận"),
    "Rejected": ("stop", "stop", "cổng từ chối"),
    "TryLater": ("wait", "wait", "chưa gửi được, sẽ tự gửi lại"),
    "Unknown": ("unknown", "look", "chưa rõ kết quả"),
    "NotSent": ("wait", "wait", "chưa rời máy"),
    "": ("running", "running", "đang gửi"),
}
"""What an attempt ended in: icon, tone and words."""


def history(versions: Sequence[RecordVersion], submissions: Iterable[Submission]) -> list[Event]:
    """What happened to a visit's record, newest first."""
    people.know(version.by for version in versions)
    events = list(_frozen(versions))
    ids = [submission.pk for submission in submissions]
    documents = SignedDocument.objects.filter(submission__in=ids).select_related("key", "submission__version")
    for document in documents.defer("content", "submission__version__record_json"):
        events.append(
            Event(
                document.signed_at,
                "sign",
                "running",
                f"Ký số bản {document.submission.version.number}",
                f"Chứng thư {document.key.name}, hạn đến {document.key.not_after:%d/%m/%Y}; người ký {document.signer}",
                document.sha256,
            )
        )
    attempts = Attempt.objects.filter(submission__in=ids).select_related("submission__destination")
    for attempt in attempts.defer("answer"):
        icon, tone, word = ANSWERS.get(attempt.outcome, ANSWERS["Unknown"])
        events.append(
            Event(
                attempt.ended_at or attempt.started_at,
                icon,
                tone,
                f"Lần gửi {attempt.number} đến {attempt.submission.destination.name}: {word}",
                attempt.sentence,
                attempt.gateway_code and f"mã kết quả {attempt.gateway_code}",
                reverse("web:visit_attempt", args=[attempt.pk]),
            )
        )
    for receipt in Receipt.objects.filter(submission__in=ids).annotate(is_practice=Count("practice")):
        how = (
            f"Do {people.name_of(receipt.stated_by)} đọc trên cổng"
            if receipt.stated_by
            else "Theo trả lời của cổng"
        )
        events.append(
            Event(
                receipt.received_at,
                "look" if receipt.is_practice else "good",
                "look" if receipt.is_practice else "good",
                "Biên nhận tập của cổng mô phỏng" if receipt.is_practice else "Biên nhận có mã giao dịch",
                how,
                receipt.transaction_number,
            )
        )
    for finding in PortalFinding.objects.filter(submission__in=ids):
        events.append(
            Event(
                finding.noted_at,
                "look",
                "look",
                f"Cổng báo lỗi nội dung{' (đã giải quyết)' if finding.settled_at else ''}"
                + (f": {finding.message}" if finding.message else ""),
                finding.path,
                finding.code,
            )
        )
    return sorted(events, key=lambda event: event.at, reverse=True)


def _frozen(versions: Sequence[RecordVersion]) -> Iterable[Event]:
    for version in versions:
        first = version.number == 1
        yield Event(
            version.at,
            "file" if first else "edit",
            "wait",
            "Lưu bản 1 của hồ sơ" if first else f"Sửa thành bản {version.number}: {version.reason}",
            f"{people.name_of(version.by)}{_from(version)}",
        )


def _from(version: RecordVersion) -> str:
    return f", từ tệp {version.source_file.name}" if version.source_file else ""


def state_of(submissions: Sequence[Submission]) -> words.Look:
    return words.state(submissions[0].state) if submissions else words.NOTHING
