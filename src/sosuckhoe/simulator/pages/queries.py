"""What the portal's pages show: records of the last 60 days by the simulated clock, as the real portal does."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from sosuckhoe.simulator.portal.models import Account, Finding, Submission
from sosuckhoe.simulator.portal.options import options

STATES = {
    "": "Tất cả",
    "findings": "Có lỗi nội dung",
    "waiting": "Đang kiểm tra",
    "published": "Đã lên sổ sức khỏe",
    "not-published": "Không lên sổ",
}
KINDS = {"record": "Hồ sơ khám chữa bệnh", "check_in": "Báo vào khám"}
REASONS = {
    "replaced": "Đã có bản mới hơn",
    "no identification": "Không có số định danh và mã thẻ",
    "no edition": "Không xác định được chuẩn dữ liệu",
}


def current(account: Account, now: datetime) -> QuerySet[Submission]:
    """The newest version of each visit and kind, with how many versions and visible findings it has."""
    since = now - timedelta(days=options().memory_days)
    newest = Submission.objects.filter(
        facility_code=OuterRef("facility_code"), visit_code=OuterRef("visit_code"), kind=OuterRef("kind")
    ).order_by("-version")
    seen = Q(findings__visible_from__lte=now, findings__visible_until__gt=now)
    return (
        Submission.objects.filter(account=account, received_at__gt=since)
        .filter(pk=Subquery(newest.values("pk")[:1]))
        .annotate(found=Count("findings", filter=seen))
        .defer("data")
        .order_by("-received_at", "-pk")
    )


def filtered(rows: QuerySet[Submission], asked: dict[str, str], now: datetime) -> QuerySet[Submission]:
    text, state, kind = asked.get("q", "").strip(), asked.get("state", ""), asked.get("kind", "")
    if text:
        rows = rows.filter(Q(visit_code__icontains=text) | Q(transaction__icontains=text))
    if kind in KINDS:
        rows = rows.filter(kind=kind)
    if state == "findings":
        rows = rows.filter(found__gt=0)
    elif state == "waiting":
        rows = rows.filter(
            kind="record", received_at__gt=now - timedelta(hours=options().mismatch_hours), found=0
        )
    elif state == "published":
        rows = rows.exclude(published_at=None)
    elif state == "not-published":
        rows = rows.exclude(not_published="")
    return rows


def versions(submission: Submission) -> QuerySet[Submission]:
    same = Submission.objects.filter(
        facility_code=submission.facility_code, visit_code=submission.visit_code, kind=submission.kind
    )
    return same.defer("data").order_by("-version")


def findings(submission: Submission, now: datetime) -> QuerySet[Finding]:
    return Finding.visible(now).filter(submission=submission).order_by("table", "row", "field")


def described(row: Submission, now: datetime) -> dict[str, Any]:
    """The state of a record in a word, with its look."""
    if row.kind == "check_in":
        return {"look": "good", "words": "Đã tiếp nhận"}
    if row.found:  # type: ignore[attr-defined]
        return {"look": "look", "words": f"{row.found} lỗi nội dung"}  # type: ignore[attr-defined]
    if now - row.received_at < timedelta(hours=options().mismatch_hours):
        return {"look": "wait", "words": "Đang kiểm tra"}
    return {"look": "good", "words": "Không có lỗi"}
